"""OpenSignals text files (biosignalsplux, BITalino): a JSON header line, then tab-separated counts.

Counts stay counts: what one is worth depends on the sensor that was plugged in, and only its scale is open.
Those of an accelerometer are counted from the middle of its range, so that gravity has a direction.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from recordings.errors import RecordingError, UnreadableError
from recordings.formats.counters import positions_from_counter
from recordings.formats.gaps import spread
from recordings.labels import labelled_signal
from recordings.model import FloatArray, Kind, Recording, Signal

_SENSOR_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("EMG", "SEMG", "EMGBIT"), "emg"),
    **dict.fromkeys(("XYZ", "ACC", "ACCBIT"), "acc"),
    **dict.fromkeys(("GYR", "GYRO"), "gyro"),
    **dict.fromkeys(("ECG", "EEG", "EOG", "EDA", "RESP", "RESPIRATION", "RIP", "BVP", "TEMP", "FORCE",
                     "LOADCELL", "LUX", "LIGHT", "MAG", "SPO2", "OXI", "GLU", "SWITCH", "ECGBIT", "EDABIT",
                     "LUXBIT"), "other"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hub:
    """One device of an OpenSignals file.

    Attributes
    ----------
    name : str
    rate_hz : float
    columns : tuple of str
        All its columns, the counter ``nSeq`` and digital lines included.
    labels, sensors : tuple of str
        Of its analogue channels, which are the last columns.
    resolution : tuple of int
        Bits of each of them; empty where the header does not say.
    """

    name: str
    rate_hz: float
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    sensors: tuple[str, ...]
    resolution: tuple[int, ...] = ()


def kind_of_sensor(sensor: str) -> Kind | None:
    """Return what an OpenSignals sensor measures; None where its name does not tell.

    Examples
    --------
    >>> kind_of_sensor("XYZ"), kind_of_sensor("CUSTOM")
    ('acc', None)
    """
    return _SENSOR_KINDS.get(sensor.strip().upper())


def signals_of_hub(
    hub: Hub, counter: FloatArray | None, samples: list[FloatArray]
) -> tuple[list[Signal], list[str]]:
    """Make the signals of one device, with NaN where its counter left numbers out.

    Parameters
    ----------
    hub : Hub
    counter : ndarray of float64, shape (n_rows,), or None
        The column ``nSeq``.
    samples : list of ndarray of float64, shape (n_rows,)
        In counts, one for each label.
    """
    notes: list[str] = []
    positions = None
    if counter is not None:
        positions, notes = positions_from_counter(counter, name="nSeq")
    signals = [
        labelled_signal(
            label,
            values if positions is None else spread(values, positions),
            unit="counts",
            rate_hz=hub.rate_hz,
            kind=kind_of_sensor(sensor),
            device=hub.name,
        )
        for label, sensor, values in zip(hub.labels, hub.sensors, _centred(hub, samples), strict=True)
    ]
    return signals, notes


def _centred(hub: Hub, samples: list[FloatArray]) -> list[FloatArray]:
    """Count acceleration from the middle of the range."""
    bits = hub.resolution or (0,) * len(samples)
    return [
        values - 2 ** (n_bits - 1) if n_bits > 1 and kind_of_sensor(sensor) == "acc" else values
        for values, sensor, n_bits in zip(samples, hub.sensors, bits, strict=True)
    ]


def read_opensignals(path: Path) -> Recording:
    """Read an OpenSignals text file.

    Raises
    ------
    UnreadableError
        If the header is damaged or the columns do not fit it.
    TimeError
        If the counter repeats or runs backwards.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines[:200]) if line.startswith("# EndOfHeader")), None)
    if end is None:
        raise UnreadableError("its header never ends; save it again in OpenSignals", path=path)
    hubs = _hubs("".join(lines[1:end]), path)
    table = _counts("".join(lines[end + 1 :]), sum(len(hub.columns) for hub in hubs), path)
    signals: list[Signal] = []
    notes: list[str] = []
    first = 0
    for hub in hubs:
        own = table[:, first : first + len(hub.columns)]
        counter = own[:, hub.columns.index("nSeq")] if "nSeq" in hub.columns else None
        analogue = [own[:, column] for column in range(len(hub.columns) - len(hub.labels), len(hub.columns))]
        made, said = signals_of_hub(hub, counter, analogue)
        signals += made
        notes += said
        first += len(hub.columns)
    one_clock = len(hubs) == 1
    if not one_clock:
        notes.append(f"It was recorded by {len(hubs)} devices; the time between their clocks is not known.")
    return Recording(
        tuple(signals),
        path=path,
        shared_clock=one_clock,
        clock_error_ms=0.0 if one_clock else None,
        notes=tuple(notes),
    )


def _hubs(header: str, path: Path) -> list[Hub]:
    text = "".join(line.lstrip("# ") for line in header.splitlines())
    try:
        described = json.loads(text)
        hubs = [_hub(name, cast(dict[str, Any], fields)) for name, fields in described.items()]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UnreadableError(
            f"its header does not say what the columns are ({problem}); save it again in OpenSignals",
            path=path,
        ) from problem
    if not any(hub.labels for hub in hubs):
        raise UnreadableError(
            "its header names no channel; record again with a channel switched on", path=path
        )
    return hubs


def _hub(name: str, fields: dict[str, Any]) -> Hub:
    labels = tuple(str(label) for label in fields["label"])
    sensors = tuple(str(sensor) for sensor in fields.get("sensor", ()))
    columns = tuple(str(column) for column in fields["column"])
    if len(labels) > len(columns):
        raise ValueError("more labels than columns")
    if len(sensors) != len(labels):
        sensors = ("",) * len(labels)
    bits = tuple(int(bits) for bits in fields.get("resolution", ()))
    # a digital line may stand before the analogue channels
    resolution = bits[len(bits) - len(labels) :] if len(bits) >= len(labels) else ()
    return Hub(name, float(fields["sampling rate"]), columns, labels, sensors, resolution)


def _counts(body: str, n_columns: int, path: Path) -> FloatArray:
    import pandas as pd  # noqa: PLC0415

    if not body.strip():
        raise UnreadableError("it holds a header and no samples; record again", path=path)
    try:
        frame = pd.read_csv(
            io.StringIO(body), sep=r"\s+", header=None, names=list(range(n_columns)), index_col=False
        )
        if len(body.lstrip().split("\n", 1)[0].split()) != n_columns:
            raise UnreadableError(f"its rows do not hold the {n_columns} columns of its header", path=path)
        return frame.to_numpy(dtype=np.float64)
    except RecordingError:
        raise
    except ValueError as problem:
        raise UnreadableError(
            f"its rows are not all numbers ({str(problem).strip()}); save it again in OpenSignals", path=path
        ) from problem
