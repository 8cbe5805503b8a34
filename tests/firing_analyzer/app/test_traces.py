"""What is sent to the screen: every sample once, in its place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firing_analyzer.app.traces import HEADER, TraceFeed
from firing_analyzer.live_signal import Muscle
from sensors.model import Block


def block(first: int, samples: np.ndarray, rate_hz: float = 1000.0) -> Block:
    return Block("glute", first, samples[None, :], first / rate_hz, rate_hz)


def read(messages: list[bytes]) -> list[tuple[int, int, np.ndarray]]:
    found: list[tuple[int, int, np.ndarray]] = []
    for message in messages:
        number, first, _, _ = HEADER.unpack_from(message)
        found.append((int(number), int(first), np.frombuffer(message, "<f4", offset=HEADER.size)))
    return found


def test_two_screens_get_the_same_samples_however_often_they_ask() -> None:
    feed = TraceFeed()
    rng = np.random.default_rng(1)
    often: dict[Muscle, int] = {}
    seldom: dict[Muscle, int] = {}
    parts: list[np.ndarray] = []
    for number in range(40):
        feed.take("glute", block(20 * number, rng.normal(size=20)))
        parts += [samples for _, _, samples in read(feed.since(often))]
    ((number, first, whole),) = read(feed.since(seldom))
    assert (number, first) == (1, 0)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert feed.since(often) == feed.since(seldom) == []


def test_a_gap_begins_a_message_of_its_own_in_its_place() -> None:
    feed = TraceFeed()
    feed.take("shoulder", block(0, np.ones(20)))
    feed.take("shoulder", block(60, np.ones(20)))
    feed.take("glute", block(5, np.ones(10)))
    assert [(number, first, samples.size) for number, first, samples in read(feed.since({}))] == [
        (0, 0, 20),
        (0, 60, 20),
        (1, 5, 10),
    ]


def test_lost_samples_stay_lost_and_do_not_spread() -> None:
    samples = np.ones(100)
    samples[40:50] = np.nan
    feed = TraceFeed()
    feed.take("glute", block(0, samples))
    ((_, _, drawn),) = read(feed.since({}))
    np.testing.assert_array_equal(np.isnan(drawn), np.isnan(samples))


def test_no_more_is_kept_than_is_shown() -> None:
    feed = TraceFeed()
    for number in range(2000):
        feed.take("glute", block(100 * number, np.zeros(100)))
    ((_, first, samples),) = read(feed.since({}))
    assert samples.size <= 5100
    assert first + samples.size == 200_000


def test_slow_drift_is_not_drawn_and_muscle_activity_is() -> None:
    times_s = np.arange(4000) / 1000
    feed = TraceFeed()
    for first in range(0, 4000, 50):
        slow = 500 * np.sin(2 * np.pi * 0.5 * times_s[first : first + 50]) + 1000
        fast = 40 * np.sin(2 * np.pi * 100 * times_s[first : first + 50])
        feed.take("glute", block(first, slow + fast))
    ((_, _, drawn),) = read(feed.since({}))
    settled = drawn[1000:]
    assert abs(float(settled.mean())) < 1
    assert 38 < float(np.abs(settled).max()) < 42


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=30), repeat=st.booleans())
def test_every_sample_is_sent_once(sizes: list[int], repeat: bool) -> None:  # noqa: FBT001
    feed = TraceFeed()
    drawn: dict[Muscle, int] = {}
    got = first = 0
    for size in sizes:
        part = block(first, np.zeros(size))
        feed.take("glute", part)
        if repeat:
            feed.take("glute", part)
        got += sum(samples.size for _, _, samples in read(feed.since(drawn)))
        first += size
    assert got == sum(sizes)
