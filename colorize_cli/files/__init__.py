"""Which files a run touches, and the only reads and writes it makes."""

from colorize_cli.files.destination import LEDGER_NAME, Destination, FolderDestination
from colorize_cli.files.plan import Job, Plan, plan_jobs
from colorize_cli.files.source import FileSource, Source, Stamp

__all__ = [
    "LEDGER_NAME",
    "Destination",
    "FileSource",
    "FolderDestination",
    "Job",
    "Plan",
    "Source",
    "Stamp",
    "plan_jobs",
]
