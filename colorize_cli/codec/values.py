"""Values of tags: as numbers, whatever their type, and in the other byte order."""

import struct
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from colorize_cli.codec.directories import ByteOrder, Field

__all__ = ["number", "reordered", "without_longest"]

# struct's letters; RATIONAL and SRATIONAL are two numbers, texts and UNDEFINED none.
LETTERS = {
    1: "B",
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}


def number(field: Field | None, order: ByteOrder) -> float | None:
    """The first number of a field; None if it holds none, or divides by zero."""
    letters = LETTERS.get(field.type, "") if field else ""
    if not field or not letters or not field.count:
        return None
    value, *divisor = struct.unpack_from(order + letters, field.raw)
    if not divisor:
        return float(value)
    return value / divisor[0] if divisor[0] else None


def reordered(fields: Mapping[int, Field]) -> dict[int, Field]:
    """The same values in the other byte order, and those that hang on them.

    Bytes of which nobody knows what they are, as in maker notes, stay as they are.
    """
    return {tag: turned(each) for tag, each in fields.items()}


def turned(field: Field) -> Field:
    """A field in the other byte order."""
    width = struct.calcsize("=" + LETTERS.get(field.type, "B")[0])
    raw = np.frombuffer(field.raw, f"u{width}").byteswap().tobytes()
    return replace(field, raw=raw, fields=reordered(field.fields))


def without_longest(fields: Mapping[int, Field]) -> dict[int, Field]:
    """The fields less the longest value, wherever it hangs; at least one is given."""
    tag = max(fields, key=lambda tag: longest_bytes(fields[tag]))
    inner = fields[tag].fields
    if not inner:
        return {key: each for key, each in fields.items() if key != tag}
    return {**fields, tag: replace(fields[tag], fields=without_longest(inner))}


def longest_bytes(field: Field) -> int:
    """The length of a value, or of the longest that hangs on it."""
    return max(map(longest_bytes, field.fields.values()), default=len(field.raw))
