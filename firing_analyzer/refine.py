"""Fine onset: when did rest end, if what follows is a rise of unknown duration and shape.

Every fixed threshold is late on slow rises, and later the smaller the muscle's signal, so that two
unequal muscles fake an order. Here the power of each frame is compared with what each possible rise from
each possible onset would give, and rise, shape and plateau are averaged out. What is left is a probability
for every onset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firing_analyzer.bands import BandPower
from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.rises import RiseGroup, rise_bank

#: Plateaus that are considered, against the one that was measured.
LEVELS_DB = (-2.0, 0.0, 2.0)

#: Weight of the likelihood. Bands share firing muscle fibres and frames share filters, so that all of them
#: together say less than their number.
WEIGHT = 0.9
#: Onsets this close to the first that was allowed, and the probability there, that say: it began before.
PINNED_FRAMES, PINNED_SHARE = 3, 0.05
#: Onsets are tried in steps of so many frames first; those whose log-likelihood stays so far below the
#: best are left.
ROUGH_STEP, HOPELESS = 4, 25.0
#: What frames, bands and the unsteadiness of muscle allow at best, as a standard deviation.
FLOOR_S = 0.004


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
    pinned : bool
        Whether the onset presses against the earliest that was allowed: there was no rest before it.
    """

    time_s: FloatArray
    probability: FloatArray
    shape_sd_s: float = 0.0
    pinned: bool = False

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
    restlessness: float = 1.0,
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
    restlessness : float
        Variance of resting power over that of steady noise, at least 1. A rest that flickers makes every
        comparison say less.
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
    start = max(first - bank.lead, 0)
    stop = min(end, bands.power.shape[1])
    seen = np.ones(stop - start) if known is None else known[start:stop].astype(np.float64)
    stretch = _Stretch(
        values=np.vstack((bands.power[:, start:stop] / rest[:, None] * seen, seen)),
        rises=[_expect(group, np.maximum(plateau, 0.0), 0.5 * bands.dof) for group in bank.groups],
        lead=bank.lead,
        weight=WEIGHT / max(restlessness, 1.0),
    )
    # every fourth onset first; what is hopeless there is not looked at closely
    rough = np.arange(first, last + 1, ROUGH_STEP)
    best = stretch.log_likelihood(rough - start).max(axis=1)
    hopeful = rough[best > best.max() - HOPELESS]
    onsets = np.arange(max(int(hopeful[0]) - ROUGH_STEP, first), min(int(hopeful[-1]) + ROUGH_STEP, last) + 1)
    return _normalise(
        np.asarray(bands.start_s + onsets * bands.frame_s, dtype=np.float64),
        stretch.log_likelihood(onsets - start),
        first=bool(onsets[0] == first),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    """What all rises of a group, at all levels, make of the power that is found.

    Attributes
    ----------
    gain : ndarray, shape (n_bands + 1, n_steps, n_hypotheses)
        What power, against rest, adds to the log-likelihood, step by step from the first frame on; last,
        what each frame takes from it whatever its power.
    log_prior : ndarray, shape (n_hypotheses,)
    together : int
        Frames in a step.
    """

    gain: FloatArray
    log_prior: FloatArray
    together: int


def _expect(group: RiseGroup, plateau: FloatArray, half_dof: FloatArray) -> _Expected:
    levels = 10 ** (np.array(LEVELS_DB) / 10)
    profile = group.profile.reshape(group.profile.shape[0], -1, group.together).mean(axis=2)
    at_levels = np.multiply.outer(levels, profile).reshape(-1, profile.shape[1]).T
    expected = 1 + np.multiply.outer(plateau, at_levels)
    gain = half_dof[:, None, None] * (1 - 1 / expected)
    cost = np.tensordot(half_dof, np.log(expected), axes=1)
    return _Expected(
        np.concatenate((gain, -cost[None])), np.tile(group.log_prior, levels.size), group.together
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Power around one onset, ready to be compared with every rise.

    Attributes
    ----------
    values : ndarray, shape (n_bands + 1, n_frames)
        Power against rest, and 1; 0 where samples were lost.
    """

    values: FloatArray
    rises: list[_Expected]
    lead: int
    weight: float

    def log_likelihood(self, onsets: NDArray[np.int_]) -> FloatArray:
        """Log of likelihood times prior, shape (n_onsets, n_hypotheses).

        Onsets count from the start of the stretch.
        """
        offset = np.maximum(onsets - self.lead, 0)
        longest = max(rise.gain.shape[1] * rise.together for rise in self.rises)
        n_rows, n_frames = self.values.shape
        before = np.zeros((n_rows, max(n_frames, int(offset[-1]) + longest) + 1))
        np.cumsum(self.values, axis=1, out=before[:, 1 : n_frames + 1])
        before[:, n_frames + 1 :] = before[:, n_frames, None]
        parts: list[FloatArray] = []
        for rise in self.rises:
            n_steps = rise.gain.shape[1]
            edges = before[:, offset[:, None] + np.arange(n_steps + 1) * rise.together]
            steps = np.diff(edges, axis=2).transpose(1, 0, 2).reshape(offset.size, -1)
            # after the last step the rise is over, and all stays as it is there
            after = before[:, -1:] - edges[:, :, -1]
            part = steps @ rise.gain.reshape(-1, rise.log_prior.size) + after.T @ rise.gain[:, -1]
            parts.append(self.weight * part + rise.log_prior)
        return np.concatenate(parts, axis=1)


def _normalise(time_s: FloatArray, log_likelihood: FloatArray, *, first: bool) -> OnsetPosterior:
    joint = np.exp(log_likelihood - log_likelihood.max())
    joint /= joint.sum()
    probability = joint.sum(axis=1)
    of_rise = joint.sum(axis=0)
    mean = float(probability @ time_s)
    mean_of_rise = (time_s @ joint) / np.maximum(of_rise, 1e-300)
    variance = float(of_rise @ (mean_of_rise - mean) ** 2)
    pinned = first and float(probability[:PINNED_FRAMES].sum()) > PINNED_SHARE
    step_s = float(time_s[1] - time_s[0])
    reach = int(np.ceil(3 * FLOOR_S / step_s))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step_s / FLOOR_S) ** 2)
    return OnsetPosterior(
        time_s=time_s[0] + np.arange(-reach, time_s.size + reach) * step_s,
        probability=np.convolve(probability, kernel / kernel.sum()),
        shape_sd_s=float(np.sqrt(variance)),
        pinned=pinned,
    )
