"""When a sensor starts to move: the leg in a raise, and any other sensor around it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import signal

from firing_analyzer.filters import BoolArray, FloatArray, runs
from firing_analyzer.movement.body_sensors import BodySensor
from firing_analyzer.movement.leg_angle import LegAngle
from firing_analyzer.movement.leg_raises import LegRaise
from firing_analyzer.movement.orientation import find_up, lost_rows
from firing_analyzer.movement.rise_fit import Shows, rise_posterior
from firing_analyzer.refine import OnsetPosterior

#: How far before its coarse start a movement may begin, and how much rest is looked at before that.
SEARCH_S, BEFORE_S = 2.0, 1.0
#: Movement is what turns faster than this (rad/s), and than so many times the fastest at rest ...
LEAST_RATE, TIMES_REST = 0.05, 1.5
#: ... for so long, and by so many degrees altogether: a knock shakes, but goes nowhere.
LEAST_S, LEAST_TURN_DEG = 0.06, 1.0
#: Movements closer than this are one.
MERGE_S: Final = 0.1
#: Quicker than this is noise and knocks.
_SMOOTH_HZ: Final = 6.0
#: Share of a movement's first and greatest speed that counts as its peak.
_PEAK_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of a sensor, in seconds of the recording.

    Attributes
    ----------
    start_s, end_s : float
        Where it is faster than rest for certain.
    peak_s : float
        When it is first fastest.
    """

    start_s: float
    end_s: float
    peak_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """How one sensor moves over the recording.

    Attributes
    ----------
    sensor : BodySensor
    turning : ndarray of float64, shape (n, 3)
        Angular rate in rad/s; from the tilt where there is no gyro. NaN where samples were lost.
    lean : ndarray of float64, shape (n, 3), or None
        Acceleration over gravity, in degrees, where there is no gyro.
    speed : ndarray of float64, shape (n,)
        Size of the smoothed angular rate; 0 where samples were lost.
    threshold : float
        Faster than this is movement.
    moves : tuple of Move
    rest_rate : float
        Usual speed at rest.
    """

    sensor: BodySensor
    turning: FloatArray
    lean: FloatArray | None
    speed: FloatArray
    threshold: float
    moves: tuple[Move, ...]
    rest_rate: float

    def second(self, index: int) -> float:
        """Time of a sample."""
        return self.sensor.start_s + index / self.sensor.rate_hz

    def index(self, time_s: float) -> int:
        """Sample at a time, within the recording."""
        return int(
            np.clip(round((time_s - self.sensor.start_s) * self.sensor.rate_hz), 0, self.speed.size - 1)
        )

    def turned_deg(self, start_s: float, end_s: float) -> float:
        """How far the sensor is turned at one time from where it was at another, in degrees."""
        piece = self.turning[self.index(start_s) : self.index(end_s) + 1]
        return float(np.degrees(np.linalg.norm(np.nansum(piece, axis=0)) / self.sensor.rate_hz))

    def lost_between(self, start_s: float, end_s: float) -> bool:
        """Whether samples are missing between two times."""
        piece = self.turning[self.index(start_s) : self.index(end_s) + 1]
        return bool(np.isnan(piece).any())


def motion_of(sensor: BodySensor, raises: tuple[LegRaise, ...]) -> Motion | None:
    """Find all movements of a sensor.

    Parameters
    ----------
    sensor : BodySensor
    raises : tuple of LegRaise
        Rest is what lies outside them.

    Returns
    -------
    Motion or None
        None if neither its angular rate nor its acceleration can be used.
    """
    if sensor.acc is None and sensor.gyro is None:
        return None
    rows = sensor.acc if sensor.acc is not None else np.tile([0.0, 0.0, 1.0], (sensor.n_samples, 1))
    if np.isnan(rows).all() or (sensor.gyro is not None and np.isnan(sensor.gyro).all()):
        return None
    upward = find_up(rows, sensor.gyro, sensor.rate_hz)
    lost = lost_rows(upward.turning)
    smooth = _smooth(np.where(lost[:, None], 0.0, upward.turning), sensor.rate_hz)
    speed = np.where(lost, 0.0, np.linalg.norm(smooth, axis=1))
    lean = None
    if not upward.has_gyro:
        size = float(np.nanmedian(np.linalg.norm(rows, axis=1)))
        lean = np.degrees(rows / size)
    resting = _resting(sensor, raises, speed.size) & ~lost
    if not resting.any():
        resting = ~lost
    usual = float(np.median(speed[resting]))
    threshold = max(LEAST_RATE, TIMES_REST * float(np.quantile(speed[resting], 0.95)))
    motion = Motion(sensor, upward.turning, lean, speed, threshold, (), usual)
    return Motion(sensor, upward.turning, lean, speed, threshold, _moves(motion, smooth), usual)


