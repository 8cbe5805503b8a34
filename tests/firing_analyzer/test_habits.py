"""What the other raises of a session tell of how a muscle starts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firing_analyzer.filters import FloatArray
from firing_analyzer.habits import rises_of_others
from firing_analyzer.rises import RISES, usual_rises

LENGTHS_S = np.array([one.length_s for one in RISES])


def about(length_s: float, *, spread: float = 0.3, shape: str | None = None) -> FloatArray:
    """Evidence of one raise for rises of about this length, and perhaps of one shape only."""
    evidence = np.exp(-0.5 * (np.log(LENGTHS_S / length_s) / spread) ** 2)
    if shape is not None:
        evidence *= np.where([one.shape == shape for one in RISES], 1.0, 0.1)
    return evidence


def usual_length_s(log_prior: FloatArray) -> float:
    return float(np.exp(np.exp(log_prior) @ np.log(LENGTHS_S)))


def test_a_single_raise_is_held_to_what_is_usual() -> None:
    (alone,) = rises_of_others([about(0.02)])
    np.testing.assert_allclose(alone, usual_rises(), atol=1e-9)
    for of_none in rises_of_others([None, None]):
        np.testing.assert_allclose(of_none, usual_rises(), atol=1e-9)
    assert rises_of_others([]) == ()


@pytest.mark.parametrize("length_s", [0.02, 0.04, 0.1, 0.22, 0.48, 0.72])
def test_raises_that_rise_alike_tell_how_the_next_one_does(length_s: float) -> None:
    *_, of_last = rises_of_others([about(length_s)] * 8 + [None])
    assert usual_length_s(of_last) == pytest.approx(length_s, rel=0.35)


def test_more_raises_tell_more() -> None:
    near = (LENGTHS_S > 0.05) & (LENGTHS_S < 0.2)
    shares = [float(np.exp(rises_of_others([about(0.1)] * n + [None])[-1])[near].sum()) for n in (0, 1, 3, 9)]
    assert np.all(np.diff(shares) > 0)


def test_raises_that_have_nothing_in_common_leave_what_is_usual_nearly_in_place() -> None:
    different = [about(length, spread=0.15) for length in (0.02, 0.065, 0.22, 0.72, 0.04, 0.48, 0.1, 0.32)]
    *_, of_last = rises_of_others([*different, None])
    for rise, usual in zip(np.exp(of_last), np.exp(usual_rises()), strict=True):
        assert usual / 4 < rise < 4 * usual


def test_a_shape_that_all_share_is_learnt_and_mixed_ones_are_not() -> None:
    def share(log_prior: FloatArray, shape: str) -> float:
        return float(np.exp(log_prior)[[one.shape == shape and not one.is_step for one in RISES]].sum())

    alike = rises_of_others([about(0.1, shape="quadratic")] * 9 + [None])[-1]
    mixed = [about(0.1, shape=shape) for shape in ("quadratic", "sqrt", "linear", "smoothstep") * 2]
    unlike = rises_of_others([*mixed, None])[-1]
    assert share(alike, "quadratic") > 0.6
    assert 0.1 < share(unlike, "quadratic") < 0.45


def test_a_raise_does_not_testify_for_itself() -> None:
    """Its own evidence is weighed with what the others say: counted here too, it would count twice."""
    others = [about(0.1)] * 5
    for own in (about(0.02), about(0.72), None):
        of_first, *_ = rises_of_others([own, *others])
        np.testing.assert_allclose(of_first, rises_of_others([None, *others])[0])


def test_a_raise_may_differ_however_many_others_agree() -> None:
    *_, of_last = rises_of_others([about(0.02, spread=0.05)] * 60 + [None])
    assert (np.exp(of_last - usual_rises()) > 0.03).all()


@given(
    st.lists(
        st.lists(st.floats(1e-30, 1e30), min_size=len(RISES), max_size=len(RISES)).map(np.array), max_size=5
    ),
    st.floats(1e-100, 1e100),
)
def test_evidence_counts_to_a_factor_and_what_it_tells_sums_to_one(
    evidence: list[FloatArray], factor: float
) -> None:
    told = rises_of_others(evidence)
    for one, scaled in zip(told, rises_of_others([factor * one for one in evidence]), strict=True):
        assert np.exp(one).sum() == pytest.approx(1.0)
        np.testing.assert_allclose(one, scaled, rtol=1e-6, atol=1e-6)
