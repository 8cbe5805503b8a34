"""A recording file that is dropped on the page."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recordings.synth import Schedule, simulate_session

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist

BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0)


def write_recording(path: Path, *, labels: tuple[str, str] = ("GM_L", "UT_R")) -> Path:
    recording = simulate_session(seed=1, lags_ms=[-150.0] * 6, schedule=BRISK, rate_hz=1000.0).recording
    table = np.column_stack([signal.samples for signal in recording.signals])
    lines = [f"{row / 1000:.3f},{a:.2f},{b:.2f}" for row, (a, b) in enumerate(table.tolist())]
    path.write_text("\n".join([f"time_s,{labels[0]} [uV],{labels[1]} [uV]", *lines]))
    return path


def drop(one: "Therapist", file: Path) -> None:
    one.page.get_by_label("Recording file").set_input_files(file)


def test_a_dropped_file_is_shown_as_any_result(
    therapist: "Callable[..., Therapist]", served: "Served", tmp_path: Path
) -> None:
    one = therapist(served)
    drop(one, write_recording(tmp_path / "from elsewhere.csv"))
    assert "began before" in one.await_result()
    one.look("dropped-file")
    one.click("Save the report (PDF)")
    one.see("from elsewhere_report.pdf")
    assert not list(one.served.dataset.rglob("*.csv")), "the file itself is not kept"


def test_a_file_can_be_dropped_anywhere_on_the_page(
    therapist: "Callable[..., Therapist]", served: "Served", tmp_path: Path
) -> None:
    one = therapist(served)
    file = write_recording(tmp_path / "dropped.csv")
    carried = one.page.evaluate_handle(
        "([name, text]) => { const carried = new DataTransfer(); "
        "carried.items.add(new File([text], name)); return carried; }",
        [file.name, file.read_text()],
    )
    one.page.dispatch_event("body", "drop", {"dataTransfer": carried})
    assert "began before" in one.await_result()
    assert one.page.url.endswith("name=dropped/dropped.csv")


def test_a_file_that_does_not_tell_leg_and_channels_is_asked_for_them(
    therapist: "Callable[..., Therapist]", served: "Served", tmp_path: Path
) -> None:
    one = therapist(served)
    drop(one, write_recording(tmp_path / "unnamed.csv", labels=("A1", "A2")))
    one.see("unnamed.csv needs a little help")
    one.look("dropped-file-questions")
    one.page.get_by_label("left leg").click()
    one.page.get_by_label("Channel of the glute").fill("A1")
    one.page.get_by_label("Channel of the opposite shoulder").fill("A2")
    one.click("Open it")
    assert "A2" in one.await_result()


MARKUP = "<img src=x onerror=alert(1)><b>x</b>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.bdf", b"\xffBIOSEMI" + b"9" * 4000),
        ("b.csv", b"\x00\x01\x02" * 1000),
        ("c.xdf", b"XDF:\xff\xff"),
        ("d.csv", f"time_s,{MARKUP},UT_R\n".encode() + b"0,1,2\n" * 50),
        ("e.h5", b""),
    ],
)
def test_a_malformed_file_is_refused_in_words(served: "Served", name: str, content: bytes) -> None:
    assert served.ask("POST", f"/drop?name={name}", body=content)[0] == 200
    status, _, body = served.ask("GET", "/dropped")
    assert status == 200
    assert b"needs a little help" in body
    assert b"Traceback" not in body
    assert served.said == []


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a", "..", "a.csv/../b.svg", ".csv.js"])
def test_files_of_other_kinds_are_not_taken(served: "Served", name: str) -> None:
    before = sorted(served.dataset.rglob("*"))
    status, _, body = served.ask("POST", f"/drop?name={name}", body=b"x")
    assert status == 415
    assert b"is not read here" in body
    assert sorted(served.dataset.rglob("*")) == before


def test_markup_in_names_and_labels_is_shown_as_text(
    therapist: "Callable[..., Therapist]", served: "Served", tmp_path: Path
) -> None:
    one = therapist(served)
    file = write_recording(tmp_path / "x.csv", labels=(MARKUP, "B"))
    script = "(name) => fetch('/drop?name=' + encodeURIComponent(name), {method: 'POST', body: 'a,b'})"
    one.page.evaluate(script, "<img src=x onerror=alert(1)>.csv")
    one.page.goto(f"{one.served.site}/dropped")
    one.see("needs a little help")
    assert "onerror=alert(1)" in one.page.inner_text("main")
    drop(one, file)
    one.see("x.csv needs a little help")
    one.page.get_by_label("left leg").click()
    one.page.get_by_label("Channel of the glute").fill(MARKUP)
    one.page.get_by_label("Channel of the opposite shoulder").fill("B")
    one.click("Open it")
    one.await_result()
    assert MARKUP in one.page.inner_text("main")
    assert one.page.locator("main b").count() == 0
    assert one.page.locator("img[src=x]").count() == 0


def test_markup_in_every_field_of_a_session_is_shown_as_text(
    therapist: "Callable[..., Therapist]", served: "Served"
) -> None:
    one = therapist(served)
    one.click("New session")
    one.page.get_by_label("Code of the person").fill(MARKUP)
    one.click("Next: how the session is held")
    one.see("use a code of letters a to z and digits")
    one.look("code-refused")
    one.page.get_by_label("Code of the person").fill("07")
    one.click("Next: how the session is held")
    one.click("Next: sensors")
    one.other_sources()
    for site in ("glute", "shoulder"):
        one.page.get_by_label(f"Other source for the {site}").fill(f"{MARKUP}#{site}")
    one.click("Next: look at the signals")
    one.see("onerror=alert(1)")
    assert one.page.locator("main b").count() == 0
    one.page.goto(f"{one.served.site}/person?code={MARKUP}")
    one.see("Nobody has this code here")
    one.page.goto(f"{one.served.site}/recording?name={MARKUP}")
    one.see("This recording cannot be used")
    assert one.page.locator("img[src=x]").count() == 0
