"""A program that is busy for seconds while sensors in another one go on: nothing is lost, nothing moves."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sensors
from sensors.ble.source import BluetoothSource
from sensors.feed import Feed
from sensors.model import Packet
from sensors.open import open_source
from sensors.pace import RealPace
from sensors.virtual.bus import BUS_VARIABLE, can_have_bus

ROOT = Path(sensors.__file__).resolve().parent.parent
pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
if not (sys.platform == "linux" and can_have_bus()):
    pytest.skip("a message bus of its own needs Linux and dbus-daemon", allow_module_level=True)


@pytest.mark.parametrize("busy_s", [2.0, pytest.param(8.0, marks=pytest.mark.soak)])
def test_what_comes_while_a_program_is_busy_is_all_there_in_its_place(
    busy_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "sensors.virtual", "umyo", "umyo"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        try:
            bus = program.stdout.readline().strip().partition("=")[2]
            monkeypatch.setenv(BUS_VARIABLE, bus)
            kept = asyncio.run(_busy_session(busy_s))
        finally:
            program.stdin.write("quit\n")
            program.stdin.flush()
            program.wait(20)
    for source, packets in kept:
        counters = np.array([int.from_bytes(one.raw[:4], "little") for one in packets if len(one.raw) == 52])
        assert set(np.diff(counters)) == {24}
        feed = Feed(source.streams)
        placed = sum(
            block.samples.shape[1]
            for packet in packets
            for block in feed.take(packet)
            if block.stream == source.streams[0].name
        )
        placer = feed.placers[source.streams[0].name]
        assert (placer.lost, placer.in_doubt, placed) == (0, 0, 24 * counters.size)
        # what the sensor made while the program was busy came all the same
        assert placed > (busy_s + 1) * 1100


async def _busy_session(busy_s: float) -> list[tuple[BluetoothSource, list[Packet]]]:
    pace = RealPace()
    opened = [
        open_source(f"ble:umyo:F0:00:00:00:00:0{number}", name=name, leg="left")
        for number, name in ((1, "glute"), (2, "shoulder"))
    ]
    sources = [one for one in opened if isinstance(one, BluetoothSource)]
    for source in sources:
        await source.start(pace)
    packets: list[list[Packet]] = [[], []]

    async def take(number: int) -> None:
        async for packet in sources[number].packets():
            packets[number].append(packet)

    taking = [asyncio.create_task(take(number)) for number in (0, 1)]
    await asyncio.sleep(0.8)
    time.sleep(busy_s)
    await asyncio.sleep(0.8)
    for source in sources:
        await source.close()
    await asyncio.gather(*taking)
    return list(zip(sources, packets, strict=True))
