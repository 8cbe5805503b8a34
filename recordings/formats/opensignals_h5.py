"""OpenSignals HDF5 files: a group for each device, named by its address, with raw counts for each channel."""

from pathlib import Path
from typing import Any

import numpy as np

from recordings.errors import UnreadableError, UnsupportedError
from recordings.formats.opensignals import Hub, signals_of_hub
from recordings.formats.optional import need
from recordings.model import FloatArray, Recording, Signal


def read_opensignals_h5(path: Path) -> Recording:
    """Read an OpenSignals HDF5 file.

    Raises
    ------
    UnsupportedError
        If h5py is not installed, or the file is HDF5 of another kind.
    UnreadableError
        If the file is damaged.
    TimeError
        If the counter of samples repeats or runs backwards.
    """
    h5py = need("h5py", "HDF5 files", path=path)
    try:
        with h5py.File(path, "r") as file:
            devices = [(str(name), file[name]) for name in file if "raw" in file[name]]
            if not devices:
                raise UnsupportedError(
                    "it is an HDF5 file but not one of OpenSignals; export it as CSV or BDF", path=path
                )
            signals: list[Signal] = []
            notes: list[str] = []
            for name, group in devices:
                made, said = _signals(name, group)
                signals += made
                notes += said
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as problem:
        reason = str(problem).strip("'\"").splitlines()[0]
        raise UnreadableError(
            f"its HDF5 content is damaged or incomplete ({reason}); save it again in OpenSignals", path=path
        ) from problem
    if not signals:
        raise UnreadableError(
            "it names a device but no channel; record again with a channel switched on", path=path
        )
    one_clock = len(devices) == 1
    if not one_clock:
        notes.append(
            f"It was recorded by {len(devices)} devices; the time between their clocks is not known."
        )
    return Recording(
        tuple(signals),
        path=path,
        shared_clock=one_clock,
        clock_error_ms=0.0 if one_clock else None,
        notes=tuple(notes),
    )


def _signals(name: str, group: Any) -> tuple[list[Signal], list[str]]:
    raw = group["raw"]
    channels = sorted(
        (str(key) for key in raw if str(key).startswith("channel_")),
        key=lambda key: int(key.rsplit("_", 1)[1]),
    )
    if "sampling rate" not in group.attrs:
        raise KeyError("no sampling rate")
    hub = Hub(
        name,
        rate_hz=float(np.ravel(group.attrs["sampling rate"])[0]),
        columns=("nSeq", *channels),
        labels=tuple(_text(raw[key].attrs.get("label")) or key for key in channels),
        sensors=tuple(_text(raw[key].attrs.get("sensor")) for key in channels),
        resolution=_bits(group, len(channels)),
    )
    counter = _row(raw["nSeq"]) if "nSeq" in raw else None
    return signals_of_hub(hub, counter, [_row(raw[key]) for key in channels])


def _bits(group: Any, n_channels: int) -> tuple[int, ...]:
    """Bits of each channel, where the file tells them."""
    told = np.ravel(group.attrs.get("resolution", ()))
    return tuple(int(bits) for bits in told[-n_channels:]) if 0 < n_channels <= told.size else ()


def _row(dataset: Any) -> FloatArray:
    return np.asarray(dataset[()], dtype=np.float64).ravel()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
