"""The verdict in words: what was measured, in the counts of the result."""

import re
from dataclasses import replace
from typing import cast, get_args

import pytest

from firing_analyzer import words
from firing_analyzer.result import Interval, Order, QualityNote, Verdict
from firing_analyzer.settings import Settings
from recordings.model import SIMULATED
from tests.firing_analyzer.result_by_hand import analysis, orders


def test_shoulder_first_names_both_muscles_the_count_the_lag_and_its_interval() -> None:
    sentence = words.verdict_sentence(analysis(orders=orders(shoulder_first=7, unclear=1)))
    assert sentence == (
        "Activity of the right upper trapezius began before that of the left gluteus maximus in 7 of 8 "
        "raises (1 unclear), by 142 ms (95 % interval 120 to 171)."
    )


def test_glute_first_of_the_right_leg_names_the_left_shoulder() -> None:
    result = analysis(
        "glute_first",
        lags_ms=(90.0,) * 10,
        orders=orders(glute_first=9, together=1),
        median_ms=88.4,
        interval_ms=(61.0, 119.0),
        labels=("GM_R", "UT_L"),
    )
    assert words.verdict_sentence(replace(result, leg="right")) == (
        "Activity of the right gluteus maximus began before that of the left upper trapezius in 9 of 10 "
        "raises (1 together), by 88 ms (95 % interval 61 to 119)."
    )


@pytest.mark.parametrize("verdict", ["shoulder_first", "glute_first", "together", "shoulder_silent"])
def test_no_headline_claims_more_raises_than_the_table_shows(verdict: Verdict) -> None:
    for count in range(9):
        told = (*[verdict] * count, *["unclear"] * (8 - count))
        result = analysis(verdict, lags_ms=(-10.0,) * 8, orders=cast("tuple[Order, ...]", told))
        sentence = words.verdict_sentence(result)
        assert re.findall(r"in (\d+) of 8 raises", sentence) == [str(count)]
        assert (f"({8 - count} unclear)" in sentence) == (count < 8)
        assert "of the 8 raises" not in sentence


def test_a_clear_session_of_raises_that_are_unclear_by_themselves_says_both() -> None:
    result = analysis(
        lags_ms=(-70.0,) * 10, orders=("unclear",) * 10, median_ms=-70.0, interval_ms=(-85.0, -55.0)
    )
    assert words.verdict_sentence(result) == (
        "Over the session, activity of the right upper trapezius began before that of the left gluteus "
        "maximus, by 70 ms (95 % interval 55 to 85); clearly so by itself in 0 of 10 raises (10 unclear)."
    )


def test_raises_of_other_orders_are_counted_beside_those_of_the_verdict() -> None:
    result = analysis(
        lags_ms=(-142.0,) * 6 + (None,) * 3, orders=orders(shoulder_first=6, shoulder_silent=2, unclear=1)
    )
    sentence = words.verdict_sentence(result)
    assert "in 6 of 9 raises (2 with a silent shoulder, 1 unclear), by" in sentence


def test_a_raise_that_was_left_out_is_not_counted() -> None:
    result = analysis(lags_ms=(-142.0,) * 6 + (80.0,))
    rows = (*result.rows[:6], replace(result.rows[6], included=False))
    session = replace(result.session, valid=6, shoulder_first=6)
    sentence = words.verdict_sentence(replace(result, rows=rows, session=session))
    assert "in 6 of the 6 raises that could be used, by" in sentence


@pytest.mark.parametrize(
    ("labels", "shoulder", "glute"),
    [
        (("EMG 1", "EMG 2"), "channel EMG 2 (named as shoulder)", "channel EMG 1 (named as glute)"),
        (
            ("BICEPS_L", "Trap_sup"),
            "the upper trapezius",
            "channel BICEPS_L (left biceps, named as glute)",
        ),
        (
            ("GM_L", "BF_R"),
            "channel BF_R (right biceps femoris, named as shoulder)",
            "the left gluteus maximus",
        ),
    ],
)
def test_no_sentence_claims_a_muscle_that_the_label_does_not_tell(
    labels: tuple[str, str], shoulder: str, glute: str
) -> None:
    for verdict, reasons in (
        ("shoulder_first", ()),
        ("together", ()),
        ("shoulder_silent", ()),
        ("cannot_tell", ("near_margin", "shoulder_not_at_rest", "glute_not_at_rest", "glute_silent")),
    ):
        result = analysis(cast("Verdict", verdict), labels=labels, reasons=reasons)
        told = words.verdict_sentence(result) + words.recording_sentence(result)
        assert shoulder in told
        if not labels[0].startswith("GM"):
            assert "gluteus" not in told
        if not labels[1].startswith("Trap"):
            assert "trapezius" not in told
    assert f"{glute} in 8 of 8" in words.verdict_sentence(analysis(labels=labels))


