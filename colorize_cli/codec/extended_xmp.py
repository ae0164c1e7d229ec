"""XMP in JPEG, where a segment holds 64 KiB and what is more goes into an extension.

Adobe's XMP specification, part 3, section 1.1.3.1: the packet names its extension by
an MD5 digest, and the extension comes in numbered parts.
"""

import hashlib
import struct
from dataclasses import dataclass, field

from colorize_cli.codec.xmp import Name, Packet
from colorize_cli.codec.xmp_mending import mended
from colorize_cli.codec.xmp_writing import description, new_packet, tree, words

__all__ = ["MAX_PACKET_BYTES", "XmpParts", "split"]

# A segment's payload less the prefix of a packet.
MAX_PACKET_BYTES = 65533 - len(b"http://ns.adobe.com/xap/1.0/\0")
NOTE: Name = ("http://ns.adobe.com/xmp/note/", "HasExtendedXMP")
# Of the whole extension, before each part: digest, length, where the part belongs.
PART = struct.Struct(">32sII")
PART_BYTES = 65400
MAX_EXTENSION_BYTES = 16 << 20


@dataclass(slots=True)
class XmpParts:
    """The packet of a JPEG and the parts of its extension, as they are met."""

    packet: bytes | None = None
    # Extensions by digest: their length, and parts by place.
    extensions: dict[bytes, tuple[int, dict[int, bytes]]] = field(default_factory=dict)

    def take_packet(self, payload: bytes) -> None:
        """A segment with the packet; the first counts."""
        self.packet = self.packet or payload

    def take_extension(self, payload: bytes) -> None:
        """A segment with a part of the extension."""
        if len(payload) > PART.size:
            digest, length, at = PART.unpack_from(payload)
            parts = self.extensions.setdefault(digest, (length, {}))[1]
            parts.setdefault(at, payload[PART.size :])

    def whole(self) -> bytes | None:
        """One packet with all that both say; the packet if the extension is damaged."""
        if self.packet is None or not self.extensions:
            return self.packet
        packet = mended(self.packet)
        if packet is None:
            return self.packet
        digest = packet.values().get(NOTE, "").encode()
        length, parts = self.extensions.get(digest, (0, {}))
        joined = b"".join(parts[at] for at in sorted(parts))
        if not 0 < len(joined) == length <= MAX_EXTENSION_BYTES:
            return self.packet
        extension, rest = mended(joined), Packet.parse(packet.without({NOTE}))
        if rest is None:
            return self.packet
        added = extension.descriptions() if extension else [words(joined)]
        return rest.with_added(b"\n".join(added))


def split(xmp: bytes) -> tuple[bytes, list[bytes]]:
    """A packet that fits in a segment, and the parts of its extension.

    The last descriptions, which say what this program did, stay in the packet as far
    as they fit; programs that know no extensions read only those.

    Returns:
        The packet itself and no parts if it fits, or is beyond all measure. One that
        cannot be read is divided as text.
    """
    if len(xmp) <= MAX_PACKET_BYTES:
        return xmp, []
    whole = mended(xmp) or Packet.parse(new_packet(words(xmp)))
    if whole is None or not whole.blocks:
        return xmp, []
    blocks = whole.descriptions()
    # The note, the wrapper and the digest take less than this.
    room = MAX_PACKET_BYTES - 1000
    kept: list[bytes] = []
    while blocks and len(blocks[-1]) <= room:
        kept.insert(0, blocks.pop())
        room -= len(kept[0])
    extension = tree(b"\n".join(blocks))
    digest = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    note = description({NOTE: digest}, {NOTE[0]: "xmpNote"}, whole.about)
    parts = [
        PART.pack(digest.encode(), len(extension), at) + extension[at : at + PART_BYTES]
        for at in range(0, len(extension), PART_BYTES)
    ]
    return new_packet(b"\n".join([*kept, note])), parts
