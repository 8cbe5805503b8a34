"""What is measured on synthetic recordings is what their truth says."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from recordings.model import (
    EVENT_PRACTICE,
    EVENT_RAISE,
    EVENT_REFERENCE_SHOULDER,
    EVENT_REST,
    FloatArray,
    Recording,
    Side,
    Signal,
)
from recordings.synth import Muscle, Nuisance, Raise, Schedule, SyntheticSession, simulate_session

#: An amplifier without noise: a sample differs from zero only where a muscle is active.
CLEAN = Nuisance(with_rest=False)
#: A short session that is quick to make.
BRISK = Schedule(lead_in_s=3.0, every_s=(6.0, 7.0), tail_s=1.0)


def clean_session(raises: list[Raise], *, seed: int = 0, schedule: Schedule = BRISK) -> SyntheticSession:
    return simulate_session(
        raises=raises,
        seed=seed,
        glute_nuisance=CLEAN,
        shoulder_nuisance=CLEAN,
        schedule=schedule,
    )


def stretches_s(one: Signal, *, least_gap_s: float = 0.05) -> list[tuple[float, float]]:
    """Where a noise-free channel is active, from its samples alone."""
    active = np.flatnonzero(one.samples != 0)
    if active.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(active) > least_gap_s * one.rate_hz)
    first, last = active[np.r_[0, breaks + 1]], active[np.r_[breaks, active.size - 1]]
    return [(float(one.times_s[a]), float(one.times_s[b])) for a, b in zip(first, last, strict=True)]


def rms(samples: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def within(one: Signal, start_s: float, stop_s: float) -> FloatArray:
    return one.samples[(one.times_s >= start_s) & (one.times_s < stop_s)]


def of(recording: Recording) -> tuple[Signal, Signal]:
    glute, shoulder = recording.signals
    return glute, shoulder


def test_onsets_and_lags_measured_on_clean_samples_are_those_of_the_truth():
    session = clean_session([Raise(lag_ms=lag) for lag in (-140.0, 0.0, 90.0, -400.0)], seed=3)
    for channel, bursts in zip(
        of(session.recording), (session.truth.glute_bursts, session.truth.shoulder_bursts), strict=True
    ):
        measured = np.array(stretches_s(channel))
        wanted = np.array([(burst.onset_s, burst.end_s) for burst in bursts])
        assert measured.shape == wanted.shape
        assert np.all((measured[:, 0] > wanted[:, 0]) & (measured[:, 0] <= wanted[:, 0] + 1.5 / 2000))
        assert np.all((measured[:, 1] < wanted[:, 1]) & (measured[:, 1] >= wanted[:, 1] - 1.5 / 2000))
    assert session.truth.lags_ms == pytest.approx((-140.0, 0.0, 90.0, -400.0))


def test_a_silent_shoulder_has_no_onset_and_no_samples():
    session = clean_session([Raise(), Raise(lag_ms=-140), Raise()])
    assert session.truth.lags_ms == (None, pytest.approx(-140), None)
    assert len(stretches_s(of(session.recording)[1])) == 1


@pytest.mark.parametrize("snr_db", [(20.0, 14.0), (8.0, 26.0)])
def test_the_ratio_of_signal_to_noise_holds_for_each_muscle(snr_db: tuple[float, float]):
    even = Muscle(level_spread=0.0, fluctuation=0.0, rise_ms=(100, 100), fall_ms=(100, 100))
    session, noisy = (
        simulate_session(
            lags_ms=[-100.0] * 8,
            seed=5,
            snr_db=snr_db,
            glute=even,
            shoulder=even,
            glute_nuisance=nuisance,
            shoulder_nuisance=nuisance,
            schedule=BRISK,
        )
        for nuisance in (CLEAN, Nuisance())
    )
    for channel, with_noise, bursts, wanted_db in zip(
        of(session.recording),
        of(noisy.recording),
        (session.truth.glute_bursts, session.truth.shoulder_bursts),
        snr_db,
        strict=True,
    ):
        plateau = np.concatenate(
            [within(channel, burst.onset_s + 0.1, burst.end_s - 0.1) for burst in bursts]
        )
        assert 20 * np.log10(rms(plateau) / rms(within(with_noise, 0, 3))) == pytest.approx(
            wanted_db, abs=0.7
        )


def test_rise_times_stay_in_their_range_and_shapes_in_their_set():
    slow = Muscle(rise_ms=(500, 900), shapes=("quadratic", "exponential"))
    session = simulate_session(glute=slow, lags_ms=[-100.0] * 8, schedule=BRISK)
    assert all(500 <= burst.rise_ms <= 900 for burst in session.truth.glute_bursts)
    assert {burst.shape for burst in session.truth.glute_bursts} <= {"quadratic", "exponential"}
    assert all(60 <= burst.rise_ms <= 180 for burst in session.truth.shoulder_bursts)


@pytest.mark.parametrize(("leg", "labels"), [("left", ("GM_L", "UT_R")), ("right", ("GM_R", "UT_L"))])
def test_channels_are_named_and_described_by_the_raised_leg(leg: Side, labels: tuple[str, str]):
    recording = simulate_session(leg=leg, lags_ms=[0.0], schedule=BRISK).recording
    assert recording.labels == labels
    assert recording.leg == leg
    glute, shoulder = (one.channel for one in recording.signals)
    assert (glute.muscle, glute.side) == ("gluteus maximus", leg)
    assert (shoulder.muscle, shoulder.side == leg) == ("upper trapezius", False)
    assert glute.unit == shoulder.unit == "uV"


def test_muscles_follow_uneven_cues_with_rest_in_between():
    session = clean_session([Raise(lag_ms=-140)] * 10, schedule=Schedule())
    cues_s = [event.onset_s for event in session.recording.events if event.label == EVENT_RAISE]
    glute = stretches_s(of(session.recording)[0])
    shoulder = stretches_s(of(session.recording)[1])
    assert len(cues_s) == len(glute) == session.recording.planned_repetitions == 10
    reactions_s = np.array(glute)[:, 0] - cues_s
    assert np.all((reactions_s >= 0.35) & (reactions_s <= 0.601))
    assert np.all(np.array(shoulder)[:, 0] > cues_s)
    assert np.std(np.diff(cues_s)) > 0.2
    assert min(b[0] - a[1] for a, b in pairwise(glute)) > 4.0
    lengths_s = np.diff(np.array(glute))
    assert np.all((lengths_s > 3.5) & (lengths_s < 4.5))


def test_the_rest_event_covers_silence_and_the_shrug_comes_half_a_minute_before():
    session = clean_session(
        [Raise(lag_ms=-140)] * 2, schedule=Schedule(reference_shrug=True, practice_raises=2)
    )
    events = {event.label: event for event in session.recording.events}
    shoulder = of(session.recording)[1]
    rest = events[EVENT_REST]
    assert rest.duration_s == 10
    assert np.all(within(shoulder, rest.onset_s, rest.onset_s + rest.duration_s) == 0)
    first = stretches_s(shoulder)[0]
    assert 0 < first[0] - events[EVENT_REFERENCE_SHOULDER].onset_s < 1
    practice_s = [event.onset_s for event in session.recording.events if event.label == EVENT_PRACTICE]
    assert len(practice_s) == len(session.truth.practice) == 2
    assert practice_s[0] - first[1] >= 30
    assert len(stretches_s(of(session.recording)[0])) == 4


def test_a_session_can_be_cued_at_given_times_and_last_a_given_time():
    schedule = Schedule(cues_s=(5.0, 14.0), duration_s=25.0)
    session = clean_session([Raise(lag_ms=50), Raise(lag_ms=50)], schedule=schedule)
    assert [one.cue_s for one in session.truth.raises] == [5.0, 14.0]
    assert session.recording.duration_s == 25.0
    with pytest.raises(ValueError, match="2 times for 1 raises"):
        clean_session([Raise()], schedule=schedule)


def test_a_longer_recording_begins_with_the_samples_of_a_shorter_one():
    full = Nuisance(heart_uv=20, hum_uv=2, wander_uv=5, breathing_uv=4, tonic_uv=2)
    short, long = (
        simulate_session(
            lags_ms=[-100.0] * n_raises,
            shoulder=Muscle(texture="motor_units"),
            glute_nuisance=full,
            shoulder_nuisance=full,
            schedule=Schedule(cues_s=(3.0, 10.0)[:n_raises], duration_s=duration_s),
        )
        for n_raises, duration_s in ((1, 9.0), (2, 20.0))
    )
    for one, other in zip(of(short.recording), of(long.recording), strict=True):
        np.testing.assert_allclose(other.samples[: one.samples.size], one.samples, atol=1e-9)


def test_a_recording_without_events_says_nothing_of_cues():
    recording = simulate_session(lags_ms=[0.0], schedule=replace(BRISK, with_events=False)).recording
    assert recording.events == ()
    assert recording.planned_repetitions is None


def test_two_bursts_a_preparatory_one_and_one_afterwards_are_where_the_truth_has_them():
    session = clean_session(
        [Raise(lag_ms=-140, second_burst=True), Raise(lag_ms=-140, preparatory=True), Raise(after_ms=400)],
        schedule=replace(BRISK, every_s=(9, 10)),
    )
    second, preparatory, after = session.truth.raises
    measured = stretches_s(of(session.recording)[1])
    assert len(measured) == 5
    assert measured[1][0] - measured[0][1] > 0.25
    assert second.glute is not None
    assert measured[1][1] < second.glute.end_s
    assert preparatory.glute_onset_s is not None
    assert 0.3 <= preparatory.glute_onset_s - measured[2][1] <= 0.452
    assert measured[2][1] - measured[2][0] > 0.15
    assert measured[3][0] - preparatory.glute_onset_s == pytest.approx(-0.14, abs=0.001)
    assert after.shoulder_onset_s is None
    assert after.glute is not None
    assert measured[4][0] - after.glute.end_s == pytest.approx(0.4, abs=0.001)


def test_a_glute_can_stay_silent_in_a_cued_raise():
    session = clean_session([Raise(lag_ms=-140), Raise(lag_ms=-140, glute_silent=True), Raise(lag_ms=-140)])
    assert len(stretches_s(of(session.recording)[0])) == 2
    assert len(stretches_s(of(session.recording)[1])) == 3
    assert session.truth.lags_ms[1] is None
    assert len([event for event in session.recording.events if event.label == EVENT_RAISE]) == 3


def test_a_shoulder_can_be_late_or_active_from_well_before():
    session = clean_session([Raise(lag_ms=700), Raise(already_active_s=2.5)])
    (late, before), (first, second) = (
        stretches_s(of(session.recording)[1]),
        stretches_s(of(session.recording)[0]),
    )
    assert late[0] - first[0] == pytest.approx(0.7, abs=0.002)
    assert before[0] - second[0] == pytest.approx(-2.5, abs=0.002)
    assert before[1] > second[0] + 0.9


def test_the_same_seed_gives_the_same_samples_and_another_seed_others():
    one, same, other = (
        simulate_session(lags_ms=[-140.0] * 2, schedule=BRISK, seed=seed) for seed in (1, 1, 2)
    )
    for label in one.recording.labels:
        assert np.array_equal(one.recording[label].samples, same.recording[label].samples)
        size = min(one.recording[label].samples.size, other.recording[label].samples.size)
        correlation = np.corrcoef(one.recording[label].samples[:size], other.recording[label].samples[:size])[
            0, 1
        ]
        assert abs(correlation) < 0.05


@pytest.mark.parametrize(
    "nuisance",
    [
        Nuisance(heart_uv=40),
        Nuisance(hum_uv=5),
        Nuisance(wander_uv=20),
        Nuisance(breathing_uv=5),
        Nuisance(tonic_uv=4),
        Nuisance(rest_steps=((5.0, 6.0),)),
    ],
    ids=["heart", "hum", "wander", "breathing", "tonic", "rest step"],
)
def test_a_nuisance_is_added_to_one_channel_and_leaves_the_muscles_as_they_were(nuisance: Nuisance):
    def added(lag_ms: float | None) -> tuple[FloatArray, FloatArray]:
        plain, spoilt = (
            of(
                simulate_session(
                    lags_ms=[lag_ms] * 2, schedule=BRISK, seed=7, shoulder_nuisance=one
                ).recording
            )
            for one in (Nuisance(), nuisance)
        )
        return spoilt[0].samples - plain[0].samples, spoilt[1].samples - plain[1].samples

    glute_added, shoulder_added = added(-100.0)
    assert not glute_added.any()
    assert shoulder_added.any()
    np.testing.assert_allclose(shoulder_added, added(None)[1], atol=1e-9)
