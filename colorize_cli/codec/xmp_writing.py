"""What is added to XMP packets: descriptions that need nothing from around them."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from colorize_cli.codec.xmp import RDF, Name, Packet
from colorize_cli.codec.xmp_mending import mended, words_of

__all__ = ["KEPT", "description", "merged", "new_packet", "tree", "words"]

# Control characters, and what no character is.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
PACKET_ID = "W5M0MpCehiHzreSzNTczkc9d"
BOM = "\ufeff"
# Where the words of a packet are kept that cannot be read as one.
KEPT: Name = ("urn:colorize-diffusion:kept/", "UnreadableXMP")


def description(
    values: Mapping[Name, str], prefixes: Mapping[str, str], about: str = ""
) -> bytes:
    """An rdf:Description that needs nothing from its surroundings.

    Args:
        values: Simple properties.
        prefixes: Which prefix stands for a namespace.
        about: What it is about.
    """
    used = [space for space in prefixes if any(name[0] == space for name in values)]
    spaces = "".join(f' xmlns:{prefixes[space]}="{space}"' for space in used)
    lines = [
        f"  <{prefixes[space]}:{name}>{escaped(value)}</{prefixes[space]}:{name}>\n"
        for (space, name), value in values.items()
    ]
    head = f'<rdf:Description xmlns:rdf="{RDF}" rdf:about={quoteattr(about)}{spaces}>'
    return (head + "\n" + "".join(lines) + "</rdf:Description>\n").encode()


def escaped(value: str) -> str:
    """Text as XML holds it; what XML or UTF-8 has no place for becomes U+FFFD."""
    letters = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return escape(FORBIDDEN.sub("\ufffd", letters))


def tree(body: bytes) -> bytes:
    """An x:xmpmeta element that holds these descriptions."""
    head = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF xmlns:rdf="{RDF}">\n'
    return head.encode() + body + b"</rdf:RDF>\n</x:xmpmeta>"


def new_packet(body: bytes) -> bytes:
    """A packet that holds these descriptions."""
    head = f'<?xpacket begin="{BOM}" id="{PACKET_ID}"?>\n'.encode()
    return head + tree(body) + b'\n<?xpacket end="w"?>'


def merged(
    data: bytes | None,
    values: Mapping[Name, str],
    prefixes: Mapping[str, str],
    owned: str,
) -> bytes:
    """A packet with these properties added, in place of any of the same names.

    Args:
        data: The photo's packet. One that is not well-formed is mended; the words of
            one that cannot be read at all become a property.
        values: Simple properties.
        prefixes: Which prefix stands for a namespace.
        owned: The namespace of which nothing old is kept.
    """
    packet = mended(data)
    if packet is None:
        return new_packet(words(data) + description(values, prefixes))
    stale = [each.name for each in packet.properties if each.name[0] == owned]
    # Where something is cut out, the rest moves, so it is read again.
    rest = Packet.parse(packet.without({*values, *stale})) or packet
    return rest.with_added(description(values, prefixes, packet.about))


def words(data: bytes | None) -> bytes:
    """A description that keeps an unreadable packet as text; nothing if it is empty."""
    text = words_of(data)
    return description({KEPT: text}, {KEPT[0]: "kept"}) if text else b""
