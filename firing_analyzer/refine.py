"""Fine onset: when did rest end, if what follows is a rise of unknown duration and shape.

Every fixed threshold is late on slow rises, and later the smaller the muscle's signal, so that two
unequal muscles fake an order. Here the power of each frame is compared with what each possible rise from
each possible onset would give, and rise, shape and plateau are averaged out. What is left is a probability
for every onset. How likely each rise is may be learnt from the session's other raises
(`firing_analyzer.habits`).
"""

from dataclasses import dataclass

import numpy as np

from firing_analyzer.bands import BandPower
from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.likelihood import Stretch, reached
from firing_analyzer.rises import ROUGH_FRAMES, rise_bank, usual_rises

#: Plateaus that are considered, against the one that was measured.
LEVELS_DB = (-2.0, 0.0, 2.0)

#: Onsets this close to the first that was allowed, and the probability there, that say: it began before.
PINNED_FRAMES, PINNED_SHARE = 3, 0.05
#: Onsets are tried roughly first; those whose log-likelihood stays so far below the best are left.
#: The same for rises, whose plateaus are tried later.
HOPELESS, UNLIKELY = 12.0, 20.0
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
        return self._quantiles(share)[0]

    def _quantiles(self, *shares: float) -> list[float]:
        edges = np.append(self.time_s - 0.5 * self.step_s, self.time_s[-1] + 0.5 * self.step_s)
        return np.interp(shares, np.concatenate(([0.0], np.cumsum(self.probability))), edges).tolist()

    @property
    def median_s(self) -> float:
        """Onset with as much probability before it as after it."""
        return self.quantile(0.5)

    def interval_s(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval that holds the onset with this probability, equal tails."""
        tail = 0.5 * (1 - confidence)
        low_s, high_s = self._quantiles(tail, 1 - tail)
        return low_s, high_s


@dataclass(frozen=True, slots=True, eq=False)
class OnsetEvidence:
    """What the samples around one burst say of its onset and its rise, before either is believed in.

    Attributes
    ----------
    time_s : ndarray, shape (n_onsets,)
        Onsets, evenly spaced.
    likelihood : ndarray, shape (n_onsets, n_rises)
        To a factor; one column for each of `RISES`, 0 where it is out of the question.
    from_first : bool
        Whether the first onset is the earliest that was allowed.
    """

    time_s: FloatArray
    likelihood: FloatArray
    from_first: bool

    @property
    def of_rises(self) -> FloatArray:
        """Likelihood of each rise whenever it began, to a factor; shape (n_rises,)."""
        return self.likelihood.sum(axis=0)

    def posterior(self, log_prior: FloatArray | None = None) -> OnsetPosterior:
        """Weigh all onsets and rises; `log_prior` tells how likely each rise is, else `usual_rises` does."""
        log_prior = usual_rises() if log_prior is None else log_prior
        joint = self.likelihood * np.exp(log_prior - log_prior.max())
        joint /= joint.sum()
        probability, of_rise = joint.sum(axis=1), joint.sum(axis=0)
        time_s = self.time_s
        mean = float(probability @ time_s)
        mean_of_rise = (time_s @ joint) / np.maximum(of_rise, 1e-300)
        variance = float(of_rise @ (mean_of_rise - mean) ** 2)
        pinned = self.from_first and float(probability[:PINNED_FRAMES].sum()) > PINNED_SHARE
        step_s = float(time_s[1] - time_s[0])
        reach = int(np.ceil(3 * FLOOR_S / step_s))
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step_s / FLOOR_S) ** 2)
        return OnsetPosterior(
            time_s=time_s[0] + np.arange(-reach, time_s.size + reach) * step_s,
            probability=np.convolve(probability, kernel / kernel.sum()),
            shape_sd_s=float(np.sqrt(variance)),
            pinned=pinned,
        )


def onset_evidence(
    bands: BandPower,
    *,
    rest: FloatArray,
    plateau: FloatArray,
    read: tuple[int, int],
    first: int,
    last: int,
    end: int,
    restlessness: float = 1.0,
    known: BoolArray | None = None,
) -> OnsetEvidence:
    """Likelihood of an onset in each frame from `first` to `last`, with each rise.

    Parameters
    ----------
    bands : BandPower
        Power around the onset; must reach some frames before `first`.
    rest : ndarray, shape (n_bands,)
        Power of rest.
    plateau : ndarray, shape (n_bands,)
        Power of the muscle at work above rest, as a ratio to rest.
    read : (int, int)
        Frames in which `plateau` was read, counted from where the burst stands out of rest. A rise that
        still goes on there goes further than that.
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
    OnsetEvidence

    Notes
    -----
    Power in a band of a Gaussian signal follows a gamma distribution about its mean, so that a frame of power
    p whose expected power is v (both against rest) adds -(dof / 2)(log v + p / v) to the log-likelihood. A
    working muscle is less steady than that: its share of the power has a gamma distribution with fewer
    degrees of freedom, so that a lull soon after the onset is no rest. The idea of a likelihood ratio for a
    change of variance is that of Staude and Wolf (1999, doi:10.1016/S1350-4533(99)00067-3); we deviate by
    averaging over rises, shapes and levels instead of taking the most likely step or ramp, by keeping the
    whole posterior, and by doing so in bands, each with its own rest and plateau, in place of an
    autoregressive whitening of rest.
    """
    bank = rise_bank(bands.frame_s, tuple(bands.smear.tolist()))
    start = max(first - bank.lead, 0)
    stop = min(end, bands.power.shape[1])
    seen = np.ones(stop - start) if known is None else known[start:stop].astype(np.float64)
    stretch = Stretch.of(
        bands.power[:, start:stop] / rest[:, None],
        seen,
        plateau=plateau,
        reached=reached(
            bank.rough, (read[0] // ROUGH_FRAMES, read[1] // ROUGH_FRAMES), plateau=np.maximum(plateau, 0.0)
        ),
        half_dof=0.5 * bands.dof,
        lead=bank.lead,
        weight=1 / max(restlessness, 1.0),
    )
    # every fourth onset first, at the plateau that was measured; what is hopeless is not looked at closely
    rough = np.arange(first, last + 1, ROUGH_FRAMES)
    found = stretch.log_likelihood(rough - start, (bank.rough,), levels_db=(0.0,), together=ROUGH_FRAMES)
    found = found[:, 0] + usual_rises()
    best = found.max(axis=1)
    hopeful = rough[best > best.max() - HOPELESS]
    earliest, latest = int(hopeful[0]) - ROUGH_FRAMES, int(hopeful[-1]) + ROUGH_FRAMES
    onsets = np.arange(max(earliest, first), min(latest, last) + 1)
    likely = found.max(axis=0) > best.max() - UNLIKELY
    groups = tuple(group.only(likely) for group in bank.groups if likely[group.number].any())
    exact = stretch.log_likelihood(onsets - start, groups, levels_db=LEVELS_DB)
    likelihood = np.zeros((onsets.size, likely.size))
    likelihood[:, likely] = np.exp(exact - exact.max()).sum(axis=1)
    return OnsetEvidence(
        time_s=np.asarray(bands.start_s + (onsets + 0.5) * bands.frame_s, dtype=np.float64),
        likelihood=likelihood,
        from_first=bool(onsets[0] == first),
    )
