"""A device's own program, as far as a central can see it; the transport is somebody else's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from recordings.model import FloatArray

Property = Literal["read", "write", "write-without-response", "notify", "indicate"]
Notification = tuple[str, bytes]
#: Returns the next n samples of all EMG channels in microvolt, shape (n_channels, n).
Take = Callable[[int], FloatArray]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One entry of a device's table.

    Attributes
    ----------
    service, uuid : str
        In full.
    properties : tuple of str
    """

    service: str
    uuid: str
    properties: tuple[Property, ...]


class Firmware(Protocol):
    """What a virtual device does; all of it at once, nothing in the background.

    Time is the device's own, in seconds, and given from outside: a transport steps it as fast as it likes.
    """

    @property
    def name(self) -> str:
        """The name that is advertised."""
        ...

    @property
    def advertised_services(self) -> tuple[str, ...]:
        """UUIDs that are advertised."""
        ...

    @property
    def table(self) -> tuple[Characteristic, ...]:
        """All characteristics."""
        ...

    def read(self, characteristic: str) -> bytes:
        """Return a value."""
        ...

    def write(self, characteristic: str, value: bytes, *, now_s: float) -> list[Notification]:
        """Take a value; returns what is notified at once in answer."""
        ...

    def subscribed(self, characteristic: str, on: bool, *, now_s: float) -> None:  # noqa: FBT001
        """Switch the notifications of a characteristic on or off."""
        ...

    def due(self, now_s: float) -> list[Notification]:
        """Return the notifications that have become ready since the last call, in order."""
        ...

    def disconnected(self) -> None:
        """Take note that the connection was lost."""
        ...
