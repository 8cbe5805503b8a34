"""Simulated movement sensors: what they feel follows from what the leg does, and from nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from recordings.model import Recording
from recordings.synth import simulate
from recordings.synth.inertial import GRAVITY, Inertial, Slip, Table
from recordings.synth.movement import GLUTE_DELAY_S, LEG_SENSOR, simulate_movement, with_movement
from recordings.synth.swing import Swing, min_jerk, swing_angle

#: A sensor without any error, mounted along the limb.
IDEAL = Inertial(
    mounting=(0.0, 0.0, 0.0),
    acc_noise=0.0,
    gyro_noise=0.0,
    gyro_bias=(0.0, 0.0, 0.0),
    bias_drift=0.0,
    breathing_deg=0.0,
)


def rows(recording: Recording, kind: str, place: str = "THIGH_L") -> np.ndarray:
    return np.stack([recording[f"{place}_{kind}_{axis}"].samples for axis in "XYZ"], axis=1)


def test_a_movement_is_smooth_and_its_speed_and_acceleration_are_its_derivatives() -> None:
    u = np.linspace(0, 1, 10_001)
    place, speed, acceleration = min_jerk(u)
    assert (place[0], place[-1], speed[0], speed[-1]) == (0, 1, 0, 0)
    assert np.abs(np.gradient(place, u) - speed)[5:-5].max() < 1e-4
    assert np.abs(np.gradient(speed, u) - acceleration)[5:-5].max() < 1e-2


def test_an_ideal_sensor_feels_gravity_turn_and_the_leg_speed_up() -> None:
    session = simulate_movement(
        seed=1, lags_ms=[None] * 2, rate_hz=1000.0, leg_sensor=IDEAL, shoulder_sensor=None
    )
    recording = session.recording
    times_s = recording["THIGH_L_ACC_X"].times_s
    angle = np.radians(session.truth.elevation_deg(times_s))
    turning = np.gradient(angle, times_s)
    acc, gyro = rows(recording, "ACC"), rows(recording, "GYRO")
    assert np.abs(gyro[:, 1] + turning).max() < 1e-3
    assert np.abs(gyro[:, [0, 2]]).max() < 1e-12
    assert np.abs(acc[:, 0] - GRAVITY * np.sin(angle) + 0.3 * turning**2).max() < 1e-3
    assert np.abs(acc[:, 2] - GRAVITY * np.cos(angle) - 0.3 * np.gradient(turning, times_s)).max() < 0.02
    assert np.abs(acc[:, 1]).max() < 1e-12


@pytest.mark.parametrize("roll_deg", [0.0, 12.0])
def test_a_mounting_turns_what_is_felt_and_changes_no_size(roll_deg: float) -> None:
    felt, turned = (
        simulate_movement(seed=1, lags_ms=[None], leg_sensor=sensor, roll_deg=roll_deg).recording
        for sensor in (IDEAL, replace(IDEAL, mounting=None))
    )
    for kind in ("ACC", "GYRO"):
        a, b = rows(felt, kind), rows(turned, kind)
        assert np.linalg.norm(a, axis=1) == pytest.approx(np.linalg.norm(b, axis=1), abs=1e-9)
        assert np.abs(a - b).max() > 0.1


def test_the_gyro_of_a_leg_that_rolls_agrees_with_how_gravity_moves() -> None:
    recording = simulate_movement(
        seed=1, lags_ms=[None] * 2, rate_hz=1000.0, roll_deg=12.0, leg_sensor=replace(IDEAL, lever_m=0.0)
    ).recording
    up, rate = rows(recording, "ACC") / GRAVITY, rows(recording, "GYRO")
    # what stands still in the room turns against the sensor
    assert np.abs(np.gradient(up, 1e-3, axis=0) + np.cross(rate, up)).max() < 2e-3


def test_a_slip_turns_gravity_by_its_angle_and_the_gyro_feels_it() -> None:
    slipping = replace(IDEAL, slips=(Slip(3.0, 10.0, (1.0, 0.0, 0.0)),))
    recording = simulate_movement(seed=1, lags_ms=[None], rate_hz=1000.0, leg_sensor=slipping).recording
    acc, rate = rows(recording, "ACC"), rows(recording, "GYRO")
    cosine = acc[2900] @ acc[3300] / GRAVITY**2
    assert np.degrees(np.arccos(cosine)) == pytest.approx(10.0, abs=0.01)
    assert np.degrees(np.abs(rate[2900:3300].sum(axis=0)[0])) / 1000 == pytest.approx(10.0, abs=0.1)
    up = acc / GRAVITY
    inside = slice(2990, 3160)
    moved = np.gradient(up, 1e-3, axis=0) + np.cross(rate, up)
    assert np.median(np.abs(moved[inside])) < 1e-6


def test_noise_bias_limits_gaps_and_missing_channels_are_as_asked_for() -> None:
    sensor = Inertial(
        mounting=(0.0, 0.0, 0.0),
        breathing_deg=0.0,
        gyro_bias=(0.1, 0.2, 0.3),
        bias_drift=0.6,
        lost_s=((1.0, 2.0),),
        without=("ACC_Y",),
        gyro_limit=0.32,
    )
    recording = simulate_movement(seed=1, lags_ms=[None], lead_in_s=6.0, leg_sensor=sensor).recording
    assert "THIGH_L_ACC_Y" not in recording.labels
    z = recording["THIGH_L_ACC_Z"].samples
    assert np.isnan(z[100:200]).all()
    assert np.isfinite(np.delete(z, np.arange(100, 200))).all()
    assert z[200:500].std() == pytest.approx(0.03, rel=0.2)
    x = recording["THIGH_L_GYRO_X"].samples
    assert x[:100].mean() == pytest.approx(0.105, abs=0.002)
    assert np.diff(x[200:500]).std() / np.sqrt(2) == pytest.approx(0.004, rel=0.2)
    assert np.nanmax(recording["THIGH_L_GYRO_Z"].samples) == 0.32


def test_a_knock_and_a_breath_reach_both_sensors_and_die_away() -> None:
    quiet = simulate_movement(seed=1, lags_ms=[None]).recording
    knocked = simulate_movement(seed=1, lags_ms=[None], table=Table(knocks=((2.0, 5.0),))).recording
    for place in ("THIGH_L", "UT_R"):
        change = np.linalg.norm(rows(knocked, "ACC", place) - rows(quiet, "ACC", place), axis=1)
        assert change[:200].max() < 1e-9
        assert change[200:220].max() > 1.0
        assert change[400:].max() < 1e-3


def test_one_thing_changed_leaves_the_rest_as_it_was() -> None:
    one = simulate_movement(seed=3, lags_ms=[300.0] * 3)
    other = simulate_movement(seed=3, lags_ms=[-200.0] * 3)
    assert one.truth.legs == other.truth.legs
    assert np.array_equal(rows(one.recording, "ACC"), rows(other.recording, "ACC"))
    assert [round(lag or 0) for lag in other.truth.lags_ms] == [-200] * 3
    assert not np.array_equal(
        rows(one.recording, "GYRO"), rows(simulate_movement(seed=4).recording, "GYRO")[:1]
    )


def test_beside_emg_the_leg_moves_after_its_muscle() -> None:
    session = simulate("glute_first", seed=2, rate_hz=1000.0)
    both = with_movement(session, leg_sensor=LEG_SENSOR)
    assert both.recording.labels[:2] == ("GM_L", "UT_R")
    for one, lift in zip(session.truth.raises, both.truth.legs, strict=True):
        assert one.glute_onset_s is not None
        assert lift.start_s - one.glute_onset_s == pytest.approx(GLUTE_DELAY_S)
    times_s = both.recording["THIGH_L_ACC_X"].times_s
    assert times_s[-1] == pytest.approx(both.recording.duration_s, abs=0.02)


def test_what_cannot_be_moved_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        Swing(1.0, out_s=0.0)
    assert swing_angle(np.array([0.0, 5.0]), []).tolist() == [0.0, 0.0]
