"""Rows as pandas tables with fixed columns and types, so that two runs give the same table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from firing_analyzer.batch.columns import Kind
from firing_analyzer.batch.one_file import Row

if TYPE_CHECKING:
    import pandas as pd

#: Types that hold missing values; text and lists stay as Python has them.
_DTYPES: Final[Mapping[Kind, str]] = {
    "integer": "Int64",
    "number": "float64",
    "yes_no": "boolean",
    "text": "object",
    "texts": "object",
    "numbers": "object",
}


def frame(rows: Sequence[Row], columns: Mapping[str, Kind]) -> "pd.DataFrame":
    """Return rows as a table.

    Parameters
    ----------
    rows : sequence of mapping
        What a row lacks is missing in the table.
    columns : mapping of str to str
        Names in order, with the kind of each.

    Returns
    -------
    DataFrame
    """
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype=_DTYPES[kind])  # pyright: ignore[reportCallIssue, reportArgumentType]
            for name, kind in columns.items()
        }
    )
