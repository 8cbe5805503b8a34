"""A session of leg raises as movement sensors feel it, alone or beside the EMG of the same raises."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recordings.labels import recognise
from recordings.model import SIMULATED, FloatArray, Recording, Side, Signal, opposite
from recordings.synth.inertial import STILL_TABLE, Inertial, Table, any_mounting, felt_by_limb, sensed
from recordings.synth.nuisances import breath_times
from recordings.synth.person import Span
from recordings.synth.swing import Swing, swing_angle
from recordings.synth.texture import stream
from recordings.synth.truth import SyntheticSession

#: Channels of a sensor, in order.
AXES: Final = tuple(f"{kind}_{axis}" for kind in ("ACC", "GYRO") for axis in "XYZ")
#: From the onset of EMG to the start of movement: glute and shoulder (see the README on the delay).
GLUTE_DELAY_S, SHOULDER_DELAY_S = 0.06, 0.04

LEG_SENSOR: Final = Inertial()
SHOULDER_SENSOR: Final = Inertial(lever_m=0.12, breathing_deg=0.6, gyro_bias=(-0.01, 0.02, 0.008))


@dataclass(frozen=True, slots=True, eq=False)
class MovementTruth:
    """What really moved.

    Attributes
    ----------
    legs : tuple of Swing
        The raises.
    shoulders : tuple of Swing or None
        What the shoulder did in each.
    """

    legs: tuple[Swing, ...]
    shoulders: tuple[Swing | None, ...]

    @property
    def lags_ms(self) -> tuple[float | None, ...]:
        """Start of the shoulder's movement minus that of the leg."""
        return tuple(
            None if arm is None else 1000 * (arm.start_s - leg.start_s)
            for leg, arm in zip(self.legs, self.shoulders, strict=True)
        )

    def elevation_deg(self, times_s: FloatArray) -> FloatArray:
        """Height of the leg above its rest."""
        return swing_angle(times_s, self.legs)


@dataclass(frozen=True, slots=True, eq=False)
class MovementSession:
    """A recording with movement sensors, and the truth about it."""

    recording: Recording
    truth: MovementTruth


def simulate_movement(
    *,
    seed: int = 0,
    leg: Side = "left",
    lags_ms: Sequence[float | None] = (300.0,) * 10,
    out_s: Span = (0.6, 1.2),
    hold_s: Span = (1.5, 2.5),
    height_deg: Span = (10.0, 18.0),
    roll_deg: float = 0.0,
    shoulder_out_s: Span = (0.3, 0.7),
    shoulder_deg: Span = (3.0, 7.0),
    lead_in_s: float = 6.0,
    every_s: Span = (9.0, 11.0),
    rate_hz: float = 100.0,
    leg_place: str | None = "THIGH",
    leg_sensor: Inertial = LEG_SENSOR,
    shoulder_sensor: Inertial | None = SHOULDER_SENSOR,
    table: Table = STILL_TABLE,
) -> MovementSession:
    """Make a session of raises that movement sensors alone recorded.

    Parameters
    ----------
    seed : int
        The same seed and settings give the same samples.
    leg : {"left", "right"}
    lags_ms : sequence of float or None
        Start of the shoulder's movement minus that of the leg, for each raise; None leaves it still.
    out_s, hold_s : tuple of float
        Ranges of how long the leg moves up (and down) and is held.
    height_deg : tuple of float
        Range of how high it is lifted.
    roll_deg : float
        How far the leg turns about its long axis in each raise.
    shoulder_out_s, shoulder_deg : tuple of float
        Ranges of how long and how far the shoulder moves.
    lead_in_s, every_s : float, tuple of float
        Rest before the first raise, and range from raise to raise.
    rate_hz : float
    leg_place : str or None
        Where the leg's sensor sits: ``"THIGH"`` or ``"GM"``; None leaves it out.
    leg_sensor, shoulder_sensor : Inertial
        None leaves out the shoulder's.
    table : Table

    Returns
    -------
    MovementSession

    Examples
    --------
    >>> session = simulate_movement(seed=1, lags_ms=[-300.0, None])
    >>> session.recording.labels[:2], session.truth.lags_ms[1]
    (('THIGH_L_ACC_X', 'THIGH_L_ACC_Y'), None)
    """
    rng = stream(seed, "movement")
    legs: list[Swing] = []
    shoulders: list[Swing | None] = []
    at_s = lead_in_s
    for lag_ms in lags_ms:
        up, down, held, height, arm_out, arm_deg, arm_held, gap = rng.uniform(
            [
                out_s[0],
                out_s[0],
                hold_s[0],
                height_deg[0],
                shoulder_out_s[0],
                shoulder_deg[0],
                0.6,
                every_s[0],
            ],
            [
                out_s[1],
                out_s[1],
                hold_s[1],
                height_deg[1],
                shoulder_out_s[1],
                shoulder_deg[1],
                1.5,
                every_s[1],
            ],
        ).tolist()
        lift = Swing(at_s, up, held, down, height, roll_deg)
        legs.append(lift)
        arm = None if lag_ms is None else Swing(at_s + lag_ms / 1000, arm_out, arm_held, arm_out, arm_deg)
        shoulders.append(arm)
        at_s = max(at_s + gap, lift.end_s + 3.0)
    truth = MovementTruth(tuple(legs), tuple(shoulders))
    duration_s = (legs[-1].end_s if legs else at_s) + 4.0
    signals = _signals(
        truth,
        seed=seed,
        leg=leg,
        duration_s=duration_s,
        rate_hz=rate_hz,
        leg_place=leg_place,
        leg_sensor=leg_sensor,
        shoulder_sensor=shoulder_sensor,
        table=table,
    )
    return MovementSession(Recording(signals, leg=leg, planned_repetitions=len(lags_ms)), truth)


