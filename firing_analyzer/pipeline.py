"""The whole analysis: a recording in, a firing-order verdict out. Pure and deterministic."""

from importlib.metadata import version

import numpy as np

import firing_analyzer
from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import BurstOnset, burst_onset
from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.errors import SignalError
from firing_analyzer.lag import lag_between, order_of
from firing_analyzer.pairing import Pairing, pair_shoulder
from firing_analyzer.quality import COMMON_REFUSES, COMMON_WARNS, LEAST_REST_S, channel_notes, common_signal
from firing_analyzer.repetitions import Raise, find_raises
from firing_analyzer.result import Analysis, QualityNote, Repetition, Trace
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Circumstances, Judged, judge
from recordings.model import EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER, Event, Recording
from recordings.pair import choose_pair

#: Below this rate EMG has lost so much of its band that the margin is widened.
LOW_BANDWIDTH_HZ = 500.0
#: Longest smoothing window of an envelope that still allows a verdict.
LONGEST_SMOOTHING_MS = 50.0
#: Clock errors between two sensors: said, and refused as a share of the margin.
CLOCK_WARNS_MS, CLOCK_REFUSES_SHARE = 5.0, 0.5
#: Shoulder bursts outside raises: said, and the share of that time which counts as never at rest.
BACKGROUND_WARNS_PER_MIN, RESTLESS_SHARE = 3.0, 0.4


def analyze(recording: Recording, settings: Settings | None = None) -> Analysis:
    """Find when glute and opposite shoulder start in each raise, and which comes first.

    Parameters
    ----------
    recording : Recording
        See `open_recording`. Leg and channels are taken from it.
    settings : Settings, optional

    Returns
    -------
    Analysis
        ``analysis.verdict`` may be ``"cannot_tell"``: that is a result, with reasons.

    Raises
    ------
    recordings.errors.RecordingError
        If leg or channels cannot be known, or do not go together.
    SignalError
        If a channel cannot be analysed at all.

    Examples
    --------
    >>> from recordings.synth import simulate
    >>> analyze(simulate("shoulder_first", seed=1).recording).verdict
    'shoulder_first'
    """
    settings = settings or Settings()
    pair = choose_pair(recording)
    for signal in (pair.glute, pair.shoulder):
        if signal.channel.kind not in {"emg", "envelope"}:
            raise SignalError("it is not EMG; name two EMG channels", channel=signal.channel.label)
    glute, shoulder = condition(pair.glute, settings), condition(pair.shoulder, settings)
    raises, cued = find_raises(glute, recording.events, settings)
    clock_ms = recording.clock_error_ms if not recording.shared_clock else 0.0
    margin_ms = _margin_ms(glute, shoulder, settings)
    judged = _judge_raises(raises, glute, shoulder, clock_ms=clock_ms or 0.0, margin_ms=margin_ms, settings=settings)
    quality = [*channel_notes(glute), *channel_notes(shoulder)]
    circumstances = _circumstances(recording, glute, shoulder, raises, judged, quality, margin_ms=margin_ms)
    return Analysis(
        session=judge(judged, circumstances, settings),
        rows=tuple(item.row for item in judged),
        quality=tuple(quality),
        glute=_trace(glute),
        shoulder=_trace(shoulder),
        leg=pair.leg,
        kind="emg",
        path=recording.path,
        duration_s=recording.duration_s,
        shared_clock=recording.shared_clock,
        timing_error_ms=clock_ms,
        cued=cued,
        settings=settings,
        notes=recording.notes,
        software={
            "firing_analyzer": firing_analyzer.__version__,
            "numpy": version("numpy"),
            "scipy": version("scipy"),
        },
    )


def _margin_ms(glute: Conditioned, shoulder: Conditioned, settings: Settings) -> float:
    narrow = min(glute.rate_hz, shoulder.rate_hz) < LOW_BANDWIDTH_HZ
    return max(settings.margin_ms, settings.low_bandwidth_margin_ms) if narrow else settings.margin_ms


def _trace(conditioned: Conditioned) -> Trace:
    samples = conditioned.samples.astype(np.float32)
    samples[conditioned.lost] = np.nan
    return Trace(
        channel=conditioned.channel,
        samples=samples,
        rate_hz=conditioned.rate_hz,
        start_s=conditioned.start_s,
        rest_rms=float(np.sqrt(conditioned.activity.session_rest)),
    )


