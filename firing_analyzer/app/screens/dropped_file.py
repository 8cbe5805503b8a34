"""A file that was dropped on the page and does not tell all that is needed: what is missing is asked for."""

import asyncio
from urllib.parse import quote

from nicegui import ui

from firing_analyzer.app.dropped import Dropped
from firing_analyzer.app.screens.frame import heading, main_button, note, quiet, screen
from firing_analyzer.app.screens.home import drop_zone
from firing_analyzer.app.words import sentence
from recordings.model import Side


def dropped_screen(dropped: Dropped) -> None:
    """Build the screen, or lead on to the result."""
    if dropped.name and dropped.path is None and not dropped.problem:
        ui.navigate.to(f"/recording?name={quote(f'dropped/{dropped.name}')}")
        return
    with screen("Dropped file"):
        if dropped.path is None:
            heading("No file was dropped")
            drop_zone()
            return
        heading(f"{dropped.name} needs a little help")
        told = note(sentence(dropped.problem))
        leg = ui.radio({"": "as the file says", "left": "left leg", "right": "right leg"}, value="")
        labels = list(dropped.channels)
        glute = ui.input("Channel of the glute", autocomplete=labels)
        shoulder = ui.input("Channel of the opposite shoulder", autocomplete=labels)
        for field in (glute, shoulder):
            field.props("outlined stack-label maxlength=80").classes("fa-field")
        quiet("Channels are needed only where their names do not tell the muscle.")
        if labels:
            quiet(f"The channels of the file: {', '.join(labels)}")

        async def go_on() -> None:
            side: Side | None = {"left": "left", "right": "right"}.get(str(leg.value))  # pyright: ignore[reportAssignmentType]
            told.text = "Reading…"
            opened = await asyncio.to_thread(
                dropped.open,
                leg=side,
                glute=str(glute.value or "").strip(),
                shoulder=str(shoulder.value or "").strip(),
            )
            if opened is None:
                told.text = sentence(dropped.problem)
            else:
                ui.navigate.to(f"/recording?name={quote(opened.name)}")

        with ui.element("div").classes("fa-row"):
            main_button("Open it", go_on)
        drop_zone()
