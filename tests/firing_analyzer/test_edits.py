"""Corrections by hand: the verdict follows from corrected onsets, and what was measured stays."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firing_analyzer as fa
from firing_analyzer.edits import Edit, can_be_restored, edit_from_dict, edit_to_dict
from firing_analyzer.errors import EditError
from firing_analyzer.result import Repetition
from recordings.model import EVENT_EXCLUDED, EVENT_RAISE, Event, Recording
from recordings.synth import simulate


@pytest.fixture(scope="module")
def recording() -> Recording:
    return simulate("shoulder_first", seed=3).recording


@pytest.fixture(scope="module")
def measured(recording: Recording) -> fa.Analysis:
    return fa.analyze(recording)


def glute_onset(analysis: fa.Analysis, number: int) -> float:
    onset_s = analysis.rows[number - 1].glute_onset_s
    assert onset_s is not None
    return onset_s


def unflagged(row: Repetition) -> Repetition:
    return replace(row, flags=tuple(flag for flag in row.flags if flag != "edited"))


def test_without_corrections_nothing_is_said_of_them(recording: Recording, measured: fa.Analysis) -> None:
    assert fa.analyze(recording, edits=()).to_json() == measured.to_json()
    assert "edits" not in measured.to_dict()
    assert "by hand" not in str(measured)


def test_a_moved_onset_makes_the_lag_that_it_must(recording: Recording, measured: fa.Analysis) -> None:
    at_s = glute_onset(measured, 4) + 0.05
    edited = fa.analyze(
        recording, edits=[fa.MoveOnset(repetition=4, muscle="glute", onset_s=at_s, reason="cable")]
    )
    row, was = edited.rows[3], measured.rows[3]
    assert row.glute_onset_s == pytest.approx(at_s, abs=1e-9)
    assert row.glute_onset_interval_s == pytest.approx((at_s - 0.02, at_s + 0.02), abs=5e-4)
    assert "edited" in row.flags
    # its window is told from the glute, so it may differ by far less than is said
    assert row.shoulder_onset_s == pytest.approx(was.shoulder_onset_s, abs=1e-3)
    assert row.shoulder_onset_s is not None
    assert row.lag_ms == pytest.approx(1000 * (row.shoulder_onset_s - at_s), abs=3)
    assert row.lag_interval_ms is not None
    assert row.lag_interval_ms[1] - row.lag_interval_ms[0] > 40
    assert edited.originals == (was,)
    others = [index for index in range(len(edited.rows)) if index != 3]
    assert [edited.rows[i] for i in others] == [measured.rows[i] for i in others]
    assert edited.session.median_lag_ms is not None
    assert measured.session.median_lag_ms is not None
    assert edited.session.median_lag_ms < measured.session.median_lag_ms


def test_the_verdict_follows_from_the_corrected_onsets(recording: Recording, measured: fa.Analysis) -> None:
    """Every shoulder onset set 150 ms behind the glute: the glute is first, by 150 ms."""
    edits = [
        fa.MoveOnset(
            repetition=row.repetition, muscle="shoulder", reason="a beat was taken for the onset",
            onset_s=glute_onset(measured, row.repetition) + 0.15,
        )
        for row in measured.rows
    ]  # fmt: skip
    edited = fa.analyze(recording, edits=edits)
    assert measured.verdict == "shoulder_first"
    assert edited.verdict == "glute_first"
    assert edited.session.median_lag_ms == pytest.approx(150, abs=15)
    assert all(row.flags[-1] == "edited" for row in edited.rows)
    assert edited.originals == measured.rows


def test_a_raise_that_is_left_out_stays_in_the_table_and_counts_for_nothing(
    recording: Recording, measured: fa.Analysis
) -> None:
    edited = fa.analyze(recording, edits=[fa.Exclude(repetition=3, reason="coughed")])
    row = edited.rows[2]
    assert not row.included
    assert replace(unflagged(row), included=True) == measured.rows[2]
    assert edited.session.valid == measured.session.valid - 1
    assert edited.session.repetitions == measured.session.repetitions


def test_too_few_are_left_where_many_are_left_out(recording: Recording) -> None:
    edits = [fa.Exclude(repetition=number, reason="moved the head") for number in range(1, 7)]
    assert fa.analyze(recording, edits=edits).session.reasons == ("too_few",)


def test_what_is_restored_is_as_it_was_measured(recording: Recording, measured: fa.Analysis) -> None:
    edits: list[Edit] = [
        fa.Exclude(repetition=3, reason="coughed"),
        fa.MoveOnset(repetition=3, muscle="glute", onset_s=glute_onset(measured, 3) - 0.1, reason="faint"),
        fa.Restore(repetition=3, reason="that was another raise"),
    ]
    restored = fa.analyze(recording, edits=edits)
    assert restored.rows == measured.rows
    assert restored.session == measured.session
    assert len(restored.edits) == 3, "the log keeps all of it"
    assert restored.originals == ()


def test_a_raise_set_aside_during_the_recording_can_be_restored(
    recording: Recording, measured: fa.Analysis
) -> None:
    mark = Event(measured.rows[4].end_s + 0.2, EVENT_EXCLUDED)
    aside = fa.analyze(replace(recording, events=(*recording.events, mark)))
    assert [row.repetition for row in aside.rows if not row.included] == [5]
    restored = fa.analyze(
        replace(recording, events=(*recording.events, mark)),
        edits=[fa.Restore(repetition=5, reason="the wrong button")],
    )
    assert unflagged(restored.rows[4]) == measured.rows[4]
    assert "edited" in restored.rows[4].flags
    assert restored.session == measured.session


def test_what_can_be_restored_is_known_beforehand(recording: Recording, measured: fa.Analysis) -> None:
    exclude, restore = fa.Exclude(repetition=5, reason="x"), fa.Restore(repetition=5, reason="x")
    moved = fa.MoveOnset(repetition=5, muscle="glute", onset_s=glute_onset(measured, 5) - 0.02, reason="x")
    aside = replace(
        recording, events=(*recording.events, Event(measured.rows[4].end_s + 0.2, EVENT_EXCLUDED))
    )
    cases: tuple[tuple[Recording, list[Edit]], ...] = (
        (recording, []), (recording, [exclude]), (recording, [moved]), (recording, [moved, exclude]),
        (recording, [exclude, restore]), (recording, [moved, restore]), (aside, []), (aside, [restore]),
        (aside, [restore, moved]), (recording, [fa.Exclude(repetition=4, reason="x")]),
    )  # fmt: skip
    for whose, edits in cases:
        found = fa.analyze(whose, edits=edits)
        offered = can_be_restored(5, found.edits, included=found.rows[4].included)
        try:
            fa.analyze(whose, edits=[*edits, restore])
        except EditError:
            assert not offered, edits
        else:
            assert offered, edits


def test_an_onset_can_be_set_where_the_shoulder_was_found_silent() -> None:
    recording = simulate("shoulder_silent", seed=2).recording
    found = fa.analyze(recording)
    at_s = glute_onset(found, 2) - 0.1
    edited = fa.analyze(
        recording, edits=[fa.MoveOnset(repetition=2, muscle="shoulder", onset_s=at_s, reason="seen")]
    )
    assert found.rows[1].order == "shoulder_silent"
    row = edited.rows[1]
    assert row.order == "shoulder_first"
    assert row.lag_ms is not None
    assert edited.session.shoulder_silent == found.session.shoulder_silent - 1


def test_an_onset_can_be_set_where_no_glute_was_found() -> None:
    made = simulate("shoulder_first", seed=5).recording
    whole = fa.analyze(made)
    start, stop = (round(2000 * time) for time in (whole.rows[2].start_s - 2.0, whole.rows[2].end_s + 1.0))
    glute, shoulder = made["GM_L"], made["UT_R"]
    samples = glute.samples.copy()
    samples[start:stop] = samples[: stop - start]
    cues = tuple(Event(row.start_s - 0.5, EVENT_RAISE) for row in whole.rows)
    recording = replace(made, signals=(replace(glute, samples=samples), shoulder), events=cues)
    found = fa.analyze(recording)
    assert found.rows[2].flags == ("glute_silent",)
    at_s = glute_onset(whole, 3)
    edited = fa.analyze(
        recording, edits=[fa.MoveOnset(repetition=3, muscle="glute", onset_s=at_s, reason="seen on video")]
    )
    row = edited.rows[2]
    assert row.glute_onset_s == pytest.approx(at_s)
    assert "glute_silent" not in row.flags
    assert row.lag_ms == pytest.approx(whole.rows[2].lag_ms, abs=40)


def test_lost_samples_stand_against_an_onset_set_among_them(
    recording: Recording, measured: fa.Analysis
) -> None:
    at_s = glute_onset(measured, 6) + 0.3
    glute = recording["GM_L"]
    samples = glute.samples.copy()
    samples[round(2000 * (at_s - 0.02)) : round(2000 * (at_s + 0.02))] = np.nan
    gappy = replace(recording, signals=(replace(glute, samples=samples), recording["UT_R"]))
    edited = fa.analyze(
        gappy, edits=[fa.MoveOnset(repetition=6, muscle="glute", onset_s=at_s, reason="looks later")]
    )
    assert "lost_samples" in edited.rows[5].flags
    assert edited.rows[5].lag_ms is None


def test_the_json_keeps_what_was_measured_and_why_it_was_changed(
    recording: Recording, measured: fa.Analysis
) -> None:
    edit = fa.Exclude(repetition=3, reason="coughed", by="02", when="2026-11-21T10:00:00+00:00")
    content = json.loads(fa.analyze(recording, edits=[edit]).to_json())
    assert content["edits"] == [
        {"change": "exclude", "repetition": 3, "reason": "coughed", "by": "02",
         "when": "2026-11-21T10:00:00+00:00", "raise_start_s": round(measured.rows[2].start_s, 5)}
    ]  # fmt: skip
    plain = json.loads(measured.to_json())
    assert content["original_repetitions"] == [plain["repetitions"][2]]
    assert content["repetitions"][2]["flags"] == ["edited"]
    assert content["schema"] == plain["schema"]


def test_the_text_says_what_was_changed_and_why(recording: Recording, measured: fa.Analysis) -> None:
    at_s = glute_onset(measured, 4) + 0.05
    told = str(
        fa.analyze(
            recording,
            edits=[
                fa.Exclude(repetition=3, reason="coughed.", by="02"),
                fa.MoveOnset(repetition=4, muscle="glute", onset_s=at_s, reason="a knock"),
            ],
        )
    )
    assert "Changed by hand" in told
    assert "- Raise 3 was left out: coughed (02)." in told
    was_s = glute_onset(measured, 4)
    assert f"Raise 4: onset of the glute, found at {was_s:.3f} s, set to {at_s:.3f} s" in told
    assert "left out, edited" in told


def test_a_correction_goes_with_its_raise_however_raises_are_counted(
    recording: Recording, measured: fa.Analysis
) -> None:
    """One more cue before the others: raise 3 is then raise 4."""
    first = fa.analyze(recording, edits=[fa.Exclude(repetition=3, reason="coughed")])
    cues = [Event(1.0, EVENT_RAISE), *(Event(row.start_s - 0.3, EVENT_RAISE) for row in measured.rows)]
    recounted = fa.analyze(replace(recording, events=tuple(cues)), edits=first.edits)
    assert [row.repetition for row in recounted.rows if not row.included] == [4]
    assert recounted.edits[0].repetition == 4
    lone = replace(first.edits[0], raise_start_s=measured.rows[2].start_s + 4.0)
    with pytest.raises(EditError, match="none begins there now") as caught:
        fa.analyze(recording, edits=[lone])
    assert caught.value.repetition == 3


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda: fa.Exclude(repetition=14, reason="x"), "there is no raise 14; the recording has 10"),
        (lambda: fa.Exclude(repetition=0, reason="x"), "counted from 1"),
        (lambda: fa.Exclude(repetition=2, reason="  "), "say why"),
        (lambda: fa.Restore(repetition=2, reason="x"), "nothing to restore"),
        (lambda: move(3.0), "lies outside it; give a time from"),
        (lambda: move(float("nan")), "is no time"),
        (lambda: move(30.0, half_width_ms=0.0), "cannot be known to 0 ms"),
        (lambda: move(30.0, muscle="neck"), "no muscle 'neck'"),
    ],
)  # fmt: skip
def test_a_correction_that_makes_no_sense_is_refused(recording: Recording, edit: object, words: str) -> None:
    with pytest.raises(EditError, match=words) as caught:
        fa.analyze(recording, edits=[edit()])  # pyright: ignore
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, fa.AnalysisError)


def move(onset_s: float, **more: object) -> fa.MoveOnset:
    told = {"repetition": 4, "muscle": "glute", "onset_s": onset_s, "reason": "x", **more}
    return fa.MoveOnset(**told)  # pyright: ignore


texts = st.text(min_size=1).filter(lambda text: bool(text.strip()))
common = {
    "repetition": st.integers(1, 999),
    "reason": texts,
    "by": st.none() | texts,
    "when": st.none() | texts,
    "raise_start_s": st.none() | st.floats(-1e6, 1e6),
}
any_edit = st.one_of(
    st.builds(fa.Exclude, **common),
    st.builds(fa.Restore, **common),
    st.builds(
        fa.MoveOnset,
        **common,
        muscle=st.sampled_from(["glute", "shoulder"]),
        onset_s=st.floats(-1e6, 1e6),
        half_width_ms=st.floats(0.1, 1000),
    ),
)


@settings(max_examples=100)
@given(any_edit)
def test_a_correction_comes_back_from_its_plain_values(edit: Edit) -> None:
    assert edit_from_dict(json.loads(json.dumps(edit_to_dict(edit)))) == edit


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"change": "delete"},
        {"change": ["exclude"]},
        {"change": "exclude", "repetition": 1},
        {"change": "exclude", "repetition": "1", "reason": "x"},
        {"change": "exclude", "repetition": 1, "reason": "x", "colour": "red"},
        {"change": "move_onset", "repetition": 1, "reason": "x", "muscle": "glute"},
        {"change": "move_onset", "repetition": 1, "reason": "x", "muscle": "neck", "onset_s": 1.0},
    ],
)
def test_plain_values_that_are_no_correction_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(EditError):
        edit_from_dict(values)
