"""Fine onset: when did rest end, if what follows is a rise of unknown duration and shape.

Every fixed threshold is late on slow rises, and later the smaller the muscle's signal, so that two
unequal muscles fake an order. Here the power of each frame is compared with what each possible rise from
each possible onset would give, and rise, shape and plateau are averaged out. What is left is a probability
for every onset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from firing_analyzer.bands import BandPower
from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.rises import rise_bank

#: Plateaus that are considered, against the one that was measured.
LEVELS_DB = (-2.0, 0.0, 2.0)

#: Weight of the likelihood. Bands share firing muscle fibres and frames share filters, so that all of them
#: together say less than their number.
WEIGHT = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class OnsetPosterior:
    """Probability of every onset.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Onsets, evenly spaced.
    probability : ndarray, shape (n,)
        Sums to 1.
    shape_sd_s : float
        The part of the uncertainty that comes from not knowing the rise: the standard deviation of the
        onset from one rise to another.
    """

    time_s: FloatArray
    probability: FloatArray
    shape_sd_s: float = 0.0

    @property
    def step_s(self) -> float:
        """Distance between two onsets."""
        return float(self.time_s[1] - self.time_s[0]) if self.time_s.size > 1 else 0.005

    def quantile(self, share: float) -> float:
        """Onset below which this share of the probability lies, between grid points by straight lines."""
        edges = np.append(self.time_s - 0.5 * self.step_s, self.time_s[-1] + 0.5 * self.step_s)
        return float(np.interp(share, np.concatenate(([0.0], np.cumsum(self.probability))), edges))

    @property
    def median_s(self) -> float:
        """Onset with as much probability before it as after it."""
        return self.quantile(0.5)

    def interval_s(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval that holds the onset with this probability, equal tails."""
        tail = 0.5 * (1 - confidence)
        return self.quantile(tail), self.quantile(1 - tail)


def onset_posterior(
    bands: BandPower,
    *,
    rest: FloatArray,
    plateau: FloatArray,
    first: int,
    last: int,
    end: int,
    known: BoolArray | None = None,
) -> OnsetPosterior:
    """Probability of the onset at the start of each frame from `first` to `last`.

    Parameters
    ----------
    bands : BandPower
        Power around the onset; must reach some frames before `first`.
    rest : ndarray, shape (n_bands,)
        Power of rest.
    plateau : ndarray, shape (n_bands,)
        Power of the muscle at work above rest, as a ratio to rest.
    first, last : int
        Frames between which the onset must lie.
    end : int
        Frame after the last that is looked at.
    known : ndarray of bool, shape (n_frames,), optional
        False where samples were lost; those frames say nothing.

    Returns
    -------
    OnsetPosterior

    Notes
    -----
    Power in a band of a Gaussian signal follows a gamma distribution about its mean, so that a frame of
    power p whose expected power is v (both against rest) adds -(dof / 2)(log v + p / v) to the
    log-likelihood. The idea of a likelihood ratio for a change of variance is that of Staude and Wolf
    (1999, doi:10.1016/S1350-4533(99)00067-3); we deviate by averaging over rises, shapes and levels
    instead of taking the most likely step or ramp, by keeping the whole posterior, and by doing so in
    bands, each with its own rest and plateau, in place of an autoregressive whitening of rest.
    """
    bank = rise_bank(bands.frame_s, tuple(bands.smear.tolist()))
    onsets = np.arange(first, last + 1)
    start = max(first - bank.lead, 0)
    end = min(end, bands.power.shape[1])
    n_frames = bank.profile.shape[1]
    offset = onsets - bank.lead - start
    offset = np.maximum(offset, 0)
    levels = 10 ** (np.array(LEVELS_DB) / 10)
    # all frames that any profile may touch; those not looked at have no weight
    weight = np.zeros(int(offset[-1]) + n_frames)
    weight[: end - start] = 1.0 if known is None else known[start:end]
    log_likelihood = np.zeros((onsets.size, bank.profile.shape[0] * levels.size))
    for band in range(bands.power.shape[0]):
        ratio = np.zeros_like(weight)
        ratio[: end - start] = bands.power[band, start:end] / rest[band]
        ratio *= weight
        expected = 1 + max(float(plateau[band]), 0.0) * np.multiply.outer(bank.profile, levels)
        expected = expected.transpose(0, 2, 1).reshape(-1, n_frames)
        gain = 1 - 1 / expected
        cost = np.log(expected)
        half_dof = 0.5 * bands.dof[band]
        log_likelihood += half_dof * _slide(ratio, offset, gain)
        log_likelihood -= half_dof * _slide(weight, offset, cost)
    log_likelihood *= WEIGHT
    log_likelihood += np.repeat(bank.log_prior, levels.size)
    return _normalise(bands.start_s + onsets * bands.frame_s, log_likelihood)


def _slide(values: FloatArray, offset: NDArray[np.int_], profile: FloatArray) -> FloatArray:
    """Sum of values times profile from each offset on; after the profile's end its last value holds."""
    windows = sliding_window_view(values, profile.shape[1])[offset]
    after = np.concatenate((np.cumsum(values[::-1])[::-1], [0.0]))
    tail = after[np.minimum(offset + profile.shape[1], values.size)]
    return windows @ profile.T + np.multiply.outer(tail, profile[:, -1])


def _normalise(time_s: FloatArray, log_likelihood: FloatArray) -> OnsetPosterior:
    joint = np.exp(log_likelihood - log_likelihood.max())
    joint /= joint.sum()
    probability = joint.sum(axis=1)
    of_rise = joint.sum(axis=0)
    mean = float(probability @ time_s)
    mean_of_rise = (time_s @ joint) / np.maximum(of_rise, 1e-300)
    variance = float(of_rise @ (mean_of_rise - mean) ** 2)
    return OnsetPosterior(time_s, probability, float(np.sqrt(variance)))
