"""All raises of a session: both onsets of each, the lag between them, and the order."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import BurstOnset, burst_onset
from firing_analyzer.condition import Conditioned
from firing_analyzer.filters import FloatArray
from firing_analyzer.habits import rises_of_others
from firing_analyzer.pairing import pair_shoulder
from firing_analyzer.quality import looks_tonic
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.repetitions import Raise
from firing_analyzer.result import Repetition
from firing_analyzer.rises import usual_rises
from firing_analyzer.settings import Settings
from firing_analyzer.timed_raise import HIDES_S, TimedRaise, timing
from firing_analyzer.verdict import Judged


def judge_raises(
    raises: tuple[Raise, ...],
    glute: Conditioned,
    shoulder: Conditioned,
    *,
    clock_ms: float,
    margin_ms: float,
    settings: Settings,
) -> tuple[Judged, ...]:
    """Time both muscles in every raise.

    Parameters
    ----------
    raises : tuple of Raise
    glute, shoulder : Conditioned
    clock_ms : float
        Standard error of the time between the two sensors; it widens the lag of each raise.
    margin_ms : float
        Onsets closer than this are together.
    settings : Settings

    Returns
    -------
    tuple of Judged
        One for each raise, in order.
    """
    timed: list[TimedRaise | Judged] = []
    tonic = looks_tonic(shoulder)
    previous_end_s = -np.inf
    for item in raises:
        timed.append(
            time_raise(item, glute, shoulder, previous_end_s=previous_end_s, tonic=tonic, settings=settings)
        )
        previous_end_s = item.end_s
    included = [not item.excluded for item in raises]
    return judge_together(timed, included=included, clock_ms=clock_ms, margin_ms=margin_ms)


def judge_together(
    timed: Sequence[TimedRaise | Judged], *, included: Sequence[bool], clock_ms: float, margin_ms: float
) -> tuple[Judged, ...]:
    """Judge each raise in the light of the others: they tell how either muscle is used to rise.

    Parameters
    ----------
    timed : sequence of (TimedRaise or Judged)
        Raises in order, as `time_raise` gives them.
    included : sequence of bool
        False for raises that were set aside; how they rose counts for the others all the same, which stay as
        they are when one is set aside.
    clock_ms, margin_ms : float
        As in `judge_raises`.

    Returns
    -------
    tuple of Judged
    """
    shown = [one.shown if isinstance(one, TimedRaise) else (None, None) for one in timed]
    rises = zip(*(rises_of_others(of_muscle) for of_muscle in zip(*shown, strict=True)), strict=True)
    return tuple(
        _judged(one, number=number, included=counts, rises=of_both, clock_ms=clock_ms, margin_ms=margin_ms)
        for number, (one, counts, of_both) in enumerate(zip(timed, included, rises, strict=True), start=1)
    )


def _judged(
    one: TimedRaise | Judged,
    *,
    number: int,
    included: bool,
    rises: tuple[FloatArray, FloatArray],
    clock_ms: float,
    margin_ms: float,
) -> Judged:
    if isinstance(one, TimedRaise):
        one = one.judge(rises=rises, clock_ms=clock_ms, margin_ms=margin_ms)
    return replace(one, row=replace(one.row, repetition=number, included=included), rises=rises)


def time_raise(
    item: Raise,
    glute: Conditioned,
    shoulder: Conditioned,
    *,
    previous_end_s: float,
    tonic: bool,
    settings: Settings,
    glute_by_hand: OnsetPosterior | None = None,
    shoulder_by_hand: OnsetPosterior | None = None,
) -> TimedRaise | Judged:
    """Time both muscles in one raise.

    Parameters
    ----------
    item : Raise
    glute, shoulder : Conditioned
    previous_end_s : float
        End of the raise before; minus infinity for the first.
    tonic : bool
        Whether the shoulder never rests (see `firing_analyzer.quality.looks_tonic`).
    settings : Settings
    glute_by_hand, shoulder_by_hand : OnsetPosterior, optional
        Onsets that a person has set. They count whatever the signal-to-noise ratio, and although no activity
        was found there; only lost samples still stand against them.

    Returns
    -------
    TimedRaise or Judged
        Judged at once where the glute was silent.
    """
    burst = item.glute
    if burst is None and glute_by_hand is not None:
        burst = Burst(glute_by_hand.median_s, item.end_s)
    if burst is None:
        return _without_glute(item, glute)
    onset = _glute_onset(burst, glute, settings, by_hand=glute_by_hand)
    pairing = pair_shoulder(
        shoulder.activity,
        glute_onset_s=onset.posterior.median_s,
        glute_end_s=item.end_s,
        previous_end_s=previous_end_s,
        settings=settings,
    )
    one = TimedRaise(item, glute=onset, pairing=pairing, shoulder=shoulder, tonic=tonic, settings=settings)
    one.glute_timed |= glute_by_hand is not None
    if shoulder_by_hand is not None:
        one.set_shoulder(shoulder, shoulder_by_hand)
    return one


def judge_again(
    measured: Judged, timed: TimedRaise | Judged, *, included: bool, clock_ms: float, margin_ms: float
) -> Judged:
    """Judge one raise that was corrected, the others as they were measured.

    Parameters
    ----------
    measured : Judged
        The raise as it was measured.
    timed : TimedRaise or Judged
        The same raise, timed anew.
    included : bool
        False where it was set aside.
    clock_ms, margin_ms : float
        As in `judge_raises`.
    """
    return _judged(
        timed,
        number=measured.row.repetition,
        included=included,
        rises=measured.rises or (usual_rises(), usual_rises()),
        clock_ms=clock_ms,
        margin_ms=margin_ms,
    )


def time_without_shoulder(item: Raise, glute: Conditioned, *, settings: Settings) -> Judged:
    """Time the glute alone, where no sample of the shoulder is there to be looked at.

    Returns
    -------
    Judged
        Not usable, and flagged ``lost_samples``.
    """
    if item.glute is None:
        return _without_glute(item, glute)
    onset = _glute_onset(item.glute, glute, settings)
    timed = onset.snr_db >= settings.min_snr_db and not onset.posterior.pinned
    at_s, interval_s = timing(onset, settings) if timed else (None, None)
    row = Repetition(
        1,
        item.start_s,
        item.end_s,
        flags=("lost_samples",),
        glute_onset_s=at_s,
        glute_onset_interval_s=interval_s,
        glute_snr_db=onset.snr_db,
    )
    return Judged(row, None, usable=False)


def _glute_onset(
    burst: Burst, glute: Conditioned, settings: Settings, *, by_hand: OnsetPosterior | None = None
) -> BurstOnset:
    earliest_s = _activity_before(glute, burst)
    return burst_onset(glute, burst, earliest_s=earliest_s, confidence=settings.confidence, by_hand=by_hand)


def _without_glute(item: Raise, glute: Conditioned) -> Judged:
    hidden = glute.longest_loss_s(item.start_s, item.end_s) >= HIDES_S
    flag = "lost_samples" if hidden else "glute_silent"
    row = Repetition(1, item.start_s, item.end_s, flags=(flag,))
    return Judged(row, None, usable=not hidden)


def _activity_before(conditioned: Conditioned, burst: Burst) -> float:
    ends = [other.end_s for other in conditioned.activity.bursts if other.end_s <= burst.start_s]
    return max(ends, default=conditioned.start_s)
