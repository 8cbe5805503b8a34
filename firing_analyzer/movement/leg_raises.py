"""Raises of the leg in the course of its angle: when it stands at the top and is back, and how high."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import signal

from firing_analyzer.filters import FloatArray, fill_gaps, runs
from firing_analyzer.movement.leg_angle import LegAngle

#: A raise on the thigh reaches at least this; so does what is called half of the usual one.
LEAST_DEG, LEAST_SHARE = 3.0, 0.25
#: A sensor on the glute tilts less than the leg rises.
LEAST_GLUTE_DEG: Final = 1.0
#: More than this is no leg raise but a person who turns over or stands up.
MOST_DEG: Final = 60.0
#: A raise lasts so long.
SHORTEST_S, LONGEST_S = 0.4, 30.0
#: A raise begins and ends where the leg is at this share of its height.
BACK_SHARE: Final = 0.25
#: The leg stands at the top from this share of its height on.
TOP_SHARE: Final = 0.97
HELD_SHARE: Final = 0.9
#: The top is kept for so long; longer where movement itself disturbs the angle.
KEPT_S, KEPT_WITHOUT_GYRO_S = 0.1, 0.35
#: What is quicker than this is a knock and no raise.
_SMOOTH_HZ: Final = 5.0


@dataclass(frozen=True, slots=True)
class LegRaise:
    """One raise of the leg; times in seconds of the recording.

    Attributes
    ----------
    coarse_s : float
        When the leg had left rest for certain.
    peak_s : float
        When it first moved up fastest.
    top_s : float
        When it first stood at the top.
    end_s : float
        When it was back.
    height_deg : float
        Elevation at the top above rest.
    hold_s : float
        How long it stayed within a tenth of that.
    speed_deg_s : float
        Greatest speed upwards.
    slipped : bool
        Whether the sensor had slipped by the rest after it, so that the height is not known.
    lost : bool
        Whether samples are missing within it.
    """

    coarse_s: float
    peak_s: float
    top_s: float
    end_s: float
    height_deg: float
    hold_s: float
    speed_deg_s: float
    slipped: bool = False
    lost: bool = False


def find_leg_raises(angle: LegAngle, *, least_deg: float | None = None) -> tuple[LegRaise, ...]:
    """Find all raises of the leg.

    Parameters
    ----------
    angle : LegAngle
    least_deg : float, optional
        A raise reaches at least this; by default 3 degrees on the thigh and 1 on the glute.

    Returns
    -------
    tuple of LegRaise
        In order. What reaches less than a quarter of the usual raise is none.
    """
    if not angle.rests:
        return ()
    elevation, lost = fill_gaps(angle.elevation_deg)
    smooth = _smooth(elevation, angle.rate_hz)
    if least_deg is None:
        least_deg = LEAST_DEG if angle.sensor.place == "thigh" else LEAST_GLUTE_DEG
    found: list[tuple[int, int]] = []
    for start, stop in runs(smooth > BACK_SHARE * least_deg):
        height = float(smooth[start:stop].max())
        if height < least_deg:
            continue
        # within one lift the leg may come down part of the way and rise again: that is one raise
        level = BACK_SHARE * height
        first, last = _outermost(smooth[start:stop] > level)
        found.append((start + first, start + last))
    raises = [_measure(angle, smooth, lost, start, stop) for start, stop in found]
    raises = [one for one in raises if _can_be_a_raise(one)]
    if len(raises) >= 3:
        usual = float(np.median([one.height_deg for one in raises]))
        raises = [one for one in raises if one.height_deg >= LEAST_SHARE * usual]
    return tuple(raises)


def _smooth(elevation: FloatArray, rate_hz: float) -> FloatArray:
    if rate_hz < 3 * _SMOOTH_HZ or elevation.size < 32:
        return elevation
    sections = signal.butter(2, _SMOOTH_HZ, fs=rate_hz, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, elevation), dtype=np.float64)


def _outermost(above: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[int, int]:
    places = np.flatnonzero(above)
    return int(places[0]), int(places[-1]) + 1


def _can_be_a_raise(one: LegRaise) -> bool:
    return SHORTEST_S <= one.end_s - one.coarse_s <= LONGEST_S and one.height_deg <= MOST_DEG


def _measure(
    angle: LegAngle,
    smooth: FloatArray,
    lost: np.ndarray[tuple[int], np.dtype[np.bool_]],
    start: int,
    stop: int,
) -> LegRaise:
    rate_hz = angle.rate_hz
    course = smooth[start:stop]
    height = _plateau(course, rate_hz, KEPT_S if angle.has_gyro else KEPT_WITHOUT_GYRO_S)
    top = int(np.argmax(course >= TOP_SHARE * height))
    held = course >= HELD_SHARE * height
    # the leg goes on down from where it was last seen above a quarter of its height
    back = _first_below(smooth, stop, max(0.05 * height, 0.3))
    left = _last_below(smooth, start, max(0.05 * height, 0.3))
    speed = np.gradient(smooth[left : start + top + 1]) * rate_hz if start + top > left else np.zeros(1)
    spans = [
        slip
        for before, after, slip in zip(angle.rests, angle.rests[1:], angle.slipped, strict=False)
        if before.start < stop and after.stop > start
    ]

    def second(index: int) -> float:
        return angle.start_s + index / rate_hz

    return LegRaise(
        coarse_s=second(start),
        peak_s=second(left + _first_peak(speed)),
        top_s=second(start + top),
        end_s=second(back),
        height_deg=height,
        hold_s=float(held.sum()) / rate_hz,
        speed_deg_s=float(speed.max()),
        slipped=any(spans),
        lost=bool(lost[left:back].any()),
    )


def _plateau(course: FloatArray, rate_hz: float, kept_s: float) -> float:
    """Greatest height that is kept for so long."""
    width = max(1, round(kept_s * rate_hz))
    if course.size <= width:
        return float(course.max())
    kept = np.lib.stride_tricks.sliding_window_view(course, width).min(axis=1)
    return float(kept.max())


def _first_peak(speed: FloatArray) -> int:
    """When the speed first comes near its greatest and falls again."""
    near = np.flatnonzero(speed >= 0.8 * speed.max())
    for place in near.tolist():
        if place + 1 >= speed.size or speed[place + 1] < speed[place]:
            return int(place)
    return int(np.argmax(speed))


def _first_below(course: FloatArray, start: int, level: float) -> int:
    below = np.flatnonzero(course[start:] < level)
    return start + int(below[0]) if below.size else course.size - 1


def _last_below(course: FloatArray, stop: int, level: float) -> int:
    below = np.flatnonzero(course[:stop] < level)
    return int(below[-1]) if below.size else 0
