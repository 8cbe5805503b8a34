"""What a session survives: a sensor that drops out, a tab that is closed, a program that is killed."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from recordings.errors import RecordingError
from recordings.journal import JournalReader
from recordings.open import open_recording
from tests.firing_analyzer.app.conftest import ROOT, SLOWLY, wait_until

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist

#: A raise that counts is asked for; which one is seen first depends on how quick the browser is.
A_RAISE = re.compile(r"^\d+ of 10$")


def recording_of(dataset: Path) -> Path:
    (first, *_) = sorted(dataset.rglob("*_emg.bdf"))
    return first


def test_a_sensor_that_drops_out_is_told_and_waited_for(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.record("shoulder_first", "speed=30&drop=62-92")
    one.see("of 10")
    one.see("Neither sensor delivers anything")
    one.look("dropped-out")
    one.see("delivers again")
    one.page.get_by_text("delivers nothing").first.wait_for(state="hidden")
    one.await_result()
    assert open_recording(recording_of(one.served.dataset)).duration_s > 130


def test_a_reload_in_the_middle_comes_back_to_the_recording(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.record("glute_first", "speed=30")
    one.see(A_RAISE)
    one.click("Hold the cues")
    one.page.reload()
    one.see("The cues are held")
    one.page.wait_for_function("window.firingTraces.frames > 5")
    second = one.tab()
    second.goto(f"{one.served.site}/")
    second.get_by_role("button", name="To the recording that goes on").click()
    one.see("The cues are held", page=second)
    one.click("Go on", page=second)
    one.page.close()
    one.page = second
    assert one.await_result().startswith("Activity of the left gluteus maximus began before")


def test_a_closed_tab_does_not_end_the_recording(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.record("shoulder_silent", "speed=60")
    one.page.close()
    one.page = one.tab()
    end = time.monotonic() + 60
    while not list(one.served.dataset.rglob("*_emg.bdf")):
        assert time.monotonic() < end
        time.sleep(0.2)
    one.page.goto(f"{one.served.site}/session")
    # while it is still being saved the page waits and goes on to the result by itself
    one.page.wait_for_function(
        "location.pathname === '/recording' || document.body.innerText.includes('Its result')"
    )
    if not one.page.url.split("?")[0].endswith("/recording"):
        one.click("Its result")
    assert one.await_result().startswith(
        "No activity of the right upper trapezius was seen in 10 of 10 raises"
    )


def test_what_a_kill_left_behind_is_offered_and_saved(
    therapist: "Callable[..., Therapist]", serve: "Callable[..., Served]"
) -> None:
    one = therapist()
    one.record("glute_first", "speed=30")
    one.see(A_RAISE)
    one.click("Hold the cues")
    dataset = one.served.dataset
    one.served.end(kill=True)
    assert not list(dataset.rglob("*_emg.bdf"))
    # the browser misses its server; that is no fault of the page
    one.complaints.clear()
    again = therapist(serve(dataset))
    again.see("A recording of person 07 was cut off.")
    again.look("recovery")
    again.click("Save what there is of it")
    again.see("It is saved; find it in the library.")
    assert open_recording(recording_of(dataset)).duration_s > 30
    again.page.reload()
    again.see("New session")
    assert again.page.get_by_text("A recording of person 07 was cut off.").count() == 0


def test_the_end_of_the_program_saves_the_recording_that_goes_on(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.record("glute_first", "speed=30")
    one.see(A_RAISE)
    one.click("Hold the cues")
    assert one.served.end() == ""
    assert one.served.process.returncode == 0
    assert open_recording(recording_of(one.served.dataset)).duration_s > 30


def test_raises_wait_until_the_person_rests(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.record("shoulder_first", "speed=25&drop=12-40")
    one.see("It is not quiet yet, so the raises wait.")
    one.look("waiting-for-rest")
    one.see(re.compile("^Practice$"))
    one.click("End now")
    one.click("End and save")
    one.see("Cannot tell")


def test_the_check_says_what_is_wrong_with_a_signal_and_what_to_do(
    therapist: "Callable[..., Therapist]",
    served: "Served",
) -> None:
    one = therapist(served)
    one.name_person()
    one.other_sources()
    one.page.get_by_label("Other source for the glute").fill("sim:noise?speed=20&rate=600&packet=60#glute")
    one.page.get_by_label("Other source for the shoulder").fill("sim:noise?speed=20&dead=1#shoulder")
    one.click("Next: look at the signals")
    one.see("delivers nothing")
    one.see("Nothing comes from this sensor. Switch it on")
    one.see(re.compile("^(sensor off|noisy|mains hum)"))
    one.see(re.compile("electrode"))
    one.look("signals-in-trouble")


def test_sensors_that_cannot_be_used_are_said_on_the_spot(
    therapist: "Callable[..., Therapist]", served: "Served"
) -> None:
    one = therapist(served)
    one.name_person()
    one.other_sources()
    for site in ("glute", "shoulder"):
        one.page.get_by_label(f"Other source for the {site}").fill(f"sim:nobody#{site}")
    one.click("Next: look at the signals")
    one.see("there is no scenario 'nobody'")
    assert one.page.get_by_label("Other source for the glute").input_value() == "sim:nobody#glute"
    one.look("sensors-refused")


def test_back_and_on_again_before_anything_is_recorded(
    therapist: "Callable[..., Therapist]", served: "Served"
) -> None:
    one = therapist(served)
    one.name_person("07")
    one.choose("together", "speed=20")
    one.click("Back")
    one.see("Put the sensors on")
    one.click("Back")
    one.see("How is the session held?")
    one.click("Back")
    one.page.get_by_label("Code of the person").fill("a b!")
    one.click("Next: how the session is held")
    one.see("holds ' ', '!'")
    one.page.get_by_label("Code of the person").fill("08")
    one.click("Next: how the session is held")
    one.click("Next: sensors")
    one.click("Next: look at the signals")
    one.await_signals()
    assert not list(one.served.dataset.rglob("*.journal")), "nothing is recorded yet"


def holds_packets(dataset: Path) -> bool:
    """Whether anything of a recording is on disk by now."""
    for path in dataset.rglob("*.journal"):
        try:
            with JournalReader(path) as journal:
                return next(journal.packets(), None) is not None
        except RecordingError:  # it is just being begun
            return False
    return False


def test_a_recording_that_another_program_makes_is_not_called_cut_off(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    dataset = one.served.dataset
    glute, shoulder = (f"sim:glute_first?{SLOWLY}#{site}" for site in ("glute", "shoulder"))
    given = ("--glute", glute, "--shoulder", shoulder, "--leg", "left", "--participant", "31")
    with subprocess.Popen(
        [sys.executable, "-m", "firing_analyzer", "record", *given, "--out", str(dataset)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    ) as other:
        try:
            wait_until(lambda: holds_packets(dataset))
            one.page.reload()
            one.see("Another recording is going on in this dataset")
            assert one.page.get_by_role("button", name="Save what there is of it").count() == 0
            assert "cut off" not in one.page.inner_text("main")
        finally:
            other.kill()
    one.page.reload()
    one.see("A recording of person 31 was cut off.")
