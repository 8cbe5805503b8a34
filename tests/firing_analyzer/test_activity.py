"""Bursts and rest are simulated; what counts as a burst is checked against where they truly are."""

from collections.abc import Sequence

import numpy as np
import pytest

from firing_analyzer.activity import Activity, find_activity, frame_power
from firing_analyzer.filters import FloatArray, bandpass, upper_edge_hz
from recordings.synth import simulate_burst
from recordings.synth.texture import rest_noise, texture

REST_UV = 3.0


def activity_of(x: FloatArray, rate_hz: float) -> Activity:
    power, frame_s = frame_power(bandpass(x, rate_hz), np.zeros(x.size, dtype=np.bool_), rate_hz)
    return find_activity(power, frame_s, dof_per_s=2 * (upper_edge_hz(rate_hz) - 30))


def rest_of(seconds: float, rate_hz: float, *, seed: int) -> FloatArray:
    rng = np.random.default_rng([seed, 31])
    return REST_UV * rest_noise(round(seconds * rate_hz), rate_hz=rate_hz, rng=rng)


def muscle_of(
    times_s: Sequence[tuple[float, float]], seconds: float, rate_hz: float, *, snr_db: float, seed: int
) -> FloatArray:
    """Muscle at work between sharp edges, its power over that of rest in the analysed band."""
    n = round(seconds * rate_hz)
    steady = bandpass(texture(n, rate_hz=rate_hz, rng=np.random.default_rng([seed, 32])), rate_hz)
    rest = bandpass(rest_of(seconds, rate_hz, seed=seed), rate_hz)
    steady *= 10 ** (snr_db / 20) * rest.std() / steady.std()
    mask = np.zeros(n)
    for start_s, stop_s in times_s:
        mask[round(start_s * rate_hz) : round(stop_s * rate_hz)] = 1.0
    return steady * mask


@pytest.mark.parametrize("snr_db", [8.0, 10.0, 15.0, 25.0, 40.0])
@pytest.mark.parametrize("rate_hz", [250.0, 500.0, 1000.0, 2000.0])
def test_every_burst_of_a_second_is_found_from_8_db_up(rate_hz: float, snr_db: float) -> None:
    at = [(start, start + 1.0) for start in (8.0, 18.0, 27.0, 35.0, 47.0)]
    wrong: list[tuple[int, int]] = []
    errors: list[float] = []
    for seed in range(6):
        x = rest_of(55, rate_hz, seed=seed) + muscle_of(at, 55, rate_hz, snr_db=snr_db, seed=seed)
        bursts = activity_of(x, rate_hz).bursts
        if len(bursts) != len(at):
            wrong.append((seed, len(bursts)))
            continue
        errors += [burst.start_s - start for burst, (start, _) in zip(bursts, at, strict=True)]
        errors += [burst.end_s - stop for burst, (_, stop) in zip(bursts, at, strict=True)]
    assert not wrong
    assert abs(float(np.median(errors))) < 0.010
    # an edge is as vague as the smoothing, which is 50 ms, and 150 ms where the band is narrow
    assert float(np.quantile(np.abs(errors), 0.9)) < (0.100 if rate_hz < 500 else 0.060)


@pytest.mark.parametrize("rate_hz", [250.0, 500.0, 1000.0, 2000.0])
def test_ten_minutes_of_rest_hold_no_burst(rate_hz: float) -> None:
    alarms = {seed: len(activity_of(rest_of(600, rate_hz, seed=seed), rate_hz).bursts) for seed in range(20)}
    assert not any(alarms.values()), alarms


@pytest.mark.soak
@pytest.mark.parametrize("rate_hz", [250.0, 500.0, 1000.0, 2000.0])
@pytest.mark.parametrize("pink_share", [0.0, 0.1, 0.5])
def test_ten_minutes_of_rest_hold_no_burst_for_40_people(rate_hz: float, pink_share: float) -> None:
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 33])
        x = rest_noise(round(600 * rate_hz), rate_hz=rate_hz, rng=rng, pink_share=pink_share)
        alarms += len(activity_of(x, rate_hz).bursts)
    assert alarms <= 2  # less than one in three hours


def test_twenty_minutes_of_rest_are_nearly_all_called_rest() -> None:
    activity = activity_of(rest_of(600, 1000, seed=40), 1000.0)
    assert activity.quiet.mean() > 0.99
    truth = float(np.var(bandpass(rest_of(600, 1000, seed=40), 1000.0)))
    assert activity.session_rest == pytest.approx(truth, rel=0.05)


