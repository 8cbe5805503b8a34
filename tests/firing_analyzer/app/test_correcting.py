"""A result that is corrected on the page stays corrected."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from firing_analyzer.app.store import Store
from firing_analyzer.kept import stored_edits

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Therapist


def test_an_onset_moved_with_the_arrow_keys_stays_moved_and_the_recording_as_it_was(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.record("glute_first", "speed=100")
    one.await_result()
    (recording,) = one.served.dataset.rglob("*glute_emg.bdf")
    measured = recording.read_bytes()
    name = recording.relative_to(one.served.dataset.resolve()).as_posix()
    before = Store(one.served.dataset).opened(name).analysis.rows[2]
    assert before.glute_onset_s is not None
    one.click("Move an onset of raise 3")
    field = one.page.get_by_label("Onset (s)")
    for _ in range(4):
        field.press("ArrowUp")
    one.click("Move it")
    one.see("Give a reason")
    one.page.get_by_label("Reason").fill("cable pulled")
    one.look("moving-an-onset")
    one.click("Move it")
    one.see("Raise 3: onset of the glute")
    one.look("result-with-an-onset-moved")
    assert recording.read_bytes() == measured
    (edit,) = stored_edits(recording)
    assert edit.reason == "cable pulled"
    opened = Store(one.served.dataset).opened(name).analysis
    assert opened.rows[2].glute_onset_s == pytest.approx(before.glute_onset_s + 0.02, abs=0.004)
    assert "edited" in opened.rows[2].flags
    assert opened.originals == (before,)


def test_an_onset_far_from_its_raise_is_refused_in_words(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.record("glute_first", "speed=100")
    one.await_result()
    one.click("Move an onset of raise 3")
    one.page.get_by_label("Onset (s)").fill("1.000")
    one.page.get_by_label("Reason").fill("cable pulled")
    one.click("Move it")
    one.see("lies outside it")
    assert not list(one.served.dataset.rglob("*_edits.json"))
