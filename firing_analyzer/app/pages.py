"""Which screen stands under which address."""

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.dropped import Dropped
from firing_analyzer.app.screens.dropped_file import dropped_screen
from firing_analyzer.app.screens.home import home_screen
from firing_analyzer.app.screens.library import library_screen, person_history
from firing_analyzer.app.screens.result import result_screen
from firing_analyzer.app.screens.steps import session_screen


def add_pages(desk: Desk, dropped: Dropped) -> None:
    """Register the screens."""

    @ui.page("/")
    def home() -> None:  # pyright: ignore[reportUnusedFunction]
        home_screen(desk)

    @ui.page("/session")
    def session() -> None:  # pyright: ignore[reportUnusedFunction]
        session_screen(desk)

    @ui.page("/library")
    async def library() -> None:  # pyright: ignore[reportUnusedFunction]
        await library_screen(desk)

    @ui.page("/person")
    async def person(code: str = "") -> None:  # pyright: ignore[reportUnusedFunction]
        await person_history(desk, code)

    @ui.page("/recording")
    async def recording(name: str = "") -> None:  # pyright: ignore[reportUnusedFunction]
        await result_screen(desk, name)

    @ui.page("/dropped")
    def dropped_file() -> None:  # pyright: ignore[reportUnusedFunction]
        dropped_screen(dropped)