def frames(levels: list[tuple[float, float]], *, frame_s: float = 0.005, rest_s: float = 10.0) -> FloatArray:
    """Power without any randomness: rest, then stretches of (length in s, power), then rest."""
    parts = [np.ones(round(rest_s / frame_s))]
    parts += [np.full(round(length_s / frame_s), level) for length_s, level in levels]
    return np.concatenate([*parts, np.ones(round(rest_s / frame_s))])


@pytest.mark.parametrize(("gap_ms", "expected"), [(50, 1), (85, 1), (115, 2), (130, 2), (400, 2)])
def test_bursts_closer_than_100_ms_are_one(gap_ms: float, expected: int) -> None:
    """The edges are placed to 10 ms, so the limit is soft by that much on either side."""
    power = frames([(0.5, 100.0), (gap_ms / 1000, 1.0), (0.5, 100.0)])
    assert len(find_activity(power, 0.005, dof_per_s=840).bursts) == expected


@pytest.mark.parametrize(("gap_ms", "expected"), [(80, 1), (130, 2)])
def test_gaps_in_real_bursts_merge_alike(gap_ms: float, expected: int) -> None:
    right = 0
    for seed in range(20):
        at = [(8.0, 8.6), (8.6 + gap_ms / 1000, 9.2 + gap_ms / 1000)]
        x = rest_of(20, 2000, seed=seed) + muscle_of(at, 20, 2000, snr_db=18, seed=seed)
        right += len(activity_of(x, 2000.0).bursts) == expected
    assert right >= 18


@pytest.mark.parametrize(
    ("lull_s", "level", "expected"),
    # a threshold of 1.8 times rest: between 1.32 and it a muscle still works, for half a second at most
    [(0.3, 1.0, 2), (0.3, 1.2, 2), (0.3, 1.5, 1), (0.45, 1.5, 1), (0.6, 1.5, 2)],
)
def test_a_muscle_that_does_not_come_to_rest_in_between_works_on(
    lull_s: float, level: float, expected: int
) -> None:
    power = frames([(0.5, 20.0), (lull_s, level), (0.5, 20.0)])
    assert len(find_activity(power, 0.005, dof_per_s=840).bursts) == expected


def test_a_faint_muscle_is_one_burst_though_its_power_sinks_now_and_then() -> None:
    whole = 0
    for seed in range(20):
        x = rest_of(30, 1000, seed=seed) + muscle_of([(12.0, 15.0)], 30, 1000, snr_db=5, seed=seed)
        whole += len(activity_of(x, 1000.0).bursts) == 1
    assert whole >= 18


@pytest.mark.parametrize(("length_ms", "expected"), [(40, 0), (80, 0), (120, 1), (150, 1)])
def test_a_burst_lasts_at_least_100_ms(length_ms: float, expected: int) -> None:
    """A loud but short twitch must not be lengthened into a burst by smoothing."""
    power = frames([(length_ms / 1000, 100.0)])
    assert len(find_activity(power, 0.005, dof_per_s=840).bursts) == expected


def test_edges_of_a_burst_are_where_they_are() -> None:
    (burst,) = find_activity(frames([(1.0, 50.0)]), 0.005, dof_per_s=840, start_s=3.0).bursts
    assert burst.start_s == pytest.approx(13.0, abs=0.011)
    assert burst.end_s == pytest.approx(14.0, abs=0.011)
    assert burst.duration_s == pytest.approx(1.0, abs=0.021)


@pytest.mark.parametrize("step_db", [-10.0, 10.0])
def test_a_level_of_rest_that_steps_is_followed(step_db: float) -> None:
    """From some seconds after the step on, rest is what it now is, and bursts over it are found."""
    x = rest_of(80, 1000, seed=50)
    after = 10 ** (step_db / 20)
    x[40_000:] *= after
    at = [(20.0, 21.0), (60.0, 61.0)]
    muscle = muscle_of(at, 80, 1000, snr_db=15, seed=50)
    muscle[40_000:] *= after
    activity = activity_of(x + muscle, 1000.0)
    truth = bandpass(x, 1000.0)
    for start_s, stop_s in ((25, 33), (48, 57), (65, 78)):
        rest = float(np.median(activity.rest[activity.frame(start_s) : activity.frame(stop_s)]))
        assert rest == pytest.approx(float(np.var(truth[start_s * 1000 : stop_s * 1000])), rel=0.15)
    for start_s, _ in at:
        assert any(abs(burst.start_s - start_s) < 0.05 for burst in activity.bursts)
    settled = [b.start_s for b in activity.bursts if not 32 < b.start_s < 48]
    stray = [start for start in settled if all(abs(start - start_s) > 0.2 for start_s, _ in at)]
    assert not stray


