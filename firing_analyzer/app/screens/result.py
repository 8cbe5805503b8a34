"""The result of a recording: one sentence, every raise, why it cannot be told, and the report."""

import asyncio
from urllib.parse import quote

from nicegui import ui

from firing_analyzer.app.corrections import Correction
from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.screens.frame import (
    heading,
    listed,
    main_button,
    note,
    part,
    picture,
    quiet,
    screen,
    side_button,
)
from firing_analyzer.app.store import Opened
from firing_analyzer.app.words import sentence
from firing_analyzer.report.limits import LIMITS_OF_THE_METHOD
from firing_analyzer.report.origin import origin_of
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.words import (
    ORDER_WORDS,
    SIGN,
    counts_sentence,
    flag_words,
    lag_sentence,
    lag_words,
    limits,
    notes,
    reasons,
    recording_sentence,
    simulation_sentence,
    verdict_sentence,
    warnings,
)
from recordings.model import opposite


async def result_screen(desk: Desk, name: str) -> None:
    """Build the screen of one recording."""
    with screen("Result"):
        place = ui.element("div").classes("column fa-page").style("padding: 0")
        with place:
            ui.label("Looking at the recording…")
    await ui.context.client.connected()
    try:
        opened = await asyncio.to_thread(desk.store.opened, name)
    except PROBLEMS as problem:
        place.clear()
        with place:
            heading("This recording cannot be used")
            note(sentence(str(problem)))
            side_button("Library", lambda: ui.navigate.to("/library"))
        return
    Result(desk, opened, place).show()


class Result:
    """A result on the screen; shown anew after each correction."""

    def __init__(self, desk: Desk, opened: Opened, place: ui.element) -> None:
        self.desk = desk
        self.opened = opened
        self.place = place
        self._version = 0

    def show(self) -> None:
        """Build everything."""
        analysis = self.opened.analysis
        self._version += 1
        self.place.clear()
        with self.place:
            self._sentence(analysis)
            self._actions(analysis)
            picture(self._picture("lags"), "Lag of every raise with its interval; the numbers stand below.")
            part("Raise by raise")
            quiet(SIGN)
            for row in analysis.rows:
                self._raise(row)
            picture(self._picture("raises"), "All raises above one another, lined up at the glute's onset.")
            self._rest(analysis)

    def _sentence(self, analysis: Analysis) -> None:
        if simulation := simulation_sentence(analysis):
            note(simulation)
        ui.label(verdict_sentence(analysis)).classes("fa-sentence").props('role="heading" aria-level="1"')
        ui.label(counts_sentence(analysis))
        ui.label(lag_sentence(analysis))
        for title, sentences in (
            ("Why it cannot be told, and what to do", reasons(analysis)),
            ("To be kept in mind", warnings(analysis)),
        ):
            if sentences:
                part(title)
                listed([sentence.partition(": ")[2] for sentence in sentences])
        quiet(" ".join(limits(analysis)))

    def _actions(self, analysis: Analysis) -> None:
        self.saved = ui.element("div").classes("fa-row")
        person = origin_of(analysis.path).participant
        with ui.element("div").classes("fa-row"):
            main_button("Save the report (PDF)", lambda: self._save(".pdf"))
            side_button("Save the report (HTML)", lambda: self._save(".html"))
            if person:
                side_button("Next leg", lambda: self._again(person, other=True))
                side_button("Repeat", lambda: self._again(person, other=False))
                side_button("All of this person", lambda: ui.navigate.to(f"/person?code={quote(person)}"))

    async def _save(self, suffix: str) -> None:
        self.saved.clear()
        try:
            path = await asyncio.to_thread(self.desk.store.save_report, self.opened, suffix)
        except PROBLEMS as problem:
            with self.saved:
                words = getattr(problem, "strerror", None) or str(problem)
                note(f"The report could not be saved: {words}. Free some space, and try again.")
            return
        name = path.relative_to(self.desk.store.dataset).as_posix()
        with self.saved:
            note(f"Saved as {name}")
            ui.link("Open the report", f"/report?name={quote(name)}", new_tab=True)

    def _again(self, person: str, *, other: bool) -> None:
        leg = self.opened.analysis.leg
        self.desk.begin(person, opposite(leg) if other else leg)
        ui.navigate.to("/session")

    def _raise(self, row: Repetition) -> None:
        number = row.repetition
        with ui.element("div").classes("fa-raise"):
            with ui.element("div").classes("fa-row"):
                ui.label(f"Raise {number}: {ORDER_WORDS[row.order]}").classes("fa-state")
                lag = lag_words(row)
                ui.label(f"{lag} ms" if lag else "no lag")
                correction = self.opened.corrections.get(number)
                reason = f" ({correction.reason})" if correction is not None else ""
                if row.flags or not row.included:
                    quiet(f"{flag_words(row)}{reason}")
                with ui.element("div").classes("fa-pair"):
                    button = side_button("Show", lambda: self._draw(drawn, number))
                    button.props(f'aria-label="Show raise {number}"')
                    if correction is not None:
                        button = side_button("Take it back in", lambda: self._take_back(number))
                        button.props(f'aria-label="Take raise {number} back in"')
                    elif row.included:
                        button = side_button("Leave out", lambda: self._ask(row))
                        button.props(f'aria-label="Leave raise {number} out"')
            drawn = ui.element("div").classes("fa-wide")

    def _draw(self, place: ui.element, number: int) -> None:
        shown = bool(place.default_slot.children)
        place.clear()
        if not shown:
            with place:
                picture(self._picture("raise", number), f"Both muscles in raise {number}, with the onsets.")

    def _ask(self, row: Repetition) -> None:
        with ui.dialog() as dialog, ui.card():
            ui.label(f"Why is raise {row.repetition} left out?").classes("fa-part")
            reason = ui.input("Reason").props("outlined stack-label autofocus maxlength=120")
            told = quiet("The reason stands in the report. Nothing that was measured is changed.")

            async def leave_out() -> None:
                words = str(reason.value or "").strip()
                if not words:
                    told.text = "Give a reason: what was seen, not what the result should be."
                    return
                dialog.close()
                correction = Correction(row.repetition, row.start_s, words)
                await self._correct({**self.opened.corrections, row.repetition: correction})

            reason.on("keydown.enter", leave_out)
            with ui.element("div").classes("fa-row"):
                side_button("Leave it out", leave_out)
                side_button("Keep it", dialog.close)
        dialog.open()

    async def _take_back(self, number: int) -> None:
        await self._correct({key: one for key, one in self.opened.corrections.items() if key != number})

    async def _correct(self, corrections: dict[int, Correction]) -> None:
        await asyncio.to_thread(self.opened.correct, corrections)
        self.show()

    def _rest(self, analysis: Analysis) -> None:
        part("How it was measured")
        told = [note for note in analysis.quality if note.flag != "simulated"]
        listed(
            [
                recording_sentence(analysis),
                *(f"{one.channel}: {one.detail}." for one in told),
                *notes(analysis),
            ]
        )
        with ui.expansion("Limits of the method").props("dense"):
            listed(LIMITS_OF_THE_METHOD)

    def _picture(self, kind: str, number: int = 0) -> str:
        return f"/picture?name={quote(self.opened.name)}&kind={kind}&number={number}&v={self._version}"
