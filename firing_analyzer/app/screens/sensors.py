"""Third step: where the sensors go, and which is which."""

from typing import Final

from nicegui import ui

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.draft import Draft
from firing_analyzer.app.drawings import glute_drawing, shoulder_drawing
from firing_analyzer.app.found_sensors import FoundSensor, Site, are_of_two_people, scanned_sensors
from firing_analyzer.app.screens.frame import heading, main_button, note, quiet, side_button
from firing_analyzer.app.words import ELECTRODES, sentence, sites

_SITES: Final[tuple[Site, Site]] = ("glute", "shoulder")


def sensors_screen(desk: Desk) -> None:
    """Build the step."""
    draft = desk.draft
    told = note(sentence(desk.problem))
    heading("Put the sensors on, and say which is which")
    quiet(ELECTRODES)
    looking = ui.element("div").classes("fa-row")
    drawings = (glute_drawing(draft.leg), shoulder_drawing(draft.leg))
    chosen: list[ui.select] = []
    before = (draft.glute, draft.shoulder)
    with ui.element("div").classes("fa-sites"):
        for (title, where), drawing, site, uri in zip(
            sites(draft.leg), drawings, _SITES, before, strict=True
        ):
            with ui.element("div").classes("fa-site"):
                ui.label(title).classes("fa-part").props('role="heading" aria-level="2"')
                # our own drawing, which holds nothing that anybody typed
                ui.html(drawing, sanitize=False)
                ui.label(where)
                options = _options(draft.offered, site)
                select = ui.select(
                    options, label=f"Sensor on the {site}", value=uri if uri in options else None
                ).props("outlined stack-label")
                chosen.append(select)
    typed = _address_fields(draft)
    for select, other in zip(chosen, typed, strict=True):
        _last_one_counts(select, other)

    async def scan() -> None:
        told.text = "Looking for sensors…"
        look_button.disable()
        try:
            found = await scanned_sensors()
        except PROBLEMS as problem:
            told.text = sentence(str(problem))
            return
        finally:
            look_button.enable()
        heard = {sensor.glute for sensor in found}
        draft.found = (*found, *(sensor for sensor in draft.found if sensor.glute not in heard))
        for select, site in zip(chosen, _SITES, strict=True):
            select.set_options(_options(draft.offered, site))
        told.text = f"{len(found)} found." if found else "No sensor answered. Switch them on, and look again."

    with looking:
        look_button = side_button("Look for sensors", scan)
        quiet("Switch both on first. Simulated people are for trying and teaching: choose one for both.")

    def go_on() -> None:
        uris = _uri(chosen[0], typed[0]), _uri(chosen[1], typed[1])
        if not all(uris):
            told.text = "Choose a sensor for the glute and one for the shoulder."
            return
        if are_of_two_people(*uris):
            told.text = "Choose the same simulated person for both."
            return
        desk.look(*uris)

    with ui.element("div").classes("fa-row"):
        main_button("Next: look at the signals", go_on)
        side_button("Back", desk.back)


def _address_fields(draft: Draft) -> list[ui.input]:
    """Build the fields for sources that are not offered; unfolded where something stands in them."""
    typed: list[ui.input] = []
    before = (draft.glute, draft.shoulder)
    elsewhere = [
        uri for uri in before if uri not in {one.uri(site) for one in draft.offered for site in _SITES}
    ]
    with ui.expansion("Other sources", value=any(elsewhere)).props("dense").classes("fa-field"):
        quiet("For who knows: written as an address, such as lsl:NAME#1 or replay:FILE#GM_L.")
        for site, uri in zip(_SITES, before, strict=True):
            other = ui.input(f"Other source for the {site}", value=uri if uri in elsewhere else "")
            typed.append(other.props("outlined stack-label dense maxlength=400"))
    return typed


def _uri(select: ui.select, other: ui.input) -> str:
    return str(other.value or "").strip() or str(select.value or "")


def _last_one_counts(select: ui.select, other: ui.input) -> None:
    """Empty the field for an address when a sensor is chosen, and the other way round."""
    select.on_value_change(lambda change: other.set_value("") if change.value else None)
    other.on_value_change(lambda change: select.set_value(None) if change.value else None)


def _options(known: tuple[FoundSensor, ...], site: Site) -> dict[str, str]:
    return {
        sensor.uri(site): f"{sensor.label}{f' ({sensor.detail})' if sensor.detail else ''}"
        for sensor in known
    }
