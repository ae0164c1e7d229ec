"""A damaged folder through the batch engine, and what must be true afterwards.

`python -m tests.faults.check FOLDER` does it in a process of its own, where a decoder
that crashes takes nothing else with it.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from colorize_cli import codec
from colorize_cli.batch.run import run_batch
from colorize_cli.errors import ColorizeError
from colorize_cli.files import plan_jobs
from colorize_cli.model.config import ModelConfig
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Variants
from tests.fake_backend import fake_model

__all__ = ["check_folder"]

CONFIG = ModelConfig(
    inner_channel=32,
    channel_mults=(1, 1),
    attn_res=(2,),
    image_size=16,
    square=False,
    prediction="v",
)
# Larger than any seed; what a damaged header may make of it is refused.
MAX_PIXELS = 1_000_000


def check_folder(folder: Path, out: Path) -> Counter[str]:
    """Colorize all photos of a folder.

    Returns:
        Photos per status.

    Raises:
        AssertionError: If one has no outcome, an error that is not ours, a reason of
            several lines, or a result that cannot be read.
    """
    settings = BatchSettings(
        variants=Variants(), max_pixels=MAX_PIXELS, on_color="recolor"
    )
    plan = plan_jobs([folder], out, format=None, variants=settings.variants)
    outcomes = []
    report = run_batch(
        plan, fake_model(CONFIG, step_count=1), settings, outcomes.append
    )
    sources = Counter(outcome.source for outcome in outcomes)
    assert sources == Counter(str(path) for path in folder.iterdir())
    for outcome in outcomes:
        if outcome.status == "failed":
            assert isinstance(outcome.error, ColorizeError), repr(outcome.error)
            assert outcome.reason
            assert outcome.reason.isprintable(), repr(outcome.reason)
        for target in outcome.targets:
            document = codec.read_document(Path(target).read_bytes(), target)
            assert all(document.read(n).rgb.size for n in range(document.page_count))
    return report.counts


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        counts = check_folder(Path(sys.argv[1]), Path(place) / "out")
    sys.stdout.write(f"{counts['done']} done, {counts['failed']} failed\n")