def test_channels_that_were_named_are_called_so_where_the_recording_is_described() -> None:
    sentence = words.recording_sentence(analysis(labels=("BICEPS_L", "UT_R")))
    assert sentence.startswith(
        "Left leg; channel BICEPS_L (left biceps, named as glute), shoulder UT_R; 2000 Hz"
    )


def test_a_simulated_recording_is_called_so() -> None:
    real = analysis()
    assert words.simulation_sentence(real) == ""
    channel = replace(real.glute.channel, device=SIMULATED)
    one = replace(real, glute=replace(real.glute, channel=channel))
    assert words.simulation_sentence(one) == "Simulated; no person was measured."
    assert words.recording_sentence(one).startswith("Simulated. Left leg;")
    assert words.summary_line(one).endswith(", simulated")
    note = "Simulated: scenario together, seed 3; no person was measured."
    one = replace(one, notes=("The file has no header.", note))
    assert words.simulation_sentence(one) == note
    assert words.notes(one) == ["The file has no header."]


@pytest.mark.parametrize(
    ("lags_ms", "valid", "told", "said"),
    [
        ((None,) * 3, 3, ("unclear",) * 3, "3 raises were found and none could be timed; 5 are needed"),
        ((-90.0, -80.0, -70.0), 3, ("shoulder_first",) * 3, "3 raises were found and 3 could be timed; 5"),
        (
            (None,) * 3, 3, ("shoulder_silent",) * 3,
            "3 raises were found and none could be timed (3 with a silent shoulder); 5 are needed",
        ),
        ((-90.0,), 1, ("unclear",), "1 raise was found and 1 could be timed; 5 are needed"),
    ],
)  # fmt: skip
def test_too_few_says_how_many_were_found_and_how_many_could_be_timed(
    lags_ms: tuple[float | None, ...], valid: int, told: tuple[Order, ...], said: str
) -> None:
    result = analysis("cannot_tell", lags_ms=lags_ms, orders=told, reasons=("too_few",))
    assert result.session.valid == valid
    assert said in words.verdict_sentence(result)


def test_too_few_says_how_many_could_be_used_where_some_could_not() -> None:
    result = analysis("cannot_tell", lags_ms=(None,) * 8, orders=("unclear",) * 8, reasons=("too_few",))
    session = replace(result.session, valid=0, unclear=0)
    assert words.verdict_sentence(replace(result, session=session)) == (
        "Cannot tell: 8 raises were found, none could be used and none could be timed; 5 are needed."
    )


def test_one_signal_on_both_channels_is_said_to_be_one_and_not_only_in_part() -> None:
    result = analysis("cannot_tell", reasons=("common_signal",))
    assert words.verdict_sentence(result).endswith("the two channels carry the same signal in part.")
    assert "in part" in words.reasons(result)[0]
    one = replace(result, quality=(QualityNote("UT_R", "same_signal", "the same signal"),))
    assert words.verdict_sentence(one).endswith("the two channels carry the same signal.")
    assert "carry the same signal. " in words.reasons(one)[0]


def test_one_line_sums_up_a_recording_among_many() -> None:
    assert words.summary_line(analysis()) == "shoulder first, -142 ms (-171 to -120), 8 raises"
    result = analysis("cannot_tell", lags_ms=(-1.0,), reasons=("too_few", "noisy"))
    assert words.summary_line(result) == "cannot tell (too_few, noisy), 1 raise"


