"""WebP: RIFF chunks, completeness, metadata."""

import struct
from collections.abc import Iterator

import imagecodecs

from colorize_cli.codec.metadata import in_exif, without_prefix
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError
from colorize_cli.imaging.photo import Metadata

__all__ = ["is_webp", "survey_webp", "with_metadata"]

HEADER = struct.Struct("<4sI4s")
ALPHA, ICC, EXIF, XMP = 0x10, 0x20, 0x08, 0x04


def is_webp(data: bytes) -> bool:
    """Whether it starts like a WebP file."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def survey_webp(data: bytes, name: object) -> Survey:
    """Walk the chunks of a WebP.

    Raises:
        DecodeError: If it is truncated or holds no picture.
    """
    end = 8 + HEADER.unpack_from(data)[1]
    if end > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")
    data = data[:end]
    size = None
    frame_count = 0
    blocks: dict[bytes, bytes] = {}
    for kind, body in chunks(data):
        if kind in {b"VP8X", b"VP8 ", b"VP8L"} and size is None:
            size = size_of(kind, bytes(body[:10]))
        elif kind == b"ANMF":
            frame_count += 1
        elif kind in {b"ICCP", b"EXIF", b"XMP "}:
            blocks.setdefault(kind, bytes(body))
    if size is None:
        raise DecodeError(name, "is a WebP file without a picture in it")
    exif = blocks.get(b"EXIF")
    return Survey(
        width_px=size[0],
        height_px=size[1],
        frame_count=max(frame_count, 1),
        metadata=Metadata(
            exif=without_prefix(exif) if exif else None,
            icc=blocks.get(b"ICCP"),
            xmp=blocks.get(b"XMP "),
        ),
        read_pixels=lambda: imagecodecs.webp_decode(data),
    )


def chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and body of each chunk; bodies are padded to an even length."""
    at = HEADER.size
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, memoryview(data)[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def size_of(kind: bytes, body: bytes) -> tuple[int, int]:
    """Width and height from the first chunk, in pixels."""
    if kind == b"VP8X":
        sides = (
            int.from_bytes(body[4:7], "little"),
            int.from_bytes(body[7:10], "little"),
        )
        return sides[0] + 1, sides[1] + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def with_metadata(data: bytes, metadata: Metadata) -> bytes:
    """Rewrite an encoder's output as an extended WebP that carries metadata.

    Resolution and IPTC, for which WebP has no place, go into EXIF.
    """
    metadata = in_exif(metadata)
    if not (metadata.icc or metadata.exif or metadata.xmp):
        return data
    bodies = {kind: bytes(body) for kind, body in chunks(data)}
    flags = bodies.pop(b"VP8X", b"\0")[0]
    kind = next(kind for kind in bodies if kind in {b"VP8 ", b"VP8L"})
    width, height = size_of(kind, bodies[kind][:10])
    if kind == b"VP8L" and bodies[kind][4] & 0x10:
        flags |= ALPHA
    before, after = b"", b""
    if metadata.icc:
        flags |= ICC
        before = chunk(b"ICCP", metadata.icc)
    if metadata.exif:
        flags |= EXIF
        after += chunk(b"EXIF", metadata.exif)
    if metadata.xmp:
        flags |= XMP
        after += chunk(b"XMP ", metadata.xmp)
    canvas = struct.pack("<HBHB", *split(width - 1), *split(height - 1))
    extended = chunk(b"VP8X", bytes((flags, 0, 0, 0)) + canvas)
    picture = b"".join(chunk(kind, body) for kind, body in bodies.items())
    content = b"WEBP" + extended + before + picture + after
    return b"RIFF" + struct.pack("<I", len(content)) + content


def split(number: int) -> tuple[int, int]:
    """A 24-bit number as its low 16 and high 8 bits."""
    return number & 0xFFFF, number >> 16


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk, padded."""
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)
