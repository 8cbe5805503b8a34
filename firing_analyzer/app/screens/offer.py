"""The plan is complete and cannot tell: the one extension that it allows is offered."""

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.screens.frame import listed, main_button, note, part, quiet, side_button
from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES, HELPED_BY_MORE
from firing_analyzer.words import reasons, verdict_sentence


def offer_screen(desk: Desk) -> None:
    """Build the step."""
    analysis = desk.offer
    if analysis is None:  # it was answered in another tab, in this very moment
        return
    more = ALL_RAISES - FIRST_RAISES
    ui.label(verdict_sentence(analysis)).classes("fa-sentence").props('role="heading" aria-level="1"')
    ui.label(f"All {FIRST_RAISES} raises are done. The plan allows {more} more, once; then it is decided.")
    if not set(analysis.session.reasons) <= HELPED_BY_MORE:
        note(
            "More raises alone do not mend all of this. Where a sensor, the skin or rest is the cause, leave "
            f"it at {FIRST_RAISES}, mend it, and record again."
        )
    with ui.element("div").classes("fa-row"):
        main_button(f"{more} more raises", lambda: desk.decide(more=True))
        side_button(f"Leave it at {FIRST_RAISES}", lambda: desk.decide(more=False))
    quiet(
        "Recording goes on meanwhile. Let the person lie still, and leave the sensors where they are. "
        "Without an answer it ends by itself after ten minutes, and is saved."
    )
    part("Why it cannot be told")
    listed([sentence.partition(": ")[2] for sentence in reasons(analysis)])
