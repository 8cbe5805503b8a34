"""Notifications that get lost leave a gap of their length, with every device; samples tell their place."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recordings.model import Channel, FloatArray
from sensors.devices import bitalino, ganglion, movesense, npg_lite, umyo
from sensors.devices.profile import DeviceProfile
from sensors.feed import Feed
from sensors.model import Packet, Stream
from sensors.virtual.bitalino import VirtualBitalino
from sensors.virtual.firmware import Firmware, Take
from sensors.virtual.ganglion import VirtualGanglion
from sensors.virtual.movesense import VirtualMovesense
from sensors.virtual.npg_lite import VirtualNpgLite
from sensors.virtual.umyo import VirtualUmyo
from sensors.virtual.wire import Wire

#: Distinct values in a row of samples; each is far from its neighbours for all devices' resolutions.
CODES = 211


def numbered(rows: int, step: float) -> Take:
    """Samples whose value is their number, modulo a prime, times a step."""
    count = 0

    def take(n: int) -> FloatArray:
        nonlocal count
        count += n
        return np.tile(numbers(count - n, n) * step, (rows, 1))

    return take


def numbers(first: int, n: int) -> FloatArray:
    return (np.arange(first, first + n) % CODES - CODES // 2).astype(np.float64)


Make = Callable[[], Firmware]
DEVICES: dict[str, tuple[DeviceProfile, Make, float, float, int]] = {
    "npg_lite": (npg_lite.PROFILE, lambda: VirtualNpgLite(numbered(3, 10.0)), 10.0, 2048.0, 20),
    "umyo": (umyo.PROFILE, lambda: VirtualUmyo(numbered(1, 10.0)), 10.0, 8192.0, 20),
    "bitalino": (bitalino.PROFILE, lambda: VirtualBitalino(numbered(2, 12.0)), 12.0, 0.0, 3),
    "ganglion 3": (ganglion.PROFILE, lambda: VirtualGanglion(numbered(4, 2.0)), 2.0, 0.0, 40),
    "ganglion 2": (ganglion.PROFILE, lambda: VirtualGanglion(numbered(4, 2.0), firmware=2), 2.0, 0.0, 40),
    "movesense": (
        movesense.PROFILE,
        lambda: VirtualMovesense(numbered(6, 0.1), longest_notification=244),
        0.1,
        0.0,
        10,
    ),
    "movesense in two parts": (movesense.PROFILE, lambda: VirtualMovesense(numbered(6, 0.1)), 0.1, 0.0, 3),
}


def placed(streams: tuple[Stream, ...], packets: list[Packet]) -> tuple[Feed, FloatArray]:
    feed = Feed(streams)
    blocks = [block for packet in packets for block in feed.take(packet)]
    blocks = [block for block in [*blocks, *feed.finish()] if block.stream == "glute"]
    return feed, np.hstack([block.samples for block in blocks])


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("seed", range(3))
def test_lost_notifications_leave_gaps_of_their_length(name: str, seed: int) -> None:
    profile, make, step, middle, longest = DEVICES[name]
    streams, packets = asyncio.run(Wire(make()).record(profile, 15.0))
    chance = random.Random(seed)
    kept: list[Packet] = []
    place = 0
    while place < len(packets):
        kept.append(packets[place])
        place += 1 + (chance.randrange(1, longest + 1) if place > 100 and chance.random() < 0.03 else 0)
    feed, whole = placed(streams, packets)
    _, samples = placed(streams, kept)
    places = np.flatnonzero(~np.isnan(samples[0]))
    first = round((whole[0][0] - middle) / step + CODES // 2)
    codes = np.rint((samples[0][places] - middle) / step + CODES // 2).astype(int)
    assert np.array_equal(codes, (first + places) % CODES)
    assert feed.placers["glute"].lost < places.size < whole.shape[1] - 20
    # The end may be lost, nothing else may be missing from the row.
    assert whole.shape[1] - longest * 200 <= samples.shape[1] <= whole.shape[1]


def test_a_lost_packet_of_firmware_2_costs_samples_until_the_next_whole_one_and_no_wrong_one() -> None:
    profile, make, _, _, _ = DEVICES["ganglion 2"]
    streams, packets = asyncio.run(Wire(make()).record(profile, 5.0))
    feed, samples = placed(streams, [*packets[:130], *packets[131:]])
    lost = np.flatnonzero(np.isnan(samples[0]))
    assert lost[0] == 201 + 2 * 28 + 1 + 0
    assert lost[-1] == 2 * 201 - 1
    assert lost.size == lost[-1] - lost[0] + 1 == feed.placers["glute"].lost


@pytest.mark.parametrize("name", ["npg_lite", "umyo", "bitalino", "ganglion 3", "ganglion 2", "movesense"])
def test_after_a_new_connection_samples_are_in_their_place_again(name: str) -> None:
    """Devices that count on are placed exactly, the others by arrival, to within a few milliseconds."""
    profile, make, step, middle, _ = DEVICES[name]
    firmware = make()

    async def twice() -> tuple[tuple[Stream, ...], list[Packet]]:
        wire = Wire(firmware)
        streams, packets = await wire.record(profile, 8.0)
        firmware.disconnected()
        wire.now_s += 3.21
        _, more = await wire.record(profile, 8.0)
        return streams, [*packets, Packet("glute", more[0].arrival_s, b""), *more]

    streams, packets = asyncio.run(twice())
    feed, samples = placed(streams, packets)
    places = np.flatnonzero(~np.isnan(samples[0]))
    first = round((samples[0][0] - middle) / step + CODES // 2)
    codes = np.rint((samples[0][places] - middle) / step + CODES // 2).astype(int)
    off = (first + places - codes + CODES // 2) % CODES - CODES // 2
    rate_hz = feed.placers["glute"].stream.nominal_rate_hz
    assert feed.placers["glute"].lost > 3.2 * rate_hz
    exact = name in ("umyo", "movesense")
    assert np.abs(off).max() <= (0 if exact else 0.012 * rate_hz + 1)
    assert not off[: places.size // 3].any()


def test_umyo_movement_keeps_its_place_beside_the_emg_when_notifications_get_lost() -> None:
    firmware = VirtualUmyo(numbered(1, 10.0), take_movement=numbered(6, 0.1))
    streams, packets = asyncio.run(Wire(firmware).record(umyo.PROFILE, 20.0))
    chance = random.Random(5)
    feed = Feed(streams)
    blocks = [block for packet in packets if chance.random() > 0.1 for block in feed.take(packet)]
    samples = np.hstack([block.samples for block in blocks if block.stream == "glute-imu"])
    places = np.flatnonzero(~np.isnan(samples[0]))
    codes = np.rint(samples[0][places] / 0.1 + CODES // 2).astype(int)
    off = (codes - codes[0] - places + CODES // 2) % CODES - CODES // 2
    # Beside the EMG before it: where that one got lost, beside the one before that, half a sample away.
    assert np.abs(off).max() <= 1
    assert np.mean(off == 0) > 0.9
    assert 0.8 < places.size / samples.shape[1] < 0.95


@pytest.mark.parametrize("number", [1, 2])
def test_recorded_packet_numbers_of_a_ganglion_agree_with_201_conversions(
    shared_data: Path, number: int
) -> None:
    table = np.genfromtxt(
        shared_data / "real" / f"ganglion_arrivals_{number}.csv", delimiter=",", skip_header=1
    )
    stream = Stream(
        "glute",
        (Channel("a"), Channel("b"), Channel("c"), Channel("d")),
        ganglion.RATE_HZ,
        "g",
        "ganglion",
        settings={"firmware": 3, "first_cycle": "passed over", "counter_modulus": ganglion.CYCLE},
    )
    packets = [Packet("glute", at_s, bytes([int(one)]) + bytes(19)) for one, at_s in table.tolist()]
    feed, samples = placed((stream,), packets)
    placer = feed.placers["glute"]
    holes = np.flatnonzero(np.isnan(samples[0]))
    assert (holes % 201 == 200).all()
    assert placer.in_doubt == placer.late == placer.duplicates == 0
    # Delivered samples: 199.0 a second. Converted ones, the missing included, are what the device claims.
    assert placer.clock.line()[0] == pytest.approx(200.0, abs=0.05)
