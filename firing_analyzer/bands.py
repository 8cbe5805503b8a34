"""Power over time in several frequency bands, with no delay and a known smear."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from firing_analyzer.filters import FloatArray, upper_edge_hz

#: Width of a band's skirts, as a part of its own; values a second of its envelope, for each hertz of it.
SKIRT, OVERSAMPLING = 0.4, 4.0


@dataclass(frozen=True, slots=True)
class BandPower:
    """Power of one stretch of signal, by band and frame.

    Attributes
    ----------
    power : ndarray, shape (n_bands, n_frames)
        Mean square in the band over the frame, in unit squared.
    frame_s : float
        Length of a frame.
    start_s : float
        Time at which the first frame begins.
    dof : ndarray, shape (n_bands,)
        Degrees of freedom that a frame carries: twice the band's width times the frame's length.
    smear : ndarray, shape (n_kernel,)
        How the bands spread the power of one instant over frames; odd length, sum 1.
    """

    power: FloatArray
    frame_s: float
    start_s: float
    dof: FloatArray
    smear: FloatArray

    @property
    def times_s(self) -> FloatArray:
        """Middle of every frame."""
        return self.start_s + (np.arange(self.power.shape[1]) + 0.5) * self.frame_s


def band_edges_hz(
    rate_hz: float, *, low_hz: float = 30.0, high_hz: float = 450.0, width_hz: float = 70.0
) -> FloatArray:
    """Split the usable band into equal parts of about ``width_hz``.

    Examples
    --------
    >>> band_edges_hz(2000.0).tolist()
    [30.0, 100.0, 170.0, 240.0, 310.0, 380.0, 450.0]
    """
    top = upper_edge_hz(rate_hz, high_hz=high_hz)
    return np.linspace(low_hz, top, max(1, round((top - low_hz) / width_hz)) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Filters:
    """Filters of all bands for stretches of one length.

    Attributes
    ----------
    size : int
        Length of the transform, a whole number of frames.
    per_frame : int
        Values of a band's envelope in a frame.
    first_bin : tuple of int
        First frequency of the spectrum that a band lets through.
    gain : tuple of ndarray
        From there on.
    """

    size: int
    per_frame: int
    first_bin: tuple[int, ...]
    gain: tuple[NDArray[np.complex128], ...]


@lru_cache(maxsize=16)
def _filters(all_frames: int, hop: int, rate_hz: float, edges_hz: tuple[float, ...]) -> _Filters:
    width = edges_hz[1] - edges_hz[0]
    skirt = SKIRT * width
    size = all_frames * hop
    frequency = np.arange((size + 1) // 2) * rate_hz / size
    per_frame = min(hop, int(np.ceil(OVERSAMPLING * (width + skirt) * hop / rate_hz)))
    # values at even distances about the middle of a frame begin this many samples after its first sample
    shift = 0.5 * (hop / per_frame - 1)
    radians = 2 * np.pi * shift / size * np.arange(frequency.size)
    turn = np.asarray(2 * per_frame / hop * np.exp(1j * radians), dtype=np.complex128)
    first_bin: list[int] = []
    gain: list[NDArray[np.complex128]] = []
    for low, high in pairwise(edges_hz):
        amplitude = np.where(frequency > 0, _half_cosine(frequency, low, high, skirt), 0.0)
        open_at = np.flatnonzero(amplitude)
        first_bin.append(int(open_at[0]))
        passed = slice(int(open_at[0]), int(open_at[-1]) + 1)
        gain.append(turn[passed] * amplitude[passed])
    return _Filters(size, per_frame, tuple(first_bin), tuple(gain))


def _reach(hop: int, rate_hz: float, edges_hz: tuple[float, ...]) -> int:
    """Frames over which a band spreads an instant to either side."""
    return max(1, int(np.ceil(2.0 / (SKIRT * (edges_hz[1] - edges_hz[0])) * rate_hz / hop)))


@lru_cache(maxsize=16)
def _smear(hop: int, rate_hz: float, edges_hz: tuple[float, ...]) -> FloatArray:
    """Power of an impulse by frame in the lowest band, averaged over its places within a frame."""
    reach = _reach(hop, rate_hz, edges_hz)
    filters = _filters(int(fft.next_fast_len(40 * reach)), hop, rate_hz, edges_hz)
    middle = filters.size // hop // 2
    bins = filters.first_bin[0] + np.arange(filters.gain[0].size)
    place = middle * hop + np.arange(hop)
    passed = filters.gain[0] * np.exp(-2j * np.pi / filters.size * np.multiply.outer(place, bins))
    kernel = _frame_means(passed, filters, hop).mean(axis=0)[middle - reach : middle + reach + 1]
    kernel = 0.5 * (kernel + kernel[::-1])
    return kernel / kernel.sum()


def _frame_means(passed: NDArray[np.complex128], filters: _Filters, hop: int) -> FloatArray:
    """Mean square by frame of what filters let through.

    Moving it down to frequency zero is not seen in the envelope, and lets few values tell all of it.
    """
    n_values = filters.size // hop * filters.per_frame
    values = np.asarray(fft.ifft(passed, n_values, axis=-1), dtype=np.complex128)
    each = values.view(np.float64).reshape(passed.shape[0], filters.size // hop, 2 * filters.per_frame)
    return np.einsum("bft,bft->bf", each, each) / (2 * filters.per_frame)


def _half_cosine(frequency: FloatArray, low: float, high: float, skirt: float) -> FloatArray:
    """Gain whose square sums to one with that of the neighbouring bands."""
    up = np.clip((frequency - low) / skirt + 0.5, 0, 1)
    down = np.clip((high - frequency) / skirt + 0.5, 0, 1)
    return np.sin(0.5 * np.pi * up) * np.sin(0.5 * np.pi * down)


def band_power(
    x: FloatArray, rate_hz: float, *, edges_hz: FloatArray, frame_s: float = 0.005, start_s: float = 0.0
) -> BandPower:
    """Power by band and frame, through the analytic signal of each band.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Samples without NaN.
    rate_hz : float
    edges_hz : ndarray, shape (n_bands + 1,)
        See `band_edges_hz`.
    frame_s : float
        Length of a frame, rounded to whole samples.
    start_s : float
        Time of the first sample.

    Returns
    -------
    BandPower

    Notes
    -----
    A band of width B gives 2 B independent squares a second, whatever its skirts, because the bands
    together hold no more information than the signal. The filter is symmetric in time: no delay, and
    the smear is the square of the envelope of its impulse response.
    """
    hop = max(1, round(frame_s * rate_hz))
    n_frames = x.size // hop
    key = (hop, rate_hz, tuple(edges_hz.tolist()))
    filters = _filters(int(fft.next_fast_len(n_frames + 2 * _reach(*key))), *key)
    spectrum: NDArray[np.complex128] = np.asarray(fft.rfft(x[: n_frames * hop], filters.size))
    passed = np.zeros((len(filters.gain), max(gain.size for gain in filters.gain)), dtype=np.complex128)
    for row, first, gain in zip(passed, filters.first_bin, filters.gain, strict=True):
        row[: gain.size] = gain * spectrum[first : first + gain.size]
    return BandPower(
        power=_frame_means(passed, filters, hop)[:, :n_frames],
        frame_s=hop / rate_hz,
        start_s=start_s,
        dof=2 * np.diff(edges_hz) * hop / rate_hz,
        smear=_smear(*key),
    )
