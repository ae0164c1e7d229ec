"""From the colours of a photo's samples to the pictures that are written."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from colorize_cli.figures.page import RGB, fitted_size, thumbnail
from colorize_cli.figures.sheet import CELL_AREA_PX, Cell, contact_sheet
from colorize_cli.figures.spread import spread_map
from colorize_cli.imaging.ensemble import deviation, mean_field, medoid
from colorize_cli.imaging.grading import Grade
from colorize_cli.imaging.photo import Photo
from colorize_cli.imaging.recombine import recombine
from colorize_cli.model.backend import Model
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Product, Variants

__all__ = ["Ensemble", "Recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How samples become pictures; the same for all photos of a run.

    Attributes:
        variants: What is made of them.
        grade: The change of their colours.
        seed: Of the noise, for the labels of a sheet.
        note: What stands at the bottom of a sheet, for instance the model's name.
    """

    variants: Variants
    grade: Grade
    seed: int
    note: str

    @classmethod
    def of(cls, model: Model, settings: BatchSettings) -> Self:
        """The recipe of a run."""
        return cls(
            variants=settings.variants,
            grade=settings.grade,
            seed=settings.sampling.seed,
            note=sheet_note(model, settings),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """The colours of a photo's samples.

    Attributes:
        name: The photo's, for titles.
        samples: Which samples were drawn, from 0, in rising order.
        fields: Their ab in Lab units, (K, 2, h, w), as the model made them.
        recipe: What to make of them.
    """

    name: str
    samples: tuple[int, ...]
    fields: NDArray[np.float32]
    recipe: Recipe

    @property
    def diversity(self) -> float | None:
        """Mean standard deviation of a and b between all samples, in Lab units.

        Of the model's own colours, before they are graded. None if not all samples
        were drawn, or there is only one.
        """
        if len(self.samples) < max(self.recipe.variants.samples, 2):
            return None
        return float(deviation(self.fields).mean())

    def make(self, product: Product, photo: Photo) -> Photo:
        """One of the recipe's products.

        A picture has the photo's size, luminance and metadata; a sheet and a spread
        map are pictures of their own.

        Args:
            product: What to make.
            photo: The original.
        """
        if product.kind == "sheet":
            return Photo(rgb=self._sheet(photo))
        if product.kind == "spread":
            count = len(self.samples)
            spread = spread_map(self.name, photo, deviation(self.fields), count)
            return Photo(rgb=spread)
        field = self._field_of(self.sample_of(product))
        return photo.with_rgb(recombine(photo.rgb, field))

    def sample_of(self, product: Product) -> int | None:
        """Which sample a picture shows, from 0; None for the mean of all."""
        match self.recipe.variants.pick:
            case "all":
                return product.number
            case "first":
                return 0
            case "medoid":
                return self.samples[medoid(self.fields)]
            case "mean":
                return None

    def _field_of(self, sample: int | None) -> NDArray[np.float32]:
        """The graded colours of a sample; for None, of the mean of all."""
        field = (
            mean_field(self.fields)
            if sample is None
            else self.fields[self.samples.index(sample)]
        )
        return self.recipe.grade.applied(field)

    def _sheet(self, photo: Photo) -> RGB:
        """The original, the mean if that is picked, and every sample."""
        pick, seed = self.recipe.variants.pick, self.recipe.seed
        small = thumbnail(photo, fitted_size(photo.size, CELL_AREA_PX))

        def cell(label: str, sample: int | None, *, is_picked: bool) -> Cell:
            rgb = recombine(small, self._field_of(sample)).astype(np.uint8, copy=False)
            return Cell(rgb, label, is_picked)

        cells = [Cell(small, "original")]
        if pick == "mean":
            count = len(self.samples)
            cells.append(cell(f"mean of {count} samples", None, is_picked=True))
        picked = None if pick == "all" else self.sample_of(Product())
        for sample in self.samples:
            label = f"sample {sample + 1}, seed {seed}"
            if sample == picked:
                label += f" ({pick})"
            cells.append(cell(label, sample, is_picked=sample == picked))
        return contact_sheet(self.name, self._note(), cells)

    def _note(self) -> str:
        if self.diversity is None:
            return self.recipe.note
        return f"{self.recipe.note}; diversity {self.diversity:.1f} Lab units"


def sheet_note(model: Model, settings: BatchSettings) -> str:
    """What a contact sheet says about the settings: those that decide the colours."""
    sampling, grade = settings.sampling, settings.grade
    steps = sampling.step_count(model.header.schedule)
    parts = [f"model {model.path.name}", f"{steps} steps", sampling.sampler]
    if sampling.size not in {None, model.header.config.image_size}:
        parts.append(f"size {sampling.size}")
    if grade.saturation != 1:
        parts.append(f"saturation {grade.saturation:g}")
    if grade.temperature:
        parts.append(f"temperature {grade.temperature:+g}")
    return ", ".join(parts)
