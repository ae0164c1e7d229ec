"""What every result says about itself, in XMP: a model has made these colours, and how.

`Iptc4xmpExt:DigitalSourceType` is the IPTC's word for it, which search engines and
picture agencies read. The properties of our own namespace are enough to make the very
same picture again; `colorize inspect` turns them into a command.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Self

import colorize_cli
from colorize_cli.codec.xmp import Name, properties
from colorize_cli.codec.xmp_writing import merged
from colorize_cli.imaging.photo import Photo
from colorize_cli.model.backend import Model
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Kind, Pick

__all__ = ["SOURCE_TYPE", "Tag", "source_type"]

IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
OURS = "urn:colorize-diffusion:1.0/"
PREFIXES = {IPTC: "Iptc4xmpExt", OURS: "colorize"}
SOURCE_TYPE = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/"
    "compositeWithTrainedAlgorithmicMedia"
)
# How fields that are no texts are read, by their annotations.
NUMBERS: dict[Any, Callable[[str], Any]] = {int: int, int | None: int, float: float}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """How a picture was made.

    Attributes:
        version: Of this program.
        model: The name of the model's file.
        weights_hash: Of its weights; see `Model`.
        seed: Of the noise.
        steps: Of the reverse loop.
        sampler: Its name.
        size: Working short side in pixels.
        saturation: See `Grade`.
        temperature: See `Grade`.
        source_hash: `content_hash` of the photo's file; names do not matter.
        product: What kind of picture it is.
        sample: Which sample it shows, from 1 as in file names; None for none or many.
        samples: How many were drawn, if the picture depends on that, or other pages
            of its document do; else None.
        pick: How they became one, under the same conditions.
        quality: Of the encoder, if that is lossy; else None.
        on_color: "recolor" if the photo was in colour and its colours were replaced.
    """

    version: str
    model: str
    weights_hash: str
    seed: int
    steps: int
    sampler: str
    size: int
    saturation: float = 1.0
    temperature: float = 0.0
    source_hash: str = ""
    product: Kind = "picture"
    sample: int | None = None
    samples: int | None = None
    pick: Pick | None = None
    quality: int | None = None
    on_color: str | None = None

    @classmethod
    def of(cls, model: Model, settings: BatchSettings) -> Self:
        """What all pictures of a run have in common."""
        sampling, header = settings.sampling, model.header
        return cls(
            version=colorize_cli.__version__,
            model=model.path.name,
            weights_hash=model.weights_hash,
            seed=sampling.seed,
            steps=sampling.step_count(header.schedule),
            sampler=sampling.sampler,
            size=sampling.size or header.config.image_size,
            saturation=settings.grade.saturation,
            temperature=settings.grade.temperature,
        )

    @classmethod
    def read(cls, xmp: bytes | None) -> Self | None:
        """The tag in an XMP packet; None if there is none that makes sense."""
        found = {
            name: text
            for (space, name), text in properties(xmp).items()
            if space == OURS
        }
        values: dict[str, Any] = {}
        try:
            for each in fields(cls):
                text = found.get(property_name(each.name))
                if text is not None:
                    values[each.name] = NUMBERS.get(each.type, str)(text)
            return cls(**values)
        except (TypeError, ValueError):
            return None

    def on(self, photo: Photo) -> Photo:
        """The photo with this tag in its XMP, beside what stands there already."""
        names: dict[Name, str] = {(IPTC, "DigitalSourceType"): SOURCE_TYPE}
        names |= {(OURS, property_name(k)): v for k, v in self.told().items()}
        xmp = merged(photo.metadata.xmp, names, PREFIXES, owned=OURS)
        return replace(photo, metadata=replace(photo.metadata, xmp=xmp))

    def told(self) -> Mapping[str, str]:
        """The values by field, as text; those at their defaults are left out."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        defaults = {each.name: each.default for each in fields(self)}
        return {
            name: str(value)
            for name, value in values.items()
            if defaults[name] is MISSING or value != defaults[name]
        }


def source_type(xmp: bytes | None) -> str | None:
    """What an XMP packet says about how the picture came to be; None if nothing."""
    return properties(xmp).get((IPTC, "DigitalSourceType"))


def property_name(field: str) -> str:
    """`weights_hash` as XMP writes names, WeightsHash."""
    return "".join(word.capitalize() for word in field.split("_"))
