"""Second step: how the session is held, and how many raises there are; settled before anything is seen."""

from typing import Final

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.draft import Manner
from firing_analyzer.app.screens.frame import heading, main_button, part, quiet, side_button
from firing_analyzer.app.words import FEEDBACK, HEADS, SPEEDS
from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES

_OTHERWISE: Final = "otherwise"


def manner_screen(desk: Desk) -> None:
    """Build the step."""
    manner = desk.draft.manner
    heading("How is the session held?")
    quiet(
        "It stands in the report, so that the next session can be held alike. What is chosen already is what "
        "the protocol asks for."
    )
    head = _Choice("Head", HEADS, manner.head)
    speed = _Choice("Speed of the raises", SPEEDS, manner.speed)
    feedback = _Choice("Feedback to the person", FEEDBACK, manner.feedback)
    part("Words of the cue")
    words = ui.input("Said for every raise", value=manner.cue_words)
    words.props("outlined stack-label maxlength=120").classes("fa-field")
    quiet("Nothing about buttock or shoulder: naming a muscle changes its timing.")
    part("Number of raises")
    more = ALL_RAISES - FIRST_RAISES
    extendable = ui.radio(
        {
            True: f"{FIRST_RAISES}, and {more} more once if these cannot tell",
            False: f"{FIRST_RAISES}, and no more",
        },
        value=desk.draft.extendable,
    )
    quiet(
        "It is settled now, because adding raises until an answer appears makes wrong answers. Where there "
        "may be more, an answer must be a little surer: 98 % at ten and 96 % at sixteen, instead of 95 %."
    )

    def go_on() -> None:
        desk.hold(
            Manner(head.value, speed.value, feedback.value, str(words.value or "").strip()),
            extendable=bool(extendable.value),
        )

    words.on("keydown.enter", go_on)
    with ui.element("div").classes("fa-row"):
        main_button("Next: sensors", go_on)
        side_button("Back", desk.back)


class _Choice:
    """One of the usual answers, or another in one's own words."""

    def __init__(self, title: str, usual: tuple[str, ...], value: str) -> None:
        part(title)
        is_usual = value in usual
        options = {**{words: words for words in usual}, _OTHERWISE: _OTHERWISE}
        self._chosen = ui.radio(options, value=value if is_usual else _OTHERWISE)
        self._chosen.props(f'aria-label="{title}"')
        self._other = ui.input(f"{title}: otherwise", value="" if is_usual else value)
        self._other.props("outlined stack-label dense maxlength=120").classes("fa-field")
        self._other.bind_visibility_from(self._chosen, "value", value=_OTHERWISE)

    @property
    def value(self) -> str:
        """What was chosen; empty where nothing was said."""
        if self._chosen.value == _OTHERWISE:
            return str(self._other.value or "").strip()
        return str(self._chosen.value)
