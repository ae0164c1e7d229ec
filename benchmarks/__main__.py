"""All speed benchmarks, one after the other: `python -m benchmarks [--quick]`.

Each is a program of its own, `python -m benchmarks.bench_NAME`, runs in a process of
its own, and writes its own record. `--quick` makes all of them small: the order of
magnitude in a few minutes, written to `build/bench` and not to the results.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.record import RESULTS, ROOT, record_path

# What a benchmark is called, and the arguments that make it small.
QUICK: dict[str, list[str]] = {
    "reference": ["--limit", "1", "--steps", "2", "--rounds", "1", "--only", "4"],
    "denoiser": ["--batches", "1", "4", "--rounds", "1", "--seconds", "0.2"],
    "rivals": ["--rounds", "1"],
    "pipeline": ["--photos", "1:8", "12:3"],
    "startup": ["--rounds", "1"],
    "engine": ["--photos", "8", "--rounds", "2", "--few", "50", "--many", "100"],
    "cost": ["--megapixels", "1", "--few", "1", "--more", "2"],
    "resume": ["--photos", "200", "--rounds", "1"],
    "scaling": ["--samples", "4", "--batches", "--steps", "5", "--sizes", "96"],
}
QUICK_RESULTS = ROOT / "build" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; the number of those that failed."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("names", nargs="*", metavar="NAME", help=", ".join(QUICK))
    made.add_argument("--quick", action="store_true", help="small; a few minutes")
    options = made.parse_args(arguments)
    unknown = sorted(set(options.names) - set(QUICK))
    if unknown:
        made.error(f"no benchmark is called {', '.join(unknown)}")
    failed = 0
    for name in options.names or QUICK:
        started = time.perf_counter()
        status = subprocess.run(command_of(name, is_quick=options.quick), check=False)
        failed += status.returncode != 0
        print(f"== {name}: {time.perf_counter() - started:.0f} s", flush=True)
    folder = QUICK_RESULTS if options.quick else RESULTS
    print(f"records are in {folder.relative_to(ROOT)}; {failed} failed")
    return failed


def command_of(name: str, *, is_quick: bool) -> list[str]:
    """The process that runs a benchmark."""
    command = [sys.executable, "-m", f"benchmarks.bench_{name}"]
    if not is_quick:
        return command
    output = QUICK_RESULTS / record_path(name).name
    return [*command, *QUICK[name], "--output", str(output)]


if __name__ == "__main__":
    sys.exit(main())
