"""Each detector does what its paper says, on signals whose answer can be worked out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from scipy.stats import binom

from firing_analyzer.detectors.activity import held, runs
from firing_analyzer.detectors.bonato import pair_false_alarm
from firing_analyzer.detectors.tkeo import teager_kaiser
from firing_analyzer.onsets import aglr_step, bonato, hodges_bui, lidierth, tkeo

Floats = NDArray[np.float64]

RATE = 1000.0
REST = (200, 1200)


def band(samples: Floats, *, low_hz: float, high_hz: float, rate_hz: float = RATE) -> Floats:
    return sosfiltfilt(butter(2, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos"), samples)


def alternating(level: Floats) -> Floats:
    """Return a signal that is exactly `level` once rectified."""
    return level * np.where(np.arange(level.size) % 2, -1.0, 1.0)


@pytest.mark.parametrize("window_ms", [25, 50, 100])
def test_hodges_bui_begins_with_the_first_window_whose_mean_exceeds_the_threshold(window_ms: int) -> None:
    level = 1 + 0.1 * np.sin(2 * math.pi * 5 * np.arange(4000) / RATE)
    threshold = 1 + 3 * 0.1 / math.sqrt(2)
    level[2000:3000] = 3.0
    found = hodges_bui(alternating(level), RATE, rest=(0, 1800), window_ms=window_ms)
    first = next(k for k in range(4000) if np.mean(level[k : k + window_ms]) > threshold)
    last = next(k for k in range(4000, 0, -1) if np.mean(level[k - window_ms : k]) > threshold)
    # The low-pass rounds the corners of the step a little.
    np.testing.assert_allclose(found.onsets, [first], atol=2)
    np.testing.assert_allclose(found.offsets, [last], atol=2)


@pytest.mark.parametrize(("drop", "expected"), [(8, 2000), (12, None)])
def test_lidierth_forgives_a_short_drop_but_not_a_long_one(drop: int, expected: int | None) -> None:
    level = 1 + 0.1 * np.sin(2 * math.pi * 5 * np.arange(4000) / RATE)
    level[2000:2040] = level[2040 + drop : 2080 + drop] = 3.0
    found = lidierth(alternating(level), RATE, rest=(0, 1800), window_ms=1.0, hold_ms=50.0, dropout_ms=10.0)
    assert found.onsets.tolist() == ([] if expected is None else [expected])
    assert found.offsets.tolist() == ([] if expected is None else [2080 + drop])


@pytest.mark.parametrize(("false_alarm", "pairs", "required"), [(0.05, 5, 1), (0.05, 5, 2), (0.2, 4, 3)])
def test_bonato_fires_at_rest_as_often_as_it_was_told_to(
    false_alarm: float, pairs: int, required: int
) -> None:
    chance = pair_false_alarm(false_alarm, pairs=pairs, required=required)
    assert binom.sf(required - 1, pairs, chance) == pytest.approx(false_alarm)
    x = np.random.default_rng(4).normal(size=400_000)
    found = bonato(
        x, RATE, rest=(0, x.size), false_alarm=false_alarm, pairs=pairs, required=required, hold_ms=0.0
    )
    active = np.sum(found.offsets - found.onsets) / x.size
    assert active == pytest.approx(false_alarm, rel=0.05)


@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0, 4000.0])
def test_bonato_keeps_its_false_alarms_where_the_rest_is_coloured(rate_hz: float) -> None:
    x = band(np.random.default_rng(4).normal(size=200_000), rate_hz=rate_hz, low_hz=60, high_hz=200)
    found = bonato(x, rate_hz, rest=(0, x.size), hold_ms=0.0)
    assert np.sum(found.offsets - found.onsets) / x.size == pytest.approx(0.05, rel=0.15)


@given(amplitude=st.floats(0.01, 100), frequency=st.floats(0.01, 3.0), step=st.integers(1, 4))
def test_the_teager_kaiser_energy_of_a_sinusoid_is_constant(
    amplitude: float, frequency: float, step: int
) -> None:
    energy = teager_kaiser(amplitude * np.sin(frequency * np.arange(100) + 0.3), step=step)
    expected = (amplitude * math.sin(frequency * step)) ** 2
    np.testing.assert_allclose(energy[step:-step], expected, atol=1e-9 * amplitude**2)
    assert np.isnan(energy[[0, -1]]).all()


def test_tkeo_hears_a_rise_in_frequency_that_no_amplitude_shows() -> None:
    rng = np.random.default_rng(6)
    low, high = (band(rng.normal(size=4000), low_hz=lo, high_hz=hi) for lo, hi in ((30, 60), (150, 250)))
    x = low / low.std()
    x[2000:3000] = (high / high.std())[2000:3000]
    np.testing.assert_allclose(tkeo(x, RATE, rest=REST).onsets, [2000], atol=30)
    assert hodges_bui(x, RATE, rest=REST).onsets.size == 0


def test_aglr_finds_the_moment_of_change_whenever_the_alarm_comes() -> None:
    early, late = [], []
    for seed in range(40):
        x = np.random.default_rng(seed).normal(size=4000)
        x[2000:3000] *= math.sqrt(10)
        early.append(aglr_step(x, RATE, rest=REST, threshold=15.0).onsets[0] - 2000)
        late.append(aglr_step(x, RATE, rest=REST, threshold=60.0).onsets[0] - 2000)
    assert abs(np.median(early)) <= 1
    assert abs(np.median(late)) <= 1
    assert np.std(late) < 5


@given(mask=st.lists(st.booleans(), max_size=60), hold=st.integers(1, 6))
def test_holding_is_what_a_switch_does_sample_by_sample(mask: list[bool], hold: int) -> None:
    on, count, flips = False, 0, list[int]()
    for index, active in enumerate(mask):
        count = count + 1 if active != on else 0
        if count == hold:
            on, count = not on, 0
            flips.append(index - hold + 1)
    found = held(runs(np.array(mask, dtype=np.bool_)), hold=hold)
    if on:  # Still on at the end: the last activity ends the burst.
        flips.append(max(index for index, active in enumerate(mask) if active) + 1)
    assert np.column_stack(found).ravel().tolist() == flips
