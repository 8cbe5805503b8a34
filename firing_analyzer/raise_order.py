"""One raise after the other: both onsets, the lag between them, and the order."""

import numpy as np

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import BurstOnset, burst_onset, rest_change_db
from firing_analyzer.condition import Conditioned
from firing_analyzer.lag import lag_between, order_of
from firing_analyzer.pairing import Pairing, pair_shoulder
from firing_analyzer.quality import looks_tonic
from firing_analyzer.repetitions import Raise
from firing_analyzer.result import Interval, Repetition
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Judged

#: A loss longer than the shortest burst that counts, 0.1 s, may hide one; shorter ones say nothing, which
#: widens the interval. (The filters' reach adds 0.04 s to each loss, and joins some that lie close together.)
HIDES_S = 0.15


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
    judged: list[Judged] = []
    tonic = looks_tonic(shoulder)
    previous_end_s = -np.inf
    for number, item in enumerate(raises, start=1):
        one = judge_raise(
            item,
            glute,
            shoulder,
            number=number,
            previous_end_s=previous_end_s,
            tonic=tonic,
            clock_ms=clock_ms,
            margin_ms=margin_ms,
            settings=settings,
        )
        judged.append(one)
        previous_end_s = item.end_s
    return tuple(judged)


def judge_raise(
    item: Raise,
    glute: Conditioned,
    shoulder: Conditioned,
    *,
    number: int,
    previous_end_s: float,
    tonic: bool,
    clock_ms: float,
    margin_ms: float,
    settings: Settings,
) -> Judged:
    """Time both muscles in one raise.

    Parameters
    ----------
    item : Raise
    glute, shoulder : Conditioned
    number : int
        Of the repetition, from 1.
    previous_end_s : float
        End of the raise before; minus infinity for the first.
    tonic : bool
        Whether the shoulder never rests (see `firing_analyzer.quality.looks_tonic`).
    clock_ms, margin_ms : float
        As in `judge_raises`.
    settings : Settings

    Returns
    -------
    Judged
    """
    if item.glute is None:
        return _without_glute(number, item, glute)
    onset = _glute_onset(item.glute, glute, settings)
    pairing = pair_shoulder(
        shoulder.activity,
        glute_onset_s=onset.posterior.median_s,
        glute_end_s=item.end_s,
        previous_end_s=previous_end_s,
        settings=settings,
    )
    one = _OneRaise(
        number, item, glute=onset, pairing=pairing, shoulder=shoulder, tonic=tonic, settings=settings
    )
    return one.judge(clock_ms=clock_ms, margin_ms=margin_ms)


def judge_without_shoulder(item: Raise, glute: Conditioned, *, number: int, settings: Settings) -> Judged:
    """Time the glute alone, where no sample of the shoulder is there to be looked at.

    Returns
    -------
    Judged
        Not usable, and flagged ``lost_samples``.
    """
    if item.glute is None:
        return _without_glute(number, item, glute)
    onset = _glute_onset(item.glute, glute, settings)
    timed = onset.snr_db >= settings.min_snr_db and not onset.posterior.pinned
    at_s, interval_s = _timing(onset, settings) if timed else (None, None)
    row = Repetition(
        number,
        item.start_s,
        item.end_s,
        included=not item.excluded,
        flags=("lost_samples",),
        glute_onset_s=at_s,
        glute_onset_interval_s=interval_s,
        glute_snr_db=onset.snr_db,
    )
    return Judged(row, None, usable=False)


def _glute_onset(burst: Burst, glute: Conditioned, settings: Settings) -> BurstOnset:
    return burst_onset(
        glute, burst, earliest_s=_activity_before(glute, burst), confidence=settings.confidence
    )


def _without_glute(number: int, item: Raise, glute: Conditioned) -> Judged:
    hidden = glute.longest_loss_s(item.start_s, item.end_s) >= HIDES_S
    flag = "lost_samples" if hidden else "glute_silent"
    row = Repetition(number, item.start_s, item.end_s, included=not item.excluded, flags=(flag,))
    return Judged(row, None, usable=not hidden)


def _activity_before(conditioned: Conditioned, burst: Burst) -> float:
    ends = [other.end_s for other in conditioned.activity.bursts if other.end_s <= burst.start_s]
    return max(ends, default=conditioned.start_s)


