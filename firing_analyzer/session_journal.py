"""What a session asks of whatever keeps its packets."""

from collections.abc import Mapping
from typing import Protocol

from recordings.journal import Json


class Journal(Protocol):
    """A journal, or what stands in its place where nothing is kept."""

    @property
    def fault(self) -> Exception | None:
        """What is wrong with it now."""
        ...

    def put_packet(self, stream: str, arrival_s: float, raw: bytes) -> None:
        """Queue a packet."""
        ...

    def put_event(self, at_s: float, label: str, detail: Mapping[str, Json] | None = None) -> None:
        """Queue an event."""
        ...
