"""Whatever bytes come: samples or `PacketError`, nothing else."""

import math
import random
import struct
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from sensors.decoders import decoder_of
from sensors.devices.bitalino import frame_bytes
from sensors.devices.registry import PROFILES
from sensors.errors import PacketError
from sensors.model import Setting, Stream
from sensors.virtual.bitalino import encode as encode_bitalino
from sensors.virtual.ganglion import encode_falls, encode_values, encode_whole
from sensors.virtual.npg_lite import encode as encode_npg_lite
from sensors.virtual.umyo import encode_emg, encode_movement

Make = Callable[[int], bytes]
#: These wait for a frame, whatever comes.
STREAMS_OF_BYTES = ("bitalino", "shimmer")


def npg_lite_packet(channels: int) -> Make:
    return lambda number: encode_npg_lite(np.full((channels, 10), 2000.0 + number % 50), 10 * number)


def umyo_packet(number: int) -> bytes:
    front, kind = divmod(number % 10, 5)
    emg = encode_emg(np.full((24, 16, 8)[kind % 3], 8000.0 + number % 9), 24 * number)
    if kind == 3:
        return bytes([3] * front) + encode_movement(np.ones(3), np.zeros(3))
    if kind == 4:
        return bytes([1] * front) + emg.ljust(52, b"\1") + bytes(8)
    return bytes([2] * front) + emg


