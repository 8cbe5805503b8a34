"""A result that is corrected on the page stays corrected."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firing_analyzer.app.store import Store
from firing_analyzer.kept import stored_edits

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist

DRAWN = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"


@pytest.fixture
def one(
    therapist: "Callable[..., Therapist]", serve: "Callable[..., Served]", measured: "Callable[..., Path]"
) -> "Therapist":
    """Somebody who looks at a result of six raises."""
    return therapist(serve(measured()))


def name_of(dataset: Path) -> str:
    (recording,) = dataset.rglob("*glute_emg.bdf")
    return recording.relative_to(dataset).as_posix()


def test_an_onset_moved_with_the_arrow_keys_stays_moved_and_the_recording_as_it_was(
    one: "Therapist",
) -> None:
    dataset = one.served.dataset.resolve()
    name = name_of(dataset)
    one.open(name)
    measured = (dataset / name).read_bytes()
    before = Store(dataset).opened(name).analysis.rows[2]
    assert before.glute_onset_s is not None
    one.click("Move an onset of raise 3")
    field = one.page.get_by_label("Onset (s)")
    field.fill("1.000")
    one.page.get_by_label("Reason").fill("cable pulled")
    one.click("Move it")
    one.see("lies outside it")
    one.look("onset-refused")
    assert not list(dataset.rglob("*_edits.json")), "an onset far from its raise is refused"
    one.click("Keep it as it is")
    one.click("Move an onset of raise 3")
    for _ in range(4):
        field.press("ArrowUp")
    one.click("Move it")
    one.see("Give a reason")
    one.page.get_by_label("Reason").fill("cable pulled")
    one.look("moving-an-onset")
    one.click("Move it")
    one.see("Raise 3: onset of the glute")
    told = one.page.inner_text("main").replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r": cable pulled \(\d{4}-\d\d-\d\d \d\d:\d\d\)\.", told), "by the clock on the wall"
    one.look("result-with-an-onset-moved")
    assert (dataset / name).read_bytes() == measured
    (edit,) = stored_edits(dataset / name)
    assert edit.reason == "cable pulled"
    opened = Store(dataset).opened(name).analysis
    assert opened.rows[2].glute_onset_s == pytest.approx(before.glute_onset_s + 0.02, abs=0.004)
    assert "edited" in opened.rows[2].flags
    assert opened.originals == (before,)


def test_a_raise_left_out_with_a_reason_and_taken_back(one: "Therapist") -> None:
    dataset = one.served.dataset.resolve()
    before = one.open(name_of(dataset))
    assert one.page.get_by_role("button", name="as it was measured").count() == 0, "nothing to take back"
    one.click("Leave raise 2 out")
    one.click("Leave it out")
    one.see("Give a reason")
    one.page.get_by_label("Reason").fill("<b>coughed</b> $x$")
    one.click("Leave it out")
    one.see("Raise 2 was left out: <b>coughed</b> $x$")
    one.see("5 of them usable")
    one.page.wait_for_function(DRAWN)
    one.look("result-with-a-raise-left-out")
    one.click("Save the report (HTML)")
    one.see("_report.html")
    (report,) = (dataset / "derivatives").rglob("*.html")
    assert "Raise 2 was left out: &lt;b&gt;coughed&lt;/b&gt; $x$ (" in report.read_text(encoding="utf-8")
    one.click("Take raise 2 back as it was measured")
    one.page.get_by_label("Reason").fill("it was the next one")
    one.click("Take it back")
    one.page.get_by_text("6 raises: glute first").wait_for()
    assert one.await_result() == before
    assert one.page.get_by_role("button", name="as it was measured").count() == 0
    one.click("Show raise 3")
    one.page.get_by_role("img", name="Both muscles in raise 3").wait_for()
    one.page.wait_for_function(DRAWN)
    one.look("result-with-a-raise-shown")


@pytest.mark.parametrize(("button", "leg"), [("Next leg", "Right leg"), ("Repeat", "Left leg")])
def test_the_next_session_begins_with_the_same_person(one: "Therapist", button: str, leg: str) -> None:
    one.open(name_of(one.served.dataset.resolve()))
    one.click(button)
    one.see("Who is it")
    assert one.page.get_by_label("Code of the person").input_value() == "07"
    assert one.page.get_by_role("radio", name=leg).is_checked()
