"""A photo in memory."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Metadata", "OwnParts", "Photo", "Pixels"]

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnParts:
    """What only the format that a photo came in has a place for.

    Attributes:
        format: The format, as files are called.
        kind: What such parts are called there.
        raw: The parts as they stand in the file, one behind the other.
    """

    format: str
    kind: str
    raw: bytes

    @classmethod
    def of(cls, format: str, kind: str, raw: bytes) -> Self | None:
        """These parts; None if there are none."""
        return cls(format=format, kind=kind, raw=raw) if raw else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a file says about its picture.

    Attributes:
        exif: The EXIF block, from its byte order on.
        icc: The ICC profile.
        xmp: The XMP packet.
        iptc: The IPTC-IIM records (captions and keywords of press and archives).
        dpi: Pixels per inch across and down, where the container says so itself.
        own: Comments and the like, for results in the format of the photo.
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    own: OwnParts | None = None

    def own_parts(self, format: str) -> bytes:
        """The parts that go on into a result of this format."""
        return self.own.raw if self.own and self.own.format == format else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """Upright pixels and the metadata that travels with them.

    Attributes:
        rgb: (H, W, 3) uint8 or uint16, sRGB, orientation already applied. Of a grey
            photo it is a read-only view that shows one plane three times.
        alpha: (H, W) of the same type, or None; carried through untouched.
        metadata: Carried through; its EXIF orientation is 1.
    """

    rgb: Pixels
    alpha: Pixels | None = None
    metadata: Metadata = field(default_factory=Metadata)

    @property
    def is_one_plane(self) -> bool:
        """Whether `rgb` takes the memory of one plane, shown three times."""
        return self.rgb.strides[-1] == 0

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the pixels take."""
        rgb = self.rgb.nbytes // 3 if self.is_one_plane else self.rgb.nbytes
        return rgb + (0 if self.alpha is None else self.alpha.nbytes)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    def with_rgb(self, rgb: Pixels) -> Self:
        """The same photo with other colours."""
        return replace(self, rgb=rgb)