def movement_onset(motion: Motion, move: Move, *, earliest_s: float) -> OnsetPosterior:
    """Tell when a movement started.

    Parameters
    ----------
    motion : Motion
    move : Move
    earliest_s : float
        It did not start before this.

    Returns
    -------
    OnsetPosterior
    """
    rate_hz = motion.sensor.rate_hz
    before = [other.end_s for other in motion.moves if other.end_s <= move.start_s]
    earliest_s = max(earliest_s, move.start_s - SEARCH_S, *before, motion.sensor.start_s)
    start = motion.index(max(earliest_s - BEFORE_S, max(before, default=-np.inf)))
    peak = max(motion.index(move.peak_s), start + 4)
    course, shows = _course(motion, start, peak)
    known = np.isfinite(course)
    return rise_posterior(
        np.where(known, course, 0.0),
        rate_hz,
        start_s=motion.second(start),
        noise=_noise(course),
        earliest_s=earliest_s,
        latest_s=move.start_s + 0.02,
        known=None if known.all() else known,
        shows=shows,
    )


def leg_start(angle: LegAngle, raised: LegRaise, *, previous_end_s: float) -> OnsetPosterior:
    """Tell when the leg started to rise.

    Parameters
    ----------
    angle : LegAngle
    raised : LegRaise
    previous_end_s : float
        When the raise before was over; minus infinity for the first.

    Returns
    -------
    OnsetPosterior
    """
    rate_hz, n = angle.rate_hz, angle.course.size
    earliest_s = max(raised.coarse_s - SEARCH_S, previous_end_s, angle.start_s)
    start = int(np.clip((max(earliest_s - BEFORE_S, previous_end_s) - angle.start_s) * rate_hz, 0, n - 8))
    stop = int(np.clip((raised.peak_s - angle.start_s) * rate_hz + 1, start + 6, n))
    course = angle.course[start:stop]
    known = np.isfinite(course)
    return rise_posterior(
        np.where(known, course, 0.0),
        rate_hz,
        start_s=angle.start_s + start / rate_hz,
        noise=angle.noise,
        earliest_s=earliest_s,
        latest_s=min(raised.coarse_s, raised.peak_s) + 0.02,
        known=None if known.all() else known,
        shows="speed" if angle.has_gyro else "place",
    )


def _smooth(rows: FloatArray, rate_hz: float) -> FloatArray:
    if rate_hz < 3 * _SMOOTH_HZ or rows.shape[0] < 32:
        return rows
    sections = signal.butter(2, _SMOOTH_HZ, fs=rate_hz, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, rows, axis=0), dtype=np.float64)


def _resting(sensor: BodySensor, raises: tuple[LegRaise, ...], n: int) -> BoolArray:
    times_s = sensor.start_s + np.arange(n) / sensor.rate_hz
    resting = np.ones(n, dtype=np.bool_)
    for one in raises:
        resting &= (times_s < one.coarse_s - 1.5) | (times_s > one.end_s + 1.0)
    return resting


def _moves(motion: Motion, smooth: FloatArray) -> tuple[Move, ...]:
    rate_hz = motion.sensor.rate_hz
    joined: list[tuple[int, int]] = []
    for start, stop in runs(motion.speed > motion.threshold):
        if joined and start - joined[-1][1] < MERGE_S * rate_hz:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    found: list[Move] = []
    for start, stop in joined:
        if stop - start < LEAST_S * rate_hz or _turn_deg(smooth[start:stop], rate_hz) < LEAST_TURN_DEG:
            continue
        found.append(
            Move(
                motion.second(start),
                motion.second(stop),
                motion.second(start + _first_peak(motion.speed[start:stop])),
            )
        )
    return tuple(found)


def _turn_deg(rate: FloatArray, rate_hz: float) -> float:
    """How far it turned from where it began, at most, in degrees."""
    return float(np.degrees(np.linalg.norm(np.cumsum(rate, axis=0) / rate_hz, axis=1).max()))


def _first_peak(speed: FloatArray) -> int:
    """First place where the speed stops growing, at most of what the first lobe reaches."""
    falls = np.flatnonzero(np.diff(speed) < 0)
    if not falls.size:
        return speed.size - 1
    # small dents on the way up are passed over
    for place in falls.tolist():
        lobe = speed[place : place + 1 + int(0.5 * speed.size)]
        if speed[place] >= _PEAK_SHARE * float(lobe.max()):
            return int(place)
    return int(np.argmax(speed))


def _course(motion: Motion, start: int, peak: int) -> tuple[FloatArray, Shows]:
    """Return the movement along its own direction, from rest to its greatest speed."""
    if motion.lean is None:
        axis = np.nanmean(motion.turning[max(peak - 3, start) : peak + 2], axis=0)
        axis /= max(float(np.linalg.norm(axis)), 1e-12)
        return motion.turning[start : peak + 1] @ axis, "speed"
    lean = motion.lean[start : peak + 1]
    quarter = max(2, lean.shape[0] // 4)
    axis = np.nanmean(lean[-3:], axis=0) - np.nanmean(lean[:quarter], axis=0)
    axis /= max(float(np.linalg.norm(axis)), 1e-12)
    return lean @ axis, "place"


def _noise(course: FloatArray) -> float:
    """Spread of single samples in the first half, which is rest for the most part."""
    steps = np.diff(course[: max(course.size // 2, 4)])
    steps = steps[np.isfinite(steps)]
    return max(float(1.4826 * np.median(np.abs(steps))) / np.sqrt(2), 1e-4) if steps.size else 1e-3
