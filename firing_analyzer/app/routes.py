"""What the page fetches by itself: live samples, pictures, reports, and files that are dropped on it."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from matplotlib.figure import Figure

from firing_analyzer.app.desk import PROBLEMS, Desk
from firing_analyzer.app.dropped import Dropped
from firing_analyzer.app.store import REPORTS
from firing_analyzer.live_signal import Muscle
from firing_analyzer.plots import plot_repetition
from firing_analyzer.report.pictures import NARROW_IN, lags_picture, plainly_worded, raises_picture
from firing_analyzer.result import Analysis

#: How often new samples are sent; a screen redraws as often.
EVERY_S: Final = 0.04
_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}


def add_routes(app: FastAPI, desk: Desk, dropped: Dropped) -> None:
    """Add the routes to an application."""
    app.mount("/own", StaticFiles(directory=_STATIC))

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        await socket.accept()
        gone = asyncio.create_task(_until_gone(socket))
        try:
            await _send_traces(socket, desk, gone)
        finally:
            gone.cancel()

    @app.post("/drop")
    async def drop(request: Request, name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            await dropped.receive(name, request.stream())
        except PROBLEMS as problem:
            return PlainTextResponse(_in_words(problem), status_code=415)
        await asyncio.to_thread(dropped.open)
        return PlainTextResponse("")

    @app.get("/picture")
    def picture(name: str, kind: str, number: int = 0) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            drawn = _picture(desk.store.opened(name).analysis, kind, number)
        except PROBLEMS as problem:
            return PlainTextResponse(str(problem), status_code=404)
        return Response(_svg(drawn), media_type="image/svg+xml")

    @app.get("/report")
    def report(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            path = desk.store.path(name)
        except PROBLEMS as problem:
            return PlainTextResponse(str(problem), status_code=404)
        kind = _TYPES.get(path.suffix)
        if kind is None or path.parent != desk.store.dataset / REPORTS:
            return PlainTextResponse("this is no report", status_code=404)
        return FileResponse(path, media_type=kind)


async def _send_traces(socket: WebSocket, desk: Desk, gone: asyncio.Task[None]) -> None:
    drawn: dict[Muscle, int] = {}
    generation = -1
    try:
        while not gone.done():
            if generation != desk.feed.generation:
                generation = desk.feed.generation
                drawn.clear()
                await socket.send_text("anew")
            for message in desk.feed.since(drawn):
                await socket.send_bytes(message)
            await asyncio.sleep(EVERY_S)
    except (WebSocketDisconnect, RuntimeError):
        return  # the tab was closed; the session does not care


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return


def _picture(analysis: Analysis, kind: str, number: int) -> Figure:
    if kind == "lags":
        return lags_picture(analysis)
    if kind == "lags-narrow":
        return lags_picture(analysis, width_in=NARROW_IN)
    if kind == "raises":
        return raises_picture(analysis)
    figure = plot_repetition(analysis, number).get_figure(root=True)
    assert isinstance(figure, Figure)  # noqa: S101  (axes that were just made have one)
    return plainly_worded(figure)


def _svg(figure: Figure) -> bytes:
    page = BytesIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    return page.getvalue()


def _in_words(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"The file could not be taken: {problem.strerror or type(problem).__name__}."
    words = str(problem)
    return f"{words[:1].upper()}{words[1:]}."
