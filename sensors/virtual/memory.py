"""A Bluetooth stack that is none: it hands everything over in memory."""

import asyncio
from collections.abc import Callable
from typing import Final

from sensors.virtual.air import Air, VirtualSensor
from sensors.virtual.central import (
    Advert,
    CharacteristicEntry,
    LinkLost,
    NotThere,
    ServiceEntry,
    TakeValue,
)

_ADVERTISED_EVERY_S: Final = 0.02
#: Handle of the first service; a characteristic takes three: itself, its value, its descriptor.
_FIRST_HANDLE: Final = 1
_HANDLES: Final = 3
#: Of a notification: its kind and its handle.
_OVERHEAD: Final = 3


class MemoryCentral:
    """An adapter beside the devices of some air.

    Parameters
    ----------
    air : Air
    """

    def __init__(self, air: Air) -> None:
        self._air = air
        self._scanning: asyncio.Task[None] | None = None

    async def start_scan(self, take: Callable[[Advert], None]) -> None:
        """Report every advertisement."""
        self._scanning = asyncio.create_task(self._scan(take))

    async def stop_scan(self) -> None:
        """End that."""
        if self._scanning is not None:
            self._scanning.cancel()
            self._scanning = None

    async def connect(self, address: str, *, lost: Callable[[], None]) -> "MemoryLink":
        """Connect; waits as long as it takes."""
        sensor = self._air.sensors.get(address)
        if sensor is None:
            raise NotThere(address)
        while not sensor.on_air:
            await asyncio.sleep(_ADVERTISED_EVERY_S)
        link = MemoryLink(sensor, lost)
        sensor.connected(link)
        return link

    async def _scan(self, take: Callable[[Advert], None]) -> None:
        while True:
            for sensor in self._air.sensors.values():
                if sensor.on_air:
                    firmware = sensor.firmware
                    take(Advert(sensor.address, firmware.name, firmware.advertised_services, sensor.rssi_dbm))
            await asyncio.sleep(_ADVERTISED_EVERY_S)


class MemoryLink:
    """Both sides of a connection."""

    def __init__(self, sensor: VirtualSensor, lost: Callable[[], None]) -> None:
        self._sensor = sensor
        self._lost = lost
        self._up = True
        self._uuids: dict[int, str] = {}
        self._takers: dict[str, TakeValue] = {}

    @property
    def mtu(self) -> int:
        """What was agreed."""
        return self._sensor.mtu

    async def discover(self) -> tuple[ServiceEntry, ...]:
        """Learn what the device has."""
        await self._need()
        services: dict[str, list[CharacteristicEntry]] = {}
        for one in self._sensor.table:
            services.setdefault(one.service, []).append(CharacteristicEntry(0, one.uuid, one.properties))
        handle, entries = _FIRST_HANDLE, list[ServiceEntry]()
        for uuid, found in services.items():
            own = [
                CharacteristicEntry(handle + 1 + _HANDLES * number, one.uuid, one.properties)
                for number, one in enumerate(found)
            ]
            self._uuids.update({one.handle: one.uuid for one in own})
            entries.append(ServiceEntry(handle, uuid, tuple(own)))
            handle += 1 + _HANDLES * len(own)
        return tuple(entries)

    async def read(self, handle: int) -> bytes:
        """Read a value."""
        await self._need()
        return self._sensor.read(self._uuids[handle])

    async def write(self, handle: int, value: bytes, *, response: bool) -> None:
        """Write a value."""
        del response
        await self._need()
        self._sensor.write(self._uuids[handle], value)

    async def subscribe(self, handle: int, take: TakeValue) -> None:
        """Switch notifications on."""
        await self._need()
        uuid = self._uuids[handle]
        self._takers[uuid] = take
        self._sensor.subscribe(uuid, True)  # noqa: FBT003

    async def unsubscribe(self, handle: int) -> None:
        """Switch notifications off."""
        await self._need()
        uuid = self._uuids[handle]
        self._takers.pop(uuid, None)
        self._sensor.subscribe(uuid, False)  # noqa: FBT003

    async def disconnect(self) -> None:
        """End the connection; may be called twice."""
        if self._up:
            self._up = False
            self._sensor.disconnected()
            self._lost()

    async def send(self, characteristic: str, value: bytes) -> None:
        """Send a notification, as the device; what is longer than the MTU allows is cut off."""
        take = self._takers.get(characteristic)
        if self._up and take is not None:
            take(value[: self.mtu - _OVERHEAD])

    async def hang_up(self) -> None:
        """End the connection, as the device."""
        await self.disconnect()

    async def _need(self) -> None:
        while self._up and self._sensor.mishaps.mute:
            await asyncio.sleep(0.01)
        if not self._up:
            raise LinkLost
