"""Pictures for the gallery: small JPEGs that every browser shows, of any photo."""

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from colorize_cli.codec import encode, read_document
from colorize_cli.errors import DecodeError
from colorize_cli.files.disk import read, write_atomic
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.luminance import resize
from colorize_cli.imaging.photo import Metadata, Photo

__all__ = ["Preview", "PreviewMaker"]

THUMBNAIL_PX, THUMBNAIL_QUALITY, PREVIEW_QUALITY = 320, 80, 88
# Changes when the pictures are made in another way, so that old ones are not kept.
RECIPE = b"1"


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture in two sizes, relative to the gallery, POSIX style."""

    preview: str
    thumbnail: str


class PreviewMaker:
    """Makes previews in a gallery; those that are there already are kept.

    A preview's name is a digest of what it was made from, so a photo that has changed
    gets a new one.
    """

    def __init__(self, gallery: Path, size_px: int) -> None:
        """`size_px` is the longest side of the larger pictures."""
        self.gallery = gallery
        self.size_px = size_px

    def make(self, path: Path, *, is_grey: bool = False) -> Preview:
        """Two small versions of a picture, of its first page; from any thread.

        Args:
            path: The picture.
            is_grey: Without its colours, as it was before they were added.

        Raises:
            PhotoError: If it cannot be read, or the previews cannot be written.
        """
        stem = self._stem(path, is_grey)
        made = Preview(preview=f"{stem}.jpg", thumbnail=f"{stem}_small.jpg")
        places = self.gallery / made.preview, self.gallery / made.thumbnail
        if all(place.exists() for place in places):
            return made
        photo = read_document(read(path), path).read()
        large = scaled(photo, self.size_px)
        if is_grey:
            large = without_colours(large)
        small = scaled(large, THUMBNAIL_PX)
        write_atomic(places[0], encode(large, "jpg", quality=PREVIEW_QUALITY))
        write_atomic(places[1], encode(small, "jpg", quality=THUMBNAIL_QUALITY))
        return made

    def _stem(self, path: Path, is_grey: bool) -> str:
        try:
            status = path.stat()
        except OSError as error:
            raise DecodeError(path, f"cannot be read ({error.strerror})") from error
        identity = f"{status.st_size} {status.st_mtime_ns} {self.size_px} {is_grey}"
        digest = blake2b(RECIPE + identity.encode(), digest_size=16)
        digest.update(os.fsencode(path.resolve()))
        name = digest.hexdigest()
        return f"pictures/{name[:2]}/{name}"


def scaled(photo: Photo, size_px: int) -> Photo:
    """The photo with its longer side at most `size_px`; of metadata the profile.

    What else a file says, places and thumbnails among it, stays out of a page that may
    be handed around.
    """
    height, width = photo.size
    factor = min(1.0, size_px / max(height, width))
    size = max(1, round(height * factor)), max(1, round(width * factor))
    alpha = photo.alpha if photo.alpha is None else resize(photo.alpha, *size)
    metadata = Metadata(icc=photo.metadata.icc)
    return Photo(rgb=resize(photo.rgb, *size), alpha=alpha, metadata=metadata)


def without_colours(photo: Photo) -> Photo:
    """Its luminance, which colorizing leaves as it was."""
    lab = rgb_to_lab(photo.rgb)
    lab[..., 1:] = 0
    return photo.with_rgb(lab_to_rgb(lab, photo.rgb.dtype))
