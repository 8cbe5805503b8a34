"""Heart beats are simulated apart from the muscle; what is found, removed and left is checked against it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from firing_analyzer.filters import BoolArray, FloatArray, bandpass
from firing_analyzer.heartbeat import HeartBeat, find_beats, subtract_beats
from recordings.synth.nuisances import beat_times, breath_times, heart_beat
from recordings.synth.texture import rest_noise, texture

REST_UV = 3.0


def rest_of(seconds: float, rate_hz: float, *, seed: int) -> FloatArray:
    rng = np.random.default_rng([seed, 21])
    return REST_UV * rest_noise(round(seconds * rate_hz), rate_hz=rate_hz, rng=rng)


def heart_of(
    seconds: float,
    rate_hz: float,
    *,
    height: float,
    seed: int,
    per_min: float = 68,
    variability: float = 0.05,
    swing: float = 0.1,
) -> tuple[FloatArray, FloatArray]:
    """Electrocardiogram with R waves `height` times the RMS of rest, and when they come."""
    rng = np.random.default_rng([seed, 22])
    breaths_s = breath_times(seconds, rng=rng)
    beats_s = beat_times(seconds, rng=rng, breaths_s=breaths_s, per_min=per_min, variability=variability)
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    course = heart_beat(times_s, beats_s=beats_s, breaths_s=breaths_s, with_breath=swing)
    return height * REST_UV * course, beats_s[(beats_s > 0.4) & (beats_s < seconds - 0.4)]


def quiet_of(x: FloatArray, busy: list[tuple[float, float]], rate_hz: float) -> BoolArray:
    quiet = np.ones(x.size, dtype=np.bool_)
    for start_s, stop_s in busy:
        quiet[round((start_s - 0.1) * rate_hz) : round((stop_s + 0.1) * rate_hz)] = False
    return quiet


def raises_of(
    seconds: float, rate_hz: float, *, seed: int, every_s: float = 8.0
) -> tuple[FloatArray, list[tuple[float, float]]]:
    """Two and a half seconds of muscle in every raise, 20 dB over rest."""
    rng = np.random.default_rng([seed, 23])
    n = round(seconds * rate_hz)
    times_s, course = np.arange(n) / rate_hz, np.zeros(n)
    busy: list[tuple[float, float]] = []
    for cue_s in np.arange(5.0, seconds - 4, every_s):
        start_s = cue_s + rng.uniform(-0.3, 0.3)
        rise, fall = np.clip((times_s - start_s) / 0.1, 0, 1), np.clip((start_s + 2.5 - times_s) / 0.2, 0, 1)
        course = np.maximum(course, rise * fall)
        busy.append((float(start_s), float(start_s) + 2.5))
    return 10 * REST_UV * course * texture(n, rate_hz=rate_hz, rng=rng), busy


def matched(truth_s: FloatArray, found_s: FloatArray, *, within_s: float = 0.05) -> tuple[float, int]:
    """Share of true beats that were found, and how many were invented."""
    if not found_s.size:
        return 0.0, 0
    apart: NDArray[np.float64] = np.abs(truth_s[:, None] - found_s[None])
    inside = (found_s > truth_s[0] - 0.1) & (found_s < truth_s[-1] + 0.1)
    return float((apart.min(axis=1) < within_s).mean()), int(((apart.min(axis=0) >= within_s) & inside).sum())


@pytest.mark.parametrize("per_min", [48, 68, 95, 130])
@pytest.mark.parametrize("height", [3, 5, 10, 20])
def test_beats_at_rest_are_found(height: float, per_min: float) -> None:
    found, invented, total = 0.0, 0, 0
    for seed in range(4):
        rate_hz = (500.0, 1000.0, 1259.259, 2000.0)[seed]
        heart, truth_s = heart_of(60, rate_hz, height=height, seed=seed, per_min=per_min)
        x = rest_of(60, rate_hz, seed=seed) + heart
        beats_s = find_beats(x, rate_hz, quiet=np.ones(x.size, dtype=np.bool_))
        share, extra = matched(truth_s, beats_s)
        found, invented, total = found + share / 4, invented + extra, total + truth_s.size
    assert found >= 0.95
    # three times rest is hardly seen, and far too little to be subtracted
    assert invented <= (0.05 if height < 5 else 0.02) * total


@pytest.mark.parametrize("variability", [0.01, 0.08, 0.12])
@pytest.mark.parametrize("swing", [0.0, 0.3])
def test_beats_that_vary_in_time_and_height_are_found(variability: float, swing: float) -> None:
    heart, truth_s = heart_of(90, 1000, height=6, seed=5, variability=variability, swing=swing)
    x = rest_of(90, 1000, seed=5) + heart
    share, invented = matched(truth_s, find_beats(x, 1000.0, quiet=np.ones(x.size, dtype=np.bool_)))
    assert share >= 0.95
    assert invented <= 2


def test_an_upside_down_heart_is_found_alike() -> None:
    heart, truth_s = heart_of(60, 1000, height=6, seed=6)
    x = rest_of(60, 1000, seed=6) - heart
    assert matched(truth_s, find_beats(x, 1000.0, quiet=np.ones(x.size, dtype=np.bool_)))[0] >= 0.95


def test_beats_between_and_within_raises_are_found() -> None:
    heart, truth_s = heart_of(90, 1000, height=8, seed=7)
    muscle, busy = raises_of(90, 1000, seed=7)
    x = rest_of(90, 1000, seed=7) + heart + muscle
    beats_s = find_beats(x, 1000.0, quiet=quiet_of(x, busy, 1000))
    resting = truth_s[[not any(a - 0.1 < t < b + 0.1 for a, b in busy) for t in truth_s]]
    assert matched(resting, beats_s)[0] >= 0.95
    # those hidden in the muscle are placed between their neighbours
    assert matched(truth_s, beats_s, within_s=0.15)[0] >= 0.9


def heartless(kind: str, seed: int) -> tuple[FloatArray, BoolArray, float]:
    """Rest, regular raises, tonic muscle, or breathing: all without any heart."""
    rate_hz = (500.0, 1000.0)[seed % 2]
    x = rest_of(60, rate_hz, seed=seed)
    everything = np.ones(x.size, dtype=np.bool_)
    rng = np.random.default_rng([seed, 24])
    if kind == "raises":
        muscle, busy = raises_of(60, rate_hz, seed=seed, every_s=5.0)
        return x + muscle, quiet_of(x, busy, rate_hz), rate_hz
    if kind == "raises that nobody noticed":
        muscle, _ = raises_of(60, rate_hz, seed=seed, every_s=5.0)
        return x + 0.3 * muscle, everything, rate_hz
    if kind == "muscle":
        steady = texture(x.size, rate_hz=rate_hz, rng=rng, kind="motor_units")
        return x + 3 * REST_UV * steady, everything, rate_hz
    if kind == "breathing":
        times_s = np.arange(x.size) / rate_hz
        course = np.maximum(np.sin(2 * np.pi * times_s / 4.3), 0) ** 2
        return x + 3 * REST_UV * course * texture(x.size, rate_hz=rate_hz, rng=rng), everything, rate_hz
    if kind == "twitches like a heart":
        times_s = np.arange(x.size) / rate_hz
        course = np.exp(-0.5 * ((times_s % 0.9 - 0.45) / 0.06) ** 2)
        return x + 6 * REST_UV * course * texture(x.size, rate_hz=rate_hz, rng=rng), everything, rate_hz
    return x, everything, rate_hz


@pytest.mark.parametrize(
    "kind", ["rest", "raises", "raises that nobody noticed", "muscle", "breathing", "twitches like a heart"]
)
def test_no_heart_is_invented(kind: str) -> None:
    """A hundred people without a heart, whatever else they do: nothing may be subtracted."""
    invented: list[int] = []
    for seed in range(100):
        x, quiet, rate_hz = heartless(kind, seed)
        y = bandpass(x, rate_hz)
        beats_s = find_beats(x, rate_hz, quiet=quiet)
        if subtract_beats(y, rate_hz, beats_s=beats_s, quiet=quiet)[0] is not y:
            invented.append(seed)
    assert not invented


def subtracted(
    height: float, *, seed: int, rate_hz: float = 1000.0
) -> tuple[FloatArray, FloatArray, FloatArray, HeartBeat | None]:
    """Band-passed rest, the same with what is left of the heart, true beats, and what was found."""
    heart, truth_s = heart_of(90, rate_hz, height=height, seed=seed)
    rest = rest_of(90, rate_hz, seed=seed)
    quiet = np.ones(rest.size, dtype=np.bool_)
    beats_s = find_beats(rest + heart, rate_hz, quiet=quiet)
    cleaned, found = subtract_beats(bandpass(rest + heart, rate_hz), rate_hz, beats_s=beats_s, quiet=quiet)
    return bandpass(rest, rate_hz), cleaned, truth_s, found


def near(truth_s: FloatArray, n: int, rate_hz: float, *, reach_s: float) -> BoolArray:
    marked = np.zeros(n, dtype=np.bool_)
    for at in np.round(truth_s * rate_hz).astype(int):
        marked[at - round(reach_s * rate_hz) : at + round(reach_s * rate_hz)] = True
    return marked


@pytest.mark.parametrize("height", [10, 20, 40])
def test_subtraction_takes_most_of_the_heart_away(height: float) -> None:
    rest, cleaned, truth_s, found = subtracted(height, seed=8)
    heart = bandpass(heart_of(90, 1000, height=height, seed=8)[0], 1000.0)
    at_beats = near(truth_s, rest.size, 1000, reach_s=0.05)
    assert found is not None
    left = float(np.mean((cleaned - rest)[at_beats] ** 2))
    assert left < 0.15 * float(np.mean(heart[at_beats] ** 2))


@pytest.mark.parametrize("height", [10, 20, 40])
def test_what_is_left_is_told_within_a_factor(height: float) -> None:
    """Power at beats over rest, measured where the beats truly are, against what is reported there."""
    rest, cleaned, truth_s, found = subtracted(height, seed=9)
    assert found is not None
    at_beats = near(truth_s[1:-1], rest.size, 1000, reach_s=0.03)
    measured = float(np.mean(cleaned[at_beats] ** 2) / np.mean(rest**2) - 1)
    reported = float(np.mean(found.excess_at(np.flatnonzero(at_beats) / 1000)))
    assert reported == pytest.approx(measured, rel=0.5, abs=0.15)


def changing_heart(n: int, rate_hz: float, *, height: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """QRS complexes of which no two are alike: their width swings by a third, their height by a fifth."""
    rng = np.random.default_rng([seed, 26])
    beats_s = np.cumsum(rng.uniform(0.78, 0.92, round(n / rate_hz / 0.92)))
    beats_s = beats_s[(beats_s > 0.5) & (beats_s < n / rate_hz - 0.5)]
    times_s, course = np.arange(n) / rate_hz, np.zeros(n)
    for beat_s in beats_s:
        near_by = slice(round((beat_s - 0.1) * rate_hz), round((beat_s + 0.1) * rate_hz))
        u = (times_s[near_by] - beat_s) / rng.uniform(0.008, 0.013)
        course[near_by] += rng.uniform(0.8, 1.2) * (1 - u**2) * np.exp(-0.5 * u**2)
    return height * REST_UV * course, beats_s


@pytest.mark.parametrize("height", [18, 25, 40])
def test_what_is_left_of_a_changing_heart_is_told_within_a_factor(height: float) -> None:
    """A mean cannot take away what changes; what remains must then be said, or it is taken for a muscle."""
    rest = rest_of(90, 1000, seed=15)
    heart, truth_s = changing_heart(rest.size, 1000, height=height, seed=15)
    quiet = np.ones(rest.size, dtype=np.bool_)
    beats_s = find_beats(rest + heart, 1000.0, quiet=quiet)
    cleaned, found = subtract_beats(bandpass(rest + heart, 1000.0), 1000.0, beats_s=beats_s, quiet=quiet)
    assert found is not None
    at_beats = near(truth_s, rest.size, 1000, reach_s=0.02)
    rest_power = float(np.mean(bandpass(rest, 1000.0) ** 2))
    measured = float(np.mean(cleaned[at_beats] ** 2)) / rest_power - 1
    reported = float(np.mean(found.excess_at(np.flatnonzero(at_beats) / 1000)))
    assert measured > 0.3  # the test would be empty otherwise
    assert 0.5 < reported / measured < 1.6


def test_far_from_a_beat_nothing_is_changed_and_nothing_reported() -> None:
    rest, cleaned, truth_s, found = subtracted(20, seed=10)
    assert found is not None
    heart = heart_of(90, 1000, height=20, seed=10)[0]
    untouched = ~near(np.concatenate((truth_s, found.times_s)), rest.size, 1000, reach_s=0.15)
    untouched[:1000] = untouched[-1000:] = False
    np.testing.assert_allclose(cleaned[untouched], (rest + bandpass(heart, 1000.0))[untouched], atol=1e-9)
    assert (found.excess_at(np.flatnonzero(untouched) / 1000) == 0).all()


def test_a_burst_that_begins_at_a_beat_keeps_its_onset() -> None:
    """Where the muscle starts with the QRS, subtraction may neither hide it nor take a bite out of it."""
    rate_hz = 1000.0
    heart, truth_s = heart_of(90, rate_hz, height=10, seed=11)
    starts_s = truth_s[8::9][:8]
    n = heart.size
    times_s, course = np.arange(n) / rate_hz, np.zeros(n)
    for start_s in starts_s:
        course = np.maximum(course, np.clip((times_s - start_s) / 0.05, 0, 1) * (times_s < start_s + 2))
    muscle = 10 * REST_UV * course * texture(n, rate_hz=rate_hz, rng=np.random.default_rng(25))
    rest = rest_of(90, rate_hz, seed=11)
    quiet = quiet_of(rest, [(float(s) + 0.05, float(s) + 2) for s in starts_s], rate_hz)
    beats_s = find_beats(rest + heart + muscle, rate_hz, quiet=quiet)
    cleaned, found = subtract_beats(
        bandpass(rest + heart + muscle, rate_hz), rate_hz, beats_s=beats_s, quiet=quiet
    )
    assert found is not None
    without = bandpass(rest + muscle, rate_hz)
    for start_s in starts_s:
        piece = slice(round((start_s + 0.04) * rate_hz), round((start_s + 0.15) * rate_hz))
        ratio = np.mean(cleaned[piece] ** 2) / np.mean(without[piece] ** 2)
        assert abs(10 * np.log10(ratio)) < 1.5


@pytest.mark.parametrize("seed", range(6))
def test_without_a_heart_the_very_same_samples_come_back(seed: int) -> None:
    rest = rest_of(60, 1000, seed=seed)
    y = bandpass(rest, 1000.0)
    quiet = np.ones(y.size, dtype=np.bool_)
    cleaned, found = subtract_beats(y, 1000.0, beats_s=np.empty(0), quiet=quiet)
    assert cleaned is y
    assert found is None
    # nor where something beats that cannot be seen on this channel
    unseen_s = np.arange(1.0, 59.0, 0.83)
    assert subtract_beats(y, 1000.0, beats_s=unseen_s, quiet=quiet)[0] is y


def test_what_comes_in_is_not_written_to() -> None:
    heart, _ = heart_of(60, 1000, height=20, seed=12)
    y = bandpass(rest_of(60, 1000, seed=12) + heart, 1000.0)
    kept, quiet = y.copy(), np.ones(y.size, dtype=np.bool_)
    beats_s = find_beats(rest_of(60, 1000, seed=12) + heart, 1000.0, quiet=quiet)
    assert subtract_beats(y, 1000.0, beats_s=beats_s, quiet=quiet)[0] is not y
    np.testing.assert_array_equal(y, kept)


def test_excess_falls_off_to_the_sides_of_each_beat() -> None:
    heart = HeartBeat(np.array([1.0, 2.0]), np.array([0.0, 4.0, 0.0]), 0.1, 5.0)
    np.testing.assert_allclose(
        heart.excess_at(np.array([0.5, 0.95, 1.0, 1.5, 2.05, 2.2])), [0, 2, 4, 0, 2, 0], atol=1e-9
    )
    nothing = HeartBeat(np.empty(0), np.empty(0), 0.1, 0.0)
    assert (nothing.excess_at(np.array([1.0])) == 0).all()


@pytest.mark.parametrize("seconds", [0.3, 1.9, 3.0])
def test_too_little_signal_gives_no_beats(seconds: float) -> None:
    heart, _ = heart_of(10, 1000, height=20, seed=13)
    x = heart[: round(seconds * 1000)]
    assert find_beats(x, 1000.0, quiet=np.ones(x.size, dtype=np.bool_)).size == 0


def test_without_rest_no_beats_are_claimed() -> None:
    heart, _ = heart_of(60, 1000, height=20, seed=14)
    assert find_beats(heart, 1000.0, quiet=np.zeros(heart.size, dtype=np.bool_)).size == 0
