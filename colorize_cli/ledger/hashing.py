"""Hashes by which a later run knows a photo, its settings and its results again."""

import hashlib
import json
from collections.abc import Mapping

__all__ = ["content_hash", "settings_hash"]

HASH_BYTES = 16


def content_hash(data: bytes) -> str:
    """BLAKE2b of 128 bits of a whole file, in hexadecimal."""
    return hashlib.blake2b(data, digest_size=HASH_BYTES).hexdigest()


def settings_hash(settings: Mapping[str, object]) -> str:
    """The same of named settings, whatever their order.

    Args:
        settings: Everything that decides a picture besides photo and model; numbers,
            texts, booleans, None, and lists and mappings of those.
    """
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return content_hash(text.encode())
