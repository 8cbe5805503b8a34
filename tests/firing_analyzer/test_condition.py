"""Conditioning of one channel: what is refused, what is marked, and what must come through untouched."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from firing_analyzer.condition import GUARD_S, Conditioned, condition, flat_stretches
from firing_analyzer.errors import SignalError
from firing_analyzer.filters import FloatArray, bandpass
from firing_analyzer.settings import Settings
from recordings.model import Channel, Kind, Signal
from recordings.synth import simulate_burst
from recordings.synth.nuisances import beat_times, breath_times, heart_beat, mains_hum
from recordings.synth.texture import rest_noise, texture


def signal_of(x: FloatArray, rate_hz: float = 1000.0, *, kind: Kind = "emg", start_s: float = 0.0) -> Signal:
    return Signal.of(Channel("UT_R", kind=kind, unit="uV"), x, rate_hz=rate_hz, start_s=start_s)


def conditioned(
    x: FloatArray, rate_hz: float = 1000.0, *, kind: Kind = "emg", start_s: float = 0.0
) -> Conditioned:
    return condition(signal_of(x, rate_hz, kind=kind, start_s=start_s), Settings())


def session_of(rate_hz: float = 1000.0, *, seed: int = 1) -> FloatArray:
    """Half a minute with a burst from 10 to 13 s."""
    return simulate_burst(rate_hz=rate_hz, duration_s=30, onset_s=10, end_s=13, seed=seed)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "words"),
    [
        (np.full(5000, np.nan), 1000.0, "no sample arrived"),
        (np.empty(0), 1000.0, "no sample arrived"),
        (np.full(5000, np.inf), 1000.0, "no sample arrived"),
        (np.full(5000, 7.25), 1000.0, "constant (7.25 throughout)"),
        (np.where(np.arange(5000) % 2, np.nan, 3.0), 1000.0, "constant"),
        (np.random.default_rng(0).standard_normal(5000), 149.0, "149 Hz is too low"),
        (np.random.default_rng(0).standard_normal(500), 1000.0, "only 0.50 s long"),
    ],
)
def test_what_cannot_be_analysed_is_refused_with_its_reason(
    samples: FloatArray, rate_hz: float, words: str
) -> None:
    with pytest.raises(SignalError) as caught:
        conditioned(samples, rate_hz)
    message = str(caught.value)
    assert message.startswith("channel 'UT_R': ")
    assert words in message
    assert "\n" not in message
    assert ";" in message or "(" in message  # says what to do after what is wrong
    assert caught.value.channel == "UT_R"


def test_150_hz_is_just_enough() -> None:
    x = simulate_burst(rate_hz=150, duration_s=30, onset_s=10, end_s=13, snr_db=25, seed=2)
    assert conditioned(x, 150.0).rate_hz == 150


def test_clean_emg_is_only_filtered() -> None:
    x = session_of()
    done = conditioned(x)
    inner = slice(1000, -1000)
    assert_allclose(done.samples[inner], bandpass(x, 1000.0)[inner], atol=1e-6 * np.abs(x).max())
    assert done.hum.base_hz is None
    assert done.heart is None
    assert not done.lost.any()
    assert not done.flat.any()


def test_the_file_keeps_its_samples() -> None:
    x = session_of()
    x[3000:3100] = np.nan
    kept = x.copy()
    conditioned(x)
    assert_array_equal(x, kept)


def test_lost_samples_are_marked_with_a_guard_around_them() -> None:
    x = session_of()
    x[5000:5200] = np.nan
    done = conditioned(x)
    guard = round(GUARD_S * 1000)
    assert_array_equal(np.flatnonzero(done.lost), np.arange(5000 - guard, 5200 + guard))
    assert np.isfinite(done.samples).all()
    assert done.lost_share(5.0, 5.2) == 1
    assert done.lost_share(6.0, 7.0) == 0
    assert done.lost_share(99.0, 100.0) == 1  # what was never recorded is lost


def test_a_lost_stretch_does_not_ring_beyond_its_guard() -> None:
    """Rest beyond the guard keeps its power to 1 dB although the filter passed over a bridge."""
    x = 3 * rest_noise(30_000, rate_hz=1000, rng=np.random.default_rng(3)) + 500.0
    whole = conditioned(x).samples
    x[10_000:10_500] = np.nan
    done = conditioned(x)
    around = np.r_[9_900:10_000, 10_500:10_600]
    around = around[~done.lost[around]]
    ratio = np.mean(done.samples[around] ** 2) / np.mean(whole[around] ** 2)
    assert abs(10 * np.log10(ratio)) < 1.0


@pytest.mark.parametrize("missing", [np.inf, -np.inf])
def test_infinite_samples_count_as_lost(missing: float) -> None:
    x = session_of()
    x[4000:4010] = missing
    assert conditioned(x).lost[4000:4010].all()


@pytest.mark.parametrize(("length_ms", "expected"), [(60, False), (95, False), (110, True), (3000, True)])
def test_a_channel_stuck_for_a_tenth_of_a_second_is_lost(length_ms: int, expected: bool) -> None:  # noqa: FBT001
    x = session_of()
    x[5000 : 5000 + length_ms] = 4.0
    done = conditioned(x)
    assert done.flat[5000 : 5000 + length_ms].all() == expected
    assert done.flat.any() == expected
    assert done.lost[5000 : 5000 + length_ms].all() == expected
    assert not any(
        burst.start_s < 5.1 + length_ms / 1000 and burst.end_s > 4.9 for burst in done.activity.bursts
    )


def test_flat_stretches_are_found_to_the_sample() -> None:
    x = np.random.default_rng(4).standard_normal(1000)
    x[:150] = 1.0
    x[600:750] = -2.0
    expected = np.zeros(1000, dtype=np.bool_)
    expected[:150] = expected[600:750] = True
    assert_array_equal(flat_stretches(x, 1000.0), expected)


def test_coarse_counts_are_not_taken_for_flat() -> None:
    """A small signal from a coarse converter repeats values, but not for a tenth of a second."""
    counts = np.round(session_of() / 1.5)
    assert not conditioned(counts).flat.any()


def test_clipping_is_told_as_a_share() -> None:
    clean = conditioned(session_of())
    assert clean.clipped_share == 0
    x = session_of()
    limit = float(np.quantile(np.abs(x[10_500:12_500]), 0.8))
    cut = conditioned(np.clip(x, -limit, limit))
    assert cut.clipped_share > 0.05


def test_an_envelope_is_not_filtered() -> None:
    """No band-pass, no hum, no heart beat: only its floor is taken off."""
    rng = np.random.default_rng(5)
    times_s = np.arange(6000) / 100
    x = 5 + 0.2 * rng.standard_normal(6000) + 2 * np.sin(2 * np.pi * times_s)
    x += 40 * ((times_s > 20) & (times_s < 23))
    done = conditioned(x, 100.0, kind="envelope")
    difference = done.samples - x
    assert_allclose(difference, difference[0])
    assert done.hum.base_hz is None
    assert done.heart is None
    assert any(abs(burst.start_s - 20) < 0.2 for burst in done.activity.bursts)


def test_hum_is_named_and_taken_out() -> None:
    times_s = np.arange(30_000) / 1000
    hum = 20 * mains_hum(times_s, rate_hz=1000, rng=np.random.default_rng(6), mains_hz=50.02)
    x = session_of()
    done = conditioned(x + hum)
    assert done.hum.base_hz == 50
    left = float(np.mean((done.samples - conditioned(x).samples)[2000:-2000] ** 2))
    assert left < 0.01 * float(np.mean(bandpass(hum, 1000.0) ** 2))
    off = condition(signal_of(x + hum), Settings(mains_hz="off"))
    assert off.hum.base_hz is None


def with_heart(height: float, *, seed: int, rate_hz: float = 1000.0) -> tuple[FloatArray, FloatArray]:
    """A minute of rest and two raises with a heart whose R waves stand so many times over rest; its beats."""
    rng = np.random.default_rng([seed, 41])
    n = round(60 * rate_hz)
    times_s = np.arange(n) / rate_hz
    breaths_s = breath_times(60, rng=rng)
    beats_s = beat_times(60, rng=rng, breaths_s=breaths_s)
    x = rest_noise(n, rate_hz=rate_hz, rng=rng)
    x += height * heart_beat(times_s, beats_s=beats_s, breaths_s=breaths_s)
    working = ((times_s > 20) & (times_s < 22)) | ((times_s > 40) & (times_s < 42))
    x += 12 * working * texture(n, rate_hz=rate_hz, rng=rng)
    return x, beats_s[(beats_s > 0.5) & (beats_s < 59.5)]


@pytest.mark.parametrize("height", [8, 13, 20, 40])
def test_a_strong_heart_is_found(height: float) -> None:
    """The stronger it stands over rest, the surer it must be found: at best as strong as the muscle."""
    found = 0
    for seed in range(5):
        x, truth_s = with_heart(height, seed=seed)
        heart = conditioned(x).heart
        if heart is not None:
            apart = np.abs(truth_s[:, None] - heart.times_s[None]).min(axis=1)
            found += float((apart < 0.05).mean()) >= 0.85
    assert found == 5


@pytest.mark.parametrize("height", [0, 8, 13, 20, 40])
def test_a_heart_is_never_taken_for_a_burst(height: float) -> None:
    for seed in range(5):
        bursts = conditioned(with_heart(height, seed=seed)[0]).activity.bursts
        assert [round(burst.start_s) for burst in bursts] == [20, 40]


def test_heart_beats_can_be_left_in() -> None:
    x, _ = with_heart(10, seed=1)
    assert condition(signal_of(x), Settings(heart_beat=False)).heart is None


@pytest.mark.parametrize("factor", [1e-6, -1.0, -1e-3, 37.5])
def test_scale_and_sign_change_nothing_that_is_found(factor: float) -> None:
    x, _ = with_heart(10, seed=2)
    times_s = np.arange(x.size) / 1000
    x = x + 3 * mains_hum(times_s, rate_hz=1000, rng=np.random.default_rng(7))
    one, other = conditioned(x), conditioned(factor * x)
    assert_allclose(
        other.samples, factor * one.samples, rtol=1e-6, atol=1e-7 * np.abs(factor * one.samples).max()
    )
    assert [b.start_s for b in other.activity.bursts] == [b.start_s for b in one.activity.bursts]
    assert other.hum.base_hz == one.hum.base_hz
    assert (other.heart is None) == (one.heart is None)


def test_the_start_of_the_recording_shifts_times_and_nothing_else() -> None:
    x = session_of()
    early, late = conditioned(x), conditioned(x, start_s=100.0)
    assert_array_equal(early.samples, late.samples)
    assert late.end_s == pytest.approx(130.0)
    assert late.index(100.5) == 500
    assert late.index(-5) == 0
    assert late.index(1e9) == x.size
    for a, b in zip(early.activity.bursts, late.activity.bursts, strict=True):
        assert b.start_s - a.start_s == pytest.approx(100.0)


def test_edges_of_the_band_follow_settings_and_rate() -> None:
    signal = signal_of(session_of())
    assert (conditioned(session_of()).low_hz, conditioned(session_of()).high_hz) == (30.0, 450.0)
    narrow = condition(signal, Settings(low_hz=40.0, high_hz=200.0))
    assert (narrow.low_hz, narrow.high_hz) == (40.0, 200.0)
    slow = condition(replace(signal_of(session_of(500.0), 500.0)), Settings())
    assert slow.high_hz == pytest.approx(225.0)
