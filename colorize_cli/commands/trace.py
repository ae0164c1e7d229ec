"""`colorize trace PHOTO -o FILE`: the reverse loop of one photo, step by step."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.errors import PlanError
from colorize_cli.options.model import model_options
from colorize_cli.options.sampling import sampling_options
from colorize_cli.options.variants import SAMPLE_COUNT

if TYPE_CHECKING:
    from colorize_cli.codec.animation import AnimationFormat
    from colorize_cli.imaging.photo import Photo
    from colorize_cli.tracing import TracedStep

__all__ = ["trace"]

ANIMATION_FORMATS: "dict[str, AnimationFormat]" = {".gif": "gif", ".webp": "webp"}
PAGE_SUFFIX = ".png"


@click.command(short_help="Show how a photo gets its colours, step by step.")
@click.argument("photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What to write: an animation (.gif or .webp), or all steps on a page (.png).",
)
@click.option(
    "--sample",
    type=SAMPLE_COUNT,
    default=1,
    show_default=True,
    metavar="N",
    help="Which variant to follow: the one that colorize calls name_sN.",
)
@sampling_options
@model_options
@click.option("--overwrite", is_flag=True, help="Replace FILE.")
def trace(photo: Path, output: Path, sample: int, **options: Any) -> None:  # noqa: ANN401
    """Show the steps in which a photo gets its colours.

    For every step, the noisy colours that the network sees and the colours that it
    takes to be under the noise, at the photo's luminance. GIF has few colours; WebP
    shows them all, in a smaller file.
    """
    check_output(photo, output, overwrite=options["overwrite"])
    from colorize_cli import codec, tracing
    from colorize_cli.commands.settings import check_size, sampling_of
    from colorize_cli.console import printable
    from colorize_cli.files import disk
    from colorize_cli.model import load_model

    picture = codec.decode(disk.read(photo), photo)
    model = load_model(options["model"], options["backend"], options["device"])
    check_size(options["size"], model.header.config)
    sampling = sampling_of(options)
    steps = tracing.trace(picture, model, sampling, sample - 1)
    note = f"model {model.path.name}, {sampling.sampler}"
    note += f"; sample {sample}, seed {sampling.seed}"
    suffix = output.suffix.lower()
    if suffix == PAGE_SUFFIX:
        data = page(photo.name, note, picture, steps)
    else:
        data = animation(ANIMATION_FORMATS[suffix], photo.name, note, picture, steps)
    disk.write_atomic(output, data)
    click.echo(f"{printable(output)}: {len(steps)} steps, {len(data) / 1e6:.1f} MB")


def check_output(photo: Path, output: Path, *, overwrite: bool) -> None:
    """Refuse a file that cannot be written or must not be.

    Raises:
        PlanError: If its name has another ending, or it is there already.
    """
    from colorize_cli.files import disk

    endings = [*ANIMATION_FORMATS, PAGE_SUFFIX]
    if output.suffix.lower() not in endings:
        raise PlanError(f"{output}: the name ends in {', '.join(endings)}")
    found = disk.identity(output)
    if found is not None:
        if found == disk.identity(photo):
            raise PlanError(f"{output}: is the photo itself; choose another name")
        if not overwrite:
            raise PlanError(f"{output}: is already there; --overwrite replaces it")


def page(title: str, note: str, photo: "Photo", steps: "list[TracedStep]") -> bytes:
    """All steps as a PNG."""
    from colorize_cli import codec
    from colorize_cli.figures.trace import trace_grid
    from colorize_cli.imaging.photo import Photo

    return codec.encode(Photo(rgb=trace_grid(title, note, photo, steps)), "png")


def animation(
    format: "AnimationFormat",
    title: str,
    note: str,
    photo: "Photo",
    steps: "list[TracedStep]",
) -> bytes:
    """One step after the other."""
    from colorize_cli.codec.animation import encode_animation
    from colorize_cli.figures.trace import trace_frames

    frames, durations_ms = zip(*trace_frames(title, note, photo, steps), strict=True)
    return encode_animation(frames, durations_ms, format)
