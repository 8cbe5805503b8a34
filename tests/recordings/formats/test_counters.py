import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.errors import TimeError
from recordings.formats.counters import positions_from_counter
from recordings.formats.gaps import blank, spread


@given(
    bits=st.sampled_from([4, 8, 16]),
    start=st.integers(0, 2**16),
    steps=st.lists(st.integers(1, 7), min_size=400),
)
def test_gaps_are_found_through_wraps(bits: int, start: int, steps: list[int]) -> None:
    truth = np.concatenate(([0], np.cumsum(steps)))
    counter = (truth + start) % 2**bits
    seen_top = bits == 16 or counter.max() == 2**bits - 1
    if bits == 16 or not seen_top:
        counter = truth + start  # no wrap in so short a recording
    positions, _ = positions_from_counter(counter.astype(float), name="nSeq")
    np.testing.assert_array_equal(positions, truth)


def test_a_sixteen_bit_counter_may_wrap_in_a_gap() -> None:
    truth = np.r_[0:65_000, 66_000:70_000]
    positions, notes = positions_from_counter((truth % 65_536).astype(float), name="nSeq")
    np.testing.assert_array_equal(positions, truth)
    assert notes == []


def test_a_short_counter_says_that_gaps_may_be_longer() -> None:
    truth = np.r_[0:100, 107:300]
    positions, notes = positions_from_counter((truth % 16).astype(float), name="nSeq")
    np.testing.assert_array_equal(positions, truth)
    assert "7 lost samples" in notes[0]
    assert "every 16 samples" in notes[0]


@pytest.mark.parametrize(
    "counter", [[0, 1, 1, 2], [5, 4, 3], [0, 1, 2.5], [0, np.nan, 2], [-1, 0, 1], [0, 30_000, 1, 2]]
)
def test_a_counter_that_does_not_count_is_refused(counter: list[float]) -> None:
    with pytest.raises(TimeError, match="counter 'nSeq'"):
        positions_from_counter(np.array(counter), name="nSeq")


def test_a_lost_sample_keeps_its_place() -> None:
    np.testing.assert_array_equal(spread(np.array([1.0, 2.0]), np.array([0, 3])), [1, np.nan, np.nan, 2])
    np.testing.assert_array_equal(
        blank(np.arange(5.0), rate_hz=10, onset_s=0.1, duration_s=0.2), [0, np.nan, np.nan, 3, 4]
    )


def test_an_absurd_gap_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(TimeError, match="check the times for a jump"):
        spread(np.array([1.0, 2.0]), np.array([0, 10**12]))
