"""Raises in the course of the leg's angle: all of them and no others, and how each one went."""

from dataclasses import replace

import numpy as np
import pytest

from firing_analyzer.movement.body_sensors import body_sensors
from firing_analyzer.movement.measured_legs import MeasuredLegs, measure_legs
from firing_analyzer.settings import Settings
from recordings.synth.inertial import Inertial, Slip, Table
from recordings.synth.movement import LEG_SENSOR, MovementSession, simulate_movement

#: At rest, just before raises, while the leg is up, and hard ones.
KNOCKED = Table(
    sway=0.08,
    knocks=((3.0, 8.0), (5.7, 4.0), (7.5, 5.0), (13.0, 10.0), (16.0, 3.0), (23.0, 6.0), (31.5, 4.0)),
)
WITHOUT_GYRO = replace(LEG_SENSOR, without=("GYRO_X", "GYRO_Y", "GYRO_Z"))


def legs_of(session: MovementSession) -> MeasuredLegs:
    sensors = body_sensors(session.recording)
    assert sensors is not None
    assert sensors.of_leg is not None
    return measure_legs(sensors.of_leg, session.recording, Settings())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"table": KNOCKED},
        {"leg_sensor": Inertial(breathing_deg=1.0)},
        {"leg_sensor": Inertial(breathing_deg=0.5), "table": KNOCKED},
        {"leg_sensor": WITHOUT_GYRO},
        {"leg_sensor": WITHOUT_GYRO, "table": KNOCKED},
        {"hold_s": (0.0, 0.0)},
        {"hold_s": (6.0, 9.0), "every_s": (14.0, 15.0)},
        {"height_deg": (4.0, 6.0)},
        {"height_deg": (25.0, 35.0)},
        {"leg_place": "GM", "height_deg": (3.0, 6.0)},
        {"leg_sensor": Inertial(slips=(Slip(13.5, 12.0, (1.0, 0.0, 2.0)), Slip(43.0, 6.0, (0.0, 1.0, 1.0))))},
        {"out_s": (0.3, 0.4)},
        {"out_s": (2.5, 3.0)},
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_raise_is_found_and_no_other(options: dict[str, object], seed: int) -> None:
    session = simulate_movement(**{"seed": seed, "lags_ms": [None] * 6, "out_s": (0.3, 3.0), **options})  # pyright: ignore[reportArgumentType]
    found = legs_of(session).raises
    lifts = session.truth.legs
    assert len(found) == len(lifts)
    for one, lift in zip(found, lifts, strict=True):
        assert lift.start_s - 0.4 < one.start_s < lift.top_s


def test_who_lies_still_raises_nothing_however_the_table_is_knocked() -> None:
    for seed in range(3):
        session = simulate_movement(
            seed=seed, lags_ms=[], lead_in_s=40.0, table=KNOCKED, leg_sensor=Inertial(breathing_deg=1.0)
        )
        assert legs_of(session).raises == ()


def test_who_turns_over_or_sits_up_has_raised_nothing() -> None:
    session = simulate_movement(seed=1, lags_ms=[None] * 3, height_deg=(80.0, 85.0))
    assert legs_of(session).raises == ()


def test_height_top_end_hold_and_speed_are_those_of_the_leg() -> None:
    session = simulate_movement(seed=7, lags_ms=[None] * 8, out_s=(0.5, 1.5))
    for one, lift in zip(legs_of(session).raises, session.truth.legs, strict=True):
        raised = one.raised
        assert raised.height_deg == pytest.approx(lift.size_deg, abs=0.6)
        # a smooth movement stands near its top before it is there, and near rest before it is back
        assert -0.35 * lift.out_s < raised.top_s - lift.top_s < 0.1
        assert -0.35 * lift.back_s < raised.end_s - lift.end_s < 0.15
        assert lift.hold_s < raised.hold_s < lift.hold_s + 0.8 * lift.back_s + 0.2
        assert raised.speed_deg_s == pytest.approx(1.875 * lift.size_deg / lift.out_s, rel=0.1)
        assert not raised.slipped
        assert not raised.lost


def test_a_slip_during_a_raise_takes_its_height_away_and_no_other() -> None:
    plain = simulate_movement(seed=3, lags_ms=[None] * 5)
    lift = plain.truth.legs[2]
    slipping = simulate_movement(
        seed=3,
        lags_ms=[None] * 5,
        leg_sensor=Inertial(slips=(Slip(lift.top_s + 0.5, 7.0, (1.0, 1.0, 0.0)),)),
    )
    found = legs_of(slipping).raises
    assert [one.raised.slipped for one in found] == [False, False, True, False, False]
    for one, true in zip(found, slipping.truth.legs, strict=True):
        if not one.raised.slipped:
            assert one.raised.height_deg == pytest.approx(true.size_deg, abs=0.6)


def test_lost_samples_within_a_raise_are_told_of() -> None:
    plain = simulate_movement(seed=3, lags_ms=[None] * 4)
    lift = plain.truth.legs[1]
    lossy = Inertial(lost_s=((lift.start_s + 0.2, lift.start_s + 0.5),))
    found = legs_of(simulate_movement(seed=3, lags_ms=[None] * 4, leg_sensor=lossy)).raises
    assert [one.raised.lost for one in found] == [False, True, False, False]


def test_the_least_height_is_a_setting() -> None:
    session = simulate_movement(seed=2, lags_ms=[None] * 4, height_deg=(5.0, 7.0))
    sensors = body_sensors(session.recording)
    assert sensors is not None
    assert sensors.thigh is not None
    for least, count in ((3.0, 4), (9.0, 0)):
        found = measure_legs(sensors.thigh, session.recording, Settings(min_leg_height_deg=least))
        assert len(found.raises) == count


@pytest.mark.soak
def test_over_many_sessions_none_is_missed_and_none_is_false() -> None:
    for seed in range(40):
        session = simulate_movement(
            seed=seed,
            lags_ms=[None] * 10,
            out_s=(0.3, 3.0),
            table=KNOCKED,
            leg_sensor=Inertial(breathing_deg=float(np.random.default_rng(seed).uniform(0, 0.8))),
        )
        assert len(legs_of(session).raises) == 10
