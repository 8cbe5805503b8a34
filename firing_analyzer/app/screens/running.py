"""The recording: what to say and when, how far it is, and both traces; no result of any raise."""

from collections.abc import Callable
from typing import Final

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.screens.frame import heading, note, quiet, side_button
from firing_analyzer.app.screens.signals import traces
from firing_analyzer.app.words import (
    ASIDE_REASONS,
    DISK_TROUBLE,
    LAST,
    LAST_WITH_MORE,
    STEPS,
    WAIT,
    WAITING_FOR_REST,
)
from firing_analyzer.extension import ALL_RAISES
from firing_analyzer.protocol import Cue
from recordings.model import EVENT_RAISE

#: So long what is to be said stands there, in seconds of the recording.
SAY_S: Final = 4.0


def running_screen(desk: Desk) -> Callable[[], None]:
    """Build the step; return what brings it up to date."""
    title = heading("")
    say = ui.label("").classes("fa-say").props('role="status" aria-live="assertive"')
    count = ui.label("").classes("fa-count")
    told = quiet("")
    warning = note("")
    with ui.element("div").classes("fa-row"):
        hold = side_button("Hold the cues", lambda: desk.resume() if _is_held(desk) else desk.pause())
        aside = side_button("Set this raise aside", lambda: _ask_reason(desk))
        side_button("End now", lambda: _ask_end(desk))
    update_traces = traces(desk, with_advice=False)
    notes = quiet("")

    def update() -> None:
        watching = desk.watching
        cue = watching.cue
        step, goes_on = STEPS.get(cue.label if cue else "", STEPS[""])
        title.text = step
        due = cue is not None and watching.at_s - watching.cue_s < SAY_S
        say.text = f"“{cue.words}”" if cue is not None and due else WAIT
        say.classes(remove="fa-wait") if due else say.classes("fa-wait")
        say.visible = cue is not None and not _is_held(desk) and (due or not _is_last(cue))
        raised = cue is not None and cue.label == EVENT_RAISE
        count.text = f"{cue.number} of {cue.of}" if cue is not None and cue.of > 1 else ""
        told.text = goes_on
        if cue is not None and _is_last(cue):
            told.text = LAST_WITH_MORE if _may_go_on(desk, cue.of) else LAST
        aside.set_enabled(raised)
        warning.text = _warning(desk)
        hold.text = "Go on" if _is_held(desk) else "Hold the cues"
        notes.text = " · ".join([*watching.notes, *(f"set aside: {one}" for one in watching.set_aside)])
        update_traces()

    return update


def _is_last(cue: Cue) -> bool:
    return cue.label == EVENT_RAISE and cue.number == cue.of


def _may_go_on(desk: Desk, of: int) -> bool:
    return desk.draft.extendable and of < ALL_RAISES


def _is_held(desk: Desk) -> bool:
    return desk.paused or desk.rest.state == "waiting"


def _warning(desk: Desk) -> str:
    if desk.disk_trouble:
        return DISK_TROUBLE
    if desk.paused:
        return "The cues are held. Recording goes on."
    if desk.rest.state == "waiting":
        return WAITING_FOR_REST
    missing = [status.muscle for status in desk.watching.sources.values() if not status.delivers]
    if len(missing) == 1:
        return (
            f"The sensor on the {missing[0]} delivers nothing. Bring it nearer; it is waited for, and "
            "everything else is kept."
        )
    if missing:
        return "Neither sensor delivers anything. Bring them nearer; they are waited for."
    return ""


def _ask_reason(desk: Desk) -> None:
    # the raise that is meant, even if the next one is asked for before a reason is given
    number, at_s = desk.watching.raises, desk.watching.cue_s
    with ui.dialog() as dialog, ui.card():
        ui.label(f"Why is raise {number} set aside?").classes("fa-part")
        reason = ui.radio(list(ASIDE_REASONS), value=ASIDE_REASONS[0])
        other = ui.input("Another reason").props("outlined stack-label dense maxlength=120")

        def set_aside() -> None:
            desk.set_aside(number, at_s, str(other.value or "").strip() or str(reason.value))
            dialog.close()

        with ui.element("div").classes("fa-row"):
            side_button("Set aside", set_aside)
            side_button("Keep it", dialog.close)
    dialog.open()


def _ask_end(desk: Desk) -> None:
    with ui.dialog() as dialog, ui.card():
        ui.label("End the recording now?").classes("fa-part")
        ui.label("What was recorded so far is saved. Fewer raises may not be enough for a result.")

        def end() -> None:
            desk.stop()
            dialog.close()

        with ui.element("div").classes("fa-row"):
            side_button("End and save", end)
            side_button("Go on recording", dialog.close)
    dialog.open()
