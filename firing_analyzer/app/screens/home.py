"""The first screen: begin, look back, open a file, finish what was cut off."""

import asyncio

from nicegui import ui

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.gate import MOST_UPLOAD_BYTES
from firing_analyzer.app.screens.frame import heading, main_button, note, part, quiet, screen, side_button
from firing_analyzer.words import LIMITS
from sensors.recover import recover


def home_screen(desk: Desk) -> None:
    """Build the screen."""
    with screen("Start"):
        heading("Which muscle starts first in a prone leg raise?")
        ui.label(
            "The glute of the leg that is lifted, or the opposite shoulder: measured, with how sure it is."
        )
        _unfinished(desk)
        with ui.element("div").classes("fa-row"):
            if desk.busy:
                main_button("To the recording that goes on", lambda: ui.navigate.to("/session"))
            else:
                main_button("New session", lambda: _begin(desk))
            side_button("Library", lambda: ui.navigate.to("/library"))
        drop_zone()
        quiet(f"Recordings are kept in {desk.store.dataset}, on this computer only.")
        quiet(" ".join(LIMITS))


def drop_zone() -> None:
    """Build the place on which a recording file can be dropped."""
    part("Open a recording file")
    zone = ui.element("div").classes("fa-drop")
    zone.props["data-most"] = str(MOST_UPLOAD_BYTES)
    with zone:
        ui.label("Drop a file here, or choose one. It is read on this computer and not kept.")
        field = ui.element("input")
        field.props["type"] = "file"
        field.props["aria-label"] = "Recording file"
        ui.label("").classes("fa-drop-told").props('role="status"')


def cut_off_words(whose: list[str]) -> str:
    """Say that recordings were cut off, and whose they are.

    Examples
    --------
    >>> cut_off_words(["07"]), cut_off_words([""])
    ('A recording of person 07 was cut off.', 'A recording was cut off.')
    >>> cut_off_words(["08", "", "07", "07"])
    '4 recordings were cut off (persons 07, 08).'
    """
    codes = sorted({code for code in whose if code})
    if len(whose) == 1:
        return f"A recording{f' of person {codes[0]}' if codes else ''} was cut off."
    told = f" (person{'s' if len(codes) > 1 else ''} {', '.join(codes)})" if codes else ""
    return f"{len(whose)} recordings were cut off{told}."


def _begin(desk: Desk) -> None:
    desk.begin()
    ui.navigate.to("/session")


def _unfinished(desk: Desk) -> None:
    """Offer to finish recordings that a crash or a power cut left behind."""
    if desk.busy:
        return
    if desk.store.is_recorded_into():
        note("Another recording is going on in this dataset, in another window or program.")
        return
    whose = desk.store.unfinished()
    if not whose:
        return
    told = note(cut_off_words(whose))

    async def finish() -> None:
        told.text = "Saving what there is…"
        try:
            outcomes = await asyncio.to_thread(recover, desk.store.dataset)
        except PROBLEMS as problem:
            told.text = str(problem)
            return
        problems = [one.problem for one in outcomes if one.problem]
        saved = sum(1 for one in outcomes if one.saved is not None and not one.skipped)
        words = "It is saved; find it in the library." if saved == 1 else f"{saved} were saved."
        told.text = "; ".join(problems) if problems else words
        button.visible = False

    with ui.element("div").classes("fa-row"):
        button = main_button("Save what there is of it", finish)
