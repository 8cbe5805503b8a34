"""Heart beats on a muscle channel: found, subtracted, and what remains of them is known.

A high-pass at 30 Hz lowers a heart beat; it does not remove it. Beats are found below the muscle's band,
their mean shape within the band is subtracted, and the power that is left around each beat is handed on,
so that no later step takes a heart beat for the start of a muscle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage, signal
from scipy.linalg import toeplitz
from scipy.signal import windows

from firing_analyzer.filters import BoolArray, FloatArray, bandpass, quantiles

#: Heart rates that are believed, as intervals between beats.
SHORTEST_S, LONGEST_S = 0.33, 1.7
#: Band in which a beat stands out, and the rate at which it is looked for.
LOW_HZ, HIGH_HZ = 8.0, 30.0
SEARCH_HZ = 200.0
#: Extent of a beat around its peak, within the muscle's band.
REACH_S = 0.12
#: Its core, by which each beat is placed; how much louder than a beat a burst drowns it; largest beat
#: against the mean one.
CORE_S, DROWNED, MOST_GAIN = 0.04, 4.0, 2.5
#: Samples from which the level of rest is told.
ENOUGH = 100_000
#: Fewest beats that make a mean shape.
FEWEST = 6
#: Share of the quiet time that regular beats must fill.
LEAST_COVERED = 0.4
#: Share of the power at the beats that their mean must explain.
LEAST_EXPLAINED = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class HeartBeat:
    """Beats of one channel and what is left of them after subtraction.

    Attributes
    ----------
    times_s : ndarray, shape (n_beats,)
        Peaks, from the first sample of the signal on.
    excess : ndarray, shape (n_lags,)
        Power left around a beat, as a ratio to rest, over lags from `-reach_s` to `reach_s`.
    reach_s : float
    height : float
        Largest size of the mean beat in the muscle's band over the RMS of rest, before subtraction.
    """

    times_s: FloatArray
    excess: FloatArray
    reach_s: float
    height: float

    def excess_at(self, times_s: FloatArray) -> FloatArray:
        """Power of beats over rest at given times, in order (0 far from a beat)."""
        if not (self.times_s.size and self.excess.any()):
            return np.zeros_like(times_s)
        starts = np.searchsorted(times_s, self.times_s - self.reach_s)
        stops = np.searchsorted(times_s, self.times_s + self.reach_s, side="right")
        excess = np.zeros_like(times_s)
        # most times are far from any beat
        met = np.flatnonzero(stops > starts)
        if not met.size:
            return excess
        near = np.concatenate([np.arange(starts[k], stops[k]) for k in met.tolist()])
        excess[near] = self._excess_near(times_s[near])
        return excess

    def _excess_near(self, times_s: FloatArray) -> FloatArray:
        after = np.clip(np.searchsorted(self.times_s, times_s), 0, self.times_s.size - 1)
        before = np.maximum(after - 1, 0)
        lag_after = times_s - self.times_s[after]
        lag_before = times_s - self.times_s[before]
        lag = np.where(np.abs(lag_after) < np.abs(lag_before), lag_after, lag_before)
        grid = np.linspace(-self.reach_s, self.reach_s, self.excess.size)
        return np.interp(lag, grid, self.excess, left=0.0, right=0.0)


def find_beats(x: FloatArray, rate_hz: float, *, quiet: BoolArray) -> FloatArray:
    """Find the times of heart beats, or none where there is no regular one.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Samples without NaN, before the band-pass.
    rate_hz : float
    quiet : ndarray of bool, shape (n,)
        Where no burst is that lasts longer than a beat; strong beats themselves count as quiet.

    Returns
    -------
    ndarray, shape (n_beats,)
        Seconds from the first sample. Beats hidden in a burst are placed between their neighbours.

    Notes
    -----
    Peaks of the power between 8 and 30 Hz, taken for a heart if at rest seven in ten successive intervals
    lie within a fifth of their running median and the beats look alike (correlation with their mean).
    """
    step = max(1, round(rate_hz / SEARCH_HZ))
    n = x.size // step
    if n < 400:
        return np.empty(0)
    slow_hz = rate_hz / step
    slow = x[: n * step].reshape(n, step) @ np.full(step, 1 / step)
    calm = quiet[step // 2 : n * step : step]
    band = bandpass(slow, slow_hz, low_hz=LOW_HZ, high_hz=HIGH_HZ)
    power = ndimage.uniform_filter1d(band**2, max(1, round(0.06 * slow_hz)))
    if calm.sum() < 3 * slow_hz:
        return np.empty(0)
    level = quantiles(power[calm], (0.5,))[0]
    if level <= 0:
        return np.empty(0)
    peaks, _ = signal.find_peaks(power, height=6 * level, distance=max(1, round(SHORTEST_S * slow_hz)))
    peaks = peaks[calm[peaks]]
    reach = round(0.1 * slow_hz)
    peaks = peaks[(peaks >= 2 * reach) & (peaks < n - 2 * reach)]
    if peaks.size < FEWEST:
        return np.empty(0)
    peaks, alike = _align(band, peaks, reach=reach)
    peaks = peaks[alike > 0.6]
    calm_s = float(calm.sum()) / slow_hz
    return _complete(band, peaks, reach=reach, rate_hz=slow_hz, calm_s=calm_s) * step / rate_hz


def _align(band: FloatArray, peaks: np.ndarray, *, reach: int) -> tuple[np.ndarray, FloatArray]:
    """Shift each peak to where it fits the mean beat best; return peaks and their likeness to it."""
    lags, most = np.arange(-reach, reach + 1), reach // 2
    likeness = np.zeros(peaks.size)
    for _ in range(3):
        mean = _median_beat(band, peaks, reach)
        mean /= np.sqrt(np.sum(mean**2)) + 1e-300
        around = sliding_window_view(band, lags.size + 2 * most)[peaks - reach - most]
        total = np.pad(np.cumsum(around**2, axis=1), ((0, 0), (1, 0)))
        energy = total[:, lags.size :] - total[:, : 2 * most + 1]
        fit = _fit(around, mean) / (np.sqrt(energy) + 1e-300)
        best = fit.argmax(axis=1)
        likeness = fit[np.arange(peaks.size), best]
        peaks = np.clip(peaks + best - most, 2 * reach, band.size - 2 * reach - 1)
    return peaks, likeness


def _complete(
    band: FloatArray, peaks: np.ndarray, *, reach: int, rate_hz: float, calm_s: float
) -> FloatArray:
    """Keep what beats regularly, and fill in the beats that a burst hides."""
    peaks = np.unique(peaks)
    if peaks.size < FEWEST:
        return np.empty(0)
    gaps = np.diff(peaks) / rate_hz
    plausible = gaps[(gaps > SHORTEST_S) & (gaps < LONGEST_S)]
    if plausible.size < FEWEST - 1:
        return np.empty(0)
    usual = float(np.median(plausible))
    regular = np.abs(plausible / usual - 1) < 0.2
    # a heart beats throughout; a stretch of restless noise is no heart
    if regular.mean() < 0.7 or plausible[regular].sum() < LEAST_COVERED * calm_s:
        return np.empty(0)
    mean = _median_beat(band, peaks, reach)
    missing = np.round(np.diff(peaks) / rate_hz / usual).astype(np.int64) - 1
    if not (missing > 0).any():
        return peaks.astype(np.float64)
    guesses = np.concatenate(
        [
            left + (right - left) * np.arange(1, n + 1) / (n + 1)
            for left, right, n in zip(peaks[:-1], peaks[1:], missing, strict=True)
            if n > 0
        ]
    )
    # a peak is at least twice its reach from either end, and so is all that lies between peaks
    most = round(0.12 * rate_hz)
    earliest = np.round(guesses).astype(np.int64) - most
    fit = _fit(sliding_window_view(band, mean.size + 2 * most)[earliest - reach], mean)
    return np.unique(np.concatenate((peaks, earliest + fit.argmax(axis=1)))).astype(np.float64)


def _median_beat(band: FloatArray, peaks: np.ndarray, reach: int) -> FloatArray:
    """Median of what is around the peaks; laid out so that each moment's values are side by side."""
    around = sliding_window_view(band, 2 * reach + 1)[peaks - reach]
    return np.asarray(np.median(np.ascontiguousarray(around.T), axis=1), dtype=np.float64)


