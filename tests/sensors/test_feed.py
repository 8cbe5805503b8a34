"""Packets in, blocks out, the same live and from a journal."""

import itertools
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.model import Channel
from sensors.errors import SensorError
from sensors.feed import Feed
from sensors.model import Block, Packet, Stream
from sensors.packing import pack

RATE_HZ = 1000.0
SIZE = 10
SETTINGS = {"sample_type": "int24", "scale": 0.5, "counter_modulus": 16, "samples_per_count": SIZE}
GLUTE = Stream("glute", (Channel("GM_L", unit="uV"),), RATE_HZ, "glute", "packed", settings=SETTINGS)
PAIR = Stream(
    "pair",
    (Channel("a", unit="uV"), Channel("b", unit="uV")),
    RATE_HZ,
    "pair",
    "packed",
    settings={"sample_type": "float64", "counter_modulus": 2**16, "samples_per_count": SIZE},
)


def packet(number: int, *, late_s: float = 0.0, name: str = "glute") -> Packet:
    """The packet of this number: a ramp, so that every sample tells where it belongs."""
    stream = GLUTE if name == "glute" else PAIR
    ramp = np.arange(number * SIZE, (number + 1) * SIZE, dtype=np.float64)[None] * 0.5
    rows = np.vstack([ramp] if name == "glute" else [ramp, -ramp])
    modulus = stream.settings["counter_modulus"]
    sample_type = stream.settings["sample_type"]
    assert isinstance(modulus, int)
    assert sample_type in ("int24", "float64")
    raw = pack(
        rows, counter=number % modulus, device_s=number * SIZE / RATE_HZ,
        sample_type=sample_type, scale=0.5,
    )  # fmt: skip
    return Packet(name, (number + 1) * SIZE / RATE_HZ + late_s, raw)


def joined(blocks: Sequence[Block]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    for one, other in itertools.pairwise(blocks):
        assert other.first == one.first + one.samples.shape[1]
    return np.hstack([block.samples for block in blocks])


@given(st.lists(st.integers(1, 200), min_size=1, max_size=60, unique=True).map(sorted))
def test_every_sample_that_came_is_where_it_belongs(numbers: list[int]) -> None:
    feed = Feed([GLUTE])
    samples = joined([block for number in numbers for block in feed.take(packet(number))])[0]
    expected = np.full((numbers[-1] - numbers[0] + 1) * SIZE, np.nan)
    for number in numbers:
        at = (number - numbers[0]) * SIZE
        expected[at : at + SIZE] = np.arange(number * SIZE, (number + 1) * SIZE) * 0.5
    assert np.array_equal(samples, expected, equal_nan=True)
    placer = feed.placers["glute"]
    assert placer.received == len(numbers) * SIZE
    assert placer.lost == expected.size - placer.received


@given(st.lists(st.integers(0, 30), min_size=2, max_size=40))
def test_no_sample_comes_twice_whatever_comes_again_or_late(numbers: list[int]) -> None:
    feed = Feed([PAIR])
    arrivals = [
        packet(number, name="pair", late_s=max(numbers[: at + 1]) * SIZE / RATE_HZ - number * SIZE / RATE_HZ)
        for at, number in enumerate(numbers)
    ]
    blocks = [block for one in arrivals for block in feed.take(one)]
    samples = joined(blocks)[0]
    kept = samples[~np.isnan(samples)]
    assert len(set(kept.tolist())) == kept.size
    assert (np.diff(kept) > 0).all()
    assert samples[0] == numbers[0] * SIZE * 0.5


@given(st.binary(max_size=60))
def test_bytes_that_are_no_packet_are_counted_and_cost_nothing_else(garbage: bytes) -> None:
    expected = 16 + SIZE * 3
    feed = Feed([GLUTE])
    if len(garbage) == expected:
        garbage = garbage[:-1]
    blocks = [*feed.take(packet(0)), *feed.take(Packet("glute", 0.015, garbage)), *feed.take(packet(1))]
    understood = len(garbage) >= 16 and struct.unpack_from("<IdHH", garbage)[2:] == (1, 0)
    if not understood and feed.rejected["glute"] == 1:
        assert np.array_equal(joined(blocks)[0], np.arange(2 * SIZE) * 0.5)


def test_a_packet_of_another_number_of_channels_is_no_packet_of_the_stream() -> None:
    feed = Feed([GLUTE, PAIR])
    other = pack(np.zeros((2, SIZE)), sample_type="int24", scale=0.5)
    assert feed.take(Packet("glute", 0.01, other)) == []
    assert feed.rejected == {"glute": 1, "pair": 0}


def test_streams_do_not_disturb_one_another() -> None:
    feed = Feed([GLUTE, PAIR])
    blocks: dict[str, list[Block]] = {"glute": [], "pair": []}
    for number in range(30):
        for name in blocks:
            if (name, number) != ("glute", 7):
                blocks[name] += feed.take(packet(number, name=name))
    assert np.isnan(joined(blocks["glute"])).sum() == SIZE
    assert not np.isnan(joined(blocks["pair"])).any()
    assert joined(blocks["pair"]).shape == (2, 300)


def test_a_decoder_that_is_not_known_here_is_an_error_that_says_what_to_do() -> None:
    feed = Feed([Stream("glute", GLUTE.channels, RATE_HZ, "x", "mystery", 4)])
    with pytest.raises(SensorError, match=r"'mystery', version 4.*install"):
        feed.take(packet(0))
