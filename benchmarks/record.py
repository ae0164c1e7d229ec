"""What a result file says about itself: hardware, versions, command, commit."""

import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from colorize_cli.cores import usable_cores

__all__ = ["RESULTS", "ROOT", "hardware", "record_path", "table", "write_record"]

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]


def hardware() -> str:
    """Processor and usable cores, for instance `Intel Xeon, 2 cores`."""
    return f"{_processor()}, {usable_cores()} cores"


def record_path(what: str, suffix: str = ".md") -> Path:
    """results/<what>_<hardware>_<yyyymm><suffix>."""
    cores = usable_cores()
    month = datetime.now(UTC).strftime("%Y%m")
    return RESULTS / f"{what}_{cores}core-{platform.machine()}_{month}{suffix}"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write_record(path: Path, title: str, body: str) -> None:
    """Write a result with the command, commit, hardware and versions that made it."""
    facts = [
        f"- date: {datetime.now(UTC):%Y-%m-%d}",
        f"- command: `{_command()}`",
        f"- commit: {_commit()}",
        f"- hardware: {hardware()}",
        f"- versions: {_versions()}",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {title}\n\n" + "\n".join(facts) + f"\n\n{body}\n")


def _processor() -> str:
    """The processor's model name; the architecture where it is not told."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    return names[0].strip() if names else platform.machine()


def _command() -> str:
    """How this program was started, without the folders of this machine."""
    module = f"benchmarks.{Path(sys.argv[0]).stem}"
    arguments = [Path(a).name if Path(a).is_absolute() else a for a in sys.argv[1:]]
    return shlex.join(["python", "-m", module, *arguments])


def _commit() -> str:
    """Short hash, and whether tracked files differ from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ROOT), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:  # no git: a copy on a machine that only measures
            return ""
        return done.stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "-uno") else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed


def _versions() -> str:
    """Python and the libraries that compute, as far as they are loaded."""
    names = ["numpy", "cv2", "torch", "onnxruntime"]
    loaded = [f"{n} {sys.modules[n].__version__}" for n in names if n in sys.modules]
    return ", ".join([f"Python {platform.python_version()}", *loaded])
