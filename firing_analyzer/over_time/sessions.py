"""What each session of a person says of one leg: its lag, its counts, and how active the glute was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from firing_analyzer.over_time.glute_level import GluteLevel, glute_level
from firing_analyzer.result import Analysis, Interval, Order
from recordings.model import Event, Side

ORDERS: Final[tuple[Order, ...]] = ("shoulder_first", "together", "glute_first", "shoulder_silent", "unclear")
#: Reasons why a session tells no order although its lag stands, with an interval that is as wide as it is.
_LAG_STANDS: Final = frozenset({"near_margin", "inconsistent", "sometimes_silent"})


@dataclass(frozen=True, slots=True)
class Run:
    """One recording of a session, without its signals.

    Attributes
    ----------
    name : str
        Of its file.
    verdict : str
    reasons : tuple of str
    lag_ms, lag_sd_ms : float or None
        None where the session's lag does not stand.
    left_out : str or None
        Why it does not: a code, such as ``"too_few"`` or ``"shoulder_silent"``.
    counts : mapping of str to int
        Raises by order.
    valid, edited : int
        Usable raises, and raises that were changed by hand.
    glute : GluteLevel or None
    simulated : bool
    """

    name: str
    verdict: str
    reasons: tuple[str, ...]
    lag_ms: float | None
    lag_sd_ms: float | None
    left_out: str | None
    counts: Counter[str]
    valid: int
    edited: int
    glute: GluteLevel | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class SessionPoint:
    """One session of one leg: all of its recordings.

    Attributes
    ----------
    session : str
        Its code, empty where the dataset has no sessions.
    leg : {"left", "right"}
    date : str or None
        Of the first recording, where the dataset tells it.
    runs : tuple of Run
    """

    session: str
    leg: Side
    date: str | None
    runs: tuple[Run, ...]

    @property
    def _timed(self) -> tuple[tuple[float, float], ...]:
        return tuple(
            (run.lag_ms, run.lag_sd_ms)
            for run in self.runs
            if run.lag_ms is not None and run.lag_sd_ms is not None
        )

    @property
    def lag_ms(self) -> float | None:
        """Mean of the recordings' lags; None where there is none."""
        return float(np.mean([lag for lag, _ in self._timed])) if self._timed else None

    @property
    def lag_sd_ms(self) -> float | None:
        """Its standard error from within the session."""
        if not self._timed:
            return None
        return float(np.sqrt(np.sum([sd**2 for _, sd in self._timed])) / len(self._timed))

    def lag_interval_ms(self, confidence: float = 0.95) -> Interval | None:
        """Interval of the session's lag from within the session."""
        lag, sd = self.lag_ms, self.lag_sd_ms
        if lag is None or sd is None:
            return None
        half = sd * _normal(confidence)
        return lag - half, lag + half

    @property
    def left_out(self) -> tuple[str, ...]:
        """Why no lag stands, a code for each reason; empty where one does."""
        return () if self._timed else tuple(dict.fromkeys(run.left_out for run in self.runs if run.left_out))

    @property
    def counts(self) -> Counter[str]:
        """Raises by order."""
        return sum((run.counts for run in self.runs), Counter[str]())

    @property
    def glute(self) -> GluteLevel | None:
        """Activity of the glute: the mean of the recordings, against a reference if all have one."""
        levels = [run.glute for run in self.runs if run.glute is not None]
        if not levels:
            return None
        shares = [level.reference_share for level in levels if level.reference_share is not None]
        return GluteLevel(
            above_rest_db=float(np.mean([level.above_rest_db for level in levels])),
            reference_share=float(np.mean(shares)) if len(shares) == len(levels) else None,
            raises=sum(level.raises for level in levels),
        )


def run_of_session(analysis: Analysis, events: Sequence[Event] = ()) -> Run:
    """Take from an analysis what a trend needs, and let its signals go.

    Parameters
    ----------
    analysis : Analysis
    events : sequence of Event
        Of the recording.
    """
    session = analysis.session
    left_out = _left_out(analysis)
    interval = session.lag_interval_ms
    stands = left_out is None and interval is not None
    return Run(
        name="" if analysis.path is None else analysis.path.name,
        verdict=session.verdict,
        reasons=session.reasons,
        lag_ms=session.median_lag_ms if stands else None,
        lag_sd_ms=(interval[1] - interval[0]) / (2 * _normal(analysis.settings.confidence))
        if stands and interval is not None
        else None,
        left_out=left_out,
        counts=Counter({order: getattr(session, order) for order in ORDERS}),
        valid=session.valid,
        edited=sum("edited" in row.flags for row in analysis.rows),
        glute=glute_level(analysis, events),
        simulated=analysis.is_simulated,
    )


def _left_out(analysis: Analysis) -> str | None:
    """Say why the lag of a session does not stand: a code, or None."""
    session = analysis.session
    if analysis.kind != "emg":
        return "movement"
    if session.verdict == "shoulder_silent":
        return "shoulder_silent"
    against = [reason for reason in session.reasons if reason not in _LAG_STANDS]
    if against:
        return against[0]
    timed = sum(row.included and row.lag_ms is not None for row in analysis.rows)
    return "too_few" if session.median_lag_ms is None or timed < analysis.settings.min_lags else None


def _normal(confidence: float) -> float:
    return float(special.ndtri(0.5 + confidence / 2))
