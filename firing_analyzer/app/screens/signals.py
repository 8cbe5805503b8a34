"""Both traces as they come, and how each signal is in words."""

from collections.abc import Callable

from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.words import signal_advice, sites
from firing_analyzer.live_signal import Muscle
from firing_analyzer.session_update import SourceStatus

_CONNECTING = "connecting"


def traces(desk: Desk, *, with_advice: bool) -> Callable[[], None]:
    """Draw both traces, with words that follow; return what brings the words up to date."""
    titles = {"glute": sites(desk.draft.leg)[0][0], "shoulder": sites(desk.draft.leg)[1][0]}
    muscles: tuple[Muscle, Muscle] = ("shoulder", "glute")
    lines: dict[Muscle, tuple[ui.label, ui.label]] = {}
    for muscle in muscles:
        with ui.element("div").classes("fa-trace"):
            with ui.element("div").classes("fa-row"):
                ui.label(titles[muscle]).classes("fa-part")
                state = ui.label(_CONNECTING).classes("fa-state").props('role="status"')
            canvas = ui.element("canvas")
            canvas.props["data-muscle"] = muscle
            canvas.props["role"] = "img"
            canvas.props["aria-label"] = f"Live trace of the {muscle}"
            lines[muscle] = (state, ui.label("").classes("fa-advice"))

    def update() -> None:
        for muscle, (state, advice) in lines.items():
            status = desk.watching.sources.get(muscle)
            state.text = _CONNECTING if status is None else _state_words(status)
            signal = "" if status is None else status.signal if status.delivers else "no samples"
            advice.text = signal_advice(signal) if with_advice or signal == "no samples" else ""

    return update


def _state_words(status: SourceStatus) -> str:
    """Say how a sensor is, in a line.

    Examples
    --------
    >>> _state_words(SourceStatus("glute", True, 1000.0, 0.0, "good", 80.0))
    'good · battery 80 %'
    """
    parts = [status.signal if status.delivers else "delivers nothing"]
    if status.lost_percent >= 0.1:
        parts.append(f"{status.lost_percent:.1f} % lost")
    if status.battery_percent is not None:
        parts.append(f"battery {status.battery_percent:.0f} %")
    return " · ".join(parts)
