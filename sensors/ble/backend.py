"""Which backend of bleak does the work: the system's own, or one that was put in its place."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.scanner import BaseBleakScanner


@dataclass(frozen=True, slots=True)
class Backend:
    """A pair of bleak's backend classes; None for those of the system."""

    scanner: "type[BaseBleakScanner] | None" = None
    client: "type[BaseBleakClient] | None" = None


_SYSTEM: Final = Backend()
_current: ContextVar[Backend] = ContextVar("backend", default=_SYSTEM)


def current_backend() -> Backend:
    """Return what scans and connects here."""
    return _current.get()


@contextmanager
def using_backend(backend: Backend) -> Generator[None]:
    """Scan and connect with other classes than the system's, such as those of virtual sensors."""
    token = _current.set(backend)
    try:
        yield
    finally:
        _current.reset(token)
