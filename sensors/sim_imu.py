"""A simulated movement sensor: a thigh that is lifted, or a shoulder that lies still and breathes.

The leg begins to rise 60 ms after the glute's onset (the delay between EMG and movement), reaches its height
within about a second along a minimum-jerk path, stays, and is down when the glute ends. Noise, the error of
the angular rate and the movement's own acceleration are those of `recordings.synth.inertial`; the sensor's
axes are those of the limb: x along it, z out of the back.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from recordings.model import FloatArray
from recordings.synth.bursts import Burst
from recordings.synth.inertial import felt_by_limb, sensed
from recordings.synth.movement import GLUTE_DELAY_S, LEG_SENSOR, SHOULDER_SENSOR
from recordings.synth.swing import Swing
from recordings.synth.texture import stream
from sensors.sim_options import SimOptions
from sensors.sim_person import Person

IMU_RATE_HZ: Final = 100.0
_UP_S: Final = 1.0
_HEIGHT_DEG: Final = 14.0
_NOT_MOUNTED: Final = Rotation.identity()


def lift_of(glute: Burst) -> Swing:
    """Return how the leg moves while the glute is active; its level scales the height of 14 degrees."""
    start_s = glute.onset_s + GLUTE_DELAY_S
    up_s = min(_UP_S, (glute.end_s - start_s) / 2)
    held_s = max(glute.end_s - start_s - 2 * up_s, 0.0)
    return Swing(start_s, up_s, held_s, up_s, _HEIGHT_DEG * glute.level)


class Imu:
    """Acceleration (m/s2) and angular rate (rad/s) of one sensor.

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
        self._sensor = replace(LEG_SENSOR if self._lifted else SHOULDER_SENSOR, mounting=None)
        self._starts_s = starts_s
        self._true_rate_hz = IMU_RATE_HZ * (1 + options.drift_ppm * 1e-6)
        self._rng = stream(options.seed, f"{options.site} imu")
        self._done = 0

    def take(self, stop: int) -> FloatArray:
        """Return the samples from where the last call ended up to `stop`, shape (6, n_samples)."""
        times_s = self._starts_s + np.arange(self._done, stop) / self._true_rate_hz
        self._done = stop
        if not times_s.size:
            return np.zeros((6, 0))
        _, breaths_s = self._person.rhythm(float(times_s[-1]) + 1.0)
        felt = felt_by_limb(
            times_s,
            self._lifts(times_s) if self._lifted else (),
            lever_m=self._sensor.lever_m,
            breaths_s=breaths_s,
            breathing_deg=self._sensor.breathing_deg,
        )
        return sensed(felt, times_s, self._sensor, mounting=_NOT_MOUNTED, rng=self._rng)

    def _lifts(self, times_s: FloatArray) -> Sequence[Swing]:
        return [
            lift_of(burst)
            for burst in self._person.bursts(0)
            if burst.end_s > times_s[0] - 1 and burst.onset_s < times_s[-1] + 1
        ]
