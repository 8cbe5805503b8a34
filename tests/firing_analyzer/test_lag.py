"""The lag of two onsets against what probability theory says of differences."""

from typing import cast, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import special

from firing_analyzer.lag import Lag, lag_between, order_of
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.result import Order


def normal(
    mean_s: float, sd_s: float, *, shape_sd_s: float = 0.0, step_s: float = 0.005, later_s: float = 0.0
) -> OnsetPosterior:
    """A normal onset; the probability of each grid point is that of its own step."""
    first = np.floor((mean_s - 6 * sd_s) / step_s)
    time_s = (first + np.arange(int(12 * sd_s / step_s) + 3)) * step_s
    edges = np.append(time_s - step_s / 2, time_s[-1] + step_s / 2)
    share = np.diff(special.ndtr((edges - mean_s) / sd_s))
    moved_s = np.asarray(time_s + later_s, dtype=np.float64)
    return OnsetPosterior(moved_s, share / share.sum(), shape_sd_s)


def below(lag_ms: float, mean_ms: float, sd_ms: float) -> float:
    return float(special.ndtr((lag_ms - mean_ms) / sd_ms))


@pytest.mark.parametrize("clock_ms", [0.0, 10.0, 25.0])
@pytest.mark.parametrize("sds_ms", [(12.0, 20.0), (30.0, 30.0), (8.0, 45.0)])
def test_two_normal_onsets_give_a_normal_lag(sds_ms: tuple[float, float], clock_ms: float) -> None:
    glute, shoulder = normal(12.4127, sds_ms[0] / 1000), normal(12.2703, sds_ms[1] / 1000)
    lag = lag_between(glute, shoulder, clock_error_ms=clock_ms)
    # a grid of 5 ms and straight lines between its points add a little to the spread
    sd = float(np.sqrt(sds_ms[0] ** 2 + sds_ms[1] ** 2 + clock_ms**2 + 2 * 25 / 12))
    assert lag.median_ms == pytest.approx(-142.4, abs=0.4)
    low, high = lag.interval_ms(0.95)
    assert low == pytest.approx(-142.4 - 1.96 * sd, abs=0.02 * sd + 1.0)
    assert high == pytest.approx(-142.4 + 1.96 * sd, abs=0.02 * sd + 1.0)
    for margin in (50.0, 140.0):
        first, together, last = lag.shares(margin)
        assert first == pytest.approx(below(-margin, -142.4, sd), abs=0.03)
        assert last == pytest.approx(1 - below(margin, -142.4, sd), abs=0.03)
        assert together == pytest.approx(1 - first - last)


@pytest.mark.parametrize("clock_ms", [2.0, 10.0, 40.0])
def test_a_clock_error_adds_as_a_square(clock_ms: float) -> None:
    glute, shoulder = normal(5.0, 0.02), normal(5.1, 0.02)
    spreads: list[float] = []
    for error in (0.0, clock_ms):
        lag = lag_between(glute, shoulder, clock_error_ms=error)
        mean = float(lag.probability @ lag.lag_ms)
        spreads.append(float(lag.probability @ (lag.lag_ms - mean) ** 2))
        assert mean == pytest.approx(100.0, abs=0.5)
    assert np.sqrt(spreads[1] - spreads[0]) == pytest.approx(clock_ms, rel=0.03, abs=0.3)


def test_a_clock_error_is_not_the_repetition_s_own() -> None:
    """It is shared by the session and added once after pooling, so the own error must leave it out."""
    glute, shoulder = normal(5.0, 0.02), normal(5.1, 0.015)
    without, with_clock = lag_between(glute, shoulder), lag_between(glute, shoulder, clock_error_ms=30.0)
    assert with_clock.sd_ms == pytest.approx(without.sd_ms)
    assert without.sd_ms == pytest.approx(25.0, rel=0.05)


def test_own_error_and_that_of_the_rise_make_up_the_whole() -> None:
    lag = lag_between(normal(5.0, 0.03, shape_sd_s=0.02), normal(5.2, 0.03, shape_sd_s=0.012))
    mean = float(lag.probability @ lag.lag_ms)
    whole = float(lag.probability @ (lag.lag_ms - mean) ** 2)
    assert lag.shape_sd_ms == pytest.approx(np.hypot(20, 12))
    assert lag.sd_ms**2 + lag.shape_sd_ms**2 == pytest.approx(whole, rel=0.01)


def test_an_own_error_is_never_nothing() -> None:
    lag = lag_between(normal(5.0, 0.01, shape_sd_s=0.05), normal(5.0, 0.01, shape_sd_s=0.05))
    assert lag.sd_ms > 0


