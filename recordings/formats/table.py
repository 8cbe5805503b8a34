"""Tables of numbers: CSV, TSV and text with ``#`` lines, a column for each channel."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from recordings.errors import TimeError, UnreadableError, UnsupportedError
from recordings.formats.columns import Column, column_of
from recordings.formats.counters import positions_from_counter
from recordings.formats.even_times import place_on_grid
from recordings.formats.gaps import IntArray, spread
from recordings.formats.table_cells import Cells, counts_rows, is_empty, numbers, read_cells, texts
from recordings.formats.table_notes import (
    stated_labels,
    stated_leg,
    stated_rate,
    stated_simulation,
    states_counts,
)
from recordings.formats.text_lines import TextLayout, decode, name_and_unit, read_text_layout
from recordings.labels import labelled_signal, recognise
from recordings.model import SIMULATED, Event, FloatArray, Recording

_HOW_TO_STATE: Final = (
    "add a time column named time_s, or state the rate: --rate 1000, or rate_hz=1000 in Python, "
    "or a first line such as '# rate_hz: 1000'"
)
# Slower than any EMG or movement sensor: such steps are a time column whose unit is not seconds.
_SLOWEST_HZ: Final = 10.0
_LONGEST_OFFSET_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Where the rows lie in time."""

    rate_hz: float
    positions: IntArray
    start_s: float = 0.0
    notes: tuple[str, ...] = ()


def read_table(path: Path, *, rate_hz: float | None = None) -> Recording:
    """Read a table with a column for each channel.

    A column of time (``time_s``, ``time [ms]``, ``t`` ...) or a stated rate gives the times; rows that are
    missing from it, gaps of a counter column, and empty cells are NaN. A column ``event`` is optional.

    Parameters
    ----------
    path : Path
    rate_hz : float, optional
        The rate, where the file does not tell it.

    Raises
    ------
    UnreadableError
        If it is not a table of numbers with at least one signal; the message names line and column.
    TimeError
        If times repeat or run backwards, or there is neither time column nor rate.
    UnsupportedError
        If it has several time columns.
    """
    text = decode(path.read_bytes(), path=path)
    layout = read_text_layout(text, path=path)
    columns, notes = _columns(layout, path)
    cells = read_cells(text, layout, path=path)
    columns = _named(columns, cells)
    signals = [column for column in columns if column.role == "signal"]
    if not signals:
        held = ", ".join(column.name for column in columns)
        raise UnreadableError(
            f"no column holds a signal, only {held}; add a column for each channel", path=path
        )
    rows = _rows(columns, cells, rate_hz if rate_hz is not None else stated_rate(layout.comments))
    size = int(rows.positions[-1]) + 1
    simulation = stated_simulation(layout.comments)
    if simulation is not None:
        notes.append(simulation)
    made = tuple(
        labelled_signal(
            column.name,
            spread(numbers(cells, column), rows.positions, size=size),
            unit=column.unit,
            rate_hz=rows.rate_hz,
            start_s=rows.start_s,
            device=None if simulation is None else SIMULATED,
        )
        for column in signals
    )
    events = tuple(
        event for column in columns if column.role == "event" for event in _events(texts(cells, column), rows)
    )
    return Recording(made, events, path=path, leg=stated_leg(layout.comments), notes=(*notes, *rows.notes))


def holds_signals_over_time(layout: TextLayout, *, path: Path) -> bool:
    """Return whether a table looks like a recording: it has times or a rate, and a column of signal.

    Raises
    ------
    UnsupportedError
        If it has several time columns.
    """
    columns, _ = _columns(layout, path)
    has_time = any(column.role == "time" for column in columns) or stated_rate(layout.comments) is not None
    known = any(recognise(column.name).muscle for column in columns)
    return (has_time or known) and any(column.role == "signal" for column in columns)


