"""Hum is simulated apart from the muscle, so that what is taken away and what is left are known exactly."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firing_analyzer.filters import BoolArray, FloatArray, bandpass
from firing_analyzer.mains import subtract_mains
from recordings.synth import simulate_burst
from recordings.synth.nuisances import mains_hum
from recordings.synth.texture import rest_noise


def noise(seconds: float, rate_hz: float, *, seed: int) -> FloatArray:
    rng = np.random.default_rng([seed, 17])
    return 3.0 * rest_noise(round(seconds * rate_hz), rate_hz=rate_hz, rng=rng)


def hum_of(
    seconds: float, rate_hz: float, mains_hz: float, *, rms: float, seed: int, drift: float = 0.15
) -> FloatArray:
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng([seed, 18])
    return rms * mains_hum(times_s, rate_hz=rate_hz, rng=rng, mains_hz=mains_hz, drift=drift)


def power(x: FloatArray) -> float:
    return float(np.mean(x**2))


def decibels(ratio: float) -> float:
    return 10 * float(np.log10(ratio))


@pytest.mark.parametrize("mains_hz", [49.9, 50.0, 50.02, 59.95, 60.0, 60.05])
@pytest.mark.parametrize("rate_hz", [500.0, 1000.0, 1259.259, 2000.0])
def test_hum_that_drifts_is_taken_out_by_more_than_20_db(rate_hz: float, mains_hz: float) -> None:
    rest, hum = noise(60, rate_hz, seed=1), hum_of(60, rate_hz, mains_hz, rms=30.0, seed=1)
    cleaned, found = subtract_mains(rest + hum, rate_hz)
    assert found.base_hz == round(mains_hz, -1)
    before, left = bandpass(hum, rate_hz), bandpass(cleaned - rest, rate_hz)
    assert decibels(power(before) / power(left)) > 20
    assert found.rms == pytest.approx(np.sqrt(power(hum)), rel=0.05)
    assert found.lines_hz[0] == pytest.approx(mains_hz, abs=0.02)


@pytest.mark.parametrize("rms", [3.0, 10.0, 100.0, 1000.0])
def test_what_is_left_of_hum_is_below_rest(rms: float) -> None:
    """With hum of the size of rest, and up to 50 dB over it, the remainder adds less than 1 dB to rest."""
    rest, hum = noise(40, 2000, seed=2), hum_of(40, 2000, 50.0, rms=rms, seed=2, drift=0.0)
    cleaned, _ = subtract_mains(rest + hum, 2000.0)
    assert decibels(power(bandpass(cleaned, 2000.0)) / power(bandpass(rest, 2000.0))) < 1.0


def bursts_and_rest(rate_hz: float, *, seed: int, n: int = 5) -> tuple[FloatArray, BoolArray]:
    """Ten seconds for every burst: rest, then two seconds of muscle; and where the muscle is at work."""
    pieces = [
        simulate_burst(
            rate_hz=rate_hz, duration_s=10, onset_s=6, end_s=8.5, rise_ms=100, snr_db=20, seed=100 * seed + k
        )
        for k in range(n)
    ]
    x = np.concatenate(pieces)
    times_s = np.arange(x.size) / rate_hz % (pieces[0].size / rate_hz)
    return x, (times_s > 6.3) & (times_s < 8.1)


@pytest.mark.parametrize("mains_hz", [50.0, 49.9, 60.05])
@pytest.mark.parametrize("rate_hz", [1000.0, 1925.926, 2000.0])
def test_a_burst_over_hum_keeps_its_power(rate_hz: float, mains_hz: float) -> None:
    muscle, working = bursts_and_rest(rate_hz, seed=3)
    hum = hum_of(muscle.size / rate_hz, rate_hz, mains_hz, rms=3.0, seed=3)
    cleaned, found = subtract_mains(muscle + hum, rate_hz)
    assert found.base_hz is not None
    change_db = decibels(
        power(bandpass(cleaned, rate_hz)[working]) / power(bandpass(muscle, rate_hz)[working])
    )
    assert abs(change_db) < 0.3


def first_crossing_s(x: FloatArray, rate_hz: float, *, from_s: float) -> float:
    """Where power over 20 ms first exceeds ten times that of the rest before it."""
    width = round(0.02 * rate_hz)
    smooth = np.convolve(bandpass(x, rate_hz) ** 2, np.ones(width) / width, mode="same")
    start = round(from_s * rate_hz)
    level = float(np.mean(smooth[start : start + round(4 * rate_hz)]))
    above = np.flatnonzero(smooth[start + round(4 * rate_hz) :] > 10 * level)
    return float(from_s + 4 + above[0] / rate_hz)


def test_the_onset_of_a_burst_is_not_moved() -> None:
    muscle, _ = bursts_and_rest(2000.0, seed=4)
    cleaned, _ = subtract_mains(muscle + hum_of(50, 2000, 50.03, rms=10.0, seed=4), 2000.0)
    moved = [
        first_crossing_s(cleaned, 2000.0, from_s=start) - first_crossing_s(muscle, 2000.0, from_s=start)
        for start in (0.5, 10.5, 20.5, 30.5, 40.5)
    ]
    assert np.abs(moved).max() < 0.010
    assert abs(np.mean(moved)) < 0.004


def test_nothing_rings_ahead_of_a_burst() -> None:
    """Half a second of rest before each burst holds no more power than it did without hum."""
    muscle, _ = bursts_and_rest(2000.0, seed=5)
    cleaned, _ = subtract_mains(muscle + hum_of(50, 2000, 50.0, rms=10.0, seed=5), 2000.0)
    times_s = np.arange(muscle.size) / 2000.0 % 10
    ahead = (times_s > 5.5) & (times_s < 5.95)
    change_db = decibels(power(bandpass(cleaned, 2000.0)[ahead]) / power(bandpass(muscle, 2000.0)[ahead]))
    assert abs(change_db) < 0.5


def test_without_hum_the_very_same_samples_come_back() -> None:
    """200 seeds of rest, of every rate: not one false alarm."""
    alarms: list[tuple[int, float]] = []
    for seed in range(200):
        rate_hz = (250.0, 500.0, 1000.0, 1259.259)[seed % 4]
        x = noise(20, rate_hz, seed=seed)
        cleaned, found = subtract_mains(x, rate_hz)
        if found.base_hz is not None or cleaned is not x:
            alarms.append((seed, rate_hz))
    assert not alarms


@pytest.mark.parametrize("kind", ["gaussian", "motor_units"])
def test_muscle_alone_is_never_taken_for_hum(kind: str) -> None:
    alarms: list[int] = []
    for seed in range(25):
        pieces = [
            simulate_burst(
                rate_hz=1000, duration_s=8, onset_s=4, end_s=7, snr_db=22,
                kind="gaussian" if kind == "gaussian" else "motor_units", seed=1000 * seed + k,
            )
            for k in range(4)
        ]  # fmt: skip
        x = np.concatenate(pieces)
        if subtract_mains(x, 1000.0)[0] is not x:
            alarms.append(seed)
    assert not alarms


def test_a_muscle_that_works_all_the_time_keeps_its_power() -> None:
    """No rest anywhere to learn the hum from: still nothing of the muscle may go."""
    x = simulate_burst(rate_hz=2000, duration_s=60, onset_s=0.1, snr_db=30, seed=6)
    cleaned, _ = subtract_mains(x, 2000.0)
    assert abs(decibels(power(bandpass(cleaned, 2000.0)) / power(bandpass(x, 2000.0)))) < 0.1


def test_switched_off_means_untouched() -> None:
    x = noise(20, 1000, seed=7) + hum_of(20, 1000, 50.0, rms=30.0, seed=7)
    cleaned, found = subtract_mains(x, 1000.0, mains_hz="off")
    assert cleaned is x
    assert found.base_hz is None
    assert found.rms == 0


def test_only_the_named_mains_are_looked_for() -> None:
    x = noise(30, 1000, seed=8) + hum_of(30, 1000, 60.0, rms=30.0, seed=8)
    assert subtract_mains(x, 1000.0, mains_hz="50")[1].base_hz != 60
    assert subtract_mains(x, 1000.0, mains_hz="60")[1].base_hz == 60


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.9])
def test_a_recording_too_short_to_know_is_left_alone(seconds: float) -> None:
    x = noise(seconds, 1000, seed=9) + hum_of(seconds, 1000, 50.0, rms=30.0, seed=9)
    assert subtract_mains(x, 1000.0)[0] is x


@pytest.mark.parametrize("seconds", [4.0, 6.0])
def test_a_short_recording_is_cleaned(seconds: float) -> None:
    rest, hum = noise(seconds, 1000, seed=10), hum_of(seconds, 1000, 50.05, rms=30.0, seed=10)
    cleaned, _ = subtract_mains(rest + hum, 1000.0)
    assert decibels(power(bandpass(hum, 1000.0)) / power(bandpass(cleaned - rest, 1000.0))) > 15


def test_scale_and_sign_pass_through() -> None:
    x = noise(20, 1000, seed=11) + hum_of(20, 1000, 50.0, rms=10.0, seed=11)
    cleaned, found = subtract_mains(x, 1000.0)
    for factor in (1e-6, -1.0, 1e3):
        scaled, same = subtract_mains(factor * x, 1000.0)
        np.testing.assert_allclose(
            scaled, factor * cleaned, rtol=1e-6, atol=1e-9 * abs(factor) * np.abs(x).max()
        )
        assert same.base_hz == found.base_hz


def test_what_comes_in_is_not_written_to() -> None:
    x = noise(20, 1000, seed=12) + hum_of(20, 1000, 50.0, rms=30.0, seed=12)
    kept = x.copy()
    subtract_mains(x, 1000.0)
    assert_array_equal(x, kept)


def test_hum_that_begins_half_way_is_not_added_to_the_first_half() -> None:
    rest = noise(60, 1000, seed=13)
    hum = hum_of(60, 1000, 50.0, rms=30.0, seed=13)
    hum[:30_000] = 0
    cleaned, _ = subtract_mains(rest + hum, 1000.0)
    first = slice(0, 26_000)
    assert decibels(power(bandpass(cleaned, 1000.0)[first]) / power(bandpass(rest, 1000.0)[first])) < 1.0
    second = slice(34_000, 60_000)
    assert decibels(power(bandpass(cleaned, 1000.0)[second]) / power(bandpass(rest, 1000.0)[second])) < 1.0
