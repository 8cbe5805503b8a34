"""Whether the lag of a person has changed by more than it varies from session to session anyway."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firing_analyzer.filters import FloatArray

#: Sessions that make one side of a comparison. The first so many show how much this person varies.
SIDE: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """The first sessions against the last.

    Attributes
    ----------
    first, last : tuple of int
        Positions of the sessions that were compared; `last` is empty before the fourth session.
    first_ms, last_ms : float or None
        Mean lag of each side.
    change_ms : float or None
        Last minus first; positive: the shoulder begins later, against the glute, than it did.
    detectable_ms : float or None
        The smallest change that goes beyond this person's own variation (minimal detectable change).
    exceeds : bool or None
        Whether the change does; None where none may be named yet.
    session_sd_ms : float or None
        Standard deviation from session to session, measurement included; None before the third session.
    measurement_sd_ms : float
        The part of it that is known from within the sessions.
    two_sessions_ms : float or None
        What any two single sessions may differ by without any change.
    degrees_of_freedom : int
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    first_ms: float | None
    last_ms: float | None
    change_ms: float | None
    detectable_ms: float | None
    exceeds: bool | None
    session_sd_ms: float | None
    measurement_sd_ms: float
    two_sessions_ms: float | None
    degrees_of_freedom: int


def change_over_sessions(lags_ms: ArrayLike, sd_ms: ArrayLike, *, confidence: float = 0.95) -> Change:
    """Compare the last sessions with the first.

    Parameters
    ----------
    lags_ms : array_like, shape (n_sessions,)
        Lag of each session, in the order of time.
    sd_ms : array_like, shape (n_sessions,)
        Standard error of each from within the session.
    confidence : float
        One minus the share of comparisons that exceed `detectable_ms` although nothing has changed.

    Returns
    -------
    Change

    Raises
    ------
    ValueError
        If lags and errors do not match.

    Notes
    -----
    The first three sessions are what the person is compared with; the last up to three of the others are
    what is compared. How much sessions vary is taken from within these two groups and from within groups of
    three of the sessions between them, so that a slow drift hardly counts as variation; it is never taken
    below what the sessions' own errors demand. Electrodes are placed anew each time, so this variation is
    usually larger than the interval of a session tells, and more raises do not lessen it.

    With few sessions the variation itself is badly known. The limit therefore takes Student's t for the
    degrees of freedom at hand where the usual formula of the minimal detectable change (1.96 times the
    standard error of the difference; Weir 2005, doi:10.1519/15184.1) would take 1.96: the share of false
    changes then stays at or below one minus `confidence`, whatever the person's variation. It holds for one
    look at one leg; whoever looks after each of ten sessions sees a false change more often.

    Examples
    --------
    >>> steady = change_over_sessions([-140, -155, -120, -150, -130], [15] * 5)
    >>> steady.exceeds, round(steady.detectable_ms)
    (False, 48)
    >>> change_over_sessions([-140, -155, -120, -50, -40, -60], [15] * 6).exceeds
    True
    >>> change_over_sessions([-140, -155, 300], [15] * 3).exceeds is None
    True
    """
    lag = np.atleast_1d(np.asarray(lags_ms, dtype=np.float64))
    error = np.atleast_1d(np.asarray(sd_ms, dtype=np.float64))
    if lag.shape != error.shape or lag.ndim != 1:
        raise ValueError(f"{lag.size} lags and {error.size} errors: give one error for each lag")
    groups = _groups(lag.size)
    first, last = groups[0], groups[-1] if len(groups) > 1 else range(0)
    measurement_sd = float(np.sqrt(np.mean(error**2))) if lag.size else 0.0
    freedom = sum(len(group) - 1 for group in groups)
    if lag.size < SIDE:
        mean = float(lag.mean()) if lag.size else None
        return Change(
            tuple(first), (), mean, None, None, None, None, None, measurement_sd, None, max(freedom, 0)
        )
    sd = max(_within(lag, groups, freedom), measurement_sd)
    t = float(special.stdtrit(freedom, 0.5 + confidence / 2))
    first_ms = float(lag[list(first)].mean())
    two_ms = t * sd * float(np.sqrt(2))
    if not last:
        return Change(tuple(first), (), first_ms, None, None, None, None, sd, measurement_sd, two_ms, freedom)
    last_ms = float(lag[list(last)].mean())
    detectable_ms = t * sd * float(np.sqrt(1 / len(first) + 1 / len(last)))
    return Change(
        first=tuple(first),
        last=tuple(last),
        first_ms=first_ms,
        last_ms=last_ms,
        change_ms=last_ms - first_ms,
        detectable_ms=detectable_ms,
        exceeds=abs(last_ms - first_ms) > detectable_ms,
        session_sd_ms=sd,
        measurement_sd_ms=measurement_sd,
        two_sessions_ms=two_ms,
        degrees_of_freedom=freedom,
    )


def _groups(n: int) -> list[range]:
    """First three sessions, those between in threes, and the last up to three."""
    if n <= SIDE:
        return [range(n)]
    last = max(SIDE, n - SIDE)
    between = [range(start, min(start + SIDE, last)) for start in range(SIDE, last, SIDE)]
    return [range(SIDE), *between, range(last, n)]


def _within(lag: FloatArray, groups: list[range], freedom: int) -> float:
    """Return the standard deviation within groups."""
    total = sum(float(((lag[list(group)] - lag[list(group)].mean()) ** 2).sum()) for group in groups)
    return float(np.sqrt(total / freedom))
