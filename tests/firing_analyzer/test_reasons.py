"""Why a session cannot be told, by what the person did: each reason is said, and not said where it is untrue.

What sensors do to a session is in ``test_sensor_reasons.py``.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from firing_analyzer.result import Analysis
from recordings.synth import Nuisance, Raise, Schedule

Analysed = Callable[..., Analysis]

seeds = pytest.mark.parametrize("seed", range(3))
CLEAR = [-140.0] * 8
SILENT = [None] * 8


def said(analysis: Analysis) -> set[str]:
    """All codes of a session."""
    return {*analysis.session.reasons, *analysis.session.warnings}


@seeds
@pytest.mark.parametrize("lag_ms", [-140.0, 140.0, 0.0])
def test_a_clear_session_is_told_without_reason_or_warning(
    analysed: Analysed, seed: int, lag_ms: float
) -> None:
    found = analysed(seed=seed, lags_ms=[lag_ms] * 8)
    expected = {-140.0: "shoulder_first", 140.0: "glute_first", 0.0: "together"}
    assert found.verdict == expected[lag_ms]
    assert not said(found)
    assert all(row.order in {found.verdict, "unclear"} for row in found.rows)
    assert not any(row.flags for row in found.rows)


# -- how many, how near, how alike ---------------------------------------------------------------------------


@seeds
def test_four_raises_are_too_few_and_five_are_enough(analysed: Analysed, seed: int) -> None:
    assert analysed(seed=seed, lags_ms=CLEAR[:4]).session.reasons == ("too_few",)
    assert analysed(seed=seed, lags_ms=CLEAR[:5]).verdict == "shoulder_first"


def test_a_recording_without_raises_is_too_few_and_no_error(analysed: Analysed) -> None:
    found = analysed(lags_ms=[])
    assert found.session.reasons == ("too_few",)
    assert found.session.repetitions == 0
    assert found.session.median_lag_ms is None


@seeds
@pytest.mark.parametrize("side", [-1, 1])
def test_a_lag_at_the_margin_is_near_margin(analysed: Analysed, seed: int, side: int) -> None:
    lags = side * 50 + np.random.default_rng(seed).normal(0, 8, 8)
    found = analysed(seed=seed, lags_ms=lags.tolist())
    assert found.verdict == "cannot_tell"
    assert found.session.reasons == ("near_margin",)


@seeds
def test_raises_of_either_order_by_turns_are_inconsistent_and_two_patterns(
    analysed: Analysed, seed: int
) -> None:
    sizes = np.random.default_rng(seed).uniform(130, 190, 10) * (-1.0) ** np.arange(10)
    reasons = analysed(seed=seed, lags_ms=sizes.tolist()).session.reasons
    assert {"inconsistent", "two_patterns"} <= set(reasons)


@seeds
def test_lags_spread_evenly_over_both_orders_are_inconsistent_but_no_two_patterns(
    analysed: Analysed, seed: int
) -> None:
    lags = np.random.default_rng(seed).permutation(np.linspace(-240, 240, 10))
    reasons = analysed(seed=seed, lags_ms=lags.tolist()).session.reasons
    assert "inconsistent" in reasons
    assert "two_patterns" not in reasons


# -- silence in a part of the raises -------------------------------------------------------------------------


@seeds
@pytest.mark.parametrize(
    ("silent", "verdict"),
    [
        (2, "shoulder_first"),
        (3, "shoulder_first"),
        (4, "cannot_tell"),
        (7, "cannot_tell"),
        (8, "shoulder_silent"),
    ],
)
def test_shares_of_silence_decide_as_published(
    analysed: Analysed, seed: int, silent: int, verdict: str
) -> None:
    lags = [*[None] * silent, *[-140.0] * (10 - silent)]
    order = np.random.default_rng(seed).permutation(10)
    found = analysed(seed=seed, lags_ms=[lags[k] for k in order])
    assert found.verdict == verdict
    assert found.session.shoulder_silent == silent
    assert ("sometimes_silent" in found.session.reasons) == (verdict == "cannot_tell")
    assert ("sometimes_silent" in found.session.warnings) == (verdict == "shoulder_first")


# -- noise and rest ------------------------------------------------------------------------------------------


@seeds
@pytest.mark.parametrize("snr_db", [(3.0, 3.0), (20.0, 3.0), (4.0, 20.0)])
def test_muscles_that_hardly_stand_out_of_the_noise_are_noisy(
    analysed: Analysed, seed: int, snr_db: tuple[float, float]
) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, snr_db=snr_db)
    assert "noisy" in found.session.reasons
    assert found.session.shoulder_silent == 0, "a shoulder too faint to time is not silent"


@seeds
def test_muscles_12_db_above_the_noise_are_not_noisy(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=[-200.0] * 8, snr_db=12.0)
    assert "noisy" not in said(found)
    assert found.verdict == "shoulder_first"


@seeds
def test_a_glute_that_never_rests_has_no_rest(analysed: Analysed, seed: int) -> None:
    schedule = Schedule(lead_in_s=0.1, every_s=(4.0, 4.1), tail_s=0.0, duration_s=40.0)
    found = analysed(seed=seed, lags_ms=[-140.0] * 10, schedule=schedule)
    assert {"no_rest", "glute_not_at_rest"} & set(found.session.reasons)
    # the glute fires all the time; that no raise stands out of it is not silence
    assert "glute_silent" not in said(found)


@seeds
@pytest.mark.parametrize("tonic_uv", [30.0, 100.0])
@pytest.mark.parametrize("lag_ms", [-140.0, None])
def test_a_tonic_shoulder_is_not_at_rest_and_never_silent(
    analysed: Analysed, seed: int, tonic_uv: float, lag_ms: float | None
) -> None:
    found = analysed(seed=seed, lags_ms=[lag_ms] * 8, shoulder_nuisance=Nuisance(tonic_uv=tonic_uv))
    assert "shoulder_not_at_rest" in said(found)
    assert found.verdict == "cannot_tell"


@seeds
def test_a_tonic_glute_is_not_at_rest_rather_than_silent(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, glute_nuisance=Nuisance(tonic_uv=100.0))
    assert "glute_not_at_rest" in found.session.reasons
    assert "glute_silent" not in found.session.reasons


@pytest.mark.parametrize("breathing_uv", [10.0, 20.0])
def test_breathing_with_the_shoulder_is_counted_and_takes_an_order_back_only_where_it_falls_into_raises(
    analysed: Analysed, breathing_uv: float
) -> None:
    verdicts: list[str] = []
    for seed in range(1, 7):
        found = analysed(
            seed=seed,
            lags_ms=CLEAR,
            schedule=Schedule(lead_in_s=20.0),
            shoulder_nuisance=Nuisance(breathing_uv=breathing_uv),
        )
        verdicts.append(found.verdict)
        told = found.session.warnings if found.verdict == "shoulder_first" else found.session.reasons
        assert told == ("shoulder_not_at_rest",)
        per_minute = found.session.background_bursts_per_min
        assert per_minute is not None
        assert 8 < per_minute < 17, "the person breathes 14 times a minute"
    assert set(verdicts) <= {"shoulder_first", "cannot_tell"}
    assert verdicts.count("shoulder_first") >= 4


@seeds
def test_quiet_breathing_is_no_warning(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, shoulder_nuisance=Nuisance(breathing_uv=1.0))
    assert not said(found)
    assert (found.session.background_bursts_per_min or 0) < 1


@seeds
def test_breaths_of_a_silent_shoulder_name_no_order(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=SILENT, shoulder_nuisance=Nuisance(breathing_uv=20.0))
    assert found.verdict in {"cannot_tell", "shoulder_silent"}
    assert "shoulder_not_at_rest" in said(found)


# -- the glute's own silence ---------------------------------------------------------------------------------


def _raises(n: int, *, glute_silent: tuple[int, ...]) -> list[Raise]:
    return [Raise(lag_ms=-140.0, glute_silent=number in glute_silent) for number in range(n)]


@seeds
@pytest.mark.parametrize(("silent", "blocks"), [((3,), False), ((2, 6), True)])
def test_cued_raises_without_glute_stay_in_the_table_and_a_fifth_of_them_is_a_reason(
    analysed: Analysed, seed: int, silent: tuple[int, ...], *, blocks: bool
) -> None:
    found = analysed(seed=seed, raises=_raises(10, glute_silent=silent))
    flagged = [row.repetition - 1 for row in found.rows if "glute_silent" in row.flags]
    assert flagged == list(silent)
    assert all(found.rows[k].order == "unclear" and found.rows[k].glute_onset_s is None for k in silent)
    assert ("glute_silent" in found.session.reasons) == blocks
    assert found.verdict == ("cannot_tell" if blocks else "shoulder_first")


@seeds
def test_without_cues_raises_without_glute_cannot_be_seen_and_the_result_tells_so(
    analysed: Analysed, brisk: Schedule, seed: int
) -> None:
    found = analysed(
        seed=seed, raises=_raises(10, glute_silent=(2, 6)), schedule=replace(brisk, with_events=False)
    )
    assert not found.cued
    assert found.session.repetitions == 8
    assert not any("glute_silent" in row.flags for row in found.rows)
