"""What is on the air: every device that is heard, and which of them can be recorded from."""

import asyncio
from dataclasses import dataclass

from sensors.ble.hearing import Hearing
from sensors.devices.profile import Advertised, DeviceProfile
from sensors.devices.registry import recognise


@dataclass(frozen=True, slots=True)
class Found:
    """A device that was heard.

    Attributes
    ----------
    advertised : Advertised
    device : DeviceProfile or None
        What it is, if it can be recorded from.
    battery_percent : float or None
        Where it is advertised.
    """

    advertised: Advertised
    device: DeviceProfile | None
    battery_percent: float | None = None

    @property
    def uris(self) -> tuple[str, ...]:
        """The source URIs to record with, one for each muscle that it can take."""
        if self.device is None:
            return ()
        uri = f"ble:{self.device.code}:{self.advertised.address}"
        if self.device.muscles < 2:
            return (uri,)
        return tuple(f"{uri}#{number}" for number in range(1, self.device.muscles + 1))

    @property
    def takes_both(self) -> bool:
        """Whether both muscles fit on it, on one clock: the recommended set-up."""
        return self.device is not None and self.device.muscles >= 2


async def scan(seconds: float = 5.0) -> tuple[Found, ...]:
    """Listen to what is on the air.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    tuple of Found
        Those that can be recorded from first, and of these the strongest.

    Raises
    ------
    sensors.errors.BluetoothTrouble
        If the radio cannot be used; the message says what to do.
    """
    async with Hearing() as hearing:
        await asyncio.sleep(seconds)
    found = [
        Found(heard.advertised, recognise(heard.advertised), heard.battery_percent)
        for heard in hearing.heard.values()
    ]
    return tuple(sorted(found, key=_rank))


async def try_radio() -> None:
    """Open the radio and close it again.

    Raises
    ------
    sensors.errors.BluetoothTrouble
        If it cannot be used; the message says what to do.
    """
    async with Hearing():
        pass


def _rank(one: Found) -> tuple[bool, float, str]:
    strength = one.advertised.rssi_dbm
    return one.device is None, -strength if strength is not None else 999.0, one.advertised.address
