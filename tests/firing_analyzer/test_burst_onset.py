"""Onsets of simulated bursts against the instant at which their envelope truly left zero."""

import numpy as np
import pytest

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import BurstOnset, burst_onset, snr_db
from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.filters import FloatArray
from firing_analyzer.settings import Settings
from recordings.model import Channel, Signal
from recordings.synth import Burst as SynthBurst
from recordings.synth import simulate_burst
from recordings.synth.bursts import envelope
from recordings.synth.nuisances import beat_times, breath_times, heart_beat
from recordings.synth.texture import rest_noise, texture

#: Neither hum nor heart is simulated here, so neither is looked for.
PLAIN = Settings(heart_beat=False, mains_hz="off")


def conditioned(x: FloatArray, rate_hz: float, *, start_s: float = 0.0) -> Conditioned:
    return condition(Signal.of(Channel("GM_L", unit="uV"), x, rate_hz=rate_hz, start_s=start_s), PLAIN)


def onset_of(
    x: FloatArray, rate_hz: float, *, at_s: float, earliest_s: float = 0.0, start_s: float = 0.0
) -> BurstOnset:
    done = conditioned(x, rate_hz, start_s=start_s)
    (burst,) = [b for b in done.activity.bursts if b.end_s > at_s + 0.3 and b.start_s < at_s + 0.5]
    return burst_onset(done, burst, earliest_s=earliest_s)


def test_lost_samples_at_the_onset_are_told_and_never_shift_it_off_the_truth() -> None:
    held, told, wider = 0, 0, 0
    for seed in range(20):
        x = simulate_burst(duration_s=7, onset_s=5, rise_ms=100, snr_db=20, seed=seed)
        whole = onset_of(x, 2000.0, at_s=5).posterior.interval_s()
        x[round((4.97 + 0.004 * seed) * 2000) :][:80] = np.nan  # 40 ms somewhere about the onset
        onset = onset_of(x, 2000.0, at_s=5)
        low, high = onset.posterior.interval_s()
        held += low <= 5 <= high
        told += onset.longest_loss_s > 0
        wider += high - low > 0.9 * (whole[1] - whole[0])
    assert held >= 18
    assert told == 20
    assert wider >= 18


def test_samples_lost_far_from_the_onset_say_nothing_about_it() -> None:
    x = simulate_burst(duration_s=7, onset_s=5, rise_ms=100, snr_db=20, seed=3)
    plain = onset_of(x, 2000.0, at_s=5)
    x[6000:6040] = np.nan  # two seconds before
    onset = onset_of(x, 2000.0, at_s=5)
    assert onset.longest_loss_s == 0
    assert onset.posterior.median_s == pytest.approx(plain.posterior.median_s, abs=0.005)


@pytest.mark.parametrize("factor", [1e-9, -1.0, 1e-3, -250.0])
def test_scale_and_sign_do_not_move_an_onset(factor: float) -> None:
    x = simulate_burst(duration_s=7, onset_s=5, snr_db=15, seed=4)
    one, other = onset_of(x, 2000.0, at_s=5), onset_of(factor * x, 2000.0, at_s=5)
    np.testing.assert_allclose(other.posterior.interval_s(), one.posterior.interval_s(), atol=1e-6)
    assert other.snr_db == pytest.approx(one.snr_db, abs=1e-6)


def test_the_clock_of_the_recording_shifts_an_onset_exactly() -> None:
    x = simulate_burst(duration_s=7, onset_s=5, seed=5)
    early = onset_of(x, 2000.0, at_s=5)
    late = onset_of(x, 2000.0, at_s=105, start_s=100.0, earliest_s=100.0)
    assert late.posterior.median_s - early.posterior.median_s == pytest.approx(100.0, abs=1e-6)


def test_rest_put_in_front_does_not_move_an_onset() -> None:
    rng = np.random.default_rng(6)
    x = simulate_burst(duration_s=9, onset_s=7, snr_db=18, seed=6)
    longer = np.concatenate((3 * rest_noise(20_000, rate_hz=2000, rng=rng), x))
    one, other = onset_of(x, 2000.0, at_s=7), onset_of(longer, 2000.0, at_s=17)
    assert other.posterior.median_s - one.posterior.median_s == pytest.approx(10.0, abs=0.006)


def test_where_there_was_no_rest_before_the_onset_is_pinned() -> None:
    """The muscle works since before the window, at a third of what it then does."""
    pinned = 0
    for seed in range(10):
        rng = np.random.default_rng([seed, 51])
        n = 16_000
        times_s = np.arange(n) / 2000
        level = np.where(times_s > 5, 30.0, np.where(times_s > 3.2, 10.0, 0.0))
        x = level * texture(n, rate_hz=2000, rng=rng) + 3 * rest_noise(n, rate_hz=2000, rng=rng)
        onset = burst_onset(conditioned(x, 2000.0), Burst(5.0, 8.0), earliest_s=4.0)
        pinned += onset.posterior.pinned
    assert pinned >= 9


