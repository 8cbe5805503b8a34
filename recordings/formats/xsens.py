"""Xsens text exports (MT Manager): one movement sensor, tab-separated, below ``//`` lines that name the rate.

The sensor's place is told from the file's name, for the file itself does not say it. Where an export holds
orientation but no angular rate, the rate is that at which the orientation turns.
"""

import io
import re
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from recordings.errors import TimeError, UnreadableError
from recordings.formats.counters import positions_from_counter
from recordings.formats.gaps import spread
from recordings.formats.text_lines import decode
from recordings.labels import labelled_signal, recognise
from recordings.model import FloatArray, Kind, Recording, Signal

_RATE: Final = re.compile(r"//\s*Update Rate:\s*([0-9.]+)\s*Hz", re.IGNORECASE)
_MATRIX: Final = tuple(f"Mat[{row}][{column}]" for row in (1, 2, 3) for column in (1, 2, 3))
_AXES: Final = ("X", "Y", "Z")
_COUNTER: Final = "PacketCounter"
#: The longest gap over which the orientation still tells how fast it turned, in samples.
_NEXT: Final = 1


def read_xsens(path: Path, *, rate_hz: float | None = None) -> Recording:
    """Read an Xsens text export.

    Parameters
    ----------
    path : Path
        Its name tells where the sensor sat: ``session1_thigh_left.txt``.
    rate_hz : float, optional
        Where the file does not tell it.

    Returns
    -------
    Recording
        ``THIGH_L_ACC_X`` and so on in m/s2, ``THIGH_L_GYRO_X`` in rad/s, and the nine numbers of the
        orientation, if they are there, as ``THIGH_L_MAT_11``. Samples that the counter leaves out are NaN.

    Raises
    ------
    UnreadableError
        If it holds no table, no acceleration and no angular rate, or cells that are no numbers.
    TimeError
        If no rate is known, or the counter repeats.
    """
    text = decode(path.read_bytes(), path=path)
    lines = text.splitlines()
    start = next(
        (number for number, line in enumerate(lines) if line.strip() and not line.startswith("//")), None
    )
    if start is None:
        raise UnreadableError("it is an Xsens export without a table; export it again", path=path)
    columns = _columns(lines[start], "\n".join(lines[start + 1 :]), path)
    rate = rate_hz or next((float(found[1]) for line in lines[:start] if (found := _RATE.match(line))), 0.0)
    if not rate > 0:
        raise TimeError(
            "its header names no update rate; state it: --rate 100, or rate_hz=100 in Python", path=path
        )
    place, notes = _place(path)
    positions = None
    if _COUNTER in columns:
        positions, said = positions_from_counter(columns[_COUNTER], name=_COUNTER)
        notes += said

    def signal(label: str, values: FloatArray, unit: str, kind: Kind | None = None) -> Signal:
        spaced = values if positions is None else spread(values, positions)
        return labelled_signal(f"{place}_{label}", spaced, unit=unit, rate_hz=rate, kind=kind, device=place)

    made = [
        signal(f"{kind}_{axis}", columns[f"{written}_{axis}"], unit)
        for written, kind, unit in (("Acc", "ACC", "m/s2"), ("Gyr", "GYRO", "rad/s"))
        for axis in _AXES
        if f"{written}_{axis}" in columns
    ]
    if all(name in columns for name in _MATRIX):
        if not any(f"Gyr_{axis}" in columns for axis in _AXES):
            turning = _turning(np.stack([columns[name] for name in _MATRIX], axis=1), positions, rate)
            made += [signal(f"GYRO_{axis}", row, "rad/s") for axis, row in zip(_AXES, turning.T, strict=True)]
            notes.append("It holds no angular rate; that was taken from how the orientation turns.")
        made += [signal(f"MAT_{name[4]}{name[7]}", columns[name], "", "other") for name in _MATRIX]
    if not made:
        raise UnreadableError(
            "it holds neither acceleration nor angular rate nor orientation matrix; export it with these",
            path=path,
        )
    return Recording(tuple(made), path=path, notes=tuple(notes))


def _columns(header: str, body: str, path: Path) -> dict[str, FloatArray]:
    import pandas as pd  # noqa: PLC0415

    names = [name.strip() for name in header.split("\t")]
    try:
        frame = pd.read_csv(
            io.StringIO(body),
            sep="\t",
            header=None,
            names=range(len(names)),
            index_col=False,
            dtype=np.float64,
        )
    except ValueError as problem:
        raise UnreadableError(
            f"its rows are not all numbers ({str(problem).strip()}); export it again", path=path
        ) from problem
    if not len(frame):
        raise UnreadableError("it holds a header and no samples; record again", path=path)
    columns: dict[str, FloatArray] = {}
    for position, name in enumerate(names):
        values = frame[position].to_numpy(dtype=np.float64)
        if name and np.isfinite(values).any():
            columns[name] = values
    if np.isnan(columns.get(_COUNTER, np.zeros(1))).any():
        raise UnreadableError("its packet counter has empty cells; export it again", path=path)
    return columns


def _place(path: Path) -> tuple[str, list[str]]:
    """Tell from the file's name where the sensor sat."""
    known = recognise(f"{path.stem} acc x", unit="m/s2")
    if known.muscle is None or known.side is None:
        return path.stem, [
            "The file's name does not tell where the sensor sat; one such as thigh_left.txt does."
        ]
    short = {"gluteus maximus": "GM", "upper trapezius": "UT"}.get(known.muscle, known.muscle.upper())
    return f"{short.replace(' ', '_')}_{known.side[0].upper()}", []


def _turning(
    rows: FloatArray, positions: "np.ndarray[tuple[int], np.dtype[np.int64]] | None", rate_hz: float
) -> FloatArray:
    """Angular rate in the sensor's own axes, in the middle between the samples before and after."""
    matrices = rows.reshape(-1, 3, 3)
    known = np.asarray(np.isfinite(rows).all(axis=1), dtype=np.bool_)
    turned = np.where(known[:, None, None], matrices, np.eye(3))
    # the matrices turn from the sensor's axes to the room's
    steps = (Rotation.from_matrix(turned[:-1]).inv() * Rotation.from_matrix(turned[1:])).as_rotvec() * rate_hz
    broken = ~(known[:-1] & known[1:])
    if positions is not None:
        broken |= np.diff(positions) > _NEXT
    steps[broken] = np.nan
    padded = np.concatenate([steps[:1], steps, steps[-1:]])
    return 0.5 * (padded[:-1] + padded[1:])
