"""Making the samples of a band-passed signal independent, as the statistical detectors demand.

A record faster than those of the papers is thinned to the slowest whole fraction of its rate that is at
least 1 kHz: band-passed EMG ends below 500 Hz, and whitening at the full rate would amplify the empty band
above.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from firing_analyzer.detectors.activity import BoolArray
from firing_analyzer.detectors.baseline import FloatArray, Measured, neighbour_step

ORDER: Final = 8


class White(NamedTuple):
    """A whitened signal whose rest has unit variance.

    Attributes
    ----------
    samples : ndarray of float64, shape (n_thinned,)
        Zero where unknown.
    unknown : ndarray of bool, shape (n_thinned,)
        Where a sample, or one that its whitening needs, was lost.
    step : int
        Samples of the record per sample here.
    """

    samples: FloatArray
    unknown: BoolArray
    step: int


def whitened(signal: Measured, *, rate_hz: float) -> White:
    """Thin a signal and pass it through the inverse of an autoregressive model of its rest.

    The model is of order 8, from the Yule-Walker equations.
    """
    step = neighbour_step(rate_hz)
    samples, lost = signal.samples[::step], signal.lost[::step]
    rest = slice(-(-signal.rest.start // step), -(-signal.rest.stop // step))
    taps = np.concatenate(([1.0], -_autoregression(samples[rest])))
    white = np.asarray(lfilter(taps, [1.0], samples), dtype=np.float64)
    unknown = np.asarray(lfilter(np.ones(taps.size), [1.0], lost.astype(np.float64))) > 0.5
    unknown[:ORDER] = True
    at_rest = white[rest][~unknown[rest]]
    deviation = np.sqrt(np.mean(at_rest**2))
    return White(np.where(unknown, 0.0, white / deviation), unknown, step)


def stretched(mask: BoolArray, *, step: int, size: int) -> BoolArray:
    """Give each entry of a thinned mask to the `step` samples of the record that it stands for."""
    wide = np.repeat(mask, step)
    if wide.size < size:
        wide = np.pad(wide, (0, size - wide.size), mode="edge")
    return wide[:size]


def _autoregression(rest: FloatArray) -> FloatArray:
    products = [float(np.dot(rest[: rest.size - lag], rest[lag:])) for lag in range(ORDER + 1)]
    covariance = np.array(products) / rest.size
    # A rest of one pure tone would leave the equations without a single solution.
    covariance[0] *= 1 + 1e-9
    return np.asarray(solve_toeplitz(covariance[:-1], covariance[1:]), dtype=np.float64)
