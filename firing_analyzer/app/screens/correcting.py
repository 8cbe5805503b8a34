"""What is asked when a raise is corrected by hand: where the onset was seen, and why."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from nicegui import ui

from firing_analyzer.app.screens.frame import picture, quiet, side_button
from firing_analyzer.app.words import sentence
from firing_analyzer.edits import MoveOnset, Muscle
from firing_analyzer.errors import EditError
from firing_analyzer.result import Repetition

#: How far an arrow key moves an onset.
STEP_S: Final = 0.005
_MUSCLES: Final[dict[Muscle, str]] = {"glute": "Glute", "shoulder": "Shoulder"}
_NO_REASON: Final = "Give a reason: what was seen, not what the result should be."
_STAYS: Final = "The reason stands in the report. Nothing that was measured is changed."


def now() -> str:
    """When a correction is made."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def ask_reason(question: str, words: str, then: Callable[[str], Awaitable[str]]) -> None:
    """Ask why, and do it when there is a reason.

    Parameters
    ----------
    question, words : str
        The question, and what the button says.
    then : callable
        Given the reason; returns why it cannot be done, and else nothing.
    """
    with ui.dialog() as dialog, ui.card():
        ui.label(question).classes("fa-part")
        reason = _reason_field().props("autofocus")
        told = quiet(_STAYS)

        async def go_on() -> None:
            why = str(reason.value or "").strip()
            if not why:
                told.text = _NO_REASON
                return
            told.text = await then(why)
            if not told.text:
                dialog.close()

        reason.on("keydown.enter", go_on)
        with ui.element("div").classes("fa-row"):
            side_button(words, go_on)
            side_button("Keep it as it is", dialog.close)
    dialog.open()


def ask_onset(row: Repetition, drawn: str, then: Callable[[MoveOnset], Awaitable[str]]) -> None:
    """Ask where an onset of a raise was seen, and why it is moved there.

    Parameters
    ----------
    row : Repetition
    drawn : str
        Address of a picture of the raise.
    then : callable
        Given the correction; returns why it cannot be made, and else nothing.
    """
    found = {"glute": row.glute_onset_s, "shoulder": row.shoulder_onset_s}

    def place(muscle: Muscle) -> float:
        onset_s = found[muscle]
        return round(row.start_s if onset_s is None else onset_s, 3)

    with ui.dialog() as dialog, ui.card().classes("fa-dialog"):
        ui.label(f"Where does the muscle begin in raise {row.repetition}?").classes("fa-part")
        picture(drawn, f"Both muscles in raise {row.repetition} as they are now.")
        muscle = ui.radio(dict(_MUSCLES), value="glute").props("inline")
        onset = ui.number("Onset (s)", value=place("glute"), step=STEP_S, format="%.3f").classes("fa-field")
        onset.props('outlined stack-label autofocus hint="Arrow keys move it by 5 ms"')
        reason = _reason_field()
        told = quiet(_STAYS)
        muscle.on_value_change(lambda: onset.set_value(place(muscle.value)))

        async def move() -> None:
            why = str(reason.value or "").strip()
            if not why or onset.value is None:
                told.text = "Give the time in seconds." if why else _NO_REASON
                return
            try:
                edit = MoveOnset(
                    repetition=row.repetition,
                    reason=why,
                    when=now(),
                    muscle=muscle.value,
                    onset_s=float(onset.value),
                )
            except EditError as problem:
                told.text = sentence(str(problem))
                return
            told.text = await then(edit)
            if not told.text:
                dialog.close()

        reason.on("keydown.enter", move)
        with ui.element("div").classes("fa-row"):
            side_button("Move it", move)
            side_button("Keep it as it is", dialog.close)
    dialog.open()


def _reason_field() -> ui.input:
    return ui.input("Reason").props("outlined stack-label maxlength=120").classes("fa-field")
