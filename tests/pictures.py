"""Picture files for codec tests, made by encoders other than ours wherever possible."""

import io
import struct
from collections.abc import Sequence

import cv2
import numpy as np
import tifffile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

HEIGHT, WIDTH = 50, 70


def colours(height: int = HEIGHT, width: int = WIDTH, seed: int = 0) -> np.ndarray:
    """Smooth random colours without symmetry, (H, W, 3) uint8."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)


def colours_16(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Noise over the whole 16-bit range, (H, W, 3) uint16."""
    rng = np.random.default_rng(1)
    return rng.integers(0, 65536, (height, width, 3), dtype=np.uint16)


def ramp(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """An alpha plane, transparent at the left and opaque at the right, uint8."""
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


def image(mode: str = "RGB") -> Image.Image:
    """`colours` as a Pillow image; with `ramp` if the mode has an alpha."""
    picture = Image.fromarray(colours())
    if mode in {"LA", "RGBA"}:
        picture.putalpha(Image.fromarray(ramp()))
    return picture.convert(mode)


def saved(picture: Image.Image, format: str, **settings) -> bytes:
    """Encode with Pillow."""
    target = io.BytesIO()
    picture.save(target, format, **settings)
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    """Decode with Pillow, orientation not applied."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def tiff(pixels: np.ndarray, **settings) -> bytes:
    """Encode with tifffile."""
    target = io.BytesIO()
    tifffile.imwrite(target, pixels, **settings)
    return target.getvalue()


def exif_block(orientation: int | None = None, description: str = "") -> bytes:
    """An EXIF block as `Metadata` holds it, made by Pillow."""
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    if description:
        exif[0x010E] = description
    return exif.tobytes().removeprefix(b"Exif\0\0")


def exif_of(values: dict[int, object]) -> bytes:
    """An EXIF block with these tags in its first directory, made by Pillow."""
    exif = Image.Exif()
    for tag, value in values.items():
        exif[tag] = IFDRational(*value) if isinstance(value, tuple) else value
    return exif.tobytes().removeprefix(b"Exif\0\0")


def iptc_records(*keywords: str) -> bytes:
    """IPTC-IIM records: UTF-8 announced, then a keyword each (2:25)."""
    records = b"\x1c\x01\x5a\0\x03\x1b%G"
    for word in keywords:
        raw = word.encode()
        records += b"\x1c\x02\x19" + struct.pack(">H", len(raw)) + raw
    return records


def icc_profile(space: bytes = b"RGB ", size_bytes: int = 400) -> bytes:
    """A profile with the header of one for `space`; its tags are filler."""
    header = bytearray(128)
    struct.pack_into(">I", header, 0, size_bytes)
    header[12:20] = b"mntr" + space
    header[20:24] = b"XYZ "
    header[36:40] = b"acsp"
    filler = np.random.default_rng(2).bytes(size_bytes - 132)
    return bytes(header) + bytes(4) + filler


def xmp_packet(orientation: int | None = None) -> bytes:
    """A small XMP packet, with tiff:Orientation if asked for."""
    turn = f' tiff:Orientation="{orientation}"' if orientation else ""
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/"{turn}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def cmyk_profile() -> bytes:
    """A real CMYK profile: inks on white paper, as an 8-bit table to Lab.

    The two-point table makes paper without ink white (L 100) and every corner with full
    black or two full inks dark, which is enough to tell right from inverted.
    """
    corners = np.indices((2, 2, 2, 2)).reshape(4, -1).T
    red, green, blue = (1 - corners[:, :3].T) * (1 - corners[:, 3])
    lightness = np.round(255 * (0.3 * red + 0.6 * green + 0.1 * blue))
    a = 128 + 60 * (red - green)
    b = 128 + 60 * ((red + green) / 2 - blue)
    lab = np.stack([lightness, a, b], axis=1).astype(np.uint8)
    table = struct.pack(">4s4xBBBx", b"mft1", 4, 3, 2)
    table += struct.pack(">9i", *(65536 * (k in {0, 4, 8}) for k in range(9)))
    identity = bytes(range(256))
    table += identity * 4 + lab.tobytes() + identity * 3
    head = bytearray(128)
    size = 128 + 4 + 12 + len(table)
    struct.pack_into(
        ">I4sI4s4s4s", head, 0, size, b"    ", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head[36:40] = b"acsp"
    # The illuminant of the connection space, D50.
    struct.pack_into(">3I", head, 68, 0xF6D6, 0x10000, 0xD32D)
    return bytes(head) + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


def stream(data: bytes) -> io.BytesIO:
    """Bytes as a file."""
    return io.BytesIO(data)


def tiff_opened(data: bytes) -> np.ndarray:
    """Decode with tifffile, as stored."""
    return tifffile.imread(io.BytesIO(data))


def tiff_pages(pages: Sequence[np.ndarray], kinds: Sequence[int]) -> bytes:
    """A TIFF of several RGB pages; `kinds` are their NewSubfileTypes."""
    target = io.BytesIO()
    with tifffile.TiffWriter(target) as writer:
        for page, kind in zip(pages, kinds, strict=True):
            writer.write(page, photometric="rgb", subfiletype=kind, metadata=None)
    return target.getvalue()
