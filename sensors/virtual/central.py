"""What a Bluetooth stack does for its machine: hear, connect, read, write, be notified."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sensors.virtual.firmware import Property

#: Takes the value of a notification.
TakeValue = Callable[[bytes], None]


class NotThere(Exception):  # noqa: N818  (a state)
    """There is no device at this address."""


class LinkLost(Exception):  # noqa: N818  (a state)
    """The connection is gone."""


@dataclass(frozen=True, slots=True)
class Advert:
    """One advertisement that was received."""

    address: str
    name: str
    services: tuple[str, ...]
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class CharacteristicEntry:
    """A characteristic as it was discovered."""

    handle: int
    uuid: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service as it was discovered."""

    handle: int
    uuid: str
    characteristics: tuple[CharacteristicEntry, ...]


class CentralLink(Protocol):
    """A connection, from the machine's side. Raises `Refusal` and `LinkLost`."""

    @property
    def mtu(self) -> int:
        """What was agreed."""
        ...

    async def discover(self) -> tuple[ServiceEntry, ...]:
        """Agree on the MTU and learn what the device has."""
        ...

    async def read(self, handle: int) -> bytes:
        """Read a value."""
        ...

    async def write(self, handle: int, value: bytes, *, response: bool) -> None:
        """Write a value."""
        ...

    async def subscribe(self, handle: int, take: TakeValue) -> None:
        """Switch notifications on."""
        ...

    async def unsubscribe(self, handle: int) -> None:
        """Switch notifications off."""
        ...

    async def disconnect(self) -> None:
        """End the connection; may be called twice."""
        ...


class Central(Protocol):
    """A machine's adapter."""

    async def start_scan(self, take: Callable[[Advert], None]) -> None:
        """Report every advertisement."""
        ...

    async def stop_scan(self) -> None:
        """End that."""
        ...

    async def connect(self, address: str, *, lost: Callable[[], None]) -> CentralLink:
        """Connect; waits as long as it takes. `lost` is called once, whoever ends the connection.

        Raises
        ------
        NotThere
            If no such device was ever heard.
        """
        ...
