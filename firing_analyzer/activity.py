"""Coarse activity: power against a verified rest level, and the bursts that stand out of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from firing_analyzer.filters import BoolArray, FloatArray, quantiles, runs

FRAME_S = 0.005
#: Blocks over which the level of rest is judged, and how far around a moment rest is looked for.
BLOCK_S = 0.1
LOCAL_S = 12.0
#: A block up to this ratio above the low quantile of its surroundings counts as rest.
QUIET_RATIO = 2.0
#: A burst stands this many standard deviations of resting power above rest, and never below the ratio.
THRESHOLD_SD = 5.0
THRESHOLD_RATIO = 1.8
#: A lull up to this long, in which power stays this far from rest to the threshold, is no rest.
LULL_S, LULL_SHARE = 0.5, 0.4


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of activity; times in seconds from the start of the recording."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Power of one channel in frames, its rest, and its bursts.

    Attributes
    ----------
    power : ndarray, shape (n_frames,)
        Mean square in each frame; NaN where samples were lost.
    rest : ndarray, shape (n_frames,)
        Power of rest around each frame.
    session_rest : float
        Power of rest over the session (median of quiet blocks).
    quiet : ndarray of bool, shape (n_frames,)
        Frames at rest.
    bursts : tuple of Burst
        At least `min_burst_s` long, at least `merge_gap_s` apart.
    frame_s, start_s : float
    dof_per_s : float
        Degrees of freedom that power carries a second: twice the bandwidth.
    """

    power: FloatArray
    rest: FloatArray
    session_rest: float
    quiet: BoolArray
    bursts: tuple[Burst, ...]
    frame_s: float
    start_s: float
    dof_per_s: float

    def frame(self, time_s: float) -> int:
        """Index of the frame that holds a time, kept inside the recording."""
        return int(min(max((time_s - self.start_s) / self.frame_s, 0), self.power.size))

    @property
    def quiet_s(self) -> float:
        """Seconds of rest in the recording."""
        return float(self.quiet.sum() * self.frame_s)


def frame_power(x: FloatArray, lost: BoolArray, rate_hz: float) -> tuple[FloatArray, float]:
    """Mean square in frames of about 5 ms; NaN where any sample of the frame was lost."""
    hop = max(1, round(FRAME_S * rate_hz))
    n_frames = x.size // hop
    cut = x[: n_frames * hop].reshape(n_frames, hop)
    power = np.einsum("ij,ij->i", cut, cut) / hop
    if lost.any():
        power[lost[: n_frames * hop].reshape(n_frames, hop).any(axis=1)] = np.nan
    return power, hop / rate_hz


def find_activity(
    power: FloatArray,
    frame_s: float,
    *,
    dof_per_s: float,
    start_s: float = 0.0,
    min_burst_s: float = 0.1,
    merge_gap_s: float = 0.1,
) -> Activity:
    """Find rest and bursts in the power of one channel.

    Parameters
    ----------
    power : ndarray, shape (n_frames,)
        Mean square in each frame; NaN where lost.
    frame_s : float
    dof_per_s : float
        Twice the bandwidth, in 1/s.
    start_s : float
        Time of the first frame.
    min_burst_s, merge_gap_s : float

    Returns
    -------
    Activity

    Notes
    -----
    A filtered threshold: power smoothed over 50 ms (longer where the band is narrow) against rest plus
    five standard deviations, both taken from what is quiet within 6 s on either side, so that a rest
    level that moves is followed. A burst begins and ends with its first and last 10 ms above the threshold,
    which keeps the smoothing from lengthening it. Two that nothing like rest lies between are one: a faint
    muscle's power sinks below the threshold now and then while it works.
    """
    rest, quiet = _local_rest(power, frame_s)
    ratio = power / rest
    width = round(float(np.clip(40 / dof_per_s, 0.05, 0.15)) / frame_s)
    smooth = _smooth(ratio, width)
    calm = smooth[quiet & np.isfinite(smooth)]
    spread = _upper_spread(calm) if calm.size else 0.0
    # power is skewed: its cube root is normal, not itself (Wilson and Hilferty 1931)
    threshold = max((1 - spread**2 / 9 + THRESHOLD_SD * spread / 3) ** 3, THRESHOLD_RATIO)
    active = smooth > threshold
    short = _smooth(ratio, 2) > threshold
    found: list[tuple[int, int]] = []
    for start, stop in runs(active):
        above = np.flatnonzero(short[start:stop])
        if above.size:
            found.append((start + int(above[0]), start + int(above[-1]) + 1))

    def working(start: int, stop: int) -> bool:
        piece = ratio[start:stop]
        known = piece[np.isfinite(piece)]
        return bool(known.size and known.mean() > 1 + LULL_SHARE * (threshold - 1))

    bursts = [
        Burst(start_s + start * frame_s, start_s + stop * frame_s)
        for start, stop in _merge(found, gap=merge_gap_s / frame_s, lull=LULL_S / frame_s, working=working)
        if (stop - start) * frame_s >= min_burst_s
    ]
    return Activity(
        power=power,
        rest=rest,
        session_rest=quantiles(rest[quiet] if quiet.any() else rest, (0.5,))[0],
        quiet=quiet & ~active,
        bursts=tuple(bursts),
        frame_s=frame_s,
        start_s=start_s,
        dof_per_s=dof_per_s,
    )


