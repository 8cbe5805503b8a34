"""Recordings of movement alone: which moved first, what may be said of it, and what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.words import limits, sign_sentence, summary_line, verdict_sentence
from recordings.errors import ChannelError
from recordings.model import EVENT_EXCLUDED, EVENT_PRACTICE, Event, Recording, Signal
from recordings.synth import simulate
from recordings.synth.inertial import Inertial, Slip, Table
from recordings.synth.movement import LEG_SENSOR, SHOULDER_SENSOR, simulate_movement, with_movement

WITHOUT_GYRO = ("GYRO_X", "GYRO_Y", "GYRO_Z")


def noted(analysis: fa.Analysis) -> set[tuple[str, str]]:
    return {(note.channel, note.flag) for note in analysis.quality}


def of_kind(recording: Recording, *kinds: str) -> tuple[Signal, ...]:
    return tuple(one for one in recording.signals if one.channel.kind in kinds)


@pytest.mark.parametrize(
    ("lag_ms", "verdict"), [(-300.0, "shoulder_first"), (0.0, "together"), (300.0, "glute_first")]
)
@pytest.mark.parametrize("leg", ["left", "right"])
def test_who_moves_first_is_told(lag_ms: float, verdict: str, leg: str) -> None:
    session = simulate_movement(seed=4, lags_ms=[lag_ms] * 8, leg=leg, out_s=(0.3, 2.0))  # pyright: ignore[reportArgumentType]
    analysis = fa.analyze(session.recording)
    assert (analysis.verdict, analysis.kind, analysis.leg) == (verdict, "imu", leg)
    assert sum(row.order == verdict for row in analysis.rows) >= 7
    assert analysis.session.margin_ms == 100
    assert analysis.session.median_lag_ms == pytest.approx(lag_ms, abs=30)


def test_a_sensor_upside_down_tells_the_same() -> None:
    session = simulate_movement(
        seed=4,
        lags_ms=[300.0] * 6,
        leg_sensor=replace(LEG_SENSOR, mounting=(np.pi, 0.0, 0.0)),
        shoulder_sensor=replace(SHOULDER_SENSOR, mounting=(0.0, np.pi, 0.0)),
    )
    analysis = fa.analyze(session.recording)
    assert analysis.verdict == "glute_first"
    assert analysis.legs is not None
    for leg, lift in zip(analysis.legs.raises, session.truth.legs, strict=True):
        assert leg.leg_height_deg == pytest.approx(lift.size_deg, abs=0.6)


def test_a_shoulder_that_does_not_move_cannot_be_called_silent() -> None:
    analysis = fa.analyze(simulate_movement(seed=1, lags_ms=[None] * 8).recording)
    assert analysis.verdict == "cannot_tell"
    assert analysis.session.reasons == ("no_shoulder_movement",)
    assert analysis.session.shoulder_silent == 0
    assert {row.order for row in analysis.rows} == {"unclear"}
    assert "no movement of the shoulder was seen" in verdict_sentence(analysis)
    told = json.loads(analysis.to_json())
    assert told["session"]["greatest_silent_height_deg"] is None
    assert told["session"]["usual_silent_height_deg"] is None


def test_a_shoulder_that_moves_in_most_raises_gives_an_order_and_a_warning() -> None:
    analysis = fa.analyze(simulate_movement(seed=1, lags_ms=[300.0] * 7 + [None] * 2).recording)
    assert analysis.verdict == "glute_first"
    assert analysis.session.warnings == ("no_shoulder_movement",)


@pytest.mark.parametrize(("place", "name"), [("THIGH", "THIGH_L"), ("GM", "GM_L")])
def test_a_leg_alone_gives_raises_and_heights(place: str, name: str) -> None:
    session = simulate_movement(seed=2, lags_ms=[None] * 6, leg_place=place, shoulder_sensor=None)
    analysis = fa.analyze(session.recording)
    assert (analysis.verdict, analysis.session.reasons) == ("cannot_tell", ("no_shoulder_sensor",))
    told = json.loads(analysis.to_json())
    assert told["recording"]["kind"] == "imu"
    assert told["recording"]["glute"] == {"channel": name, "rate_hz": 100.0}
    assert told["recording"]["shoulder"] is None
    for row, lift in zip(told["repetitions"], session.truth.legs, strict=True):
        assert row["leg_height_deg"] == pytest.approx(lift.size_deg, abs=0.6)
        low, high = row["leg_start_interval_s"]
        assert low <= lift.start_s <= high
        assert row["height_at_shoulder_onset_deg"] is None


def test_too_few_raises_are_said_besides_the_missing_sensor() -> None:
    analysis = fa.analyze(simulate_movement(seed=2, lags_ms=[None] * 2, shoulder_sensor=None).recording)
    assert set(analysis.session.reasons) == {"no_shoulder_sensor", "too_few"}


def test_the_words_speak_of_movement_and_of_the_delay() -> None:
    analysis = fa.analyze(simulate_movement(seed=4, lags_ms=[300.0] * 6).recording)
    assert verdict_sentence(analysis).startswith(
        "Movement of the left thigh began before that of the right shoulder in 6 of 6 raises, by "
    )
    assert limits(analysis)[0].startswith(
        "This is an order of movement, not of muscles: a muscle works 20 to 100 ms"
    )
    assert "negative: the shoulder moved first" in sign_sentence(analysis)
    assert summary_line(analysis).startswith("movement: glute first")
    text = str(analysis)
    assert "thigh first" in text
    assert "gluteus" not in text
    assert "trapezius" not in " ".join(text.splitlines()[:15])


def test_with_sensors_on_glute_and_thigh_the_glute_is_timed_and_the_thigh_tells_the_height() -> None:
    session = simulate_movement(seed=6, lags_ms=[300.0] * 6)
    on_glute = simulate_movement(seed=6, lags_ms=[300.0] * 6, leg_place="GM", height_deg=(4.0, 6.0))
    signals = (*session.recording.signals, *on_glute.recording.signals[:6])
    analysis = fa.analyze(replace(session.recording, signals=signals))
    assert analysis.glute.channel.label == "GM_L"
    assert analysis.verdict == "glute_first"
    assert analysis.legs is not None
    assert analysis.legs.angle.channel.label == "THIGH_L"
    assert analysis.legs.raises[0].leg_height_deg == pytest.approx(session.truth.legs[0].size_deg, abs=0.6)
    assert verdict_sentence(analysis).startswith("Movement of the left buttock")


def test_emg_on_one_site_and_movement_on_the_other_are_refused_with_the_reason() -> None:
    emg = simulate("glute_first", seed=1, rate_hz=1000.0)
    both = with_movement(emg, shoulder_sensor=SHOULDER_SENSOR, leg_place="GM").recording
    glute_emg = [one for one in both.signals if one.channel.label == "GM_L"]
    shoulder_emg = [one for one in both.signals if one.channel.label == "UT_R"]
    glute_imu = [one for one in of_kind(both, "acc", "gyro") if one.channel.label.startswith("GM")]
    shoulder_imu = [one for one in of_kind(both, "acc", "gyro") if one.channel.label.startswith("UT")]
    for mixed in (glute_emg + shoulder_imu, glute_imu + shoulder_emg):
        with pytest.raises(ChannelError, match="20 to 100 ms before it moves anything"):
            fa.analyze(replace(both, signals=tuple(mixed)))
    whole = fa.analyze(replace(both, signals=tuple(glute_emg + glute_imu + shoulder_imu)))
    assert whole.kind == "imu"
    assert ("GM_L", "left_aside") in noted(whole)


def test_naming_movement_and_emg_for_the_two_is_refused_with_the_reason() -> None:
    both = with_movement(simulate("glute_first", seed=1, rate_hz=1000.0)).recording
    with pytest.raises(ChannelError, match="20 to 100 ms before it moves anything"):
        fa.analyze(both.naming(glute="THIGH_L_GYRO_X", shoulder="UT_R"))


def test_sensors_are_named_by_any_of_their_channels() -> None:
    session = simulate_movement(seed=4, lags_ms=[300.0] * 6)
    renamed = tuple(
        replace(
            one,
            channel=replace(
                one.channel,
                label=one.channel.label.replace("THIGH_L", "one").replace("UT_R", "two"),
                muscle=None,
                side=None,
            ),
        )
        for one in session.recording.signals
    )
    recording = replace(session.recording, signals=renamed, glute="one_ACC_X", shoulder="two_GYRO_Z")
    analysis = fa.analyze(recording)
    assert analysis.verdict == "glute_first"
    assert (analysis.glute.channel.label, analysis.shoulder.channel.label) == ("one", "two")


def test_a_saturated_gyro_is_left_out_and_said() -> None:
    session = simulate_movement(
        seed=4, lags_ms=[300.0] * 6, out_s=(0.6, 0.8), leg_sensor=replace(LEG_SENSOR, gyro_limit=0.3)
    )
    analysis = fa.analyze(session.recording)
    assert {("THIGH_L", "saturated"), ("THIGH_L", "no_angular_rate")} <= noted(analysis)
    assert analysis.legs is not None
    for leg, lift in zip(analysis.legs.raises, session.truth.legs, strict=True):
        assert leg.leg_height_deg == pytest.approx(lift.size_deg, abs=1.0)


def test_an_accelerometer_that_cannot_show_gravity_is_refused() -> None:
    session = simulate_movement(seed=4, leg_sensor=replace(LEG_SENSOR, acc_limit=4.0))
    with pytest.raises(ChannelError, match=r"not gravity's 9\.8"):
        fa.analyze(session.recording)


def test_a_missing_axis_of_the_gyro_is_said_and_of_the_accelerometer_refused() -> None:
    session = simulate_movement(
        seed=4, lags_ms=[400.0] * 6, leg_sensor=replace(LEG_SENSOR, without=("GYRO_Y",))
    )
    assert ("THIGH_L", "missing_axis") in noted(fa.analyze(session.recording))
    session = simulate_movement(seed=4, leg_sensor=replace(LEG_SENSOR, without=("ACC_Z",)))
    with pytest.raises(ChannelError, match="axis z of the acceleration is missing"):
        fa.analyze(session.recording)


def test_a_sensor_that_slips_is_said_and_the_raise_flagged() -> None:
    plain = simulate_movement(seed=4, lags_ms=[300.0] * 6)
    slip_s = plain.truth.legs[2].top_s + 0.5
    slipping = replace(LEG_SENSOR, slips=(Slip(slip_s, 8.0, (1.0, 2.0, 0.0)),))
    analysis = fa.analyze(simulate_movement(seed=4, lags_ms=[300.0] * 6, leg_sensor=slipping).recording)
    assert ("THIGH_L", "slipped") in noted(analysis)
    assert [row.flags for row in analysis.rows] == [(), (), ("baseline_moved",), (), (), ()]
    assert analysis.legs is not None
    assert [leg.leg_height_deg is None for leg in analysis.legs.raises] == [False, False, True] + [False] * 3
    assert analysis.verdict == "glute_first"


def test_a_shoulder_alone_is_refused() -> None:
    session = simulate_movement(seed=4, leg_place=None)
    with pytest.raises(ChannelError, match="no movement sensor is on the leg that is raised"):
        fa.analyze(session.recording)


def test_sensors_on_both_legs_ask_which_one_is_raised() -> None:
    left = simulate_movement(seed=4, lags_ms=[None] * 5, shoulder_sensor=None).recording
    right = simulate_movement(seed=5, lags_ms=[None] * 5, shoulder_sensor=None, leg="right").recording
    both = replace(left, signals=(*left.signals, *right.signals), leg=None)
    with pytest.raises(ChannelError, match="state --leg left or --leg right"):
        fa.analyze(both)
    assert fa.analyze(both.naming(leg="right")).glute.channel.label == "THIGH_R"


def test_sensors_that_do_not_tell_where_they_sit_ask_for_it() -> None:
    recording = simulate_movement(seed=4, lags_ms=[None], shoulder_sensor=None).recording
    unplaced = tuple(
        replace(one, channel=replace(one.channel, label=one.channel.label[8:], muscle=None, side=None))
        for one in recording.signals
    )
    with pytest.raises(ChannelError, match="no movement sensor is known to sit on a leg"):
        fa.analyze(replace(recording, signals=unplaced, leg=None))


def test_two_sensors_without_a_common_clock_give_no_order() -> None:
    session = simulate_movement(seed=4, lags_ms=[300.0] * 6)
    analysis = fa.analyze(replace(session.recording, shared_clock=False, clock_error_ms=None))
    assert analysis.session.reasons == ("unsynchronised",)
    near = fa.analyze(replace(session.recording, shared_clock=False, clock_error_ms=10.0))
    assert near.verdict == "glute_first"
    assert near.session.warnings == ("unsynchronised",)


def test_practice_does_not_count_and_what_was_set_aside_is_left_out() -> None:
    session = simulate_movement(seed=4, lags_ms=[300.0] * 7)
    first, second = session.truth.legs[:2]
    events = (
        Event(first.start_s - 0.5, EVENT_PRACTICE),
        Event(second.end_s + 0.5, EVENT_EXCLUDED),
    )
    analysis = fa.analyze(replace(session.recording, events=events))
    assert [row.included for row in analysis.rows] == [False] + [True] * 5


def test_a_shoulder_that_already_moves_or_moved_before_is_flagged() -> None:
    lags_ms = [300.0, -900.0, -1400.0, 300.0, 300.0, 300.0]
    session = simulate_movement(seed=4, lags_ms=lags_ms, shoulder_out_s=(0.3, 0.3))
    early = fa.analyze(session.recording)
    assert [row.order for row in early.rows[:4]] == [
        "glute_first",
        "shoulder_first",
        "unclear",
        "glute_first",
    ]
    assert early.rows[2].flags == ("shoulder_already_active",)


def test_without_a_gyro_the_order_is_still_told_where_the_lag_is_long() -> None:
    session = simulate_movement(
        seed=4,
        lags_ms=[450.0] * 8,
        shoulder_deg=(5.0, 8.0),
        leg_sensor=replace(LEG_SENSOR, without=WITHOUT_GYRO),
        shoulder_sensor=replace(SHOULDER_SENSOR, without=WITHOUT_GYRO),
    )
    assert fa.analyze(session.recording).verdict == "glute_first"


@pytest.mark.soak
@pytest.mark.parametrize("lag_ms", [-500.0, -300.0, -200.0, 0.0, 50.0, 200.0, 300.0, 500.0])
def test_the_order_is_right_in_95_and_wrong_in_2_of_100_raises(lag_ms: float) -> None:
    true = "shoulder_first" if lag_ms < -100 else "glute_first" if lag_ms > 100 else "together"
    orders: list[str] = []
    knocked = Table(sway=0.05, knocks=((12.0, 4.0), (20.0, 4.0), (33.0, 6.0)))
    for seed in range(20):
        session = simulate_movement(seed=seed, lags_ms=[lag_ms] * 10, out_s=(0.3, 3.0), table=knocked)
        orders += [row.order for row in fa.analyze(session.recording).rows]
    if abs(lag_ms) == 300:
        assert np.mean([order == true for order in orders]) >= 0.95
    assert np.mean([order not in {true, "unclear"} for order in orders]) <= 0.02


def test_the_same_recording_gives_the_same_text() -> None:
    session = simulate_movement(seed=4, lags_ms=[300.0] * 3, leg_sensor=Inertial())
    assert fa.analyze(session.recording).to_json() == fa.analyze(session.recording).to_json()
