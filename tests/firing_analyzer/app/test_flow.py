"""From the first screen to a saved report, as a therapist goes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firing_analyzer.extension import was_extended
from recordings.open import open_recording

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist

#: A raise that counts is asked for; which one is seen first depends on how quick the browser is.
A_RAISE = re.compile(r"^\d+ of 10$")
LIVE_ORDER = re.compile(r"(shoulder|glute) first|together|[+-]?\d+ ms\b")


@pytest.mark.parametrize(
    ("scenario", "sentence"),
    [
        (
            "shoulder_first",
            r"Activity of the right upper trapezius began before .* in \d+ of 10 raises.* by \d+ ms",
        ),
        (
            "glute_first",
            r"Activity of the left gluteus maximus began before .* in \d+ of 10 raises.* by \d+ ms",
        ),
        ("inconsistent", r"Cannot tell: the raises differ too much"),
    ],
)
def test_from_start_to_a_saved_report(
    therapist: "Callable[..., Therapist]", scenario: str, sentence: str
) -> None:
    one = therapist()

    def look(screen: str) -> None:
        if scenario == "inconsistent":  # until the result the others look the same
            one.look(f"session-{screen}")

    look("1-start")
    one.click("New session")
    one.page.get_by_label("Code of the person").fill("07")
    look("1b-person")
    one.click("Next: how the session is held")
    one.see("How is the session held?")
    look("1c-manner")
    one.click("Next: sensors")
    one.see("Put the sensors on")
    look("2-sensors")
    one.choose(scenario, "speed=40")
    one.await_signals()
    look("3-signals")
    one.click("Start recording")
    one.click("Hold the cues")
    one.see("The cues are held")
    look("4-held")
    assert not LIVE_ORDER.search(one.page.inner_text("main"))
    one.click("Go on")
    one.see(A_RAISE)
    look("5-raises")
    assert not LIVE_ORDER.search(one.page.inner_text("main")), "no result before the plan is complete"
    if scenario == "inconsistent":
        one.see("The plan allows 6 more, once")
        look("5b-offer")
        one.page.reload()
        one.see("The plan allows 6 more, once")
        one.click("6 more raises")
        one.see(re.compile(r"^1[1-6] of 16$"))
        look("5c-more-raises")
    told = one.await_result()
    assert re.match(sentence, told), told
    one.page.locator("img.fa-picture").first.wait_for()
    one.page.wait_for_function(
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    one.look(f"{scenario}-6-result")
    for kind, opening in (("PDF", b"%PDF"), ("HTML", b"<!do")):
        one.click(f"Save the report ({kind})")
        one.see(f"_report.{kind.lower()}")
        link = one.page.get_by_role("link", name="Open the report").get_attribute("href")
        status, headers, body = one.served.ask("GET", link or "")
        assert status == 200
        assert headers["cache-control"] == "no-store"
        assert body.startswith(opening)
    kept = one.served.dataset / "derivatives" / "firing-analyzer"
    reports = sorted(path.name for path in kept.iterdir() if "_report." in path.name)
    assert reports == [
        f"sub-07_ses-01_task-proneLegRaise_acq-left_run-1_report.{kind}" for kind in ("html", "pdf")
    ]
    (first, *_) = sorted(one.served.dataset.rglob("*_emg.bdf"))
    recording = open_recording(first)
    assert (recording.planned_repetitions, recording.extendable_to) == (10, 16)
    assert was_extended(recording) == (scenario == "inconsistent")
    assert one.served.end() == "", "nothing is logged"


def test_a_raise_set_aside_is_left_out_and_how_the_session_was_held_is_kept(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.click("New session")
    one.page.get_by_label("Code of the person").fill("07")
    one.click("Next: how the session is held")
    one.page.get_by_role("radio", name="otherwise").nth(1).click()
    one.page.get_by_label("Speed of the raises: otherwise").fill("<u>slow</u>")
    one.page.get_by_label("Said for every raise").fill("<i>Heb das Bein</i>")
    one.page.get_by_role("radio", name="10, and no more").click()
    one.look("held-otherwise")
    one.click("Next: sensors")
    one.choose("shoulder_first", "speed=20")
    one.await_signals()
    one.click("Start recording")
    one.see(A_RAISE)
    one.see("“<i>Heb das Bein</i>”")
    one.click("Hold the cues")
    one.click("Set this raise aside")
    one.see("Why is raise")
    number = int(one.page.get_by_text("Why is raise").inner_text().split()[3])
    one.look("setting-aside")
    one.page.get_by_label("Another reason").fill("<i>sneezed</i>")
    one.click("Set aside")
    one.see("set aside: raise")
    one.see("<i>sneezed</i>")
    one.click("Go on")
    one.await_result()
    one.see("9 of them usable")
    row = one.page.locator(".fa-raise").nth(number - 1)
    assert f"Raise {number}:" in row.inner_text()
    assert "set aside: <i>sneezed</i>" in row.inner_text()
    told = one.page.inner_text("main")
    assert "Speed of the raises: <u>slow</u>." in told
    assert "Words of the cue: “<i>Heb das Bein</i>”." in told
    assert "95\N{NO-BREAK SPACE}% interval" in told, "a plan that allows no more is decided by 95 %"
    assert one.page.locator("main i:not(.q-icon), main u").count() == 0
    one.click("Save the report (HTML)")
    link = one.page.get_by_role("link", name="Open the report").get_attribute("href")
    assert b"set aside: &lt;i&gt;sneezed&lt;/i&gt;" in one.served.ask("GET", link or "")[2]
    (table, *_) = sorted(one.served.dataset.rglob("*_events.tsv"))
    assert table.read_text(encoding="utf-8").count("\t<i>sneezed</i>\n") == 1
    (result,) = one.served.dataset.rglob("*_analysis.json")
    rows = json.loads(result.read_text(encoding="utf-8"))["analysis"]["repetitions"]
    assert [row.get("set_aside") for row in rows] == [
        "<i>sneezed</i>" if row["repetition"] == number else None for row in rows
    ]
    (sidecar, *_) = sorted(one.served.dataset.rglob("*_emg.json"))
    kept = json.loads(sidecar.read_text(encoding="utf-8"))
    assert kept["Instructions"] == "<i>Heb das Bein</i>"
    assert kept["FiringAnalyzer"]["Details"] == {
        "Speed": "<u>slow</u>",
        "HeadPosition": "face in the hole of the table",
        "Feedback": "none; the person sees and hears nothing of it",
        "CueWords": "<i>Heb das Bein</i>",
    }
    assert kept["FiringAnalyzer"]["PlannedRepetitions"] == 10
    assert kept["FiringAnalyzer"]["ExtendableTo"] is None


def test_the_library_shows_persons_and_their_sessions_over_time(
    therapist: "Callable[..., Therapist]", serve: "Callable[..., Served]", measured: "Callable[..., Path]"
) -> None:
    one = therapist()
    one.page.get_by_role("link", name="Library").click()
    one.see("No recording is here yet")
    one.look("library-before")
    one = therapist(serve(measured("shoulder_first", "glute_first", "inconsistent")))
    one.page.get_by_role("link", name="Library").click()
    one.see("3 recordings")
    one.look("library")
    one.page.get_by_role("link", name="Person 07").click()
    one.see("Over time")
    one.page.wait_for_function(
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    one.see("1. session 01, left leg, run 1")
    one.see("2. session 02, left leg, run 1")
    one.see("shoulder first, \N{MINUS SIGN}")
    one.see("glute first, ")
    one.see("3. session 03, left leg, run 1")
    one.see("cannot tell: the order differs too much from raise to raise")
    one.look("person")
    one.page.set_viewport_size({"width": 360, "height": 720})
    one.see("The picture can be moved sideways.")
    one.look("narrow-person")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360
