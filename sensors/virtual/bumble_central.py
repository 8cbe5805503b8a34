"""A machine's Bluetooth stack on a virtual controller, by the library bumble: real HCI, L2CAP and ATT."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy

from sensors.virtual.bumble_sensor import Ether, device_on
from sensors.virtual.central import (
    Advert,
    CharacteristicEntry,
    LinkLost,
    NotThere,
    ServiceEntry,
    TakeValue,
)
from sensors.virtual.firmware import Property, Refusal

_ADDRESS: Final = "C0:00:00:00:00:01"
_MTU: Final = 517
_PROPERTIES: Final[tuple[tuple[Characteristic.Properties, Property], ...]] = (
    (Characteristic.Properties.READ, "read"),
    (Characteristic.Properties.WRITE_WITHOUT_RESPONSE, "write-without-response"),
    (Characteristic.Properties.WRITE, "write"),
    (Characteristic.Properties.NOTIFY, "notify"),
    (Characteristic.Properties.INDICATE, "indicate"),
)

T = TypeVar("T")


class BumbleCentral:
    """An adapter in some ether.

    Parameters
    ----------
    ether : Ether
    """

    def __init__(self, ether: Ether) -> None:
        self._device: Device = device_on(ether, "central", _ADDRESS)
        self._addresses: dict[str, hci.Address] = {}
        self._take: Callable[[Advert], None] | None = None
        # A controller makes one connection at a time.
        self._connecting = asyncio.Lock()

    async def power_on(self) -> None:
        """Make it ready."""
        await self._device.power_on()
        self._device.on(self._device.EVENT_ADVERTISEMENT, self._heard)

    async def start_scan(self, take: Callable[[Advert], None]) -> None:
        """Report every advertisement."""
        self._take = take
        await self._device.start_scanning()

    async def stop_scan(self) -> None:
        """End that."""
        self._take = None
        await self._device.stop_scanning()

    async def connect(self, address: str, *, lost: Callable[[], None]) -> "BumbleLink":
        """Connect; waits as long as it takes."""
        known = self._addresses.get(address)
        if known is None:
            raise NotThere(address)
        async with self._connecting:
            try:
                connection = await self._device.connect(known, timeout=None)
            except asyncio.CancelledError:
                await asyncio.shield(self._device.cancel_connection())
                raise
        return BumbleLink(connection, lost)

    def _heard(self, advertisement: Advertisement) -> None:
        address = advertisement.address.to_string(False)  # noqa: FBT003
        self._addresses[address] = advertisement.address
        if self._take is not None:
            data = advertisement.data
            uuids = [
                normalize_uuid_str(uuid.to_hex_str("-"))
                for kind in (
                    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                )
                for group in data.get_all(kind)
                for uuid in group
            ]
            name = data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
            self._take(Advert(address, str(name or ""), tuple(uuids), advertisement.rssi))


class BumbleLink:
    """A connection over which ATT is spoken."""

    def __init__(self, connection: Connection, lost: Callable[[], None]) -> None:
        self._connection: Connection | None = connection
        self._peer = Peer(connection)
        self._lost = lost
        self._found: dict[int, CharacteristicProxy[bytes]] = {}
        self._takers: dict[int, TakeValue] = {}
        connection.on(connection.EVENT_DISCONNECTION, self._disconnected)

    @property
    def mtu(self) -> int:
        """What was agreed."""
        return self._connection.att_mtu if self._connection is not None else 23

    async def discover(self) -> tuple[ServiceEntry, ...]:
        """Agree on the MTU and learn what the device has."""
        await self._told(self._peer.request_mtu(_MTU))
        services: list[ServiceEntry] = []
        for service in await self._told(self._peer.discover_services()):
            own: list[CharacteristicEntry] = []
            for one in await self._told(service.discover_characteristics()):
                self._found[one.handle] = one
                names = _names(one.properties)
                own.append(CharacteristicEntry(one.handle, _uuid(one.uuid), names))
            services.append(ServiceEntry(service.handle, _uuid(service.uuid), tuple(own)))
        return tuple(services)

    async def read(self, handle: int) -> bytes:
        """Read a value."""
        return bytes(await self._told(self._peer.gatt_client.read_value(self._found[handle])))

    async def write(self, handle: int, value: bytes, *, response: bool) -> None:
        """Write a value."""
        await self._told(self._peer.gatt_client.write_value(self._found[handle], value, response))

    async def subscribe(self, handle: int, take: TakeValue) -> None:
        """Switch notifications on."""
        first = handle not in self._takers
        self._takers[handle] = take
        if first:
            found = self._found[handle]
            await self._told(self._peer.gatt_client.subscribe(found, partial(self._notified, handle)))

    async def unsubscribe(self, handle: int) -> None:
        """Switch notifications off."""
        self._takers.pop(handle, None)
        await self._told(self._peer.gatt_client.unsubscribe(self._found[handle], force=True))

    async def disconnect(self) -> None:
        """End the connection; may be called twice."""
        if self._connection is not None:
            await self._connection.disconnect()

    def _notified(self, handle: int, value: bytes) -> None:
        take = self._takers.get(handle)
        if take is not None:
            take(bytes(value))

    def _disconnected(self, _reason: int) -> None:
        if self._connection is not None:
            self._connection = None
            self._lost()

    async def _told(self, request: Awaitable[T]) -> T:
        """Await a request, and tell its failures as every stack does."""
        try:
            return await request
        except att.ATT_Error as refusal:
            raise Refusal(int(refusal.error_code)) from refusal
        except (core.TimeoutError, core.InvalidStateError, core.ConnectionError) as problem:
            raise LinkLost from problem
        except asyncio.CancelledError:
            # On disconnection bumble cancels what it waits for; that must not look as if we were cancelled.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise LinkLost from None


def _names(properties: Characteristic.Properties) -> tuple[Property, ...]:
    return tuple(name for flag, name in _PROPERTIES if properties & flag)


def _uuid(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))
