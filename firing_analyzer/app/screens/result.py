"""The result of a recording: one sentence, every raise, why it cannot be told, and the report."""

import asyncio
from urllib.parse import quote

from nicegui import ui

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.screens.correcting import ask_onset, ask_reason, now
from firing_analyzer.app.screens.frame import (
    answer,
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
from firing_analyzer.edit_words import edit_sentences
from firing_analyzer.edits import Edit, Exclude, Restore, can_be_restored
from firing_analyzer.report.limits import LIMITS_OF_THE_METHOD
from firing_analyzer.report.manner import manner_sentences
from firing_analyzer.report.origin import origin_of
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.typeset import typeset
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
            picture(
                self._picture("lags"),
                "Lag of every raise with its interval; the numbers stand below.",
                narrow=self._picture("lags-narrow"),
            )
            part("Raise by raise")
            quiet(SIGN)
            for row in analysis.rows:
                self._raise(row)
            picture(self._picture("raises"), "All raises above one another, lined up at the glute's onset.")
            self._rest(analysis)

    def _sentence(self, analysis: Analysis) -> None:
        answer(verdict_sentence(analysis))
        if simulation := simulation_sentence(analysis):
            note(simulation)
        ui.label(typeset(counts_sentence(analysis)))
        ui.label(typeset(lag_sentence(analysis)))
        for title, sentences in (
            ("Why it cannot be told, and what to do", reasons(analysis)),
            ("To be kept in mind", warnings(analysis)),
        ):
            if sentences:
                part(title)
                listed([sentence.partition(": ")[2] for sentence in sentences])
        if analysis.edits:
            part("Changed by hand")
            listed(edit_sentences(analysis, here=True))
            quiet("The recording itself, and what was measured in it, stay as they are.")
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
                ui.label(typeset(f"{lag} ms") if lag else "no lag")
                if row.flags or not row.included:
                    quiet(flag_words(row))
                with ui.element("div").classes("fa-pair"):
                    button = side_button("Show", lambda: self._draw(drawn, number))
                    button.props(f'aria-label="Show raise {number}"')
                    button = side_button("Move an onset", lambda: self._move(row))
                    button.props(f'aria-label="Move an onset of raise {number}"')
                    if row.included:
                        button = side_button("Leave out", lambda: self._leave_out(number))
                        button.props(f'aria-label="Leave raise {number} out"')
                    if can_be_restored(number, self.opened.analysis.edits, included=row.included):
                        button = side_button("As measured", lambda: self._take_back(number))
                        button.props(f'aria-label="Take raise {number} back as it was measured"')
            drawn = ui.element("div").classes("fa-wide")

    def _draw(self, place: ui.element, number: int) -> None:
        shown = bool(place.default_slot.children)
        place.clear()
        if not shown:
            with place:
                picture(self._picture("raise", number), f"Both muscles in raise {number}, with the onsets.")

    def _move(self, row: Repetition) -> None:
        ask_onset(row, self._picture("raise", row.repetition), self._correct)

    def _leave_out(self, number: int) -> None:
        async def leave_out(reason: str) -> str:
            return await self._correct(Exclude(repetition=number, reason=reason, when=now()))

        ask_reason(f"Why is raise {number} left out?", "Leave it out", leave_out)

    def _take_back(self, number: int) -> None:
        async def take_back(reason: str) -> str:
            return await self._correct(Restore(repetition=number, reason=reason, when=now()))

        ask_reason(f"Why does raise {number} count as it was measured?", "Take it back", take_back)

    async def _correct(self, edit: Edit) -> str:
        """Correct the result; return why it cannot be done, empty where it is."""
        try:
            await asyncio.to_thread(self.opened.correct, edit)
        except PROBLEMS as problem:
            return f"This could not be changed or kept: {getattr(problem, 'strerror', None) or problem}."
        self.show()
        if not self.opened.in_dataset:
            with self.saved:
                note("A dropped file is not kept, and changes of it hold until the page ends.")
        return ""

    def _rest(self, analysis: Analysis) -> None:
        part("How it was measured")
        told = [note for note in analysis.quality if note.flag != "simulated"]
        listed(
            [
                *manner_sentences(analysis.path),
                recording_sentence(analysis),
                *(f"{one.channel}: {one.detail}." for one in told),
                *notes(analysis),
            ]
        )
        with ui.expansion("Limits of the method").props("dense"):
            listed(LIMITS_OF_THE_METHOD)

    def _picture(self, kind: str, number: int = 0) -> str:
        return f"/picture?name={quote(self.opened.name)}&kind={kind}&number={number}&v={self._version}"
