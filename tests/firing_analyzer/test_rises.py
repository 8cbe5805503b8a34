"""The bank of rises against integrals that can be worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from firing_analyzer.filters import FloatArray
from firing_analyzer.rises import GROUPS_S, RISES, SHAPES, rise_bank, usual_rises

POINT = (0.0, 1.0, 0.0)
SPREAD = (0.02, 0.1, 0.2, 0.36, 0.2, 0.1, 0.02)
RISES_S = tuple(rise_s for group in GROUPS_S for rise_s in group)


def profiles_of(frame_s: float, smear: tuple[float, ...]) -> tuple[FloatArray, int, FloatArray]:
    """All profiles over the longest stretch (each holds its last value), the lead, and how usual each is."""
    bank = rise_bank(frame_s, smear)
    longest = max(group.profile.shape[1] for group in bank.groups)
    rows = [
        np.pad(group.profile, ((0, 0), (0, longest - group.profile.shape[1])), mode="edge")
        for group in bank.groups
    ]
    assert np.concatenate([group.number for group in bank.groups]).tolist() == list(range(len(RISES)))
    return np.concatenate(rows), bank.lead, usual_rises()


@pytest.mark.parametrize("smear", [POINT, SPREAD])
@pytest.mark.parametrize("frame_s", [0.004, 0.005, 0.0052])
def test_every_rise_goes_up_only_and_ends_at_the_plateau(frame_s: float, smear: tuple[float, ...]) -> None:
    profile, _, log_prior = profiles_of(frame_s, smear)
    assert (np.diff(profile, axis=1) > -1e-12).all()
    assert profile.min() >= 0
    assert_allclose(profile[:, -1], 1.0, atol=1e-9)
    assert profile.shape[0] == log_prior.size == 1 + (len(RISES_S) - 1) * len(SHAPES)


def test_nothing_is_seen_before_the_onset_but_what_the_smear_brings() -> None:
    sharp, lead, _ = profiles_of(0.005, POINT)
    assert (sharp[:, :lead] == 0).all()
    blurred, lead, _ = profiles_of(0.005, SPREAD)
    # a step in the middle of its frame fills half of it: what comes early is the smear, summed
    step, expected = blurred[0], np.cumsum(SPREAD)[:3]
    assert_allclose(step[lead - 3 : lead], expected - 0.5 * np.array(SPREAD[:3]), rtol=0.01)
    assert (step[: lead - 3] == 0).all()


@pytest.mark.parametrize("rise_s", RISES_S[1:])
def test_power_is_the_square_of_the_envelope(rise_s: float) -> None:
    """Mean of the squared straight rise over each frame, by its integral; it begins in a frame's middle."""
    frame_s = 0.005
    profile, lead, _ = profiles_of(frame_s, POINT)
    number = 1 + (RISES_S.index(rise_s) - 1) * len(SHAPES) + list(SHAPES).index("linear")
    since_s = np.maximum(np.arange(profile.shape[1] - lead + 1) - 0.5, 0) * frame_s
    edges = np.minimum(since_s / rise_s, 1)
    cube = edges**3 / 3 * rise_s + np.maximum(since_s - rise_s, 0)
    assert_allclose(profile[number, lead:], np.diff(cube) / frame_s, atol=0.005)


@pytest.mark.parametrize(
    ("shape", "half"), [("sqrt", 0.5), ("linear", 0.25), ("smoothstep", 0.25), ("quadratic", 0.0625)]
)
def test_shapes_reach_what_they_should_half_way(shape: str, half: float) -> None:
    envelope = SHAPES[shape](np.array([0.0, 0.5, 1.0]))
    assert_allclose(envelope**2, [0, half, 1])


@pytest.mark.parametrize("shape", list(SHAPES))
def test_slower_rises_hold_less_power_so_far(shape: str) -> None:
    profile, _, _ = profiles_of(0.005, POINT)
    slower = profile[1 + list(SHAPES).index(shape) :: len(SHAPES)]
    assert (np.diff(slower, axis=0) <= 1e-12).all()


def test_a_smear_takes_nothing_away() -> None:
    """What comes ahead of the onset is missing after it: the sums agree."""
    sharp, lead, _ = profiles_of(0.005, POINT)
    missing_sharp = (1 - sharp[:, lead:]).sum(axis=1)
    blurred, lead, _ = profiles_of(0.005, SPREAD)
    missing = (1 - blurred[:, lead:]).sum(axis=1)
    assert_allclose(missing - blurred[:, :lead].sum(axis=1), missing_sharp, atol=0.02)


def test_shapes_share_the_belief_in_their_duration() -> None:
    """What a duration is believed must not grow with the number of shapes it may take."""
    weights = np.exp(profiles_of(0.005, POINT)[2])
    shaped = weights[1:].reshape(-1, len(SHAPES))
    assert_allclose(shaped, np.broadcast_to(shaped[:, :1], shaped.shape))
    per_rise = np.concatenate(([weights[0]], shaped.sum(axis=1)))
    usual = RISES_S.index(0.1)
    # self-paced movements rise in 50 to 300 ms: nothing there is held to be far less likely than another
    assert per_rise[(np.array(RISES_S) > 0.05) & (np.array(RISES_S) < 0.33)].min() > 0.5 * per_rise[usual]
    # a step and a rise of a second are unusual, yet a few frames must be able to speak for them
    assert 0.2 < per_rise[0] / per_rise[usual] < 5
    assert 0.02 < per_rise[-1] / per_rise[usual] < 0.5


def test_rises_from_a_step_to_a_second_are_considered() -> None:
    assert min(RISES_S) <= 0.005
    assert max(RISES_S) >= 1.0
    assert max(np.diff(np.log(RISES_S))[1:]) < np.log(2.01)


def test_a_rise_stands_for_its_whole_frame() -> None:
    """Onsets lie anywhere in a frame; a step is seen, on average, from the middle of its frame on."""
    sharp, lead, _ = profiles_of(0.005, POINT)
    assert sharp[0, lead] == pytest.approx(0.5)
    assert sharp[0, lead + 1] == 1.0


def test_what_a_rise_has_reached_is_read_from_where_it_stands_out() -> None:
    bank = rise_bank(0.005, POINT)
    slow = bank.groups[-1]
    straight = [n for n, number in enumerate(slow.number) if RISES[number].shape == "linear"]
    for place in straight:
        rise_s = RISES[slow.number[place]].length_s
        # at a share of 0.01 it has gone a tenth of its way; from 0.2 to 0.3 s after that
        middle = (0.1 * rise_s + 0.25) / rise_s
        reached = slow.mean_share(40, 60, stands_out=0.01)[place]
        assert reached == pytest.approx(middle**2, rel=0.06)
    fast = bank.groups[0].mean_share(40, 60, stands_out=0.01)
    assert_allclose(fast, 1.0)
