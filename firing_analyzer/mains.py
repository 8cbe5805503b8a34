"""Mains hum: found line by line, fitted where the muscle is quiet, subtracted. Never a notch.

A notch rings at every onset and takes the muscle's own power with it; a fitted sinusoid does neither.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft, ndimage

from firing_analyzer.filters import FloatArray, upper_edge_hz

ComplexArray = NDArray[np.complex128]
SingleArray = NDArray[np.float32]
Spectrum = NDArray[np.complex64]

#: Length of a fitting window; each overlaps the next by half.
WINDOW_S = 1.0
#: How far beside a line the noise is looked at; how many windows, or samples, stay in the processor's cache.
BESIDE_HZ, BATCH, PIECE = 12.0, 64, 65_536
#: How far a line must stand above the noise around it, as a ratio of powers, to be believed:
#: of noise alone, one line in several million comes so high.
SIGNIFICANT = 20.0
#: How fast the hum may change: standard deviation of the smoothing over windows.
DRIFT_S = 0.3
#: How far mains may be from what they should be, in the steps that are tried.
OFFSETS_HZ = np.arange(-0.6, 0.601, 0.02)


@dataclass(frozen=True, slots=True, eq=False)
class Hum:
    """What was subtracted.

    Attributes
    ----------
    base_hz : float or None
        50 or 60; None if no hum was found.
    lines_hz : tuple of float
        Fitted frequencies of all lines.
    rms : float
        Root mean square of what was subtracted, in the signal's unit.
    middle_s, window_rms, beside_rms : ndarray, shape (n_windows,)
        Middle of each fitting window, the level of the base line in it, and what all else has at such a line.
    """

    base_hz: float | None
    lines_hz: tuple[float, ...] = ()
    rms: float = 0.0
    middle_s: FloatArray = field(default_factory=lambda: np.empty(0))
    window_rms: FloatArray = field(default_factory=lambda: np.empty(0))
    beside_rms: FloatArray = field(default_factory=lambda: np.empty(0))


def subtract_mains(x: FloatArray, rate_hz: float, *, mains_hz: str = "auto") -> tuple[FloatArray, Hum]:
    """Subtract mains hum and its harmonics where they stand clear of the noise.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Samples without NaN.
    rate_hz : float
    mains_hz : {"auto", "50", "60", "off"}

    Returns
    -------
    cleaned : ndarray, shape (n,)
        `x` itself where no hum was found.
    hum : Hum

    Notes
    -----
    In windows of 1 s the complex amplitude of a line is weighted with the inverse of the power beside
    it, so that bursts say little and rest says much; one frequency offset (up to 0.6 Hz) is fitted for
    the recording, and the amplitude follows slowly in between.
    """
    hop = round(0.5 * WINDOW_S * rate_hz)
    width = 2 * hop
    if mains_hz == "off" or x.size < 3 * width:
        return x, Hum(None)
    taper = np.hanning(width + 2)[1:-1]
    taper /= taper.sum()
    mean = float(x.mean())
    scale = max(float(x.max()) - mean, mean - float(x.min())) or 1.0
    rough = _roughly(x, mean=mean, scale=scale)
    spectrum = _spectrum(rough, taper, stop_hz=upper_edge_hz(rate_hz) + BESIDE_HZ, rate_hz=rate_hz)
    middle_s = (np.arange(spectrum.shape[0]) * hop + 0.5 * (width - 1)) / rate_hz
    bases = (50.0, 60.0) if mains_hz == "auto" else (float(mains_hz),)
    turning = _turning(middle_s)
    found = {
        base: _find_lines(
            spectrum,
            middle_s,
            turning,
            bin_hz=rate_hz / width,
            frequencies=np.arange(base, upper_edge_hz(rate_hz), base),
        )
        for base in bases
    }
    base = max(bases, key=lambda name: sum(line.strength for line in found[name]))
    lines = found[base]
    if not lines:
        return x, Hum(None)
    parts, made_of = _waves_of(rough, lines, taper, rate_hz=rate_hz)
    cleaned = np.empty_like(x)
    power = 0.0
    for block in range(0, parts.shape[0], BATCH):
        hum = (parts[block : block + BATCH] @ made_of).ravel()
        piece = slice(block * hop, min(block * hop + hum.size, x.size))
        hum = scale * hum[: x[piece].size].astype(np.float64)
        power += float(np.einsum("i,i->", hum, hum))
        np.subtract(x[piece], hum, out=cleaned[piece])
    base_bin = round(base * width / rate_hz)
    return cleaned, Hum(
        base_hz=base,
        lines_hz=tuple(line.frequency_hz for line in lines),
        rms=float(np.sqrt(power / x.size)),
        middle_s=middle_s,
        window_rms=scale * np.sqrt(2) * np.abs(spectrum[:, base_bin]).astype(np.float64),
        beside_rms=scale * np.sqrt(2 * _power_beside(spectrum, base_bin)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A line of the hum, and how much each window has to say about it."""

    frequency_hz: float
    weight: FloatArray
    strength: float


def _roughly(x: FloatArray, *, mean: float, scale: float) -> SingleArray:
    """Signal without its mean, in a scale of its own: single precision holds all that a converter tells."""
    rough = np.empty(x.size, dtype=np.float32)
    for start in range(0, x.size, PIECE):
        piece = slice(start, start + PIECE)
        rough[piece] = (x[piece] - mean) / scale
    return rough


