"""Power over time in several frequency bands, with no delay and a known smear."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from firing_analyzer.filters import FloatArray, upper_edge_hz


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


@lru_cache(maxsize=8)
def _gains(size: int, rate_hz: float, edges_hz: tuple[float, ...], skirt: float) -> FloatArray:
    """Gain of every band at every frequency of a transform; the negative ones are left out."""
    frequency = np.asarray(fft.fftfreq(size, 1 / rate_hz))
    return np.stack(
        [
            np.where(frequency > 0, _half_cosine(frequency, low, high, skirt), 0.0)
            for low, high in pairwise(edges_hz)
        ]
    )


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
    skirt = 0.4 * float(edges_hz[1] - edges_hz[0])
    reach = max(hop, round(2.0 / skirt * rate_hz))
    size = int(fft.next_fast_len(x.size + 2 * reach))
    gains = _gains(size, rate_hz, tuple(edges_hz.tolist()), skirt)
    spectrum: NDArray[np.complex128] = np.asarray(fft.fft(x, size))
    analytic = np.asarray(fft.ifft(2 * gains * spectrum, axis=-1))[:, : n_frames * hop]
    square = 0.5 * (analytic.real**2 + analytic.imag**2)
    power = square.reshape(gains.shape[0], n_frames, hop).mean(axis=-1)
    impulse = np.asarray(fft.ifft(gains[0]))
    width = np.abs(np.roll(impulse, size // 2)) ** 2
    return BandPower(
        power=power,
        frame_s=hop / rate_hz,
        start_s=start_s,
        dof=2 * np.diff(edges_hz) * hop / rate_hz,
        smear=_frame_kernel(width, size // 2, hop, frames=int(np.ceil(reach / hop))),
    )


def _frame_kernel(width: FloatArray, centre: int, hop: int, *, frames: int) -> FloatArray:
    """Gather the spread of an instant, and of its place within a frame, into whole frames."""
    within = np.convolve(width, np.ones(hop) / hop)
    first = centre - frames * hop
    kernel = np.array(
        [within[max(first + k * hop, 0) : first + (k + 1) * hop].sum() for k in range(2 * frames + 1)]
    )
    kernel = 0.5 * (kernel + kernel[::-1])
    return kernel / kernel.sum()