def _judge_raises(
    raises: tuple[Raise, ...],
    glute: Conditioned,
    shoulder: Conditioned,
    *,
    clock_ms: float,
    margin_ms: float,
    settings: Settings,
) -> tuple[Judged, ...]:
    judged: list[Judged] = []
    previous_end_s = -np.inf
    for number, item in enumerate(raises, start=1):
        if item.glute is None:
            row = Repetition(
                number, item.start_s, item.end_s, included=not item.excluded, flags=("glute_silent",), order="unclear"
            )
            usable = glute.lost_share(item.start_s, item.end_s) == 0
            judged.append(Judged(row, None, usable=usable))
        else:
            onset = burst_onset(
                glute, item.glute, earliest_s=_activity_before(glute, item.glute), confidence=settings.confidence
            )
            pairing = pair_shoulder(
                shoulder.activity,
                glute_onset_s=onset.posterior.median_s,
                glute_end_s=item.end_s,
                previous_end_s=previous_end_s,
                settings=settings,
            )
            judged.append(
                _judge_raise(number, item, onset, pairing, shoulder, clock_ms=clock_ms, margin_ms=margin_ms, settings=settings)
            )
        previous_end_s = item.end_s
    return tuple(judged)


def _activity_before(conditioned: Conditioned, burst: Burst) -> float:
    ends = [other.end_s for other in conditioned.activity.bursts if other.end_s <= burst.start_s]
    return max(ends, default=conditioned.start_s)


def _judge_raise(
    number: int,
    item: Raise,
    glute: BurstOnset,
    pairing: Pairing,
    shoulder: Conditioned,
    *,
    clock_ms: float,
    margin_ms: float,
    settings: Settings,
) -> Judged:
    flags = list(pairing.flags)
    low_snr = glute.snr_db < settings.min_snr_db
    onset = None
    if pairing.burst is not None:
        onset = burst_onset(shoulder, pairing.burst, earliest_s=pairing.earliest_s, confidence=settings.confidence)
    both = [glute] if onset is None else [glute, onset]
    vague = pairing.finding == "vague" or (onset is not None and onset.snr_db < settings.min_snr_db)
    # silence cannot be told where the shoulder's samples are missing
    hidden = onset is None and shoulder.lost_share(pairing.earliest_s, item.end_s) > 0
    if any(one.lost for one in both) or hidden:
        flags.append("lost_samples")
    if any(abs(one.rest_change_db) > settings.baseline_moved_db for one in both):
        flags.append("baseline_moved")
    if any(one.near_beat for one in both):
        flags.append("heart_beat")
    usable = "lost_samples" not in flags
    timed = onset is not None and not vague and not low_snr and usable
    lag = lag_between(glute.posterior, onset.posterior) if timed and onset is not None else None
    with_clock = (
        lag_between(glute.posterior, onset.posterior, clock_error_ms=clock_ms)
        if lag is not None and onset is not None and clock_ms > 0
        else lag
    )
    shares = with_clock.shares(margin_ms) if with_clock is not None else None
    if lag is not None and lag.median_ms > settings.late_ms:
        flags.append("shoulder_late")
    silent = pairing.finding == "silent" and not low_snr and usable
    row = Repetition(
        repetition=number,
        start_s=item.start_s,
        end_s=item.end_s,
        included=not item.excluded,
        flags=tuple(flags),
        glute_onset_s=glute.posterior.median_s if not low_snr else None,
        glute_onset_interval_s=glute.posterior.interval_s(settings.confidence) if not low_snr else None,
        glute_snr_db=glute.snr_db,
        shoulder_onset_s=onset.posterior.median_s if onset is not None and not vague else None,
        shoulder_onset_interval_s=(
            onset.posterior.interval_s(settings.confidence) if onset is not None and not vague else None
        ),
        shoulder_snr_db=onset.snr_db if onset is not None else None,
        shoulder_bursts=pairing.bursts,
        lag_ms=with_clock.median_ms if with_clock is not None else None,
        lag_interval_ms=with_clock.interval_ms(settings.confidence) if with_clock is not None else None,
        p_shoulder_first=shares[0] if shares else None,
        p_together=shares[1] if shares else None,
        p_glute_first=shares[2] if shares else None,
        order=(
            order_of(shares, probability=settings.repetition_probability)
            if shares
            else ("shoulder_silent" if silent else "unclear")
        ),
    )
    return Judged(row, lag, usable=usable, noisy=low_snr or vague)


