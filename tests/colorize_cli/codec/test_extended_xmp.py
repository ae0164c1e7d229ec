"""XMP of more than 64 KiB in JPEG."""

import hashlib
from pathlib import Path

import pytest

from colorize_cli.codec import decode, encode
from colorize_cli.codec.extended_xmp import MAX_PACKET_BYTES, XmpParts, split
from colorize_cli.codec.xmp import properties
from colorize_cli.codec.xmp_writing import KEPT, merged
from colorize_cli.imaging.photo import Metadata, Photo
from tests.pictures import colours, opened

NAME = Path("old.jpg")
SPACE, OURS = "http://example.org/history/", "urn:ours/"
SMALL = merged(None, {(OURS, "Seed"): "7"}, {OURS: "ours"}, owned=OURS)


def packet(size: int) -> bytes:
    """A packet with a long history, and a short description of ours behind it."""
    long = merged(None, {(SPACE, "Log"): "x" * size}, {SPACE: "log"}, owned=SPACE)
    return merged(long, {(OURS, "Seed"): "7"}, {OURS: "ours"}, owned=OURS)


@pytest.mark.parametrize("size", [10, 60_000, 66_000, 200_000, 1_000_000])
def test_any_length_survives(size):
    """All that it said is said again, by one packet."""
    xmp = packet(size)
    data = encode(Photo(rgb=colours(), metadata=Metadata(xmp=xmp)), "jpg")
    assert properties(decode(data, NAME).metadata.xmp) == properties(xmp)
    # Programs that know no extensions see what is ours.
    assert properties(opened(data).info["xmp"])[OURS, "Seed"] == "7"


def test_the_extension_is_named_by_its_digest():
    """As the specification has it: 32 hexadecimal digits, length and offset."""
    main, parts = split(packet(150_000))
    assert len(main) <= MAX_PACKET_BYTES
    assert len(parts) == 3
    whole = b"".join(part[40:] for part in parts)
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper().encode()
    assert {part[:32] for part in parts} == {digest}
    assert digest in main
    assert {int.from_bytes(part[32:36], "big") for part in parts} == {len(whole)}


@pytest.mark.parametrize("fault", ["missing", "foreign", "short"])
def test_a_damaged_extension_does_no_harm(fault):
    """What the packet itself says is still read."""
    main, parts = split(packet(150_000))
    if fault == "missing":
        parts = parts[:1] + parts[2:]
    elif fault == "foreign":
        parts = [b"0" * 32 + part[32:] for part in parts]
    else:
        parts = [part[:30] for part in parts]
    found = XmpParts()
    found.take_packet(main)
    for part in parts:
        found.take_extension(part)
    assert found.whole() == main


def test_parts_in_any_order_are_put_together():
    """Segments may be moved by other programs."""
    xmp = packet(150_000)
    main, parts = split(xmp)
    found = XmpParts()
    for part in reversed(parts):
        found.take_extension(part)
    found.take_packet(main)
    assert properties(found.whole()) == properties(xmp)


def test_what_cannot_be_read_is_divided_as_text():
    """None of its words is lost, not even in a JPEG."""
    block = packet(100_000)[:-60]
    data = encode(Photo(rgb=colours(), metadata=Metadata(xmp=block)), "jpg")
    kept = properties(decode(data, NAME).metadata.xmp)
    assert kept[KEPT] == block.decode().strip("\ufeff")


def test_what_is_short_or_empty_is_not_divided():
    """A packet that fits, and one that is nothing but padding."""
    padding = b" " * 100_000
    assert split(padding) == (padding, [])
    assert split(SMALL) == (SMALL, [])


def test_words_of_a_damaged_extension_are_kept():
    """As text, since they cannot be read as XMP."""
    main, parts = split(packet(150_000))
    broken = b"".join(part[40:] for part in parts)[:-20]
    digest = hashlib.md5(broken, usedforsecurity=False).hexdigest().upper().encode()
    found = XmpParts()
    found.take_packet(main.replace(parts[0][:32], digest))
    head = digest + len(broken).to_bytes(4, "big") + bytes(4)
    found.take_extension(head + broken)
    kept = properties(found.whole())
    assert kept[KEPT] == broken.decode()
    assert kept[OURS, "Seed"] == "7"
