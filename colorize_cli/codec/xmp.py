"""XMP packets: what they say, and where, so that something can be added or cut out.

A packet is read with expat, which tells where each property stands, and changed by
cutting and inserting bytes at those places. So whatever other programs have written,
in whatever style, stays as it is to the byte.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

__all__ = [
    "BOM",
    "MAX_BYTES",
    "RDF",
    "Name",
    "Packet",
    "encoding_of",
    "properties",
]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Namespace and local name.
Name = tuple[str, str]

# Nothing honest is larger or deeper; neither is worth the parser's time or stack.
MAX_BYTES = 16 << 20
MAX_DEPTH = 100

BOM = "\ufeff"
TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
TAG_NAME = re.compile(rb"<[^\s/>]+")


@dataclass(slots=True)
class Property:
    """A property of the photo: its value, and the bytes that say so."""

    name: Name
    start: int
    end: int
    value: str = ""


@dataclass(slots=True)
class Block:
    """An rdf:Description: where it starts and ends."""

    start: int
    end: int = 0


@dataclass(slots=True)
class Packet:
    """A packet in UTF-8, and where its parts are.

    Attributes:
        text: All of it.
        inside: Where what rdf:RDF holds begins.
        close: Where its end tag stands.
        about: What the packet is about; usually nothing, which means this file.
        blocks: The descriptions.
        properties: Those with a simple value, or rdf:resource as value.
        scope: Namespaces by prefix that are declared around the descriptions.
    """

    text: bytes
    inside: int = 0
    close: int = 0
    about: str = ""
    blocks: list[Block] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    scope: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes | None) -> Self | None:
        """Read a packet; None if it is no RDF, damaged, or dangerous."""
        if not data or len(data) > MAX_BYTES:
            return None
        try:
            packet = cls(as_utf8(data))
            Reader(packet).read()
        except (expat.ExpatError, UnicodeError, ValueError):
            return None
        return packet if packet.close else None

    def values(self) -> dict[Name, str]:
        """The simple properties by name."""
        return {each.name: each.value for each in self.properties}

    def without(self, names: Iterable[Name]) -> bytes:
        """The text less these properties."""
        unwanted = set(names)
        places = [(p.start, p.end) for p in self.properties if p.name in unwanted]
        kept, at = b"", 0
        for start, end in sorted(places):
            kept += self.text[at:start]
            at = max(at, end)
        return kept + self.text[at:]

    def with_added(self, body: bytes) -> bytes:
        """The text with more descriptions behind those that are there."""
        return self.text[: self.close] + body + self.text[self.close :]

    def descriptions(self) -> list[bytes]:
        """Each description, with the namespaces that are declared around it."""
        found = []
        for block in self.blocks:
            text = self.text[block.start : block.end]
            tag, name = TAG.match(text), TAG_NAME.match(text)
            if tag is None or name is None:  # expat has seen both
                continue
            declared = b"".join(
                f" {key}={quoteattr(uri)}".encode()
                for key, uri in self.declarations()
                if not re.search(rb"\s%b\s*=" % re.escape(key.encode()), tag.group())
            )
            found.append(name.group() + declared + text[name.end() :])
        return found

    def declarations(self) -> list[tuple[str, str]]:
        """Attributes that declare the namespaces around the descriptions."""
        return [
            (f"xmlns:{prefix}" if prefix else "xmlns", uri)
            for prefix, uri in self.scope.items()
        ]


class Reader:
    """Fills a packet while expat walks through it."""

    def __init__(self, packet: Packet) -> None:
        """Prepare a parser that knows namespaces and refuses DTDs."""
        self.packet = packet
        self.depth = 0
        # Depth of rdf:RDF, 0 outside.
        self.rdf_depth = 0
        # End of the start tag of each open element, and whether it is empty.
        self.open: list[tuple[int, bool]] = []
        self.current: Property | None = None
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        # Texts in few pieces; else each line and each entity is one.
        parser.buffer_text, parser.buffer_size = True, 1 << 16
        parser.StartDoctypeDeclHandler = refuse_dtd
        parser.StartNamespaceDeclHandler = self.namespace
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        self.parser = parser

    def read(self) -> None:
        """Parse the whole packet.

        Raises:
            ExpatError: If it is not well-formed.
            ValueError: If it has a DTD or is nested too deeply.
        """
        self.parser.Parse(self.packet.text, True)

    def namespace(self, prefix: str | None, uri: str) -> None:
        """A declaration; those before the first description hold for all."""
        if not self.rdf_depth:
            self.packet.scope[prefix or ""] = uri

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        packet, at = self.packet, self.parser.CurrentByteIndex
        tag = TAG.match(packet.text, at)
        if tag is None:
            raise ValueError("a tag without an end")
        self.open.append((tag.end(), tag.group().endswith(b"/>")))
        full = split_name(name)
        inner = self.depth - self.rdf_depth if self.rdf_depth else 0
        if full == (RDF, "RDF") and not self.rdf_depth and not packet.close:
            self.rdf_depth = self.depth
            packet.inside = tag.end()
        elif inner == 1:
            packet.blocks.append(Block(at))
            self.attributes(attributes, tag)
        elif inner == 2:
            resource = next(
                (
                    v
                    for k, v in attributes.items()
                    if split_name(k) == (RDF, "resource")
                ),
                "",
            )
            self.current = Property(full, at, 0, resource)
        elif inner > 2:
            # A structure; its text is not the value.
            self.current = None

    def attributes(self, attributes: Mapping[str, str], tag: re.Match[bytes]) -> None:
        """The properties that a description has as attributes."""
        for key, value in attributes.items():
            name = split_name(key)
            if name == (RDF, "about"):
                self.packet.about = self.packet.about or value
                continue
            prefix = key.split(" ")[2] + ":" if key.count(" ") == 2 else ""
            raw = re.escape((prefix + name[1]).encode())
            pattern = rb"""\s+%b\s*=\s*("[^"]*"|'[^']*')""" % raw
            if found := re.search(pattern, tag.group()):
                start, end = (tag.start() + place for place in found.span())
                self.packet.properties.append(Property(name, start, end, value))

    def end(self, name: str) -> None:
        """An element ends."""
        tag_end, is_empty = self.open.pop()
        at = self.parser.CurrentByteIndex
        end = tag_end if is_empty else self.packet.text.index(b">", at) + 1
        inner = self.depth - self.rdf_depth if self.rdf_depth else -1
        if inner == 0:
            if not is_empty:
                self.packet.close = at
            self.rdf_depth = 0
        elif inner == 1:
            self.packet.blocks[-1].end = end
        elif inner == 2 and self.current:
            self.current.end = end
            self.current.value = self.current.value.strip()
            self.packet.properties.append(self.current)
            self.current = None
        self.depth -= 1

    def characters(self, text: str) -> None:
        """Text of an element."""
        if self.current:
            self.current.value += text


def refuse_dtd(*args: object) -> None:
    """Entities are declared in a DTD, and XMP has neither.

    Raises:
        ValueError: Always.
    """
    raise ValueError("XMP has no DTD")


def split_name(name: str) -> Name:
    """Namespace and local name of what expat calls "namespace local prefix"."""
    parts = name.split(" ")
    return (parts[0], parts[1]) if len(parts) > 1 else ("", name)


def as_utf8(data: bytes) -> bytes:
    """The packet in UTF-8, whichever Unicode it is in, without padding zeros.

    Raises:
        UnicodeError: If it is not text.
    """
    return data.decode(encoding_of(data)).strip("\0" + BOM).strip().encode()


def encoding_of(data: bytes) -> str:
    """Which Unicode a packet is in, by its first bytes."""
    start = data[:4]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start:
        return "utf-16-be" if start.startswith(b"\0") else "utf-16-le"
    return "utf-8"


def properties(data: bytes | None) -> dict[Name, str]:
    """The simple properties of a packet; none if it cannot be read."""
    packet = Packet.parse(data)
    return packet.values() if packet else {}
