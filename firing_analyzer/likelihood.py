"""How likely the power around an onset is, if it began there, with each rise."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.polynomial import Polynomial
from numpy.typing import NDArray
from scipy import special

from firing_analyzer.filters import FloatArray
from firing_analyzer.rises import RiseGroup

#: Variance of a working muscle's power in one band over that of steady noise: fibres fire in volleys. (1.2 to
#: 2.2 in recordings of three leg muscles at maximal effort, 1 in Gaussian noise.)
LIVELY = 1.6
#: A frame that is quieter than this, against rest, is so by chance; its logarithm would say too much.
LEAST_RATIO = 1e-3
#: A rise stands out, and is found by the coarse onset, where its power is this much of that of rest.
STANDS_OUT = 0.8
#: What a rise that still goes on has reached, at least, where the plateau is read.
LEAST_REACHED = 0.03
#: Degree of the polynomial that stands for a logarithm of the gamma function; exact to 1e-5.
DEGREE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Power around one onset, ready to be compared with every rise.

    Attributes
    ----------
    values : ndarray, shape (2 * n_bands + 1, n_frames)
        Power against rest, its logarithm, and 1; 0 where samples were lost.
    plateau : ndarray, shape (n_bands,)
        Power of the muscle at work above rest, as a ratio to rest.
    reached : ndarray, shape (n_rises,)
        Share of the plateau that each of all rises had reached when it was read.
    half_dof : ndarray, shape (n_bands,)
        Half the degrees of freedom of a frame.
    lead : int
        Frames of a rise's profile before its onset.
    weight : float
        Of the log-likelihood.

    Notes
    -----
    The power of Gaussian noise in a band has a gamma distribution about its mean v, with half its degrees of
    freedom as shape k. What a working muscle adds is less steady than noise, `LIVELY` times as variable:
    where its share of the power is u, the shape is k / (1 + (LIVELY - 1) u^2). So a lull soon after the onset
    is not held to be rest.
    """

    values: FloatArray
    plateau: FloatArray
    reached: FloatArray
    half_dof: FloatArray
    lead: int
    weight: float

    @classmethod
    def of(
        cls,
        ratio: FloatArray,
        seen: FloatArray,
        *,
        plateau: FloatArray,
        reached: FloatArray,
        half_dof: FloatArray,
        lead: int,
        weight: float,
    ) -> "Stretch":
        """Take power against rest, shape (n_bands, n_frames), and which frames were seen (1, else 0)."""
        logarithm = np.log(np.maximum(ratio, LEAST_RATIO))
        return cls(
            values=np.vstack((ratio * seen, logarithm * seen, seen)),
            plateau=np.maximum(plateau, 0.0),
            reached=reached,
            half_dof=half_dof,
            lead=lead,
            weight=weight,
        )

    def log_likelihood(
        self,
        onsets: NDArray[np.int_],
        groups: tuple[RiseGroup, ...],
        *,
        levels_db: tuple[float, ...],
        together: int = 1,
    ) -> FloatArray:
        """Log-likelihood, shape (n_onsets, n_levels, n_rises), against that of rest alone.

        Parameters
        ----------
        onsets : ndarray of int
            Frames, from the start of the stretch.
        groups : tuple of RiseGroup
        levels_db : tuple of float
            Plateaus that are tried, against the one that was read.
        together : int
            So many frames are taken together in profiles and onsets.
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
        for gain in self._gains(groups, levels_db):
            n = gain.shape[1]
            part = np.matmul(windows[:, :, :n], gain).sum(axis=0)
            # after a profile's end the rise is over, and all stays as it is there
            part += from_here[:, offset + n].T @ gain[:, -1]
            parts.append(self.weight * part.reshape(offset.size, len(levels_db), -1))
        return np.concatenate(parts, axis=2)

    def _gains(self, groups: tuple[RiseGroup, ...], levels_db: tuple[float, ...]) -> list[FloatArray]:
        """Return what each rise at each level makes of a frame: of its power, of its logarithm, of itself.

        One of shape (2 * n_bands + 1, n_frames, n_levels * n_rises) for each group, in the order of `values`.
        """
        levels = 10 ** (np.array(levels_db) / 10)
        profiles = [
            np.multiply.outer(levels, group.profile / self.reached[group.number, None])
            .reshape(-1, group.profile.shape[1])
            .T
            for group in groups
        ]
        # all groups at once: there is more to each call than to its numbers
        expected = np.multiply.outer(self.plateau, np.concatenate([one.ravel() for one in profiles]))
        expected += 1
        n_bands = self.plateau.size
        k = self.half_dof[:, None]
        gain = np.empty((2 * n_bands + 1, expected.shape[1]))
        of_power, of_logarithm = gain[:n_bands], gain[n_bands:-1]
        share = (1 - 1 / expected) ** 2
        shape = k / (1 + (LIVELY - 1) * share)
        np.divide(shape, expected, out=of_power)
        np.subtract(k, of_power, out=of_power)
        np.subtract(shape, k, out=of_logarithm)
        np.log(expected, out=expected)
        expected *= shape
        np.subtract(self._normalisation(share), expected, out=expected)
        expected.sum(axis=0, out=gain[-1])
        ends = np.cumsum([one.size for one in profiles]).tolist()
        return [
            gain[:, end - one.size : end].reshape(-1, *one.shape)
            for end, one in zip(ends, profiles, strict=True)
        ]

    def _normalisation(self, share: FloatArray) -> FloatArray:
        """Return what densities cost by their shapes alone, against rest."""
        coefficients = np.array([_normalisation(one) for one in self.half_dof.tolist()])
        total = np.repeat(coefficients[:, -1:], share.shape[1], axis=1)
        for of_degree in coefficients.T[-2::-1]:
            total *= share
            total += of_degree[:, None]
        return total


def reached(profiles: RiseGroup, read: tuple[int, int], *, plateau: FloatArray) -> FloatArray:
    """Share of its plateau that each rise has reached, on average, while the plateau was read.

    Parameters
    ----------
    profiles : RiseGroup
    read : (int, int)
        Frames of the profiles in which it was, counted from where the burst stands out of rest.
    plateau : ndarray, shape (n_bands,)

    Returns
    -------
    ndarray, shape (n_rises,)
    """
    stands_out = STANDS_OUT / max(float(plateau.mean()), STANDS_OUT)
    return np.maximum(
        profiles.mean_share(read[0], max(read[1], read[0] + 1), stands_out=stands_out), LEAST_REACHED
    )


@lru_cache(maxsize=64)
def _normalisation(half_dof: float) -> tuple[float, ...]:
    """Return what a gamma density costs by its shape, against rest, as a polynomial of the squared share."""
    share = 0.5 - 0.5 * np.cos(np.pi * (np.arange(40) + 0.5) / 40)
    shape = half_dof / (1 + (LIVELY - 1) * share)
    cost = shape * np.log(shape) - special.gammaln(shape)
    cost -= half_dof * np.log(half_dof) - special.gammaln(half_dof)
    return tuple(Polynomial.fit(share, cost, DEGREE, domain=[0, 1]).convert().coef.tolist())
