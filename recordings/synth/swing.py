"""Movements with a known start: out, held, and back, each stretch along a minimum-jerk path.

References
----------
.. [1] Flash T, Hogan N (1985). The coordination of arm movements: an experimentally confirmed mathematical
   model. J Neurosci 5(7):1688-1703. doi:10.1523/JNEUROSCI.05-07-01688.1985
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recordings.model import FloatArray


@dataclass(frozen=True, slots=True)
class Swing:
    """One movement away from rest and back.

    Attributes
    ----------
    start_s : float
        The instant at which it leaves rest.
    out_s, hold_s, back_s : float
        How long it moves out, is held and moves back.
    size_deg : float
        How far it goes.
    roll_deg : float
        How far the limb turns about its own long axis meanwhile.

    Raises
    ------
    ValueError
        If it takes no time to move, or is held for less than none.
    """

    start_s: float
    out_s: float = 1.0
    hold_s: float = 2.0
    back_s: float = 1.0
    size_deg: float = 14.0
    roll_deg: float = 0.0

    def __post_init__(self) -> None:
        if min(self.out_s, self.back_s) <= 0 or self.hold_s < 0:
            raise ValueError(f"a movement of {self.out_s} s out, {self.hold_s} s held cannot be made")

    @property
    def top_s(self) -> float:
        """When it is fully out."""
        return self.start_s + self.out_s

    @property
    def end_s(self) -> float:
        """When it is back at rest."""
        return self.top_s + self.hold_s + self.back_s


def min_jerk(progress: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return position, speed and acceleration of the smoothest path from 0 to 1 [1]_.

    Parameters
    ----------
    progress : ndarray of float64
        Share of the time that has passed; before 0 and after 1 the movement rests.

    Returns
    -------
    position, speed, acceleration : ndarray of float64
        The latter two for each unit of progress.

    Examples
    --------
    >>> [round(float(value[0]), 3) for value in min_jerk(np.array([0.5]))]
    [0.5, 1.875, 0.0]
    """
    u = np.clip(progress, 0.0, 1.0)
    position = u**3 * (10 - 15 * u + 6 * u * u)
    speed = 30 * u**2 * (1 - u) ** 2
    acceleration = 60 * u * (1 - u) * (1 - 2 * u)
    return position, speed, acceleration


def swing_share(times_s: FloatArray, swing: Swing) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how far out a movement is (0 to 1), and its first and second derivative in time."""
    out = min_jerk((times_s - swing.start_s) / swing.out_s)
    back = min_jerk((times_s - swing.top_s - swing.hold_s) / swing.back_s)
    return (
        out[0] - back[0],
        out[1] / swing.out_s - back[1] / swing.back_s,
        out[2] / swing.out_s**2 - back[2] / swing.back_s**2,
    )


def swing_angle(times_s: FloatArray, swings: Iterable[Swing]) -> FloatArray:
    """Return the angle of all movements together, in degrees.

    Examples
    --------
    >>> swing_angle(np.array([0.0, 1.5, 2.5]), [Swing(1.0, size_deg=10.0)]).round(3).tolist()
    [0.0, 5.0, 10.0]
    """
    angle = np.zeros(times_s.size)
    for swing in swings:
        angle += swing.size_deg * swing_share(times_s, swing)[0]
    return angle