def subtract_beats(
    y: FloatArray, rate_hz: float, *, beats_s: FloatArray, quiet: BoolArray
) -> tuple[FloatArray, HeartBeat | None]:
    """Subtract the mean heart beat from a conditioned signal, if it can be seen there.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Conditioned signal without NaN.
    rate_hz : float
    beats_s : ndarray
        See `find_beats`.
    quiet : ndarray of bool, shape (n,)

    Returns
    -------
    cleaned : ndarray, shape (n,)
        `y` itself where no beat stands out.
    heart : HeartBeat or None

    Notes
    -----
    Averaged-template subtraction; Marker and Maluf (2014) found on this very muscle that the average
    leaves a residue at rest. We therefore scale the mean to each resting beat and keep the residue's
    power as a profile, instead of taking the result for clean.
    """
    reach = round(REACH_S * rate_hz)
    peaks = np.round(beats_s * rate_hz).astype(np.int64)
    peaks = peaks[(peaks >= 2 * reach) & (peaks < y.size - 2 * reach)]
    if peaks.size < FEWEST:
        return y, None
    still = sliding_window_view(quiet, 2 * reach)[peaks - reach].all(axis=1)
    if still.sum() < FEWEST:
        return y, None
    lags = np.arange(-reach, reach + 1)
    taper = windows.tukey(lags.size, 0.4)
    # the median of a squared normal is 0.455 of its mean, and beats fill too little time to move it
    some = slice(None, None, max(1, y.size // ENOUGH))
    rest_power = quantiles(y[some][quiet[some]] ** 2, (0.5,))[0] / 0.455
    most = round(0.012 * rate_hz)
    resting = peaks[still]
    beats = sliding_window_view(y, lags.size)
    around = sliding_window_view(y, lags.size + 2 * most)[resting - reach - most]
    best = np.full(resting.size, most)
    mean = np.zeros(lags.size)
    for _ in range(3):
        near = beats[resting - reach + best - most]
        mean = near.mean(axis=0) * taper
        best = _fit(around, mean).argmax(axis=1)
    resting = resting + best - most
    # what averaging alone would leave of noise, sample by sample
    chance = rest_power / resting.size
    height = float(
        np.sqrt(
            np.maximum(ndimage.uniform_filter1d(mean**2, max(1, round(0.01 * rate_hz))) - chance, 0).max()
        )
    )
    if height**2 < max(0.25 * rest_power, 9 * chance):
        return y, None
    # a mean that explains little of the power at the beats is no heart: twitches differ from one another
    extra = float(np.mean((beats[resting - reach] * taper) ** 2)) - rest_power * float(np.mean(taper**2))
    if float(np.mean(mean**2)) - chance < LEAST_EXPLAINED * extra:
        return y, None
    core = mean[np.abs(lags) <= round(CORE_S * rate_hz)]
    half = core.size // 2
    around = sliding_window_view(y, core.size + 2 * most)[peaks - half - most]
    fit = _fit(around, core)
    best = fit.argmax(axis=1)
    near = sliding_window_view(y, core.size)[peaks - half + best - most]
    drowned = np.mean(near**2, axis=1) > DROWNED * (float(np.mean(core**2)) + rest_power)
    # under a burst the beat cannot be fitted, and need not be
    gain = np.where(drowned, 1.0, np.clip(fit.max(axis=1) / np.sum(core**2), 0.0, MOST_GAIN))
    peaks = np.where(drowned, peaks, peaks + best - most)
    cleaned = y.copy()
    for peak, size in zip(peaks.tolist(), gain.tolist(), strict=True):
        cleaned[peak - reach : peak + reach + 1] -= size * mean
    residue = sliding_window_view(cleaned, lags.size)[peaks[still] - reach] ** 2
    left = ndimage.gaussian_filter1d(residue.mean(axis=0), 0.004 * rate_hz) / rest_power - 1
    noise = np.sqrt(2 / residue.shape[0] / max(0.014 * 2 * 0.4 * rate_hz, 1))
    excess = np.where(left > 2 * noise, left, 0.0)
    return cleaned, HeartBeat(
        times_s=peaks / rate_hz,
        excess=excess,
        reach_s=reach / rate_hz,
        height=height / float(np.sqrt(rest_power)),
    )


def _fit(around: FloatArray, shape: FloatArray) -> FloatArray:
    """Product of each row with a shape laid at every place, (n_rows, n_places): all in one product."""
    n_places = around.shape[1] - shape.size + 1
    places = toeplitz(np.append(shape, np.zeros(n_places - 1)), np.zeros(n_places))
    return around @ places
