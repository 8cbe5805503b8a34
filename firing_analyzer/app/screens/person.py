"""First step: who it is, and which leg."""

from nicegui import ui

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.screens.frame import heading, listed, main_button, note, part, quiet
from firing_analyzer.app.words import LYING, NOT_FOR, sentence
from recordings.model import Side


def person_screen(desk: Desk) -> None:
    """Build the step."""
    heading("Who is it, and which leg is lifted?")
    code = ui.input("Code of the person", value=desk.draft.participant).props(
        "outlined stack-label autofocus maxlength=40"
    )
    code.classes("fa-field")
    quiet("Letters and digits, such as 01. No name is needed, and none should be given.")
    legs = {
        "left": "Left leg: left glute and right shoulder",
        "right": "Right leg: right glute and left shoulder",
    }
    leg = ui.radio(legs, value=desk.draft.leg)
    told = note()

    def go_on() -> None:
        side: Side = "left" if leg.value == "left" else "right"
        try:
            desk.name_person(str(code.value or ""), side)
        except PROBLEMS as problem:
            told.text = sentence(str(problem))

    code.on("keydown.enter", go_on)
    with ui.element("div").classes("fa-row"):
        main_button("Next: how the session is held", go_on)
    part("Before it begins")
    listed([NOT_FOR, *LYING])
