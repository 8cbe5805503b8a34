"""The time between two sensors, measured: both are held together and tapped, and both feel it.

Arrivals alone cannot show the shortest delay of a sensor's way, which differs between sensors of two kinds.
A movement that both share does, whatever axis it meets: in acceleration, or as the artefact of a tapped
electrode.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage, signal, stats

from recordings.model import FloatArray
from sensors.errors import SensorError

#: Distance of the grid on which both are compared.
_STEP_S: Final = 0.001
#: Slower than this is posture and breathing, not a tap.
_SLOW_S: Final = 0.1
#: A tap is told apart from the next by so much, and lasts as long as this before and after its peak.
_APART_S, _BEFORE_S, _AFTER_S = 0.3, 0.05, 0.15
#: A tap stands out of all else by this factor.
_OUT: Final = 6.0
#: Taps of one sensor and the other belong together if they are this close once the rough offset is taken off.
_CLOSE_S: Final = 0.06
#: Correlation that a shared movement reaches at least, and by how much it beats any other offset.
_LEAST, _CLEARLY = 0.3, 1.15
#: What one tap tells at best, as a share of each sensor's sampling interval (standard error), and of any.
_OF_SAMPLE, _BEST_S = 0.35, 0.0005
#: Of so many events on, a drift of the two clocks is fitted too.
_FOR_DRIFT: Final = 6


class NoSharedEvent(SensorError):  # noqa: N818  (a finding, not a fault)
    """Two sensors that did not feel the same movement."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedEvent:
    """What two sensors felt together.

    Attributes
    ----------
    offset_ms : float
        Time at which the second shows it minus time at which the first does, in the middle of all events.
    error_ms : float
        Standard error of the offset.
    drift_ppm : float
        How much the offset grows, in microseconds a second; 0 where there are too few events to tell.
    at_s, each_ms : ndarray of float64, shape (n_events,)
        When the first sensor showed each tap or movement, and the offset that it gives by itself.
    correlation : float
        Of all that both felt, once the offset is taken off.
    """

    offset_ms: float
    error_ms: float
    drift_ppm: float
    at_s: FloatArray
    each_ms: FloatArray
    correlation: float

    def interval_ms(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval that holds the offset, from Student's t over the events."""
        reach = float(stats.t.ppf(0.5 + confidence / 2, max(self.each_ms.size - 1, 1))) * self.error_ms
        return self.offset_ms - reach, self.offset_ms + reach


@dataclass(frozen=True, slots=True, eq=False)
class Felt:
    """What one sensor felt.

    Attributes
    ----------
    samples : ndarray of float64, shape (n_channels, n_samples)
        All axes of an accelerometer, or one electrode; NaN where lost.
    rate_hz, start_s : float
    """

    samples: FloatArray
    rate_hz: float
    start_s: float = 0.0


def shared_event(first: Felt, second: Felt, *, within_s: float = 2.0) -> SharedEvent:
    """Find what two sensors felt together, and the time between them.

    Parameters
    ----------
    first, second : Felt
    within_s : float
        Greatest offset that is looked for.

    Returns
    -------
    SharedEvent

    Raises
    ------
    NoSharedEvent
        If nothing stands out in one of them, or what does is not shared.

    Notes
    -----
    What is compared is the length of the vector of all channels, less what changes slowly, so that the
    orientation of the sensors does not matter. The offset that makes both most alike is found first, by the
    correlation of all of it; then each tap by itself, to a fraction of a sample, by that of its surroundings.
    The offset is the median over taps, less a drift where there are enough of them (Theil-Sen); its error is
    their spread, and never better than the sensors' sampling allows.
    """
    one, other = _strength(first), _strength(second)
    rough_s, correlation = _rough(one, other, within_s=within_s)
    found = [
        (at_s, offset_s)
        for at_s in _peaks(one)
        if (offset_s := _close_by(one, other, at_s=at_s, rough_s=rough_s)) is not None
    ]
    if not found:
        raise NoSharedEvent(
            "no tap stands out in both; hold the two sensors together and tap them five times, a second apart"
        )
    at_s, each_s = np.array(found).T
    drift = float(stats.theilslopes(each_s, at_s).slope) if each_s.size >= _FOR_DRIFT else 0.0
    level_s = each_s - drift * (at_s - np.median(at_s))
    offset_s = float(np.median(level_s))
    best_s = float(np.hypot(_BEST_S, _OF_SAMPLE * np.hypot(1 / first.rate_hz, 1 / second.rate_hz)))
    spread_s = 1.4826 * float(np.median(np.abs(level_s - offset_s)))
    # the standard error of a median is a quarter larger than that of a mean
    error_s = 1.25 * max(spread_s, best_s) / np.sqrt(each_s.size)
    return SharedEvent(1000 * offset_s, 1000 * error_s, 1e6 * drift, at_s, 1000 * each_s, correlation)


@dataclass(frozen=True, slots=True, eq=False)
class _Strength:
    """How strongly a sensor is shaken, on an even grid."""

    values: FloatArray
    start_s: float

    def piece(self, from_s: float, to_s: float) -> FloatArray:
        """Values between two times, which may lie between grid points; 0 outside."""
        at = (np.arange(from_s, to_s, _STEP_S) - self.start_s) / _STEP_S
        return np.interp(at, np.arange(self.values.size), self.values, left=0.0, right=0.0)


def _strength(felt: Felt) -> _Strength:
    n = felt.samples.shape[1]
    if n < 2 * _SLOW_S * felt.rate_hz:
        raise NoSharedEvent("there are hardly any samples; record ten seconds or more")
    index = np.arange(n)
    total = np.zeros(n)
    for row in felt.samples:
        known = np.isfinite(row)
        if not known.any():
            continue
        filled = np.interp(index, index[known], row[known])
        quick = filled - ndimage.uniform_filter1d(
            filled, max(3, round(_SLOW_S * felt.rate_hz)), mode="nearest"
        )
        total += quick**2
    length = np.sqrt(ndimage.uniform_filter1d(total, max(1, round(0.005 * felt.rate_hz)), mode="nearest"))
    times_s = np.arange(0.0, (n - 1) / felt.rate_hz, _STEP_S)
    return _Strength(np.interp(times_s * felt.rate_hz, index, length), felt.start_s)


def _rough(one: _Strength, other: _Strength, *, within_s: float) -> tuple[float, float]:
    """Offset at which all of both is most alike, and how alike it is."""
    a, b = (np.log1p(part.values / max(float(np.median(part.values)), 1e-12)) for part in (one, other))
    a, b = a - a.mean(), b - b.mean()
    both = signal.correlate(b, a, mode="full", method="fft")
    lags_s = (np.arange(both.size) - (a.size - 1)) * _STEP_S + other.start_s - one.start_s
    norm = np.sqrt(float(a @ a) * float(b @ b))
    inside = np.abs(lags_s) <= within_s
    if norm == 0 or not inside.any():
        raise NoSharedEvent("one of the sensors felt nothing; hold them together and tap them five times")
    values, lags_s = both[inside] / norm, lags_s[inside]
    best = int(values.argmax())
    apart = np.abs(lags_s - lags_s[best]) > _APART_S
    rival = float(values[apart].max()) if apart.any() else 0.0
    if values[best] < _LEAST or values[best] < _CLEARLY * rival:
        raise NoSharedEvent(
            f"what the two sensors felt does not match (correlation {values[best]:.2f}); hold them together, "
            "tap them five times at uneven intervals, and keep them still before and after"
        )
    return float(lags_s[best]), float(values[best])


def _peaks(one: _Strength) -> Iterator[float]:
    """Yield the times at which a sensor was shaken most, well apart from one another."""
    height = _OUT * float(np.median(one.values))
    places, _ = signal.find_peaks(one.values, height=height, distance=max(1, round(_APART_S / _STEP_S)))
    yield from one.start_s + places * _STEP_S


def _close_by(one: _Strength, other: _Strength, *, at_s: float, rough_s: float) -> float | None:
    """Offset of one tap; None if the other sensor did not feel it."""
    begin_s, end_s = at_s - _BEFORE_S, at_s + _AFTER_S
    mine = one.piece(begin_s, end_s)
    yours = other.piece(begin_s + rough_s - _CLOSE_S, end_s + rough_s + _CLOSE_S)
    if yours.max() < _OUT * float(np.median(other.values)):
        return None
    windows = np.lib.stride_tricks.sliding_window_view(yours, mine.size)
    mine = mine - mine.mean()
    centred = windows - windows.mean(axis=1, keepdims=True)
    alike = centred @ mine / np.maximum(np.linalg.norm(centred, axis=1) * np.linalg.norm(mine), 1e-300)
    best = int(alike.argmax())
    if not 0 < best < alike.size - 1 or alike[best] < 0.5:
        return None
    before, top, after = alike[best - 1 : best + 2]
    curve = before - 2 * top + after
    part = 0.5 * (before - after) / curve if curve < 0 else 0.0
    return rough_s - _CLOSE_S + (best + part) * _STEP_S
