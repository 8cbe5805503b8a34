"""Live against offline: the same recording, once whole and once in blocks as sensors deliver them."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.errors import SignalError
from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.live_signal import Muscle
from firing_analyzer.result import Repetition
from recordings.errors import RecordingError
from recordings.model import EVENT_EXCLUDED, Channel, Event, Recording, Signal
from recordings.pair import Pair, choose_pair
from recordings.synth import GLUTE_MUSCLE, Nuisance, Raise, Schedule, Sensors, simulate_session
from sensors.model import Block

BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0, with_events=False)
#: Orders that are clear: one that hangs by a thread may fall either way as a moment more is seen.
LAGS_MS = (-140.0, 120.0, None, 0.0, -120.0)
#: A repetition is reported at most so long after its last active sample.
SOON_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What was reported, and when on the recording's clock."""

    live: LiveAnalysis
    reports: tuple[tuple[float, LiveRepetition], ...]

    @property
    def first(self) -> list[tuple[float, Repetition]]:
        """First reports."""
        return [(at_s, one.row) for at_s, one in self.reports if one.change == "new"]

    @property
    def orders(self) -> list[str]:
        """Orders as they stand in the end."""
        return [row.order for row in self.live.rows]


def blocks_of(
    signal: Signal, muscle: Muscle, rng: np.random.Generator, *, late_s: float = 0.0
) -> Iterator[tuple[float, Muscle, Block]]:
    """Cut a signal into blocks of 5 to 100 ms that arrive up to 50 ms late; a block all lost never comes."""
    first, arrives_s = 0, 0.0
    while first < signal.samples.size:
        size = max(1, round(rng.uniform(0.005, 0.1) * signal.rate_hz))
        samples = signal.samples[None, first : first + size]
        ends_s = signal.start_s + (first + samples.size) / signal.rate_hz
        arrives_s = max(arrives_s, ends_s + late_s + rng.uniform(0, 0.05))
        if not np.isnan(samples).all():
            starts_s = signal.start_s + first / signal.rate_hz
            yield arrives_s, muscle, Block(muscle, first, samples, starts_s, signal.rate_hz)
        first += samples.size


def live_for(recording: Recording, *, cued: bool = False) -> LiveAnalysis:
    pair = choose_pair(recording)
    return LiveAnalysis(
        glute=pair.glute.channel,
        shoulder=pair.shoulder.channel,
        leg=pair.leg,
        glute_rate_hz=pair.glute.rate_hz,
        shoulder_rate_hz=pair.shoulder.rate_hz,
        shared_clock=recording.shared_clock,
        clock_error_ms=recording.clock_error_ms,
        cued=cued,
    )


def of_both(pair: Pair) -> tuple[tuple[Muscle, Signal], tuple[Muscle, Signal]]:
    return ("glute", pair.glute), ("shoulder", pair.shoulder)


def play(
    recording: Recording, *, seed: int = 0, shoulder_late_s: float = 0.0, glute_late_s: float = 0.0
) -> Played:
    rng = np.random.default_rng(seed)
    pair = choose_pair(recording)
    cued = any(event.label == "raise" for event in recording.events)
    live = live_for(recording, cued=cued)
    blocks = sorted(
        [
            *blocks_of(pair.glute, "glute", rng, late_s=glute_late_s),
            *blocks_of(pair.shoulder, "shoulder", rng, late_s=shoulder_late_s),
        ],
        key=lambda item: item[0],
    )
    events = sorted(recording.events, key=lambda event: event.onset_s)
    reports: list[tuple[float, LiveRepetition]] = []
    for at_s, muscle, block in blocks:
        while events and events[0].onset_s <= at_s:
            live.add_event(events.pop(0))
        reports += [(at_s, one) for one in live.feed(block, muscle)]
    end_s = blocks[-1][0]
    reports += [(end_s, one) for one in live.finish()]
    return Played(live, tuple(reports))


def onsets_outside(live: list[Repetition], saved: tuple[Repetition, ...]) -> tuple[int, list[object]]:
    """Count live onsets, and list those outside the interval of the saved ones, or on one side only."""
    outside: list[object] = []
    n = 0
    for one, other in zip(live, saved, strict=True):
        for at_s, interval_s in (
            (one.glute_onset_s, other.glute_onset_interval_s),
            (one.shoulder_onset_s, other.shoulder_onset_interval_s),
        ):
            if at_s is None or interval_s is None:
                if at_s is not interval_s:
                    outside.append((one, other))
                continue
            n += 1
            if not interval_s[0] <= at_s <= interval_s[1]:
                outside.append((one, other))
    return n, outside


def check(recording: Recording, *, seed: int = 0, shoulder_late_s: float = 0.0) -> Played:
    """Hold what was reported first, and what stands in the end, against `analyze` of the whole."""
    played = play(recording, seed=seed, shoulder_late_s=shoulder_late_s)
    saved = fa.analyze(recording).rows
    assert len(saved) > 0
    first = [row for _, row in played.first]
    assert [row.order for row in first] == [row.order for row in saved]
    assert played.orders == [row.order for row in saved]
    assert [row.repetition for row in played.live.rows] == list(range(1, len(saved) + 1))
    assert [row.flags for row in played.live.rows] == [row.flags for row in saved]
    for rows in (first, list(played.live.rows)):
        assert onsets_outside(rows, saved)[1] == []
    for (at_s, _), row in zip(played.first, saved, strict=True):
        if row.glute_onset_s is not None:
            assert at_s - row.end_s <= SOON_S
    return played


def simulated(**options: object) -> Recording:
    settings = {"seed": 11, "rate_hz": 1000.0, "lags_ms": LAGS_MS, "schedule": BRISK, **options}
    return simulate_session(**settings).recording  # pyright: ignore[reportArgumentType]


def losing(recording: Recording, label: str, *stretches: tuple[float, float]) -> Recording:
    """Lose stretches of one channel, in seconds."""

    def cut(signal: Signal) -> Signal:
        samples = signal.samples.copy()
        for start_s, stop_s in stretches:
            samples[round(start_s * signal.rate_hz) : round(stop_s * signal.rate_hz)] = np.nan
        return replace(signal, samples=samples)

    signals = tuple(cut(one) if one.channel.label == label else one for one in recording.signals)
    return replace(recording, signals=signals)


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
