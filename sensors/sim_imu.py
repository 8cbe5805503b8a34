"""A simulated movement sensor: a thigh that is lifted, or a shoulder that lies still.

The leg begins to rise 60 ms after the glute's onset (the delay between EMG and movement), reaches its height
within about a second along a smoothstep, stays, and is down when the glute ends. The elevation is an angle in
the plane of the lift, so the sensor feels gravity turn by it and turns at its rate of change; the
acceleration of the movement itself (below 0.5 m/s2 in a slow lift) is left out.
"""

from typing import Final

import numpy as np

from recordings.model import FloatArray
from recordings.synth.bursts import Burst, rise_profile
from recordings.synth.texture import stream
from sensors.sim_options import SimOptions
from sensors.sim_person import Person

IMU_RATE_HZ: Final = 100.0
GRAVITY: Final = 9.81
_DELAY_S: Final = 0.06
_UP_S: Final = 1.0
_HEIGHT_DEG: Final = 14.0
_NOISE_ACC: Final = 0.03
_NOISE_GYRO: Final = 0.004
_STEP_S: Final = 0.002


def leg_elevation(times_s: FloatArray, lifts: list[Burst]) -> FloatArray:
    """Return how far the leg is lifted, in degrees above where it rests.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
    lifts : list of Burst
        What the glute does; its level scales the height of 14 degrees.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    height = np.zeros(times_s.size)
    for lift in lifts:
        up_s = min(_UP_S, (lift.end_s - lift.onset_s - _DELAY_S) / 2)
        rise = rise_profile((times_s - lift.onset_s - _DELAY_S) / up_s, "smoothstep")
        fall = rise_profile((lift.end_s - times_s) / up_s, "smoothstep")
        height = np.maximum(height, _HEIGHT_DEG * lift.level * rise * fall)
    return height


class Imu:
    """Acceleration (m/s2) and angular rate (rad/s) of one sensor: x along the limb, z out of the back.

    Parameters
    ----------
    person : Person
    options : SimOptions
    starts_s : float
        True time of sample 0.
    """

    def __init__(self, person: Person, options: SimOptions, *, starts_s: float) -> None:
        self._person = person
        self._lifted = options.site == "glute"
        self._starts_s = starts_s
        self._true_rate_hz = IMU_RATE_HZ * (1 + options.drift_ppm * 1e-6)
        self._rng = stream(options.seed, f"{options.site} imu")
        self._done = 0

    def take(self, stop: int) -> FloatArray:
        """Return the samples from where the last call ended up to `stop`, shape (6, n_samples)."""
        times_s = self._starts_s + np.arange(self._done, stop) / self._true_rate_hz
        self._done = stop
        noise = self._rng.standard_normal((times_s.size, 6)).T
        noise[:3] *= _NOISE_ACC
        noise[3:] *= _NOISE_GYRO
        angle = turning = np.zeros(times_s.size)
        if self._lifted and times_s.size:
            near = [
                burst
                for burst in self._person.bursts(0)
                if burst.end_s > times_s[0] - 1 and burst.onset_s < times_s[-1] + 1
            ]
            angle = np.radians(leg_elevation(times_s, near))
            around = [leg_elevation(times_s + shift, near) for shift in (-_STEP_S, _STEP_S)]
            turning = np.radians(around[1] - around[0]) / (2 * _STEP_S)
        noise[0] += GRAVITY * np.sin(angle)
        noise[2] += GRAVITY * np.cos(angle)
        noise[4] -= turning
        return noise
