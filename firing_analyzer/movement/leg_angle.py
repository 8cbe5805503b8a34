"""How high the leg is: its elevation above where it rests, in degrees, from a sensor in any orientation."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy import ndimage

from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.movement.body_sensors import BodySensor
from firing_analyzer.movement.orientation import Upward, find_up
from firing_analyzer.movement.rests import SAME_DEG, Rest, angle_deg, find_rests
from recordings.errors import ChannelError
from recordings.model import Recording

#: What accelerometers are wrong by on their own (scale, axes not square), at the heights of a leg raise.
CALIBRATION_DEG: Final = 0.3
#: The same where it is in raw numbers.
COUNTS_DEG: Final = 2.0
#: Acceleration is averaged over so long to check a held angle with.
_CHECK_S: Final = 0.5
_GRAVITY: Final = 9.80665
#: An acceleration at rest that is off by more is not gravity.
GRAVITY_SHARE: Final = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class LegAngle:
    """Elevation of the leg over the whole recording.

    Attributes
    ----------
    sensor : BodySensor
    elevation_deg : ndarray of float64, shape (n,)
        Above rest; NaN where samples were lost.
    course : ndarray of float64, shape (n,)
        What the start of a raise is told from: the angular rate upwards (rad/s), or without a gyro the lean
        of the acceleration as it came (degrees). NaN where samples were lost.
    noise : float
        Standard deviation of a sample of it at rest.
    still : ndarray of bool, shape (n,)
    rests : tuple of Rest
    slipped : tuple of bool
        Of each rest but the last: whether the sensor had moved on the skin by the next one.
    rate_hz, start_s : float
    error_deg : float
        Standard error of a height.
    has_gyro : bool
    """

    sensor: BodySensor
    elevation_deg: FloatArray
    course: FloatArray
    noise: float
    still: BoolArray
    rests: tuple[Rest, ...]
    slipped: tuple[bool, ...]
    rate_hz: float
    start_s: float
    error_deg: float
    has_gyro: bool

    @property
    def times_s(self) -> FloatArray:
        """Time of each sample."""
        return self.start_s + np.arange(self.elevation_deg.size) / self.rate_hz

    def at(self, time_s: float) -> float | None:
        """Elevation at a time, not below rest; None where it is not known."""
        place = (time_s - self.start_s) * self.rate_hz
        index = round(place)
        if not 0 <= index < self.elevation_deg.size or np.isnan(self.elevation_deg[index]):
            return None
        return max(0.0, float(np.interp(time_s, self.times_s, self.elevation_deg)))


def leg_angle(sensor: BodySensor, recording: Recording) -> LegAngle:
    """Find how high the leg is at each moment.

    Parameters
    ----------
    sensor : BodySensor
        On thigh or glute.
    recording : Recording
        For messages.

    Returns
    -------
    LegAngle

    Raises
    ------
    ChannelError
        If gravity cannot be told: an axis of the acceleration is missing, or it is lost or flat throughout.

    Notes
    -----
    At rest the limb lies level. The direction in which "up" wanders most, seen from the sensor, when the leg
    moves is the limb's own long axis, so that the sine of the elevation is how far "up" leans that way.
    Turning the leg about its long axis now and then leaves this as it is; where it always turns along with
    the lift, the two cannot be told apart, and the angle is that of both together. Each raise is measured
    from the rest before it and the rest after it, so that a sensor that slips between raises does no harm.
    A limb that does not lie level at rest is measured by the axis that does.
    """
    acc = _usable(sensor, recording)
    upward = find_up(acc, sensor.gyro, sensor.rate_hz)
    rests = find_rests(upward)
    if not sensor.in_counts:
        _check_gravity(acc, rests, sensor, recording)
    elevation, course, slipped = _elevation(acc, upward, rests)
    return LegAngle(
        sensor=sensor,
        elevation_deg=elevation,
        course=course,
        noise=_noise(course, rests),
        still=upward.still,
        rests=rests,
        slipped=slipped,
        rate_hz=sensor.rate_hz,
        start_s=sensor.start_s,
        error_deg=_error_deg(acc, upward, rests, elevation, in_counts=sensor.in_counts),
        has_gyro=upward.has_gyro,
    )


def _usable(sensor: BodySensor, recording: Recording) -> FloatArray:
    if sensor.acc is None:
        missing = next((note.detail for note in sensor.notes if note.flag == "missing_axis"), "")
        why = missing or "it has no acceleration"
        raise ChannelError(
            f"sensor {sensor.name} cannot tell how high the leg is: {why}; give all three axes of the "
            "acceleration, such as THIGH_L_ACC_X, _Y and _Z",
            path=recording.path,
            available=recording.labels,
        )
    known = sensor.acc[np.isfinite(sensor.acc).all(axis=1)]
    if known.shape[0] < 2 * sensor.rate_hz or not float(np.ptp(known, axis=0).max()) > 0:
        raise ChannelError(
            f"sensor {sensor.name} cannot tell how high the leg is: its acceleration is lost or flat; "
            "charge and fasten the sensor, and record again",
            path=recording.path,
            available=recording.labels,
        )
    return sensor.acc


def _check_gravity(
    acc: FloatArray, rests: tuple[Rest, ...], sensor: BodySensor, recording: Recording
) -> None:
    """Refuse an acceleration at rest that cannot be gravity's."""
    at_rest = np.concatenate([acc[rest.start : rest.stop] for rest in rests]) if rests else acc
    size = float(np.nanmedian(np.linalg.norm(at_rest, axis=1)))
    if abs(size - _GRAVITY) > GRAVITY_SHARE * _GRAVITY:
        raise ChannelError(
            f"sensor {sensor.name} cannot tell how high the leg is: at rest it feels {size:.2g} m/s2 and not "
            "gravity's 9.8; state the right unit of the acceleration, or set the sensor to a wider range",
            path=recording.path,
            available=recording.labels,
        )


