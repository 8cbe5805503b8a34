"""The height of the leg from a sensor in any orientation, against what the simulated leg really did."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from firing_analyzer.movement.body_sensors import BodySensor, body_sensors
from firing_analyzer.movement.leg_angle import LegAngle, leg_angle
from firing_analyzer.movement.orientation import find_up, orientation_of
from recordings.errors import ChannelError
from recordings.model import Recording
from recordings.synth.inertial import Inertial, Slip, Table
from recordings.synth.movement import LEG_SENSOR, MovementSession, simulate_movement

KNOCKED = Table(sway=0.05, knocks=((4.0, 4.0), (5.8, 3.0), (13.0, 6.0), (17.6, 3.0), (22.0, 8.0)))
WITHOUT_GYRO = replace(LEG_SENSOR, without=("GYRO_X", "GYRO_Y", "GYRO_Z"))
#: Lying on its back: upside down.
UPSIDE_DOWN = Inertial(mounting=(np.pi, 0.0, 0.0))


def of_leg(recording: Recording) -> BodySensor:
    sensors = body_sensors(recording)
    assert sensors is not None
    assert sensors.of_leg is not None
    return sensors.of_leg


def measured(session: MovementSession) -> LegAngle:
    return leg_angle(of_leg(session.recording), session.recording)


def errors_deg(session: MovementSession) -> tuple[float, float, float]:
    """Greatest error at rest, at the top and while moving."""
    angle = measured(session)
    error = np.abs(angle.elevation_deg - session.truth.elevation_deg(angle.times_s))
    top, moving = np.zeros((2, error.size), dtype=np.bool_)
    for lift in session.truth.legs:
        inside = (angle.times_s >= lift.start_s) & (angle.times_s <= lift.end_s)
        up = (angle.times_s >= lift.top_s) & (angle.times_s <= lift.top_s + lift.hold_s)
        top, moving = top | up, moving | (inside & ~up)
    return float(error[~(top | moving)].max()), float(error[top].max()), float(error[moving].max())


@pytest.mark.parametrize(
    ("options", "seed"),
    [
        *(({}, seed) for seed in range(4)),
        ({"leg_sensor": UPSIDE_DOWN}, 1),
        ({"leg_sensor": Inertial(mounting=(0.0, np.pi / 2, 0.0))}, 2),
        ({"leg_sensor": Inertial(breathing_deg=0.5)}, 3),
        ({"table": KNOCKED}, 4),
        ({"leg_sensor": Inertial(acc_bias=(0.1, -0.1, 0.1), bias_drift=0.01)}, 5),
        ({"leg": "right", "rate_hz": 208.0}, 6),
        ({"rate_hz": 52.0}, 7),
    ],
)
def test_the_height_is_within_a_degree_at_rest_and_at_the_top_and_within_two_on_the_way(
    options: dict[str, object], seed: int
) -> None:
    session = simulate_movement(seed=seed, lags_ms=[None] * 4, out_s=(0.3, 3.0), **options)  # pyright: ignore[reportArgumentType]
    at_rest, at_top, moving = errors_deg(session)
    assert at_rest < 1
    assert at_top < 1
    assert moving < 2


def test_without_angular_rate_the_held_height_is_as_good_and_the_way_up_is_not() -> None:
    session = simulate_movement(seed=1, lags_ms=[None] * 4, out_s=(0.8, 1.2), leg_sensor=WITHOUT_GYRO)
    at_rest, at_top, moving = errors_deg(session)
    assert at_rest < 1
    assert at_top < 1
    assert moving < 3
    assert not measured(session).has_gyro


@settings(max_examples=15, deadline=None)
@given(turn=st.tuples(*[st.floats(-3, 3)] * 3))
def test_turning_the_sensor_on_the_skin_changes_nothing(turn: tuple[float, float, float]) -> None:
    session = simulate_movement(seed=8, lags_ms=[None] * 2, shoulder_sensor=None)
    sensor = of_leg(session.recording)
    assert sensor.acc is not None
    assert sensor.gyro is not None
    turned = Rotation.from_rotvec(turn)
    other = replace(sensor, acc=turned.apply(sensor.acc), gyro=turned.apply(sensor.gyro))
    before, after = (leg_angle(one, session.recording).elevation_deg for one in (sensor, other))
    assert np.abs(before - after).max() < 0.02


def test_a_leg_that_also_turns_about_itself_now_and_then_is_measured_by_its_lift_alone() -> None:
    session = simulate_movement(seed=3, lags_ms=[None] * 6, shoulder_sensor=None)
    rolling = simulate_movement(seed=3, lags_ms=[None] * 6, shoulder_sensor=None, roll_deg=8.0)
    plain, rolled = (one.recording for one in (session, rolling))
    # the first half of the raises rolls, the other half does not: the axis of the lift is still seen
    half = session.truth.legs[2].end_s + 1.0
    mixed = replace(
        plain,
        signals=tuple(
            replace(a, samples=np.where(a.times_s < half, b.samples, a.samples))
            for a, b in zip(plain.signals, rolled.signals, strict=True)
        ),
    )
    angle = leg_angle(of_leg(mixed), mixed)
    error = angle.elevation_deg - session.truth.elevation_deg(angle.times_s)
    assert np.sqrt(np.mean(error[angle.times_s > half] ** 2)) < 1.0


def test_a_gyro_that_is_off_is_put_right_from_rest() -> None:
    session = simulate_movement(
        seed=2, lags_ms=[None] * 4, leg_sensor=Inertial(gyro_bias=(0.1, -0.08, 0.12), bias_drift=0.02)
    )
    assert max(errors_deg(session)) < 1


def test_lost_samples_stay_unknown_and_what_is_beside_them_is_right() -> None:
    session = simulate_movement(seed=4, lags_ms=[None] * 3, leg_sensor=Inertial(lost_s=((7.0, 9.0),)))
    angle = measured(session)
    lost = (angle.times_s >= 7.0) & (angle.times_s < 9.0)
    assert np.isnan(angle.elevation_deg[lost]).all()
    error = angle.elevation_deg - session.truth.elevation_deg(angle.times_s)
    assert np.nanmax(np.abs(error)) < 2
    assert np.isfinite(angle.elevation_deg[~lost]).all()


def test_a_sensor_that_slipped_between_raises_measures_the_next_one_right() -> None:
    slip_s = 12.5
    session = simulate_movement(
        seed=5,
        lags_ms=[None] * 4,
        leg_sensor=Inertial(mounting=(0.1, 0.2, 0.3), slips=(Slip(slip_s, 10.0, (1.0, 0.4, 0.0)),)),
    )
    assert session.truth.legs[0].end_s < slip_s - 1 < slip_s + 1 < session.truth.legs[1].start_s
    angle = measured(session)
    assert sum(angle.slipped) == 1
    error = np.abs(angle.elevation_deg - session.truth.elevation_deg(angle.times_s))
    assert error[np.abs(angle.times_s - slip_s) > 1.0].max() < 1


def test_the_stated_error_covers_what_a_sensor_that_is_off_does() -> None:
    plain = measured(simulate_movement(seed=6, lags_ms=[None] * 4))
    off = measured(
        simulate_movement(seed=6, lags_ms=[None] * 4, leg_sensor=Inertial(acc_bias=(0.3, 0.3, 0.3)))
    )
    assert 0.2 < plain.error_deg < 1
    assert off.error_deg > plain.error_deg


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        (("ACC_Y",), "axis y of the acceleration is missing"),
        (("ACC_X", "ACC_Y", "ACC_Z"), "it has no acceleration"),
    ],
)
def test_without_all_of_gravity_there_is_no_height_and_the_reason_is_told(
    without: tuple[str, ...], reason: str
) -> None:
    session = simulate_movement(seed=1, lags_ms=[None], leg_sensor=Inertial(without=without))
    with pytest.raises(ChannelError, match=f"THIGH_L cannot tell how high the leg is: {reason}"):
        measured(session)


@pytest.mark.parametrize("change", [0.5, 9.80665])
def test_an_acceleration_that_is_not_in_its_unit_is_refused(change: float) -> None:
    session = simulate_movement(seed=1, lags_ms=[None])
    sensor = of_leg(session.recording)
    assert sensor.acc is not None
    with pytest.raises(ChannelError, match=r"not gravity's 9\.8"):
        leg_angle(replace(sensor, acc=sensor.acc * change), session.recording)


def test_a_flat_accelerometer_is_refused() -> None:
    session = simulate_movement(seed=1, lags_ms=[None])
    sensor = of_leg(session.recording)
    assert sensor.acc is not None
    with pytest.raises(ChannelError, match="lost or flat"):
        leg_angle(replace(sensor, acc=np.ones_like(sensor.acc)), session.recording)


def test_turning_at_a_constant_rate_comes_back_after_a_full_turn() -> None:
    rate = np.tile([0.0, 0.0, 2 * np.pi], (101, 1))
    turned = orientation_of(rate, 100.0)
    assert np.degrees((turned[0].inv() * turned[100]).magnitude()) < 1e-6
    assert turned[25].apply([1.0, 0.0, 0.0]) == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)


def test_up_is_where_gravity_pushes_from_while_the_sensor_is_shaken() -> None:
    rng = np.random.default_rng(1)
    shaken = np.tile([0.0, 9.80665, 0.0], (3000, 1)) + 2 * np.sin(np.arange(3000) / 8)[:, None]
    up = find_up(shaken, 0.004 * rng.standard_normal((3000, 3)), 100.0).up
    assert np.degrees(np.arccos(up[300:-300, 1])).max() < 1
