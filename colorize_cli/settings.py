"""How a run is done, and which of that decides what its results look like."""

from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal

from colorize_cli.codec import MAX_PIXELS
from colorize_cli.codec.formats import Format
from colorize_cli.imaging.grading import Grade
from colorize_cli.ledger import settings_hash
from colorize_cli.pipeline import Sampling
from colorize_cli.variants import Variants

__all__ = ["COPIED", "IN_COLOUR", "BatchSettings", "OnColor"]

OnColor = Literal["skip", "copy", "recolor"]

# Why photos in colour are left alone, for the report and the ledger.
IN_COLOUR = "in colour already (--on-color)"
COPIED = "in colour already, so copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How a run is done; `sampling`, `variants` and `grade` decide the colours."""

    sampling: Sampling = field(default_factory=Sampling)
    # What is made of each photo.
    variants: Variants = field(default_factory=Variants)
    # The change of all colours.
    grade: Grade = field(default_factory=Grade)
    # Rows that the network sees at once.
    batch_size: int = 4
    # Threads that read and threads that write.
    workers: int = 2
    # Of JPEG, WebP and AVIF, 1 to 100; at 100 the last two are lossless.
    quality: int = 95
    # Say in each picture's XMP how it was made.
    tag: bool = True
    # What happens to photos that are in colour already.
    on_color: OnColor = "skip"
    # The largest photo that is read, all its pages together.
    max_pixels: int = MAX_PIXELS
    # Give results the times of their photos.
    preserve_times: bool = False
    # Write again what is already there.
    overwrite: bool = False
    # Failed photos after which the run ends; None never ends it.
    max_errors: int | None = None

    def picture_hash(self, format: Format) -> str:
        """Hash of all that decides a picture besides the photo and the model.

        What is at its default does not count, so a later version with more settings
        does not take every picture for outdated.

        Args:
            format: How the picture is encoded.
        """
        decisive = changed(self, leave_out=NOT_DECISIVE)
        if format in LOSSLESS:
            decisive.pop("quality", None)
        variants = self.variants
        if variants.pick not in ONE_SAMPLE:
            decisive["variants"] = {"pick": variants.pick, "samples": variants.samples}
        return settings_hash(decisive | {"format": format})


# Fields that change how a run goes, and what is made, but not what a picture is like.
NOT_DECISIVE = {
    "variants",
    "on_color",
    "max_pixels",
    "preserve_times",
    "batch_size",
    "workers",
    "overwrite",
    "max_errors",
}
# Picks of which every picture shows one sample, which depends on no other.
ONE_SAMPLE = {"all", "first"}
LOSSLESS = {"png", "tiff", "jp2", "bmp", "ppm"}


def changed(settings: Any, leave_out: set[str]) -> dict[str, Any]:  # noqa: ANN401
    """The fields of a dataclass that are not at their defaults, as JSON holds them."""
    found = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        default = (
            each.default if each.default_factory is MISSING else each.default_factory()
        )
        if each.name not in leave_out and value != default:
            inner = is_dataclass(value)
            found[each.name] = changed(value, leave_out=set()) if inner else value
    return found
