"""Worked examples of Shimmer, gForce and Polar, and what is asked of them."""

import asyncio
import itertools
import random
import struct
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sensors.decoders import Decoder
from sensors.devices import gforce, polar, shimmer
from sensors.devices.profile import Advertised, DeviceProfile, Part
from sensors.errors import PacketError, SourceUnavailable
from sensors.feed import Feed
from sensors.model import Decoded, Packet
from sensors.virtual.wire import streams_of_parts


class Scripted:
    """A device that gives the answers of a table, and remembers what was written."""

    def __init__(self, name: str, answers: Mapping[bytes, bytes]) -> None:
        self.advertised = Advertised("C0:00:00:00:00:01", name)
        self.written: list[bytes] = []
        self._answers = answers

    def has(self, characteristic: str) -> bool:
        return bool(characteristic)

    async def read(self, characteristic: str) -> bytes:
        return bytes([66]) if characteristic else b""

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:  # noqa: ARG002
        self.written.append(value)

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        *,
        answer_on: str,  # noqa: ARG002
        complete: Callable[[bytes], bool],
        within_s: float = 2.0,  # noqa: ARG002
    ) -> bytes:
        await self.write(characteristic, value)
        answer = self._answers.get(value, b"")
        if not complete(answer):
            raise SourceUnavailable(f"it does not answer {value!r}")
        return answer


def steps(profile: DeviceProfile, device: Scripted) -> tuple[tuple[Part, ...], float | None]:
    """Take a device through a session; return what it delivers, and its battery."""

    async def run() -> tuple[tuple[Part, ...], float | None]:
        parts = await profile.prepare(device)
        battery = None if profile.battery is None else await profile.battery(device)
        await profile.begin(device)
        await profile.end(device)
        return parts, battery

    return asyncio.run(run())


def test_shimmer_two_packets_of_one_channel() -> None:
    first, second = bytes.fromhex("00DED0B22607"), bytes.fromhex("001ED1B2FC06")
    third = bytes.fromhex("005ED1B20000")
    decode = shimmer.decoder({"channels": [0x12], "divider": 64})
    (decoded,) = decode(first + second + third)
    assert decoded.device_s == pytest.approx(357.632, abs=1e-3)
    assert decoded.counter == 0
    assert decoded.samples[0, :2].tolist() == [1830, 0x06FC]


def test_shimmer_inquiry() -> None:
    assert shimmer.read_inquiry(bytes.fromhex("FF0240000 1FF0109010112".replace(" ", ""))) == (64, (0x12,))
    with pytest.raises(PacketError):
        shimmer.read_inquiry(bytes.fromhex("FF024000"))


def test_shimmer_muscle_in_microvolt() -> None:
    decoded = shimmer_stream(shimmer_decoder(), [shimmer_packet(n, -12345, 12345) for n in range(3)])
    assert_allclose(decoded[0].samples[:, 0], [-296.8, 296.8], atol=0.05)


def shimmer_packet(number: int, one: int, two: int, *, ticks: int = 0) -> bytes:
    time = (ticks + 32 * number) % (1 << 24)
    return (
        b"\0"
        + time.to_bytes(3, "little")
        + b"\x80"
        + one.to_bytes(3, "big", signed=True)
        + two.to_bytes(3, "big", signed=True)
    )


def shimmer_decoder() -> Decoder:
    return shimmer.decoder({"channels": [0x1D, 0x1E, 0x1F], "divider": 32, "gains": [12, 12]})


def shimmer_stream(decode: Decoder, pieces: list[bytes]) -> list[Decoded]:
    return [one for piece in pieces for one in decode(piece)]


def counts(decoded: list[Decoded]) -> list[int]:
    scale = 2420e3 / (2**23 - 1) / 12
    return [round(value / scale) for one in decoded for value in one.samples[0].tolist()]


@given(
    st.integers(3, 60),
    st.integers(0, 1 << 24),
    st.lists(st.integers(0, 10_000), max_size=40),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["ff", "8a7100", "8a94ffff00", "ffff"]))),
)
def test_a_shimmer_stream_cut_anywhere_with_answers_in_between_gives_the_same_samples(
    n: int, ticks: int, places: list[int], answers: list[tuple[int, str]]
) -> None:
    packets = [shimmer_packet(number, 1000 + number, -5, ticks=ticks) for number in range(n)]
    for place, answer in answers:
        packets[place % n] = bytes.fromhex(answer) + packets[place % n]
    stream = b"".join(packets)
    bounds = [0, *sorted(place % len(stream) for place in places), len(stream)]
    pieces = [stream[begin:end] for begin, end in itertools.pairwise(bounds) if end > begin]
    decoded = shimmer_stream(shimmer_decoder(), pieces)
    # The last one waits for the one after it.
    assert counts(decoded) == [1000 + number for number in range(n - 1)]
    # Time and number go on across the end of the 24 bits.
    for one, two in itertools.pairwise(decoded):
        assert one.counter is not None
        assert two.counter == one.counter + one.samples.shape[1]
        assert one.device_s is not None
        assert two.device_s == pytest.approx(one.device_s + one.samples.shape[1] / 1024)


