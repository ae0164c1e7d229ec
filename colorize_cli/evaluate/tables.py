"""The tables of a report: which figures, under which heading, to how many digits."""

from collections.abc import Sequence
from dataclasses import dataclass

from colorize_cli.evaluate.report import SetReport
from colorize_cli.evaluate.ways import WAYS

__all__ = ["LEGEND", "Table", "label_note", "tables_of"]

# Field of `WaySummary` -> heading and digits.
DISTANCE = {
    "mae": ("MAE ab", 2),
    "mae_tutorial": ("MAE / 127.5", 4),
    "psnr": ("PSNR dB", 2),
    "ssim": ("SSIM", 3),
    "ciede2000": ("dE00", 2),
    "lpips": ("LPIPS", 3),
}
COLOUR = {
    "colorfulness": ("CF", 1),
    "dcf_set": ("dCF set", 1),
    "dcf_photos": ("dCF photos", 1),
    "colorfulness_abs": ("CF abs", 1),
    "dcf_abs_set": ("dCF abs set", 1),
    "dcf_abs_photos": ("dCF abs photos", 1),
    "chroma_ratio": ("chroma", 2),
    "tint_ratio": ("tint", 2),
}
MEANING = {
    "accuracy": ("accuracy", 3),
    "recovered": ("recovered", 3),
    "frechet": ("Frechet Lite0", 2),
    "fid": ("FID", 2),
}

# Heading -> what it means.
LEGEND = {
    "MAE ab": "mean absolute error of a and b in Lab units; / 127.5: of ab scaled to "
    "[-1, 1], as in the tutorial",
    "PSNR": "over sRGB, the mean of each photo's; 100 for equal pictures",
    "SSIM": "structural similarity over R, G and B (Wang et al. 2004)",
    "dE00": "mean colour difference CIEDE2000; about 1 is just visible",
    "CF": "colourfulness (Hasler and Suesstrunk 2003); abs: of unsigned opponent "
    "colours, as DDColor and the tables after it compute it",
    "dCF set": "difference of the set's mean CF from the originals', as in DDColor",
    "dCF photos": "mean over photos of the difference from each original (VVFM)",
    "chroma": "mean distance from grey against the originals': 1 is as colourful",
    "tint": "the same of each picture's mean colour",
    "recovered": "(accuracy - grey's) / (original's - grey's): the share of what "
    "EfficientNet-Lite0 loses without colour that comes back",
    "Frechet Lite0": "Frechet distance to the originals on EfficientNet-Lite0's pooled "
    "features; only to be compared between sets of one size",
    "grey, mean colour": "baselines: no colour; everywhere (1.7, 7.8) Lab units, the "
    "mean of the embedded model's training photos",
    "single sample": "expected figures of one sample: means over the samples",
    "mean, medoid, best of samples": "the samples' mean colours; the sample nearest to "
    "that mean; the sample with the best PSNR, which only who knows the truth can pick",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings, and a row of texts for each way."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables_of(report: SetReport) -> list[Table]:
    """The tables of a set; columns that nothing is known of are left out."""
    groups = {
        "Distance to the originals": DISTANCE,
        "Colourfulness": COLOUR,
        "What a classifier sees": MEANING,
    }
    tables = []
    for caption, group in groups.items():
        known = {
            name: shape
            for name, shape in group.items()
            if any(getattr(each, name) is not None for each in report.ways.values())
        }
        if not known:
            continue
        rows = [
            [
                WAYS[way],
                *(
                    text_of(getattr(summary, name), digits)
                    for name, (_, digits) in known.items()
                ),
            ]
            for way, summary in report.ways.items()
        ]
        headings = [heading for heading, _ in known.values()]
        if report.labels == "agreement":
            headings = ["agreement" if h == "accuracy" else h for h in headings]
        tables.append(Table(caption=caption, columns=["", *headings], rows=rows))
    return tables


def text_of(value: float | None, digits: int) -> str:
    """The number, or a dash."""
    return "-" if value is None else f"{value:.{digits}f}"


def label_note(report: SetReport) -> str:
    """What counts as right in a set, how its samples differ, and what distorts it."""
    diversity = f"Samples of a photo differ by {report.diversity:.2f} Lab units (std)"
    if report.lpips_diversity is not None:
        diversity += f", LPIPS {report.lpips_diversity:.3f}"
    notes = {
        "given": "Accuracy: top-1 of EfficientNet-Lite0 against the labels that names "
        "of folders or photos give.",
        "agreement": "Agreement: there are no labels; what EfficientNet-Lite0 sees in "
        "the original counts as right.",
        None: "",
    }
    grey = (
        f"Without colours of their own: {report.grey_count:,} of "
        f"{report.photo_count:,} photos; on them grey is best, with up to 100 dB."
        if report.grey_count
        else ""
    )
    return " ".join(filter(None, (f"{diversity}.", notes[report.labels], grey)))
