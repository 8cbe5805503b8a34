"""Heart beat, hum, breath, gaps and clocks can be measured on the samples as they were set."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from recordings.model import FloatArray, Recording, Signal
from recordings.synth import (
    SHOULDER_MUSCLE,
    Body,
    Muscle,
    Nuisance,
    Raise,
    Schedule,
    Sensors,
    SyntheticSession,
    simulate_session,
)

CLEAN = Nuisance(with_rest=False)
BRISK = Schedule(lead_in_s=3.0, every_s=(6.0, 7.0), tail_s=1.0)
#: Two minutes in which no muscle moves.
STILL = Schedule(duration_s=120.0)


def at_rest(shoulder: Nuisance, *, body: Body | None = None, rate_hz: float = 1000.0) -> SyntheticSession:
    """A person who does nothing, with this at the shoulder's electrode."""
    return simulate_session(
        raises=[],
        schedule=STILL,
        rate_hz=rate_hz,
        body=body or Body(),
        glute_nuisance=CLEAN,
        shoulder_nuisance=shoulder,
        seed=2,
    )


def clean_raises(
    *,
    n_raises: int = 3,
    lag_ms: float = 0.0,
    sensors: Sensors | None = None,
    rate_hz: float | tuple[float, float] = 2000.0,
):
    return simulate_session(
        lags_ms=[lag_ms] * n_raises,
        schedule=BRISK,
        rate_hz=rate_hz,
        sensors=sensors or Sensors(),
        glute_nuisance=CLEAN,
        shoulder_nuisance=CLEAN,
    )


def of(recording: Recording) -> tuple[Signal, Signal]:
    glute, shoulder = recording.signals
    return glute, shoulder


def within(one: Signal, start_s: float, stop_s: float) -> FloatArray:
    return one.samples[(one.times_s >= start_s) & (one.times_s < stop_s)]


