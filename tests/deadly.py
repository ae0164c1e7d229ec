"""A photo that kills who reads it, the first time: what becomes of a worker's work?"""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from colorize_cli.files import FileSource

__all__ = ["DeadlySource"]


@dataclass(frozen=True, slots=True)
class DeadlySource(FileSource):
    """Leaves a mark, and kills the process that reads it unless the mark is there."""

    mark: Path

    def read(self) -> bytes:
        """The photo, if this has happened before."""
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return FileSource.read(self)
