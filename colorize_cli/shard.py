"""Sharing a run out among machines that need not know of each other."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

__all__ = ["SLURM", "Shard"]

# What `--shard` takes in the place of numbers.
SLURM = "slurm"
INDEX, FIRST, STRIDE, COUNT = (
    f"SLURM_ARRAY_TASK_{name}" for name in ("ID", "MIN", "STEP", "COUNT")
)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of a run; every photo is in exactly one.

    Attributes:
        number: Which part, from 1.
        count: How many there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str, environ: Mapping[str, str]) -> Self:
        """Understand `2/8`, or `slurm` in a job of a Slurm array.

        Args:
            text: What was asked for.
            environ: Environment variables, for Slurm's.

        Raises:
            ValueError: If it is neither; the message says what to write.
        """
        if text == SLURM:
            return cls._of_slurm(environ)
        number, slash, count = text.partition("/")
        if not (slash and number.isdecimal() and count.isdecimal()):
            raise ValueError(f"{text!r} is neither I/N, for instance 2/8, nor slurm")
        shard = cls(int(number), int(count))
        if not 1 <= shard.number <= shard.count:
            raise ValueError(f"{text!r}: the shards are 1/{count} to {count}/{count}")
        return shard

    @classmethod
    def _of_slurm(cls, environ: Mapping[str, str]) -> Self:
        """The part of this task: arrays may start anywhere and go in strides."""
        try:
            index, count = int(environ[INDEX]), int(environ[COUNT])
        except (KeyError, ValueError):
            raise ValueError(
                f"{INDEX} and {COUNT} are not set; start the job with "
                "sbatch --array=1-8, or give I/N"
            ) from None
        first, stride = int(environ.get(FIRST, 1)), int(environ.get(STRIDE, 1))
        shard = cls((index - first) // stride + 1, count)
        if not 1 <= shard.number <= shard.count:
            raise ValueError(
                f"{INDEX}={index} is not among {count} tasks from {first} on"
            )
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, name: str) -> bool:
        """Whether a photo is in this part.

        Depends on nothing but the name, so it is the same on every machine, and does
        not change as photos are added.

        Args:
            name: The photo's path under the folder that was named.
        """
        digest = hashlib.blake2b(os.fsencode(name), digest_size=8).digest()
        return int.from_bytes(digest, "little") % self.count == self.number - 1