@pytest.mark.parametrize(
    ("median_ms", "interval_ms", "said"),
    [
        (
            -12.0,
            (-25.0, 3.0),
            "the shoulder 12 ms before the glute (95 % interval 25 ms before to 3 ms after).",
        ),
        (20.0, (11.0, 31.0), "the shoulder 20 ms after the glute (95 % interval 11 to 31)."),
        (-20.0, (-31.0, -11.0), "the shoulder 20 ms before the glute (95 % interval 11 to 31)."),
        (0.2, (-9.0, 9.0), "the shoulder at the same millisecond as the glute (95 % interval 9 ms before to"),
    ],
)
def test_together_says_within_what_and_on_which_side(
    median_ms: float, interval_ms: Interval, said: str
) -> None:
    result = analysis(
        "together",
        lags_ms=(-12.0,) * 7 + (80.0,),
        orders=orders(together=7, glute_first=1),
        median_ms=median_ms,
        interval_ms=interval_ms,
    )
    sentence = words.verdict_sentence(result)
    assert sentence.startswith(
        "Activity of the right upper trapezius and of the left gluteus maximus began within 50 ms "
        "of each other in 7 of 8 raises (1 glute first): "
    )
    assert said in sentence


def test_a_silent_shoulder_is_said_with_its_count() -> None:
    result = analysis("shoulder_silent", lags_ms=(None,) * 8, median_ms=None, interval_ms=None)
    assert words.verdict_sentence(result) == (
        "No activity of the right upper trapezius was seen in 8 of 8 raises."
    )


def test_a_silence_that_nothing_proves_says_so() -> None:
    result = analysis(
        "shoulder_silent", lags_ms=(None,) * 8, median_ms=None, warnings=("shoulder_channel_unproven",)
    )
    assert words.verdict_sentence(result).endswith("; nothing in the recording proves that its sensor works.")


def test_near_the_margin_the_first_muscle_is_named_and_the_margin_too() -> None:
    result = analysis("cannot_tell", median_ms=-60.0, interval_ms=(-100.0, -20.0), reasons=("near_margin",))
    assert words.verdict_sentence(result) == (
        "Cannot tell: activity of the right upper trapezius began first by 60 ms (95 % interval 20 to 100), "
        "not clearly more than 50 ms."
    )


def test_near_the_margin_no_muscle_is_called_first_if_the_interval_reaches_both_sides() -> None:
    result = analysis("cannot_tell", median_ms=-30.0, interval_ms=(-80.0, 20.0), reasons=("near_margin",))
    sentence = words.verdict_sentence(result)
    assert "first" not in sentence
    assert "30 ms before the glute (95 % interval 80 ms before to 20 ms after)" in sentence


def test_cannot_tell_gives_every_reason_with_its_numbers() -> None:
    result = analysis(
        "cannot_tell",
        lags_ms=(-142.0, 130.0, None, None),
        orders=("shoulder_first", "glute_first", "shoulder_silent", "unclear"),
        flags=("glute_silent",),
        reasons=("too_few", "inconsistent", "sometimes_silent", "glute_silent"),
    )
    assert words.verdict_sentence(result) == (
        "Cannot tell: 4 raises were found and 2 could be timed (1 with a silent shoulder); 5 are needed; "
        "the raises differ too much from each other (1 shoulder first, 1 glute first, 1 with a silent "
        "shoulder, 1 unclear, their lags spread by 26 ms); no activity of the right upper trapezius was seen "
        "in 1 of 4 raises (1 shoulder first, 1 glute first, 1 unclear); no activity of the left gluteus "
        "maximus was seen in 4 of 4 raises."
    )


def test_a_recording_without_raises_says_that_none_was_found() -> None:
    result = analysis("cannot_tell", lags_ms=(), median_ms=None, interval_ms=None, reasons=("too_few",))
    assert words.verdict_sentence(result) == "Cannot tell: no raise was found."
    assert words.counts_sentence(result) == "0 raises."


def test_a_movement_sensor_is_not_said_to_have_seen_activity() -> None:
    for verdict in get_args(Verdict):
        result = analysis(verdict, kind="imu", reasons=("near_margin", "glute_silent", "sometimes_silent"))
        sentence = words.verdict_sentence(result)
        assert "activity" not in sentence.lower()
        assert "movement of the" in sentence.lower()


def test_the_interval_is_named_by_the_confidence_of_the_settings() -> None:
    result = replace(analysis(), settings=Settings(confidence=0.9))
    assert "(90 % interval" in words.verdict_sentence(result)
    assert "(90 % interval" in words.lag_sentence(result)
