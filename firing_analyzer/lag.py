"""The lag of one repetition, from two onsets that are each a probability."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from firing_analyzer.filters import FloatArray
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.result import Order

STEP_S = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Lag:
    """Shoulder onset minus glute onset, in milliseconds; negative where the shoulder fired first.

    Attributes
    ----------
    lag_ms : ndarray, shape (n,)
        Evenly spaced lags.
    probability : ndarray, shape (n,)
        Sums to 1; holds the error of both onsets and of the clock.
    sd_ms : float
        Error that is this repetition's own: neither the clock's nor that of the unknown rise.
    shape_sd_ms : float
        Error from not knowing the rises.
    """

    lag_ms: FloatArray
    probability: FloatArray
    sd_ms: float
    shape_sd_ms: float

    def quantile(self, share: float) -> float:
        """Lag below which this share of the probability lies."""
        # a point of the grid stands for its middle, so half of its own probability lies below it
        return float(np.interp(share, np.cumsum(self.probability) - 0.5 * self.probability, self.lag_ms))

    @property
    def median_ms(self) -> float:
        """Lag with as much probability below it as above it."""
        return self.quantile(0.5)

    def interval_ms(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval with this probability, equal tails."""
        tail = 0.5 * (1 - confidence)
        return self.quantile(tail), self.quantile(1 - tail)

    def shares(self, margin_ms: float) -> tuple[float, float, float]:
        """Probabilities of shoulder first, together and glute first."""
        first = float(self.probability[self.lag_ms < -margin_ms].sum())
        last = float(self.probability[self.lag_ms > margin_ms].sum())
        return first, max(1 - first - last, 0.0), last


def lag_between(glute: OnsetPosterior, shoulder: OnsetPosterior, *, clock_error_ms: float = 0.0) -> Lag:
    """Subtract the glute's onset from the shoulder's.

    Parameters
    ----------
    glute, shoulder : OnsetPosterior
    clock_error_ms : float
        Standard error of the time between the two sensors.

    Returns
    -------
    Lag

    Examples
    --------
    >>> import numpy as np
    >>> at = lambda s: OnsetPosterior(s + np.array([-0.005, 0.0, 0.005]), np.array([0.25, 0.5, 0.25]))
    >>> round(lag_between(at(10.0), at(9.9)).median_ms)
    -100
    """
    glute_ms, p_glute = _on_grid(glute)
    shoulder_ms, p_shoulder = _on_grid(shoulder)
    probability = np.convolve(p_shoulder, p_glute[::-1])
    lag_ms = shoulder_ms[0] - glute_ms[-1] + np.arange(probability.size) * 1000 * STEP_S
    mean = float(probability @ lag_ms)
    variance = float(probability @ (lag_ms - mean) ** 2)
    shape_variance = 1e6 * (glute.shape_sd_s**2 + shoulder.shape_sd_s**2)
    if clock_error_ms > 0:
        reach = int(np.ceil(4 * clock_error_ms))
        lag_ms = lag_ms[0] - reach + np.arange(lag_ms.size + 2 * reach)
        probability = ndimage.gaussian_filter1d(np.pad(probability, reach), clock_error_ms, truncate=4.0)
        probability /= probability.sum()
    return Lag(
        lag_ms=lag_ms,
        probability=probability,
        sd_ms=float(np.sqrt(max(variance - shape_variance, 1.0))),
        shape_sd_ms=float(np.sqrt(shape_variance)),
    )


def _on_grid(onset: OnsetPosterior) -> tuple[FloatArray, FloatArray]:
    """Put a posterior on whole milliseconds."""
    edges = np.append(onset.time_s - 0.5 * onset.step_s, onset.time_s[-1] + 0.5 * onset.step_s)
    total = np.concatenate(([0.0], np.cumsum(onset.probability)))
    first, last = int(np.floor(edges[0] / STEP_S)), int(np.ceil(edges[-1] / STEP_S))
    grid = np.arange(first, last + 1)
    probability = np.diff(np.interp((np.append(grid, last + 1) - 0.5) * STEP_S, edges, total))
    return grid.astype(np.float64), probability / probability.sum()


def order_of(shares: tuple[float, float, float], *, probability: float) -> Order:
    """Name the order whose probability reaches `probability`, else ``unclear``.

    Examples
    --------
    >>> order_of((0.9, 0.1, 0.0), probability=0.8)
    'shoulder_first'
    >>> order_of((0.6, 0.4, 0.0), probability=0.8)
    'unclear'
    """
    names: tuple[Order, ...] = ("shoulder_first", "together", "glute_first")
    best = int(np.argmax(shares))
    return names[best] if shares[best] >= probability else "unclear"
