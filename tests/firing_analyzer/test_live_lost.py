"""Live, while samples are lost or late, sensors drop out, and raises are told again."""

from dataclasses import replace

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.live_look import LiveRepetition
from recordings.model import EVENT_EXCLUDED, Event, Recording
from recordings.pair import choose_pair
from sensors.model import Block
from tests.firing_analyzer.played_live import (
    SOON_S,
    check,
    live_for,
    losing,
    of_both,
    onsets_outside,
    play,
    simulated,
)


def test_lost_samples_here_and_there_change_no_repetition() -> None:
    recording = simulated()
    rng = np.random.default_rng(5)
    for label in recording.labels:
        starts_s = rng.uniform(0, recording.duration_s, 20)
        recording = losing(recording, label, *((at_s, at_s + 0.02) for at_s in starts_s))
    check(recording)


def test_a_shoulder_that_drops_out_between_raises_and_returns_is_timed_again() -> None:
    recording = simulated()
    row = fa.analyze(recording).rows[1]
    check(losing(recording, "UT_R", (row.end_s + 0.5, row.end_s + 2.5)))


def test_a_glute_that_drops_out_at_rest_brings_no_repetition() -> None:
    recording = simulated()
    row = fa.analyze(recording).rows[1]
    check(losing(recording, "GM_L", (row.end_s + 0.6, row.end_s + 2.0)))


def test_a_glute_that_drops_out_in_a_raise_and_never_returns_ends_it_and_nothing_hangs() -> None:
    recording = simulated()
    row = fa.analyze(recording).rows[2]
    recording = losing(recording, "GM_L", (row.start_s + 2.0, 1e3))
    played = play(recording)
    assert played.orders == [one.order for one in fa.analyze(recording).rows]
    told = [(at_s, one.end_s) for at_s, one in played.first]
    assert told[2][0] - told[2][1] < 2.0


def test_a_shoulder_that_drops_out_for_good_leaves_its_raises_unclear() -> None:
    recording = simulated(lags_ms=(-140.0,) * 11)
    row = fa.analyze(recording).rows[0]
    recording = losing(recording, "UT_R", (row.end_s + 1.0, 1e3))
    played = play(recording)
    saved = fa.analyze(recording).rows
    assert played.orders == [one.order for one in saved] == ["shoulder_first"] + ["unclear"] * 10
    assert all("lost_samples" in one.flags for one in played.live.rows[1:])
    assert all(at_s - row.end_s <= SOON_S for (at_s, _), row in zip(played.first, saved, strict=True))


def test_a_shoulder_that_arrives_0_3_s_late_delays_nothing() -> None:
    check(simulated(), shoulder_late_s=0.3)


def test_a_shoulder_that_arrives_3_s_late_is_told_again_when_it_is_there() -> None:
    recording = simulated()
    played = play(recording, shoulder_late_s=3.0)
    saved = fa.analyze(recording).rows
    assert played.orders == [row.order for row in saved]
    assert onsets_outside(list(played.live.rows), saved)[1] == []


def test_a_glute_that_arrives_2_s_late_is_waited_for() -> None:
    recording = simulated()
    played = play(recording, glute_late_s=2.0)
    assert [row.order for _, row in played.first] == [row.order for row in fa.analyze(recording).rows]


def test_a_clock_that_gets_better_known_moves_onsets_and_makes_no_repetition() -> None:
    recording = simulated()
    pair = choose_pair(recording)
    live = live_for(recording)
    told: list[LiveRepetition] = []
    for first in range(0, pair.glute.samples.size, 40):
        error_s = 0.03 * np.exp(-first / 5000)
        for muscle, signal in of_both(pair):
            samples = signal.samples[None, first : first + 40]
            rate_hz = 1000.0 * (1 + 1e-3 * np.exp(-first / 5000))
            told += live.feed(Block(muscle, first, samples, first / 1000 + error_s, rate_hz), muscle)
    saved = fa.analyze(recording).rows
    assert [one.change for one in told] == ["new"] * len(saved)
    assert [one.row.order for one in told] == [row.order for row in saved]


def test_a_raise_that_is_set_aside_is_told_again() -> None:
    recording = simulated()
    row = fa.analyze(recording).rows[1]
    played = play(replace(recording, events=(Event(row.end_s + 1.0, EVENT_EXCLUDED),)))
    changes = [(one.key, one.change, one.row.included) for _, one in played.reports]
    assert (2, "new", True) in changes
    assert (2, "updated", False) in changes


def test_a_glute_that_comes_back_at_once_makes_the_raise_longer_not_two() -> None:
    recording = simulated(lags_ms=(-140.0,) * 3)
    row = fa.analyze(recording).rows[1]
    # within the half second in which activity is one raise, after the raise was reported
    recording = losing_muscle(recording, "GM_L", row.start_s + 1.5, row.start_s + 1.95)
    played = play(recording)
    saved = fa.analyze(recording).rows
    assert len(saved) == 3
    assert [one.end_s for one in played.live.rows] == pytest.approx([one.end_s for one in saved], abs=0.1)
    assert (2, "updated") in [(one.key, one.change) for _, one in played.reports]


def losing_muscle(recording: Recording, label: str, start_s: float, stop_s: float) -> Recording:
    """Let a muscle rest for a while: rest from the beginning of the recording stands in its place."""
    signal = recording[label]
    samples = signal.samples.copy()
    first, stop = round(start_s * signal.rate_hz), round(stop_s * signal.rate_hz)
    samples[first:stop] = samples[: stop - first]
    changed = replace(signal, samples=samples)
    return replace(recording, signals=tuple(changed if one is signal else one for one in recording.signals))


def test_a_raise_that_the_end_cuts_off_is_reported_at_the_end() -> None:
    recording = simulated(lags_ms=(-140.0, -140.0))
    until_s = fa.analyze(recording).rows[1].start_s + 1.5
    signals = tuple(replace(one, samples=one.samples[: round(until_s * 1000)]) for one in recording.signals)
    recording = replace(recording, signals=signals)
    played = play(recording)
    saved = fa.analyze(recording).rows
    assert len(saved) == 2
    assert played.orders == [row.order for row in saved]