def test_after_garbage_shimmer_packets_are_found_again_within_three() -> None:
    chance = random.Random(4)
    for _ in range(300):
        decode = shimmer_decoder()
        decode(b"".join(shimmer_packet(number, number, 0) for number in range(8)))
        after = [shimmer_packet(number, number, 0) for number in range(108, 120)]
        decoded = counts(decode(chance.randbytes(chance.randrange(1, 60)) + b"".join(after)))
        assert decoded[-8:] == list(range(111, 119))


def test_lost_notifications_of_a_shimmer_leave_gaps_of_their_length() -> None:
    device = Scripted("Shimmer3R-A1B2", SHIMMER_ANSWERS)
    parts, _ = steps(shimmer.PROFILE_3R, device)
    streams = streams_of_parts(shimmer.PROFILE_3R, parts, name="glute")
    data = b"".join(shimmer_packet(number, number, 0, ticks=16_700_000) for number in range(20_000))
    chance = random.Random(8)
    feed = Feed(streams)
    pieces: list[np.ndarray[tuple[int, int], np.dtype[np.float64]]] = []
    at = 0
    while at < len(data):
        end = at + chance.randrange(20, 244)
        if at < 400 or chance.random() > 0.05:
            packet = Packet("glute", end / 11 / 1024 + 0.004, data[at:end])
            pieces += [block.samples for block in feed.take(packet)]
        at = end
    samples = np.hstack(pieces)[0]
    true = np.arange(samples.size) * 2420e3 / (2**23 - 1) / 12
    there = ~np.isnan(samples)
    assert_allclose(samples[there], true[there], atol=1e-9)
    assert 0.85 < there.mean() < 0.97
    assert samples.size > 19_900


SHIMMER_ANSWERS = {
    bytes.fromhex("08100000"): b"\xff",
    bytes.fromhex("052000"): b"\xff",
    b"\x01": bytes.fromhex("ff02 2000 01ff0109 03 01 1d1e1f"),
    bytes.fromhex("6300000a"): bytes.fromhex("ff62 0a") + bytes.fromhex("02a01069602000000203"),
}


def test_what_is_asked_of_a_shimmer() -> None:
    device = Scripted("Shimmer3R-A1B2", SHIMMER_ANSWERS)
    (part,), battery = steps(shimmer.PROFILE_3R, device)
    assert battery is None
    assert part.settings == {
        "channels": [0x1D, 0x1E, 0x1F],
        "divider": 32,
        "gains": [12, 12],
        "counter_modulus": 2**32,
    }
    assert device.written[-2:] == [b"\x07", b"\x20"]


def test_a_shimmer_without_a_muscle_unit_is_an_error() -> None:
    answers = {**SHIMMER_ANSWERS, b"\x01": bytes.fromhex("FF02400001FF0109010112")}
    with pytest.raises(SourceUnavailable, match="ExG"):
        steps(shimmer.PROFILE_3, Scripted("Shimmer3-A1B2", answers))


def test_gforce_eight_bits_without_a_number() -> None:
    raw = b"\x08" + bytes(range(0x80, 0x88)) + bytes([0x80]) * 120
    (decoded,) = gforce.decoder({"resolution": 8})(raw)
    assert decoded.counter is None
    assert decoded.samples.shape == (8, 16)
    microvolt = (decoded.samples[:, 0] - 128) * 2.5 / 1200 / 127 * 1e6
    assert_allclose(microvolt, [16.404 * count for count in range(8)], atol=0.01)


@pytest.mark.parametrize("number", [b"\x07", b"\x07\x01"])
def test_gforce_twelve_bits_with_a_number(number: bytes) -> None:
    raw = b"\x88" + number + struct.pack("<64H", *range(2000, 2064))
    (decoded,) = gforce.decoder({"resolution": 12})(raw)
    assert decoded.counter == 7
    assert decoded.samples.T.ravel().tolist() == list(range(2000, 2064))


def test_gforce_a_packet_in_parts_is_joined_and_one_with_a_part_missing_is_refused() -> None:
    raw = b"\x08\x05" + struct.pack("<64H", *range(64))
    cut = [raw[at : at + 18] for at in range(0, len(raw), 18)]
    parts = [bytes([0xFF, len(cut) - 1 - number]) + piece for number, piece in enumerate(cut)]
    decode = gforce.decoder({})
    assert [len(decode(part)) for part in parts] == [0] * (len(parts) - 1) + [1]
    for part in parts[:3] + parts[4:-1]:
        assert decode(part) == []
    with pytest.raises(PacketError, match="129 bytes and its number"):
        decode(parts[-1])
    assert len([one for part in parts for one in decode(part)]) == 1


