"""What stands for or against a verdict besides the raises: clock, sensors, rest, shared signals."""

import numpy as np

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import snr_db
from firing_analyzer.condition import Conditioned
from firing_analyzer.quality import COMMON_REFUSES, COMMON_WARNS, LEAST_REST_S, is_off, looks_tonic
from firing_analyzer.repetitions import Raise
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Circumstances, Judged
from recordings.model import (
    EVENT_EXTENDED,
    EVENT_PRACTICE,
    EVENT_RAISE,
    EVENT_REFERENCE_SHOULDER,
    Event,
    Recording,
    Signal,
)

#: Below this rate EMG has lost so much of its band that the margin is widened.
LOW_BANDWIDTH_HZ = 500.0
#: A sensor of just this rate whose own clock runs a little slow has lost nothing of it.
_CLOCK_OFF = 0.005
#: Longest smoothing window of an envelope that still allows a verdict.
LONGEST_SMOOTHING_MS = 50.0
#: Clock errors between two sensors: said, and refused as a share of the margin.
CLOCK_WARNS_MS, CLOCK_REFUSES_SHARE = 5.0, 0.5
#: Shoulder bursts outside raises: said, and the share of that time which counts as never at rest.
BACKGROUND_WARNS_PER_MIN, RESTLESS_SHARE = 3.0, 0.4
#: Share of raises in which a muscle that never rests must still stand out.
HEARD_SHARE = 0.5
#: A burst that proves that a channel works.
PROOF_S, PROOF_DB = 0.25, 8.0


def margin_of(glute: Signal | Conditioned, shoulder: Signal | Conditioned, settings: Settings) -> float:
    """Return the margin in ms within which two onsets are together; wider where a sensor is slow."""
    if _is_slow(glute) or _is_slow(shoulder):
        return max(settings.margin_ms, settings.low_bandwidth_margin_ms)
    return settings.margin_ms


def _is_slow(one: Signal | Conditioned) -> bool:
    return one.channel.kind == "emg" and one.rate_hz < LOW_BANDWIDTH_HZ * (1 - _CLOCK_OFF)


def weigh_circumstances(
    recording: Recording,
    *,
    glute: Conditioned,
    shoulder: Conditioned,
    raises: tuple[Raise, ...],
    judged: tuple[Judged, ...],
    correlation: float,
    margin_ms: float,
) -> Circumstances:
    """Gather what stands against a verdict, or must be said beside it.

    Parameters
    ----------
    recording : Recording
    glute, shoulder : Conditioned
    raises : tuple of Raise
    judged : tuple of Judged
        The same raises, timed.
    correlation : float
        See `firing_analyzer.quality.common_signal`.
    margin_ms : float

    Returns
    -------
    Circumstances
    """
    per_minute, busy_share = _background(shoulder, raises, recording.events)
    rows = [item.row for item in judged if item.row.included]
    glute_heard = sum(row.glute_onset_s is not None for row in rows) >= HEARD_SHARE * max(len(rows), 1)
    shoulder_heard = sum(row.shoulder_onset_s is not None for row in rows) >= HEARD_SHARE * max(len(rows), 1)
    # code, whether it is said, whether it stands against any verdict
    doubts = [
        *_of_clock(recording, margin_ms),
        *(_of_envelope(one) for one in (glute, shoulder)),
        ("low_bandwidth", _is_slow(glute) or _is_slow(shoulder), False),
        ("no_rest", min(glute.activity.quiet_s, shoulder.activity.quiet_s) < LEAST_REST_S, True),
        # bursts that stand out of a tonic muscle can still be timed; without any, rest was never seen
        ("glute_not_at_rest", looks_tonic(glute), not glute_heard),
        ("shoulder_not_at_rest", looks_tonic(shoulder), not shoulder_heard),
        ("shoulder_not_at_rest", busy_share > RESTLESS_SHARE, True),
        ("shoulder_not_at_rest", (per_minute or 0) > BACKGROUND_WARNS_PER_MIN, False),
        ("common_signal", correlation > COMMON_WARNS, correlation > COMMON_REFUSES),
        ("noisy", is_off(glute) or is_off(shoulder), True),
    ]
    return Circumstances(
        blocking=tuple(code for code, said, blocks in doubts if said and blocks),
        warnings=tuple(code for code, said, blocks in doubts if said and not blocks),
        silence_proven=any(_proves(shoulder, burst) for burst in shoulder.activity.bursts),
        chance_bursts=(per_minute or 0) / 60 * _usual_window_s(raises),
        shared_sd_ms=_shared_sd_ms(recording, glute, shoulder),
        margin_ms=margin_ms,
        background_bursts_per_min=per_minute,
        planned_repetitions=recording.planned_repetitions,
    )


