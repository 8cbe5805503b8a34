"""Virtual sensors behind a message bus: what bleak on Linux takes for the system's Bluetooth."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sensors.virtual.air import Air, VirtualSensor
from sensors.virtual.bluez import VirtualBluez
from sensors.virtual.bumble_central import BumbleCentral
from sensors.virtual.bumble_sensor import BumbleSensor, Ether
from sensors.virtual.bus import private_bus, taken_for_the_systems


@dataclass(frozen=True, slots=True)
class VirtualRadio:
    """A running radio.

    Attributes
    ----------
    bus : str
        Address of its message bus.
    air : Air
    sensors : tuple of VirtualSensor
    bluez : VirtualBluez
    """

    bus: str
    air: Air
    sensors: tuple[VirtualSensor, ...]
    bluez: VirtualBluez


@asynccontextmanager
async def virtual_radio(sensors: Sequence[VirtualSensor], air: Air) -> AsyncGenerator[VirtualRadio]:
    """Run sensors as GATT servers on virtual controllers, and a Bluetooth service that reaches them.

    While it is open, this process takes its message bus for the system's.
    """
    async with AsyncExitStack() as opened:
        bus = opened.enter_context(private_bus())
        opened.enter_context(taken_for_the_systems(bus))
        ether = Ether()
        central = BumbleCentral(ether)
        await central.power_on()
        await opened.enter_async_context(air)
        for sensor in sensors:
            air.add(sensor)
            await opened.enter_async_context(BumbleSensor(ether, sensor))
        bluez = await opened.enter_async_context(VirtualBluez(central))
        yield VirtualRadio(bus, air, tuple(sensors), bluez)