def _elevation(
    acc: FloatArray, upward: Upward, rests: tuple[Rest, ...]
) -> tuple[FloatArray, FloatArray, tuple[bool, ...]]:
    """Measure each stretch between two rests from them, along the axis of its own mounting."""
    up = upward.up
    n = up.shape[0]
    if not rests:
        # never at rest: from the mean tilt, so that a course can at least be seen
        mean = np.nanmean(up, axis=0)
        rests = (Rest(0, n, mean / np.linalg.norm(mean)),)
    level = _level(rests, n)
    slipped = tuple(angle_deg(a.up, b.up) > SAME_DEG for a, b in pairwise(rests))
    away = up - (up * level).sum(axis=1, keepdims=True) * level
    elevation, course = np.full(n, np.nan), np.full(n, np.nan)
    edges = [
        0,
        *((a.stop + b.start) // 2 for a, b, slip in zip(rests, rests[1:], slipped, strict=False) if slip),
        n,
    ]
    for start, stop in pairwise(edges):
        along = _long_axis(away[start:stop], level[start:stop])
        if along is None:
            elevation[start:stop] = np.where(np.isnan(up[start:stop, 0]), np.nan, 0.0)
            course[start:stop] = elevation[start:stop]
            continue
        limb = along - (level[start:stop] @ along)[:, None] * level[start:stop]
        limb /= np.linalg.norm(limb, axis=1, keepdims=True)
        elevation[start:stop] = np.degrees(np.arcsin(np.clip((up[start:stop] * limb).sum(axis=1), -1, 1)))
        if upward.has_gyro:
            # the axis across the limb: turning about it moves the limb's end up
            across = np.cross(limb, level[start:stop])
            course[start:stop] = (upward.turning[start:stop] * across).sum(axis=1)
        else:
            size = np.nanmedian(np.linalg.norm(acc, axis=1))
            course[start:stop] = np.degrees((acc[start:stop] * limb).sum(axis=1) / size)
    return elevation, course, slipped


def _noise(course: FloatArray, rests: tuple[Rest, ...]) -> float:
    """Spread of single samples at rest, about the slow course of breath and drift."""
    steps = [np.diff(course[rest.start : rest.stop]) for rest in rests]
    known = np.concatenate([step[np.isfinite(step)] for step in steps]) if steps else np.zeros(0)
    return float(known.std() / np.sqrt(2)) if known.size > 10 else float(np.nanstd(course))


def _level(rests: tuple[Rest, ...], n: int) -> FloatArray:
    """Where up would be if the leg lay: as at the nearest rests, passing evenly from one to the next."""
    places = [0.5 * (rest.start + rest.stop - 1) for rest in rests]
    knots: list[tuple[float, FloatArray]] = []
    for rest, place in zip(rests, places, strict=True):
        knots += [(rest.start, rest.up), (max(rest.stop - 1, place), rest.up)]
    at = np.array([place for place, _ in knots])
    towards = np.stack([up for _, up in knots])
    rows = np.stack([np.interp(np.arange(n), at, column) for column in towards.T], axis=1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _long_axis(away: FloatArray, level: FloatArray) -> FloatArray | None:
    """Direction in which "up" moves most, seen from the sensor, positive where the leg goes up."""
    known = np.isfinite(away).all(axis=1)
    if known.sum() < 3:
        return None
    rows = away[known]
    _, vectors = np.linalg.eigh(rows.T @ rows)
    axis = vectors[:, -1]
    course = rows @ axis
    # a leg that lies can only go up
    low, high = np.quantile(course, [0.005, 0.995])
    axis = -axis if -low > high else axis
    mean = level[known].mean(axis=0)
    axis = axis - (axis @ mean) / (mean @ mean) * mean
    length = float(np.linalg.norm(axis))
    return axis / length if length > 0 else None


def _error_deg(
    acc: FloatArray, upward: Upward, rests: tuple[Rest, ...], elevation: FloatArray, *, in_counts: bool
) -> float:
    """Return the standard error of a height, from what acceleration says while the leg is still."""
    width = max(1, round(_CHECK_S * upward.rate_hz))
    known = upward.still & np.isfinite(acc).all(axis=1) & np.isfinite(elevation)
    if not known.any():
        return 3.0
    smooth = ndimage.uniform_filter1d(np.nan_to_num(acc), width, axis=0)
    inner = np.asarray(ndimage.binary_erosion(known, np.ones(width, dtype=np.bool_)), dtype=np.bool_)
    inner = inner if inner.any() else known
    size = np.linalg.norm(smooth[inner], axis=1)
    lean = smooth[inner] / size[:, None]
    apart = np.degrees(np.linalg.norm(lean - upward.up[inner], axis=1)) / np.sqrt(2)
    noise = float(np.sqrt(np.mean(apart**2)))
    # a wrong length of gravity shows how wrong its direction may be
    off = float(np.degrees(abs(np.median(size) - _GRAVITY) / _GRAVITY)) / np.sqrt(3)
    if in_counts:
        # the middle of the range is not quite where nothing is felt
        off = COUNTS_DEG
    steady = (
        float(np.std([float(np.median(elevation[rest.start : rest.stop])) for rest in rests]))
        if rests
        else 1.0
    )
    return float(np.sqrt(CALIBRATION_DEG**2 + noise**2 + off**2 + steady**2))