def _columns(layout: TextLayout, path: Path) -> tuple[list[Column], list[str]]:
    """Columns by their titles, and notes on titles that had to be made up."""
    notes: list[str] = []
    titles = list(layout.header or stated_labels(layout.comments))
    if not titles or (layout.header is None and len(titles) != layout.n_columns):
        titles = [f"CH{position + 1}" for position in range(layout.n_columns)]
        span = (
            f"columns are called {titles[0]} to {titles[-1]}" if len(titles) > 1 else "column is called CH1"
        )
        notes.append(f"The file has no header; its {span}, in order.")
    titles += [""] * (layout.n_columns - len(titles))
    columns = [column_of(position, *name_and_unit(title)) for position, title in enumerate(titles)]
    times = [column.name for column in columns if column.role == "time"]
    if len(times) > 1:
        raise UnsupportedError(
            f"it has {len(times)} time columns ({', '.join(times)}); keep one, or save a table for each",
            path=path,
        )
    if states_counts(layout.comments):
        columns = [column if column.unit else replace(column, unit="counts") for column in columns]
    return columns, notes


def _named(columns: list[Column], cells: Cells) -> list[Column]:
    """Leave out the empty column that a delimiter at the line end makes; name others without title."""
    kept: list[Column] = []
    for column in columns:
        if column.name:
            kept.append(column)
        elif column.position == 0 and counts_rows(cells, column):
            kept.append(replace(column, name="row", role="counter"))
        elif not is_empty(cells, column):
            kept.append(replace(column, name=f"CH{column.position + 1}"))
    return kept


def _rows(columns: list[Column], cells: Cells, stated_hz: float | None) -> _Rows:
    """Place the rows in time by the time column, else by a counter, else one after the other."""
    if stated_hz is not None and not (np.isfinite(stated_hz) and stated_hz > 0):
        raise TimeError(f"a rate of {stated_hz} Hz is impossible; state a positive one", path=cells.path)
    time = next((column for column in columns if column.role == "time"), None)
    counter = next((column for column in columns if column.role == "counter"), None)
    if time is not None:
        return _timed_rows(numbers(cells, time), time, stated_hz)
    if stated_hz is None:
        raise TimeError(f"it has no time column and no rate; {_HOW_TO_STATE}", path=cells.path)
    if counter is not None:
        positions, notes = positions_from_counter(numbers(cells, counter), name=counter.name)
        return _Rows(stated_hz, positions, notes=tuple(notes))
    return _Rows(stated_hz, np.arange(len(cells.frame), dtype=np.int64))


def _timed_rows(times: FloatArray, column: Column, stated_hz: float | None) -> _Rows:
    notes: list[str] = []
    seconds = column.seconds or 1.0
    if column.seconds is None and stated_hz is not None and times.size > 1:
        step = float(np.median(np.diff(times)))
        for factor, unit in ((1e-3, "milliseconds"), (1e-6, "microseconds")):
            if abs(step * factor * stated_hz - 1.0) < 0.01:
                seconds = factor
                notes.append(
                    f"The times of column {column.name!r} were taken as {unit}, which fits the stated rate."
                )
    even = place_on_grid(times * seconds, rate_hz=stated_hz)
    if even.rate_hz < _SLOWEST_HZ and column.seconds is None:
        raise TimeError(
            f"the times of column {column.name!r} step by {1 / even.rate_hz:g}; if these are not seconds, "
            "write the unit into its name, as in time_ms"
        )
    lost = int(even.positions[-1]) + 1 - even.positions.size
    if lost:
        notes.append(f"{lost} samples are missing from the times; they are kept as gaps.")
    start_s = max(0.0, even.start_s)
    if times[0] < 0 or start_s > _LONGEST_OFFSET_S:
        notes.append(f"The times begin at {times[0] * seconds:.10g} s; they are counted from there.")
        start_s = 0.0
    return _Rows(even.rate_hz, even.positions, start_s, tuple(notes))


def _events(labels: list[str], rows: _Rows) -> list[Event]:
    """One event for each run of rows with the same text; empty cells and zeros are no event."""
    events: list[Event] = []
    first = 0
    for row in range(1, len(labels) + 1):
        if row == len(labels) or labels[row] != labels[first]:
            label = labels[first].removesuffix(".0")
            if label not in ("", "0"):
                onset_s = rows.start_s + float(rows.positions[first]) / rows.rate_hz
                length = int(rows.positions[row - 1] - rows.positions[first])
                events.append(Event(onset_s, label, length / rows.rate_hz))
            first = row
    return events
