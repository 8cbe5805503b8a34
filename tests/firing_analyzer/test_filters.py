"""Filters are judged by what they do to sinusoids, impulses and gaps whose answer is known beforehand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal

from firing_analyzer.filters import FloatArray, bandpass, fill_gaps, quantiles, runs, upper_edge_hz

RATES_HZ = (250.0, 500.0, 1000.0, 1259.259, 2000.0, 4000.0)


def gain_at(frequency_hz: float, rate_hz: float) -> float:
    """Gain on the middle of ten seconds of a sinusoid."""
    times_s = np.arange(round(10 * rate_hz)) / rate_hz
    middle = slice(times_s.size // 4, 3 * times_s.size // 4)
    wave = np.sin(2 * np.pi * frequency_hz * times_s + 0.3)
    return float(np.sqrt(np.mean(bandpass(wave, rate_hz)[middle] ** 2) / np.mean(wave[middle] ** 2)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_an_impulse_spreads_alike_to_both_sides(rate_hz: float) -> None:
    impulse = np.zeros(2 * round(rate_hz) + 1)
    impulse[impulse.size // 2] = 1.0
    answer = bandpass(impulse, rate_hz)
    # the mean is taken off first, which leaves a trace of an edge at either end
    assert_allclose(answer, answer[::-1], atol=1e-4 * np.abs(answer).max())
    assert int(np.argmax(answer)) == impulse.size // 2


@pytest.mark.parametrize("rate_hz", [1000.0, 1259.259, 2000.0])
@pytest.mark.parametrize("frequency_hz", [70.0, 120.0, 200.0])
def test_a_wave_inside_the_band_is_neither_delayed_nor_weakened(rate_hz: float, frequency_hz: float) -> None:
    times_s = np.arange(round(6 * rate_hz)) / rate_hz
    wave = np.sin(2 * np.pi * frequency_hz * times_s)
    middle = slice(round(2 * rate_hz), round(4 * rate_hz))
    kernel = np.exp(-2j * np.pi * frequency_hz * times_s[middle])
    ratio = np.sum(bandpass(wave, rate_hz)[middle] * kernel) / np.sum(wave[middle] * kernel)
    assert abs(np.angle(ratio)) < 1e-3
    assert 0.90 < abs(ratio) < 1.01


@pytest.mark.parametrize("rate_hz", [1259.259, 2000.0, 4000.0])
def test_gains_are_those_of_second_order_applied_twice(rate_hz: float) -> None:
    assert gain_at(30, rate_hz) == pytest.approx(0.5, abs=0.02)  # -3 dB a pass
    assert gain_at(450, rate_hz) == pytest.approx(0.5, abs=0.02)
    # the textbook's gain of a Butterworth high-pass: 1 / (1 + (edge / f)**4), here twice half of it
    assert gain_at(3, rate_hz) < 2e-4
    assert gain_at(10, rate_hz) < 0.02


@pytest.mark.parametrize("rate_hz", [250.0, 400.0, 1000.0])
def test_the_upper_edge_stays_below_half_the_rate(rate_hz: float) -> None:
    edge_hz = upper_edge_hz(rate_hz)
    assert edge_hz == 0.45 * rate_hz
    assert gain_at(edge_hz, rate_hz) == pytest.approx(0.5, abs=0.03)
    assert upper_edge_hz(4000.0) == 450.0


def test_an_offset_leaves_no_trace_even_at_the_ends() -> None:
    noise = np.random.default_rng(1).standard_normal(4000)
    assert_allclose(bandpass(noise + 1e6, 1000.0), bandpass(noise, 1000.0), atol=1e-6)


@given(st.floats(1e-9, 1e9), st.booleans())
def test_scale_and_sign_pass_through(scale: float, inverted: bool) -> None:  # noqa: FBT001
    noise = np.random.default_rng(2).standard_normal(500)
    factor = -scale if inverted else scale
    assert_allclose(bandpass(noise * factor, 500.0), factor * bandpass(noise, 500.0), atol=1e-9 * scale)


def test_reversed_time_gives_the_reversed_answer() -> None:
    noise = np.random.default_rng(3).standard_normal(5000)
    inner = slice(1000, 4000)
    assert_allclose(bandpass(noise[::-1], 1000.0)[::-1][inner], bandpass(noise, 1000.0)[inner], atol=1e-6)


def test_a_stretch_too_short_to_filter_gives_nothing_rather_than_something_wrong() -> None:
    assert_array_equal(bandpass(np.ones(31), 1000.0), np.zeros(31))


def test_a_gap_is_bridged_by_a_line_and_marked() -> None:
    x = np.array([1.0, np.nan, np.nan, 4.0, 5.0])
    filled, lost = fill_gaps(x)
    assert_allclose(filled, [1, 2, 3, 4, 5])
    assert_array_equal(lost, [False, True, True, False, False])
    assert np.isnan(x[1])  # what came in is not written to


def test_gaps_at_the_ends_hold_the_nearest_sample() -> None:
    filled, lost = fill_gaps(np.array([np.nan, 2.0, 3.0, np.nan]))
    assert_allclose(filled, [2, 2, 3, 3])
    assert lost.sum() == 2


def test_without_a_gap_the_very_same_samples_come_back() -> None:
    x = np.arange(5.0)
    filled, lost = fill_gaps(x)
    assert filled is x
    assert not lost.any()


def test_a_channel_without_any_sample_is_all_lost() -> None:
    filled, lost = fill_gaps(np.full(4, np.nan))
    assert lost.all()
    assert np.isfinite(filled).all()


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_what_was_measured_is_never_changed_by_bridging(values: list[float | None]) -> None:
    x: FloatArray = np.array([np.nan if value is None else value for value in values])
    filled, lost = fill_gaps(x)
    assert_array_equal(lost, np.isnan(x))
    assert_array_equal(filled[~lost], x[~lost])
    assert np.isfinite(filled).all()


@given(st.lists(st.booleans(), max_size=80))
def test_runs_are_exactly_the_stretches_of_true(values: list[bool]) -> None:
    mask = np.array(values, dtype=np.bool_)
    rebuilt = np.zeros(mask.size, dtype=np.bool_)
    found = list(runs(mask))
    for start, stop in found:
        assert start < stop
        rebuilt[start:stop] = True
    assert_array_equal(rebuilt, mask)
    assert all(left[1] < right[0] for left, right in pairwise(found))


def test_the_smear_ahead_of_a_step_is_within_what_is_documented() -> None:
    """10 to 40 ms: the power that leaks ahead of a step of noise falls below 1 % of the plateau by 40 ms."""
    rate_hz, n = 2000.0, 4000
    impulse = np.zeros(n)
    impulse[n // 2] = 1.0
    spread = bandpass(impulse, rate_hz) ** 2
    ahead = np.cumsum(spread[::-1])[::-1]  # power at a lead of k samples before a step of white noise
    share = ahead[n // 2 :] / spread.sum()
    assert share[round(0.04 * rate_hz)] < 0.01
    assert share[round(0.003 * rate_hz)] > 0.01


def test_the_filter_is_the_one_that_is_documented() -> None:
    """Squared magnitude of the analogue prototype after the bilinear transform, worked out by hand."""
    rate_hz, low_hz, high_hz = 2000.0, 30.0, 450.0
    low, high = np.tan(np.pi * low_hz / rate_hz), np.tan(np.pi * high_hz / rate_hz)
    for frequency_hz in (20.0, 50.0, 300.0, 600.0):
        w = np.tan(np.pi * frequency_hz / rate_hz)
        prototype = (w**2 - low * high) / (w * (high - low))
        expected = 1 / (1 + prototype**4)  # two passes: the square of 1 / sqrt(1 + p**4)
        assert gain_at(frequency_hz, rate_hz) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("rate_hz", [250.0, 1259.259, 2000.0])
@pytest.mark.parametrize("low_hz", [5.0, 30.0])
def test_a_recording_of_any_length_is_filtered_as_in_one_go(rate_hz: float, low_hz: float) -> None:
    """Long ones are filtered in blocks; neither where these meet nor at the ends does it show."""
    sections = signal.butter(2, (low_hz, upper_edge_hz(rate_hz)), "bandpass", fs=rate_hz, output="sos")
    rng = np.random.default_rng(4)
    for size in (1000, 2**13 - 1, 2**15 + 1, 2**17 + 12_345, 400_000):
        x = rng.standard_normal(size) + 500 + 0.01 * np.arange(size)
        whole = signal.sosfiltfilt(sections, x - x.mean())
        assert_allclose(bandpass(x, rate_hz, low_hz=low_hz), whole, rtol=0, atol=1e-8)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_every_gap_is_bridged_by_a_line_between_its_neighbours(values: list[float | None]) -> None:
    x = np.array([np.nan if value is None else value for value in values])
    known = np.flatnonzero(~np.isnan(x))
    if known.size:
        assert_allclose(fill_gaps(x)[0], np.interp(np.arange(x.size), known, x[known]))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_those_that_everybody_knows(values: list[float], share: float) -> None:
    found = quantiles(np.array(values), (share, 0.5))
    assert_allclose(found, np.quantile(values, (share, 0.5)), rtol=1e-12, atol=1e-6)
