"""Each named scenario shows what its name says, whatever the seed."""

import numpy as np
import pytest

from recordings.synth import SCENARIOS, Nuisance, Scenario, Schedule, simulate

#: Quick to make; lags do not depend on it.
QUICK = Schedule(lead_in_s=1.0, every_s=(5.5, 5.6), tail_s=0.5)
MARGIN_MS = 50.0
SEEDS = range(25)


def lags_ms(scenario: Scenario, seed: int) -> list[float]:
    """Lags of a scenario, measured on the samples of a person without noise."""
    clean = Nuisance(with_rest=False)
    recording = simulate(
        scenario, seed=seed, rate_hz=250.0, schedule=QUICK, glute_nuisance=clean, shoulder_nuisance=clean
    ).recording
    onsets_s: list[list[float]] = []
    for one in recording.signals:
        active_s = one.times_s[one.samples != 0]
        onsets_s.append(active_s[np.diff(active_s, prepend=-10.0) > 0.5].tolist())
    glute, shoulder = onsets_s
    return [1000 * (b - a) for a, b in zip(glute, shoulder, strict=True)] if shoulder else []


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_are_well_beyond_the_margin_for_every_seed(seed: int):
    assert max(lags_ms("shoulder_first", seed)) < -2 * MARGIN_MS
    assert min(lags_ms("glute_first", seed)) > 2 * MARGIN_MS
    assert np.abs(lags_ms("together", seed)).max() < MARGIN_MS / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_an_inconsistent_person_changes_sides_every_time(seed: int):
    lags = np.array(lags_ms("inconsistent", seed))
    assert np.all(np.abs(lags) > 2 * MARGIN_MS)
    assert np.all(np.sign(lags[1:]) == -np.sign(lags[:-1]))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_ten_raises_and_a_living_person(scenario: Scenario):
    session = simulate(scenario, seed=1)
    assert len(session.truth.raises) == session.recording.planned_repetitions == 10
    assert all(one.glute is not None for one in session.truth.raises)
    assert all(60 <= burst.rise_ms <= 180 for burst in session.truth.glute_bursts)
    assert 0.8 < session.truth.heart_beats_s.size / session.recording.duration_s < 1.5
    assert not any(np.isnan(one.samples).any() for one in session.recording.signals)


def test_a_silent_shoulder_shrugs_once_to_prove_its_sensor():
    session = simulate("shoulder_silent", seed=4)
    assert session.truth.lags_ms == (None,) * 10
    shrug = session.truth.reference
    assert shrug is not None
    shoulder = session.recording["UT_R"]
    loud = shoulder.times_s[np.abs(shoulder.samples) > 60]
    assert loud.size > 20
    assert np.all((loud > shrug.onset_s) & (loud < shrug.end_s))


def test_a_noisy_session_is_within_a_few_decibels_of_its_noise():
    session = simulate("noisy", seed=2)
    for one, bursts in zip(
        session.recording.signals, (session.truth.glute_bursts, session.truth.shoulder_bursts), strict=True
    ):
        active = np.zeros(one.samples.size, dtype=bool)
        for burst in bursts:
            active |= (one.times_s > burst.onset_s + 0.2) & (one.times_s < burst.end_s - 0.4)
        rest = one.times_s < 10
        assert np.std(one.samples[active]) < 2.2 * np.std(one.samples[rest])


def test_the_other_leg_and_other_settings_can_be_asked_for():
    session = simulate("together", seed=3, leg="right", rate_hz=1000.0, snr_db=12.0)
    assert session.recording.labels == ("GM_R", "UT_L")
    assert session.recording.signals[0].rate_hz == 1000
    assert session.truth.snr_db == (12.0, 12.0)
    assert session.truth.lags_ms == pytest.approx(simulate("together", seed=3).truth.lags_ms)


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="use one of shoulder_first"):
        simulate("sideways")  # pyright: ignore[reportArgumentType]
