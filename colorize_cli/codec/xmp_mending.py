"""XMP packets that are not well-formed, mended so that no word of theirs is lost.

Programs write Latin-1 into UTF-8, leave "&" bare, forget to declare a prefix, or leave
the end of an older, longer packet behind their own. Lenient readers show such a packet
all the same, so a photo's caption may be in one.
"""

import re
from xml.sax.saxutils import escape, quoteattr

from colorize_cli.codec.xmp import BOM, MAX_BYTES, RDF, Packet, encoding_of

__all__ = ["mended", "words_of"]

# Bytes that are not UTF-8, as Python marks them, and what Windows means by them.
WINDOWS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte)
    for byte in range(0x80, 0x100)
}
# Control characters and what no character is, as such and by number.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "|&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01]);|&#[xX]0*(?:1[0-9a-f]|[0-8bcef]);",
    re.IGNORECASE,
)
# Signs that stand for themselves and must not.
LOOSE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)|<(?![A-Za-z_/!?])"
)
OPENING, CLOSING = re.compile(r"<\?xpacket\s+begin.*?\?>"), '<?xpacket end="w"?>'
ROOT = re.compile(r"<((?:[\w.-]+:)?(?:xmpmeta|xapmeta|RDF))\b")

TAG, QUOTED = re.compile(r"<[^<>]*>"), re.compile(r""""[^"]*"|'[^']*'""")
PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[A-Za-z_]")
DECLARATION = re.compile(r"""\sxmlns:([\w.-]+)\s*=\s*["']([^"'<]+)["']""")
# What prefixes usually stand for; any other gets a namespace of its own.
NAMESPACES = {
    "rdf": RDF,
    "x": "adobe:ns:meta/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xap": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def mended(data: bytes | None) -> Packet | None:
    """A packet as it is; mended if it is not well-formed; None if it stays unreadable.

    A mended packet is in UTF-8. What stands around its root is left out.
    """
    packet = Packet.parse(data)
    if packet or not data or len(data) > MAX_BYTES:
        return packet
    text = LOOSE.sub(lambda sign: escape(sign[0]), alone(legible(data)))
    found = Packet.parse(text.encode())
    return found or Packet.parse(with_namespaces(text).encode())


def words_of(data: bytes | None) -> str:
    """An unreadable packet as text, or nothing if there is nothing but tags."""
    text = legible(data or b"")
    has_words = "Description" in text or re.search(r"\w", TAG.sub("", text))
    return text if has_words else ""


def legible(data: bytes) -> str:
    """The packet as text, whatever its bytes, without what no XML may hold."""
    encoding = encoding_of(data)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    text = data.decode(encoding, errors).translate(WINDOWS)
    return FORBIDDEN.sub("", text).strip(BOM).strip()


def alone(text: str) -> str:
    """The root without what stands around it, unless that is another packet."""
    root = ROOT.search(text)
    end = root and re.compile(rf"</{re.escape(root[1])}\s*>").search(text, root.end())
    if root is None or end is None:
        return text
    if ROOT.search(text, end.end()):
        return text
    inside = text[root.start() : end.end()]
    opening = OPENING.search(text[: root.start()])
    return f"{opening[0]}\n{inside}\n{CLOSING}" if opening else inside


def with_namespaces(text: str) -> str:
    """The text with all prefixes declared in its first tag that are not yet."""
    root = ROOT.search(text)
    if root is None:
        return text
    first = TAG.match(text, root.start())
    known = {prefix for prefix, _ in DECLARATION.findall(first[0])} if first else set()
    used = {
        prefix
        for tag in TAG.findall(text)
        for prefix in PREFIX.findall(QUOTED.sub("", tag))
    }
    declared = NAMESPACES | dict(DECLARATION.findall(text))
    added = "".join(
        f" xmlns:{prefix}={quoteattr(declared.get(prefix, f'urn:undeclared:{prefix}'))}"
        for prefix in sorted(used - known - {"xml", "xmlns"})
    )
    return text[: root.end()] + added + text[root.end() :]