def with_movement(
    session: SyntheticSession,
    *,
    seed: int = 0,
    out_s: Span = (0.7, 1.1),
    height_deg: Span = (10.0, 18.0),
    rate_hz: float = 100.0,
    leg_place: str | None = "THIGH",
    leg_sensor: Inertial = LEG_SENSOR,
    shoulder_sensor: Inertial | None = None,
    table: Table = STILL_TABLE,
) -> MovementSession:
    """Put movement sensors beside the EMG of a session: the leg rises 60 ms after the glute's onset.

    It is held until the glute lets go. A shoulder that is active moves 40 ms after its onset.
    """
    rng = stream(seed, "movement of muscles")
    legs: list[Swing] = []
    shoulders: list[Swing | None] = []
    for one in session.truth.raises:
        up, down, height, arm_deg = rng.uniform(
            [out_s[0], out_s[0], height_deg[0], 3.0], [out_s[1], out_s[1], height_deg[1], 7.0]
        ).tolist()
        if one.glute is None:
            continue
        start_s = one.glute.onset_s + GLUTE_DELAY_S
        held = max(one.glute.end_s - start_s - up - down, 0.0)
        legs.append(Swing(start_s, up, held, down, height))
        arm = one.shoulder
        shoulders.append(
            None if arm is None else Swing(arm.onset_s + SHOULDER_DELAY_S, 0.4, 0.6, 0.4, arm_deg)
        )
    truth = MovementTruth(tuple(legs), tuple(shoulders))
    recording = session.recording
    signals = _signals(
        truth,
        seed=seed,
        leg=recording.leg or "left",
        duration_s=recording.duration_s,
        rate_hz=rate_hz,
        leg_place=leg_place,
        leg_sensor=leg_sensor,
        shoulder_sensor=shoulder_sensor,
        table=table,
    )
    return MovementSession(replace(recording, signals=(*recording.signals, *signals)), truth)


def _signals(
    truth: MovementTruth,
    *,
    seed: int,
    leg: Side,
    duration_s: float,
    rate_hz: float,
    leg_place: str | None,
    leg_sensor: Inertial,
    shoulder_sensor: Inertial | None,
    table: Table,
) -> tuple[Signal, ...]:
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    breaths_s = breath_times(duration_s, rng=stream(seed, "breath"))
    sway = stream(seed, "table").uniform([[0.5], [0.0]], [[4.0], [2 * np.pi]], (2, 8))
    arms = tuple(swing for swing in truth.shoulders if swing is not None)
    sites: list[tuple[str, Inertial, tuple[Swing, ...]]] = []
    if leg_place is not None:
        sites.append((f"{leg_place}_{leg[0].upper()}", leg_sensor, truth.legs))
    if shoulder_sensor is not None:
        sites.append((f"UT_{opposite(leg)[0].upper()}", shoulder_sensor, arms))
    made: list[Signal] = []
    for place, sensor, swings in sites:
        felt = felt_by_limb(
            times_s,
            swings,
            lever_m=sensor.lever_m,
            breaths_s=breaths_s,
            breathing_deg=sensor.breathing_deg,
            table=table,
            sway_phases=sway,
        )
        rng = stream(seed, f"{place} imu")
        drawn = any_mounting(rng)
        mounting = drawn if sensor.mounting is None else type(drawn).from_rotvec(sensor.mounting)
        rows = sensed(felt, times_s, sensor, mounting=mounting, rng=rng)
        made += [
            _signal(f"{place}_{axis}", row, rate_hz=rate_hz)
            for axis, row in zip(AXES, rows, strict=True)
            if axis not in sensor.without
        ]
    return tuple(made)


def _signal(label: str, row: FloatArray, *, rate_hz: float) -> Signal:
    unit = "m/s2" if "_ACC_" in label else "rad/s"
    return Signal(replace(recognise(label, unit=unit), device=SIMULATED), row, rate_hz)
