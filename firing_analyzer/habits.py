"""How a muscle is used to start in this session, learnt from its raises; each raise from the others.

One raise tells little of how its muscle came up: a short rise that begins late looks like a long one that
began early, and only the samples around the onset, which are the faintest, could tell them apart. Ten raises
of one person tell more. Nobody says that they are alike: how steady the duration is from raise to raise, and
whether the shape stays the same, is learnt with the rest, and raises that have nothing in common leave what
is usual in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from firing_analyzer.filters import FloatArray
from firing_analyzer.rises import RISES, SHAPES, usual_rises

#: Standard deviation of the logarithm of a rise's duration from raise to raise that is held possible.
STEADINESS = (0.2, 0.4, 0.8)
#: How likely it is, before looking, that one shape fits all raises, or two do; else all shapes take part.
ONE_SHAPE, TWO_SHAPES = 0.3, 0.3
#: What is left for each shape that does not take part.
OTHER_SHAPE = 0.02
#: Share of raises that may be as if they came from another session, whatever the habit.
ODD_SHARE = 0.05
#: Weight of what the other raises say. They differ in more than the model of a rise knows, and always in the
#: same way: the muscle's texture and its unsteady plateau.
TRUST = 0.75
#: Rounds in which all habits together are brought to what is usual.
BALANCING = 50


@dataclass(frozen=True, slots=True, eq=False)
class _Habits:
    """Every habit that is held possible.

    Attributes
    ----------
    share : ndarray, shape (n_habits, n_rises)
        How often each of `RISES` occurs; rows sum to 1.
    log_prior : ndarray, shape (n_habits,)
    """

    share: FloatArray
    log_prior: FloatArray


def rises_of_others(evidence: Sequence[FloatArray | None]) -> tuple[FloatArray, ...]:
    """Tell for each raise how likely every rise is, from what the other raises show.

    Parameters
    ----------
    evidence : sequence of (ndarray or None), shape (n_rises,) each
        Likelihood of each of `RISES` in each raise, to a factor; None where the raise cannot be timed.

    Returns
    -------
    tuple of ndarray, shape (n_rises,) each
        Log of the probability of each rise. Without another raise it is `usual_rises`.

    Notes
    -----
    A hierarchical model, its upper level on a grid: durations log-normal about one that the session has, with
    one of three spreads, or as they usually are; shapes all of one kind, of two, or of any. What the others
    say is taken at three quarters of its weight (`TRUST`). Pooling what measurements of one kind share is the
    idea of Efron and Morris (1975, doi:10.1080/01621459.1975.10479864).

    Examples
    --------
    >>> import numpy as np
    >>> steps = np.where([one.is_step for one in RISES], 1.0, 1e-3)
    >>> of_last = rises_of_others([steps, steps, steps, None])[-1]
    >>> RISES[int(np.argmax(of_last))].is_step
    True
    """
    habits = _possible_habits()
    told = np.zeros((len(evidence), habits.log_prior.size))
    for row, one in zip(told, evidence, strict=True):
        if one is not None:
            row[:] = np.log(np.maximum(habits.share @ (one / one.max()), 1e-300))
    together = told.sum(axis=0)
    likely = habits.log_prior + TRUST * (together - told)
    weight = np.exp(likely - likely.max(axis=1, keepdims=True))
    share = weight @ habits.share / weight.sum(axis=1, keepdims=True)
    return tuple(np.log(share))


@lru_cache(maxsize=1)
def _possible_habits() -> _Habits:
    lengths_s = np.array([one.length_s for one in RISES])
    each_s = np.unique(lengths_s)
    usual = np.exp(usual_rises())
    usual_of = np.array([usual[lengths_s == length].sum() for length in each_s])
    log_s = np.log(each_s)
    durations = [(1.0, usual_of)]
    for spread in STEADINESS:
        for middle, weight in zip(log_s, usual_of, strict=True):
            # durations are not spaced quite evenly, and each stands for what lies around it
            share = np.exp(-0.5 * ((log_s - middle) / spread) ** 2) * np.gradient(log_s)
            durations.append((float(weight), share / share.sum()))
    shares: list[FloatArray] = []
    priors: list[float] = []
    for weight, of_length in durations:
        for shape_weight, of_shape in _possible_shapes():
            shares.append(
                np.array(
                    [
                        of_length[np.searchsorted(each_s, one.length_s)]
                        * (1.0 if one.is_step else of_shape[one.shape])
                        for one in RISES
                    ]
                )
            )
            priors.append(weight * shape_weight)
    share, prior = np.stack(shares), np.array(priors) / sum(priors)
    # all habits together must be what is usual, or a single raise would be told something by nobody
    for _ in range(BALANCING):
        share *= usual / (prior @ share)
        share /= share.sum(axis=1, keepdims=True)
    return _Habits((1 - ODD_SHARE) * share + ODD_SHARE * usual, np.log(prior))


def _possible_shapes() -> list[tuple[float, dict[str, float]]]:
    """Mixtures of shapes, with how likely each is held to be."""
    found: list[tuple[float, dict[str, float]]] = []
    for taking_part, weight in (
        (1, ONE_SHAPE),
        (2, TWO_SHAPES),
        (len(SHAPES), 1 - ONE_SHAPE - TWO_SHAPES),
    ):
        chosen = list(combinations(SHAPES, taking_part))
        left = OTHER_SHAPE * (len(SHAPES) - taking_part)
        for names in chosen:
            share = {shape: (1 - left) / taking_part if shape in names else OTHER_SHAPE for shape in SHAPES}
            found.append((weight / len(chosen), share))
    return found
