"""The leg as a movement sensor saw it, beside the repetitions of an analysis."""

from dataclasses import dataclass, replace

import numpy as np

from firing_analyzer.leg_result import LegHeights, LegMovement, Legs
from firing_analyzer.movement.body_sensors import BodySensor, body_sensors
from firing_analyzer.movement.leg_angle import LegAngle, leg_angle
from firing_analyzer.movement.leg_raises import LegRaise, find_leg_raises
from firing_analyzer.movement.movement_onset import leg_start
from firing_analyzer.movement.places import sensor_channel
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.result import QualityNote, Repetition, Trace
from firing_analyzer.settings import Settings
from recordings.errors import ChannelError
from recordings.model import Recording, Side

#: Share of the raises that reach the usual silent height, and fewest raises to tell it from.
USUAL_SHARE, FEWEST = 0.8, 5
#: A sensor on the glute tilts about a third of what the leg rises.
GLUTE_SHARE = 1 / 3
#: A leg that starts so long after the end of a repetition, or ends so long before it, is another raise.
NEAR_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class TimedRaise:
    """A raise of the leg and when it started.

    Attributes
    ----------
    raised : LegRaise
    start : OnsetPosterior
    """

    raised: LegRaise
    start: OnsetPosterior

    @property
    def start_s(self) -> float:
        """When the leg started to rise."""
        return self.start.median_s

    @property
    def end_s(self) -> float:
        """When it was back."""
        return self.raised.end_s


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLegs:
    """All raises that a movement sensor saw.

    Attributes
    ----------
    angle : LegAngle
    raises : tuple of TimedRaise
    notes : tuple of QualityNote
    """

    angle: LegAngle
    raises: tuple[TimedRaise, ...]
    notes: tuple[QualityNote, ...]

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """Start and end of every raise."""
        return tuple((one.start_s, one.end_s) for one in self.raises)


def measure_legs(sensor: BodySensor, recording: Recording, settings: Settings) -> MeasuredLegs:
    """Find every raise of the leg, its start and its height.

    Raises
    ------
    ChannelError
        If the sensor cannot tell how high the leg is.
    """
    angle = leg_angle(sensor, recording)
    on_glute = sensor.place != "thigh"
    least_deg = settings.min_leg_height_deg * (GLUTE_SHARE if on_glute else 1.0)
    timed: list[TimedRaise] = []
    previous_end_s = -np.inf
    for raised in find_leg_raises(angle, least_deg=least_deg):
        timed.append(TimedRaise(raised, leg_start(angle, raised, previous_end_s=previous_end_s)))
        previous_end_s = raised.end_s
    return MeasuredLegs(angle, tuple(timed), (*sensor.notes, *_notes(angle, on_glute=on_glute)))


def legs_beside_emg(
    recording: Recording, leg: Side, settings: Settings
) -> tuple[MeasuredLegs | None, tuple[QualityNote, ...]]:
    """Find the raises of the leg beside EMG, where a movement sensor saw them.

    A sensor that cannot be used does not stand against the EMG; a note says why it is left.
    """
    try:
        sensors = body_sensors(replace(recording, leg=leg, glute=None, shoulder=None))
    except ChannelError as problem:
        return None, (QualityNote("movement", "no_leg_angle", problem.reason),)
    sensor = None if sensors is None else sensors.of_leg
    if sensor is None:
        return None, ()
    try:
        measured = measure_legs(sensor, recording, settings)
    except ChannelError as problem:
        return None, (*sensor.notes, QualityNote(sensor.name, "no_leg_angle", problem.reason))
    if not measured.raises:
        detail = "it saw no raise of the leg, so the raises were found without it"
        return None, (*measured.notes, QualityNote(sensor.name, "no_leg_angle", detail))
    return measured, measured.notes


