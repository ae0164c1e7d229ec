"""What the standard library raises at damaged archives."""

import gzip
import lzma
import struct
import tarfile
import zipfile
import zlib

__all__ = ["DAMAGE"]

# Also ValueError and struct.error for fields that make no sense, and RuntimeError for
# versions, flags, and links that lead to themselves.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    struct.error,
    ValueError,
    RuntimeError,
)
