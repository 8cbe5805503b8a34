"""A silent shoulder stays silent, whatever the heart does: truth from simulated sessions without shoulder."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from firing_analyzer.result import Analysis
from recordings.model import Recording, Side, Signal
from recordings.synth import SHOULDER_MUSCLE, Body, Nuisance, Raise, Schedule

Analysed = Callable[..., Analysis]

SEEDS = range(3)
SILENT = [None] * 8
legs = pytest.mark.parametrize("leg", ["left", "right"])


def sharp_beats(
    recording: Recording,
    *,
    height_uv: float,
    sd_s: float = 0.005,
    per_min: float = 70.0,
    channels: tuple[int, ...] = (1,),
) -> Recording:
    """Add heart beats whose QRS is as short as electrodes 20 mm apart see it: 5 SD from Q to S."""
    rng = np.random.default_rng(11)
    gaps = 60 / per_min * (1 + 0.05 * rng.standard_normal(round(2 * recording.duration_s)))
    beats_s = np.cumsum(gaps)

    def with_beats(signal: Signal) -> Signal:
        samples, times_s = signal.samples.copy(), signal.times_s
        for beat_s in beats_s[beats_s < recording.duration_s]:
            near = slice(*np.searchsorted(times_s, [beat_s - 8 * sd_s, beat_s + 8 * sd_s]))
            u = (times_s[near] - beat_s) / sd_s
            for place, height in ((-2.5, -0.2), (0.0, 1.0), (2.5, -0.35)):
                samples[near] += height_uv * height * np.exp(-0.5 * (u - place) ** 2)
        return replace(signal, samples=samples)

    signals = tuple(with_beats(one) if k in channels else one for k, one in enumerate(recording.signals))
    return replace(recording, signals=signals)


def false_onsets(analyses: list[Analysis]) -> float:
    """Share of repetitions with a shoulder onset."""
    rows = [row for analysis in analyses for row in analysis.rows]
    return float(np.mean([row.shoulder_onset_s is not None for row in rows]))


def called_silent(analyses: list[Analysis]) -> float:
    rows = [row for analysis in analyses for row in analysis.rows]
    return float(np.mean([row.order == "shoulder_silent" for row in rows]))


@legs
@pytest.mark.parametrize(
    "nuisance",
    [
        Nuisance(),
        Nuisance(heart_uv=15.0),
        Nuisance(heart_uv=50.0, hum_uv=3.0),
        Nuisance(heart_uv=-50.0),
        Nuisance(hum_uv=20.0, wander_uv=50.0),
        Nuisance(rest_uv=10.0, pink_share=0.5),
    ],
    ids=["still", "heart 15", "heart 50 and hum", "heart turned over", "hum", "pink rest"],
)
def test_a_silent_shoulder_is_silent_with_and_without_heart_beat(
    analysed: Analysed, nuisance: Nuisance, leg: Side
) -> None:
    found = [analysed(seed=seed, leg=leg, lags_ms=SILENT, shoulder_nuisance=nuisance) for seed in SEEDS]
    assert false_onsets(found) <= 0.05
    assert called_silent(found) >= 0.95
    assert [one.verdict for one in found] == ["shoulder_silent"] * len(SEEDS)


@legs
@pytest.mark.parametrize("heart_uv", [100.0, 300.0])
def test_a_heart_far_louder_than_rest_is_no_shoulder_onset(
    analysed: Analysed, heart_uv: float, leg: Side
) -> None:
    nuisance = Nuisance(heart_uv=heart_uv)
    found = [analysed(seed=seed, leg=leg, lags_ms=SILENT, shoulder_nuisance=nuisance) for seed in SEEDS]
    assert false_onsets(found) <= 0.05
    assert all(one.verdict in {"shoulder_silent", "cannot_tell"} for one in found)


@pytest.mark.parametrize("height_uv", [15.0, 30.0, 60.0, 120.0, 240.0])
def test_a_sharp_qrs_is_no_shoulder_onset(analysed: Analysed, height_uv: float) -> None:
    found = [
        analysed(seed=seed, lags_ms=SILENT, change=lambda one: sharp_beats(one, height_uv=height_uv))
        for seed in SEEDS
    ]
    assert false_onsets(found) <= 0.05
    assert all(one.verdict in {"shoulder_silent", "cannot_tell"} for one in found)


@pytest.mark.parametrize("height_uv", [30.0, 60.0])
def test_a_sharp_qrs_does_not_hide_the_silence(analysed: Analysed, height_uv: float) -> None:
    found = [
        analysed(seed=seed, lags_ms=SILENT, change=lambda one: sharp_beats(one, height_uv=height_uv))
        for seed in SEEDS
    ]
    assert called_silent(found) >= 0.9
    assert all(any(note.flag == "heart_beat" for note in one.quality) for one in found)


@pytest.mark.parametrize("per_min", [45.0, 110.0, 150.0])
def test_a_slow_or_fast_heart_is_no_shoulder_onset(analysed: Analysed, per_min: float) -> None:
    found = [
        analysed(
            seed=seed,
            lags_ms=SILENT,
            shoulder_nuisance=Nuisance(heart_uv=60.0),
            body=Body(heart_per_min=per_min),
        )
        for seed in SEEDS
    ]
    assert false_onsets(found) <= 0.05


def test_an_irregular_heart_is_no_shoulder_onset(analysed: Analysed) -> None:
    body = Body(heart_variability=0.25)
    found = [
        analysed(seed=seed, lags_ms=SILENT, shoulder_nuisance=Nuisance(heart_uv=60.0), body=body)
        for seed in SEEDS
    ]
    assert false_onsets(found) <= 0.05


@pytest.mark.parametrize("height_uv", [30.0, 60.0])
def test_a_heart_on_both_channels_does_not_move_the_lags(analysed: Analysed, height_uv: float) -> None:
    found = [
        analysed(
            seed=seed,
            lags_ms=[-140.0] * 8,
            change=lambda one: sharp_beats(one, height_uv=height_uv, channels=(0, 1)),
        )
        for seed in SEEDS
    ]
    assert not any(row.order == "glute_first" for one in found for row in one.rows)
    assert all(one.verdict == "shoulder_first" for one in found)
    assert "common_signal" not in {code for one in found for code in one.session.warnings}


# -- what is said of silence ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("heart_uv", [0.0, 60.0])
def test_silence_of_an_electrode_that_nothing_proves_says_so(
    analysed: Analysed, seed: int, heart_uv: float
) -> None:
    # neither heart beats nor hum are a proof: a loose electrode hears them too
    nuisance = Nuisance(heart_uv=heart_uv, hum_uv=heart_uv / 3)
    found = analysed(seed=seed, lags_ms=SILENT, shoulder_nuisance=nuisance)
    assert found.verdict == "shoulder_silent"
    assert "shoulder_channel_unproven" in found.session.warnings


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reference_shrug_proves_the_electrode_and_is_no_raise(
    analysed: Analysed, brisk: Schedule, seed: int
) -> None:
    found = analysed(seed=seed, lags_ms=SILENT, schedule=replace(brisk, reference_shrug=True))
    assert found.verdict == "shoulder_silent"
    assert not found.session.warnings
    assert found.session.repetitions == 8
    assert (found.session.background_bursts_per_min or 0) < 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shoulder_that_fires_only_after_every_raise_is_silent_and_says_when(
    analysed: Analysed, seed: int
) -> None:
    found = analysed(seed=seed, raises=[Raise(after_ms=300.0)] * 8)
    assert found.verdict == "shoulder_silent"
    assert all("shoulder_after_raise" in row.flags for row in found.rows)
    assert "shoulder_channel_unproven" not in found.session.warnings


@pytest.mark.parametrize("seed", SEEDS)
def test_a_faint_shoulder_is_not_called_silent(analysed: Analysed, seed: int) -> None:
    # 6 dB above rest lasts for seconds: too faint to time, but a rise that was seen
    found = analysed(seed=seed, lags_ms=[-140.0] * 8, shoulder=replace(SHOULDER_MUSCLE, snr_db=6.0))
    assert found.session.shoulder_silent == 0
    assert found.verdict != "shoulder_silent"


@pytest.mark.soak
@legs
@pytest.mark.parametrize("heart_uv", [0.0, 20.0, 60.0, 200.0])
def test_many_silent_shoulders_stay_silent(analysed: Analysed, leg: Side, heart_uv: float) -> None:
    found = [
        analysed(
            seed=1000 + seed,
            leg=leg,
            lags_ms=SILENT,
            rate_hz=2000.0,
            shoulder_nuisance=Nuisance(heart_uv=heart_uv, hum_uv=seed % 3, wander_uv=5.0),
            glute_nuisance=Nuisance(heart_uv=0.1 * heart_uv),
            body=Body(heart_per_min=50.0 + seed),
        )
        for seed in range(50)
    ]
    assert false_onsets(found) <= 0.05
    assert called_silent(found) >= 0.9
