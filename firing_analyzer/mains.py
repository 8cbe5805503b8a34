"""Mains hum: found line by line, fitted where the muscle is quiet, subtracted. Never a notch.

A notch rings at every onset and takes the muscle's own power with it; a fitted sinusoid does neither.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from firing_analyzer.filters import FloatArray, upper_edge_hz

ComplexArray = NDArray[np.complex128]

#: Length of a fitting window and the step between windows.
WINDOW_S = 1.0
STEP_S = 0.5
#: How far a line must stand above the noise around it, as a ratio of powers, to be believed:
#: of noise alone, one line in several million comes so high.
SIGNIFICANT = 20.0
#: How fast the hum may change: standard deviation of the smoothing over windows.
DRIFT_S = 0.3


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
    middle_s, window_rms : ndarray, shape (n_windows,)
        Middle of each fitting window, and the level of the base line in it.
    """

    base_hz: float | None
    lines_hz: tuple[float, ...] = ()
    rms: float = 0.0
    middle_s: FloatArray = field(default_factory=lambda: np.empty(0))
    window_rms: FloatArray = field(default_factory=lambda: np.empty(0))


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
    width = round(WINDOW_S * rate_hz)
    if mains_hz == "off" or x.size < 3 * width:
        return x, Hum(None)
    hop = round(STEP_S * rate_hz)
    taper = np.hanning(width + 2)[1:-1]
    windows = sliding_window_view(x, width)[::hop] * (taper / taper.sum())
    spectrum = np.asarray(np.fft.rfft(windows))
    middle_s = (np.arange(windows.shape[0]) * hop + 0.5 * (width - 1)) / rate_hz
    bases = (50.0, 60.0) if mains_hz == "auto" else (float(mains_hz),)
    fits = {base: _fit_lines(windows, spectrum, middle_s, rate_hz, base) for base in bases}
    base = max(bases, key=lambda name: sum(line.strength for line in fits[name]))
    lines = fits[base]
    if not lines:
        return x, Hum(None)
    time_s = np.arange(x.size) / rate_hz
    hum = np.zeros_like(x)
    for line in lines:
        envelope = np.interp(time_s, middle_s, line.amplitude.real) + 1j * np.interp(
            time_s, middle_s, line.amplitude.imag
        )
        hum += 2 * (envelope * np.exp(2j * np.pi * line.frequency_hz * time_s)).real
    return x - hum, Hum(
        base_hz=base,
        lines_hz=tuple(line.frequency_hz for line in lines),
        rms=float(np.sqrt(np.mean(hum**2))),
        middle_s=middle_s,
        window_rms=np.sqrt(2) * np.abs(spectrum[:, round(base * width / rate_hz)]),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    frequency_hz: float
    amplitude: ComplexArray
    strength: float


def _fit_lines(
    windows: FloatArray, spectrum: ComplexArray, middle_s: FloatArray, rate_hz: float, base: float
) -> list[_Line]:
    """Fit every harmonic that stands clear of its surroundings, below the upper edge of the band."""
    width = windows.shape[1]
    sample_s = (np.arange(width) - 0.5 * (width - 1)) / rate_hz
    offsets = np.arange(-0.6, 0.601, 0.02)
    turning = np.exp(-2j * np.pi * np.outer(middle_s, offsets))
    found: list[_Line] = []
    for frequency in np.arange(base, upper_edge_hz(rate_hz), base):
        nearest = round(frequency * width / rate_hz)
        beside = np.r_[nearest - 9 : nearest - 3, nearest + 4 : nearest + 10]
        beside = beside[(beside > 0) & (beside < spectrum.shape[1])]
        noise = (np.abs(spectrum[:, beside]) ** 2).mean(axis=1)
        # no window says more than twenty usual ones: a dead stretch has no noise at all
        weight = 1 / np.maximum(noise, 0.05 * np.median(noise) + 1e-300)
        # the nearest bin of the spectrum, its phase told from the middle of each window
        bin_hz = nearest * rate_hz / width
        phase = bin_hz * (0.5 * (width - 1) / rate_hz) - frequency * middle_s
        turned = (weight * spectrum[:, nearest] * np.exp(2j * np.pi * phase)) @ turning
        best = int(np.argmax(np.abs(turned)))
        # overlapping windows: half of them are independent
        strength = 0.5 * float(np.abs(turned[best]) ** 2 / weight.sum())
        if strength < SIGNIFICANT:
            continue
        line_hz = float(frequency + offsets[best])
        exact = (windows @ np.exp(-2j * np.pi * line_hz * sample_s)) * np.exp(
            -2j * np.pi * line_hz * middle_s
        )
        kernel = np.exp(-0.5 * ((middle_s[:, None] - middle_s[None]) / DRIFT_S) ** 2) * weight
        found.append(_Line(line_hz, np.asarray((kernel @ exact) / kernel.sum(axis=1)), strength))
    return found
