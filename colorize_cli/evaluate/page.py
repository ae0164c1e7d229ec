"""A report as one HTML file that needs no other: tables, best and worst photos."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from colorize_cli.evaluate.markdown import TITLE
from colorize_cli.evaluate.report import EvaluationReport, SetReport, Shown
from colorize_cli.evaluate.tables import LEGEND, Table, label_note, tables_of

__all__ = ["page"]

STYLE = Path(__file__).with_name("page.css")


def page(report: EvaluationReport) -> str:
    """The whole document."""
    sections = "\n".join(
        section(each, report.columns, number) for number, each in numbered(report.sets)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<h1>{TITLE}</h1>
{definitions(report.facts)}
{contents(report.sets)}
</header>
<main>
{sections}
{remarks("Left out", report.left_out)}
{remarks("Not measured", report.missing)}
<section>
<h2>Legend</h2>
{definitions(LEGEND)}
</section>
</main>
</body>
</html>
"""


def contents(sets: Sequence[SetReport]) -> str:
    """Links to the sets, if there are several."""
    if len(sets) == 1:
        return ""
    links = " ".join(
        f'<a href="#set-{number}">{text(each.name)}</a>'
        for number, each in numbered(sets)
    )
    return f'<nav aria-label="Sets">{links}</nav>'


def numbered(sets: Sequence[SetReport]) -> list[tuple[int, SetReport]]:
    """The sets and the numbers that links know them by."""
    return list(enumerate(sets, start=1))


def section(report: SetReport, columns: Sequence[str], number: int) -> str:
    """The tables and photos of one set."""
    parts = [
        f'<section id="set-{number}">',
        f"<h2>{text(report.name)} <small>{report.photo_count:,} photos</small></h2>",
        *(table_of(table) for table in tables_of(report)),
        f"<p>{text(label_note(report))}</p>",
        gallery("Gained most from their colours", report.best, columns),
        gallery("Gained least, or lost", report.worst, columns),
        "</section>",
    ]
    return "\n".join(parts)


def table_of(table: Table) -> str:
    """A table whose row and column headings are marked as such."""
    head = "".join(f'<th scope="col">{text(each)}</th>' for each in table.columns[1:])
    rows = "\n".join(
        f'<tr><th scope="row">{text(line[0])}</th>'
        + "".join(f"<td>{text(cell)}</td>" for cell in line[1:])
        + "</tr>"
        for line in table.rows
    )
    return (
        '<div class="wide" tabindex="0" role="group" '
        f'aria-label="{text(table.caption)}"><table>'
        f"<caption>{text(table.caption)}</caption>\n"
        f"<thead><tr><td></td>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def gallery(heading: str, photos: Sequence[Shown], columns: Sequence[str]) -> str:
    """Strips below one another, with what their cells show above the first."""
    if not photos:
        return ""
    names = "".join(f"<span>{text(name)}</span>" for name in columns)
    figures = "\n".join(figure(photo, columns) for photo in photos)
    return (
        f"<h3>{text(heading)}</h3>\n"
        '<div class="wide" tabindex="0" role="group" '
        f'aria-label="{text(heading)}"><div class="strips">\n'
        f'<div class="names" aria-hidden="true">{names}</div>\n{figures}\n</div></div>'
    )


def figure(photo: Shown, columns: Sequence[str]) -> str:
    """One strip with its figures."""
    data = base64.b64encode(photo.strip).decode()
    alt = f"{photo.name}: {', '.join(columns)}"
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" alt="{text(alt)}" '
        'loading="lazy">'
        f"<figcaption>{text(photo.name)}: dE00 {photo.ciede2000:.1f}, "
        f"{-photo.gain:+.1f} against grey; PSNR {photo.psnr:.1f} dB"
        "</figcaption></figure>"
    )


def definitions(pairs: Mapping[str, str]) -> str:
    """A list of names and what they are."""
    items = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
        for name, value in pairs.items()
    )
    return f"<dl>{items}</dl>"


def remarks(heading: str, lines: Sequence[str]) -> str:
    """A list under a heading; nothing for no lines."""
    if not lines:
        return ""
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<section>\n<h2>{text(heading)}</h2>\n<ul>{items}</ul>\n</section>"


def text(value: str) -> str:
    """The text, safe in HTML and UTF-8 whatever bytes a file's name has."""
    return escape(value.encode("utf-8", "replace").decode())
