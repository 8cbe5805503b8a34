"""The cells of a table as numbers, by pandas; what is not a number is refused by line and column."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from recordings.errors import UnreadableError
from recordings.formats.columns import Column
from recordings.formats.text_lines import LOST, TextLayout, is_lost, is_number, split_row
from recordings.model import FloatArray

if TYPE_CHECKING:
    import pandas as pd


#: Times as a clock or a calendar shows them.
_CLOCK: Final = re.compile(r"([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[T ]*)?[0-9]{1,2}:[0-9]{2}(:.*)?")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A table that has been read.

    Attributes
    ----------
    frame : DataFrame
        Columns by position.
    text : str
        The whole file, to find the line of a bad cell.
    layout : TextLayout
    path : Path
    """

    frame: "pd.DataFrame"
    text: str
    layout: TextLayout
    path: Path


def read_cells(text: str, layout: TextLayout, *, path: Path) -> Cells:
    """Read all rows.

    Raises
    ------
    UnreadableError
        If a row has more cells than there are columns; the message names its line.
    """
    import pandas as pd  # noqa: PLC0415

    body = text.rstrip("\n").split("\n", layout.first_row)[layout.first_row]
    if len(split_row(body.split("\n", 1)[0], layout.delimiter)) > layout.n_columns:
        raise UnreadableError(
            f"line {layout.first_row + 1} has more cells than columns; give every row one cell a column",
            path=path,
        )
    try:
        frame = pd.read_csv(
            io.StringIO(body),
            sep=r"\s+" if layout.delimiter == " " else layout.delimiter,
            decimal=layout.decimal,
            header=None,
            names=list(range(layout.n_columns)),
            na_values=list(LOST),
            keep_default_na=False,
            skipinitialspace=True,
            skip_blank_lines=layout.n_columns > 1,
            low_memory=False,
        )
    except pd.errors.ParserError as problem:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(problem))
        detail = (
            f"line {int(found[2]) + layout.first_row} has {found[3]} cells where {found[1]} are expected"
            if found
            else f"its rows cannot be told apart ({str(problem).strip()})"
        )
        raise UnreadableError(f"{detail}; give every row one cell a column", path=path) from problem
    return Cells(frame, text, layout, path)


def is_empty(cells: Cells, column: Column) -> bool:
    """Return whether no cell of the column holds anything."""
    return bool(cells.frame[column.position].isna().all())


def counts_rows(cells: Cells, column: Column) -> bool:
    """Return whether the column just numbers the rows."""
    values = cells.frame[column.position]
    return values.dtype.kind == "i" and bool((values.diff().iloc[1:] == 1).all())


def numbers(cells: Cells, column: Column) -> FloatArray:
    """Return the values of a column, NaN for empty cells.

    Raises
    ------
    UnreadableError
        If a cell is not a number; the message names line and column.
    """
    values = cells.frame[column.position]
    if values.dtype.kind in "fiu":
        row = values.to_numpy(dtype=np.float64)
        if not np.isinf(row).any():
            return row
    for line, cell in _with_lines(cells, column.position):
        if not (is_number(cell) or is_lost(cell)):
            if column.role == "time" and _CLOCK.fullmatch(cell):
                raise UnreadableError(
                    f"line {line}, column {column.name!r}: {cell!r} is a time of day and seconds are needed; "
                    "export seconds from the start, or drop the column and state the rate: --rate 1000, "
                    "or rate_hz=1000 in Python",
                    path=cells.path,
                )
            raise UnreadableError(
                f"line {line}, column {column.name!r}: {cell!r} is not a number; correct or empty it",
                path=cells.path,
            )
    raise UnreadableError(
        f"column {column.name!r} mixes ways of writing numbers; use one decimal sign and no thousands sign",
        path=cells.path,
    )


def texts(cells: Cells, column: Column) -> list[str]:
    """Return the cells of a column as text, empty where nothing stands."""
    values = cells.frame[column.position]
    lost = values.isna().tolist()
    return ["" if empty else str(value).strip() for value, empty in zip(values.tolist(), lost, strict=True)]


def _with_lines(cells: Cells, position: int) -> Iterator[tuple[int, str]]:
    """Line number and text of every cell of a column."""
    first = cells.layout.first_row
    for line, row in enumerate(cells.text.split("\n")[first:], start=first + 1):
        if row.strip():
            parts = split_row(row, cells.layout.delimiter)
            yield line, parts[position] if position < len(parts) else ""
