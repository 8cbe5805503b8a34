"""What every detector needs first: a signal that can be judged, measured against its own rest."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firing_analyzer.detectors.activity import BoolArray
from firing_analyzer.errors import AnalysisError

FloatArray = NDArray[np.float64]

SHORTEST_REST_S: Final = 0.2
PAPER_RATE_HZ: Final = 1000.0


class DetectorInputError(AnalysisError):
    """A detector cannot work with what it was given.

    Attributes
    ----------
    argument : str
        The argument that is meant: ``"x"``, ``"rate_hz"``, ``"rest"`` or a parameter.
    """

    def __init__(self, message: str, *, argument: str) -> None:
        super().__init__(f"{argument}: {message}")
        self.argument = argument


class Measured(NamedTuple):
    """A signal in multiples of its rest's standard deviation, so that its unit no longer matters.

    Attributes
    ----------
    samples : ndarray of float64, shape (n_samples,)
        Zero where a sample was lost.
    lost : ndarray of bool, shape (n_samples,)
    rest : slice
        The rest baseline.
    """

    samples: FloatArray
    lost: BoolArray
    rest: slice


def measured(x: ArrayLike, rate_hz: float, rest: tuple[int, int]) -> Measured:
    """Check a signal and its rest, and divide it by the standard deviation of the rest.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.

    Raises
    ------
    DetectorInputError
        If `x` is not one row of finite or NaN numbers, `rate_hz` is not positive, or the rest lies outside
        the record, holds less than 0.2 s of samples, or is constant.
    """
    samples = np.asarray(x, dtype=np.float64)
    if samples.ndim != 1 or np.isinf(samples).any():
        raise DetectorInputError("must be one row of numbers, with NaN for lost samples", argument="x")
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise DetectorInputError(f"{rate_hz} is not a rate; give samples per second", argument="rate_hz")
    start, stop = rest
    if not 0 <= start < stop <= samples.size:
        raise DetectorInputError(
            f"samples {start} to {stop} are not part of a record of {samples.size}", argument="rest"
        )
    lost = np.isnan(samples)
    known = samples[start:stop][~lost[start:stop]]
    if known.size < SHORTEST_REST_S * rate_hz:
        raise DetectorInputError(
            f"holds {known.size / rate_hz:.2f} s of samples; at least {SHORTEST_REST_S} s are needed",
            argument="rest",
        )
    spread = float(np.std(known))
    # A constant need not have a spread of exactly zero once it has been through a filter.
    if not spread > 1e-12 * float(np.max(np.abs(known))):
        raise DetectorInputError("is constant; choose a rest with a living signal", argument="rest")
    return Measured(np.where(lost, 0.0, samples) / spread, lost, slice(start, stop))


def neighbour_step(rate_hz: float) -> int:
    """Return how many samples of this record lie between neighbours at the rate of the papers.

    Most of the authors worked at about 1 kHz, and what they say of neighbouring samples holds for
    neighbours 1 ms apart. The step is the largest whole one that leaves at least 1 kHz.
    """
    return max(1, int(rate_hz // PAPER_RATE_HZ))


def positive(value: float, argument: str) -> float:
    """Return the value if it is a positive number.

    Raises
    ------
    DetectorInputError
        If it is not.
    """
    if not (np.isfinite(value) and value > 0):
        raise DetectorInputError(f"{value} is impossible; give a positive number", argument=argument)
    return value


def samples_in(duration_ms: float, rate_hz: float, argument: str) -> int:
    """Return how many samples a duration holds, at least one.

    Raises
    ------
    DetectorInputError
        If the duration is negative or not a number.
    """
    if not (np.isfinite(duration_ms) and duration_ms >= 0):
        raise DetectorInputError(f"{duration_ms} ms is impossible; give a duration", argument=argument)
    return max(1, round(duration_ms * rate_hz / 1000))


def rest_threshold(level: FloatArray, signal: Measured, threshold_sd: float) -> float:
    """Return mean + `threshold_sd` standard deviations of `level` over the rest, lost samples left out.

    The statistics are those of the very series that is compared with them.
    """
    at_rest = level[signal.rest][~signal.lost[signal.rest]]
    return float(np.mean(at_rest) + threshold_sd * np.std(at_rest))
