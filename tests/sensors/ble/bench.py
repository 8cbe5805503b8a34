"""A device that is nobody's, to try the radio with, and the stacks that it can be reached over."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from recordings.model import FloatArray
from sensors.ble.backend import using_backend
from sensors.ble.source import BluetoothSource
from sensors.decoders import decode
from sensors.devices.profile import DeviceProfile, Gatt, Part, short_uuid
from sensors.model import Packet, Setting
from sensors.open import open_source
from sensors.packing import pack
from sensors.virtual.air import Air, VirtualSensor
from sensors.virtual.bleak_backend import backend_on
from sensors.virtual.bus import private_bus, taken_for_the_systems
from sensors.virtual.central import Central
from sensors.virtual.firmware import Characteristic, Notification
from sensors.virtual.memory import MemoryCentral

if TYPE_CHECKING:
    from sensors.virtual.bluez import VirtualBluez
    from sensors.virtual.bumble_sensor import Ether

SERVICE = "7b3f0001-52c1-4c11-9a51-6d5c0a7e1b01"
CONTROL = "7b3f0002-52c1-4c11-9a51-6d5c0a7e1b01"
DATA = "7b3f0003-52c1-4c11-9a51-6d5c0a7e1b01"
BATTERY_SERVICE, BATTERY = short_uuid(0x180F), short_uuid(0x2A19)
RATE_HZ, PACKET, CHANNELS = 500.0, 10, 2
#: Counts and a ramp: sample k of channel c is k + c / 10, so every sample tells its own place.
BYTES = len(pack(np.zeros((CHANNELS, PACKET))))


class BenchFirmware:
    """Two channels at 500 Hz, a battery, and a counter that begins anew with every start or `counts_on`."""

    def __init__(self, name: str = "Bench 1") -> None:
        self.name = name
        self.battery = 80
        self.commands: list[bytes] = []
        self.advertised_services = (SERVICE,)
        self.table = (
            Characteristic(SERVICE, CONTROL, ("read", "write", "notify")),
            Characteristic(SERVICE, DATA, ("notify",)),
            Characteristic(BATTERY_SERVICE, BATTERY, ("read", "notify")),
        )
        self.begins_by_itself = self.counts_on = False
        self._began_s: float | None = None
        self._next = 0
        self._notifying: set[str] = set()

    def read(self, characteristic: str) -> bytes:
        return bytes([self.battery]) if characteristic == BATTERY else b"BENCH"

    def write(self, characteristic: str, value: bytes, *, now_s: float) -> list[Notification]:
        assert characteristic == CONTROL
        self.commands.append(value)
        if value == b"GO":
            self._began_s, self._next = now_s, 0
            if self.counts_on:
                self._began_s, self._next = 0.0, math.ceil(now_s * RATE_HZ / PACKET)
        elif value == b"STOP":
            self._began_s = None
        return (
            [(CONTROL, b"BEN"), (CONTROL, b"CH!")] if value == b"WHO" and CONTROL in self._notifying else []
        )

    def subscribed(self, characteristic: str, on: bool, *, now_s: float) -> None:  # noqa: FBT001
        (self._notifying.add if on else self._notifying.discard)(characteristic)
        if self.begins_by_itself and characteristic == DATA:
            self._began_s, self._next = (now_s - 0.02 if on else None), 0

    def due(self, now_s: float) -> list[Notification]:
        ready: list[Notification] = []
        while self._began_s is not None and (self._next + 1) * PACKET / RATE_HZ <= now_s - self._began_s:
            # The ramp goes on with the device's own time, whatever is started anew.
            first = round(self._began_s * RATE_HZ) + self._next * PACKET
            ramp = first + np.arange(PACKET, dtype=float)
            raw = pack(np.vstack([ramp, ramp + 0.1]), counter=self._next)
            if DATA in self._notifying:
                ready.append((DATA, raw))
            self._next += 1
        return ready

    def disconnected(self) -> None:
        self._began_s = None
        self._notifying.clear()


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:
    told = await gatt.ask(CONTROL, b"WHO", answer_on=CONTROL, complete=lambda raw: raw.endswith(b"!"))
    assert told == b"BENCH!", told
    settings: dict[str, Setting] = {"counter_modulus": 2**32, "samples_per_count": PACKET}
    return (Part("", ("emg",) * CHANNELS, ("uV",) * CHANNELS, (None,) * CHANNELS, RATE_HZ, settings),)


async def _begin(gatt: Gatt) -> None:
    await gatt.write(CONTROL, b"GO")


async def begin_at_once(gatt: Gatt) -> None:
    """Do nothing: the device has begun by itself."""


async def _end(gatt: Gatt) -> None:
    await gatt.write(CONTROL, b"STOP")


async def _battery(gatt: Gatt) -> float | None:
    return float((await gatt.read(BATTERY))[0]) if gatt.has(BATTERY) else None


BENCH = DeviceProfile(
    code="bench",
    title="Bench",
    recognise=lambda advertised: (advertised.name or "").startswith("Bench"),
    service=SERVICE,
    data=DATA,
    needs=(CONTROL, DATA),
    decoder="packed",
    timing="counter",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    least_notification=BYTES,
    muscles=CHANNELS,
    battery=_battery,
)


@dataclass(slots=True)
class Bench:
    """Devices of this kind in some air, reached over one stack."""

    air: Air
    opened: AsyncExitStack
    ether: "Ether | None" = None
    bluez: "VirtualBluez | None" = None
    sensors: list[VirtualSensor] = field(default_factory=list[VirtualSensor])

    async def add(
        self, *, name: str | None = None, mtu: int = 247, missing: frozenset[str] = frozenset()
    ) -> VirtualSensor:
        number = len(self.sensors) + 1
        firmware = BenchFirmware(name or f"Bench {number}")
        sensor = VirtualSensor(firmware, f"F0:00:00:00:00:{number:02X}", mtu=mtu)
        sensor.sent = []
        sensor.mishaps.missing = missing
        self.sensors.append(sensor)
        self.air.add(sensor)
        if self.ether is not None:
            from sensors.virtual.bumble_sensor import BumbleSensor  # noqa: PLC0415

            await self.opened.enter_async_context(BumbleSensor(self.ether, sensor))
        return sensor


def firmware_of(sensor: VirtualSensor) -> BenchFirmware:
    assert isinstance(sensor.firmware, BenchFirmware)
    return sensor.firmware


Scenario = Callable[[Bench], Awaitable[None]]


class RunOn(Protocol):
    def __call__(self, stack: str, scenario: Scenario, *, within_s: float = 20.0, **service: Any) -> None: ...


STACKS = ("memory", "bumble", "bluez/memory", "bluez/bumble")


@asynccontextmanager
async def on_stack(stack: str, **service: Any) -> AsyncGenerator[Bench]:
    """Open an air and a way to reach it; keywords are for the virtual BlueZ."""
    async with AsyncExitStack() as opened:
        air = await opened.enter_async_context(Air())
        bench = Bench(air, opened)
        central: Central = MemoryCentral(air)
        if stack.endswith("bumble"):
            from sensors.virtual.bumble_central import BumbleCentral  # noqa: PLC0415  (an optional library)
            from sensors.virtual.bumble_sensor import Ether  # noqa: PLC0415

            bench.ether = Ether()
            central = BumbleCentral(bench.ether)
            await central.power_on()
        if stack.startswith("bluez"):
            from sensors.virtual.bluez import VirtualBluez  # noqa: PLC0415  (only on Linux)

            address = opened.enter_context(private_bus())
            opened.enter_context(taken_for_the_systems(address))
            bench.bluez = await opened.enter_async_context(VirtualBluez(central, **service))
        else:
            opened.enter_context(using_backend(backend_on(central)))
        yield bench


class Taking:
    """What a source delivers, taken by a task."""

    def __init__(self, source: BluetoothSource) -> None:
        self.source = source
        self.packets: list[Packet] = []
        self._more = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async for packet in self.source.packets():
            self.packets.append(packet)
            self._more.set()

    async def until(self, enough: Callable[[list[Packet]], bool]) -> None:
        while not enough(self.packets):
            self._more.clear()
            waiting = asyncio.create_task(self._more.wait())
            await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if self.task.done():
                await self.task
                raise AssertionError(f"it ended after {len(self.packets)} packets")


def opened(sensor: VirtualSensor, *channels: str) -> list[BluetoothSource]:
    """Sources on one device, the first for the glute, the second for the shoulder."""
    names = ("glute", "shoulder")
    sources = [
        open_source(f"ble:bench:{sensor.address}{channel}", name=name, leg="left")
        for channel, name in zip(channels, names, strict=False)
    ]
    return [source for source in sources if isinstance(source, BluetoothSource)]


def ramp_of(taking: Taking) -> FloatArray:
    """All samples of a source, as they came."""
    stream = taking.source.streams[0]
    pieces = [part.samples[0] for packet in taking.packets if packet.raw for part in decode(packet, stream)]
    return np.concatenate(pieces)
