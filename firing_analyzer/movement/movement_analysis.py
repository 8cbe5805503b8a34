"""The analysis of a recording of movement alone: when the leg rises, how high, and what the shoulder does."""

from importlib.metadata import version

import numpy as np

import firing_analyzer
from firing_analyzer.aside import with_reasons
from firing_analyzer.circumstances import CLOCK_REFUSES_SHARE, CLOCK_WARNS_MS, clock_error_ms
from firing_analyzer.movement.body_sensors import BodySensors
from firing_analyzer.movement.measured_legs import MeasuredLegs, TimedRaise, legs_of, measure_legs
from firing_analyzer.movement.movement_onset import Motion, motion_of
from firing_analyzer.movement.movement_order import Movers, judge_movements
from firing_analyzer.movement.places import sensor_channel
from firing_analyzer.muscle_words import simulation_notes
from firing_analyzer.repetitions import EARLY_S, marks_on
from firing_analyzer.result import Analysis, QualityNote, Trace
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Circumstances, Judged, judge
from recordings.errors import ChannelError
from recordings.listing import listed_channels
from recordings.model import (
    EVENT_PRACTICE,
    EVENT_RAISE,
    EVENT_REFERENCE_SHOULDER,
    Event,
    Recording,
)

#: Share of raises without movement of the shoulder that stands against a verdict.
STILL_SHARE = 1 / 3
#: Least rest in a recording, and movements of the shoulder outside raises that are said.
LEAST_REST_S, RESTLESS_PER_MIN = 1.0, 3.0


def analyze_movement(recording: Recording, sensors: BodySensors, settings: Settings) -> Analysis:
    """Find how the leg rises and what moves first, where there is no EMG.

    Parameters
    ----------
    recording : Recording
    sensors : BodySensors
    settings : Settings

    Returns
    -------
    Analysis
        Of kind ``"imu"``: its onsets are those of movement, not of muscles.

    Raises
    ------
    ChannelError
        If no sensor sits on the leg, or it cannot tell how high the leg is.
    """
    on_leg = sensors.of_leg
    if on_leg is None:
        raise ChannelError(
            "no movement sensor is on the leg that is raised; put one on its thigh or glute (labels such as "
            f"THIGH_L_ACC_X), there is {listed_channels(recording.signals)}",
            path=recording.path,
            available=recording.labels,
        )
    legs = measure_legs(on_leg, recording, settings)
    raised = tuple(one.raised for one in legs.raises)
    glute = sensors.glute if sensors.glute is not on_leg else None
    movers = Movers(
        legs,
        glute=None if glute is None else motion_of(glute, raised),
        shoulder=None if sensors.shoulder is None else motion_of(sensors.shoulder, raised),
    )
    counted = _counted(legs.raises, recording.events, settings)
    clock_ms = clock_error_ms(recording)
    margin_ms = max(settings.margin_ms, settings.movement_margin_ms)
    judged = judge_movements(
        counted,
        movers,
        settings,
        clock_ms=clock_ms or 0.0,
        margin_ms=margin_ms,
        excluded=tuple(bool(marks_on(one.start_s, one.end_s, recording.events, settings)) for one in counted),
    )
    rows = with_reasons(tuple(item.row for item in judged), recording.events, settings)
    lead = on_leg if movers.glute is None else movers.glute.sensor
    others = [one for one in (glute, sensors.shoulder) if one is not None]
    return Analysis(
        session=judge(judged, _circumstances(recording, movers, judged, clock_ms, margin_ms), settings),
        rows=rows,
        quality=(
            *(note for one in (on_leg, *others) for note in simulation_notes(sensor_channel(one, "angle"))),
            *legs.notes,
            *(note for one in others for note in one.notes),
            *_left_aside(recording),
        ),
        glute=_trace_of_leg(legs) if lead is on_leg else _trace(movers.glute),
        shoulder=_trace(movers.shoulder),
        leg=sensors.leg,
        kind="imu",
        path=recording.path,
        duration_s=recording.duration_s,
        shared_clock=recording.shared_clock,
        timing_error_ms=clock_ms,
        cued=True,
        settings=settings,
        notes=recording.notes,
        software={
            "firing_analyzer": firing_analyzer.__version__,
            "numpy": version("numpy"),
            "scipy": version("scipy"),
        },
        legs=legs_of(legs, rows, settings, of_muscles=False),
    )


