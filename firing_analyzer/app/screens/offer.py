"""The plan is complete and cannot tell: the one extension that it allows is offered."""

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.screens.frame import answer, listed, main_button, note, part, quiet, side_button
from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES, HELPED_BY_MORE
from firing_analyzer.words import reasons, verdict_sentence


def offer_screen(desk: Desk) -> None:
    """Build the step."""
    analysis = desk.offer
    if analysis is None:  # it was answered in another tab, in this very moment
        return
    more = ALL_RAISES - FIRST_RAISES
    answer(verdict_sentence(analysis))
    ui.label(f"All {FIRST_RAISES} raises are done. The plan allows {more} more, once; then it is decided.")
    helps = set(analysis.session.reasons) <= HELPED_BY_MORE
    if not helps:
        note(
            "More raises alone do not mend all of this. Where a sensor, the skin or rest is the cause, leave "
            f"it at {FIRST_RAISES}, mend it, and record again."
        )
    with ui.element("div").classes("fa-row"):
        # what is likely to lead on stands out
        on, off = (main_button, side_button) if helps else (side_button, main_button)
        on(f"{more} more raises", lambda: desk.decide(more=True))
        off(f"Leave it at {FIRST_RAISES}", lambda: desk.decide(more=False))
    quiet(
        "Recording goes on meanwhile. Let the person lie still, and leave the sensors where they are. "
        "Without an answer it ends by itself after ten minutes, and is saved."
    )
    part("Why it cannot be told")
    listed([sentence.partition(": ")[2] for sentence in reasons(analysis)])
