"""From repetitions to what may be said of the session, and to why nothing may be said."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from firing_analyzer.filters import FloatArray
from firing_analyzer.lag import Lag
from firing_analyzer.pooling import SessionLag, pool_lags
from firing_analyzer.result import Repetition, Session, Verdict
from firing_analyzer.settings import Settings

#: Share of raises in which one cause, such as noise or a shoulder that never rests, stands against a verdict.
SPOILT_SHARE = 1 / 3
#: Part of the variance from unknown rises that all repetitions of a person share.
SHARED_SHAPE = 0.15
#: Two patterns: a gap between the two groups at least this many times the spread within them.
PATTERN_GAP = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A repetition with what its JSON does not hold.

    Attributes
    ----------
    row : Repetition
    lag : Lag or None
        Without the clock's error, which the session adds once.
    usable : bool
        False where lost samples hide what happened.
    noisy : bool
        Whether the signal was too faint for an onset.
    rises : (ndarray, ndarray) or None
        What the session's other raises tell of how glute and shoulder rise (see `firing_analyzer.habits`);
        None where they have none to tell.
    """

    row: Repetition
    lag: Lag | None
    usable: bool = True
    noisy: bool = False
    rises: tuple[FloatArray, FloatArray] | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the recording besides its repetitions.

    Attributes
    ----------
    blocking : tuple of str
        Reasons that stand against any verdict.
    warnings : tuple of str
    silence_proven : bool
        Whether a shoulder burst anywhere shows that the shoulder's channel works.
    shared_sd_ms : float
        Error of the lag that all repetitions share, without that of the rises.
    margin_ms : float
        Onsets closer than this are together.
    background_bursts_per_min : float or None
        Shoulder bursts outside raises.
    chance_bursts : float
        How many of them are expected to fall into one raise by chance.
    planned_repetitions : int or None
    """

    blocking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    silence_proven: bool = True
    shared_sd_ms: float = 0.0
    margin_ms: float = 50.0
    background_bursts_per_min: float | None = None
    chance_bursts: float = 0.0
    planned_repetitions: int | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What the lags alone would say."""

    verdict: Verdict = "cannot_tell"
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def judge(repetitions: tuple[Judged, ...], circumstances: Circumstances, settings: Settings) -> Session:
    """Judge a session.

    Parameters
    ----------
    repetitions : tuple of Judged
    circumstances : Circumstances
    settings : Settings

    Returns
    -------
    Session
        With a verdict of order only where its interval lies beyond the margin; never by majority.
    """
    valid = [item for item in repetitions if item.row.included and item.usable]
    counts = Counter(item.row.order for item in valid)
    lags = [item.lag for item in valid if item.lag is not None]
    pooled = _pool(lags, circumstances, settings)
    interval = pooled.interval_ms(settings.confidence) if pooled else None
    spoilt = _spoilt(valid, circumstances, settings)
    silent = counts["shoulder_silent"] / len(valid) if valid else 0.0
    if len(valid) < settings.min_lags:
        finding = _Finding(reasons=("too_few",))
    elif silent >= settings.silent_share:
        unproven = () if circumstances.silence_proven else ("shoulder_channel_unproven",)
        finding = _Finding("shoulder_silent", warnings=unproven)
    elif silent > settings.sometimes_silent_share:
        finding = _Finding(reasons=("sometimes_silent",))
    elif pooled is None or interval is None or len(lags) < settings.min_lags:
        finding = _Finding(reasons=() if spoilt else ("too_few",))
    else:
        finding = _order(pooled, interval, lags, circumstances.margin_ms)
        finding = _doubted(finding, pooled, circumstances, settings)
        if silent > 0:
            finding = replace(finding, warnings=(*finding.warnings, "sometimes_silent"))
    reasons = tuple(dict.fromkeys((*spoilt, *finding.reasons)))
    # what is said of a finding is not said where there is none
    warnings = dict.fromkeys((*circumstances.warnings, *(() if reasons else finding.warnings)))
    verdict: Verdict = "cannot_tell" if reasons else finding.verdict
    shares = pooled.shares(circumstances.margin_ms) if pooled else (None, None, None)
    return Session(
        verdict=verdict,
        reasons=reasons,
        warnings=tuple(warning for warning in warnings if warning not in reasons),
        repetitions=len(repetitions),
        valid=len(valid),
        planned_repetitions=circumstances.planned_repetitions,
        shoulder_first=counts["shoulder_first"],
        glute_first=counts["glute_first"],
        together=counts["together"],
        shoulder_silent=counts["shoulder_silent"],
        unclear=counts["unclear"],
        median_lag_ms=pooled.quantile(0.5) if pooled else None,
        lag_interval_ms=interval,
        between_repetition_sd_ms=pooled.spread_ms if pooled and len(lags) > 1 else None,
        margin_ms=circumstances.margin_ms,
        p_shoulder_first=shares[0],
        p_together=shares[1],
        p_glute_first=shares[2],
        p_shoulder_before_glute=pooled.share_before() if pooled else None,
        background_bursts_per_min=circumstances.background_bursts_per_min,
    )


