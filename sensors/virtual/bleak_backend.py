"""Any stack of ours as a backend of bleak, without D-Bus and on every system."""

import asyncio
from collections.abc import Callable
from typing import Any, Never

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from sensors.ble.backend import Backend
from sensors.virtual.central import Advert, Central, CentralLink, LinkLost, NotThere
from sensors.virtual.firmware import Refusal


def backend_on(central: Central) -> Backend:
    """Return a pair of bleak's classes that work on this stack; see `sensors.ble.backend`."""

    class Scanner(_Scanner):
        stack = central

    class Client(_Client):
        stack = central

    return Backend(Scanner, Client)


class _Scanner(BaseBleakScanner):
    stack: Central

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_: Any,
    ) -> None:
        del scanning_mode
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        await self.stack.start_scan(self._heard)

    async def stop(self) -> None:
        await self.stack.stop_scan()

    def _heard(self, advert: Advert) -> None:
        if self.is_allowed_uuid(list(advert.services)):
            data = AdvertisementData(
                advert.name, {}, {}, list(advert.services), None, advert.rssi_dbm, (advert,)
            )
            address = advert.address
            device = self.create_or_update_device(address, address, advert.name, advert, data)
            self.call_detection_callbacks(device, data)


class _Client(BaseBleakClient):
    stack: Central

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        services: set[str] | None = None,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        del services
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout, **kwargs
        )
        self._link: CentralLink | None = None

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._link.mtu if self._link is not None else 23

    @property
    def is_connected(self) -> bool:
        return self._link is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:  # noqa: FBT001
        del pair
        async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
            try:
                self._link = await self.stack.connect(self.address, lost=self._lost)
                self.services = self._collected(await self._link.discover())
            except NotThere:
                raise BleakDeviceNotFoundError(self.address, "it was never heard") from None
            except LinkLost:
                raise BleakError("disconnected during discovery") from None

    async def disconnect(self) -> None:
        if self._link is not None:
            await self._link.disconnect()

    async def pair(self, *args: Any, **kwargs: Any) -> Never:
        raise NotImplementedError

    async def unpair(self) -> Never:
        raise NotImplementedError

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        del use_cached, kwargs
        return bytearray(await self._told(lambda link: link.read(characteristic.handle)))

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,  # noqa: FBT001
    ) -> None:
        value = bytes(data)
        await self._told(lambda link: link.write(characteristic.handle, value, response=response))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        del kwargs
        handle = characteristic.handle
        await self._told(lambda link: link.subscribe(handle, lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._told(lambda link: link.unsubscribe(characteristic.handle))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> Never:
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> Never:
        raise NotImplementedError

    async def _told(self, do: Callable[[CentralLink], Any]) -> Any:
        if self._link is None:
            raise BleakError("Not connected")
        try:
            return await do(self._link)
        except Refusal as refusal:
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(refusal.code)) from refusal
        except LinkLost:
            raise BleakError("Not connected") from None

    def _collected(self, services: Any) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        for entry in services:
            service = BleakGATTService(entry, entry.handle, entry.uuid)
            collection.add_service(service)
            for one in entry.characteristics:
                collection.add_characteristic(
                    BleakGATTCharacteristic(
                        one, one.handle, one.uuid, list(one.properties), lambda: self.mtu_size - 3, service
                    )
                )
        return collection

    def _lost(self) -> None:
        self._link = self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()
