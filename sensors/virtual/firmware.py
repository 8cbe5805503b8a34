"""A device's own program, as far as a central can see it; the transport is somebody else's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from recordings.model import FloatArray

Property = Literal["read", "write", "write-without-response", "notify", "indicate"]
Notification = tuple[str, bytes]
#: Returns the next n samples of all EMG channels in microvolt, shape (n_channels, n).
Take = Callable[[int], FloatArray]


#: Codes of the Attribute Protocol, of those that a device of ours answers with.
READ_NOT_PERMITTED: Final = 0x02
WRITE_NOT_PERMITTED: Final = 0x03
NOT_FOUND: Final = 0x0A


class Refusal(Exception):  # noqa: N818  (an answer of a device, not a fault of the program)
    """What a device answers when it does not do what is asked.

    Attributes
    ----------
    code : int
        Error code of the Attribute Protocol.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error {code:#04x}")
        self.code = code


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
        """Return a value.

        Raises
        ------
        Refusal
            If it cannot be read.
        """
        ...

    def write(self, characteristic: str, value: bytes, *, now_s: float) -> list[Notification]:
        """Take a value; returns what is notified at once in answer.

        Raises
        ------
        Refusal
            If it cannot be written.
        """
        ...

    def subscribed(self, characteristic: str, on: bool, *, now_s: float) -> None:  # noqa: FBT001
        """Switch the notifications of a characteristic on or off.

        Raises
        ------
        Refusal
            If there is none.
        """
        ...

    def due(self, now_s: float) -> list[Notification]:
        """Return the notifications that have become ready since the last call, in order."""
        ...

    def disconnected(self) -> None:
        """Take note that the connection was lost."""
        ...
