"""Metadata of grey photos, whose results are in colours."""

from pathlib import Path

import imagecodecs
import pytest

from colorize_cli.codec import decode, exif
from colorize_cli.codec.directories import Field
from colorize_cli.codec.exif_writing import as_block
from colorize_cli.codec.values import number
from colorize_cli.codec.xmp import properties
from tests.pictures import icc_profile, image, saved

NAME = Path("old.jpg")
BITS, PHOTOMETRIC, CHANNELS = 258, 262, 277
SHORT, LONG = 3, 4
TIFF_SPACE = "http://ns.adobe.com/tiff/1.0/"
PHOTOSHOP_SPACE = "http://ns.adobe.com/photoshop/1.0/"
GREY_PROFILE = imagecodecs.cms_profile("gray", gamma=1.8)
SAID = {
    "tiff:PhotometricInterpretation": "1",
    "tiff:SamplesPerPixel": "1",
    "photoshop:ColorMode": "1",
    "photoshop:ICCProfile": "Dot Gain 20%",
    "photoshop:City": "1",
}


def carried(format: str = "JPEG", mode: str = "L", **settings):
    """The metadata of a photo that has this metadata."""
    return decode(saved(image(mode), format, **settings), NAME).metadata


def directory(values: dict[int, int], order: str, kind: int = SHORT) -> bytes:
    """A block with these numbers in its first directory."""
    ends = {"<": "little", ">": "big"}[order]
    length = {SHORT: 2, LONG: 4}[kind]
    fields = {
        tag: Field(type=kind, count=1, raw=value.to_bytes(length, ends))
        for tag, value in values.items()
    }
    return as_block(fields, order) or b""


def packet(*, as_elements: bool) -> bytes:
    """What Photoshop says of a grey photo, in either style of RDF."""
    pairs = SAID.items()
    attributes = "".join(f' {key}="{value}"' for key, value in pairs)
    elements = "".join(f"<{key}>{value}</{key}>" for key, value in pairs)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'xmlns:tiff="{TIFF_SPACE}" xmlns:photoshop="{PHOTOSHOP_SPACE}"'
        f"{'' if as_elements else attributes}>{elements if as_elements else ''}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


@pytest.mark.parametrize("kind", [SHORT, LONG])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("zero", [0, 1])
def test_exif_says_that_the_photo_is_rgb(zero, order, kind):
    """Three channels, and neither white nor black is zero; bits stay as they are."""
    grey = {BITS: 8, PHOTOMETRIC: zero, CHANNELS: 1, 40961: 1}
    block = directory(grey, order, kind)
    found = exif.fields_of(carried(exif=b"Exif\0\0" + block).exif)
    values = {tag: number(each, order) for tag, each in found.items()}
    assert values == {**grey, PHOTOMETRIC: 2, CHANNELS: 3}


def test_exif_that_does_not_say_grey_is_not_touched():
    """YCbCr of three channels, as cameras write it."""
    block = directory({PHOTOMETRIC: 6, CHANNELS: 3}, "<")
    assert carried(mode="RGB", exif=b"Exif\0\0" + block).exif == block


@pytest.mark.parametrize("as_elements", [True, False])
def test_xmp_says_that_the_photo_is_rgb(as_elements):
    """The name of a profile that was replaced goes; all else stays to the byte."""
    xmp = packet(as_elements=as_elements)
    settings = {"xmp": xmp, "icc_profile": GREY_PROFILE}
    found = carried(**settings).xmp
    assert properties(found) == {
        (TIFF_SPACE, "PhotometricInterpretation"): "2",
        (TIFF_SPACE, "SamplesPerPixel"): "3",
        (PHOTOSHOP_SPACE, "ColorMode"): "3",
        (PHOTOSHOP_SPACE, "City"): "1",
    }
    gone = b"<photoshop:ICCProfile>Dot Gain 20%</photoshop:ICCProfile>"
    if not as_elements:
        gone = b' photoshop:ICCProfile="Dot Gain 20%"'
    assert len(found or b"") == len(xmp) - len(gone)


@pytest.mark.parametrize("icc", [None, icc_profile()])
def test_a_profile_that_is_kept_keeps_its_name(icc):
    """And so does one of which nothing is known but the name."""
    found = properties(
        carried(mode="RGB", xmp=packet(as_elements=False), icc_profile=icc).xmp
    )
    assert found[PHOTOSHOP_SPACE, "ICCProfile"] == "Dot Gain 20%"
