"""Which files a run touches, and the only reads and writes it makes."""

from colorize_cli.files.disk import read, write_atomic
from colorize_cli.files.plan import Job, Plan, plan_jobs

__all__ = ["Job", "Plan", "plan_jobs", "read", "write_atomic"]