def test_an_ordinary_onset_is_not_pinned() -> None:
    for seed in range(10):
        x = simulate_burst(duration_s=7, onset_s=5, rise_ms=150, snr_db=12, seed=seed)
        assert not onset_of(x, 2000.0, at_s=5).posterior.pinned


def test_the_onset_is_not_sought_before_the_earliest() -> None:
    x = simulate_burst(duration_s=7, onset_s=5, seed=7)
    done = conditioned(x, 2000.0)
    (burst,) = done.activity.bursts
    onset = burst_onset(done, burst, earliest_s=4.9)
    assert onset.posterior.median_s == pytest.approx(5.0, abs=0.03)
    late = burst_onset(done, burst, earliest_s=burst.start_s - 0.005)  # what came before is not of this burst
    assert late.posterior.interval_s()[0] >= burst.start_s - 0.005 - 0.015


def test_a_restless_muscle_is_timed_less_surely() -> None:
    """Rest that swings by some decibels from moment to moment makes intervals wider."""
    steady: list[float] = []
    swinging: list[float] = []
    for seed in range(10):
        x = simulate_burst(duration_s=7, onset_s=5, rise_ms=150, snr_db=20, seed=seed)
        times_s = np.arange(x.size) / 2000
        swing = np.where(times_s < 4.8, 1 + 0.35 * np.sin(2 * np.pi * 1.7 * times_s), 1.0)
        for y, widths in ((x, steady), (swing * x, swinging)):
            low, high = onset_of(y, 2000.0, at_s=5).posterior.interval_s()
            widths.append(high - low)
    assert float(np.median(swinging)) > 1.15 * float(np.median(steady))


@pytest.mark.parametrize("snr", [8.0, 12.0, 20.0, 30.0])
def test_snr_is_told_to_a_decibel(snr: float) -> None:
    """Both powers in the analysed band, where the truth is known from the parts."""
    told: list[float] = []
    for seed in range(8):
        rng = np.random.default_rng([seed, 52])
        n = 24_000
        times_s = np.arange(n) / 2000
        rest = conditioned(rest_noise(n, rate_hz=2000, rng=rng), 2000.0).samples
        muscle = conditioned(texture(n, rate_hz=2000, rng=rng), 2000.0).samples
        x = rest / rest.std() + 10 ** (snr / 20) * muscle / muscle.std() * ((times_s > 6) & (times_s < 9))
        done = conditioned(x, 2000.0)
        told.append(snr_db(done, 6.0, 9.0))
    assert float(np.mean(told)) == pytest.approx(snr, abs=1.0)


@pytest.mark.parametrize("change_db", [-8.0, 8.0])
def test_a_rest_that_has_moved_is_told(change_db: float) -> None:
    rng = np.random.default_rng(53)
    rest = 3 * rest_noise(120_000, rate_hz=1000, rng=rng)
    rest[90_000:] *= 10 ** (change_db / 20)
    muscle = 60 * texture(120_000, rate_hz=1000, rng=rng)
    times_s = np.arange(120_000) / 1000
    x = rest + muscle * (((times_s > 40) & (times_s < 42)) | ((times_s > 110) & (times_s < 112)))
    done = conditioned(x, 1000.0)
    # where rest itself steps, some seconds pass before it is believed; that may look like a burst
    bursts = [burst for burst in done.activity.bursts if abs(burst.start_s % 70 - 40) < 0.2]
    early, late = (burst_onset(done, burst, earliest_s=0.0) for burst in bursts)
    assert abs(early.rest_change_db) < 1
    assert late.rest_change_db == pytest.approx(change_db, abs=1)


@pytest.mark.parametrize("rate_hz", [250.0, 500.0, 1259.259, 4000.0])
def test_other_rates_time_onsets_as_well(rate_hz: float) -> None:
    errors: list[float] = []
    covered = 0
    for seed in range(10):
        x = simulate_burst(rate_hz=rate_hz, duration_s=8, onset_s=5.013, rise_ms=100, snr_db=20, seed=seed)
        posterior = onset_of(x, rate_hz, at_s=5).posterior
        low, high = posterior.interval_s()
        covered += low <= 5.013 <= high
        errors.append(abs(posterior.median_s - 5.013))
    assert covered >= 8
    assert float(np.median(errors)) < (0.025 if rate_hz > 400 else 0.045)


