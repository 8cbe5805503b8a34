"""One raise with both muscles timed by themselves, ready to be judged beside the session's other raises."""

from typing import Final

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import BurstOnset, burst_onset, rest_change_db
from firing_analyzer.condition import Conditioned
from firing_analyzer.filters import FloatArray
from firing_analyzer.lag import lag_between, order_of
from firing_analyzer.pairing import Pairing
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.repetitions import Raise
from firing_analyzer.result import Interval, Repetition
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Judged

#: A loss longer than the shortest burst that counts, 0.1 s, may hide one; shorter ones say nothing, which
#: widens the interval. (The filters' reach adds 0.04 s to each loss, and joins some that lie close together.)
HIDES_S = 0.15

#: Flags that say why the shoulder has no onset; one that was set by hand answers them.
_NO_ONSET: Final = ("shoulder_already_active", "shoulder_after_raise")


class TimedRaise:
    """What is known of one raise, before it is judged beside the others.

    Attributes
    ----------
    glute : BurstOnset
    shoulder : BurstOnset or None
        None where it was silent, or has no onset.
    usable : bool
        False where lost samples hide what happened.
    glute_timed : bool
        Whether the glute is loud enough for an onset, and rested before it.
    vague : bool
        Whether the shoulder may have risen, but too faintly to be timed.
    """

    def __init__(
        self,
        item: Raise,
        *,
        glute: BurstOnset,
        pairing: Pairing,
        shoulder: Conditioned,
        tonic: bool,
        settings: Settings,
    ) -> None:
        self.item, self.glute, self.pairing, self.settings = item, glute, pairing, settings
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

    def set_shoulder(self, shoulder: Conditioned, by_hand: OnsetPosterior) -> None:
        """Take the onset that a person has set: of the burst it lies in, or of one up to the raise's end."""
        at_s = by_hand.median_s
        bursts = [self.pairing.burst, *shoulder.activity.bursts]
        near = [one for one in bursts if one is not None and one.start_s - 0.25 <= at_s < one.end_s]
        burst = near[0] if near else Burst(at_s, self.item.end_s)
        self.shoulder = burst_onset(
            shoulder, burst, earliest_s=at_s, confidence=self.settings.confidence, by_hand=by_hand
        )
        self.silent = self.vague = False
        answered = {*_NO_ONSET, "lost_samples", "baseline_moved", "heart_beat"}
        self.flags = [flag for flag in self.flags if flag not in answered]
        losses_s = (self.glute.longest_loss_s, self.shoulder.longest_loss_s)
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

    @property
    def shown(self) -> tuple[FloatArray | None, FloatArray | None]:
        """What glute and shoulder show of how they rise; None where a muscle was not timed here."""
        if not self.usable:
            return None, None
        glute = self.glute.evidence if self.glute_timed else None
        shoulder = self.shoulder.evidence if self.shoulder is not None and not self.vague else None
        return (
            None if glute is None else glute.of_rises,
            None if shoulder is None else shoulder.of_rises,
        )

    def judge(self, *, rises: tuple[FloatArray, FloatArray], clock_ms: float, margin_ms: float) -> Judged:
        """Make the row, numbered later, and the lag without the clock's error, which the session adds once.

        Parameters
        ----------
        rises : (ndarray, ndarray)
            How likely each rise of the glute and of the shoulder is (see `firing_analyzer.habits`).
        clock_ms, margin_ms : float
            As in `firing_analyzer.raise_order.judge_raises`.
        """
        settings, flags = self.settings, list(self.flags)
        glute = self.glute.with_rises(rises[0])
        shoulder = None if self.shoulder is None else self.shoulder.with_rises(rises[1])
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
                flags.append("shoulder_late")
        silent = self.silent and self.glute_timed and self.usable
        order = order_of(shares, probability=settings.repetition_probability) if shares else "unclear"
        glute_at = timing(glute, settings) if self.glute_timed else (None, None)
        shoulder_at = timing(shoulder, settings) if shoulder is not None and not self.vague else (None, None)
        row = Repetition(
            repetition=1,
            start_s=self.item.start_s,
            end_s=self.item.end_s,
            flags=tuple(flags),
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


def timing(onset: BurstOnset, settings: Settings) -> tuple[float, Interval]:
    """Return the onset and its interval."""
    return onset.posterior.median_s, onset.posterior.interval_s(settings.confidence)
