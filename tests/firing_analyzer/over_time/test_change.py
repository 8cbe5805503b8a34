"""Changes over sessions: how often one is named although there is none, and how often a true one is "
"found."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firing_analyzer.over_time.change import Change, change_over_sessions

MEASUREMENT_MS = 18.0
Shape = Callable[[int], np.ndarray]


def _named(n_sessions: int, between_ms: float, true_ms: np.ndarray, *, people: int = 1500) -> float:
    """Share of simulated people for whom a change is named."""
    rng = np.random.default_rng([n_sessions, int(between_ms)])
    measured = true_ms + rng.normal(0, np.hypot(between_ms, MEASUREMENT_MS), (people, n_sessions))
    errors = np.full(n_sessions, MEASUREMENT_MS)
    return float(np.mean([bool(change_over_sessions(lags, errors).exceeds) for lags in measured]))


def step(size_ms: float, n_sessions: int) -> np.ndarray:
    return np.where(np.arange(n_sessions) < 3, 0.0, size_ms)


def drift(size_ms: float, n_sessions: int) -> np.ndarray:
    return np.linspace(0.0, size_ms, n_sessions)


@pytest.mark.parametrize("between_ms", [0.0, 15.0, 30.0, 60.0])
@pytest.mark.parametrize("n_sessions", [4, 6, 12])
def test_without_change_at_most_one_comparison_in_twenty_names_one(
    n_sessions: int, between_ms: float
) -> None:
    # three standard errors of 1500 draws above 5 %
    assert _named(n_sessions, between_ms, np.zeros(n_sessions)) <= 0.067


@pytest.mark.parametrize(
    ("between_ms", "true_ms", "at_least"),
    [
        (15.0, step(100.0, 5), 0.80),
        (15.0, step(100.0, 6), 0.94),
        (30.0, step(150.0, 6), 0.94),
        (15.0, drift(100.0, 8), 0.70),
        (15.0, drift(100.0, 12), 0.90),
        (30.0, drift(150.0, 12), 0.92),
    ],
)
def test_true_changes_are_found(between_ms: float, true_ms: np.ndarray, at_least: float) -> None:
    assert _named(true_ms.size, between_ms, true_ms) >= at_least


@pytest.mark.parametrize("n_sessions", [0, 1, 2, 3])
def test_no_change_is_named_before_the_fourth_session_however_large(n_sessions: int) -> None:
    change = change_over_sessions([-100.0, -110.0, 400.0][:n_sessions], [5.0] * n_sessions)
    assert change.exceeds is None
    assert change.change_ms is None
    assert change.last == ()
    assert (change.session_sd_ms is None) == (n_sessions < 3)


def test_sessions_that_agree_by_chance_do_not_make_the_limit_smaller_than_their_errors_allow() -> None:
    alike = change_over_sessions([-100.0] * 6, [20.0] * 6)
    assert alike.session_sd_ms == pytest.approx(20.0)
    # t of 4 degrees of freedom times the error of a difference of two means of three
    assert alike.detectable_ms == pytest.approx(2.776 * 20 * np.sqrt(2 / 3), rel=1e-3)


def test_the_limit_is_that_of_the_usual_formula_where_much_is_known() -> None:
    lags = np.tile([-100.0 - 20 * np.sqrt(1.5), -100.0, -100.0 + 20 * np.sqrt(1.5)], 200)
    change = change_over_sessions(lags, [1.0] * lags.size)
    sd = np.sqrt(1.5) * 20 * np.sqrt(2 / 2)
    assert change.two_sessions_ms == pytest.approx(1.96 * np.sqrt(2) * sd, rel=0.01)


def test_a_slow_drift_is_not_taken_for_variation() -> None:
    change = change_over_sessions(np.linspace(-200, 0, 12), [10.0] * 12)
    assert change.session_sd_ms is not None
    assert change.session_sd_ms < 25


@given(
    arrays(np.float64, st.integers(4, 15), elements=st.floats(-400, 400)),
    st.floats(-200, 200),
)
def test_a_shift_of_all_lags_changes_nothing_and_a_mirror_turns_the_sign(
    lags: np.ndarray, by_ms: float
) -> None:
    errors = np.full(lags.size, 12.0)
    plain, shifted, mirrored = (
        change_over_sessions(values, errors) for values in (lags, lags + by_ms, -lags)
    )
    assert _numbers(shifted) == pytest.approx(_numbers(plain), abs=1e-6)
    change, *others = _numbers(plain)
    assert _numbers(mirrored) == pytest.approx((-change, *others), abs=1e-9)


def _numbers(change: Change) -> tuple[float, float, float]:
    assert change.change_ms is not None
    assert change.detectable_ms is not None
    assert change.session_sd_ms is not None
    return change.change_ms, change.detectable_ms, change.session_sd_ms


def test_lags_without_their_errors_are_refused() -> None:
    with pytest.raises(ValueError, match="one error for each lag"):
        change_over_sessions([1.0, 2.0], [1.0])
