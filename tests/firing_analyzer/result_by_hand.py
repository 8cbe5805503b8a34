"""Results made by hand, of any verdict, and the lists of codes and flags of the design."""

from typing import cast, get_args

import numpy as np

from firing_analyzer.result import Analysis, Interval, Order, Repetition, Session, Trace, Verdict
from firing_analyzer.settings import Settings
from recordings.labels import recognise

# The complete lists of the design, section 2.
CODES_OF_THE_DESIGN = [
    "too_few",
    "near_margin",
    "inconsistent",
    "two_patterns",
    "sometimes_silent",
    "noisy",
    "no_rest",
    "shoulder_not_at_rest",
    "glute_not_at_rest",
    "glute_silent",
    "unsynchronised",
    "common_signal",
    "low_bandwidth",
    "envelope_only",
    "no_shoulder_sensor",
    "no_shoulder_movement",
    "shoulder_channel_unproven",
]
FLAGS_OF_THE_DESIGN = [
    "shoulder_preparatory",
    "shoulder_already_active",
    "shoulder_after_raise",
    "shoulder_late",
    "baseline_moved",
    "glute_silent",
    "heart_beat",
    "lost_samples",
    "edited",
]


def analysis(
    verdict: Verdict = "shoulder_first",
    *,
    lags_ms: tuple[float | None, ...] = (-142.0,) * 8,
    orders: tuple[Order, ...] | None = None,
    median_ms: float | None = -142.0,
    interval_ms: Interval | None = (-171.0, -120.0),
    reasons: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
    kind: str = "emg",
    cued: bool = True,
    labels: tuple[str, str] = ("GM_L", "UT_R"),
) -> Analysis:
    """Make a result by hand: each lag is a raise, None a silent shoulder unless `orders` says otherwise."""
    if orders is None:
        orders = tuple("shoulder_silent" if lag is None else "shoulder_first" for lag in lags_ms)
    rows = tuple(
        Repetition(number, 10.0 * number, 10.0 * number + 3, flags=flags, lag_ms=lag, order=order)
        for number, (lag, order) in enumerate(zip(lags_ms, orders, strict=True), start=1)
    )
    count = {order: sum(row.order == order for row in rows) for order in get_args(Order)}
    session = Session(
        verdict=verdict,
        reasons=reasons,
        warnings=warnings,
        repetitions=len(rows),
        valid=len(rows),
        planned_repetitions=None,
        **count,
        median_lag_ms=median_ms,
        lag_interval_ms=interval_ms,
        between_repetition_sd_ms=26.0,
        margin_ms=50.0,
        p_shoulder_first=1.0,
        p_together=0.0,
        p_glute_first=0.0,
        p_shoulder_before_glute=1.0,
        background_bursts_per_min=0.2,
    )
    glute, shoulder = (
        Trace(recognise(label, unit="uV"), np.zeros(1, dtype=np.float32), 2000.0, 0.0, 1.0)
        for label in labels
    )
    return Analysis(
        session=session,
        rows=rows,
        quality=(),
        glute=glute,
        shoulder=shoulder,
        leg="left",
        kind=kind,
        path=None,
        duration_s=80.0,
        shared_clock=True,
        timing_error_ms=0.0,
        cued=cued,
        settings=Settings(),
    )


def orders(**counts: int) -> tuple[Order, ...]:
    return tuple(cast("Order", order) for order, count in counts.items() for _ in range(count))