def _proves(shoulder: Conditioned, burst: Burst) -> bool:
    """Tell whether a burst shows that the channel works: loud, and longer than a beat or a knock."""
    return burst.duration_s >= PROOF_S and snr_db(shoulder, burst.start_s, burst.end_s) >= PROOF_DB


def _usual_window_s(raises: tuple[Raise, ...]) -> float:
    lengths = [item.end_s - item.start_s + 1.0 for item in raises]
    return float(np.median(lengths)) if lengths else 0.0


def clock_error_ms(recording: Recording) -> float | None:
    """Return the standard error of the time between the two sensors; None if nobody knows it."""
    return 0.0 if recording.shared_clock else recording.clock_error_ms


def _of_clock(recording: Recording, margin_ms: float) -> list[tuple[str, bool, bool]]:
    error_ms = clock_error_ms(recording)
    if error_ms is None:
        return [("unsynchronised", True, True)]
    return [("unsynchronised", error_ms > CLOCK_WARNS_MS, error_ms > CLOCK_REFUSES_SHARE * margin_ms)]


def _of_envelope(conditioned: Conditioned) -> tuple[str, bool, bool]:
    channel = conditioned.channel
    known = channel.smoothing_ms is not None and channel.smoothing_ms <= LONGEST_SMOOTHING_MS
    return "envelope_only", channel.kind == "envelope", not known


def _shared_sd_ms(recording: Recording, glute: Conditioned, shoulder: Conditioned) -> float:
    """Error that all raises share: the clocks', and half the smoothing window of an envelope."""
    windows = [one.channel.smoothing_ms or 0.0 for one in (glute, shoulder) if one.channel.kind == "envelope"]
    return float(np.hypot(clock_error_ms(recording) or 0.0, max(windows, default=0.0) / 2))


def _end_of(item: Raise, shoulder: Conditioned) -> float:
    """End of a raise and of shoulder activity that began with it or soon after it."""
    ends = [b.end_s for b in shoulder.activity.bursts if item.start_s - 1.0 < b.start_s < item.end_s + 1.0]
    return max([item.end_s, *ends]) + 0.5


def _waits(events: tuple[Event, ...]) -> list[tuple[float, float]]:
    """Where it was thought over whether to extend the plan: nobody was asked to lie still."""
    cues_s = [event.onset_s for event in events if event.label == EVENT_RAISE]
    extended_s = [event.onset_s for event in events if event.label == EVENT_EXTENDED]
    return [(max((cue for cue in cues_s if cue < end), default=end), end) for end in extended_s]


def _background(
    shoulder: Conditioned, raises: tuple[Raise, ...], events: tuple[Event, ...]
) -> tuple[float | None, float]:
    """Count shoulder bursts a minute outside raises, and the share of that time that they fill."""
    busy = [(item.start_s - 1.0, _end_of(item, shoulder)) for item in raises]
    asked = {EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER}
    busy += [(event.onset_s - 1.0, event.onset_s + 8.0) for event in events if event.label in asked]
    busy += _waits(events)
    activity = shoulder.activity
    times = activity.start_s + (np.arange(activity.power.size) + 0.5) * activity.frame_s
    outside = np.ones(times.size, dtype=np.bool_)
    for start, end in busy:
        outside[np.searchsorted(times, start) : np.searchsorted(times, end, side="right")] = False
    seconds = float(outside.sum()) * activity.frame_s
    if seconds < 1.0:
        return None, 0.0
    alone = [
        b for b in activity.bursts if not any(b.start_s < end and b.end_s > start for start, end in busy)
    ]
    filled = np.zeros(times.size, dtype=np.bool_)
    for burst in activity.bursts:
        filled[np.searchsorted(times, burst.start_s) : np.searchsorted(times, burst.end_s)] = True
    return 60 * len(alone) / seconds, float((filled & outside).sum()) * activity.frame_s / seconds
