"""The timetable of a session, held against the protocol as it is written down."""

import itertools
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firing_analyzer.protocol import AFTER_LAST_S, WORDS, SessionPlan, timetable

PLANS = st.builds(
    SessionPlan,
    st.sampled_from(["left", "right"]),
    repetitions=st.integers(1, 100),
    practice_raises=st.integers(0, 4),
    reference_shrug=st.booleans(),
    duration_s=st.none() | st.floats(1, 1000),
    seed=st.integers(0, 2**31 - 1),
)


@given(PLANS)
def test_cues_come_in_order_and_leave_time_to_raise_and_rest(plan: SessionPlan) -> None:
    cues, end_s = timetable(plan)
    times_s = [cue.at_s for cue in cues]
    assert times_s == sorted(times_s)
    assert len(set(times_s)) == len(times_s)
    raises = [cue for cue in cues if cue.label in ("practice_raise", "raise")]
    for one, other in itertools.pairwise(raises):
        # about four seconds up, held and down, and at least five of rest
        assert other.at_s - one.at_s >= 9
    for shrug in (cue for cue in cues if cue.label == "reference_shoulder"):
        assert all(cue.at_s - shrug.at_s >= 30 for cue in cues if cue.label == "raise")
    if plan.duration_s is not None:
        assert end_s == plan.duration_s
        assert all(at_s < end_s for at_s in times_s)
    else:
        assert end_s == pytest.approx(times_s[-1] + AFTER_LAST_S)


@given(PLANS)
def test_a_plan_without_a_duration_gives_every_cue(plan: SessionPlan) -> None:
    cues, _ = timetable(plan)
    counts = Counter(cue.label for cue in cues)
    if plan.duration_s is None:
        assert counts["raise"] == plan.repetitions
        assert counts["practice_raise"] == plan.practice_raises
        assert counts["rest"] == 1
        assert counts["reference_shoulder"] == plan.reference_shrug
    for label in ("raise", "practice_raise"):
        numbers = [cue.number for cue in cues if cue.label == label]
        assert numbers == list(range(1, len(numbers) + 1))


def test_raises_cannot_be_foreseen_and_a_seed_tells_them_again() -> None:
    times_s = [cue.at_s for cue in timetable(SessionPlan("left", repetitions=10))[0] if cue.label == "raise"]
    steps_s = [round(after - before, 3) for before, after in itertools.pairwise(times_s)]
    assert len(set(steps_s)) == len(steps_s)
    assert timetable(SessionPlan("left", seed=3)) == timetable(SessionPlan("left", seed=3))
    assert timetable(SessionPlan("left", seed=3)) != timetable(SessionPlan("left", seed=4))


def test_the_usual_session_is_a_shrug_rest_two_for_practice_and_ten() -> None:
    cues, end_s = timetable(SessionPlan("left"))
    assert [cue.label for cue in cues] == [
        "reference_shoulder", "rest", *["practice_raise"] * 2, *["raise"] * 10
    ]  # fmt: skip
    assert end_s < 180, "nobody lies on the face longer than needed"
    rest = cues[1]
    assert rest.duration_s >= 5
    assert rest.at_s + rest.duration_s <= cues[2].at_s


def test_no_instruction_of_a_raise_names_a_muscle() -> None:
    for label in ("raise", "practice_raise", "rest"):
        assert not re.search(r"glut|buttock|shoulder|trapez|muscle|squeeze", WORDS[label], re.IGNORECASE)