@given(
    st.floats(0.1, 500),
    st.floats(0.1, 500),
    st.floats(0.006, 0.08),
    st.floats(0.006, 0.08),
    st.floats(1, 300),
)
def test_shares_sum_to_one_and_swapping_mirrors(
    glute_s: float, shoulder_s: float, glute_sd: float, shoulder_sd: float, margin_ms: float
) -> None:
    shoulder_s = glute_s + (shoulder_s - glute_s) / 1000
    glute, shoulder = normal(glute_s, glute_sd), normal(shoulder_s, shoulder_sd)
    one, other = lag_between(glute, shoulder), lag_between(shoulder, glute)
    shares = one.shares(margin_ms)
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) >= 0
    assert one.probability.sum() == pytest.approx(1.0)
    assert one.median_ms == pytest.approx(-other.median_ms, abs=0.05)
    # a lag that falls exactly on the margin may go either way: one point of a grid of 1 ms
    assert_allclose(shares, other.shares(margin_ms)[::-1], atol=1.01 * float(one.probability.max()))
    assert one.median_ms == pytest.approx(1000 * (shoulder_s - glute_s), abs=1.0)


@given(st.floats(0.006, 0.05), st.floats(0.006, 0.05), st.floats(0.001, 30))
def test_quantiles_never_fall(glute_sd: float, shoulder_sd: float, clock_ms: float) -> None:
    lag = lag_between(normal(5.0, glute_sd), normal(5.05, shoulder_sd), clock_error_ms=clock_ms)
    values = [lag.quantile(share) for share in np.linspace(0, 1, 41)]
    assert (np.diff(values) >= 0).all()


def test_the_median_is_the_middle_quantile() -> None:
    """Two ways to say the same thing must agree, or intervals lie lopsided about their median."""
    lag = lag_between(normal(5.0, 0.02), normal(4.9, 0.02))
    assert lag.quantile(0.5) == pytest.approx(lag.median_ms, abs=0.1)
    low, high = lag.interval_ms(0.95)
    assert lag.median_ms - low == pytest.approx(high - lag.median_ms, abs=0.2)


def test_probability_is_that_of_any_shape_not_only_normal() -> None:
    """A two-peaked onset gives a two-peaked lag, peak by peak."""
    time_s = np.linspace(1.0, 1.2, 41)
    probability = np.zeros(41)
    probability[[5, 35]] = (0.3, 0.7)
    glute = OnsetPosterior(np.array([1.0, 1.005, 1.01]), np.array([0.0, 1.0, 0.0]))
    lag = lag_between(glute, OnsetPosterior(time_s, probability))
    assert lag.shares(95.0)[2] == pytest.approx(0.7, abs=0.01)  # peaks at 20 and at 170 ms
    assert float(lag.probability[(lag.lag_ms > 10) & (lag.lag_ms < 30)].sum()) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("offset_s", [0.0, 1.0, 0.0025, 0.0013, 599.9987])
def test_where_in_the_recording_it_happened_does_not_matter(offset_s: float) -> None:
    glute, shoulder = normal(10.0, 0.02), normal(9.9, 0.02)
    moved = lag_between(
        normal(10.0, 0.02, later_s=offset_s),
        normal(9.9, 0.02, later_s=offset_s),
    )
    assert moved.median_ms == pytest.approx(lag_between(glute, shoulder).median_ms, abs=0.05)


def test_onsets_on_different_grids_are_subtracted_alike() -> None:
    """Frames of 5 ms at 2000 Hz, of 4.76 ms at 1259 Hz: the grid is not the lag's."""
    lag = lag_between(normal(10.0, 0.02, step_s=0.005), normal(9.9, 0.02, step_s=6 / 1259.259))
    assert lag.median_ms == pytest.approx(-100.0, abs=0.5)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.80, 0.15, 0.05), "shoulder_first"),
        ((0.79, 0.16, 0.05), "unclear"),
        ((0.0, 1.0, 0.0), "together"),
        ((0.0, 0.1, 0.9), "glute_first"),
        ((0.5, 0.0, 0.5), "unclear"),
    ],
)
def test_an_order_needs_its_probability(shares: tuple[float, float, float], expected: str) -> None:
    assert order_of(shares, probability=0.80) == expected


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 0.999))
def test_an_order_is_always_one_of_the_words(a: float, b: float, probability: float) -> None:
    low, high = sorted((a, b))
    name = order_of((low, high - low, 1 - high), probability=probability)
    assert name in cast("tuple[str, ...]", get_args(Order))


def test_a_negative_lag_means_that_the_shoulder_fired_first() -> None:
    lag: Lag = lag_between(normal(10.0, 0.01), normal(9.8, 0.01))
    assert lag.median_ms == pytest.approx(-200, abs=1)
    assert lag.shares(50.0)[0] > 0.999
