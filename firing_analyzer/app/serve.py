"""Serving the page: on this computer only, on a port of its own, until it is told to stop."""

import asyncio
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.dropped import Dropped
from firing_analyzer.app.gate import MOST_BODY_BYTES, Gate
from firing_analyzer.app.logs import keep_logs_bare
from firing_analyzer.app.pages import add_pages
from firing_analyzer.app.routes import add_routes
from firing_analyzer.app.store import Store

HOST: Final = "127.0.0.1"
#: So long a tab may be away before what it shows is built anew.
RECONNECT_S: Final = 30.0


def serve(dataset: Path, *, port: int = 0, told: Callable[[str], None] = print) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    dataset : Path
        Folder of the dataset; made if it is missing.
    port : int
        0 for any that is free.
    told : callable
        Given the address once the page can be opened.

    Raises
    ------
    OSError
        If the dataset cannot be made, or the port is taken.
    """
    store = Store(dataset)
    listener = socket.create_server((HOST, port), backlog=128)
    with listener:
        asyncio.run(_serve(store, listener, told))


async def _serve(store: Store, listener: socket.socket, told: Callable[[str], None]) -> None:
    keep_logs_bare()
    desk, dropped = Desk(store), Dropped(store)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, desk, dropped)
    add_pages(desk, dropped)
    ui.run_with(
        app,
        title="firing-analyzer",
        language="en-US",
        favicon=_FAVICON,
        reconnect_timeout=RECONNECT_S,
        show_welcome_message=False,
        gzip_middleware_factory=None,
        tailwind=False,
    )
    gate = Gate(app, port=listener.getsockname()[1])
    server = _Server(
        uvicorn.Config(
            gate,
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=MOST_BODY_BYTES,
            timeout_graceful_shutdown=2,
            lifespan="on",
        )
    )
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    ending = asyncio.create_task(_end(ended, desk, server))
    telling = asyncio.create_task(_tell(server, gate, told))
    with _told_by_signals(lambda: loop.call_soon_threadsafe(ended.set)):
        try:
            await server.serve(sockets=[listener])
        finally:
            telling.cancel()
            ending.cancel()
            dropped.forget()


class _Server(uvicorn.Server):
    """A server that leaves signals to us: a recording that goes on is saved first."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


async def _end(ended: asyncio.Event, desk: Desk, server: uvicorn.Server) -> None:
    await ended.wait()
    await desk.close()
    server.should_exit = True


@contextmanager
def _told_by_signals(end: Callable[[], object]) -> Generator[None]:
    """Take the first Ctrl-C, or a request to terminate, as the end; the second is as anywhere."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def first(_number: int, _frame: object) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        end()

    before = {number: signal.signal(number, first) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _tell(server: uvicorn.Server, gate: Gate, told: Callable[[str], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    told(gate.address)
    if sys.stdout.isatty():
        await asyncio.to_thread(webbrowser.open, gate.address)


_FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M2 20h7l3-12 4 18 4-12 2 6h8" '
    'fill="none" stroke="#12306b" stroke-width="2.5"/></svg>'
)
