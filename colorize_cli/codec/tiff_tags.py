"""Which tags of a TIFF page are about the photo, and which about how it is stored.

What is about the photo goes on as it stands, known here or not: captions, ratings, page
numbers, places on a map. What is about stored pixels is no longer true of the result.
"""

from colorize_cli.codec.directories import INTEROPERABILITY_IFD

__all__ = [
    "ICC_TAG",
    "IPTC_TAG",
    "ORIENTATION",
    "PHOTOSHOP_TAG",
    "PIXEL_TAGS",
    "RESOLUTION_TAGS",
    "RESOLUTION_UNIT",
    "SEPARATE_TAGS",
    "XMP_TAG",
    "X_RESOLUTION",
    "Y_RESOLUTION",
]

ORIENTATION = 274
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
RESOLUTION_TAGS = frozenset({X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT})

# Blocks that are carried by themselves.
XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG, ICC_TAG = 700, 33723, 34377, 34675
SEPARATE_TAGS = frozenset({XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG, ICC_TAG})

PIXEL_TAGS = frozenset(
    {
        # Kind, size, depth, compression, photometric interpretation.
        *(254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266),
        # Strips, channels, ranges and planes.
        *(273, 277, 278, 279, 280, 281, 284, 288, 289, 290, 291),
        # Fax, transfer curve, predictor, palette, halftones.
        *(292, 293, 301, 317, 320, 321),
        # Tiles, faxes that were received badly, pages that hang on this one.
        *(322, 323, 324, 325, 326, 327, 328, 330),
        # Inks, extra channels, number formats and ranges, clipping, JPEG tables.
        *range(332, 352),
        # Fax profiles, decoding, JPEG of the old kind.
        *range(400, 406),
        *(433, 434, *range(512, 522)),
        # YCbCr, reference black and white, rows of each strip.
        *(529, 530, 531, 532, 559),
        # Thumbnails, as Windows writes them.
        *range(0x5012, 0x5030),
        # SGI's channels and depths, the mosaic of a sensor, prepress.
        *(32995, 32996, 32997, 32998, 33421, 33422, *range(34016, 34034)),
        # Photoshop's layers, GDAL's value for no data.
        *(37724, 42113),
        # Camera raw: a reader would take the result for a DNG.
        *range(50706, 51200),
        *range(52525, 52600),
        # Hangs on EXIF, not on a page.
        INTEROPERABILITY_IFD,
    }
)
