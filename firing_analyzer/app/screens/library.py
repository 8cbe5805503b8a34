"""Persons and their recordings, and one person's sessions over time."""

import asyncio
from urllib.parse import quote

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.history import History, history_of
from firing_analyzer.app.screens.frame import (
    heading,
    listed,
    main_button,
    part,
    picture,
    quiet,
    screen,
    side_button,
)
from firing_analyzer.app.screens.home import drop_zone
from firing_analyzer.figures.over_time import plot_trend
from firing_analyzer.over_time.words import sentences
from firing_analyzer.report.pictures import picture_address, plainly_worded
from firing_analyzer.typeset import typeset


async def library_screen(desk: Desk) -> None:
    """Build the list of persons."""
    persons = await asyncio.to_thread(desk.store.participants)
    with screen("Library"):
        heading("Library")
        if not persons:
            ui.label("No recording is here yet.")
        for code, names in persons.items():
            with ui.element("div").classes("fa-raise fa-row"):
                ui.link(f"Person {code}", f"/person?code={quote(code)}").classes("fa-count")
                quiet(f"{len(names)} recording{'' if len(names) == 1 else 's'}")
        drop_zone()


async def person_history(desk: Desk, code: str) -> None:
    """Build the list of one person's recordings, with their lags over time."""
    with screen("Library"):
        place = ui.element("div").classes("column fa-page").style("padding: 0")
        with place:
            ui.label("Looking at the recordings…")
    await ui.context.client.connected()
    history = await asyncio.to_thread(history_of, desk.store, code)
    place.clear()
    with place:
        if history is None:
            heading("Nobody has this code here")
            side_button("Library", lambda: ui.navigate.to("/library"))
        else:
            _show(desk, code, history)


def _show(desk: Desk, code: str, history: History) -> None:
    heading(f"Person {code}")
    for number, entry in enumerate(history.entries, start=1):
        with ui.element("div").classes("fa-raise"):
            ui.link(f"{number}. {_short(entry.name)}", f"/recording?name={quote(entry.name)}")
            ui.label(typeset(entry.words))
    if history.trend.legs:
        part("Over time")
        listed(sentences(history.trend))
        if any(leg.timed for leg in history.trend.legs):
            picture(
                picture_address(plainly_worded(plot_trend(history.trend))),
                "Lag of each session with its interval, the raises of each order, and how active the glute "
                "was; both legs.",
                wide=True,
            )
        quiet(
            "Electrodes placed anew move the lag by themselves. A difference between sessions is a change "
            "only where it is larger than that variation."
        )
    with ui.element("div").classes("fa-row"):
        main_button("New session with this person", lambda: _again(desk, code))
        side_button("Library", lambda: ui.navigate.to("/library"))


def _again(desk: Desk, code: str) -> None:
    desk.begin(code)
    ui.navigate.to("/session")


def _short(name: str) -> str:
    """Say what a recording's name tells.

    Examples
    --------
    >>> _short("sub-01/ses-02/emg/sub-01_ses-02_task-proneLegRaise_acq-left_run-1_recording-glute_emg.bdf")
    'session 02, left leg, run 1'
    """
    stem = name.rpartition("/")[2].rpartition(".")[0]
    told = {key: value for key, dash, value in (part.partition("-") for part in stem.split("_")) if dash}
    parts = [
        f"session {told['ses']}" if "ses" in told else "",
        f"{told['acq']} leg" if "acq" in told else "",
        f"run {told['run']}" if "run" in told else "",
    ]
    return ", ".join(part for part in parts if part) or stem
