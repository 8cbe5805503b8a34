"""Text files as laboratories save them: encoding, ``#`` lines, delimiter, decimal comma, header."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.errors import UnreadableError

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*|,\d+)?|[.,]\d+)([eE][+-]?\d+)?")
#: Cells that stand for a lost sample.
LOST: Final = ("", "nan", "NaN", "NAN", "na", "NA", "n/a", "N/A", "null", "NULL", "None", "-", "--")
_LOOKED_AT: Final = 40
_UNIT_IN_BRACKETS: Final = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\[\]()]*)[\])]\s*$")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a table is written.

    Attributes
    ----------
    comments : tuple of str
        The ``#`` lines at the top, without the sign.
    header : tuple of str or None
        Names of the columns; None where the first line already holds numbers.
    first_row : int
        Lines before the first row of numbers.
    delimiter : str
    decimal : {".", ","}
    n_columns : int
    """

    comments: tuple[str, ...]
    header: tuple[str, ...] | None
    first_row: int
    delimiter: str
    decimal: str
    n_columns: int


def decode(content: bytes, *, path: Path) -> str:
    """Turn the bytes of a text file into text with plain line ends: UTF-8, UTF-16, else Latin-1.

    Raises
    ------
    UnreadableError
        If the bytes are no text.
    """
    text = content.decode(_encoding(content, path), errors="replace")
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _encoding(content: bytes, path: Path) -> str:
    start = content[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start[1::2].count(0) > 0.4 * len(start[1::2]) and start[::2].count(0) == 0:
        return "utf-16-le"
    if any(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in start) or b"\0" in content:
        raise UnreadableError(
            "it is neither text nor a format that is known by its first bytes; "
            "give EDF, BDF, CSV, OpenSignals, C3D or XDF",
            path=path,
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number, with a point or a comma.

    Examples
    --------
    >>> is_number("-1,5e-3"), is_number("GM_L")
    (True, False)
    """
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_lost(cell: str) -> bool:
    """Return whether a cell stands for a lost sample."""
    return cell.strip() in LOST


def name_and_unit(title: str) -> tuple[str, str]:
    """Split the title of a column into its name and the unit in brackets behind it.

    Examples
    --------
    >>> name_and_unit("THIGH_L_ACC_X [m/s2]")
    ('THIGH_L_ACC_X', 'm/s2')
    """
    found = _UNIT_IN_BRACKETS.match(title.strip())
    return (found["name"].strip(), found["unit"].strip()) if found else (title.strip(), "")


def split_row(line: str, delimiter: str) -> list[str]:
    """Cells of one line, without quotes and outer blanks."""
    if delimiter == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def read_text_layout(text: str, *, path: Path) -> TextLayout:
    """Find out how the table in a text is written.

    Raises
    ------
    UnreadableError
        If it is no table of numbers, or if lines stand above its header that begin with no ``#``.
    """
    lines = text[:200_000].split("\n")[:400]
    top = 0
    while top < len(lines) and _is_above_table(lines[top]):
        top += 1
    comments = tuple(line.lstrip(" #%").strip() for line in lines[:top] if line.strip())
    body = [(top + i, line) for i, line in enumerate(lines[top:]) if line.strip()][:_LOOKED_AT]
    if not body:
        raise UnreadableError(
            "it holds no row of numbers; give a table with a column for each channel", path=path
        )
    delimiter, decimal = _delimiter_and_decimal([line for _, line in body])
    rows = [split_row(line, delimiter) for _, line in body]
    _check_top([(number + 1, row) for (number, _), row in zip(body, rows, strict=True)], path=path)
    header: tuple[str, ...] | None = None
    first = 0
    if not all(is_number(cell) or is_lost(cell) for cell in rows[0]):
        header, first = tuple(rows[0]), 1
        if len(rows) > 2 and not any(map(is_number, rows[1])) and not all(map(is_lost, rows[1])):
            header, first = _with_units(rows[0], rows[1]), 2
    if not any(is_number(cell) for row in rows[first:] for cell in row):
        raise UnreadableError(
            "it is not a table of numbers; give a table with one header line and a column for each channel",
            path=path,
        )
    n_columns = Counter(len(row) for row in rows[first:]).most_common(1)[0][0]
    return TextLayout(comments, header, body[first][0], delimiter, decimal, max(n_columns, len(header or ())))


def _check_top(rows: list[tuple[int, list[str]]], *, path: Path) -> None:
    """Refuse lines above the header, such as the name of a recorder, and say which to delete.

    Parameters
    ----------
    rows : list of (int, list of str)
        Number and cells of each line.
    path : Path
    """
    of_numbers = [len(row) for _, row in rows if sum(map(is_number, row)) > 0.5 * len(row)]
    width = Counter(of_numbers).most_common(1)[0][0] if of_numbers else 0
    first, top = rows[0]
    # A header has a title for each column (one may be left out) and no number among its titles.
    if width < 2 or (len(top) >= width - 1 and not any(map(is_number, top))):
        return
    if all(is_number(cell) or is_lost(cell) for cell in top) and len(top) == width:
        return
    for line, row in rows[1:]:
        if sum(map(is_number, row)) > 0.5 * len(row) and len(row) == width:
            return  # numbers begin, and no header stood above them
        if len(row) == width and not any(map(is_number, row)) and not all(map(is_lost, row)):
            which = f"line {first}" if line == first + 1 else f"lines {first} to {line - 1}"
            raise UnreadableError(
                f"line {first} is not the header, which is line {line}; delete {which}", path=path
            )


def _is_above_table(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith(("#", "%")) or line.lower().startswith("sep=")


def _with_units(titles: list[str], units: list[str]) -> tuple[str, ...]:
    """Join a second header line, which holds the units, to the first."""
    padded = [*units, *[""] * len(titles)]
    return tuple(f"{title} [{unit.strip('[]()')}]" for title, unit in zip(titles, padded, strict=False))


def _delimiter_and_decimal(lines: list[str]) -> tuple[str, str]:
    """Choose the delimiter that splits the rows into the most cells that are numbers or empty."""
    sample = lines[1:] or lines
    best, most = ",", 0.0
    for delimiter in ("\t", ";", " ", ","):
        rows = [split_row(line, delimiter) for line in sample]
        width = Counter(map(len, rows)).most_common(1)[0][0]
        fits = [is_number(cell) or is_lost(cell) for row in rows if len(row) == width for cell in row]
        score = sum(fits) / len(rows)
        if width > 1 and score > most:
            best, most = delimiter, score
    if best == ",":
        return best, "."
    numbers = [cell for line in sample for cell in split_row(line, best) if is_number(cell)]
    has_comma = any("," in cell for cell in numbers)
    return best, "," if has_comma and not any("." in cell for cell in numbers) else "."
