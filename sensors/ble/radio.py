"""The radio of a session: devices are looked for together, connected one after the other, and shared."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from sensors.ble.hearing import Heard, Hearing, address_key
from sensors.devices.profile import DeviceProfile
from sensors.devices.registry import recognise
from sensors.errors import BluetoothTrouble
from sensors.model import Pace

if TYPE_CHECKING:
    from sensors.ble.device import KeptDevice

#: Sensors say their name about once a second, and the radio misses some of it.
FIND_S: Final = 12.0
#: A device whose address was heard may tell its name and services a little later.
_TELL_S: Final = 3.0

_radios: "WeakKeyDictionary[Pace, Radio]" = WeakKeyDictionary()


def radio_of(pace: Pace) -> "Radio":
    """Return the radio that all sources of one session share."""
    return _radios.setdefault(pace, Radio())


class Radio:
    """Finds devices and keeps those that are in use.

    An adapter does one thing at a time well: nothing is connected during a scan and nothing scanned for
    during a connection attempt, and no sensor streams before both were found.

    Attributes
    ----------
    devices : dict of str to KeptDevice
        Those in use, by `address_key`.
    """

    def __init__(self) -> None:
        self.devices: dict[str, KeptDevice] = {}
        self._busy = asyncio.Lock()
        self._wanted: dict[str, DeviceProfile] = {}
        self._heard: dict[str, Heard] = {}

    def device(self, profile: DeviceProfile, address: str, *, now_s: Callable[[], float]) -> "KeptDevice":
        """Return the device at an address, one for all who want it; it stamps by the session's clock."""
        from sensors.ble.device import KeptDevice  # noqa: PLC0415  (it imports this module)

        key = address_key(address)
        if key not in self.devices:
            self.devices[key] = KeptDevice(self, profile, address, now_s)
        return self.devices[key]

    def release(self, device: "KeptDevice") -> None:
        """Take note that nobody uses a device any more."""
        self.devices.pop(address_key(device.address), None)

    def forget(self, address: str) -> None:
        """Look for a device anew next time: the system has forgotten it."""
        self._heard.pop(address_key(address), None)

    @asynccontextmanager
    async def connecting(self) -> AsyncGenerator[None]:
        """Have the adapter for one connection attempt."""
        async with self._busy:
            yield

    async def find(self, profile: DeviceProfile, address: str, *, uri: str) -> Heard:
        """Return a device that has been heard, in this scan or an earlier one.

        All that are being looked for are looked for in one scan.

        Raises
        ------
        BluetoothTrouble
            If it is not on the air, is another device than it should be, or the radio cannot be used.
        """
        key = address_key(address)
        self._wanted[key] = profile
        try:
            async with self._busy:
                if key not in self._heard or not profile.recognise(self._heard[key].advertised):
                    await self._listen()
        finally:
            self._wanted.pop(key, None)
        heard = self._heard.get(key)
        if heard is None:
            raise BluetoothTrouble(
                f"it was not heard in {FIND_S:g} s; switch it on, bring it near, end other programs that use "
                "it, and look with firing-analyzer scan",
                kind="not_found",
                source=uri,
            )
        if not profile.recognise(heard.advertised):
            is_one = recognise(heard.advertised)
            what = f"a {is_one.title}" if is_one is not None else f"{heard.advertised.name or 'nameless'}"
            advice = f"write ble:{is_one.code}:{address}" if is_one is not None else "check the address"
            raise BluetoothTrouble(
                f"at this address is {what}, no {profile.title}; {advice}", kind="wrong_device", source=uri
            )
        return heard

    async def _listen(self) -> None:
        """Scan until all that are wanted were heard."""
        async with Hearing() as hearing:
            if await hearing.until(lambda heard: set(self._wanted) <= set(heard), FIND_S):
                await hearing.until(self._told_what_they_are, _TELL_S)
        self._heard.update(hearing.heard)

    def _told_what_they_are(self, heard: dict[str, Heard]) -> bool:
        return all(
            key in heard and profile.recognise(heard[key].advertised) for key, profile in self._wanted.items()
        )
