"""Which sensors the page offers after it has listened to the air."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.found_sensors import scanned_sensors
from firing_analyzer.app.store import Store
from sensors.ble.backend import using_backend
from sensors.errors import BluetoothTrouble
from sensors.virtual.air import Air, VirtualSensor
from sensors.virtual.bleak_backend import backend_on
from sensors.virtual.memory import MemoryCentral
from sensors.virtual.npg_lite import VirtualNpgLite
from tests.firing_analyzer.app.test_desk import in_a_loop
from tests.sensors.ble.bench import BenchFirmware
from tests.sensors.virtual.test_gaps import numbered

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Therapist

ADDRESS = "F0:00:00:00:00:01"


@in_a_loop
async def test_an_npg_lite_on_the_air_is_found_and_can_be_put_on_both_sites(tmp_path: Path) -> None:
    async with Air() as air:
        air.add(VirtualSensor(VirtualNpgLite(numbered(3, 60.0)), ADDRESS))
        air.add(VirtualSensor(BenchFirmware("Kettle"), "F0:00:00:00:00:02"))
        with using_backend(backend_on(MemoryCentral(air))):
            (found,) = await scanned_sensors(0.5)
            assert (found.uri("glute"), found.uri("shoulder")) == (
                f"ble:npg_lite:{ADDRESS}#1",
                f"ble:npg_lite:{ADDRESS}#2",
            )
            assert "both muscles" in found.detail
            assert "dBm" in found.detail
            desk = Desk(Store(tmp_path / "dataset"))
            desk.name_person("07", "left")
            desk.look(found.uri("glute"), found.uri("shoulder"))
            async with asyncio.timeout(20):
                while not desk.watching.sources and not desk.problem:
                    await asyncio.sleep(0.02)
            await desk.close()
            assert desk.problem == ""
            assert desk.watching.sources


@pytest.mark.skipif(sys.platform != "linux", reason="the message bus of Bluetooth is Linux's")
def test_a_radio_that_cannot_be_used_is_told_on_the_page(
    therapist: "Callable[..., Therapist]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    # in a thread, because the browser's own loop runs in this one
    with ThreadPoolExecutor() as other, pytest.raises(BluetoothTrouble) as trouble:
        other.submit(asyncio.run, scanned_sensors(0.1)).result()
    one = therapist()
    one.name_person()
    one.click("Look for sensors")
    one.see(str(trouble.value)[1:])
    one.look("radio-trouble")
