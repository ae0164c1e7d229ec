"""Small photos of every format, and seeded ways to damage them."""

import random
from collections.abc import Callable
from pathlib import Path

import cv2
import imagecodecs
import numpy as np

from colorize_cli import codec
from colorize_cli.codec.formats import Format
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import Image, saved, tiff

__all__ = ["MUTATIONS", "SEEDS", "mutated", "write_corpus"]

HEIGHT, WIDTH = 20, 26
GREY = cv2.cvtColor(pictures.colours(HEIGHT, WIDTH), cv2.COLOR_RGB2GRAY)
GREY_16 = GREY.astype(np.uint16) * 257
RGB = np.repeat(GREY[..., None], 3, axis=2)
ALPHA = pictures.ramp(HEIGHT, WIDTH)
RICH = Metadata(
    exif=pictures.exif_block(6, "Grandmother"),
    icc=imagecodecs.cms_profile("srgb"),
    xmp=pictures.xmp_packet(6),
    iptc=pictures.iptc_records("Łódź"),
    dpi=(300.0, 300.0),
)


def picture(mode: str) -> Image.Image:
    """The grey picture in one of Pillow's modes."""
    found = Image.fromarray(GREY)
    if mode.endswith("A"):
        found = found.convert(mode)
        found.putalpha(Image.fromarray(ALPHA))
    return found.convert(mode)


def ours(format: Format, quality: int = 90) -> bytes:
    """Written by us, with every kind of metadata."""
    return codec.encode(Photo(rgb=RGB, metadata=RICH), format, quality=quality)


def grey_tiff(**settings) -> bytes:
    """Written by tifffile."""
    return tiff(GREY_16, photometric="minisblack", **settings)


SEEDS: dict[str, bytes] = {
    "plain.jpg": saved(picture("L"), "JPEG"),
    "progressive.jpg": saved(picture("RGB"), "JPEG", progressive=True),
    "rich.jpg": ours("jpg"),
    "inks.jpg": saved(
        picture("CMYK"), "JPEG", icc_profile=pictures.cmyk_profile(), quality=90
    ),
    "plain.png": saved(picture("L"), "PNG"),
    "deep.png": imagecodecs.png_encode(GREY_16),
    "palette.png": saved(picture("P"), "PNG"),
    "alpha.png": saved(picture("LA"), "PNG"),
    "rich.png": ours("png"),
    "raw.tif": grey_tiff(),
    "lzw.tif": grey_tiff(compression="lzw", predictor=True),
    "deflate.tif": grey_tiff(compression="zlib", byteorder=">", rowsperstrip=7),
    "jpeg.tif": tiff(GREY, photometric="minisblack", compression="jpeg"),
    "tiles.tif": grey_tiff(bigtiff=True, tile=(16, 16)),
    "fax.tif": saved(picture("1"), "TIFF", compression="group4"),
    "pages.tif": pictures.tiff_pages([RGB, RGB[::-1].copy()], [0, 0]),
    "rich.tif": ours("tiff"),
    "lossy.webp": saved(picture("RGB"), "WEBP"),
    "lossless.webp": saved(picture("RGBA"), "WEBP", lossless=True),
    "rich.webp": ours("webp"),
    "plain.avif": saved(picture("RGB"), "AVIF"),
    "rich.avif": ours("avif"),
    "plain.jp2": saved(picture("L"), "JPEG2000"),
    "rich.jp2": ours("jp2"),
    "bare.j2k": saved(picture("RGB"), "JPEG2000", no_jp2=True),
    "plain.bmp": saved(picture("L"), "BMP"),
    "rich.bmp": ours("bmp"),
    "plain.pgm": saved(picture("L"), "PPM"),
    "text.pgm": b"P2 26 20 255\n" + " ".join(map(str, GREY.ravel())).encode() + b"\n",
    "rich.ppm": ours("ppm"),
    "alpha.pam": b"P7\nWIDTH 26\nHEIGHT 20\nDEPTH 2\nMAXVAL 255\nENDHDR\n"
    + np.dstack([GREY, ALPHA]).tobytes(),
}


def flip_bits(data: bytearray, rng: random.Random) -> None:
    """One to eight bits anywhere."""
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def flip_header(data: bytearray, rng: random.Random) -> None:
    """Bits among the first bytes, where formats say what they are."""
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(min(64, len(data)))] ^= 1 << rng.randrange(8)


def truncate(data: bytearray, rng: random.Random) -> None:
    """A download that broke off."""
    del data[rng.randrange(len(data)) :]


def foreign_header(data: bytearray, rng: random.Random) -> None:
    """The first bytes of another format."""
    other = rng.choice(sorted(SEEDS.values()))
    count = rng.choice([4, 12, 40])
    data[:count] = other[:count]


def extreme_field(data: bytearray, rng: random.Random) -> None:
    """A length, size or offset at its limit."""
    at = rng.randrange(min(400, len(data)))
    value = rng.choice(
        [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"]
    )
    data[at : at + 4] = value


def blank(data: bytearray, rng: random.Random) -> None:
    """A run of zeros, as a bad sector leaves it."""
    at = rng.randrange(len(data))
    count = min(rng.randint(1, 200), len(data) - at)
    data[at : at + count] = bytes(count)


def splice(data: bytearray, rng: random.Random) -> None:
    """A piece that stands elsewhere, once more."""
    at, start = rng.randrange(len(data)), rng.randrange(len(data))
    data[at:at] = data[start : start + rng.randint(1, 100)]


def cut_out(data: bytearray, rng: random.Random) -> None:
    """A piece that is missing."""
    at = rng.randrange(len(data))
    del data[at : at + rng.randint(1, 60)]


MUTATIONS: dict[str, Callable[[bytearray, random.Random], None]] = {
    each.__name__: each
    for each in (
        flip_bits,
        flip_header,
        truncate,
        foreign_header,
        extreme_field,
        blank,
        splice,
        cut_out,
    )
}


def mutated(seed: str, mutation: str, number: int) -> bytes:
    """A seed file with one kind of damage; the same for the same arguments."""
    data = bytearray(SEEDS[seed])
    MUTATIONS[mutation](data, random.Random(f"{seed} {mutation} {number}"))
    return bytes(data)


def write_corpus(folder: Path, seeds: list[str], rounds: int = 2) -> int:
    """Write every mutation of these seed files; returns how many files there are."""
    folder.mkdir(parents=True)
    for seed in seeds:
        stem, _, suffix = seed.rpartition(".")
        for mutation in MUTATIONS:
            for number in range(rounds):
                name = f"{stem}_{suffix}_{mutation}_{number}.{suffix}"
                (folder / name).write_bytes(mutated(seed, mutation, number))
    return len(seeds) * len(MUTATIONS) * rounds
