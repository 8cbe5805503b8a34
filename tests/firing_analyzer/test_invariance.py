"""What must not change an answer: units, sign, clock, rest at either end, and which channel is which."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.random import Generator

import firing_analyzer as fa
from firing_analyzer.result import Analysis
from recordings.model import FloatArray, Recording, Signal
from recordings.synth import (
    GLUTE_MUSCLE,
    SHOULDER_MUSCLE,
    Nuisance,
    Schedule,
    Sensors,
    rest_noise,
    simulate_session,
)

#: Power is looked at in frames of 5 ms that begin with the first sample. Whatever moves these frames over the
#: samples may move an onset by about half a frame; what does not, changes nothing but the last digits.
TOLERANCE_MS: Final = 3.0
#: Where rest is added the level of rest is known better, too, and a vague lag may move more than a sharp one.
SHARE_OF_INTERVAL: Final = 0.06
BRISK: Final = Schedule(lead_in_s=7.0, every_s=(7.0, 8.0), tail_s=4.0, with_events=False)
RATE_HZ: Final = 1000.0

#: Without shrinking: a smaller seed is no simpler session.
few = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate], database=None
)
seeds = st.integers(0, 10_000)
middles_ms = st.sampled_from([-220.0, -120.0, 0.0, 120.0, 220.0])


def session(seed: int, middle_ms: float, *, rate_hz: float | tuple[float, float] = RATE_HZ) -> Recording:
    """Simulate six raises whose muscles differ in strength and rise, without heart beat."""
    rng = np.random.default_rng(seed)
    glute_db, shoulder_db = rng.uniform(16, 24, 2)
    return simulate_session(
        seed=seed,
        lags_ms=(middle_ms + 15 * rng.standard_normal(6)).tolist(),
        rate_hz=rate_hz,
        glute=replace(GLUTE_MUSCLE, snr_db=float(glute_db)),
        shoulder=replace(SHOULDER_MUSCLE, snr_db=float(shoulder_db), rise_ms=(40.0, 120.0)),
        glute_nuisance=Nuisance(hum_uv=1.0, wander_uv=3.0, pink_share=0.0),
        shoulder_nuisance=Nuisance(wander_uv=3.0, pink_share=0.0),
        schedule=BRISK,
    ).recording


def changed(recording: Recording, change: Callable[[Signal], Signal]) -> Recording:
    return replace(recording, signals=tuple(change(signal) for signal in recording.signals))


def assert_same(
    one: Analysis,
    other: Analysis,
    *,
    moved_s: float = 0.0,
    within_ms: float = TOLERANCE_MS,
    share: float = 0.0,
) -> None:
    """Compare verdicts, orders, lags and intervals, and onsets once moved back."""
    assert other.verdict == one.verdict
    assert other.session.reasons == one.session.reasons
    assert len(other.rows) == len(one.rows)
    for row, before in zip(other.rows, one.rows, strict=True):
        assert row.flags == before.flags
        assert (row.lag_ms is None) == (before.lag_ms is None)
        if row.lag_ms is None or before.lag_interval_ms is None:
            continue
        allowed_ms = max(within_ms, share * (before.lag_interval_ms[1] - before.lag_interval_ms[0]))
        assert row.lag_ms == pytest.approx(before.lag_ms, abs=allowed_ms)
        assert row.lag_interval_ms == pytest.approx(before.lag_interval_ms, abs=3 * allowed_ms)
        assert row.glute_onset_s is not None
        assert before.glute_onset_s is not None
        assert row.glute_onset_s - moved_s == pytest.approx(before.glute_onset_s, abs=allowed_ms / 1000)
    if one.session.median_lag_ms is not None:
        assert other.session.median_lag_ms == pytest.approx(one.session.median_lag_ms, abs=within_ms)


# -- units and sign ------------------------------------------------------------------------------------------


@few
@given(
    seeds,
    middles_ms,
    st.sampled_from([("V", 1e-6), ("mV", 1e-3), ("uV", 1.0), ("nV", 1e3), ("counts", 41.7), ("", 0.013)]),
)
def test_the_unit_of_the_samples_changes_nothing(
    seed: int, middle_ms: float, unit: tuple[str, float]
) -> None:
    recording = session(seed, middle_ms)
    name, factor = unit

    def in_unit(signal: Signal) -> Signal:
        return replace(signal, channel=replace(signal.channel, unit=name), samples=factor * signal.samples)

    assert_same(fa.analyze(recording), fa.analyze(changed(recording, in_unit)), within_ms=0.05)


@few
@given(seeds, middles_ms, st.sampled_from([(-1, 1), (1, -1), (-1, -1)]), st.floats(-500, 500))
def test_turning_a_channel_over_or_offsetting_it_changes_nothing(
    seed: int, middle_ms: float, signs: tuple[int, int], offset_uv: float
) -> None:
    recording = session(seed, middle_ms)
    turned = replace(
        recording,
        signals=tuple(
            replace(signal, samples=sign * signal.samples + offset_uv)
            for sign, signal in zip(signs, recording.signals, strict=True)
        ),
    )
    assert_same(fa.analyze(recording), fa.analyze(turned), within_ms=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_one_channel_in_volts_and_the_other_in_microvolts_are_the_same_quantity(seed: int) -> None:
    recording = session(seed, -120)
    glute, shoulder = recording.signals
    in_volts = replace(glute, channel=replace(glute.channel, unit="V"), samples=1e-6 * glute.samples)
    assert_same(
        fa.analyze(recording), fa.analyze(replace(recording, signals=(in_volts, shoulder))), within_ms=0.05
    )


# -- time ----------------------------------------------------------------------------------------------------


@few
@given(seeds, middles_ms, st.floats(0, 3600))
def test_a_recording_that_starts_later_gives_the_same_lags_later(
    seed: int, middle_ms: float, start_s: float
) -> None:
    recording = session(seed, middle_ms)
    moved = changed(recording, lambda signal: replace(signal, start_s=signal.start_s + start_s))
    assert_same(fa.analyze(recording), fa.analyze(moved), moved_s=start_s)


def _rest(n_samples: int, rng: Generator) -> FloatArray:
    return Nuisance().rest_uv * rest_noise(n_samples, rate_hz=RATE_HZ, rng=rng, pink_share=0.0)


@few
@given(seeds, middles_ms, st.floats(0.5, 20), st.floats(0.5, 20))
def test_rest_before_and_after_changes_nothing(
    seed: int, middle_ms: float, before_s: float, after_s: float
) -> None:
    # hum and wander would not go on unbroken into the padding, so these recordings have none
    recording = simulate_session(
        seed=seed,
        lags_ms=[middle_ms] * 6,
        rate_hz=RATE_HZ,
        glute_nuisance=Nuisance(pink_share=0.0),
        shoulder_nuisance=Nuisance(pink_share=0.0),
        schedule=BRISK,
    ).recording
    rng = np.random.default_rng(seed)
    n_before, n_after = round(before_s * RATE_HZ), round(after_s * RATE_HZ)

    def padded(signal: Signal) -> Signal:
        parts = (_rest(n_before, rng), signal.samples, _rest(n_after, rng))
        return replace(signal, samples=np.concatenate(parts))

    assert_same(
        fa.analyze(recording),
        fa.analyze(changed(recording, padded)),
        moved_s=n_before / RATE_HZ,
        share=SHARE_OF_INTERVAL,
    )


# -- which is which ------------------------------------------------------------------------------------------


@few
@given(seeds, middles_ms)
def test_swapping_the_channels_mirrors_the_lag(seed: int, middle_ms: float) -> None:
    # both muscles fire once in each raise, equally long, so that each can stand for the raise
    recording = simulate_session(
        seed=seed,
        lags_ms=[middle_ms] * 6,
        rate_hz=RATE_HZ,
        glute=replace(GLUTE_MUSCLE, active_s=(2.5, 3.0)),
        shoulder=replace(SHOULDER_MUSCLE, active_s=(2.5, 3.0)),
        schedule=BRISK,
    ).recording
    glute, shoulder = recording.signals
    swapped = replace(
        recording,
        signals=(
            replace(glute, samples=shoulder.samples),
            replace(shoulder, samples=glute.samples),
        ),
    )
    one, other = fa.analyze(recording), fa.analyze(swapped)
    mirrored = {"shoulder_first": "glute_first", "glute_first": "shoulder_first"}
    assert other.verdict == mirrored.get(one.verdict, one.verdict)
    assert len(other.rows) == len(one.rows) == 6
    for row, before in zip(other.rows, one.rows, strict=True):
        assert row.lag_ms is not None
        assert before.lag_ms is not None
        assert row.lag_ms == pytest.approx(-before.lag_ms, abs=TOLERANCE_MS)
    assert other.session.median_lag_ms == pytest.approx(-(one.session.median_lag_ms or 0), abs=TOLERANCE_MS)


@pytest.mark.parametrize("seed", range(3))
def test_the_other_leg_gives_the_same_answer(seed: int) -> None:
    lags = [-120.0] * 6
    left = simulate_session(seed=seed, lags_ms=lags, rate_hz=RATE_HZ, leg="left", schedule=BRISK).recording
    right = simulate_session(seed=seed, lags_ms=lags, rate_hz=RATE_HZ, leg="right", schedule=BRISK).recording
    assert_same(fa.analyze(left), fa.analyze(right), within_ms=0.0)
    assert fa.analyze(right).leg == "right"


# -- two sensors that differ ---------------------------------------------------------------------------------


@few
@given(
    seeds,
    st.sampled_from([-150.0, 150.0]),
    st.sampled_from([(2000.0, 1000.0), (1000.0, 2000.0), (1259.0, 2148.0), (512.0, 2000.0), (1000.0, 999.5)]),
)
def test_unequal_rates_are_handled(seed: int, middle_ms: float, rates_hz: tuple[float, float]) -> None:
    truth = simulate_session(seed=seed, lags_ms=[middle_ms] * 6, rate_hz=rates_hz, schedule=BRISK)
    found = fa.analyze(truth.recording)
    assert found.verdict == ("shoulder_first" if middle_ms < 0 else "glute_first")
    assert not found.session.warnings
    for row in found.rows:
        assert row.lag_ms == pytest.approx(middle_ms, abs=60)


@few
@given(seeds, st.floats(0.1, 5.5), st.floats(0.0, 3.5))
def test_unequal_starts_and_lengths_are_handled(seed: int, later_s: float, shorter_s: float) -> None:
    sensors = Sensors(shoulder_starts_s=later_s)
    recording = simulate_session(
        seed=seed, lags_ms=[-150.0] * 6, rate_hz=RATE_HZ, sensors=sensors, schedule=BRISK
    ).recording
    glute, shoulder = recording.signals
    kept = shoulder.samples.size - round(shorter_s * RATE_HZ)
    cut = replace(recording, signals=(glute, replace(shoulder, samples=shoulder.samples[:kept])))
    found = fa.analyze(cut)
    assert found.verdict == "shoulder_first"
    assert len(found.rows) == 6


@pytest.mark.parametrize("lags_ms", [[-150.0] * 6, [None] * 6], ids=["active", "silent"])
@pytest.mark.parametrize("seed", range(3))
def test_raises_after_the_shoulder_has_stopped_recording_are_neither_silent_nor_timed(
    seed: int, lags_ms: list[float | None]
) -> None:
    made = simulate_session(seed=seed, lags_ms=lags_ms, rate_hz=RATE_HZ, schedule=BRISK)
    glute, shoulder = made.recording.signals
    last_s = made.truth.raises[4].cue_s - 1.0
    cut = replace(shoulder, samples=shoulder.samples[: round(last_s * RATE_HZ)])
    found = fa.analyze(replace(made.recording, signals=(glute, cut)))
    assert len(found.rows) == 6
    assert all(row.order == "unclear" and row.lag_ms is None for row in found.rows[4:])
    assert found.session.valid == 4
    assert found.verdict == "cannot_tell"


# -- the same again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_the_same_input_gives_the_same_bytes(seed: int) -> None:
    one, other = (fa.analyze(session(seed, -120)).to_json().encode() for _ in range(2))
    assert one == other


def test_the_input_is_left_as_it_was() -> None:
    recording = session(1, -120)
    before = [signal.samples.copy() for signal in recording.signals]
    fa.analyze(recording)
    for signal, samples in zip(recording.signals, before, strict=True):
        assert np.array_equal(signal.samples, samples)


def test_settings_that_say_the_default_change_nothing() -> None:
    recording = session(2, 120)
    assert fa.analyze(recording).to_json() == fa.analyze(recording, fa.Settings()).to_json()
