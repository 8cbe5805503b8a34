"""The likelihood of power around an onset, against densities worked out one by one."""

import numpy as np
import pytest
from scipy import stats

from firing_analyzer.filters import FloatArray
from firing_analyzer.likelihood import LIVELY, Stretch, reached
from firing_analyzer.rises import RISES, RiseGroup, rise_bank

POINT = (0.0, 1.0, 0.0)
PLATEAU = np.array([40.0, 12.0, 3.0])
HALF_DOF = np.array([0.52, 0.52, 0.6])


def stretch_of(ratio: FloatArray, *, seen: FloatArray | None = None, weight: float = 1.0) -> Stretch:
    return Stretch.of(
        ratio,
        np.ones(ratio.shape[1]) if seen is None else seen,
        plateau=PLATEAU,
        reached=np.ones(len(RISES)),
        half_dof=HALF_DOF,
        lead=rise_bank(0.005, POINT).lead,
        weight=weight,
    )


def by_hand(ratio: FloatArray, share: FloatArray, *, level: float) -> float:
    """Sum of log-densities of every frame and band, against those of rest."""
    total = 0.0
    for power, plateau, half_dof in zip(ratio, level * PLATEAU, HALF_DOF, strict=True):
        expected = 1 + plateau * share
        shape = half_dof / (1 + (LIVELY - 1) * (1 - 1 / expected) ** 2)
        total += stats.gamma.logpdf(power, shape, scale=expected / shape).sum()
        total -= stats.gamma.logpdf(power, half_dof, scale=1 / half_dof).sum()
    return total


def share_of(number: int, onset: int, n: int) -> FloatArray:
    bank = rise_bank(0.005, POINT)
    group = next(one for one in bank.groups if number in one.number)
    profile = group.profile[group.number.tolist().index(number)]
    frames = np.arange(n) - (onset - bank.lead)
    return np.where(frames < 0, 0.0, profile[np.clip(frames, 0, profile.size - 1)])


@pytest.mark.parametrize("number", [0, 2, 11, 25, len(RISES) - 1])
def test_it_is_the_sum_of_gamma_log_densities_against_rest(number: int) -> None:
    rng = np.random.default_rng([number, 1])
    ratio = rng.gamma(0.5, 2.0, (3, 150)) * (1 + 10 * share_of(number, 60, 150))
    ratio = np.maximum(ratio, 1e-3)  # what is quieter by chance is not held against a rise
    onsets = np.array([40, 60, 77])
    told = stretch_of(ratio).log_likelihood(onsets, rise_bank(0.005, POINT).groups, levels_db=(0.0, 3.0))
    assert told.shape == (3, 2, len(RISES))
    for place, onset in enumerate(onsets):
        for of_level, level in enumerate((1.0, 10**0.3)):
            expected = by_hand(ratio, share_of(number, int(onset), 150), level=level)
            assert told[place, of_level, number] == pytest.approx(expected, abs=0.02)


def test_a_rise_that_is_the_true_one_is_likelier_than_none_and_than_one_of_another_length() -> None:
    rng = np.random.default_rng(2)
    number = next(n for n, one in enumerate(RISES) if one.length_s == 0.22 and one.shape == "linear")
    mean = 1 + PLATEAU[:, None] * share_of(number, 60, 150)
    told = [
        stretch_of(mean * rng.gamma(0.52, 1 / 0.52, mean.shape)).log_likelihood(
            np.array([60]), rise_bank(0.005, POINT).groups, levels_db=(0.0,)
        )[0, 0]
        for _ in range(60)
    ]
    usual = np.mean(told, axis=0)
    assert usual[number] > 0
    assert usual[number] > usual[0]
    assert usual[number] > usual[-1]


def test_lost_frames_and_weight() -> None:
    ratio = np.random.default_rng(3).gamma(0.5, 2.0, (3, 150))
    groups, onsets = rise_bank(0.005, POINT).groups, np.array([50, 60])
    seen = np.ones(150)
    seen[55:70] = 0
    garbage = ratio.copy()
    garbage[:, 55:70] = 1e6
    one, other = (
        stretch_of(some, seen=seen).log_likelihood(onsets, groups, levels_db=(0.0,))
        for some in (ratio, garbage)
    )
    np.testing.assert_allclose(one, other)
    half = stretch_of(ratio, weight=0.5).log_likelihood(onsets, groups, levels_db=(0.0,))
    whole = stretch_of(ratio).log_likelihood(onsets, groups, levels_db=(0.0,))
    np.testing.assert_allclose(half, 0.5 * whole)


def test_what_was_reached_when_the_plateau_was_read_is_all_of_it_for_short_rises_only() -> None:
    bank = rise_bank(0.005, POINT)
    every = RiseGroup(bank.rough.profile, bank.rough.number)
    share = reached(every, (15, 45), plateau=PLATEAU)
    lengths_s = np.array([one.length_s for one in RISES])
    assert (share[lengths_s < 0.2] > 0.99).all()
    assert (share[lengths_s > 1.0] < 0.9).all()
    assert (reached(every, (0, 0), plateau=np.zeros(3)) > 0).all()
