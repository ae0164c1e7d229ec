"""A static web page for a colorized folder, and copying what was chosen in it.

`exhibits` finds what there is to show, `previews` makes pictures that every browser
shows, `site` puts the page together from the files in page/, `choices` carries out what
a person chose there. The page needs no server and no network.
"""

from colorize_cli.gallery.choices import (
    Choice,
    apply_choices,
    read_choices,
    refuse_overwriting,
)
from colorize_cli.gallery.exhibits import Exhibit, Variant, find_exhibits
from colorize_cli.gallery.site import Gallery, build_gallery

__all__ = [
    "Choice",
    "Exhibit",
    "Gallery",
    "Variant",
    "apply_choices",
    "build_gallery",
    "find_exhibits",
    "read_choices",
    "refuse_overwriting",
]
