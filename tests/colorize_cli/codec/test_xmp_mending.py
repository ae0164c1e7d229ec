"""XMP that is not well-formed keeps its words."""

import time
from xml.etree import ElementTree

import pytest

from colorize_cli.codec import losses
from colorize_cli.codec.xmp import Packet, properties
from colorize_cli.codec.xmp_mending import mended
from colorize_cli.codec.xmp_writing import KEPT, merged
from colorize_cli.imaging.photo import Metadata, Photo
from tests.pictures import colours

DUBLIN, OURS = "http://purl.org/dc/elements/1.1/", "urn:ours/"
TAG = {(OURS, "Seed"): "7"}
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:dc="{DUBLIN}" dc:rights="Müller &amp; Co">'
    "<dc:title>Köln 1932</dc:title></rdf:Description>"
    '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)
OLD_END = "ld caption</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
DAMAGES = {
    "Latin-1": PACKET.encode("latin-1", "ignore"),
    "one byte of Windows": PACKET.encode().replace(b" 1932", b" \x84 1932"),
    "a control character": PACKET.replace("1932", "\x0b1932").encode(),
    "a control character by number": PACKET.replace("1932", "&#x1F;1932").encode(),
    "a bare &": PACKET.replace("&amp;", "&").encode(),
    "an entity of HTML": PACKET.replace("1932", "1932&nbsp;").encode(),
    "a bare <": PACKET.replace("1932", "1932 < 33").encode(),
    "a prefix without a namespace": PACKET.replace(" xmlns:dc=", " dc:x=").encode(),
    "the root's prefix": PACKET.replace(" xmlns:x=", " x:y=").encode(),
    "junk behind": PACKET.encode() + b"\0\0junk",
    "junk before": b"\x01junk" + PACKET.encode(),
    "junk inside": PACKET.replace("\n<?xpacket end", "junk<?xpacket end").encode(),
    "a DTD": b'<!DOCTYPE x [<!ENTITY a "a">]>' + PACKET.split("\n", 1)[1].encode(),
    "the end of an older packet": (PACKET + OLD_END).encode(),
    "half a character of UTF-16": PACKET.encode("utf-16") + b"\x20",
}


def tagged(xmp: bytes | None) -> bytes:
    """A packet with a word of ours."""
    return merged(xmp, TAG, {OURS: "ours"}, owned=OURS)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_packet_keeps_its_words(damage):
    """A strict parser reads what only lenient ones could."""
    xmp = DAMAGES[damage]
    assert Packet.parse(xmp) is None
    again = tagged(xmp)
    ElementTree.fromstring(again[again.index(b"<x:xmpmeta") :])
    kept = properties(again)
    assert kept[OURS, "Seed"] == "7"
    assert kept[DUBLIN, "title"].startswith("Köln")
    assert "1932" in kept[DUBLIN, "title"]
    assert kept[DUBLIN, "rights"] == "Müller & Co"
    assert losses(Photo(rgb=colours(), metadata=Metadata(xmp=xmp)), "png") == []


def test_bytes_of_windows_are_what_windows_meant():
    """Also where the rest of the packet is UTF-8."""
    found = properties(tagged(DAMAGES["one byte of Windows"]))
    assert found[DUBLIN, "title"] == "Köln „ 1932"


@pytest.mark.parametrize("damage", ["a bare &", "Latin-1", "junk behind"])
def test_a_mended_packet_can_still_be_found_by_scanning(damage):
    """It begins and ends as programs expect that search files for packets."""
    text = tagged(DAMAGES[damage]).decode()
    assert text.startswith('<?xpacket begin="')
    assert text.endswith('<?xpacket end="w"?>')


def test_a_packet_that_is_well_formed_is_not_mended():
    """To the byte."""
    packet = mended(PACKET.encode())
    assert packet is not None
    assert packet.text == PACKET.encode()


UNREADABLE = {
    "cut off": PACKET.encode()[:-60],
    "two packets": PACKET.encode() * 2,
    "nested too deeply": PACKET.replace("Köln", "<dc:a>" * 200 + "Köln").encode(),
}


@pytest.mark.parametrize("damage", UNREADABLE)
def test_words_that_cannot_be_mended_are_kept_as_text(damage):
    """Beside what is ours, which the next tag does not drop; and the report says so."""
    xmp = UNREADABLE[damage]
    again = tagged(tagged(xmp))
    found = properties(again)
    assert found[OURS, "Seed"] == "7"
    assert "Köln 1932</dc:title>" in found[KEPT]
    photo = Photo(rgb=colours(), metadata=Metadata(xmp=xmp))
    assert losses(photo, "tiff") == ["XMP that cannot be read is kept as text only"]


@pytest.mark.parametrize(
    "xmp", [None, b"", b" \0\0", b"<a><b/></a>", b"<rdf:RDF xmlns:rdf='urn:x'/>"]
)
def test_a_packet_without_words_gives_way(xmp):
    """There is nothing to keep, and nothing to report."""
    assert set(properties(tagged(xmp))) == set(TAG)
    assert losses(Photo(rgb=colours(), metadata=Metadata(xmp=xmp)), "png") == []


@pytest.mark.parametrize(
    "piece", ["<", "&", "<?", "<!--", "<a>", "xmlns:a=", "<x:RDF", '"<a:b ']
)
def test_no_packet_takes_long(piece):
    """Half a megabyte that is made to keep a parser searching."""
    text = f"<rdf:RDF>Words {piece * (500_000 // len(piece))}</rdf:RDF>"
    started = time.process_time()
    assert "Words" in tagged(text.encode()).decode()
    assert time.process_time() - started < 5
