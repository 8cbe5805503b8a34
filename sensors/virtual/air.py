"""Virtual devices on the air: firmware that runs as time goes on, and what may go wrong with a device."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from sensors.virtual.firmware import Characteristic, Firmware, Notification, Refusal

#: How often devices are looked at for what has become ready; about a short connection interval.
_TICK_S: Final = 0.005


class Link(Protocol):
    """A device's side of a connection."""

    async def send(self, characteristic: str, value: bytes) -> None:
        """Send a notification."""
        ...

    async def hang_up(self) -> None:
        """End the connection from the device's side."""
        ...


@dataclass(slots=True)
class Mishaps:
    """What is wrong with a device; may be changed at any time.

    Attributes
    ----------
    off : bool
        Switched off: neither heard nor reached.
    mute : bool
        It lets itself be connected, but answers nothing.
    silent : bool
        It answers, but sends no notification.
    missing : frozenset of str
        Characteristics that it lacks.
    refuses : dict of str to int
        Characteristics that answer a write with this ATT error.
    loses : callable
        Whether the notification of this number is lost in the device.
    """

    off: bool = False
    mute: bool = False
    silent: bool = False
    missing: frozenset[str] = frozenset()
    refuses: dict[str, int] = field(default_factory=dict[str, int])
    loses: Callable[[int], bool] = lambda _number: False


class VirtualSensor:
    """One device: its firmware, its address, and what is wrong with it.

    Parameters
    ----------
    firmware : Firmware
    address : str
    mtu : int
        The largest that it agrees to.
    rssi_dbm : int

    Attributes
    ----------
    mishaps : Mishaps
    link : Link or None
        While it is connected.
    sent : list of (characteristic, bytes), or None
        All notifications that were sent or lost, if somebody wants them kept.
    connections : int
        How often it was connected.
    """

    def __init__(self, firmware: Firmware, address: str, *, mtu: int = 247, rssi_dbm: int = -52) -> None:
        self.firmware = firmware
        self.address = address
        self.mtu = mtu
        self.rssi_dbm = rssi_dbm
        self.mishaps = Mishaps()
        self.link: Link | None = None
        self.sent: list[Notification] | None = None
        self.connections = 0
        self._now_s: Callable[[], float] = time.monotonic
        self._answers: list[Notification] = []
        self._number = 0

    @property
    def on_air(self) -> bool:
        """Whether it advertises and can be connected."""
        return self.link is None and not self.mishaps.off

    @property
    def table(self) -> tuple[Characteristic, ...]:
        """Its characteristics."""
        return tuple(one for one in self.firmware.table if one.uuid not in self.mishaps.missing)

    def keep_time(self, now_s: Callable[[], float]) -> None:
        """Run by this clock."""
        self._now_s = now_s

    def connected(self, link: Link) -> None:
        """Take note of a connection."""
        self.link = link
        self.connections += 1

    def disconnected(self) -> None:
        """Take note that it is gone."""
        if self.link is not None:
            self.link = None
            self._answers.clear()
            self.firmware.disconnected()

    def read(self, characteristic: str) -> bytes:
        """Return a value."""
        return self.firmware.read(characteristic)

    def write(self, characteristic: str, value: bytes) -> None:
        """Take a value; raises `Refusal` where it refuses."""
        code = self.mishaps.refuses.get(characteristic)
        if code is not None:
            raise Refusal(code)
        self._answers += self.firmware.write(characteristic, value, now_s=self._now_s())

    def subscribe(self, characteristic: str, on: bool) -> None:  # noqa: FBT001
        """Switch notifications on or off."""
        self.firmware.subscribed(characteristic, on, now_s=self._now_s())

    def due(self) -> list[Notification]:
        """Return what is to be sent now, answers first."""
        ready = [*self._answers, *self.firmware.due(self._now_s())]
        self._answers.clear()
        if self.mishaps.silent:
            return []
        if self.sent is not None and self.link is not None:
            self.sent += ready
        arriving: list[Notification] = []
        for notification in ready:
            if not self.mishaps.loses(self._number):
                arriving.append(notification)
            self._number += 1
        return arriving


class Air:
    """Devices around a virtual adapter, and the time by which they run.

    Parameters
    ----------
    speed : float
        How many times faster than real.

    Attributes
    ----------
    sensors : dict of str to VirtualSensor
        By address.
    """

    def __init__(self, *, speed: float = 1.0) -> None:
        self.sensors: dict[str, VirtualSensor] = {}
        self._speed = speed
        self._began = time.monotonic()
        self._running: asyncio.Task[None] | None = None

    def now_s(self) -> float:
        """Seconds since the air was made, as its devices count them."""
        return (time.monotonic() - self._began) * self._speed

    def add(self, sensor: VirtualSensor) -> None:
        """Bring a device near."""
        sensor.keep_time(self.now_s)
        self.sensors[sensor.address] = sensor

    async def __aenter__(self) -> "Air":
        self._running = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None  # noqa: S101  (it was entered)
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled."""
        while True:
            await self.send_due()
            await asyncio.sleep(_TICK_S)

    async def send_due(self) -> int:
        """Send what has become due since the last time; returns how many notifications that were."""
        counts = await asyncio.gather(*(_send_due(sensor) for sensor in self.sensors.values()))
        return sum(counts)


async def _send_due(sensor: VirtualSensor) -> int:
    sent = 0
    for characteristic, value in sensor.due():
        if sensor.link is not None:
            await sensor.link.send(characteristic, value)
            sent += 1
    return sent
