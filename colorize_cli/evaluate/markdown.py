"""A report as Markdown, also readable as plain text."""

from collections.abc import Sequence

from colorize_cli.evaluate.report import EvaluationReport
from colorize_cli.evaluate.tables import LEGEND, Table, label_note, tables_of

__all__ = ["TITLE", "figures", "markdown"]

TITLE = "How good the colours are"


def markdown(report: EvaluationReport) -> str:
    """The whole report."""
    facts = [f"- {name}: {value}" for name, value in report.facts.items()]
    parts = [f"# {TITLE}", "\n".join(facts), figures(report)]
    for heading, lines in (
        ("Left out", report.left_out),
        ("Not measured", report.missing),
    ):
        if lines:
            parts += [f"## {heading}", "\n".join(f"- {line}" for line in lines)]
    legend = [f"- **{name}**: {meaning}." for name, meaning in LEGEND.items()]
    parts += ["## Legend", "\n".join(legend)]
    return "\n\n".join(parts) + "\n"


def figures(report: EvaluationReport) -> str:
    """The tables of every set."""
    parts = []
    for each in report.sets:
        count = f"{each.photo_count:,} photo{'' if each.photo_count == 1 else 's'}"
        parts.append(f"## {each.name}: {count}")
        parts += [aligned(table) for table in tables_of(each)]
        parts.append(label_note(each))
    return "\n\n".join(parts)


def aligned(table: Table) -> str:
    """A Markdown table whose columns line up."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(row(line, widths) for line in (lines[0], rule, *lines[1:]))


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The first cell to the left, the others to the right."""
    first = cells[0].ljust(widths[0])
    others = [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    ]
    return "| " + " | ".join([first, *others]) + " |"
