"""Samples keep their places in a buffer, however they come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firing_analyzer.live_buffer import SampleBuffer
from recordings.model import Channel
from sensors.model import Block

RATE_HZ = 100.0
KEEP_S = 3.0


def block(samples: np.ndarray, first: int) -> Block:
    return Block("glute", first, samples[None], first / RATE_HZ, RATE_HZ)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=40),
    skips=st.lists(st.integers(0, 500), min_size=40, max_size=40),
    start=st.integers(0, 1000),
)
def test_the_latest_samples_are_those_that_came_with_nan_for_those_that_did_not(
    sizes: list[int], skips: list[int], start: int
) -> None:
    buffer = SampleBuffer(Channel("GM_L"), RATE_HZ, keep_s=KEEP_S)
    truth = np.full(start + sum(sizes) + sum(skips) + 1, np.nan)
    at = start
    for size, skipped in zip(sizes, skips, strict=False):
        samples = np.arange(at, at + size, dtype=np.float64)
        truth[at : at + size] = samples
        buffer.put(block(samples, at))
        assert buffer.end == at + size
        at += size + skipped
    end = buffer.end
    held = buffer.latest(KEEP_S)
    first = round(held.start_s * RATE_HZ)
    assert first + held.samples.size == end
    assert held.samples.size <= KEEP_S * RATE_HZ
    np.testing.assert_array_equal(held.samples, truth[first:end])


def test_late_samples_go_where_they_were_missing_and_replace_nothing() -> None:
    buffer = SampleBuffer(Channel("GM_L"), RATE_HZ, keep_s=KEEP_S)
    buffer.put(block(np.arange(10.0), 0))
    buffer.put(block(np.arange(20.0, 30.0), 20))
    first, new = buffer.put(block(np.full(15, 7.0), 8))
    assert (first, new.size) == (30, 0)
    np.testing.assert_array_equal(buffer.latest(1.0).samples[6:22], [6, 7, 8, 9, *[7] * 10, 20, 21])


def test_what_overlaps_is_taken_once() -> None:
    buffer = SampleBuffer(Channel("GM_L"), RATE_HZ, keep_s=KEEP_S)
    buffer.put(block(np.arange(10.0), 0))
    first, new = buffer.put(block(np.arange(5.0, 15.0), 5))
    assert first == 10
    np.testing.assert_array_equal(new, np.arange(10.0, 15.0))
    np.testing.assert_array_equal(buffer.latest(1.0).samples, np.arange(15.0))


def test_samples_that_have_not_come_are_nan() -> None:
    buffer = SampleBuffer(Channel("GM_L"), RATE_HZ, keep_s=KEEP_S)
    buffer.put(block(np.arange(100.0), 0))
    held = buffer.latest(3.0, until_s=1.5)
    assert held.samples.size == 150
    assert np.isnan(held.samples[100:]).all()
    assert buffer.latest(3.0, until_s=0.5).samples.size == 50


def test_times_follow_the_clock_as_it_is_known_last() -> None:
    buffer = SampleBuffer(Channel("GM_L"), RATE_HZ, keep_s=KEEP_S)
    buffer.put(Block("glute", 0, np.zeros((1, 100)), start_s=5.0, rate_hz=100.0))
    assert buffer.end_s == pytest.approx(6.0)
    buffer.put(Block("glute", 100, np.zeros((1, 100)), start_s=6.002, rate_hz=100.1))
    assert buffer.start_s == pytest.approx(6.002 - 100 / 100.1)
    assert buffer.latest(10.0).rate_hz == 100.1
