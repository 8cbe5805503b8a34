"""Streams of bytes, cut anywhere, with garbage in between."""

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.devices import bitalino
from sensors.devices.framing import CONFIRM
from sensors.model import Decoded
from sensors.virtual.bitalino import encode

INPUTS = st.integers(1, 6)


def frames(n: int, inputs: int, *, first: int = 0) -> list[bytes]:
    """Frames whose first input counts them."""
    return [
        encode([number % 1024, *[(7 * number) % 64] * (inputs - 1)], number)
        for number in range(first, first + n)
    ]


def first_inputs(decoded: list[Decoded]) -> list[int]:
    return [
        round(value / bitalino.UV_PER_COUNT + bitalino.MIDDLE)
        for one in decoded
        for value in one.samples[0].tolist()
    ]


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[begin:end] for begin, end in itertools.pairwise(bounds) if end > begin]


def read(pieces: list[bytes], decode: Callable[[bytes], list[Decoded]]) -> list[Decoded]:
    return [one for piece in pieces for one in decode(piece)]


@given(INPUTS, st.integers(CONFIRM, 60), st.integers(0, 15), st.lists(st.integers(0, 10_000), max_size=40))
def test_a_bitalino_stream_cut_anywhere_gives_the_same_samples(
    inputs: int, n: int, first: int, places: list[int]
) -> None:
    stream = b"".join(frames(n, inputs, first=first))
    decoded = read(cut(stream, places), bitalino.decoder({"inputs": inputs}))
    assert first_inputs(decoded) == list(range(first, first + n))
    counter = first
    for one in decoded:
        assert one.counter == counter % 16
        counter += one.samples.shape[1]


def test_a_bitalino_stream_cut_at_every_byte_gives_the_same_samples() -> None:
    stream = b"".join(frames(20, 2))
    whole = first_inputs(bitalino.decoder({"inputs": 2})(stream))
    for place in range(len(stream)):
        assert first_inputs(read(cut(stream, [place]), bitalino.decoder({"inputs": 2}))) == whole
    singly = [bytes([byte]) for byte in stream]
    assert first_inputs(read(singly, bitalino.decoder({"inputs": 2}))) == whole == list(range(20))


@pytest.mark.parametrize("inputs", range(1, 7))
def test_after_garbage_bitalino_frames_are_found_again_within_three(inputs: int) -> None:
    """Garbage may by chance look like the frame after the last one, once in 256."""
    chance = random.Random(inputs)
    wrong = found = 0
    for _ in range(400):
        decode = bitalino.decoder({"inputs": inputs})
        decode(b"".join(frames(8, inputs)))
        garbage = chance.randbytes(chance.randrange(1, 40))
        first = 100 + chance.randrange(16)
        after = frames(12, inputs, first=first)
        decoded = first_inputs(decode(garbage + b"".join(after)))
        true = {*range(100, 140)}
        wrong += len([value for value in decoded if value not in true])
        sent = [(first + number) % 1024 for number in range(12)]
        assert decoded[-12 + CONFIRM :] == sent[CONFIRM:]
        found += decoded[-12:] == sent
    assert wrong <= 6
    assert found > 380


def test_a_lost_piece_that_is_no_whole_number_of_frames_costs_only_what_it_cuts() -> None:
    stream = b"".join(frames(40, 3))
    pieces = [stream[at : at + 20] for at in range(0, len(stream), 20)]
    decoded = read(pieces[:3] + pieces[4:], bitalino.decoder({"inputs": 3}))
    lost = {number for number in range(40) if number * 6 < 80 and number * 6 + 6 > 60}
    assert first_inputs(decoded) == [number for number in range(40) if number not in lost]
    assert decoded[0].counter == 0
    after = next(one for one in decoded if first_inputs([one])[0] == max(lost) + 1)
    assert after.counter == (max(lost) + 1) % 16


def test_a_new_connection_forgets_half_a_frame() -> None:
    decode = bitalino.decoder({"inputs": 2})
    old, new = frames(5, 2), frames(5, 2, first=50)
    assert len(first_inputs(decode(b"".join(old)[:-2]))) == 4
    assert decode(b"") == []
    assert first_inputs(decode(b"".join(new))) == list(range(50, 55))
