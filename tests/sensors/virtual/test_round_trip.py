"""What a virtual sensor encodes, its decoder reads back; every sample in its place through `Feed`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recordings.model import FloatArray
from sensors.devices import bitalino, ganglion, movesense, npg_lite, umyo
from sensors.devices.profile import DeviceProfile
from sensors.feed import Feed
from sensors.model import Packet
from sensors.virtual import bitalino as virtual_bitalino
from sensors.virtual import ganglion as virtual_ganglion
from sensors.virtual import movesense as virtual_movesense
from sensors.virtual import npg_lite as virtual_npg_lite
from sensors.virtual import umyo as virtual_umyo
from sensors.virtual.firmware import Firmware, Take
from sensors.virtual.wire import Wire


class Person:
    """Samples that tell where they belong: row r of sample i is a known function of both."""

    def __init__(self, truth: Callable[["np.ndarray[tuple[int], np.dtype[np.int64]]"], FloatArray]) -> None:
        self._truth = truth
        self._next = 0

    def __call__(self, n: int) -> FloatArray:
        self._next += n
        return self._truth(np.arange(self._next - n, self._next))

    def true(self, n: int) -> FloatArray:
        return self._truth(np.arange(n))


def wave(rows: int, size: float) -> Person:
    """A wave of small numbers: no two stretches of it are alike."""

    def truth(index: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> FloatArray:
        steps = (index * 7919) % 1009 - 504.0
        return np.vstack([(steps + 13 * row) * size / 504 for row in range(rows)])

    return Person(truth)


@dataclass(frozen=True)
class Case:
    profile: DeviceProfile
    make: Callable[[Take], Firmware]
    person: Callable[[], Person]
    #: From what the decoder gives to what the person's muscles did.
    unscaled: Callable[[FloatArray], FloatArray]
    within: float
    #: Samples that one in so many is never sent of; 0 if all are.
    hole_every: int = 0
    #: First sample that is delivered.
    first: int = 0
    true_hz: float = 0.0

    @property
    def nominal_hz(self) -> float:
        """What the device claims."""
        streams, _ = asyncio.run(Wire(self.make(self.person())).record(self.profile, 0.0))
        return streams[0].nominal_rate_hz


CASES = {
    "npg_lite": Case(
        npg_lite.PROFILE, virtual_npg_lite.VirtualNpgLite, lambda: wave(3, 900.0), lambda x: x - 2048, 0.5
    ),
    "npg_lite of six": Case(
        npg_lite.PROFILE,
        lambda take: virtual_npg_lite.VirtualNpgLite(take, channels=6, true_rate_hz=497.0),
        lambda: wave(6, 900.0),
        lambda x: x - 2048,
        0.5,
        true_hz=497.0,
    ),
    "umyo": Case(
        umyo.PROFILE,
        lambda take: virtual_umyo.VirtualUmyo(take, true_rate_hz=1116.0),
        lambda: wave(1, 4000.0),
        lambda x: x - 8192,
        0.5,
        true_hz=1116.0,
    ),
    "umyo of version 2": Case(
        umyo.PROFILE,
        lambda take: virtual_umyo.VirtualUmyo(take, protocol=2, first_counter=2**32 - 1000),
        lambda: wave(1, 4000.0),
        lambda x: x - 8192,
        0.5,
    ),
    "bitalino": Case(
        bitalino.PROFILE,
        virtual_bitalino.VirtualBitalino,
        lambda: wave(2, 1400.0),
        lambda x: x,
        0.51 * bitalino.UV_PER_COUNT,
    ),
    "ganglion 3": Case(
        ganglion.PROFILE,
        virtual_ganglion.VirtualGanglion,
        lambda: wave(4, 400.0),
        lambda x: x,
        65 * ganglion.UV_PER_COUNT,
        hole_every=201,
        first=196,
    ),
    "ganglion 3 that begins regularly": Case(
        ganglion.PROFILE,
        lambda take: virtual_ganglion.VirtualGanglion(take, irregular_start=False),
        lambda: wave(4, 400.0),
        lambda x: x,
        65 * ganglion.UV_PER_COUNT,
        hole_every=201,
        first=201,
    ),
    "ganglion 2": Case(
        ganglion.PROFILE,
        lambda take: virtual_ganglion.VirtualGanglion(take, firmware=2),
        lambda: wave(4, 400.0),
        lambda x: x,
        202 * ganglion.UV_PER_COUNT,
    ),
    "movesense": Case(
        movesense.PROFILE, virtual_movesense.VirtualMovesense, lambda: wave(6, 30.0), lambda x: x, 1e-5
    ),
    "movesense with long notifications": Case(
        movesense.PROFILE,
        lambda take: virtual_movesense.VirtualMovesense(take, longest_notification=244, true_rate_hz=107.0),
        lambda: wave(6, 30.0),
        lambda x: x,
        1e-5,
        true_hz=107.0,
    ),
}


def recorded(case: Case, seconds: float) -> tuple[Feed, list[Packet], FloatArray]:
    person = case.person()
    streams, packets = asyncio.run(Wire(case.make(person)).record(case.profile, seconds))
    feed = Feed(streams)
    blocks = [block for packet in packets for block in feed.take(packet) if block.stream == "glute"]
    return feed, packets, np.hstack([block.samples for block in [*blocks, *feed.finish()]])


@pytest.mark.parametrize("name", CASES)
def test_every_sample_arrives_once_in_its_place(name: str) -> None:
    case = CASES[name]
    feed, packets, samples = recorded(case, 12.0)
    assert not any(feed.rejected.values())
    placer = feed.placers["glute"]
    assert samples.shape[1] > 10 * placer.stream.nominal_rate_hz
    assert max(len(packet.raw) for packet in packets) <= case.profile.least_notification or "six" in name or (
        case.profile.code == "movesense"
    )  # fmt: skip
    truth = case.person().true(case.first + samples.shape[1])[:, case.first :]
    holes = np.isnan(samples)
    if case.hole_every:
        assert (np.flatnonzero(holes[0]) % case.hole_every == case.hole_every - 1).all()
        assert holes[0].sum() == samples.shape[1] // case.hole_every == placer.lost
    else:
        assert not holes.any()
        assert placer.lost == 0
    np.testing.assert_allclose(case.unscaled(samples)[~holes], truth[~holes], atol=case.within, rtol=0)
    assert placer.duplicates == placer.late == placer.in_doubt == 0


@pytest.mark.parametrize("name", CASES)
def test_the_true_rate_is_measured_whatever_the_device_claims(name: str) -> None:
    case = CASES[name]
    feed, _, _ = recorded(case, 20.0)
    rate_hz, _ = feed.placers["glute"].clock.line()
    assert rate_hz == pytest.approx(case.true_hz or case.nominal_hz, rel=1e-3)


counts_10 = st.lists(st.integers(0, 1023), min_size=4, max_size=4)
counts_6 = st.lists(st.integers(0, 63), min_size=2, max_size=2)


@given(counts_10, counts_6, st.integers(1, 6), st.integers(0, 15), st.integers(0, 15))
def test_a_bitalino_frame_holds_what_was_put_in(
    fine: list[int], coarse: list[int], inputs: int, sequence: int, lines: int
) -> None:
    counts = [*fine, *coarse][:inputs]
    frame = virtual_bitalino.encode(counts, sequence, lines=lines)
    assert bitalino.read_frame(frame, inputs) == counts
    assert frame[-1] >> 4 == sequence
    assert frame[-2] >> 4 == lines
    assert bitalino.checksum(frame) == frame[-1] & 0xF


@given(arrays(np.float64, (6, 10), elements=st.integers(0, 4095).map(float)), st.integers(0, 255))
def test_an_npg_lite_notification_holds_what_was_put_in(counts: FloatArray, counter: int) -> None:
    (decoded,) = npg_lite.decoder({"channels": 6})(virtual_npg_lite.encode(counts, counter))
    assert decoded.counter == counter
    assert np.array_equal(decoded.samples, counts)


@given(
    st.sampled_from([8, 16, 24]).flatmap(
        lambda n: arrays(np.float64, n, elements=st.integers(0, 16383).map(float))
    ),
    st.integers(0, 2**32 - 1),
)
def test_a_umyo_notification_holds_what_was_put_in(counts: FloatArray, counter: int) -> None:
    (decoded,) = umyo.decoder({})(virtual_umyo.encode_emg(counts, counter))
    assert decoded.counter == counter
    assert np.array_equal(decoded.samples[0], counts)


@given(
    arrays(np.float64, 3, elements=st.floats(-19.6, 19.6)), arrays(np.float64, 3, elements=st.floats(-10, 10))
)
def test_umyo_movement_is_read_back_within_a_count(acc: FloatArray, gyro: FloatArray) -> None:
    decode = umyo.decoder({})
    decode(virtual_umyo.encode_emg(np.zeros(8), 96))
    imu = decode(virtual_umyo.encode_movement(acc, gyro))[0]
    np.testing.assert_allclose(imu.samples[:3, 0], acc, atol=umyo.ACC_M_S2 * 0.51)
    np.testing.assert_allclose(imu.samples[3:, 0], gyro, atol=umyo.GYRO_RAD_S * 0.51)


counts_24 = st.lists(st.integers(-(2**23), 2**23 - 1), min_size=8, max_size=8)


@given(counts_24, st.integers(0, 99), st.sampled_from([18, 19]))
def test_a_ganglion_packet_of_firmware_3_holds_all_but_the_lowest_bits(
    counts: list[int], number: int, bits: int
) -> None:
    (decoded,) = ganglion.decoder({"firmware": 3})(virtual_ganglion.encode_values(number, counts, bits=bits))
    assert decoded.counter == 2 * number
    values = np.rint(decoded.samples.T.ravel() / ganglion.UV_PER_COUNT)
    assert (values <= counts).all()
    assert (np.array(counts) - values < 2 << (24 - bits)).all()


@given(
    st.lists(st.integers(-(2**16), 2**16), min_size=4, max_size=4),
    st.lists(
        st.lists(st.integers(-(2**17) + 1, 2**17 - 1), min_size=8, max_size=8), min_size=1, max_size=100
    ),
    st.sampled_from([18, 19]),
)
def test_ganglion_packets_of_firmware_2_add_up_to_within_a_count_a_sample(
    whole: list[int], falls: list[list[int]], bits: int
) -> None:
    decode = ganglion.decoder({"firmware": 2})
    (first,) = decode(virtual_ganglion.encode_whole(whole))
    assert np.rint(first.samples[:, 0] / ganglion.UV_PER_COUNT).tolist() == whole
    level = np.array(whole)
    for number, fall in enumerate(falls, start=1):
        (decoded,) = decode(virtual_ganglion.encode_falls(number, fall, bits=bits))
        assert decoded.counter == 2 * number - 1
        for column in (0, 1):
            level = level - np.array(fall[4 * column : 4 * column + 4])
            got = np.rint(decoded.samples[:, column] / ganglion.UV_PER_COUNT)
            assert (np.abs(got - level) <= 2 * number - 1 + column).all()


@given(
    arrays(np.float64, (6, 8), elements=st.floats(-50, 50, width=32)),
    st.integers(0, 2**32 - 1),
    st.integers(40, 244),
)
def test_a_movesense_packet_holds_what_was_put_in_however_it_is_cut(
    movement: FloatArray, time_ms: int, longest: int
) -> None:
    decode = movesense.decoder({"layout": "imu6", "rate_hz": 104})
    parts = virtual_movesense.encode(movement, time_ms, 7, longest=longest)
    decoded = [one for part in parts for one in decode(part)]
    assert len(decoded) == 1
    assert decoded[0].device_s == time_ms / 1000
    np.testing.assert_allclose(decoded[0].samples, movement, rtol=1e-6, atol=1e-30)
