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
from firing_analyzer.rises import ROUGH_FRAMES, RiseGroup, rise_bank

#: Plateaus that are considered, against the one that was measured.
LEVELS_DB = (-2.0, 0.0, 2.0)

#: Weight of the likelihood. Bands share firing muscle fibres and frames share filters, so that all of them
#: together say less than their number.
WEIGHT = 0.9
#: Onsets this close to the first that was allowed, and the probability there, that say: it began before.
PINNED_FRAMES, PINNED_SHARE = 3, 0.05
#: Onsets are tried roughly first; those whose log-likelihood stays so far below the best are left.
#: The same for rises, whose plateaus are tried later.
HOPELESS, UNLIKELY = 15.0, 40.0
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
        plateau=np.maximum(plateau, 0.0),
        half_dof=0.5 * bands.dof,
        lead=bank.lead,
        weight=WEIGHT / max(restlessness, 1.0),
    )
    # every fourth onset first, at the plateau that was measured; what is hopeless is not looked at closely
    rough = np.arange(first, last + 1, ROUGH_FRAMES)
    found = stretch.log_likelihood(rough - start, (bank.rough,), levels_db=(0.0,), together=ROUGH_FRAMES)
    best = found.max(axis=1)
    hopeful = rough[best > best.max() - HOPELESS]
    earliest, latest = int(hopeful[0]) - ROUGH_FRAMES, int(hopeful[-1]) + ROUGH_FRAMES
    onsets = np.arange(max(earliest, first), min(latest, last) + 1)
    likely = found.max(axis=0) > best.max() - UNLIKELY
    groups = _only(bank.groups, likely)
    return _normalise(
        np.asarray(bands.start_s + onsets * bands.frame_s, dtype=np.float64),
        stretch.log_likelihood(onsets - start, groups, levels_db=LEVELS_DB),
        first=bool(onsets[0] == first),
    )


def _only(groups: tuple[RiseGroup, ...], likely: BoolArray) -> tuple[RiseGroup, ...]:
    """Leave out all rises that are not marked."""
    each = np.split(likely, np.cumsum([group.log_prior.size for group in groups])[:-1])
    return tuple(
        RiseGroup(group.profile[kept], group.log_prior[kept])
        for group, kept in zip(groups, each, strict=True)
        if kept.any()
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
    plateau: FloatArray
    half_dof: FloatArray
    lead: int
    weight: float

    def log_likelihood(
        self,
        onsets: NDArray[np.int_],
        groups: tuple[RiseGroup, ...],
        *,
        levels_db: tuple[float, ...],
        together: int = 1,
    ) -> FloatArray:
        """Log of likelihood times prior, shape (n_onsets, n_hypotheses).

        Onsets count from the start of the stretch. So many frames are taken together in profiles and onsets.
        """
        offset = np.maximum(onsets - self.lead, 0) // together
        longest = max(group.profile.shape[1] for group in groups)
        n_rows, n_frames = self.values.shape
        padded = np.zeros((n_rows, (max(n_frames // together, int(offset[-1]) + longest) + 1) * together))
        padded[:, :n_frames] = self.values
        padded = padded.reshape(n_rows, -1, together).sum(axis=2)
        windows = sliding_window_view(padded, longest, axis=1)[:, offset]
        from_here = np.cumsum(padded[:, ::-1], axis=1)[:, ::-1]
        parts: list[FloatArray] = []
        for group, gain in zip(groups, self._gains(groups, levels_db), strict=True):
            n = gain.shape[1]
            part = np.matmul(windows[:, :, :n], gain).sum(axis=0)
            # after a profile's end the rise is over, and all stays as it is there
            part += from_here[:, offset + n].T @ gain[:, -1]
            part *= self.weight
            part += np.tile(group.log_prior, len(levels_db))
            parts.append(part)
        return np.concatenate(parts, axis=1)

    def _gains(self, groups: tuple[RiseGroup, ...], levels_db: tuple[float, ...]) -> list[FloatArray]:
        """Return what each rise at each level makes of power, band by band and frame by frame.

        One of shape (n_bands + 1, n_frames, n_hypotheses) for each group. The last row is what a frame costs,
        whatever its power.
        """
        levels = 10 ** (np.array(levels_db) / 10)
        profiles = [
            np.multiply.outer(levels, one.profile).reshape(-1, one.profile.shape[1]).T for one in groups
        ]
        # all groups at once: there is more to each call than to its numbers
        expected = np.multiply.outer(self.plateau, np.concatenate([one.ravel() for one in profiles]))
        expected += 1
        gain = np.empty((expected.shape[0] + 1, expected.shape[1]))
        np.divide(-1, expected, out=gain[:-1])
        gain[:-1] += 1
        gain[:-1] *= self.half_dof[:, None]
        if np.ptp(self.half_dof) < 1e-9 * self.half_dof[0]:
            # bands of one width: one logarithm in the place of one for each
            gain[-1] = -self.half_dof[0] * np.log(expected.prod(axis=0))
        else:
            gain[-1] = -self.half_dof @ np.log(expected)
        pieces = np.split(gain, np.cumsum([one.size for one in profiles])[:-1], axis=1)
        return [piece.reshape(-1, *one.shape) for piece, one in zip(pieces, profiles, strict=True)]


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