def test_lost_samples_are_neither_rest_nor_burst() -> None:
    x = rest_of(60, 1000, seed=51) + muscle_of([(20, 22), (40, 42)], 60, 1000, snr_db=20, seed=51)
    lost = np.zeros(x.size, dtype=np.bool_)
    for start, stop in ((10_000, 15_000), (20_500, 20_600), (50_000, 50_003)):
        lost[start:stop] = True
    x[lost] = 1e6  # whatever stands there must not matter
    power, frame_s = frame_power(x, lost, 1000.0)
    assert np.isnan(power[2000:3000]).all()
    assert np.isnan(power[10_000])
    assert np.isfinite(power[3001:4099]).all()
    activity = find_activity(power, frame_s, dof_per_s=840)
    assert not activity.quiet[2000:3000].any()
    assert not any(b.start_s < 15 and b.end_s > 10 for b in activity.bursts)
    assert np.isfinite(activity.rest).all()
    assert [round(b.start_s) for b in activity.bursts] == [20, 40]


def test_a_gap_inside_a_burst_does_not_split_it_if_short() -> None:
    power = frames([(2.0, 50.0)])
    power[2200:2210] = np.nan  # 50 ms
    assert len(find_activity(power, 0.005, dof_per_s=840).bursts) == 1


def test_a_channel_lost_from_start_to_end_has_no_burst() -> None:
    activity = find_activity(np.full(2000, np.nan), 0.005, dof_per_s=840)
    assert not activity.bursts
    assert activity.quiet_s == 0


def test_rest_full_of_zeros_does_not_divide_by_zero() -> None:
    power = np.concatenate((np.zeros(1000), np.ones(400), np.zeros(1000)))
    (burst,) = find_activity(power, 0.005, dof_per_s=840).bursts
    assert burst.start_s == pytest.approx(5.0, abs=0.02)


@pytest.mark.parametrize("factor", [1e-12, 1e-3, 1e6])
def test_scale_does_not_matter(factor: float) -> None:
    x = simulate_burst(rate_hz=1000, duration_s=12, onset_s=6, end_s=9, seed=5)
    power, frame_s = frame_power(bandpass(x, 1000.0), np.zeros(x.size, dtype=np.bool_), 1000.0)
    one = find_activity(power, frame_s, dof_per_s=840)
    other = find_activity(factor * power, frame_s, dof_per_s=840)
    assert one.bursts == other.bursts
    np.testing.assert_array_equal(one.quiet, other.quiet)


def test_time_of_the_first_frame_only_shifts() -> None:
    power = frames([(1.0, 50.0)])
    (early,) = find_activity(power, 0.005, dof_per_s=840).bursts
    (late,) = find_activity(power, 0.005, dof_per_s=840, start_s=100.0).bursts
    assert late.start_s == pytest.approx(early.start_s + 100)


def test_frames_hold_the_mean_square() -> None:
    x = np.random.default_rng(60).standard_normal(1003)
    power, frame_s = frame_power(x, np.zeros(x.size, dtype=np.bool_), 1000.0)
    assert frame_s == 0.005
    assert power.size == 200  # what fills no frame is left over
    np.testing.assert_allclose(power, (x[:1000].reshape(-1, 5) ** 2).mean(axis=1))


def test_a_time_beyond_the_recording_stays_inside() -> None:
    activity = find_activity(frames([(1.0, 50.0)]), 0.005, dof_per_s=840, start_s=2.0)
    assert activity.frame(-5.0) == 0
    assert activity.frame(1e6) == activity.power.size
    assert activity.frame(2.0 + 0.0051) == 1


def test_muscle_that_never_rests_is_not_rest_of_the_session() -> None:
    """Three seconds of work to one of rest: the rest that there is sets the level."""
    at = [(start + 1.0, start + 4.0) for start in range(0, 56, 4)]
    x = rest_of(60, 1000, seed=70) + muscle_of(at, 60, 1000, snr_db=20, seed=70)
    activity = activity_of(x, 1000.0)
    truth = float(np.var(bandpass(rest_of(60, 1000, seed=70), 1000.0)))
    assert activity.session_rest == pytest.approx(truth, rel=0.3)
    assert len(activity.bursts) == 14
