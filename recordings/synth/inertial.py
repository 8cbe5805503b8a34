"""What a movement sensor feels on a limb that moves: acceleration (m/s2) and angular rate (rad/s).

The limb's own axes are x along it, y across it and z out of the skin, upwards at rest. It turns about y, so
that x rises, and may roll about x. The sensor is mounted on it in any orientation. Everything is reckoned
from the times asked for, so that samples may be taken in pieces.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from scipy.spatial.transform import Rotation

from recordings.model import FloatArray
from recordings.synth.person import Span
from recordings.synth.swing import Swing, swing_share

GRAVITY: Final = 9.80665
#: A knock against the table rings at about so many hertz and dies away in so many seconds.
_KNOCK_HZ, _KNOCK_S = 9.0, 0.12
#: A knock of 1 m/s2 tilts what lies on the table by so many degrees.
_KNOCK_TILT_DEG: Final = 0.08
#: How long a sensor takes to slip.
_SLIP_S: Final = 0.15


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor that shifts on the skin: from then on it is turned by so much about an axis of its own."""

    at_s: float
    turn_deg: float
    axis: tuple[float, float, float] = (0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inertial:
    """One movement sensor.

    Attributes
    ----------
    mounting : tuple of float or None
        Rotation vector (rad) from the limb's axes to the sensor's; None draws any orientation evenly.
    lever_m : float
        Distance from the joint about which the limb turns.
    acc_noise, gyro_noise : float
        SD of a sample, in m/s2 and rad/s.
    gyro_bias : tuple of float
        Constant error of the angular rate of each axis, in rad/s.
    bias_drift : float
        How much it changes in a minute, in rad/s, on all axes.
    acc_bias : tuple of float
        Constant error of the acceleration of each axis, in m/s2.
    breathing_deg : float
        How far a breath tilts the limb.
    gyro_limit, acc_limit : float or None
        Greatest size that the sensor can show, in rad/s and m/s2.
    slips : tuple of Slip
    lost_s : tuple of (start_s, stop_s)
        Stretches whose samples are lost (NaN).
    without : tuple of str
        Channels that are missing: ``"GYRO_Y"``.
    """

    mounting: tuple[float, float, float] | None = None
    lever_m: float = 0.3
    acc_noise: float = 0.03
    gyro_noise: float = 0.004
    gyro_bias: tuple[float, float, float] = (0.012, -0.018, 0.015)
    bias_drift: float = 0.001
    acc_bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    breathing_deg: float = 0.15
    gyro_limit: float | None = None
    acc_limit: float | None = None
    slips: tuple[Slip, ...] = ()
    lost_s: tuple[Span, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What moves all sensors alike.

    Attributes
    ----------
    sway : float
        RMS acceleration of a table that gives way, in m/s2, at 0.5 to 4 Hz.
    knocks : tuple of (at_s, m/s2)
        Knocks against it, and how hard.
    """

    sway: float = 0.0
    knocks: tuple[tuple[float, float], ...] = ()


STILL_TABLE: Final = Table()


def any_mounting(rng: Generator) -> Rotation:
    """Return an orientation drawn evenly from all there are."""
    return Rotation.from_quat(rng.standard_normal(4))


def felt_by_limb(
    times_s: FloatArray,
    swings: Iterable[Swing],
    *,
    lever_m: float = 0.3,
    breaths_s: FloatArray | None = None,
    breathing_deg: float = 0.0,
    table: Table = STILL_TABLE,
    sway_phases: FloatArray | None = None,
) -> FloatArray:
    """Return acceleration and angular rate in the limb's own axes, without noise.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
    swings : iterable of Swing
    lever_m : float
    breaths_s : ndarray of float64, optional
        When breaths begin.
    breathing_deg : float
    table : Table
    sway_phases : ndarray of float64, shape (2, n_terms), optional
        Frequencies (Hz) and phases of the table's sway; the same for all sensors on it.

    Returns
    -------
    ndarray of float64, shape (6, n_samples)
        Acceleration x, y, z, then angular rate x, y, z.
    """
    tilt, turning, jolt, roll, rolling = np.zeros((5, times_s.size))
    for swing in swings:
        share, speed, change = swing_share(times_s, swing)
        size, twist = np.radians(swing.size_deg), np.radians(swing.roll_deg)
        tilt, turning, jolt = tilt + size * share, turning + size * speed, jolt + size * change
        roll, rolling = roll + twist * share, rolling + twist * speed
    breath, breathing = _breaths(times_s, breaths_s, np.radians(breathing_deg))
    pushed = np.zeros((3, times_s.size))
    for at_s, hard in table.knocks:
        since = np.maximum(times_s - at_s, 0.0)
        ring = np.where(times_s >= at_s, np.exp(-since / _KNOCK_S), 0.0)
        phase = 2 * np.pi * _KNOCK_HZ * since
        pushed += hard * np.array([[0.6], [0.3], [1.0]]) * ring * np.sin(phase)
        size = np.radians(_KNOCK_TILT_DEG) * hard
        breath = breath + size * ring * np.sin(phase)
        breathing = breathing + size * ring * (
            2 * np.pi * _KNOCK_HZ * np.cos(phase) - np.sin(phase) / _KNOCK_S
        )
    if table.sway and sway_phases is not None:
        waves = np.sin(2 * np.pi * np.outer(times_s, sway_phases[0]) + sway_phases[1]).sum(axis=1)
        pushed += table.sway * np.sqrt(2 / sway_phases.shape[1]) * np.array([[0.5], [0.3], [0.8]]) * waves
    angle = tilt + breath
    sine, cosine = np.sin(angle), np.cos(angle)
    force = np.stack(
        [
            GRAVITY * sine - lever_m * turning**2 + pushed[0],
            pushed[1],
            GRAVITY * cosine + lever_m * jolt + pushed[2],
        ]
    )
    rate = np.stack([np.zeros(times_s.size), -(turning + breathing), np.zeros(times_s.size)])
    c, s = np.cos(roll), np.sin(roll)
    rolled = [np.stack([row[0], c * row[1] + s * row[2], c * row[2] - s * row[1]]) for row in (force, rate)]
    rolled[1][0] += rolling
    return np.concatenate(rolled)


def sensed(
    felt: FloatArray, times_s: FloatArray, sensor: Inertial, *, mounting: Rotation, rng: Generator
) -> FloatArray:
    """Return what a sensor makes of what the limb feels: turned, slipped, with errors, noise and limits.

    Parameters
    ----------
    felt : ndarray of float64, shape (6, n_samples)
    times_s : ndarray of float64, shape (n_samples,)
    sensor : Inertial
    mounting : Rotation
        From the limb's axes to the sensor's.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float64, shape (6, n_samples)
        NaN where samples were lost.
    """
    force, rate = mounting.apply(felt[:3].T), mounting.apply(felt[3:].T)
    for slip in sensor.slips:
        axis = np.array(slip.axis) / np.linalg.norm(slip.axis)
        turn = np.radians(slip.turn_deg)
        angle = turn * np.clip((times_s - slip.at_s) / _SLIP_S, 0, 1)
        turned = Rotation.from_rotvec(np.outer(angle, axis))
        force, rate = turned.apply(force), turned.apply(rate)
        slipping = (times_s >= slip.at_s) & (times_s < slip.at_s + _SLIP_S)
        rate = rate - np.outer(np.where(slipping, turn / _SLIP_S, 0.0), axis)
    rate = rate + np.array(sensor.gyro_bias) + sensor.bias_drift * times_s[:, None] / 60
    force = force + np.array(sensor.acc_bias)
    noise = rng.standard_normal((times_s.size, 6))
    samples = np.concatenate(
        [force + sensor.acc_noise * noise[:, :3], rate + sensor.gyro_noise * noise[:, 3:]], axis=1
    ).T
    for rows, limit in ((samples[:3], sensor.acc_limit), (samples[3:], sensor.gyro_limit)):
        if limit is not None:
            np.clip(rows, -limit, limit, out=rows)
    for start_s, stop_s in sensor.lost_s:
        samples[:, (times_s >= start_s) & (times_s < stop_s)] = np.nan
    return samples


def _breaths(times_s: FloatArray, breaths_s: FloatArray | None, size: float) -> tuple[FloatArray, FloatArray]:
    """Tilt and rate of breathing: a raised cosine from each breath to the next."""
    if breaths_s is None or breaths_s.size < 2 or not size:
        return np.zeros(times_s.size), np.zeros(times_s.size)
    place = np.clip(np.searchsorted(breaths_s, times_s, side="right") - 1, 0, breaths_s.size - 2)
    period = np.diff(breaths_s)[place]
    phase = 2 * np.pi * np.clip((times_s - breaths_s[place]) / period, 0, 1)
    return size * (1 - np.cos(phase)) / 2, size * np.pi / period * np.sin(phase)
