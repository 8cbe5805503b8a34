"""Tables as Markdown that can also be read as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its title and what to say beneath it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __str__(self) -> str:
        widths = [max(len(row[place]) for row in (self.head, *self.rows)) for place in range(len(self.head))]
        lines = [f"### {self.title}", "", _line(self.head, widths)]
        lines.append("|" + "|".join("-" * (width + 2) for width in widths) + "|")
        lines += [_line(row, widths) for row in self.rows]
        return "\n".join(lines + (["", self.note] if self.note else []))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def ms(value: float, *, signed: bool = False) -> str:
    """Return milliseconds, or a dash where there is nothing to say.

    Examples
    --------
    >>> ms(12.34), ms(float("nan")), ms(-3.2, signed=True), ms(-0.01, signed=True)
    ('12.3', '-', '-3.2', '+0.0')
    """
    if not np.isfinite(value):
        return "-"
    return f"{value + 0.0 if abs(value) >= 0.05 else 0.0:+.1f}" if signed else f"{value:.1f}"


def share(value: float, *, digits: int = 0) -> str:
    """Return a share in percent, or a dash.

    Examples
    --------
    >>> share(0.9751, digits=1), share(float("nan"))
    ('97.5 %', '-')
    """
    return f"{100 * value:.{digits}f} %" if np.isfinite(value) else "-"


def number(value: float, *, digits: int = 1) -> str:
    """Return a plain number, or a dash."""
    return f"{value:.{digits}f}" if np.isfinite(value) else "-"