@pytest.mark.parametrize("smoothing_ms", [None, 20.0, 50.0])
def test_the_onset_of_an_envelope_is_as_vague_as_its_smoothing(smoothing_ms: float | None) -> None:
    rng = np.random.default_rng(54)
    times_s = np.arange(3000) / 100
    x = 2 + 0.2 * rng.standard_normal(3000) + 50 * ((times_s > 15) & (times_s < 18))
    channel = Channel("GM_L", kind="envelope", smoothing_ms=smoothing_ms)
    done = condition(Signal.of(channel, x, rate_hz=100.0), Settings())
    (burst,) = done.activity.bursts
    posterior = burst_onset(done, burst, earliest_s=0.0).posterior
    low, high = posterior.interval_s()
    assert posterior.probability.sum() == pytest.approx(1)
    assert low - 0.02 <= 15.0 <= high + 0.02
    assert high - low >= (smoothing_ms or 50.0) / 2000


def test_the_fallback_for_a_burst_at_the_very_start_gives_an_answer() -> None:
    """No rest at all before the burst: an onset is still given, and it is pinned or wide."""
    x = simulate_burst(duration_s=8, onset_s=-1.0, end_s=3.0, snr_db=20, seed=8)
    done = conditioned(x, 2000.0)
    onset = burst_onset(done, done.activity.bursts[0], earliest_s=0.0)
    assert np.isfinite(onset.posterior.median_s)
    low, high = onset.posterior.interval_s()
    assert onset.posterior.pinned or high - low > 0.2


@pytest.mark.parametrize("after_beat_s", [-0.12, -0.04, 0.0, 0.04, 0.12, 0.3])
def test_a_heart_beat_beside_the_onset_does_not_move_it(after_beat_s: float) -> None:
    """R waves of 13 times rest, and raises that begin at a set time after one: the beat is not the onset."""
    errors: list[float] = []
    covered = 0
    for seed in range(3):
        rng = np.random.default_rng([seed, 55])
        n, rate_hz = 60_000, 1000.0
        times_s = np.arange(n) / rate_hz
        breaths_s = breath_times(60, rng=rng)
        beats_s = beat_times(60, rng=rng, breaths_s=breaths_s)
        starts_s = [
            float(beats_s[np.searchsorted(beats_s, at)]) + after_beat_s for at in (9.0, 21.0, 33.0, 45.0)
        ]
        bursts = [SynthBurst(start_s, start_s + 2.5, rise_ms=80) for start_s in starts_s]
        x = rest_noise(n, rate_hz=rate_hz, rng=rng) + 10 * envelope(times_s, bursts) * texture(
            n, rate_hz=rate_hz, rng=rng
        )
        x += 13 * heart_beat(times_s, beats_s=beats_s, breaths_s=breaths_s)
        done = condition(Signal.of(Channel("UT_R"), x, rate_hz=rate_hz), Settings(mains_hz="off"))
        assert done.heart is not None
        assert len(done.activity.bursts) == len(starts_s)
        for burst, start_s in zip(done.activity.bursts, starts_s, strict=True):
            posterior = burst_onset(done, burst, earliest_s=start_s - 3).posterior
            low, high = posterior.interval_s()
            covered += low <= start_s <= high
            errors.append(posterior.median_s - start_s)
    assert covered >= 10
    assert abs(float(np.median(errors))) < 0.015


@pytest.mark.parametrize(
    ("onset_s", "end_s", "duration_s"),
    [(0.3, 2.8, 8.0), (0.8, 3.3, 8.0), (6.0, 9.0, 6.15), (6.0, 6.25, 9.0), (6.0, 9.0, 6.4)],
    ids=["early in the recording", "early", "cut off", "short", "cut off later"],
)
def test_bursts_at_the_edges_are_timed_too(onset_s: float, end_s: float, duration_s: float) -> None:
    covered = 0
    for seed in range(10):
        x = simulate_burst(
            duration_s=duration_s, onset_s=onset_s, end_s=end_s, rise_ms=80, fall_ms=80, seed=seed
        )
        done = conditioned(x, 2000.0)
        low, high = burst_onset(done, done.activity.bursts[0], earliest_s=0.0).posterior.interval_s()
        covered += low <= onset_s <= high
        assert high - low < 0.2
    assert covered >= 9


@pytest.mark.parametrize("gap_s", [0.16, 0.3, 0.8])
def test_the_burst_before_does_not_pull_an_onset_back(gap_s: float) -> None:
    """The muscle fires twice: the second onset is sought after the end of the first only."""
    errors: list[float] = []
    for seed in range(10):
        rng = np.random.default_rng([seed, 56])
        rest = 3 * rest_noise(18_000, rate_hz=2000, rng=rng)
        times_s = np.arange(18_000) / 2000
        bursts = [SynthBurst(4.0, 6 - gap_s, fall_ms=50), SynthBurst(6.0, 8.0, rise_ms=60)]
        x = rest + 30 * envelope(times_s, bursts) * texture(18_000, rate_hz=2000, rng=rng)
        done = conditioned(x, 2000.0)
        first, second = done.activity.bursts
        errors.append(burst_onset(done, second, earliest_s=first.end_s).posterior.median_s - 6.0)
    assert abs(float(np.median(errors))) < 0.02
    assert float(np.abs(errors).max()) < 0.06
