"""Connections that end, sensors that fall silent, refuse or lack something: mended without a leak."""

import asyncio
import gc
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from sensors.ble import device as device_module
from sensors.ble import radio as radio_module
from sensors.errors import BluetoothTrouble, SourceLost
from sensors.feed import Feed
from sensors.model import Packet
from sensors.pace import RealPace
from tests.sensors.ble.bench import (
    CONTROL,
    DATA,
    RATE_HZ,
    STACKS,
    Bench,
    RunOn,
    Taking,
    firmware_of,
    opened,
)

#: How late, in samples, an arrival may be for the place that is told from it: 30 ms on a busy machine.
LATE = round(0.03 * RATE_HZ)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "BACK_OFF_S", (0.02, 0.05, 0.1))


def marks(packets: list[Packet]) -> list[int]:
    """Where packets say that the connection was made anew."""
    return [number for number, packet in enumerate(packets) if not packet.raw]


def shifts(taking: Taking) -> list[float]:
    """How far each block lies from where the sensor's own ramp has it; the first at 0."""
    feed = Feed(taking.source.streams)
    blocks = [block for packet in taking.packets for block in feed.take(packet)] + feed.finish()
    placed = np.concatenate([block.samples[0] for block in blocks])
    assert not any(feed.rejected.values())
    there = np.flatnonzero(~np.isnan(placed))
    off = (placed[there] - placed[there[0]]) - (there - there[0])
    return sorted(set(np.round(off, 6).tolist()))


@pytest.mark.parametrize("stack", STACKS)
def test_a_drop_at_any_moment_stays_a_gap_of_its_length(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sources = opened(sensor, "#1", "#2")
        pace = RealPace()
        for source in sources:
            await source.start(pace)
        takings = [Taking(source) for source in sources]
        for taking in takings:
            await taking.until(lambda packets: len(packets) >= 60)
        await asyncio.sleep(random.Random(stack).random() * 0.05)
        assert sensor.link is not None
        await sensor.link.hang_up()
        for taking in takings:
            await taking.until(lambda packets: len(packets) >= 160)
        assert sources[0].status().connected
        assert sources[0].status().detail == ""
        for source, taking in zip(sources, takings, strict=True):
            await source.close()
            await taking.task
        assert sensor.connections == 2
        for taking in takings:
            assert len(marks(taking.packets)) == 1
            assert max(map(abs, shifts(taking))) <= LATE

    run_on(stack, scenario)


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack.startswith("bluez")])
def test_twenty_reconnects_leak_nothing_shift_nothing_and_end(stack: str, run_on: RunOn) -> None:
    """Letting go of a connection that is gone already is what frees its D-Bus socket."""

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        firmware_of(sensor).counts_on = True
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 60)
        files: list[int] = []
        tasks: list[int] = []
        for number in range(1, 21):
            assert sensor.link is not None
            await sensor.link.hang_up()
            await taking.until(
                lambda packets, number=number: len(marks(packets)) == number and bool(packets[-1].raw)
            )
            gc.collect()
            files.append(len(list(Path("/proc/self/fd").iterdir())))
            tasks.append(len(asyncio.all_tasks()))
        await source.close()
        await taking.task
        assert sensor.connections == 21
        assert max(files) <= files[0] + 1
        assert max(tasks) <= tasks[0] + 2
        assert shifts(taking) == [0.0]

    run_on(stack, scenario, within_s=40.0)


@pytest.mark.parametrize("stack", STACKS)
def test_a_sensor_that_falls_silent_is_told_and_taken_again_when_it_speaks(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "SILENT_S", 0.3)

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 10)
        sensor.mishaps.silent = True
        told: set[str] = set()
        while sensor.connections < 2 or len(told) < 2:
            told.add(source.status().detail)
            await asyncio.sleep(0.01)
        assert any("it is connected but has sent nothing for 0 s; switch it off" in one for one in told)
        sensor.mishaps.silent = False
        count = len(taking.packets)
        await taking.until(lambda packets: len(packets) >= count + 10)
        await source.close()
        await taking.task

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_a_refusal_is_told_with_its_code_and_nothing_stays_open(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sensor.mishaps.refuses[CONTROL] = 0x80
        (source,) = opened(sensor, "#1")
        with pytest.raises(
            BluetoothTrouble, match=r"it refuses while writing \(.*128.*\); switch it off"
        ) as told:
            await source.start(RealPace())
        assert told.value.kind == "refused"
        assert sensor.link is None

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_a_missing_characteristic_is_named_and_not_tried_again(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add(missing=frozenset({DATA}))
        (source,) = opened(sensor, "#1")
        with pytest.raises(BluetoothTrouble, match=f"it lacks {DATA}, which a Bench has; update its") as told:
            await source.start(RealPace())
        assert told.value.kind == "service_missing"
        assert (sensor.connections, sensor.link) == (1, None)

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_a_sensor_that_is_not_there_is_looked_for_and_said_to_be_missing(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_module, "FIND_S", 0.3)

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sensor.mishaps.off = True
        await asyncio.sleep(0.1)
        (source,) = opened(sensor, "#1")
        with pytest.raises(
            BluetoothTrouble, match=r"it was not heard in 0.3 s; switch it on, bring it"
        ) as told:
            await source.start(RealPace())
        assert told.value.kind == "not_found"
        assert str(told.value).startswith(f"ble:bench:{sensor.address}#1: ")

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_another_device_at_this_address_is_named(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_module, "_TELL_S", 0.2)

    async def scenario(bench: Bench) -> None:
        for name, words in (
            ("Kettle", "at this address is Kettle, no Bench; check the address"),
            ("uMyo-4F21", "at this address is a uMyo, no Bench; write ble:umyo:"),
        ):
            sensor = await bench.add(name=name)
            (source,) = opened(sensor, "#1")
            with pytest.raises(BluetoothTrouble, match=words) as told:
                await source.start(RealPace())
            assert told.value.kind == "wrong_device"
            assert sensor.connections == 0

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_a_sensor_that_was_out_of_reach_for_a_while_comes_back(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 10)
        sensor.mishaps.off = True
        assert sensor.link is not None
        await sensor.link.hang_up()
        await asyncio.sleep(0.4)
        status = source.status()
        assert not status.connected
        assert "the connection was lost; bring the sensor nearer" in status.detail
        sensor.mishaps.off = False
        await taking.until(lambda packets: bool(marks(packets)) and bool(packets[-1].raw))
        await source.close()
        await taking.task
        assert sensor.link is None

    run_on(stack, scenario)


def test_a_source_can_be_closed_while_its_sensor_is_out_of_reach(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 5)
        sensor.mishaps.off = True
        assert sensor.link is not None
        await sensor.link.hang_up()
        await asyncio.sleep(0.1)
        async with asyncio.timeout(2.0):
            await source.close()
            await taking.task
        await asyncio.sleep(0.1)
        assert not [task for task in asyncio.all_tasks() if "KeptDevice" in repr(task.get_coro())]

    run_on("memory", scenario)


def test_a_defect_in_a_device_s_own_steps_reaches_whoever_waits(
    run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())

        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("broken on purpose")

        monkeypatch.setattr(firmware_of(sensor), "write", broken)
        with pytest.raises(SourceLost, match=r"a defect \(ZeroDivisionError: broken on purpose\); report it"):
            _ = [packet async for packet in source.packets()]
        with pytest.raises(SourceLost, match="a defect while it was ended"):
            await source.close()
        assert sensor.link is None

    run_on("memory", scenario)
