"""The session: one step at a time, the same in every tab."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from nicegui import ui

from firing_analyzer.app.desk import Desk, Stage
from firing_analyzer.app.screens.check import check_screen
from firing_analyzer.app.screens.frame import heading, note, quiet, screen, side_button
from firing_analyzer.app.screens.manner import manner_screen
from firing_analyzer.app.screens.offer import offer_screen
from firing_analyzer.app.screens.person import person_screen
from firing_analyzer.app.screens.running import running_screen
from firing_analyzer.app.screens.sensors import sensors_screen
from firing_analyzer.app.words import sentence

#: How often a tab looks at the desk.
EVERY_S: Final = 0.15


def session_screen(desk: Desk) -> None:
    """Build the screen; it follows the desk as long as the tab is open."""
    with screen("Session"):
        place = ui.element("div").classes("column fa-page").style("padding: 0")
    follower = _Follower(desk, place)
    follower.look()
    ui.timer(EVERY_S, follower.look)


class _Follower:
    """Shows the step that the desk is at, and brings it up to date."""

    def __init__(self, desk: Desk, place: ui.element) -> None:
        self.desk = desk
        self.place = place
        self.shown: tuple[Stage, str] | None = None
        self.update: Callable[[], None] | None = None

    def look(self) -> None:
        """Show another step if the desk is at another, else bring this one up to date."""
        now = (self.desk.stage, self.desk.problem)
        if now != self.shown:
            arrived = self.shown is not None
            self.shown = now
            self.place.clear()
            with self.place:
                self.update = self._build(arrived=arrived)
        if self.update is not None:
            self.update()

    def _build(self, *, arrived: bool) -> Callable[[], None] | None:
        desk = self.desk
        match desk.stage:
            case "person":
                person_screen(desk)
            case "manner":
                manner_screen(desk)
            case "sensors":
                sensors_screen(desk)
            case "check":
                return check_screen(desk)
            case "running":
                return running_screen(desk)
            case "offer":
                offer_screen(desk)
            case "failed":
                heading("The recording could not be finished")
                note(sentence(desk.problem))
                quiet("What was received until then is kept, and is offered on the first screen.")
                with ui.element("div").classes("fa-row"):
                    side_button("Back to the sensors", desk.back)
                    side_button("To the first screen", lambda: ui.navigate.to("/"))
            case "done":
                address = f"/recording?name={quote(desk.result)}"
                if arrived:
                    ui.navigate.to(address)
                else:
                    heading("The last session is saved")
                    with ui.element("div").classes("fa-row"):
                        side_button("Its result", lambda: ui.navigate.to(address))
                        side_button("New session", desk.begin)
        return None