def _pool(lags: list[Lag], circumstances: Circumstances, settings: Settings) -> SessionLag | None:
    if not lags:
        return None
    shape = np.array([lag.shape_sd_ms**2 for lag in lags])
    own = np.sqrt(np.array([lag.sd_ms**2 for lag in lags]) + (1 - SHARED_SHAPE) * shape)
    shared = float(np.sqrt(circumstances.shared_sd_ms**2 + SHARED_SHAPE * np.median(shape)))
    return pool_lags(
        [lag.median_ms for lag in lags],
        own,
        shared_sd_ms=shared,
        spread_scale_ms=settings.between_repetition_sd_ms,
    )


def _order(pooled: SessionLag, interval: tuple[float, float], lags: list[Lag], margin_ms: float) -> _Finding:
    """Name the order if the interval lies beyond the margin, or within it; else say why not."""
    patterns = two_patterns(np.array([lag.median_ms for lag in lags]), margin_ms=margin_ms)
    said = ("two_patterns",) if patterns else ()
    low, high = interval
    if high < -margin_ms:
        return _Finding("shoulder_first", warnings=said)
    if low > margin_ms:
        return _Finding("glute_first", warnings=said)
    if -margin_ms < low and high < margin_ms:
        return _Finding("together", warnings=said)
    return _Finding(reasons=(*_why_undecided(pooled, interval, margin_ms), *said))


def _doubted(
    finding: _Finding, pooled: SessionLag, circumstances: Circumstances, settings: Settings
) -> _Finding:
    """Take back an order that chance or crosstalk may have made."""
    # bursts that come anyway fall into raises too, each at its own time; a true order repeats itself
    by_chance = (
        circumstances.chance_bursts > SPOILT_SHARE and pooled.spread_ms > settings.between_repetition_sd_ms
    )
    if by_chance:
        return _Finding(reasons=("shoulder_not_at_rest",))
    # a signal that reaches both electrodes pulls their onsets together
    if finding.verdict == "together" and "common_signal" in circumstances.warnings:
        return _Finding(reasons=("common_signal",))
    return finding


def _spoilt(valid: list[Judged], circumstances: Circumstances, settings: Settings) -> list[str]:
    """List what stands against any verdict, and causes that took away too many raises."""
    reasons = list(circumstances.blocking)
    if not valid:
        return reasons
    flags = Counter(flag for item in valid for flag in item.row.flags)
    # of a glute that never rests nobody can say that it was silent
    restless = "glute_not_at_rest" in reasons
    if not restless and flags["glute_silent"] / len(valid) >= settings.glute_silent_share:
        reasons.append("glute_silent")
    if flags["shoulder_already_active"] / len(valid) > SPOILT_SHARE:
        reasons.append("shoulder_not_at_rest")
    if sum(item.noisy for item in valid) / len(valid) > SPOILT_SHARE:
        reasons.append("noisy")
    return reasons


def _why_undecided(pooled: SessionLag, interval: tuple[float, float], margin_ms: float) -> list[str]:
    """Name why an interval reaches over the margin: it lies close, or the repetitions disagree."""
    half = 0.5 * (interval[1] - interval[0])
    reasons = ["inconsistent"] if pooled.spread_ms > margin_ms and half > 0.5 * margin_ms else []
    if half < margin_ms or not reasons:
        reasons.append("near_margin")
    return reasons


def two_patterns(lags_ms: FloatArray, *, margin_ms: float) -> bool:
    """Tell whether lags fall into two groups of different order with an empty stretch between them.

    Examples
    --------
    >>> two_patterns(np.array([-160.0, -150, -140, -155, 120, 130, 140, 125]), margin_ms=50)
    True
    >>> two_patterns(np.array([-160.0, -90, -20, 40, 100, 160]), margin_ms=50)
    False
    """
    lags = np.sort(lags_ms)
    fewest = max(2, int(np.ceil(0.25 * lags.size)))
    if lags.size < 2 * fewest:
        return False
    cut = int(np.argmax(np.diff(lags))) + 1
    low, high = lags[:cut], lags[cut:]
    if min(low.size, high.size) < fewest:
        return False
    within = float(np.sqrt((low.var() * low.size + high.var() * high.size) / lags.size))
    gap = float(high[0] - low[-1])
    apart = float(np.median(low)) < -margin_ms < float(np.median(high)) or (
        float(np.median(low)) < margin_ms < float(np.median(high))
    )
    return apart and gap > max(2 * margin_ms, PATTERN_GAP * within)
