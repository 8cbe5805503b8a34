"""Reading the tables of movement of a BIDS dataset: ours to the bit, those of others by what BIDS demands."""

import csv
from pathlib import Path
from typing import Final, cast

import msgspec
import numpy as np

from recordings.dataset.names import sidecar_of, table_of
from recordings.dataset.sidecars import StoredChannel, StoredRecording, read_events
from recordings.errors import UnreadableError
from recordings.formats.lost import blank_ranges
from recordings.labels import recognise
from recordings.model import Channel, Event, FloatArray, Kind, Recording, Signal

_KINDS: Final[dict[str, Kind]] = {"ACCEL": "acc", "GYRO": "gyro", "ORNT": "angle", "JNTANG": "angle"}
_UNITS: Final = {"m/s^2": "m/s2", "rad/s": "rad/s", "deg": "deg"}
_AXES: Final = ("x", "y", "z")


def read_motion(path: Path, block: StoredRecording) -> list[Signal]:
    """Read a table that this program wrote.

    Parameters
    ----------
    path : Path
    block : StoredRecording
        Of its sidecar.

    Returns
    -------
    list of Signal
        Lost samples as NaN.

    Raises
    ------
    UnreadableError
        If the table is not whole, or not the one that its sidecar describes.
    """
    samples = _read_samples(path, len(block.channels))
    for channel, row in zip(block.channels, samples, strict=True):
        _check(path, channel, row)
    return [
        Signal(channel.channel, row, channel.rate_hz, channel.start_s)
        for channel, row in zip(block.channels, samples, strict=True)
    ]


def _check(path: Path, channel: StoredChannel, samples: FloatArray) -> None:
    if samples.size != channel.sample_count:
        raise UnreadableError(
            f"it holds {samples.size} samples of {channel.label!r} where its sidecar names "
            f"{channel.sample_count}; copy both again",
            path=path,
        )
    named = np.isnan(blank_ranges(np.zeros(samples.size), channel.lost_samples))
    if not np.array_equal(named, np.isnan(samples)):
        raise UnreadableError(
            f"other samples of {channel.label!r} are lost in it than its sidecar names; copy both again",
            path=path,
        )


def read_plain_motion(path: Path) -> Recording:
    """Read a table of movement that another program wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Recording
        The channels that ``_channels.tsv`` names, at the rate of ``_motion.json``.

    Raises
    ------
    UnreadableError
        If one of the two is missing or says too little, or the table does not fit.
    """
    columns = _columns(path)
    rate_hz, lost = _sidecar(path)
    samples = _read_samples(path, len(columns), lost=lost)
    signals = [
        Signal(_channel(column), row, rate_hz)
        for column, row in zip(columns, samples, strict=True)
        if column["type"] != "LATENCY"
    ]
    notes = [f"{sidecar_of(path).name} holds no FiringAnalyzer block: the rate is the one that it states."]
    events: tuple[Event, ...] = ()
    if (table := table_of(path, "events")).is_file():
        try:
            events = read_events(table.read_text(encoding="utf-8"), file_start_s=0.0)
        except ValueError as problem:
            notes.append(f"{table.name} was not read: {problem}.")
    return Recording(tuple(signals), events, path=path, notes=tuple(notes))


def _columns(path: Path) -> list[dict[str, str]]:
    table = table_of(path, "channels")
    if not table.is_file():
        raise UnreadableError(
            f"{table.name} is missing, so nothing names its columns; put it beside", path=path
        )
    text = table.read_text(encoding="utf-8-sig", errors="replace")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
    if not rows or not {"name", "type"} <= rows[0].keys():
        raise UnreadableError("it has no columns name and type, which BIDS demands; restore it", path=table)
    return rows


def _sidecar(path: Path) -> tuple[float, str]:
    """Return the rate, and how lost samples are written."""
    about = sidecar_of(path)
    try:
        content = msgspec.json.decode(about.read_bytes(), type=dict[str, object])
    except FileNotFoundError as problem:
        raise UnreadableError(
            f"{about.name} is missing, so nothing tells its rate; put it beside", path=path
        ) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UnreadableError(f"it is not whole ({problem}); copy it again", path=about) from problem
    rate_hz = content.get("SamplingFrequency")
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, int | float) or not 0 < rate_hz < float("inf"):
        raise UnreadableError("it states no SamplingFrequency; add it", path=about)
    return float(rate_hz), str(content.get("MissingValues", "n/a"))


def _channel(column: dict[str, str]) -> Channel:
    label, units = column["name"], column.get("units", "")
    known = recognise(label)
    axis = column.get("component", "").lower()
    return Channel(
        label,
        kind=_KINDS.get(column["type"].upper(), "other"),
        unit=_UNITS.get(units, "" if units == "n/a" else units),
        muscle=known.muscle,
        side=known.side,
        axis=cast("None", axis if axis in _AXES else None),
    )


def _read_samples(path: Path, n_columns: int, *, lost: str = "n/a") -> FloatArray:
    """Read all numbers of a table without a header, shape (n_columns, n_rows)."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.endswith("\n"):
        raise UnreadableError("it ends in the middle of a row; copy it again", path=path)
    rows = [line.split("\t") for line in text.splitlines()]
    wrong = next((number for number, row in enumerate(rows, start=1) if len(row) != n_columns), None)
    if wrong is not None:
        raise UnreadableError(
            f"row {wrong} has {len(rows[wrong - 1])} cells and {n_columns} channels are named; copy it again",
            path=path,
        )
    missing = {"n/a", lost} - {"0"}
    cells = [cell for row in rows for cell in row]
    try:
        numbers = np.array([np.nan if cell in missing else float(cell) for cell in cells], dtype=np.float64)
    except ValueError as problem:
        raise UnreadableError(f"a cell is no number ({problem}); copy it again", path=path) from problem
    return np.ascontiguousarray(numbers.reshape(len(rows), n_columns).T)
