"""A simulated person who wears virtual sensors: what each of them feels."""

import numpy as np

from recordings.model import EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER, FloatArray, Side
from sensors.sim_electrode import Electrode
from sensors.sim_imu import IMU_RATE_HZ, Imu
from sensors.sim_options import SimOptions, Site
from sensors.sim_person import Person
from sensors.virtual.firmware import Take

#: What the person understands.
CUES = (EVENT_RAISE, EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER)


class Wearer:
    """Somebody who lifts a leg when asked to.

    Parameters
    ----------
    scenario : str
        As of a ``sim:`` source.
    seed : int

    Attributes
    ----------
    person : Person
        With the truth of what happened, in seconds of the air.
    """

    def __init__(self, scenario: str = "shoulder_first", *, seed: int = 0) -> None:
        self.person = Person(scenario, seed)
        self._scenario, self._seed = scenario, seed

    def hear(self, cue: str, at_s: float, *, leg: Side = "left") -> None:
        """Do what is asked, now."""
        self.person.sampled_s = max(self.person.sampled_s, at_s)
        self.person.hear(cue, at_s, leg=leg)

    def muscles(self, *sites: Site, rate_hz: float, rows: int | None = None) -> Take:
        """Return what electrodes on muscles give, a row each, from the time 0 of the air.

        Parameters
        ----------
        *sites : {"glute", "shoulder"}
        rate_hz : float
            The true one.
        rows : int, optional
            Inputs of the device; nothing is plugged into those beyond the muscles.
        """
        unused = 0 if rows is None else rows - len(sites)
        electrodes = [
            Electrode(
                self.person,
                SimOptions(scenario=self._scenario, site=site, seed=self._seed, rate_hz=rate_hz),
                starts_s=0.0,
            )
            for site in sites
        ]
        done = 0

        def take(n: int) -> FloatArray:
            nonlocal done
            done += n
            worn = [electrode.take(done) for electrode in electrodes]
            return np.vstack([*worn, np.zeros((unused, n))])

        return take

    def movement(self, site: Site, *, rate_hz: float) -> Take:
        """Return what a movement sensor at the thigh or the shoulder feels: m/s2 and rad/s, six rows."""
        # What the simulated sensor is too fast by makes its rate.
        options = SimOptions(
            scenario=self._scenario,
            site=site,
            seed=self._seed,
            drift_ppm=(rate_hz / IMU_RATE_HZ - 1) * 1e6,
        )
        imu = Imu(self.person, options, starts_s=0.0)
        done = 0

        def take(n: int) -> FloatArray:
            nonlocal done
            done += n
            return imu.take(done)

        return take
