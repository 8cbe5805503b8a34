"""The bank of rises against integrals that can be worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from firing_analyzer.rises import RISE_S, SHAPES, rise_bank

POINT = (0.0, 1.0, 0.0)
SPREAD = (0.02, 0.1, 0.2, 0.36, 0.2, 0.1, 0.02)


@pytest.mark.parametrize("smear", [POINT, SPREAD])
@pytest.mark.parametrize("frame_s", [0.004, 0.005, 0.0052])
def test_every_rise_goes_up_only_and_ends_at_the_plateau(frame_s: float, smear: tuple[float, ...]) -> None:
    bank = rise_bank(frame_s, smear)
    assert (np.diff(bank.profile, axis=1) > -1e-12).all()
    assert bank.profile.min() >= 0
    assert_allclose(bank.profile[:, -1], 1.0, atol=1e-9)
    assert bank.profile.shape[0] == bank.log_prior.size


def test_nothing_is_seen_before_the_onset_but_what_the_smear_brings() -> None:
    sharp, blurred = rise_bank(0.005, POINT), rise_bank(0.005, SPREAD)
    assert (sharp.profile[:, : sharp.lead] == 0).all()
    # the steepest rise reaches the plateau within its first frame: what comes early is the smear, summed
    step = blurred.profile[0]
    expected = np.cumsum(SPREAD)[:3]
    first = 1 / 3  # mean of a squared straight rise over its frame
    ahead = [SPREAD[0] * first, SPREAD[0] + SPREAD[1] * first, sum(SPREAD[:2]) + SPREAD[2] * first]
    assert_allclose(step[blurred.lead - 3 : blurred.lead], ahead, rtol=0.01)
    assert (step[blurred.lead - 3 : blurred.lead] < expected).all()
    assert (step[: blurred.lead - 3] == 0).all()


@pytest.mark.parametrize("rise_s", RISE_S[1:])
def test_power_is_the_square_of_the_envelope(rise_s: float) -> None:
    """Mean of the squared straight rise over each frame, by its integral."""
    frame_s = 0.005
    bank = rise_bank(frame_s, POINT)
    number = 1 + (RISE_S.index(rise_s) - 1) * len(SHAPES) + list(SHAPES).index("linear")
    edges = np.minimum(np.arange(bank.profile.shape[1] - bank.lead + 1) * frame_s / rise_s, 1)
    late = np.maximum(np.arange(edges.size) * frame_s - rise_s, 0)
    cube = edges**3 / 3 * rise_s + late
    assert_allclose(bank.profile[number, bank.lead :], np.diff(cube) / frame_s, atol=0.005)


@pytest.mark.parametrize(("shape", "half"), [("sqrt", 0.5), ("linear", 0.25), ("smoothstep", 0.25), ("quadratic", 0.0625)])
def test_shapes_reach_what_they_should_half_way(shape: str, half: float) -> None:
    envelope = SHAPES[shape](np.array([0.0, 0.5, 1.0]))
    assert_allclose(envelope**2, [0, half, 1])


@pytest.mark.parametrize("shape", list(SHAPES))
def test_slower_rises_hold_less_power_so_far(shape: str) -> None:
    bank = rise_bank(0.005, POINT)
    at = list(SHAPES).index(shape)
    profiles = bank.profile[1 + at :: len(SHAPES)]
    assert (np.diff(profiles, axis=0) <= 1e-12).all()


def test_a_smear_takes_nothing_away() -> None:
    """What comes ahead of the onset is missing after it: the sums agree."""
    sharp, blurred = rise_bank(0.005, POINT), rise_bank(0.005, SPREAD)
    missing_sharp = (1 - sharp.profile[:, sharp.lead :]).sum(axis=1)
    missing = (1 - blurred.profile[:, blurred.lead :]).sum(axis=1)
    early = blurred.profile[:, : blurred.lead].sum(axis=1)
    assert_allclose(missing - early, missing_sharp, atol=0.02)


def test_shapes_share_the_belief_in_their_duration() -> None:
    bank = rise_bank(0.005, POINT)
    weights = np.exp(bank.log_prior)
    per_rise = np.concatenate(([weights[0]], weights[1:].reshape(-1, len(SHAPES)).sum(axis=1)))
    usual = np.exp(-0.5 * np.log(np.array(RISE_S) / 0.12) ** 2)
    assert_allclose(per_rise / per_rise.max(), usual / usual.max(), rtol=0.35)
    assert int(np.argmax(per_rise)) in {RISE_S.index(0.1), RISE_S.index(0.15)}