def _counted(
    raises: tuple[TimedRaise, ...], events: tuple[Event, ...], settings: Settings
) -> tuple[TimedRaise, ...]:
    """Leave out practice, and, where raises were cued, what nobody asked for."""
    cues = [event.onset_s for event in events if event.label == EVENT_RAISE]
    marks = [e.onset_s for e in events if e.label in {EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER}]

    def follows(one: TimedRaise, heard: list[float]) -> bool:
        return any(-EARLY_S <= one.start_s - cue_s < settings.cue_window_s for cue_s in heard)

    if cues:
        return tuple(one for one in raises if follows(one, cues))
    return tuple(one for one in raises if not follows(one, marks))


def _circumstances(
    recording: Recording, movers: Movers, judged: tuple[Judged, ...], clock_ms: float | None, margin_ms: float
) -> Circumstances:
    counted = [item.row for item in judged if item.row.included and item.usable]
    unmoved = sum(not row.shoulder_bursts for row in counted) / max(len(counted), 1)
    no_sensor = movers.shoulder is None
    per_min = None if movers.shoulder is None else _outside_per_min(movers.shoulder, movers.legs)
    rest_s = sum(rest.stop - rest.start for rest in movers.legs.angle.rests) / movers.legs.angle.rate_hz
    unknown_clock = not no_sensor and clock_ms is None
    # code, whether it is said, whether it stands against any verdict
    doubts = (
        ("no_shoulder_sensor", no_sensor, True),
        ("no_shoulder_movement", not no_sensor and unmoved > 0, unmoved > STILL_SHARE),
        ("unsynchronised", unknown_clock, True),
        (
            "unsynchronised",
            not no_sensor and (clock_ms or 0.0) > CLOCK_WARNS_MS,
            (clock_ms or 0.0) > CLOCK_REFUSES_SHARE * margin_ms,
        ),
        ("no_rest", rest_s < LEAST_REST_S, True),
        ("shoulder_not_at_rest", (per_min or 0.0) > RESTLESS_PER_MIN, False),
    )
    return Circumstances(
        blocking=tuple(code for code, said, blocks in doubts if said and blocks),
        warnings=tuple(code for code, said, blocks in doubts if said and not blocks),
        shared_sd_ms=clock_ms or 0.0,
        margin_ms=margin_ms,
        background_bursts_per_min=per_min,
        planned_repetitions=recording.planned_repetitions,
    )


def _outside_per_min(shoulder: Motion, legs: MeasuredLegs) -> float | None:
    """Movements of the shoulder in a minute outside raises."""
    busy = [(start_s - 1.5, end_s + 1.0) for start_s, end_s in legs.spans_s]
    outside_s = shoulder.speed.size / shoulder.sensor.rate_hz - sum(
        end_s - start_s for start_s, end_s in busy
    )
    if outside_s < 1.0:
        return None
    alone = [
        move
        for move in shoulder.moves
        if not any(move.start_s < end and move.end_s > start for start, end in busy)
    ]
    return 60 * len(alone) / outside_s


def _left_aside(recording: Recording) -> list[QualityNote]:
    """Say it where EMG of one site alone was left aside."""
    detail = "EMG of one site alone was left aside; an order of muscles needs EMG of both"
    return [
        QualityNote(signal.channel.label, "left_aside", detail)
        for signal in recording.signals
        if signal.channel.kind in ("emg", "envelope") and signal.channel.muscle is not None
    ]


def _trace_of_leg(legs: MeasuredLegs) -> Trace:
    angle = legs.angle
    return Trace(
        channel=sensor_channel(angle.sensor, "angle"),
        samples=angle.elevation_deg.astype(np.float32),
        rate_hz=angle.rate_hz,
        start_s=angle.start_s,
        rest_rms=angle.error_deg,
        sensor_hz=angle.sensor.sampled_hz,
    )


def _trace(motion: Motion | None) -> Trace:
    if motion is None:
        return Trace.of_nothing()
    lost = np.isnan(motion.turning).any(axis=1)
    return Trace(
        channel=sensor_channel(motion.sensor, "gyro"),
        samples=np.where(lost, np.nan, motion.speed).astype(np.float32),
        rate_hz=motion.sensor.rate_hz,
        start_s=motion.sensor.start_s,
        rest_rms=motion.rest_rate,
        sensor_hz=motion.sensor.sampled_hz,
    )