def bitalino_packet(inputs: int) -> Make:
    def make(number: int) -> bytes:
        size = frame_bytes(inputs)
        first = number * 20 // size
        frames = [encode_bitalino([(n // 9) % 64] * inputs, n) for n in range(first, first + 20 // size + 2)]
        return b"".join(frames)[number * 20 % size :][:20]

    return make


def ganglion_2_packet(number: int) -> bytes:
    place = number % 101
    if place == 0:
        return encode_whole([1000, -1000, 5, 0])
    return encode_falls(place, [number % 7 - 3] * 8, bits=18 + number // 101 % 2)


def ganglion_3_packet(number: int) -> bytes:
    return encode_values(number % 100, [-1000 * (number % 7), 5000] * 4, bits=18 + number // 100 % 2)


def movesense_packet(layout: str) -> Make:
    def make(number: int) -> bytes:
        vectors = {"acc": 1, "gyro": 1, "magn": 1, "imu6": 2, "imu9": 3, "ecg": 0}[layout]
        values = bytes(32) if layout == "ecg" else struct.pack("<24f", *range(24)) * vectors
        payload = struct.pack("<I", 77 * (number // 2)) + values
        if number % 12 < 6:
            return bytes([2, 1]) + payload
        return bytes([3, 1]) + payload[90:] if number % 2 else bytes([2, 1]) + payload[:90]

    return make


def shimmer_packet(number: int) -> bytes:
    stream = [
        b"\0" + (32 * n).to_bytes(3, "little") + bytes([0x80, 0, n % 100, 7, 0xFF, 0xFF, n % 90])
        for n in range(2 * number, 2 * number + 2)
    ]
    return b"".join(stream) if number % 9 else b"\xff" + stream[0] + bytes.fromhex("8a7101") + stream[1]


def gforce_packet(resolution: int) -> Make:
    def make(number: int) -> bytes:
        size = 64 if number % 12 < 6 else 128
        raw = bytes([8, number % 256]) + bytes(range(64)) * 2
        if size == 128:
            return raw
        return bytes([0xFF, 0]) + raw[64:] if number % 2 else bytes([0xFF, 1]) + raw[:64]

    return make if resolution == 12 else lambda number: bytes([8, number % 256]) + bytes(128)


def polar_packet(number: int) -> bytes:
    head = bytes([(2, 5, 2, 0)[number % 4]]) + (5_000_000 * number).to_bytes(8, "little")
    compressed = bytes.fromhex("F1FF1400F003 0601 7B0F08 0301 DF00")
    return head + (
        bytes([1]) + bytes(range(60)) if number % 4 == 0 else bytes([0x80 | number % 2]) + compressed
    )


KINDS: list[tuple[str, Mapping[str, Setting], Make]] = [
    ("npg_lite", {"channels": 3}, npg_lite_packet(3)),
    ("npg_lite", {"channels": 6}, npg_lite_packet(6)),
    ("umyo", {}, umyo_packet),
    *[("bitalino", {"inputs": inputs}, bitalino_packet(inputs)) for inputs in range(1, 7)],
    ("ganglion", {"firmware": 2}, ganglion_2_packet),
    ("ganglion", {"firmware": 3}, ganglion_3_packet),
    ("ganglion", {"firmware": 3, "first_cycle": "passed over"}, ganglion_3_packet),
    *[
        ("movesense", {"layout": layout, "rate_hz": 104}, movesense_packet(layout))
        for layout in ("acc", "gyro", "magn", "imu6", "imu9", "ecg")
    ],
    ("shimmer", {"channels": [0x1D, 0x1E, 0x1F], "divider": 32, "gains": [12, 4]}, shimmer_packet),
    ("gforce", {"resolution": 8}, gforce_packet(8)),
    ("gforce", {"resolution": 12}, gforce_packet(12)),
    ("polar", {"rate_hz": 52.0, "acc_factor": 0.25}, polar_packet),
]


def _name(value: object) -> str:
    return str(value) if isinstance(value, str | dict) else ""


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, at times the end cut off or lengthened."""
    changed = bytearray(raw)
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(changed))
        changed[place] = chance.choice((0, 1, 2, 3, 0xFF, chance.randrange(256)))
    if chance.random() < 0.2:
        del changed[chance.randrange(1, len(changed) + 1) :]
    if chance.random() < 0.1:
        changed += chance.randbytes(chance.randrange(1, 20))
    return bytes(changed)


def batter(name: str, settings: Mapping[str, Setting], make: Make, *, packets: int) -> tuple[int, int]:
    """Decode good, mutated and random packets in turn; return the numbers of samples and of refusals."""
    chance = random.Random(f"{name} {settings}")
    version = next(one.decoder_version for one in PROFILES.values() if one.decoder == name)
    decode = decoder_of(Stream("x", (), 1.0, "x", name, version, settings))
    taken = refused = 0
    for number in range(packets):
        raw = make(number)
        kind = chance.choice(["good", "mutated", "random"] if number // 50 % 2 else ["good"])
        if kind == "mutated":
            raw = mutated(raw, chance)
        elif kind == "random":
            size = len(raw) if chance.random() < 0.8 else chance.randrange(300)
            raw = chance.randbytes(size)
        try:
            decoded = decode(raw)
        except PacketError:
            refused += 1
            continue
        for one in decoded:
            assert one.samples.ndim == 2
            assert one.samples.dtype == np.float64
            assert one.samples.shape[1] > 0
            assert not np.isinf(one.samples).any()
            assert one.counter is None or one.counter >= 0
            assert one.device_s is None or math.isfinite(one.device_s)
            taken += one.samples.shape[1]
    return taken, refused


@pytest.mark.parametrize(("name", "settings", "make"), KINDS, ids=_name)
def test_random_and_mutated_packets_give_samples_or_a_packet_error(
    name: str, settings: Mapping[str, Setting], make: Make
) -> None:
    taken, refused = batter(name, settings, make, packets=1500)
    assert taken > 500
    assert refused > 0 or name in STREAMS_OF_BYTES


@pytest.mark.soak
@pytest.mark.parametrize(("name", "settings", "make"), KINDS, ids=_name)
def test_a_hundred_thousand_packets_give_samples_or_a_packet_error(
    name: str, settings: Mapping[str, Setting], make: Make
) -> None:
    taken, refused = batter(name, settings, make, packets=100_000)
    print(f"{name} {dict(settings)}: {taken} samples, {refused} packets refused")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("npg_lite", {"channels": 4}),
        ("npg_lite", {"channels": True}),
        ("bitalino", {"inputs": "two"}),
        ("ganglion", {"firmware": 1}),
        ("ganglion", {"first_cycle": None}),
        ("movesense", {"layout": "imu7"}),
        ("movesense", {"rate_hz": 100.0}),
        ("shimmer", {"channels": [0x1D]}),
        ("shimmer", {"channels": [1.5]}),
        ("shimmer", {"channels": [0x05]}),
        ("shimmer", {"gains": [12]}),
        ("shimmer", {"gains": [12, 5]}),
        ("shimmer", {"divider": 0}),
        ("gforce", {"resolution": 10}),
        ("gforce", {"batch_bytes": 100}),
        ("polar", {"rate_hz": 0}),
        ("polar", {"acc_factor": "one"}),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, settings: Mapping[str, Setting]) -> None:
    with pytest.raises(PacketError, match="setting"):
        decoder_of(Stream("x", (), 1.0, "x", name, 1, settings))
