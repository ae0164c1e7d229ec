"""What results say about themselves in XMP."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from colorize_cli.batch.tagging import IPTC, OURS, SOURCE_TYPE, Tag, source_type
from colorize_cli.codec.xmp import Packet, properties
from colorize_cli.imaging.grading import Grade
from colorize_cli.imaging.photo import Metadata, Photo
from colorize_cli.pipeline import Sampling
from colorize_cli.settings import BatchSettings
from tests.fake_backend import fake_model

DUBLIN = "http://purl.org/dc/elements/1.1/"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
TAG = Tag(
    version="1.0",
    model="m.safetensors",
    weights_hash="ab" * 16,
    seed=7,
    steps=20,
    sampler="ddpm",
    size=64,
    sample=3,
    quality=95,
)
# As Photoshop writes it: attributes, a list, a line break, an old source type.
PHOTOSHOP = f"""\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:1"
    xmlns:dc="{DUBLIN}" xmlns:ext='{IPTC}' xmlns:old="{OURS}"
    dc:format="image/jpeg" ext:DigitalSourceType = "scan > 'print'"
    old:Seed="99" old:Gone="yes" dc:rights="first&#xA;second">
   <dc:subject><rdf:Bag><rdf:li>Łódź</rdf:li></rdf:Bag></dc:subject>
   <old:Temperature>5</old:Temperature>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def tagged(xmp: bytes | None, tag: Tag = TAG) -> bytes:
    """The packet of a photo with that packet, once it is tagged."""
    photo = Photo(rgb=np.zeros((1, 1, 3), np.uint8), metadata=Metadata(xmp=xmp))
    found = tag.on(photo).metadata.xmp
    assert found is not None
    return found


def test_a_tag_is_read_as_it_was_written():
    """Every field, whatever its type; fields at their defaults take no room."""
    full = replace(
        TAG,
        saturation=1.3,
        temperature=-4.25,
        source_hash="cd" * 16,
        product="sheet",
        samples=4,
        pick="medoid",
        on_color="recolor",
    )
    assert Tag.read(tagged(None)) == TAG
    assert Tag.read(tagged(None, full)) == full
    assert b"Temperature" not in tagged(None)


def test_it_names_the_source_type_where_others_look_for_it():
    """An XML parser of another kind finds the IPTC's property."""
    root = ElementTree.fromstring(tagged(None).split(b"?>", 1)[1])
    (found,) = root.iter(f"{{{IPTC}}}DigitalSourceType")
    assert found.text == SOURCE_TYPE == source_type(tagged(None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-16-le"])
def test_what_is_there_already_stays(encoding):
    """To the byte, but for properties that are no longer true."""
    xmp = tagged(PHOTOSHOP.encode(encoding))
    assert Tag.read(xmp) == TAG
    kept = properties(xmp)
    assert kept[DUBLIN, "rights"] == "first\nsecond"
    assert kept[DUBLIN, "format"] == "image/jpeg"
    assert "<rdf:li>Łódź</rdf:li>" in xmp.decode()
    assert 'dc:rights="first&#xA;second"' in xmp.decode()
    assert kept[IPTC, "DigitalSourceType"] == SOURCE_TYPE
    assert (OURS, "Gone") not in kept
    assert xmp.count(b"DigitalSourceType") == 2
    root = ElementTree.fromstring(xmp.split(b"?>", 1)[1])
    abouts = {each.get(f"{RDF}about") for each in root.iter(f"{RDF}Description")}
    assert abouts == {"uuid:1"}


def test_tagging_twice_is_tagging_once():
    """The later tag replaces the earlier one."""
    again = replace(TAG, seed=8, sample=None)
    xmp = tagged(tagged(PHOTOSHOP.encode()), again)
    assert Tag.read(xmp) == again
    assert xmp.count(b"<colorize:Seed>") == 1


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>"""
DEEP = b"<x:a xmlns:x='u'>" * 5000 + b"</x:a>" * 5000


@pytest.mark.parametrize(
    "xmp",
    [
        b"no XML",
        b"",
        b"\xff\xfe\x00",
        PHOTOSHOP.encode()[:-200],
        BOMB + PHOTOSHOP[60:].encode(),
        BOMB.decode().encode("utf-16"),
        DEEP,
        b"<a><b/></a>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_packet_that_cannot_be_read_is_replaced(xmp):
    """Damaged, no RDF, with a DTD, nested too deeply: it is of no use to anybody."""
    assert Packet.parse(xmp) is None
    assert Tag.read(tagged(xmp)) == TAG


@pytest.mark.parametrize("name", ["a\nb\x01\x0c", "\udcff\udc80", "<&>\"'", "🦭\ufffe"])
def test_any_name_makes_a_readable_packet(name):
    """What XML cannot hold becomes U+FFFD."""
    found = Tag.read(tagged(None, replace(TAG, model=name)))
    assert found is not None
    assert replace(found, model=name) == replace(TAG, model=name)


@pytest.mark.parametrize(
    "xmp",
    [
        None,
        tagged(None).replace(b">7<", b">seven<"),
        tagged(None).replace(b"colorize:Steps", b"colorize:Stops"),
        PHOTOSHOP.encode(),
    ],
    ids=["none", "no number", "missing", "another program's"],
)
def test_half_a_tag_is_none(xmp):
    """A command made of it would be wrong."""
    assert Tag.read(xmp) is None


def test_it_says_what_the_run_was_told(tiny_config):
    """Steps and size are those of the model where nobody says otherwise."""
    tag = Tag.of(fake_model(tiny_config), BatchSettings())
    assert (tag.steps, tag.size, tag.seed, tag.sampler) == (3, 32, 0, "ddpm")
    settings = BatchSettings(
        sampling=Sampling(steps=9, size=48, seed=5, sampler="ddim"),
        grade=Grade(saturation=0.5, temperature=3),
    )
    tag = Tag.of(fake_model(tiny_config), settings)
    assert (tag.steps, tag.size, tag.seed, tag.sampler) == (9, 48, 5, "ddim")
    assert (tag.saturation, tag.temperature) == (0.5, 3)
