"""What PNG keeps in chunks of text: XMP, blocks of other formats, and words."""

import zlib
from dataclasses import dataclass

from colorize_cli.codec.metadata import (
    EXIF_PREFIX,
    IPTC_MARK,
    iptc_of_photoshop,
    photoshop_of_iptc,
)

__all__ = ["IPTC_KEYWORD", "TEXT_KINDS", "XMP_KEYWORD", "Texts", "as_text", "unpacked"]

TEXT_KINDS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
XMP_KEYWORD = b"XML:com.adobe.xmp"
# PNG has no place for IPTC, and had none for EXIF; these are the keywords of
# ImageMagick and ExifTool.
RAW_PROFILE = b"Raw profile type "
IPTC_KEYWORD = RAW_PROFILE + b"iptc"
EXIF_NAMES, IPTC_NAMES = frozenset({b"exif", b"app1"}), frozenset({b"iptc", b"8bim"})
XMP_NAME = b"xmp"
# Profiles and XMP are compressed; nothing honest unpacks to more than this.
MAX_UNPACKED_BYTES = 32 << 20


@dataclass(slots=True)
class Texts:
    """What the chunks of text say; filled while a file is walked.

    Attributes:
        exif: The block of a raw profile.
        iptc: The records of a raw profile.
        xmp: The packet.
        own: Chunks that only PNG has, whole.
    """

    exif: bytes | None = None
    iptc: bytes | None = None
    xmp: bytes | None = None
    own: bytes = b""

    def take(self, kind: bytes, whole: bytes) -> None:
        """Note what one chunk says.

        Keywords with a colon are how ImageMagick and makers of thumbnails note what is
        in the file: sizes, dates, and the orientation, which will be applied.

        Args:
            kind: Its kind.
            whole: The chunk with length and checksum.
        """
        keyword, _, rest = whole[8:-4].partition(b"\0")
        if keyword == XMP_KEYWORD and kind == b"iTXt":
            self.xmp = xmp_packet(rest) or self.xmp
        elif keyword.startswith(RAW_PROFILE):
            # A compression method before what is packed.
            text = unpacked(rest[1:]) if kind == b"zTXt" else rest
            name = keyword.removeprefix(RAW_PROFILE).lower()
            self._take_profile(name, raw_profile(text or b""))
        elif b":" not in keyword:
            # Readers that pass over a wrong checksum in the photo may stop at it here.
            checksum = zlib.crc32(whole[4:-4])
            self.own += whole[:-4] + checksum.to_bytes(4, "big")

    def _take_profile(self, name: bytes, raw: bytes) -> None:
        if name in IPTC_NAMES and raw:
            records = raw if raw.startswith(IPTC_MARK) else iptc_of_photoshop(raw)
            self.iptc = records or self.iptc
        elif name in EXIF_NAMES and raw.startswith(EXIF_PREFIX):
            self.exif = raw.removeprefix(EXIF_PREFIX)
        elif name == XMP_NAME and raw:
            self.xmp = self.xmp or raw


def xmp_packet(rest: bytes) -> bytes | None:
    """The text of an iTXt chunk, behind its keyword."""
    # A compression flag and method, a language and a translated keyword, the text.
    *_, text = rest[2:].split(b"\0", 2)
    return unpacked(text) if rest[:1] == b"\1" else text


def raw_profile(text: bytes) -> bytes:
    """The bytes of a raw profile; none if it is damaged."""
    # A line with the kind, which ExifTool calls "IPTC profile", one with the length,
    # then hexadecimal digits.
    try:
        _, length, *digits = text.strip().splitlines()
        return bytes.fromhex(b"".join(digits).decode("ascii"))[: int(length)]
    except ValueError:
        return b""


def as_text(iptc: bytes) -> bytes:
    """IPTC records as a raw profile."""
    raw = photoshop_of_iptc(iptc)
    digits = raw.hex().encode()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return b"\n".join([b"\niptc", b"%8d" % len(raw), *lines, b""])


def unpacked(packed: bytes) -> bytes | None:
    """Inflate; None if the data is damaged or absurdly large."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, MAX_UNPACKED_BYTES)
    except zlib.error:
        return None
    return data if inflate.eof else None
