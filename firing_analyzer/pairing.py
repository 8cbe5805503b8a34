"""Which shoulder burst belongs to a raise, and when there is none: whether the shoulder was silent."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import special

from firing_analyzer.activity import Activity, Burst
from firing_analyzer.settings import Settings

Finding = Literal["burst", "silent", "already_active", "vague"]

#: Shortest rise that silence is judged by, as bursts are at least this long.
SHORTEST_RISE_S = 0.1
#: Activity that reaches the edge of the window from before it, up to a few frames, was there already.
EDGE_S = 0.02


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the shoulder did in one raise.

    Attributes
    ----------
    finding : {"burst", "silent", "already_active", "vague"}
        ``"vague"``: its power may have risen, but no burst stands out.
    burst : Burst or None
        The burst that counts.
    bursts : int
        Bursts from the one that counts on.
    flags : tuple of str
    earliest_s : float
        Start of the window, or end of the activity before the burst.
    """

    finding: Finding
    burst: Burst | None
    bursts: int
    flags: tuple[str, ...]
    earliest_s: float


def pair_shoulder(
    activity: Activity, *, glute_onset_s: float, glute_end_s: float, previous_end_s: float, settings: Settings
) -> Pairing:
    """Find the shoulder burst that counts for a raise.

    Parameters
    ----------
    activity : Activity
        Of the shoulder.
    glute_onset_s, glute_end_s : float
    previous_end_s : float
        End of the raise before (minus infinity for the first).
    settings : Settings

    Returns
    -------
    Pairing

    Notes
    -----
    The window runs from 1 s before the glute onset, but not before the previous raise ended, to the end of
    the glute's activity. The first burst in it counts; later ones are only counted. One that ends more than
    250 ms before the glute onset is not paired. What was active since before the window cannot be timed.
    """
    window_start = max(glute_onset_s - settings.window_before_s, previous_end_s)
    flags: list[str] = []
    earliest = window_start
    inside = [b for b in activity.bursts if b.end_s > window_start and b.start_s < glute_end_s]
    for position, burst in enumerate(inside):
        if burst.end_s < glute_onset_s - settings.preparatory_ms / 1000:
            if "shoulder_preparatory" not in flags:
                flags.append("shoulder_preparatory")
            earliest = burst.end_s
            continue
        if burst.start_s <= window_start + EDGE_S:
            return Pairing(
                "already_active", None, len(inside) - position, (*flags, "shoulder_already_active"), earliest
            )
        return Pairing("burst", burst, len(inside) - position, tuple(flags), earliest)
    if any(glute_end_s <= b.start_s < glute_end_s + settings.window_before_s for b in activity.bursts):
        flags.append("shoulder_after_raise")
    surely = largest_rise_db(activity, earliest, glute_end_s) < settings.silent_rise_db
    return Pairing("silent" if surely else "vague", None, 0, tuple(flags), earliest)


def largest_rise_db(activity: Activity, start_s: float, end_s: float, *, confidence: float = 0.95) -> float:
    """Upper bound of the largest rise of power over rest that lasts 100 ms or more.

    Parameters
    ----------
    activity : Activity
    start_s, end_s : float
    confidence : float

    Returns
    -------
    float
        In dB; infinite where less than half is known, so that what was lost is never taken for silence.

    Notes
    -----
    Mean power over k degrees of freedom, times k over the (1 - confidence) quantile of chi-squared with k. A
    stretch of 100 ms is judged by what is known of it, if that is half of it at least.
    """
    first, stop = activity.frame(start_s), activity.frame(end_s)
    ratio = activity.power[first:stop] / activity.rest[first:stop]
    width = round(SHORTEST_RISE_S / activity.frame_s)
    known = np.isfinite(ratio)
    if ratio.size < width or known.mean() < 0.5:
        return float(np.inf)
    count = sliding_window_view(known, width).sum(axis=-1)
    total = sliding_window_view(np.where(known, ratio, 0.0), width).sum(axis=-1)[2 * count >= width]
    count = count[2 * count >= width]
    if not count.size:
        return float(np.inf)
    dof = activity.dof_per_s * count * activity.frame_s
    bound = float((total / count * dof / (2 * special.gammaincinv(dof / 2, 1 - confidence))).max())
    return float(10 * np.log10(bound))
