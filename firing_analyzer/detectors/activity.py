"""From "active or not" at every sample to bursts with an onset and an offset.

Lost samples are treated alike for all detectors, because none of the papers speaks of them:

- a loss of at most 100 ms with activity on both sides does not end a burst; a longer one does;
- a burst that may already have been going on when samples (re)start has no onset that anybody saw. It is
  left out if it begins sooner after a loss than the loss was long, or than 100 ms. The beginning of the
  record counts as the end of a long loss. A loss of at most 20 ms is forgiven: it can move an onset by no
  more.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.int64]

#: Silence or loss of no more than this does not separate two bursts around a loss.
BRIDGED_MS: Final = 100.0
FORGIVEN_LOSS_MS: Final = 20.0


class Activity(NamedTuple):
    """Bursts of activity: ``x[onset:offset]`` is active.

    Attributes
    ----------
    onsets : ndarray of int64, shape (n_bursts,)
        Index of the first active sample of each burst, ascending.
    offsets : ndarray of int64, shape (n_bursts,)
        Index just after the last active sample of each burst; the length of the record where it ends in a
        burst. ``onsets[i] < offsets[i] < onsets[i + 1]``.
    """

    onsets: IndexArray
    offsets: IndexArray


def runs(mask: BoolArray) -> Activity:
    """Return where each run of True begins and ends.

    Examples
    --------
    >>> runs(np.array([False, True, True, False, True]))
    Activity(onsets=array([1, 4]), offsets=array([3, 5]))
    """
    steps = np.diff(mask.astype(np.int8), prepend=0, append=0)
    return Activity(np.flatnonzero(steps > 0), np.flatnonzero(steps < 0))


def covered(bursts: Activity, size: int) -> BoolArray:
    """Return the mask of `size` samples that is True inside the bursts, which may overlap."""
    steps = np.bincount(bursts.onsets, minlength=size + 1) - np.bincount(bursts.offsets, minlength=size + 1)
    return np.cumsum(steps[:size]) > 0


def joined(bursts: Activity, *, shorter_than: int) -> Activity:
    """Close every gap of fewer than `shorter_than` samples."""
    if bursts.onsets.size == 0:
        return bursts
    apart = bursts.onsets[1:] - bursts.offsets[:-1] >= shorter_than
    return Activity(bursts.onsets[np.append(True, apart)], bursts.offsets[np.append(apart, True)])


def lasting(bursts: Activity, *, at_least: int) -> Activity:
    """Keep the bursts of at least `at_least` samples."""
    long = bursts.offsets - bursts.onsets >= at_least
    return Activity(bursts.onsets[long], bursts.offsets[long])


def held(bursts: Activity, *, hold: int) -> Activity:
    """Switch on where activity lasts for `hold` samples, and off where silence does.

    Once on, silence shorter than `hold` is ignored; while off, activity shorter than `hold` is.

    Examples
    --------
    >>> mask = np.array([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0], dtype=bool)
    >>> held(runs(mask), hold=3)
    Activity(onsets=array([2]), offsets=array([7]))
    """
    if bursts.onsets.size == 0:
        return bursts
    groups = joined(bursts, shorter_than=hold)
    switches = lasting(bursts, at_least=hold).onsets
    group = np.searchsorted(groups.onsets, switches, side="right") - 1
    lit, first = np.unique(group, return_index=True)
    return Activity(switches[first], groups.offsets[lit])


def across_losses(active: BoolArray, lost: BoolArray, *, rate_hz: float) -> Activity:
    """Return the runs of activity; lost samples are silent, save in a short loss amid activity."""
    losses = runs(lost)
    inner = (losses.onsets > 0) & (losses.offsets < active.size)
    before, after = losses.onsets[inner], losses.offsets[inner]
    short = after - before <= BRIDGED_MS * rate_hz / 1000
    bridged = short & active[before - 1] & active[after]
    return runs((active & ~lost) | covered(Activity(before[bridged], after[bridged]), active.size))


def hiding(lost: BoolArray, *, rate_hz: float) -> Activity:
    """Return the losses that are too long to be forgiven."""
    return lasting(runs(lost), at_least=int(FORGIVEN_LOSS_MS * rate_hz / 1000) + 1)


def seen(bursts: Activity, lost: BoolArray, *, rate_hz: float) -> Activity:
    """Keep the bursts whose onset was seen, not merely found going on when samples began."""
    losses = hiding(lost, rate_hz=rate_hz)
    silence = BRIDGED_MS * rate_hz / 1000
    ends = np.append(0, losses.offsets)
    needed = np.append(silence, np.minimum(losses.offsets - losses.onsets, silence))
    last = np.searchsorted(ends, bursts.onsets, side="right") - 1
    clear = bursts.onsets - ends[last] >= needed[last]
    return Activity(bursts.onsets[clear], bursts.offsets[clear])
