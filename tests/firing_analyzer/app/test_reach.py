"""The page without a mouse, and on a narrow screen."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist

FOCUS = (
    "(() => { const at = document.activeElement; if (at === document.body) return ''; "
    "return at.ariaLabel || at.innerText || "
    "(at.labels && at.labels[0] && at.labels[0].innerText) || at.tagName; })()"
)


def test_a_session_with_the_keyboard_alone(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    keys = one.page.keyboard

    def go_to(words: str) -> None:
        for _ in range(40):
            if words in str(one.page.evaluate(FOCUS)):
                return
            keys.press("Tab")
        raise AssertionError(f"{words!r} cannot be reached; the focus is on {one.page.evaluate(FOCUS)!r}")

    go_to("New session")
    keys.press("Enter")
    one.see("Who is it")
    go_to("Code of the person")
    keys.type("07")
    go_to("Right leg")
    keys.press("Space")
    one.page.get_by_role("radio", name="Right leg", checked=True).wait_for()
    go_to("Next: how the session is held")
    keys.press("Enter")
    one.see("How is the session held?")
    go_to("forehead on the hands")
    keys.press("Space")
    one.page.get_by_role("radio", name="forehead on the hands", checked=True).wait_for()
    go_to("Next: sensors")
    keys.press("Enter")
    one.see("Right glute")
    go_to("Other sources")
    keys.press("Enter")
    one.page.get_by_label("Other source for the glute").wait_for()
    for site in ("glute", "shoulder"):
        go_to(f"Other source for the {site}")
        keys.type(f"sim:glute_first?speed=60&rate=600&packet=60#{site}")
    go_to("Next: look at the signals")
    keys.press("Enter")
    one.await_signals()
    go_to("Start recording")
    keys.press("Enter")
    one.page.get_by_role("button", name="End now").wait_for()
    go_to("End now")
    keys.press("Enter")
    one.see("End the recording now?")
    keys.press("Escape")
    told = one.await_result()
    assert told.startswith("Activity of the right gluteus maximus began before")
    go_to("Save the report (PDF)")
    keys.press("Enter")
    one.see("_report.pdf")


def test_sensors_are_chosen_from_the_list_with_the_keyboard(therapist: "Callable[..., Therapist]") -> None:
    one = therapist()
    one.name_person()
    for site in ("glute", "shoulder"):
        one.page.get_by_label(f"Sensor on the {site}").focus()
        one.page.keyboard.press("Enter")
        one.page.get_by_role("option", name="Simulated person A").wait_for()
        one.page.keyboard.press("ArrowDown")
        one.page.keyboard.press("Enter")
    one.look("sensors-chosen")
    one.click("Next: look at the signals")
    one.await_signals()
    one.click("Back")


def test_nothing_runs_out_of_a_narrow_screen(therapist: "Callable[..., Therapist]") -> None:
    one = therapist(width=360, height=720)
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    def fits(name: str) -> None:
        one.look(f"narrow-{name}")
        assert one.page.evaluate(too_wide) <= 0, name

    fits("1-start")
    one.click("New session")
    fits("2-person")
    one.page.get_by_label("Code of the person").fill("07")
    one.click("Next: how the session is held")
    one.see("How is the session held?")
    one.page.get_by_role("radio", name="otherwise").first.click()
    one.page.get_by_label("Head: otherwise").wait_for()
    fits("3-manner")
    one.page.get_by_label("Head: otherwise").fill("turned to the left")
    one.click("Next: sensors")
    one.see("Put the sensors on")
    fits("4-sensors")
    one.choose("inconsistent", "speed=40")
    one.await_signals()
    fits("5-signals")
    one.click("Start recording")
    one.see(re.compile(r"^\d+ of 10$"))
    one.click("Hold the cues")
    one.click("Set this raise aside")
    one.see("Why is raise")
    fits("6-setting-aside")
    one.click("Keep it")
    fits("7-raises")
    one.click("Go on")
    one.see("The plan allows 6 more, once")
    fits("8-offer")
    one.click("Leave it at 10")
    one.await_result()
    one.see("10 raises: ")
    one.see("Head: turned to the left.")
    one.page.wait_for_function("[...document.images].every(image => image.complete)")
    fits("9-result")
    one.click("Move an onset of raise 3")
    one.see("Where does the muscle begin")
    fits("10-moving")
    for place, words, name in (
        ("person?code=07", "cannot tell: the order differs too much", "11-person"),
        ("library", "Person 07", "12-library"),
        ("dropped", "No file was dropped", "13-dropped"),
    ):
        one.page.goto(f"{one.served.site}/{place}")
        one.see(words)
        fits(name)


def test_small_print_is_smaller_than_what_is_to_be_read(
    therapist: "Callable[..., Therapist]", served: "Served"
) -> None:
    one = therapist(served)
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    one.click("New session")
    small = one.page.get_by_text("No name is needed").evaluate(size)
    for words in ("Arms by the sides", "Left leg: left glute"):
        assert small < one.page.get_by_text(words).evaluate(size)
