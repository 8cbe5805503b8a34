"""What every screen has: the bar at the top, headings, and parts that are built alike."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from nicegui import ui

from firing_analyzer.typeset import typeset

HEAD = (
    '<link rel="stylesheet" href="/own/style.css">'
    '<script src="/own/traces.js" defer></script><script src="/own/drop.js" defer></script>'
)


@contextmanager
def screen(title: str) -> Generator[None]:
    """Lay out a screen: the bar, and below it whatever is built in the block."""
    ui.add_head_html(HEAD)
    ui.colors(primary="#12306b", dark="#222222")
    ui.page_title(f"{title} · firing-analyzer")
    with ui.element("nav").classes("fa-bar").props('aria-label="Parts of the page"'):
        ui.link("Firing order", "/").classes("fa-name")
        ui.link("Session", "/session")
        ui.link("Library", "/library")
    with ui.element("div").classes("fa-page column"):
        yield


def heading(words: str) -> ui.label:
    """Write the heading of a screen."""
    return ui.label(words).classes("fa-title").props('role="heading" aria-level="1"')


def answer(words: str) -> ui.label:
    """Write the one sentence that a screen is about."""
    return ui.label(typeset(words)).classes("fa-sentence").props('role="heading" aria-level="1"')


def part(words: str) -> ui.label:
    """Write the heading of a part."""
    return ui.label(words).classes("fa-part").props('role="heading" aria-level="2"')


def quiet(words: str) -> ui.label:
    """Write something that is only read when it is looked for."""
    return ui.label(words).classes("fa-quiet")


def note(words: str = "") -> ui.label:
    """Write something that must not be overlooked; announced to readers of the screen."""
    return ui.label(words).classes("fa-note").props('role="status"')


def listed(sentences: Sequence[str]) -> None:
    """Write sentences as a list."""
    with ui.element("ul").classes("fa-list"):
        for sentence in sentences:
            with ui.element("li"):
                ui.label(typeset(sentence))


def main_button(words: str, action: Callable[[], object]) -> ui.button:
    """Build the button that leads on."""
    return ui.button(words, on_click=action).props("no-caps unelevated")


def side_button(words: str, action: Callable[[], object]) -> ui.button:
    """Build a button for anything else."""
    return ui.button(words, on_click=action).props("no-caps outline")


def picture(address: str, description: str, *, narrow: str = "", wide: bool = False) -> None:
    """Show a picture of ours; on a narrow screen another is shown, or it can be moved sideways."""
    with ui.element("div").classes("fa-wide"), ui.element("picture"):
        if narrow:
            source = ui.element("source")
            source.props["srcset"] = narrow
            source.props["media"] = "(max-width: 480px)"
        image = ui.element("img").classes("fa-picture")
        image.classes("fa-fits" if narrow else "fa-large" if wide else "")
        image.props["src"] = address
        image.props["alt"] = description
    if not narrow:
        quiet("The picture can be moved sideways.").classes("fa-sideways")