def rms(samples: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def onsets_s(one: Signal) -> FloatArray:
    """First sample of every stretch that differs from zero, at least a second after the one before."""
    active_s = one.times_s[one.samples != 0]
    return active_s[np.diff(active_s, prepend=-10.0) > 1.0]


@pytest.mark.parametrize("per_min", [55.0, 90.0])
def test_the_heart_beats_at_its_rate_where_the_truth_has_it(per_min: float):
    session = at_rest(Nuisance(with_rest=False, heart_uv=30), body=Body(heart_per_min=per_min))
    glute, shoulder = of(session.recording)
    peaks, _ = signal.find_peaks(shoulder.samples, height=18)
    beats_s = shoulder.times_s[peaks]
    assert not glute.samples.any()
    assert beats_s.size == session.truth.heart_beats_s.size
    np.testing.assert_allclose(beats_s, session.truth.heart_beats_s, atol=0.002)
    assert 60 / np.diff(beats_s).mean() == pytest.approx(per_min, rel=0.03)
    assert np.std(np.diff(beats_s)) * per_min / 60 == pytest.approx(0.04, abs=0.02)
    assert np.median(shoulder.samples[peaks]) == pytest.approx(30, rel=0.1)
    assert np.ptp(shoulder.samples[peaks]) > 3  # the height swings with the breath


def test_a_heart_beat_turned_over_is_the_same_upside_down():
    up, down = (of(at_rest(Nuisance(with_rest=False, heart_uv=uv)).recording)[1] for uv in (30, -30))
    np.testing.assert_allclose(up.samples, -down.samples)


@pytest.mark.parametrize("mains_hz", [50.02, 59.95])
def test_hum_has_its_frequency_strength_and_harmonics(mains_hz: float):
    hum = of(at_rest(Nuisance(with_rest=False, hum_uv=3), body=Body(mains_hz=mains_hz)).recording)[1]
    frequency_hz, power = signal.periodogram(hum.samples, hum.rate_hz, window="hann", nfft=2**19)
    assert frequency_hz[np.argmax(power)] == pytest.approx(mains_hz, abs=0.01)
    third = (frequency_hz > 2.5 * mains_hz) & (frequency_hz < 3.5 * mains_hz)
    assert frequency_hz[third][np.argmax(power[third])] == pytest.approx(3 * mains_hz, abs=0.01)
    assert 3.0 < rms(hum.samples) < 3.5
    strength = rms(hum.samples[:5000]), rms(hum.samples[60_000:65_000])
    assert strength[0] != pytest.approx(strength[1], rel=0.01)  # it drifts


def test_hum_above_half_the_rate_is_not_folded_down():
    hum = of(at_rest(Nuisance(with_rest=False, hum_uv=3), rate_hz=250.0).recording)[1]
    frequency_hz, power = signal.periodogram(hum.samples, hum.rate_hz, window="hann")
    lines = np.min(np.abs(frequency_hz[:, None] - 50.02 * np.arange(1, 3)), axis=1) < 1
    assert power[~lines].sum() < 1e-6 * power.sum()


def test_a_baseline_wanders_slowly():
    wander = of(at_rest(Nuisance(with_rest=False, wander_uv=20)).recording)[1]
    frequency_hz, power = signal.periodogram(wander.samples, wander.rate_hz, window="hann")
    assert rms(wander.samples) == pytest.approx(20, rel=0.3)
    assert power[frequency_hz > 1].sum() < 0.001 * power.sum()


def test_every_breath_makes_a_short_burst_on_the_shoulder():
    session = at_rest(Nuisance(with_rest=False, breathing_uv=5), body=Body(breaths_per_min=15))
    glute, shoulder = of(session.recording)
    starts_s = onsets_s(shoulder)
    breaths_s = session.truth.breaths_s[(session.truth.breaths_s > 0) & (session.truth.breaths_s < 120)]
    assert not glute.samples.any()
    assert starts_s.size / 2 == pytest.approx(15, abs=1.5)
    assert all(np.min(np.abs(starts_s - breath_s)) < 0.002 for breath_s in breaths_s)
    assert np.mean(shoulder.samples != 0) == pytest.approx(0.9 / 4, abs=0.05)


def test_tonic_activity_never_ceases():
    tonic = of(at_rest(Nuisance(with_rest=False, tonic_uv=6)).recording)[1]
    seconds = np.sqrt(np.mean(tonic.samples.reshape(120, -1) ** 2, axis=1))
    assert rms(tonic.samples) == pytest.approx(6, rel=0.15)
    assert seconds.min() > 2


def test_rest_noise_steps_up_by_the_stated_decibels():
    rest = of(at_rest(Nuisance(rest_uv=3, rest_steps=((60.0, 8.0),))).recording)[1]
    before, after = rms(within(rest, 0, 60)), rms(within(rest, 60, 120))
    assert before == pytest.approx(3, rel=0.05)
    assert 20 * np.log10(after / before) == pytest.approx(8, abs=0.5)


def test_lost_samples_are_gaps_just_where_they_were_put():
    lost = of(at_rest(Nuisance(lost_s=((10.0, 10.5), (30.0, 31.0)))).recording)[1]
    gone = np.isnan(lost.samples)
    wanted = ((lost.times_s >= 10) & (lost.times_s < 10.5)) | ((lost.times_s >= 30) & (lost.times_s < 31))
    assert np.array_equal(gone, wanted)
    assert lost.samples.size == 120_000


def test_a_channel_can_be_stuck_clipped_or_off_the_skin():
    nuisance = Nuisance(flat_s=((10.0, 12.0),), off_s=((20.0, 22.0),), clip_uv=100.0)
    spoilt = of(at_rest(nuisance).recording)[1]
    assert np.all(within(spoilt, 10, 12) == 0)
    assert np.abs(spoilt.samples).max() == 100
    assert np.mean(np.abs(within(spoilt, 20, 22)) == 100) > 0.2
    assert rms(within(spoilt, 22, 30)) == pytest.approx(3, rel=0.1)


def test_no_muscle_is_seen_while_the_electrode_is_off():
    def seen(lag_ms: float | None) -> FloatArray:
        off = Nuisance(off_s=((0.0, 60.0),))
        return of(simulate_session(lags_ms=[lag_ms], shoulder_nuisance=off, schedule=BRISK).recording)[
            1
        ].samples

    assert np.array_equal(seen(-100.0)[:10_000], seen(None)[:10_000])


def test_channels_of_unequal_rate_and_start_keep_the_same_true_onsets():
    session = clean_raises(lag_ms=-80, rate_hz=(2148.0, 1000.0), sensors=Sensors(shoulder_starts_s=1.5))
    glute, shoulder = of(session.recording)
    assert (glute.rate_hz, shoulder.rate_hz, shoulder.start_s) == (2148.0, 1000.0, 1.5)
    assert glute.duration_s - shoulder.duration_s == pytest.approx(1.5, abs=0.002)
    np.testing.assert_allclose(onsets_s(shoulder) - onsets_s(glute), -0.08, atol=0.0016)


def test_a_second_clock_moves_what_is_recorded_and_not_what_is_true():
    sensors = Sensors(clock_offset_ms=25.0, clock_drift_ppm=200.0, clock_error_ms=None)
    session = clean_raises(n_raises=6, lag_ms=-80, sensors=sensors)
    glute, shoulder = of(session.recording)
    apparent_ms = 1000 * (onsets_s(shoulder) - onsets_s(glute))
    expected_ms = -80 + 25 + 0.2 * onsets_s(glute)
    np.testing.assert_allclose(apparent_ms, expected_ms, atol=1.1)
    assert session.truth.lags_ms == pytest.approx([-80.0] * 6)
    assert session.recording.shared_clock is False
    assert session.recording.clock_error_ms is None
    assert glute.channel.device != shoulder.channel.device


def test_one_clock_is_the_usual_case():
    recording = clean_raises().recording
    assert recording.shared_clock is True
    assert recording.clock_error_ms == 0
    assert recording.signals[0].channel.device == recording.signals[1].channel.device


def test_an_envelope_sensor_sends_rectified_emg_smoothed_over_its_window():
    raw, smooth = (
        clean_raises(rate_hz=1000.0, sensors=Sensors(smoothing_ms=window)) for window in (None, 40.0)
    )
    for emg, sent in zip(of(raw.recording), of(smooth.recording), strict=True):
        assert (sent.channel.kind, sent.channel.smoothing_ms, emg.channel.kind) == ("envelope", 40.0, "emg")
        wanted = np.convolve(np.abs(emg.samples), np.full(40, 1 / 40))[: emg.samples.size]
        np.testing.assert_allclose(sent.samples, wanted, atol=1e-6)


def test_a_slow_envelope_sensor_still_sees_fast_emg():
    slow, fast = (
        clean_raises(rate_hz=rate_hz, sensors=Sensors(smoothing_ms=50.0)).recording
        for rate_hz in (100.0, 1000.0)
    )
    for one, other in zip(of(slow), of(fast), strict=True):
        assert one.rate_hz == 100
        np.testing.assert_allclose(one.samples, other.samples[::10][: one.samples.size], atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_two_channels_can_share_their_signal_to_a_stated_degree(share: float):
    session = clean_raises(sensors=Sensors(shared_texture=share), n_raises=5)
    glute, shoulder = of(session.recording)
    both = (glute.samples != 0) & (shoulder.samples != 0)
    assert np.corrcoef(glute.samples[both], shoulder.samples[both])[0, 1] == pytest.approx(share, abs=0.06)
    np.testing.assert_allclose(onsets_s(glute), onsets_s(shoulder), atol=0.001)


def test_crosstalk_brings_the_other_muscle_at_its_gain():
    alone = clean_raises(lag_ms=300)
    mixed = clean_raises(lag_ms=300, sensors=Sensors(crosstalk=0.2))
    glute, shoulder = (one.samples for one in of(alone.recording))
    np.testing.assert_allclose(of(mixed.recording)[0].samples, glute + 0.2 * shoulder)
    np.testing.assert_allclose(of(mixed.recording)[1].samples, shoulder + 0.2 * glute)


def test_a_common_signal_is_the_same_on_both_channels_at_rest():
    glute, shoulder = of(clean_raises(sensors=Sensors(common_uv=5)).recording)
    assert np.array_equal(within(glute, 0, 3), within(shoulder, 0, 3))
    assert rms(within(glute, 0, 3)) == pytest.approx(5, rel=0.1)


def test_settings_that_contradict_one_another_are_refused():
    with pytest.raises(ValueError, match="give one of them"):
        simulate_session(lags_ms=[0.0], raises=[Raise()])
    with pytest.raises(ValueError, match="one rate, one clock and one start"):
        clean_raises(rate_hz=(2000.0, 1000.0), sensors=Sensors(crosstalk=0.1))
    with pytest.raises(ValueError, match="share from 0 to 1"):
        Sensors(shared_texture=1.5)


def test_a_motor_unit_muscle_fires_in_a_session():
    session = simulate_session(
        lags_ms=[-100.0],
        glute=Muscle(texture="motor_units", snr_db=20, level_spread=0.0),
        shoulder=replace(SHOULDER_MUSCLE, texture="motor_units"),
        schedule=BRISK,
    )
    glute = of(session.recording)[0]
    burst = session.truth.glute_bursts[0]
    active = rms(within(glute, burst.onset_s + 0.2, burst.end_s - 0.4))
    assert 20 * np.log10(active / rms(within(glute, 0, 3))) == pytest.approx(20, abs=1.5)
