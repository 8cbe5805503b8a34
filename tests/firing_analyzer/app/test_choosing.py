"""Which sensors a session has: what was chosen last, and nothing of the session before."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Therapist


def choose_person(one: "Therapist", site: str, letter: str) -> None:
    one.page.get_by_label(f"Sensor on the {site}").click()
    one.page.get_by_role("option", name=f"Simulated person {letter}", exact=True).click()
    one.page.get_by_role("option").first.wait_for(state="hidden")


def test_a_sensor_that_is_chosen_wins_over_an_address_typed_before(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.name_person()
    one.other_sources()
    for site in ("glute", "shoulder"):
        one.page.get_by_label(f"Other source for the {site}").fill(f"sim:nobody#{site}")
    one.click("Next: look at the signals")
    one.see(re.compile("nobody"))
    for site in ("glute", "shoulder"):
        choose_person(one, site, "A")
        one.page.wait_for_function(
            f"document.querySelector('[aria-label=\"Other source for the {site}\"]').value === ''"
        )
    one.click("Next: look at the signals")
    one.await_signals()


def test_a_new_session_knows_no_address_that_was_typed_for_the_last(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.name_person()
    one.choose("glute_first", "speed=20")
    one.page.goto(one.served.site)
    one.name_person("08")
    assert not one.page.get_by_label("Other source for the glute").is_visible()
    one.click("Next: look at the signals")
    one.see("Choose a sensor for the glute and one for the shoulder.")


def test_the_muscles_of_two_simulated_people_are_not_put_together(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.name_person()
    choose_person(one, "glute", "A")
    choose_person(one, "shoulder", "B")
    one.click("Next: look at the signals")
    one.see("Choose the same simulated person for both.")
    choose_person(one, "shoulder", "A")
    one.click("Next: look at the signals")
    one.see("Are both signals good?")