GFORCE_ANSWERS = {
    bytes.fromhex("3ff401ff00800c"): bytes.fromhex("003f"),
    b"\x46": bytes.fromhex("0046 f401 ff00 80 0c"),
    b"\x26\x01": bytes.fromhex("0026"),
    b"\x08": bytes.fromhex("000850"),
}


def test_what_is_asked_of_a_gforce() -> None:
    device = Scripted("gForcePro+(622A)", GFORCE_ANSWERS)
    (part,), battery = steps(gforce.PROFILE, device)
    assert battery == 80
    assert part.settings == {
        "resolution": 12,
        "batch_bytes": 128,
        "counter_modulus": 256,
        "samples_per_count": 8,
    }
    assert device.written[-2:] == [bytes.fromhex("4f80000000"), bytes.fromhex("4f00000000")]


def test_a_gforce_that_refuses_is_an_error() -> None:
    answers = {**GFORCE_ANSWERS, bytes.fromhex("3ff401ff00800c"): bytes.fromhex("023f")}
    with pytest.raises(SourceUnavailable, match="code 2"):
        steps(gforce.PROFILE, Scripted("gForce", answers))


def test_polar_plain_frame() -> None:
    raw = bytes.fromhex("020094357700000000 01 F7FFFFFFE703")
    (decoded,) = polar.decoder({"rate_hz": 200})(raw)
    assert decoded.device_s == 2.0
    assert_allclose(decoded.samples[:, 0] / 9.80665e-3, [-9, -1, 999])


def test_polar_the_time_is_that_of_the_last_sample() -> None:
    raw = bytes.fromhex("020094357700000000 01") + struct.pack("<108h", *range(108))
    (decoded,) = polar.decoder({"rate_hz": 200})(raw)
    assert decoded.samples.shape == (3, 36)
    assert decoded.device_s == pytest.approx(2.0 - 35 / 200)


def test_polar_compressed_acceleration() -> None:
    raw = bytes.fromhex("020094357700000000 81 F1FF1400F003 0601 7B0F08")
    (decoded,) = polar.decoder({"rate_hz": 52})(raw)
    assert_allclose(decoded.samples.T / 9.80665e-3, [[-15, 20, 1008], [-20, 17, 1008]])


def test_polar_compressed_angular_rate() -> None:
    raw = bytes.fromhex("050094357700000000 80 EAFF08000D00 0301 DF00")
    (decoded,) = polar.decoder({"rate_hz": 52, "gyro_factor": 0.5})(raw)
    assert decoded.part == "gyro"
    assert_allclose(np.degrees(decoded.samples.T) / 0.5, [[-22, 8, 13], [-23, 11, 16]])


@given(
    st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), min_size=1, max_size=60),
    st.integers(17, 32),
    st.integers(1, 40),
)
def test_polar_differences_of_any_width_are_added_up(
    samples: list[tuple[int, int, int]], width: int, block: int
) -> None:
    body = struct.pack("<3h", *samples[0])
    steps_of = np.diff(np.array(samples), axis=0).tolist()
    for at in range(0, len(steps_of), block):
        some = [value for step in steps_of[at : at + block] for value in step]
        bits = sum((value & ((1 << width) - 1)) << (width * place) for place, value in enumerate(some))
        body += bytes([width, len(some) // 3]) + bits.to_bytes(-(-width * len(some) // 8), "little")
    assert polar.read_differences(body).tolist() == [list(one) for one in samples]


@pytest.mark.parametrize(("name", "starts"), [("Polar H10 1234", ["02"]), ("Polar Sense 1234", ["02", "05"])])
def test_what_is_asked_of_a_polar(name: str, starts: list[str]) -> None:
    commands = {
        "02": polar.START_H10_ACC if "H10" in name else polar.START_SENSE_ACC,
        "05": polar.START_SENSE_GYRO,
    }
    answers = {commands[one]: bytes.fromhex(f"f002{one}0000 0501 0000003f") for one in starts}
    answers |= {bytes.fromhex(f"03{one}"): bytes.fromhex(f"f003{one}0000") for one in starts}
    device = Scripted(name, answers)
    parts, battery = steps(polar.PROFILE, device)
    assert battery == 66
    assert len(parts) == len(starts)
    assert parts[0].settings["acc_factor"] == 0.5
    assert device.written[-len(starts) :] == [bytes.fromhex(f"03{one}") for one in starts]
    assert device.written[-2 * len(starts) : -len(starts)] == [commands[one] for one in starts]


def test_polar_commands_are_those_of_its_maker() -> None:
    assert bytes.fromhex("02 02 00 01 C8 00 01 01 10 00 02 01 08 00") == polar.START_H10_ACC
    assert bytes.fromhex("02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03") == polar.START_SENSE_ACC


def test_a_polar_in_its_charger_is_an_error() -> None:
    answers = {polar.START_H10_ACC: bytes.fromhex("f002020d")}
    with pytest.raises(SourceUnavailable, match="charger"):
        steps(polar.PROFILE, Scripted("Polar H10 1234", answers))