def _circumstances(
    recording: Recording,
    glute: Conditioned,
    shoulder: Conditioned,
    raises: tuple[Raise, ...],
    judged: tuple[Judged, ...],
    quality: list[QualityNote],
    *,
    margin_ms: float,
) -> Circumstances:
    blocking: list[str] = []
    warnings: list[str] = []
    _judge_clock(recording, margin_ms, blocking, warnings)
    _judge_sensors(glute, shoulder, blocking, warnings)
    for channel, code in ((glute, "glute_not_at_rest"), (shoulder, "shoulder_not_at_rest")):
        if channel.activity.quiet_s < LEAST_REST_S:
            blocking.append("no_rest")
        tonic = any(note.flag == "tonic" and note.channel == channel.channel.label for note in quality)
        stands_out = any(
            (row.glute_snr_db if channel is glute else row.shoulder_snr_db or 0) for row in (item.row for item in judged)
        )
        if tonic:
            (warnings if stands_out else blocking).append(code)
    bursts = tuple(item.glute for item in raises if item.glute is not None) + shoulder.activity.bursts
    correlation = common_signal(glute, shoulder, bursts)
    if correlation > COMMON_WARNS:
        (blocking if correlation > COMMON_REFUSES else warnings).append("common_signal")
        quality.append(
            QualityNote(shoulder.channel.label, "common_signal", f"correlation with the glute's channel {correlation:.2f}")
        )
    per_minute, restless = _background(shoulder, raises, recording.events)
    if restless > RESTLESS_SHARE:
        blocking.append("shoulder_not_at_rest")
    elif per_minute is not None and per_minute > BACKGROUND_WARNS_PER_MIN:
        warnings.append("shoulder_not_at_rest")
    envelope_ms = max(
        (c.channel.smoothing_ms or 0.0 for c in (glute, shoulder) if c.channel.kind == "envelope"), default=0.0
    )
    clock_ms = recording.clock_error_ms if not recording.shared_clock else 0.0
    return Circumstances(
        blocking=tuple(blocking),
        warnings=tuple(warnings),
        silence_proven=bool(shoulder.activity.bursts),
        shared_sd_ms=float(np.hypot(clock_ms or 0.0, envelope_ms / 2)),
        margin_ms=margin_ms,
        background_bursts_per_min=per_minute,
        planned_repetitions=recording.planned_repetitions,
    )


def _judge_clock(recording: Recording, margin_ms: float, blocking: list[str], warnings: list[str]) -> None:
    if recording.shared_clock:
        return
    error = recording.clock_error_ms
    if error is None or error > CLOCK_REFUSES_SHARE * margin_ms:
        blocking.append("unsynchronised")
    elif error > CLOCK_WARNS_MS:
        warnings.append("unsynchronised")


def _judge_sensors(glute: Conditioned, shoulder: Conditioned, blocking: list[str], warnings: list[str]) -> None:
    if any(c.channel.kind == "emg" and c.rate_hz < LOW_BANDWIDTH_HZ for c in (glute, shoulder)):
        warnings.append("low_bandwidth")
    for channel in (glute.channel, shoulder.channel):
        if channel.kind == "envelope":
            short = channel.smoothing_ms is not None and channel.smoothing_ms <= LONGEST_SMOOTHING_MS
            (warnings if short else blocking).append("envelope_only")


def _background(
    shoulder: Conditioned, raises: tuple[Raise, ...], events: tuple[Event, ...]
) -> tuple[float | None, float]:
    """Shoulder bursts a minute outside raises, and the share of that time that they fill."""
    busy = [(item.start_s - 1.0, item.end_s + 0.5) for item in raises]
    busy += [(e.onset_s - 1.0, e.onset_s + 8.0) for e in events if e.label in {EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER}]
    activity = shoulder.activity
    times = activity.start_s + (np.arange(activity.power.size) + 0.5) * activity.frame_s
    outside = np.ones(times.size, dtype=np.bool_)
    for start, end in busy:
        outside &= (times < start) | (times > end)
    seconds = float(outside.sum()) * activity.frame_s
    if seconds < 1.0:
        return None, 0.0
    lone = [b for b in activity.bursts if not any(b.start_s < end and b.end_s > start for start, end in busy)]
    filled = np.zeros(times.size, dtype=np.bool_)
    for burst in activity.bursts:
        filled |= (times >= burst.start_s) & (times < burst.end_s)
    return 60 * len(lone) / seconds, float((filled & outside).sum()) * activity.frame_s / seconds
