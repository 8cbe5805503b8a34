"""Live against offline: the same recording, once whole and once in blocks as sensors deliver them."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.errors import SignalError
from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.result import Repetition
from recordings.errors import RecordingError
from recordings.model import Channel
from recordings.pair import choose_pair
from recordings.synth import GLUTE_MUSCLE, Nuisance, Raise, Sensors, simulate_session
from sensors.model import Block
from tests.firing_analyzer.played_live import (
    BRISK,
    SOON_S,
    Played,
    check,
    live_for,
    of_both,
    onsets_outside,
    play,
    simulated,
)


@pytest.fixture(scope="module")
def spliced(shared_data: Path) -> dict[str, tuple[Played, tuple[Repetition, ...]]]:
    folder = shared_data / "spliced"
    if not folder.is_dir():
        pytest.skip("the recordings of ../shared/data/spliced are not beside the checkout")
    recordings = {path.stem: fa.open_recording(path, leg="left") for path in sorted(folder.glob("*.bdf"))}
    return {
        name: (play(recording, seed=seed), fa.analyze(recording).rows)
        for seed, (name, recording) in enumerate(recordings.items())
    }


Spliced = dict[str, tuple[Played, tuple[Repetition, ...]]]


def test_spliced_recordings_give_the_repetitions_and_orders_of_the_whole(spliced: Spliced) -> None:
    for name, (played, saved) in spliced.items():
        assert [row.order for _, row in played.first] == [row.order for row in saved], name
        assert played.orders == [row.order for row in saved], name


def test_every_live_onset_of_spliced_recordings_is_within_the_saved_interval(spliced: Spliced) -> None:
    total = 0
    for name, (played, saved) in spliced.items():
        n, outside = onsets_outside([row for _, row in played.first], saved)
        total += n
        assert outside == [], name
    assert total > 200


def test_repetitions_of_spliced_recordings_are_reported_within_half_a_second(spliced: Spliced) -> None:
    for name, (played, saved) in spliced.items():
        late = [at_s - row.end_s for (at_s, _), row in zip(played.first, saved, strict=True)]
        assert max(late) <= SOON_S, name


def test_with_blocks_every_20_ms_a_repetition_is_reported_a_quarter_of_a_second_after_its_end() -> None:
    recording = simulated()
    saved = fa.analyze(recording).rows
    pair, live = choose_pair(recording), live_for(recording)
    waited_s: list[float] = []
    for first in range(0, pair.glute.samples.size, 20):
        for muscle, one in of_both(pair):
            samples = one.samples[None, first : first + 20]
            for told in live.feed(Block(muscle, first, samples, first / 1000, 1000.0), muscle):
                end_s = next(row.end_s for row in saved if abs(row.start_s - told.row.start_s) < 0.1)
                waited_s.append(live.now_s - end_s)
    assert len(waited_s) == len(saved)
    assert max(waited_s) < 0.25


def test_a_mixed_session_is_told_as_the_saved_one() -> None:
    assert all(one.change == "new" for _, one in check(simulated()).reports)


def test_two_rates_and_two_clocks_make_no_difference() -> None:
    sensors = Sensors(two_devices=True, shoulder_starts_s=1.37, clock_error_ms=3.0)
    check(simulated(rate_hz=(1000.0, 1926.0), sensors=sensors))


def test_hum_and_heart_beats_on_both_channels_delay_nothing() -> None:
    check(
        simulated(
            glute_nuisance=Nuisance(hum_uv=10.0, heart_uv=5.0),
            shoulder_nuisance=Nuisance(hum_uv=10.0, heart_uv=40.0),
        )
    )


def test_a_raise_held_for_seven_seconds_is_one_repetition() -> None:
    held = replace(GLUTE_MUSCLE, active_s=(7.0, 7.4))
    check(simulated(glute=held, schedule=replace(BRISK, every_s=(11.5, 12.5)), lags_ms=(-140.0, 80.0, None)))


def test_sensors_that_send_envelopes_are_followed_too() -> None:
    check(simulated(sensors=Sensors(smoothing_ms=40.0), lags_ms=(-200.0, 180.0, -210.0)))


def test_cued_raises_are_counted_and_one_with_a_silent_glute_is_shown_when_its_time_is_over() -> None:
    raises = [Raise(lag_ms=-140.0), Raise(glute_silent=True), Raise(lag_ms=120.0)]
    cued = replace(BRISK, with_events=True, practice_raises=2, reference_shrug=True)
    played = check(simulated(lags_ms=None, raises=raises, schedule=cued))
    assert [row.flags for row in played.live.rows] == [(), ("glute_silent",), ()]


def test_starts_of_both_muscles_are_marked_and_heart_beats_are_not() -> None:
    session = simulate_session(
        seed=3,
        rate_hz=1000.0,
        lags_ms=(-140.0, 120.0, -90.0),
        schedule=BRISK,
        shoulder_nuisance=Nuisance(heart_uv=40.0),
    )
    marks = play(session.recording).live.onset_marks
    for muscle, bursts in (
        ("glute", session.truth.glute_bursts),
        ("shoulder", session.truth.shoulder_bursts),
    ):
        times_s = [mark.time_s for mark in marks if mark.muscle == muscle]
        assert times_s == pytest.approx([burst.onset_s for burst in bursts], abs=0.15)


def test_a_look_can_be_taken_elsewhere_while_blocks_go_on_coming() -> None:
    recording = simulated(lags_ms=(-140.0, 120.0))
    pair = choose_pair(recording)
    live = live_for(recording)
    told: list[LiveRepetition] = []
    under_way, since = None, 0
    for first in range(0, pair.glute.samples.size, 20):
        for muscle, signal in of_both(pair):
            samples = signal.samples[None, first : first + 20]
            live.take(Block(muscle, first, samples, first / 1000, 1000.0), muscle)
        if under_way is None:
            under_way, since = live.due(), first
        else:
            assert live.due() is None
            if first - since >= 200:
                told += live.accept(under_way.run())
                under_way = None
    assert [one.row.order for one in told] == [row.order for row in fa.analyze(recording).rows]


def noise_for(minutes: float, *, rms: float) -> tuple[LiveAnalysis, list[LiveRepetition], int]:
    """Feed noise for some minutes; return how much memory grew over their last third, in bytes."""
    rate_hz, size = 500.0, 250
    channels = simulated(lags_ms=(0.0,)).signals
    live = LiveAnalysis(
        glute=channels[0].channel,
        shoulder=channels[1].channel,
        leg="left",
        glute_rate_hz=rate_hz,
        shoulder_rate_hz=rate_hz,
    )
    rng = np.random.default_rng(0)
    told: list[LiveRepetition] = []
    n_blocks = round(minutes * 60 * rate_hz / size)
    tracemalloc.start()
    before = 0
    for k in range(n_blocks):
        if k == 2 * n_blocks // 3:
            before = tracemalloc.get_traced_memory()[0]
        for muscle in ("glute", "shoulder"):
            samples = rms * rng.standard_normal((1, size))
            told += live.feed(Block(muscle, k * size, samples, k * size / rate_hz, rate_hz), muscle)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return live, told, grown


@pytest.mark.parametrize("rms", [0.0, 3.0])
def test_silence_and_noise_bring_no_repetition_and_take_no_more_memory(rms: float) -> None:
    live, told, grown = noise_for(3, rms=rms)
    assert told == []
    assert live.rows == ()
    assert grown < 100_000


@pytest.mark.soak
def test_an_hour_of_noise_takes_no_more_memory() -> None:
    _, told, grown = noise_for(60, rms=3.0)
    assert told == []
    assert grown < 100_000


def test_channels_that_do_not_go_together_are_refused_before_anything_is_recorded() -> None:
    emg, other = (one.channel for one in simulated(lags_ms=(0.0,)).signals)

    def make(shoulder: Channel, rate_hz: float) -> LiveAnalysis:
        return LiveAnalysis(
            glute=emg, shoulder=shoulder, leg="left", glute_rate_hz=1000.0, shoulder_rate_hz=rate_hz
        )

    with pytest.raises(SignalError, match="not EMG"):
        make(Channel("THIGH_L_ACC_X", kind="acc"), 1000.0)
    with pytest.raises(SignalError, match="100 Hz is too low"):
        make(other, 100.0)
    with pytest.raises(RecordingError, match="GM_L"):
        make(emg, 1000.0)


def test_unsteady_strength_from_raise_to_raise_changes_nothing() -> None:
    check(simulated(seed=21, glute=replace(GLUTE_MUSCLE, level_spread=0.3, snr_db=14.0)))
