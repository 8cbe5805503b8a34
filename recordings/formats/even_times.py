"""From time stamps to an even rate: which sample each row is, and which were lost."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from recordings.errors import TimeError
from recordings.formats.gaps import IntArray
from recordings.model import FloatArray

#: Two rates that differ by more than this are not the same rate.
RATE_TOLERANCE: Final = 0.01
# Stamps this near to the grid are on it.
_EXACT_S: Final = 1e-6
# Stamps of which so many are the same as the one before were rounded, not mistaken.
_ROUNDED_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class EvenTimes:
    """Rows on an even grid.

    Attributes
    ----------
    rate_hz : float
    positions : ndarray of int64, shape (n_rows,)
        Place of each row on the grid, from 0; places without a row are lost samples.
    start_s : float
        Time of place 0.
    error_s : float
        Largest distance between a time stamp and its place.
    """

    rate_hz: float
    positions: IntArray
    start_s: float
    error_s: float


def place_on_grid(times_s: FloatArray, *, rate_hz: float | None = None, row_name: str = "row") -> EvenTimes:
    """Find the even rate behind time stamps, and the place of every row.

    The rate is robust to gaps: the median step tells which steps are single samples, and a straight line
    through all rows then gives the rate. Jitter below half a sample moves nothing: where steps alone would
    mistake it for gaps, a slowly corrected clock follows the stamps, and the reading with fewer gaps is
    taken.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_rows,)
        In seconds.
    rate_hz : float, optional
        The rate, where it is known otherwise; the stamps must agree with it to 1 %.
    row_name : str
        What a row is called in messages.

    Raises
    ------
    TimeError
        If a time is missing, repeats or runs backwards, if there are fewer than two rows, or if the stamps
        do not agree with the stated rate.

    Examples
    --------
    >>> even = place_on_grid(np.array([0.0, 0.01, 0.02, 0.05]))
    >>> round(even.rate_hz, 6), even.positions.tolist()
    (100.0, [0, 1, 2, 5])
    """
    _check_order(times_s, row_name)
    steps = np.diff(times_s)
    step_s = float(np.median(steps))
    if rate_hz is not None and abs(step_s * rate_hz - 1.0) > 0.5:
        raise _disagreement(rate_hz, 1.0 / step_s)
    positions = np.concatenate(([0], np.cumsum(np.maximum(1, np.round(steps / step_s))))).astype(np.int64)
    slope_s, origin_s = _line(positions, times_s)
    if np.abs(times_s - (origin_s + slope_s * positions)).max() > 0.5 * slope_s:
        tracked = _track(times_s, _typical_step(times_s))
        if tracked[-1] < positions[-1]:
            positions = tracked
            slope_s, origin_s = _line(positions, times_s)
    error_s = float(np.abs(times_s - (origin_s + slope_s * positions)).max())
    found_hz = _round_rate(1.0 / slope_s, span=int(positions[-1]), error_s=error_s)
    if rate_hz is not None:
        if abs(found_hz / rate_hz - 1.0) > RATE_TOLERANCE:
            raise _disagreement(rate_hz, found_hz)
        found_hz = found_hz if positions[-1] > 0.5 / RATE_TOLERANCE else rate_hz
    first_s = float(times_s[0])
    return EvenTimes(
        found_hz, positions, first_s if abs(first_s - origin_s) < _EXACT_S else origin_s, error_s
    )


def _check_order(times_s: FloatArray, row_name: str) -> None:
    if times_s.size < 2:
        raise TimeError("it holds fewer than two samples; record for longer")
    missing = np.flatnonzero(~np.isfinite(times_s))
    if missing.size:
        raise TimeError(f"the time of {row_name} {int(missing[0]) + 1} is missing; give every sample a time")
    steps = np.diff(times_s)
    wrong = np.flatnonzero(steps <= 0)
    if wrong.size > 1 and steps.min() == 0 and wrong.size > _ROUNDED_SHARE * steps.size:
        raise TimeError(
            f"the times are rounded so that they repeat, first at {row_name} {int(wrong[0]) + 2}; export "
            "more decimals, or drop the column and state the rate: --rate 1000, or rate_hz=1000 in Python"
        )
    if wrong.size:
        row = int(wrong[0]) + 2
        before, after = times_s[row - 2], times_s[row - 1]
        what = "repeats" if before == after else "runs backwards"
        raise TimeError(
            f"time {what} at {row_name} {row}, from {before:.10g} to {after:.10g} s; "
            "put the rows in order of time, each with a time of its own"
        )


def _line(positions: IntArray, times_s: FloatArray) -> tuple[float, float]:
    """Least-squares slope and intercept, centred for exactness."""
    x = positions - positions.mean()
    y = times_s - times_s.mean()
    slope = float(x @ y / (x @ x))
    return slope, float(times_s.mean() - slope * positions.mean())


def _typical_step(times_s: FloatArray) -> float:
    """Duration of a sample from stretches of up to 500, of which most hold no gap: jitter averages out."""
    stretch = min(500, max(1, times_s.size // 4))
    return float(np.median(times_s[stretch:] - times_s[:-stretch])) / stretch


def _track(times_s: FloatArray, step_s: float) -> IntArray:
    """Follow jittered stamps with a slowly corrected clock; each row takes the place nearest to its stamp."""
    opening = times_s[:25] - step_s * np.arange(min(25, times_s.size))
    clock_s = float(np.median(opening)) - step_s
    place = -1
    places: list[int] = []
    for row, time_s in enumerate(times_s.tolist()):
        passed = max(1, round((time_s - clock_s) / step_s))
        place += passed
        clock_s += passed * step_s
        clock_s += max(1.0 / (row + 25), 0.002) * (time_s - clock_s)
        places.append(place)
    return np.asarray(places, dtype=np.int64) - places[0]


def _round_rate(rate_hz: float, *, span: int, error_s: float) -> float:
    """Take a round rate where the stamps cannot tell it from the fitted one."""
    for digits in (0, 1, 2, 3):
        rounded = round(rate_hz, digits)
        if rounded > 0 and abs(1.0 / rounded - 1.0 / rate_hz) * span <= error_s + 1e-9:
            return rounded
    return rate_hz


def _disagreement(stated_hz: float, found_hz: float) -> TimeError:
    return TimeError(
        f"the stated rate is {stated_hz:g} Hz but the times step at {found_hz:.6g} Hz; "
        "correct the rate, or the unit of the times"
    )
