import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.errors import TimeError
from recordings.formats.even_times import place_on_grid


@settings(max_examples=60)
@given(
    rate_hz=st.sampled_from([100.0, 199.0, 500.0, 1000.0, 1259.259, 2000.0, 2148.148]),
    lost=st.sets(st.integers(1, 998), max_size=300),
    jitter=st.floats(0, 0.2),
    start_s=st.floats(0, 1000),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_lost_sample_is_found_despite_jitter(
    rate_hz: float, lost: set[int], jitter: float, start_s: float, seed: int
) -> None:
    kept = np.array([i for i in range(1000) if i not in lost])
    noise = np.random.default_rng(seed).uniform(-jitter, jitter, kept.size)
    even = place_on_grid(start_s + (kept + noise) / rate_hz)
    np.testing.assert_array_equal(even.positions, kept)
    assert even.rate_hz == pytest.approx(rate_hz, rel=1e-3)


@pytest.mark.parametrize("jitter", [0.3, 0.4, 0.45])
def test_jitter_just_below_half_a_sample_is_not_taken_for_gaps(jitter: float) -> None:
    kept = np.delete(np.arange(60_000), np.r_[7000:7003, 20_000, 45_000:45_040])
    times = np.sort((kept + np.random.default_rng(1).uniform(-jitter, jitter, kept.size)) / 1000)
    even = place_on_grid(times)
    np.testing.assert_array_equal(even.positions, kept)
    assert even.rate_hz == pytest.approx(1000, rel=1e-5)


def test_a_clock_that_drifts_makes_no_gaps() -> None:
    steps = 0.001 * (1 + 2e-4 * np.linspace(-1, 1, 200_000))
    even = place_on_grid(np.cumsum(steps))
    np.testing.assert_array_equal(even.positions, np.arange(200_000))


@pytest.mark.parametrize(("rate_hz", "digits"), [(2000.0, 4), (1259.259, 4), (1000.0, 3), (1925.926, 6)])
def test_times_rounded_in_print_give_the_rate_and_no_gap(rate_hz: float, digits: int) -> None:
    times = np.round(np.arange(50_000) / rate_hz, digits)
    even = place_on_grid(times)
    np.testing.assert_array_equal(even.positions, np.arange(50_000))
    assert even.rate_hz == pytest.approx(rate_hz, rel=1e-6)


def test_a_round_rate_is_found_exactly() -> None:
    assert place_on_grid(np.arange(1000) / 2000).rate_hz == 2000.0
    assert place_on_grid(np.round(np.arange(1000) / 2148.148, 9)).rate_hz == 2148.148


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0.0, 0.1, 0.05, 0.2], "runs backwards at row 3"),
        ([0.0, 0.1, 0.1, 0.2], "repeats at row 3"),
        ([0.0, np.nan, 0.2], "time of row 2 is missing"),
        ([0.0], "fewer than two samples"),
        ([], "fewer than two samples"),
    ],
)
def test_times_that_make_no_sense_are_refused_by_row(times: list[float], message: str) -> None:
    with pytest.raises(TimeError, match=message):
        place_on_grid(np.array(times))


def test_a_stated_rate_that_the_times_contradict_is_refused() -> None:
    with pytest.raises(TimeError, match=r"stated rate is 1000 Hz but the times step at 2000 Hz"):
        place_on_grid(np.arange(100) / 2000, rate_hz=1000)