def _merge(
    pieces: list[tuple[int, int]], *, gap: float, lull: float, working: Callable[[int, int], bool]
) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in pieces:
        last = merged[-1][1] if merged else -np.inf
        if start - last < gap or (start - last < lull and working(int(last), start)):
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def _smooth(values: FloatArray, width: int) -> FloatArray:
    """Average over a moving window; NaN is left only where all of its window is lost."""
    if width <= 1:
        return values
    lost = np.isnan(values)
    if not lost.any():
        return np.asarray(ndimage.uniform_filter1d(values, width, mode="nearest"), dtype=np.float64)
    total = ndimage.uniform_filter1d(np.where(lost, 0.0, values), width, mode="nearest")
    share = ndimage.uniform_filter1d((~lost).astype(np.float64), width, mode="nearest")
    return np.where(share > 0.5 / width, total / np.maximum(share, 1e-9), np.nan)


def _upper_spread(values: FloatArray) -> float:
    """Judge the standard deviation by the middle of the values so that a few bursts do not count."""
    low, high = quantiles(values, (0.1587, 0.8413))
    return (high - low) / 2


def _local_rest(power: FloatArray, frame_s: float) -> tuple[FloatArray, BoolArray]:
    """Level of rest around each frame, and which frames are at rest."""
    per_block = max(1, round(BLOCK_S / frame_s))
    n_blocks = max(1, power.size // per_block)
    cut = power[: n_blocks * per_block].reshape(n_blocks, -1)
    heard = np.isfinite(power)
    if heard.all():
        known, block = np.ones(n_blocks, dtype=np.bool_), cut.mean(axis=1)
    else:
        known = heard[: cut.size].reshape(cut.shape).mean(axis=1) > 0.5
        block = np.full(n_blocks, np.inf)
        block[known] = np.nanmean(cut[known], axis=1)
    # the lowest fifth of what is known nearby; lost blocks count as loud
    size = min(n_blocks, round(LOCAL_S / BLOCK_S) | 1)
    low = ndimage.percentile_filter(np.where(np.isfinite(block), block, 1e300), 20, size=size, mode="reflect")
    floor = float(np.percentile(block[known], 20)) if known.any() else 1.0
    low = np.where(low < 1e299, low, floor)
    quiet = known & (block < QUIET_RATIO * low)
    total = ndimage.uniform_filter1d(np.where(quiet, block, 0.0), size, mode="reflect")
    share = ndimage.uniform_filter1d(quiet.astype(np.float64), size, mode="reflect")
    level = np.where(share > 1.5 / size, total / np.maximum(share, 1e-9), low)
    level = np.maximum(level, 1e-300)
    index = np.minimum(np.arange(power.size) // per_block, n_blocks - 1)
    return level[index], quiet[index] & heard