class _OneRaise:
    """What is known of one raise, before it is judged."""

    def __init__(
        self,
        number: int,
        item: Raise,
        *,
        glute: BurstOnset,
        pairing: Pairing,
        shoulder: Conditioned,
        tonic: bool,
        settings: Settings,
    ) -> None:
        self.number, self.item, self.glute, self.pairing, self.settings = (
            number,
            item,
            glute,
            pairing,
            settings,
        )
        self.shoulder: BurstOnset | None = None
        self.flags = list(pairing.flags)
        self.vague = pairing.finding == "vague"
        self.silent = pairing.finding == "silent"
        if self.silent and tonic:
            # a muscle that never rests is not silent, it is only not seen to start
            self.silent = False
            self.flags.append("shoulder_already_active")
        if pairing.burst is not None:
            self.shoulder = burst_onset(
                shoulder, pairing.burst, earliest_s=pairing.earliest_s, confidence=settings.confidence
            )
            self.vague = self.shoulder.snr_db < settings.min_snr_db
            if self.shoulder.posterior.pinned and not self.vague:
                self.flags.append("shoulder_already_active")
                self.shoulder = None
        self.shoulder_rest_db = rest_change_db(shoulder, pairing.earliest_s)
        # silence cannot be told where the shoulder's samples are missing
        losses_s = [one.longest_loss_s for one in (glute, self.shoulder) if one is not None]
        if self.shoulder is None:
            losses_s.append(shoulder.longest_loss_s(pairing.earliest_s, item.end_s))
        # no rest before it, or too faint: the glute cannot be timed
        self.glute_timed = glute.snr_db >= settings.min_snr_db and not glute.posterior.pinned
        self._flag(lost=max(losses_s) > 0)
        self.usable = max(losses_s) < HIDES_S

    def _flag(self, *, lost: bool) -> None:
        both = [self.glute] if self.shoulder is None else [self.glute, self.shoulder]
        if lost:
            self.flags.append("lost_samples")
        changes = [self.glute.rest_change_db, self.shoulder_rest_db]
        moved = any(abs(change) > self.settings.baseline_moved_db for change in changes)
        if moved or self.glute.posterior.pinned:
            self.flags.append("baseline_moved")
        if any(one.near_beat for one in both):
            self.flags.append("heart_beat")

    def judge(self, *, clock_ms: float, margin_ms: float) -> Judged:
        """Make the row, and the lag without the clock's error, which the session adds once."""
        glute, shoulder, settings = self.glute, self.shoulder, self.settings
        own = lag = shares = None
        if shoulder is not None and not self.vague and self.glute_timed and self.usable:
            own = lag_between(glute.posterior, shoulder.posterior)
            lag = (
                lag_between(glute.posterior, shoulder.posterior, clock_error_ms=clock_ms)
                if clock_ms > 0
                else own
            )
            shares = lag.shares(margin_ms)
            if lag.median_ms > settings.late_ms:
                self.flags.append("shoulder_late")
        silent = self.silent and self.glute_timed and self.usable
        order = order_of(shares, probability=settings.repetition_probability) if shares else "unclear"
        glute_at = _timing(glute, settings) if self.glute_timed else (None, None)
        shoulder_at = _timing(shoulder, settings) if shoulder is not None and not self.vague else (None, None)
        row = Repetition(
            repetition=self.number,
            start_s=self.item.start_s,
            end_s=self.item.end_s,
            included=not self.item.excluded,
            flags=tuple(self.flags),
            glute_onset_s=glute_at[0],
            glute_onset_interval_s=glute_at[1],
            glute_snr_db=glute.snr_db,
            shoulder_onset_s=shoulder_at[0],
            shoulder_onset_interval_s=shoulder_at[1],
            shoulder_snr_db=shoulder.snr_db if shoulder is not None else None,
            shoulder_bursts=self.pairing.bursts,
            lag_ms=lag.median_ms if lag else None,
            lag_interval_ms=lag.interval_ms(settings.confidence) if lag else None,
            p_shoulder_first=shares[0] if shares else None,
            p_together=shares[1] if shares else None,
            p_glute_first=shares[2] if shares else None,
            order="shoulder_silent" if silent else order,
        )
        return Judged(row, own, usable=self.usable, noisy=self.vague or not self.glute_timed)


def _timing(onset: BurstOnset, settings: Settings) -> tuple[float, Interval]:
    return onset.posterior.median_s, onset.posterior.interval_s(settings.confidence)
