"""When a muscle is active: bursts with a known onset, and the envelope that they draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from recordings.model import FloatArray

Shape = Literal["step", "linear", "smoothstep", "sqrt", "quadratic", "exponential"]
SHAPES: Final[tuple[Shape, ...]] = get_args(Shape)

#: How far an exponential rise has got, in time constants, when it joins the plateau.
_TIME_CONSTANTS: Final = 3.0
#: No rise or fall is shorter than this, so that nothing is divided by zero.
_AT_ONCE_S: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Burst:
    """One stretch of muscle activity.

    Attributes
    ----------
    onset_s : float
        The instant at which the envelope leaves zero.
    end_s : float
        The instant at which it is back at zero.
    rise_ms : float
        From the onset to the plateau.
    shape : {"step", "linear", "smoothstep", "sqrt", "quadratic", "exponential"}
        Course of the rise; a step reaches the plateau at once, whatever `rise_ms`.
    fall_ms : float
        From the plateau to the end, along a smoothstep.
    level : float
        Height of the plateau over the muscle's usual one.

    Raises
    ------
    ValueError
        If the burst ends before it begins, or a duration or the level is negative.
    """

    onset_s: float
    end_s: float
    rise_ms: float = 100.0
    shape: Shape = "linear"
    fall_ms: float = 200.0
    level: float = 1.0

    def __post_init__(self) -> None:
        if not self.end_s > self.onset_s:
            raise ValueError(
                f"a burst from {self.onset_s} s to {self.end_s} s has no length; end it after its onset"
            )
        if min(self.rise_ms, self.fall_ms, self.level) < 0:
            raise ValueError("rise_ms, fall_ms and level of a burst must not be negative")
        if self.shape not in SHAPES:
            raise ValueError(f"{self.shape!r} is no shape of a rise; use one of {', '.join(SHAPES)}")


def rise_profile(progress: FloatArray, shape: Shape) -> FloatArray:
    """Return how high the envelope stands, from 0 to 1, when a part of the rise has passed.

    Parameters
    ----------
    progress : ndarray of float64
        0 at the onset, 1 at the plateau; anything may lie beyond both.
    shape : str
        As in `Burst`.

    Returns
    -------
    ndarray of float64
        Zero before the onset and, but for a step, at it.

    Examples
    --------
    >>> rise_profile(np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), "smoothstep").tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    >>> rise_profile(np.array([-0.1, 0.0]), "step").tolist()
    [0.0, 1.0]
    """
    if shape == "step":
        return np.asarray(progress >= 0, dtype=np.float64)
    u = np.clip(progress, 0.0, 1.0)
    if shape == "smoothstep":
        return u * u * (3 - 2 * u)
    if shape == "sqrt":
        return np.sqrt(u)
    if shape == "quadratic":
        return u * u
    if shape == "exponential":
        return np.expm1(-_TIME_CONSTANTS * u) / np.expm1(-_TIME_CONSTANTS)
    return u


def envelope(times_s: FloatArray, bursts: Iterable[Burst]) -> FloatArray:
    """Return the envelope of bursts: 0 at rest, the level on a plateau.

    Where bursts overlap the higher one counts.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
        In ascending order.
    bursts : iterable of Burst

    Returns
    -------
    ndarray of float64, shape (n_samples,)

    Examples
    --------
    >>> envelope(np.arange(0, 1, 0.1), [Burst(0.25, 0.9, rise_ms=200, fall_ms=0)]).round(2).tolist()
    [0.0, 0.0, 0.0, 0.25, 0.75, 1.0, 1.0, 1.0, 1.0, 0.0]
    """
    height = np.zeros(times_s.size)
    for burst in bursts:
        first, last = np.searchsorted(times_s, [burst.onset_s, burst.end_s])
        since_s, left_s = times_s[first:last] - burst.onset_s, burst.end_s - times_s[first:last]
        rise = rise_profile(since_s / max(burst.rise_ms / 1000, _AT_ONCE_S), burst.shape)
        fall = rise_profile(left_s / max(burst.fall_ms / 1000, _AT_ONCE_S), "smoothstep")
        part = height[first:last]
        np.maximum(part, burst.level * rise * fall, out=part)
    return height
