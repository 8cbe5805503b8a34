"""How active the glute was in the raises: against a reference contraction, or else against rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from firing_analyzer.filters import FloatArray
from firing_analyzer.result import Analysis, Trace
from recordings.model import Event

#: Event of a contraction of the glute that others are measured against.
EVENT_REFERENCE_GLUTE: Final = "reference_glute"
#: The greatest level over so long counts, of raises and reference alike.
_WINDOW_S: Final = 0.5
#: Where an event has no duration, the contraction is looked for so long after it.
_REFERENCE_S: Final = 8.0
#: Share of a window that may be lost.
_LOST: Final = 0.2


@dataclass(frozen=True, slots=True)
class GluteLevel:
    """Activity of the glute, which is not its strength.

    Attributes
    ----------
    above_rest_db : float
        Median over the raises of the greatest level against that of rest.
    reference_share : float or None
        The same against the reference contraction; None where none was recorded.
    raises : int
        How many raises it is taken from.
    """

    above_rest_db: float
    reference_share: float | None
    raises: int


def glute_level(analysis: Analysis, events: Sequence[Event] = ()) -> GluteLevel | None:
    """Measure how active the glute was in the raises that count.

    Parameters
    ----------
    analysis : Analysis
    events : sequence of Event
        Of the recording; ``reference_glute`` names a reference contraction.

    Returns
    -------
    GluteLevel or None
        None where no raise with glute activity is left, or movement was measured.

    Notes
    -----
    The greatest root mean square over 0.5 s of the conditioned signal, in each raise and in the reference,
    with the power of rest taken off.
    """
    trace = analysis.glute
    rest = trace.rest_rms**2
    spans = [
        (row.glute_onset_s, row.end_s)
        for row in analysis.rows
        if row.included and row.glute_onset_s is not None
    ]
    powers = [power for span in spans if (power := _greatest(trace, *span)) is not None]
    if not powers or rest <= 0 or analysis.kind != "emg":
        return None
    power = float(np.median(powers))
    references = [
        greatest - rest
        for event in events
        if event.label == EVENT_REFERENCE_GLUTE
        and (greatest := _greatest(trace, event.onset_s, event.onset_s + (event.duration_s or _REFERENCE_S)))
        is not None
    ]
    reference = max(references, default=0.0)
    return GluteLevel(
        above_rest_db=float(10 * np.log10(power / rest)),
        reference_share=float(np.sqrt(max(power - rest, 0.0) / reference)) if reference > 0 else None,
        raises=len(powers),
    )


def _greatest(trace: Trace, start_s: float, end_s: float) -> float | None:
    """Return the greatest mean square over a window between two times."""
    start, stop = (
        int(np.clip(round((time - trace.start_s) * trace.rate_hz), 0, trace.samples.size))
        for time in (start_s, end_s)
    )
    width = min(max(1, round(_WINDOW_S * trace.rate_hz)), stop - start)
    if width < 1:
        return None
    cut: FloatArray = trace.samples[start:stop].astype(np.float64)
    known = np.isfinite(cut)
    total = _moving(np.where(known, cut, 0.0) ** 2, width)
    share = _moving(known.astype(np.float64), width)
    enough = share >= (1 - _LOST) * width
    return float((total[enough] / share[enough]).max()) if enough.any() else None


def _moving(values: FloatArray, width: int) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return sums[width:] - sums[:-width]
