"""Textures, envelopes and single bursts are what they are said to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from recordings.model import FloatArray
from recordings.synth import simulate_burst
from recordings.synth.bursts import SHAPES, Burst, Shape, envelope, rise_profile
from recordings.synth.texture import Texture, peak_frequency_hz, rest_noise, spectral_density, texture


def rms(samples: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.parametrize("kind", ["gaussian", "motor_units"])
@pytest.mark.parametrize("rate_hz", [500.0, 1000.0, 2148.0])
def test_steady_emg_has_an_rms_of_one_at_any_rate(kind: Texture, rate_hz: float):
    samples = texture(int(60 * rate_hz), rate_hz=rate_hz, rng=np.random.default_rng(3), kind=kind)
    assert rms(samples) == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize(("fl_hz", "fh_hz"), [(60.0, 120.0), (40.0, 90.0)])
def test_gaussian_emg_has_the_published_spectrum(fl_hz: float, fh_hz: float):
    samples = texture(400_000, rate_hz=2000, rng=np.random.default_rng(1), fl_hz=fl_hz, fh_hz=fh_hz)
    frequency_hz, power = signal.welch(samples, 2000, nperseg=500)
    band = (frequency_hz >= 20) & (frequency_hz <= 400)
    wanted = spectral_density(frequency_hz[band], fl_hz=fl_hz, fh_hz=fh_hz)
    ratio_db = 10 * np.log10(power[band] / wanted)
    assert np.ptp(ratio_db) < 3  # the filter bends the spectrum towards half the rate
    assert np.ptp(ratio_db[frequency_hz[band] <= 200]) < 1


@pytest.mark.parametrize("kind", ["gaussian", "motor_units"])
def test_both_kinds_of_emg_peak_at_the_stated_frequency(kind: Texture):
    samples = texture(400_000, rate_hz=2000, rng=np.random.default_rng(5), kind=kind)
    frequency_hz, power = signal.welch(samples, 2000, nperseg=200)
    assert frequency_hz[np.argmax(power)] == pytest.approx(peak_frequency_hz(60, 120), abs=15)
    assert power[frequency_hz > 450].sum() < 0.02 * power.sum()


def test_motor_units_make_emg_that_is_not_gaussian():
    kurtosis = {
        kind: float(np.mean(texture(200_000, rate_hz=2000, rng=np.random.default_rng(2), kind=kind) ** 4))
        for kind in ("gaussian", "motor_units")
    }
    assert kurtosis["gaussian"] == pytest.approx(3.0, abs=0.1)
    assert kurtosis["motor_units"] > 3.4


def test_rest_noise_is_flat_in_the_band_and_rises_below_it():
    samples = rest_noise(400_000, rate_hz=2000, rng=np.random.default_rng(1), pink_share=0.1)
    frequency_hz, power = signal.welch(samples, 2000, nperseg=4000)
    level = [
        float(power[(frequency_hz >= low) & (frequency_hz < high)].mean())
        for low, high in ((1, 3), (60, 120), (200, 260))
    ]
    assert rms(samples) == pytest.approx(1.0, abs=0.05)
    assert level[1] == pytest.approx(level[2], rel=0.15)
    assert level[0] > 3 * level[2]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_rise_starts_at_zero_grows_and_ends_on_the_plateau(shape: Shape):
    height = rise_profile(np.linspace(-0.5, 1.5, 2001), shape)
    assert np.all(height[:500] == 0)
    assert height[501] > 0
    assert np.all(np.diff(height) >= 0)
    assert np.all(height[1500:] == 1)


@given(
    onset_s=st.floats(0.1, 1.0),
    rise_ms=st.floats(0.0, 400.0),
    fall_ms=st.floats(0.0, 400.0),
    length_s=st.floats(0.05, 2.0),
    shape=st.sampled_from(SHAPES),
)
def test_the_envelope_is_above_zero_between_onset_and_end_and_nowhere_else(
    onset_s: float, rise_ms: float, fall_ms: float, length_s: float, shape: Shape
):
    times_s = np.arange(4000) / 1000
    burst = Burst(onset_s, onset_s + length_s, rise_ms=rise_ms, shape=shape, fall_ms=fall_ms, level=0.7)
    height = envelope(times_s, [burst])
    inside = (times_s > onset_s + 1e-6) & (times_s < onset_s + length_s - 1e-6)
    assert np.all(height[inside] > 0)
    assert np.all(height[(times_s < onset_s) | (times_s > onset_s + length_s)] == 0)
    assert height.max() <= 0.7


def test_a_burst_without_length_is_refused():
    with pytest.raises(ValueError, match="has no length"):
        Burst(2.0, 2.0)


@pytest.mark.parametrize("kind", ["gaussian", "motor_units"])
@pytest.mark.parametrize("snr_db", [6.0, 20.0])
def test_a_single_burst_has_the_stated_ratio_of_signal_to_noise(kind: Texture, snr_db: float):
    samples = simulate_burst(duration_s=40, onset_s=20, snr_db=snr_db, kind=kind, rest_uv=2.5, seed=4)
    rest, both = rms(samples[:40_000]), rms(samples[40_600:])
    assert rest == pytest.approx(2.5, rel=0.05)
    assert 20 * np.log10(np.sqrt(both**2 - rest**2) / rest) == pytest.approx(snr_db, abs=0.7)


def test_a_generator_gives_another_burst_each_time_and_a_seed_the_same():
    rng = np.random.default_rng(1)
    first, second = (simulate_burst(seed=rng) for _ in range(2))
    assert not np.array_equal(first, second)
    assert np.array_equal(simulate_burst(seed=1), simulate_burst(seed=1))
