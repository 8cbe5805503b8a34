"""Listening to what devices say of themselves, and putting together what comes in pieces."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from sensors.ble.backend import current_backend
from sensors.ble.trouble import explain, explained
from sensors.devices.profile import Advertised, short_uuid

_BATTERY_SERVICE: Final = short_uuid(0x180F)
#: BlueZ and Windows say so where the strength is not known.
_UNKNOWN_DBM: Final = -127
_BEGIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One device, as far as it has been heard."""

    device: BLEDevice
    advertised: Advertised
    battery_percent: float | None = None


def address_key(address: str) -> str:
    """Return an address as it is compared: systems differ in their case."""
    return address.upper()


class Hearing:
    """Listens as long as it is open; what is heard stays.

    Attributes
    ----------
    heard : dict of str to Heard
        By `address_key`.

    Raises
    ------
    BluetoothTrouble
        On entering, if the radio cannot be used.
    """

    def __init__(self) -> None:
        self.heard: dict[str, Heard] = {}
        self._more = asyncio.Event()
        self._scanner = BleakScanner(self._take, backend=current_backend().scanner)

    async def __aenter__(self) -> Self:
        with explained(doing="looking for devices"):
            async with asyncio.timeout(_BEGIN_S):
                await self._scanner.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            async with asyncio.timeout(_BEGIN_S):
                await self._scanner.stop()
        except Exception as problem:  # whatever a radio does when it is told to stop
            if error is None:
                raise explain(problem, doing="ending the scan") from problem

    async def until(self, enough: Callable[[dict[str, Heard]], bool], within_s: float) -> bool:
        """Wait until enough was heard; False if it was not in time."""
        try:
            async with asyncio.timeout(within_s):
                while not enough(self.heard):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return False
        return True

    def _take(self, device: BLEDevice, data: AdvertisementData) -> None:
        key = address_key(device.address)
        before = self.heard.get(key)
        self.heard[key] = _joined(device, data, before)
        self._more.set()


def _joined(device: BLEDevice, data: AdvertisementData, before: Heard | None) -> Heard:
    """Put an advertisement to those before: the name often comes alone, in the answer to a scan."""
    known = before.advertised if before is not None else Advertised(device.address, None)
    services = (*known.services, *(uuid.lower() for uuid in data.service_uuids))
    battery = data.service_data.get(_BATTERY_SERVICE)
    percent = float(battery[0]) if battery and battery[0] <= 100 else None
    return Heard(
        device,
        Advertised(
            device.address,
            data.local_name or device.name or known.name,
            tuple(dict.fromkeys(services)),
            {**known.maker_data, **data.manufacturer_data},
            known.rssi_dbm if data.rssi == _UNKNOWN_DBM else data.rssi,
        ),
        percent if percent is not None or before is None else before.battery_percent,
    )
