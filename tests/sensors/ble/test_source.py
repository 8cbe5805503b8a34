"""A Bluetooth source: what it delivers, from the first sample to the last, over every stack."""

import asyncio

import numpy as np
import pytest

from sensors.address import parse_address
from sensors.ble.source import BluetoothSource, open_bluetooth
from sensors.errors import BluetoothTrouble, SourceUnavailable, SourceUriError
from sensors.feed import Feed
from sensors.model import Packet
from sensors.open import open_sources
from sensors.pace import RealPace
from tests.sensors.ble.bench import (
    DATA,
    PACKET,
    STACKS,
    Bench,
    RunOn,
    Taking,
    firmware_of,
    opened,
    ramp_of,
)


@pytest.mark.parametrize("stack", STACKS)
def test_two_muscles_on_one_device_share_its_connection_and_miss_nothing(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sources = opened(sensor, "#1", "#2")
        pace = RealPace()
        for source in sources:
            await source.start(pace)
        glute, shoulder = (source.streams[0] for source in sources)
        assert (glute.channels[0].label, shoulder.channels[0].label) == ("GM_L", "UT_R")
        assert glute.device == shoulder.device == f"Bench {sensor.address}"
        takings = [Taking(source) for source in sources]
        for taking in takings:
            await taking.until(lambda packets: len(packets) >= 30)
        assert sensor.connections == 1
        for source in sources:
            await source.close()
            await source.close()
        for taking in takings:
            await taking.task
        assert sensor.link is None
        assert firmware_of(sensor).commands == [b"WHO", b"GO", b"STOP"]
        assert sensor.sent is not None
        sent = [raw for characteristic, raw in sensor.sent if characteristic == DATA]
        for taking, row in zip(takings, (0.0, 0.1), strict=True):
            assert [packet.raw for packet in taking.packets] == sent[: len(taking.packets)]
            assert len(sent) - len(taking.packets) <= 2  # what was on its way when it was closed
            ramp = ramp_of(taking)
            assert np.allclose(np.diff(ramp), 1.0)
            assert ramp[0] % 1 == pytest.approx(row, abs=1e-9)
            arrivals = [packet.arrival_s for packet in taking.packets]
            assert arrivals == sorted(arrivals)

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_two_devices_are_found_in_one_scan_and_nothing_flows_before_both_are_connected(
    stack: str, run_on: RunOn
) -> None:
    async def scenario(bench: Bench) -> None:
        sensors = [await bench.add(), await bench.add()]
        sources = [opened(sensor, "#1")[0] for sensor in sensors]
        pace = RealPace()
        await asyncio.gather(*(source.start(pace) for source in sources))
        await asyncio.sleep(0.1)
        sent = [characteristic for sensor in sensors for characteristic, _ in sensor.sent or ()]
        assert DATA not in sent
        if bench.bluez is not None:
            members = [member for _, member in bench.bluez.calls]
            assert members.count("StartDiscovery") == members.count("StopDiscovery") == 1
            assert members.index("StopDiscovery") < members.index("Connect")
        takings = [Taking(source) for source in sources]
        for taking in takings:
            await taking.until(lambda packets: len(packets) >= 10)
        for source in sources:
            await source.close()
        for taking, sensor in zip(takings, sensors, strict=True):
            await taking.task
            assert {packet.stream for packet in taking.packets} == {"glute"}
            assert sensor.connections == 1

    run_on(stack, scenario)


def test_the_same_muscle_named_twice_is_refused(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sources = opened(sensor, "", "#1")
        pace = RealPace()
        await sources[0].start(pace)
        with pytest.raises(SourceUriError, match="the same muscle is named twice; name another channel"):
            await sources[1].start(pace)
        await sources[0].close()
        assert sensor.link is None

    run_on("memory", scenario)


def test_a_channel_that_is_not_there_is_refused_and_the_device_let_go(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#3")
        with pytest.raises(SourceUriError, match="channel 3 is not there, the device has 2"):
            await source.start(RealPace())
        assert sensor.link is None

    run_on("memory", scenario)


def test_a_sensor_that_only_one_of_two_sessions_uses_is_not_shared_between_them(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensors = [await bench.add(), await bench.add()]
        sources = [opened(sensor, "#1")[0] for sensor in sensors]
        for source in sources:
            await source.start(RealPace())
        await sources[0].close()
        assert sensors[0].link is None
        assert sources[1].status().connected
        await sources[1].close()

    run_on("memory", scenario)


def test_a_source_tells_how_it_is_from_the_beginning_to_the_end(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        firmware_of(sensor).battery = 12
        (source,) = opened(sensor, "#1")
        assert source.status().detail == "not started"
        with pytest.raises(SourceUnavailable, match="await start"):
            _ = source.streams
        await source.start(RealPace())
        status = source.status()
        assert (status.connected, status.battery_percent) == (True, 12.0)
        assert status.detail == "battery low, 12 %; charge it soon"
        await source.close()
        assert source.status().detail == "closed"
        with pytest.raises(SourceUnavailable, match="it was closed"):
            await source.start(RealPace())

    run_on("memory", scenario)


def test_an_empty_battery_is_refused_before_anything_is_recorded(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        firmware_of(sensor).battery = 3
        (source,) = opened(sensor, "#1")
        with pytest.raises(
            BluetoothTrouble, match="its battery is at 3 % and would not last; charge it"
        ) as told:
            await source.start(RealPace())
        assert told.value.kind == "battery_low"
        assert sensor.link is None

    run_on("memory", scenario)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("ble:bench", "'' is no Bluetooth address; copy the whole URI from firing-analyzer scan"),
        ("ble:bench:F0:00", "'F0:00' is no Bluetooth address"),
        ("ble:bensch:F0:00:00:00:00:01", "did you mean bench"),
        ("ble:bench:F0:00:00:00:00:01#glute", "write #1 for the first muscle"),
        ("ble:bench:F0:00:00:00:00:01#0", "write #1 for the first muscle"),
        ("ble:bench:F0:00:00:00:00:01?speed=2", "the option 'speed' is not known"),
    ],
)
@pytest.mark.usefixtures("run_on")
def test_a_uri_that_is_not_understood_says_what_to_write(uri: str, words: str) -> None:
    with pytest.raises(SourceUriError, match=words):
        open_bluetooth(parse_address(uri))


@pytest.mark.parametrize(
    "address", ["F0:00:00:00:00:0A", "f0:00:00:00:00:0a", "8C6B2A1E-93D4-4F8E-A2C7-1B5D9E3F7A60"]
)
@pytest.mark.usefixtures("run_on")
def test_addresses_of_every_system_are_understood(address: str) -> None:
    glute, shoulder = open_sources(f"ble:bench:{address}#1", f"ble:BENCH:{address}#2", leg="right")
    assert isinstance(glute, BluetoothSource)
    assert (glute.speed, shoulder.speed) == (1.0, 1.0)


def test_what_two_sources_deliver_is_placed_alike(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sources = opened(await bench.add(), "#1", "#2")
        pace = RealPace()
        for source in sources:
            await source.start(pace)
        takings = [Taking(source) for source in sources]
        for taking in takings:
            await taking.until(lambda packets: len(packets) >= 20)
        for source in sources:
            await source.close()
        firsts: list[list[int]] = []
        for taking in takings:
            await taking.task
            feed = Feed(taking.source.streams)
            blocks = [block for packet in taking.packets for block in feed.take(packet)]
            firsts.append([block.first for block in blocks])
            assert not any(feed.rejected.values())
        assert firsts[0] == firsts[1] == list(range(0, PACKET * len(firsts[0]), PACKET))

    run_on("memory", scenario)


def test_packets_of_a_source_that_was_not_started_cannot_be_had(run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        (source,) = opened(await bench.add(), "#1")
        with pytest.raises(SourceUnavailable, match="await start"):
            _: list[Packet] = [packet async for packet in source.packets()]
        await source.close()

    run_on("memory", scenario)
