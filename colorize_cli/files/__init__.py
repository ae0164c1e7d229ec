"""Which files a run touches, and the only reads and writes it makes."""

from colorize_cli.files.arrivals import arriving
from colorize_cli.files.destination import LEDGER_NAME, Destination, FolderDestination
from colorize_cli.files.job import Job
from colorize_cli.files.listing import paths_in
from colorize_cli.files.plan import Plan, plan_jobs
from colorize_cli.files.selection import Selection
from colorize_cli.files.source import FileSource, Source, Stamp

__all__ = [
    "LEDGER_NAME",
    "Destination",
    "FileSource",
    "FolderDestination",
    "Job",
    "Plan",
    "Selection",
    "Source",
    "Stamp",
    "arriving",
    "paths_in",
    "plan_jobs",
]
