"""Analyses that found exactly what was simulated, and what can be read from their pictures."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from firing_analyzer.result import Analysis, Order, Repetition, Session, Trace, Verdict
from firing_analyzer.settings import Settings
from recordings.model import Recording
from recordings.synth import Nuisance, RaiseTruth, SyntheticSession, simulate_session

CLEAR = (-140.0, -120.0, -160.0, -150.0, -95.0, -130.0, -170.0, -145.0)


def order_of(lag_ms: float | None, margin_ms: float) -> Order:
    if lag_ms is None:
        return "shoulder_silent"
    if abs(lag_ms) <= margin_ms:
        return "together"
    return "shoulder_first" if lag_ms < 0 else "glute_first"


def row_of(number: int, truth: RaiseTruth, margin_ms: float) -> Repetition:
    """The raise as it really was, with intervals of 30 ms to either side."""
    glute, shoulder = truth.glute, truth.shoulder
    lag_ms = truth.lag_ms
    assert glute is not None
    return Repetition(
        number,
        glute.onset_s - 0.2,
        glute.end_s,
        glute_onset_s=glute.onset_s,
        glute_onset_interval_s=(glute.onset_s - 0.03, glute.onset_s + 0.03),
        shoulder_onset_s=None if shoulder is None else shoulder.onset_s,
        shoulder_onset_interval_s=None
        if shoulder is None
        else (shoulder.onset_s - 0.03, shoulder.onset_s + 0.03),
        lag_ms=lag_ms,
        lag_interval_ms=None if lag_ms is None else (lag_ms - 42, lag_ms + 42),
        order=order_of(lag_ms, margin_ms),
    )


def session_of(rows: Sequence[Repetition], verdict: Verdict, margin_ms: float = 50.0) -> Session:
    lags = [row.lag_ms for row in rows if row.included and row.lag_ms is not None]
    orders = [row.order for row in rows if row.included]
    median = float(np.median(lags)) if lags else None
    return Session(
        verdict=verdict,
        reasons=() if verdict != "cannot_tell" else ("too_few",) if len(lags) < 5 else ("inconsistent",),
        warnings=(),
        repetitions=len(rows),
        valid=len(orders),
        planned_repetitions=None,
        shoulder_first=orders.count("shoulder_first"),
        glute_first=orders.count("glute_first"),
        together=orders.count("together"),
        shoulder_silent=orders.count("shoulder_silent"),
        unclear=orders.count("unclear"),
        median_lag_ms=median,
        lag_interval_ms=None if median is None else (median - 25, median + 25),
        between_repetition_sd_ms=None if median is None else 25.0,
        margin_ms=margin_ms,
        p_shoulder_first=None,
        p_together=None,
        p_glute_first=None,
        p_shoulder_before_glute=None,
        background_bursts_per_min=0.0,
    )


def trace_of(recording: Recording, label: str) -> Trace:
    signal = recording[label]
    samples = (signal.samples - np.nanmedian(signal.samples)).astype(np.float32)
    return Trace(signal.channel, samples, signal.rate_hz, signal.start_s, rest_rms=3.0)


def known(
    simulated: SyntheticSession, verdict: Verdict = "shoulder_first", margin_ms: float = 50.0
) -> Analysis:
    """An analysis that found exactly what really happened."""
    rows = tuple(row_of(number, one, margin_ms) for number, one in enumerate(simulated.truth.raises, start=1))
    recording = simulated.recording
    return Analysis(
        session=session_of(rows, verdict, margin_ms),
        rows=rows,
        quality=(),
        glute=trace_of(recording, "GM_L"),
        shoulder=trace_of(recording, "UT_R"),
        leg="left",
        kind="emg",
        path=Path("sub-01_ses-01_task-proneHipExtension_acq-left_run-01_emg.bdf"),
        duration_s=recording.duration_s,
        shared_clock=True,
        timing_error_ms=0.0,
        cued=True,
        settings=Settings(margin_ms=margin_ms),
    )


def simulated(
    lags_ms: Sequence[float | None],
    verdict: Verdict = "shoulder_first",
    *,
    lost_s: tuple[float, float] | None = None,
) -> Analysis:
    nuisance = Nuisance() if lost_s is None else Nuisance(lost_s=(lost_s,))
    return known(simulate_session(lags_ms=lags_ms, seed=3, glute_nuisance=nuisance), verdict)


def with_rows(analysis: Analysis, rows: Sequence[Repetition]) -> Analysis:
    return replace(analysis, rows=tuple(rows), session=session_of(rows, analysis.verdict))


def drawn(ax: Axes, prefix: str) -> list[Artist]:
    """All artists whose name begins so."""
    return [artist for artist in ax.get_children() if (artist.get_gid() or "").startswith(prefix)]


def line(ax: Axes, name: str) -> Line2D:
    found = [artist for artist in drawn(ax, name) if artist.get_gid() == name]
    assert len(found) == 1
    assert isinstance(found[0], Line2D)
    return found[0]


def xs(artist: Artist) -> NDArray[np.float64]:
    assert isinstance(artist, Line2D)
    return np.asarray(artist.get_xdata(), dtype=np.float64)


def span(artist: Artist) -> tuple[float, float]:
    assert isinstance(artist, Rectangle)
    return artist.get_x(), artist.get_x() + artist.get_width()


def said(ax: Axes) -> str:
    texts = [text.get_text() for text in ax.texts]
    legend = ax.get_legend()
    if legend is not None:
        texts += [text.get_text() for text in legend.get_texts()]
    return "\n".join(
        [*texts, ax.get_xlabel(), ax.get_ylabel(), *(tick.get_text() for tick in ax.get_yticklabels())]
    )


def render(figure: object) -> None:
    """Draw to pixels; a warning is an error in these tests."""
    assert isinstance(figure, Figure)
    figure.savefig(BytesIO(), format="png")