def legs_of(
    measured: MeasuredLegs, rows: tuple[Repetition, ...], settings: Settings, *, of_muscles: bool
) -> Legs:
    """Put the raises of the leg beside the repetitions.

    Parameters
    ----------
    measured : MeasuredLegs
    rows : tuple of Repetition
    settings : Settings
    of_muscles : bool
        Whether the shoulder's onset is of its muscle; only a muscle can be called silent.

    Returns
    -------
    Legs
    """
    raises = tuple(_beside(row, measured, settings) for row in rows)
    silent = _silent_heights(rows, raises) if of_muscles else []
    usual = _usual(silent)
    angle = measured.angle
    trace = Trace(
        channel=sensor_channel(angle.sensor, "angle"),
        samples=angle.elevation_deg.astype(np.float32),
        rate_hz=angle.rate_hz,
        start_s=angle.start_s,
        rest_rms=angle.error_deg,
        sensor_hz=angle.sensor.sampled_hz,
    )
    heights = LegHeights(
        greatest_silent_height_deg=max(silent, default=None),
        usual_silent_height_deg=usual,
        leg_height_error_deg=angle.error_deg,
    )
    return Legs(raises, heights, trace)


def _beside(row: Repetition, measured: MeasuredLegs, settings: Settings) -> LegMovement:
    near = [
        one
        for one in measured.raises
        if one.start_s < row.end_s + NEAR_S and one.end_s > row.start_s - NEAR_S
    ]
    if not near:
        return LegMovement()
    one = max(near, key=lambda one: min(one.end_s, row.end_s) - max(one.start_s, row.start_s))
    raised = one.raised
    at_onset = None
    if row.shoulder_onset_s is not None and not raised.slipped:
        at_onset = measured.angle.at(row.shoulder_onset_s)
    return LegMovement(
        leg_start_s=one.start_s,
        leg_start_interval_s=one.start.interval_s(settings.confidence),
        leg_top_s=raised.top_s,
        leg_end_s=raised.end_s,
        leg_height_deg=None if raised.slipped else raised.height_deg,
        leg_hold_s=raised.hold_s,
        leg_speed_deg_s=raised.speed_deg_s,
        height_at_shoulder_onset_deg=at_onset,
    )


def _silent_heights(rows: tuple[Repetition, ...], raises: tuple[LegMovement, ...]) -> list[float]:
    """How high the leg came in each raise while the shoulder was silent, where that is known."""
    heights: list[float] = []
    for row, leg in zip(rows, raises, strict=True):
        if not row.included or leg.leg_height_deg is None:
            continue
        if row.order == "shoulder_silent":
            heights.append(leg.leg_height_deg)
        elif "shoulder_already_active" in row.flags:
            heights.append(0.0)
        elif leg.height_at_shoulder_onset_deg is not None:
            # an onset while the leg comes down: it had been all the way up in silence
            late = row.shoulder_onset_s is not None and row.shoulder_onset_s > (leg.leg_top_s or np.inf)
            heights.append(leg.leg_height_deg if late else leg.height_at_shoulder_onset_deg)
    return heights


def _usual(heights: list[float]) -> float | None:
    """Height that 80 % of the raises reach."""
    if len(heights) < FEWEST:
        return None
    return sorted(heights, reverse=True)[int(np.ceil(USUAL_SHARE * len(heights))) - 1]


def _notes(angle: LegAngle, *, on_glute: bool) -> list[QualityNote]:
    name = angle.sensor.name
    how = "acceleration and angular rate" if angle.has_gyro else "acceleration alone"
    detail = f"height of the leg from {how}, standard error {angle.error_deg:.1f} degrees"
    notes = [QualityNote(name, "leg_angle", detail)]
    if not angle.has_gyro:
        detail = "without angular rate the angle is blurred while the leg moves, and its start is less sure"
        notes.append(QualityNote(name, "no_angular_rate", detail))
    if on_glute:
        detail = "the angle is that of the sensor on the glute, which is less than that of the leg"
        notes.append(QualityNote(name, "angle_of_glute", detail))
    if any(angle.slipped):
        places = [
            f"{angle.start_s + rest.stop / angle.rate_hz:.0f} s"
            for rest, slip in zip(angle.rests, angle.slipped, strict=False)
            if slip
        ]
        detail = f"it lay differently after {', '.join(places)}: it slipped, or the leg lay down differently"
        notes.append(QualityNote(name, "slipped", detail))
    return notes
