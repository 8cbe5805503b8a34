"""When did a movement start: a likelihood for rest until t, then a smooth rise of unknown speed and shape.

A threshold sees a movement late, and the later the slower it begins: a smooth movement leaves rest with
neither speed nor acceleration. Here the course of the signal up to its greatest speed is compared with rises
from each possible onset; size, shape and duration are averaged out.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.refine import OnsetPosterior

#: What a signal shows of a movement: its speed (a gyro) or how far it has gone (a tilt).
Shows = Literal["speed", "place"]

#: How speed may grow from nought to its greatest: (u * (2 - u))**a, a minimum-jerk path for a = 2.
SHAPES: Final = (1.0, 1.35, 1.7, 2.0, 2.35, 2.7, 3.1)
SHAPE_SPREAD: Final = 0.5
#: Durations of that, in seconds, about equally spaced in their logarithm.
LENGTHS_S: Final = tuple(np.geomspace(0.06, 2.4, 48).tolist())
#: Steps of the onset, as a share of a sample.
FINE: Final = 2
#: People do not follow the paths that are compared: part of the greatest value by which they miss them.
MISFIT: Final = 0.02
#: Neighbouring samples miss together.
WEIGHT: Final = 0.35
#: What can be told at best: of a speed, and of a tilt that is read from acceleration, to which the movement
#: itself adds.
FLOOR_S: Final[dict[Shows, float]] = {"speed": 0.004, "place": 0.055}
PINNED_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Bank:
    """Courses of all rises on one grid of time, the onset a whole number of fine steps after its start."""

    courses: FloatArray
    log_prior: FloatArray


def rise_posterior(
    samples: FloatArray,
    rate_hz: float,
    *,
    start_s: float,
    noise: float,
    earliest_s: float,
    latest_s: float,
    known: BoolArray | None = None,
    shows: Shows = "speed",
) -> OnsetPosterior:
    """Probability of every onset of a movement.

    Parameters
    ----------
    samples : ndarray of float64, shape (n,)
        From rest before the movement up to about its greatest speed.
    rate_hz, start_s : float
        Time of the first sample in seconds.
    noise : float
        Standard deviation of a sample at rest.
    earliest_s, latest_s : float
        Between these times the onset lies.
    known : ndarray of bool, shape (n,), optional
        False where samples were lost.
    shows : {"speed", "place"}

    Returns
    -------
    OnsetPosterior

    Notes
    -----
    For a minimum-jerk path (Flash and Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985) the start follows
    from the whole rise and not from where it leaves the noise, as Botzer and Karniel (2009,
    doi:10.3389/neuro.20.002.2009) showed for a cubic fitted to it. We deviate in fitting rises of several
    shapes up to the greatest speed, with a level of rest and a size that are averaged out, in adding a share
    of the size for what no shape fits, and in keeping the whole posterior.
    """
    n = samples.size
    first = int(np.clip(np.floor((earliest_s - start_s) * rate_hz), 0, n - 2))
    last = int(np.clip(np.ceil((latest_s - start_s) * rate_hz), first + 1, n - 1))
    seen = np.ones(n) if known is None else known.astype(np.float64)
    values = np.where(seen > 0, samples, 0.0)
    size = float(np.max(np.abs(values - np.median(values[: max(first, 3)])) * seen))
    bank = _rises(round(rate_hz, 6), shows)
    joint = np.empty((FINE, last - first + 1, bank.log_prior.size))
    for fine in range(FINE):
        joint[fine] = -0.5 * _misfit(values, seen, bank.courses[fine], range(first, last + 1))
    joint /= noise**2 + (MISFIT * size) ** 2
    # the fine steps run forwards within each sample
    log_likelihood = WEIGHT * joint.transpose(1, 0, 2).reshape(-1, bank.log_prior.size) + bank.log_prior
    rises = np.exp(log_likelihood - log_likelihood.max())
    rises /= rises.sum()
    probability = rises.sum(axis=1)
    step_s = 1 / (FINE * rate_hz)
    time_s = start_s + first / rate_hz + np.arange(probability.size) * step_s
    pinned = float(probability[:3].sum()) > PINNED_SHARE
    spread = int(np.ceil(3 * FLOOR_S[shows] / step_s))
    kernel = np.exp(-0.5 * (np.arange(-spread, spread + 1) * step_s / FLOOR_S[shows]) ** 2)
    of_rise = rises.sum(axis=0)
    middles = (time_s @ rises) / np.maximum(of_rise, 1e-300)
    return OnsetPosterior(
        time_s=time_s[0] + np.arange(-spread, time_s.size + spread) * step_s,
        probability=np.convolve(probability, kernel / kernel.sum()),
        shape_sd_s=float(np.sqrt(of_rise @ (middles - float(probability @ time_s)) ** 2)),
        pinned=pinned,
    )


def _misfit(values: FloatArray, seen: FloatArray, courses: FloatArray, onsets: range) -> FloatArray:
    """Sum of squares that each rise (columns) from each onset (rows) leaves, at the best level and size."""
    reach = courses.shape[1]
    rows = np.asarray(onsets)
    windows = sliding_window_view(np.concatenate([values, np.zeros(reach)]), reach)[rows]
    there = sliding_window_view(np.concatenate([seen, np.zeros(reach)]), reach)[rows]
    count, total = float(seen.sum()), float(values.sum())
    sum_c = there @ courses.T
    of_course = np.maximum(there @ (courses**2).T - sum_c**2 / count, 1e-12)
    together = np.maximum(windows @ courses.T - sum_c * total / count, 0.0)
    return float(values @ values) - total**2 / count - together**2 / of_course


@lru_cache(maxsize=16)
def _rises(rate_hz: float, shows: Shows) -> _Bank:
    reach = int(np.ceil(1.15 * LENGTHS_S[-1] * rate_hz)) + 2
    courses = np.empty((FINE, len(SHAPES) * len(LENGTHS_S), reach))
    priors: list[float] = []
    for row, (power, length_s) in enumerate(product(SHAPES, LENGTHS_S)):
        for fine in range(FINE):
            since = np.arange(reach) / rate_hz - fine / (FINE * rate_hz)
            courses[fine, row] = _course(since / length_s, power, shows)
        priors.append(-0.5 * ((power - 2.0) / SHAPE_SPREAD) ** 2)
    return _Bank(courses, np.array(priors))


def _course(progress: FloatArray, power: float, shows: Shows) -> FloatArray:
    """Speed or place of a movement that is fastest at progress 1 and ends at 2."""
    u = np.clip(progress, 0.0, 2.0)
    speed = (u * (2 - u)) ** power
    if shows == "speed":
        return speed
    fine = np.linspace(0, 2, 401)
    place = np.concatenate([[0.0], np.cumsum(((fine * (2 - fine)) ** power)[1:])]) * 0.005
    return np.interp(u, fine, place)
