"""Fourth step: both signals are looked at, before anything is recorded."""

from collections.abc import Callable

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.screens.frame import heading, main_button, quiet, side_button
from firing_analyzer.app.screens.signals import traces
from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES


def check_screen(desk: Desk) -> Callable[[], None]:
    """Build the step; return what brings it up to date."""
    heading("Are both signals good?")
    quiet(
        "Nothing is recorded yet. Ask for a shrug, and for the leg to be lifted once: each should show on "
        "its own trace."
    )
    update = traces(desk, with_advice=True)
    with ui.element("div").classes("fa-row"):
        main_button("Start recording", desk.start)
        side_button("Back", desk.back)
    more = f", and {ALL_RAISES - FIRST_RAISES} more if these cannot tell" if desk.draft.extendable else ""
    quiet(
        "It takes about two and a half minutes: a shrug, rest, two raises for practice, then "
        f"{FIRST_RAISES} raises{more}. The result is shown when all are done."
    )
    return update
