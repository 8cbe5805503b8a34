"""Third step: where the sensors go, and which is which."""

from nicegui import ui

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.drawings import glute_drawing, shoulder_drawing
from firing_analyzer.app.found_sensors import FoundSensor, Site, scanned_sensors
from firing_analyzer.app.screens.frame import heading, main_button, note, quiet, side_button
from firing_analyzer.app.words import ELECTRODES, sentence, sites


def sensors_screen(desk: Desk) -> None:
    """Build the step."""
    draft = desk.draft
    told = note(sentence(desk.problem))
    heading("Put the sensors on, and say which is which")
    quiet(ELECTRODES)
    looking = ui.element("div").classes("fa-row")
    drawings = (glute_drawing(draft.leg), shoulder_drawing(draft.leg))
    chosen: list[ui.select] = []
    typed: list[ui.input] = []
    names: tuple[Site, Site] = ("glute", "shoulder")
    before = (draft.glute, draft.shoulder)
    with ui.element("div").classes("fa-sites"):
        for (title, where), drawing, site, uri in zip(sites(draft.leg), drawings, names, before, strict=True):
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
    elsewhere = [
        uri for uri in before if uri not in {one.uri(site) for one in draft.offered for site in names}
    ]
    with ui.expansion("Other sources", value=any(elsewhere)).props("dense").classes("fa-field"):
        quiet("For who knows: written as an address, such as lsl:NAME#1 or replay:FILE#GM_L.")
        for site, uri in zip(names, before, strict=True):
            other = ui.input(f"Other source for the {site}", value=uri if uri in elsewhere else "")
            typed.append(other.props("outlined stack-label dense maxlength=400"))
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
        for select, site in zip(chosen, names, strict=True):
            select.set_options(_options(draft.offered, site))
        told.text = f"{len(found)} found." if found else "No sensor answered. Switch them on, and look again."

    with looking:
        look_button = side_button("Look for sensors", scan)
        quiet("Switch both on first. Simulated people are for trying and teaching: choose one for both.")

    def go_on() -> None:
        uris = [
            str(other.value or "").strip() or str(select.value or "")
            for select, other in zip(chosen, typed, strict=True)
        ]
        if not all(uris):
            told.text = "Choose a sensor for the glute and one for the shoulder."
            return
        desk.look(uris[0], uris[1])

    with ui.element("div").classes("fa-row"):
        main_button("Next: look at the signals", go_on)
        side_button("Back", desk.back)


def _last_one_counts(select: ui.select, other: ui.input) -> None:
    """Empty the field for an address when a sensor is chosen, and the other way round."""
    select.on_value_change(lambda change: other.set_value("") if change.value else None)
    other.on_value_change(lambda change: select.set_value(None) if change.value else None)


def _options(known: tuple[FoundSensor, ...], site: Site) -> dict[str, str]:
    return {
        sensor.uri(site): f"{sensor.label}{f' ({sensor.detail})' if sensor.detail else ''}"
        for sensor in known
    }