def _spectrum(x: SingleArray, taper: FloatArray, *, stop_hz: float, rate_hz: float) -> Spectrum:
    """Spectrum of every window up to a frequency; in batches that stay in the processor's cache."""
    width = taper.size
    windows = sliding_window_view(x, width)[:: width // 2]
    n_bins = min(int(stop_hz * width / rate_hz) + 1, width // 2 + 1)
    spectrum = np.empty((windows.shape[0], n_bins), dtype=np.complex64)
    rough = taper.astype(np.float32)
    for start in range(0, windows.shape[0], BATCH):
        piece = slice(start, start + BATCH)
        spectrum[piece] = np.asarray(fft.rfft(windows[piece] * rough))[:, :n_bins]
    return spectrum


def _turning(middle_s: FloatArray) -> ComplexArray:
    """How each offset turns a line back by the middle of each window, shape (n_windows, n_offsets)."""
    # middles lie at even distances: a few turns, and products of them, in the place of one for each
    size = int(np.ceil(np.sqrt(middle_s.size)))
    step_s = middle_s[1] - middle_s[0]
    near = _turned(middle_s[0] + step_s * np.arange(size), -2 * np.pi * OFFSETS_HZ)
    far = _turned(step_s * size * np.arange(size), -2 * np.pi * OFFSETS_HZ)
    return (far[:, None] * near).reshape(-1, OFFSETS_HZ.size)[: middle_s.size]


def _find_lines(
    spectrum: Spectrum,
    middle_s: FloatArray,
    turning: ComplexArray,
    *,
    bin_hz: float,
    frequencies: FloatArray,
) -> list[_Line]:
    """Find every harmonic that stands clear of its surroundings."""
    weights: list[FloatArray] = []
    turned: list[ComplexArray] = []
    for frequency in frequencies:
        nearest = round(frequency / bin_hz)
        noise = _power_beside(spectrum, nearest)
        # no window says more than twenty usual ones: a dead stretch has no noise at all
        weight = 1 / np.maximum(noise, 0.05 * np.median(noise) + 1e-300)
        # the nearest bin of the spectrum, its phase told from the middle of each window
        phase = nearest * bin_hz * middle_s[0] - frequency * middle_s
        weights.append(weight)
        turned.append(weight * spectrum[:, nearest] * np.exp(2j * np.pi * phase))
    found: list[_Line] = []
    size = np.abs(np.array(turned).reshape(-1, middle_s.size) @ turning)
    for frequency, weight, of_offset in zip(frequencies, weights, size, strict=True):
        best = int(np.argmax(of_offset))
        # overlapping windows: half of them are independent
        strength = 0.5 * float(of_offset[best] ** 2 / weight.sum())
        if strength >= SIGNIFICANT:
            found.append(_Line(float(frequency + OFFSETS_HZ[best]), weight, strength))
    return found


def _power_beside(spectrum: Spectrum, line: int) -> FloatArray:
    """Power of each window beside a line, where the line itself does not reach."""
    bins = np.arange(max(line - 9, 1), min(line + 10, spectrum.shape[1]))
    beside = np.abs(bins - line) > 3
    piece = spectrum[:, bins[0] : bins[-1] + 1].view(np.float32)
    return np.asarray((piece * piece) @ np.repeat(beside / beside.sum(), 2), dtype=np.float64)


def _waves_of(
    x: SingleArray, lines: list[_Line], taper: FloatArray, *, rate_hz: float
) -> tuple[SingleArray, SingleArray]:
    """Take all lines apart into waves, whose amplitudes change along straight lines from window to window.

    Windows overlap by half, so all is done in blocks of half a window: each is multiplied with a few
    waves, by which the lines are measured, and then made up from them.

    Returns
    -------
    parts : ndarray, shape (n_blocks, n_waves)
    waves : ndarray, shape (n_waves, n_samples)
        The hum of a block is the product of the two.
    """
    hop, n_lines = taper.size // 2, len(lines)
    radians = 2 * np.pi * np.array([line.frequency_hz for line in lines]) / rate_hz
    waves = _turned(np.arange(2 * hop) - (hop - 0.5), -radians) * taper[:, None]
    both = np.hstack((waves[:hop].real, waves[:hop].imag, waves[hop:].real, waves[hop:].imag))
    product = x[: x.size // hop * hop].reshape(-1, hop) @ both.astype(np.float32)
    product = (product[:-1, : 2 * n_lines] + product[1:, 2 * n_lines :]).astype(np.float64)
    middle = hop * np.arange(product.shape[0]) + (hop - 0.5)
    weight = np.stack([line.weight for line in lines], axis=1)
    measured = (product[:, :n_lines] + 1j * product[:, n_lines:]) * _turned(middle, -radians)
    amplitude = _over_windows(weight * measured) / _over_windows(weight)
    # a block lies between the middles of two windows; before the first and after the last nothing changes
    number = np.arange(-(-x.size // hop))
    start = _turned(hop * number, radians)
    last = amplitude.shape[0] - 1
    left = amplitude[np.clip(number - 1, 0, last)] * start
    right = amplitude[np.clip(number, 0, last)] * start
    parts = np.hstack((left.real, -left.imag, right.real, -right.imag))
    wave = 2 * _turned(np.arange(hop), radians).T
    wave = np.vstack((wave.real, wave.imag))
    share = (np.arange(hop) + 0.5) / hop
    made_of = np.vstack((wave * (1 - share), wave * share))
    return parts.astype(np.float32), made_of.astype(np.float32)


def _turned(samples: NDArray[Any], radians: FloatArray) -> ComplexArray:
    """Turn of waves after so many samples, shape (n_samples, n_waves)."""
    return np.asarray(np.exp(1j * np.multiply.outer(samples, radians)), dtype=np.complex128)


def _over_windows(values: ComplexArray | FloatArray) -> ComplexArray:
    sigma = DRIFT_S / (0.5 * WINDOW_S)
    smooth = ndimage.gaussian_filter1d(values, sigma, axis=0, mode="constant", truncate=8.0)
    return np.asarray(smooth, dtype=np.complex128)
