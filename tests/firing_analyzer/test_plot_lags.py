"""The picture of the lags: margin, orders, silent raises and the interval of the session."""

from dataclasses import replace
from typing import get_args

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.testing import assert_allclose

from firing_analyzer.plots import plot_lags
from firing_analyzer.result import Analysis, Order
from recordings.synth import simulate_session
from tests.firing_analyzer.drawn_session import (
    CLEAR,
    drawn,
    known,
    line,
    said,
    simulated,
    span,
    with_rows,
    xs,
)


@pytest.fixture(scope="module")
def clear() -> Analysis:
    return simulated(CLEAR)


@pytest.mark.parametrize("margin_ms", [50.0, 100.0])
def test_the_margin_band_reaches_from_minus_to_plus_the_margin(margin_ms: float) -> None:
    analysis = known(simulate_session(lags_ms=[-140] * 5, seed=1), margin_ms=margin_ms)
    ax = plot_lags(analysis)
    (band,) = drawn(ax, "margin")
    assert span(band) == pytest.approx((-margin_ms, margin_ms))
    assert f"±{margin_ms:g} ms" in said(ax)


def test_negative_lags_are_left_and_named_shoulder_first() -> None:
    ax = plot_lags(simulated([-140, 120]))
    assert xs(line(ax, "lag-1")) == pytest.approx([-140.0])
    assert xs(line(ax, "lag-2")) == pytest.approx([120.0])
    low, high = ax.get_xlim()
    assert low < high
    places = {text.get_text().strip("←→ "): text.get_position()[0] for text in ax.texts[:2]}
    assert places["shoulder first"] < 0 < places["glute first"]


def test_each_order_has_a_marker_of_its_own() -> None:
    analysis = simulated([-140, 120, 10, None, -60])
    rows = [*analysis.rows[:4], replace(analysis.rows[4], order="unclear")]
    ax = plot_lags(with_rows(analysis, rows))
    orders = get_args(Order)
    markers = {}
    for order in orders:
        (mark,) = drawn(ax, f"order-{order}-")
        assert isinstance(mark, Line2D)
        markers[order] = mark.get_marker()
    assert len(set(markers.values())) == len(orders) == 5


def test_silent_and_unclear_raises_are_shown_and_not_dropped() -> None:
    analysis = simulated([-140, None, -120, None])
    unclear = replace(analysis.rows[2], order="unclear", lag_ms=None, lag_interval_ms=None)
    ax = plot_lags(with_rows(analysis, [*analysis.rows[:2], unclear, analysis.rows[3]]))
    assert len(drawn(ax, "order-")) == 4
    assert len(drawn(ax, "order-shoulder_silent-")) == 2
    assert len(drawn(ax, "order-unclear-")) == 1
    assert len(drawn(ax, "lag-")) == 1
    words = said(ax)
    assert words.count("shoulder silent") == 2
    assert "unclear" in words


def test_the_session_bar_spans_the_sessions_interval(clear: Analysis) -> None:
    ax = plot_lags(clear)
    (bar,) = drawn(ax, "session-interval")
    assert clear.session.lag_interval_ms is not None
    assert span(bar) == pytest.approx(clear.session.lag_interval_ms)
    assert_allclose(xs(line(ax, "session-median")), -142.5)


def test_the_title_is_left_to_the_caller(clear: Analysis) -> None:
    assert plot_lags(clear).get_title() == ""


def test_every_lag_is_inside_the_picture_even_beside_a_very_wide_interval() -> None:
    analysis = simulated([-140, -900, 60])
    rows = [replace(analysis.rows[0], lag_interval_ms=(-5000.0, 4000.0)), *analysis.rows[1:]]
    low, high = plot_lags(with_rows(analysis, rows)).get_xlim()
    assert low < -900
    assert low > -5000
    assert high > 60


@pytest.mark.parametrize("raises", [1, 10, 12, 16, 30])
@pytest.mark.parametrize("height_in", [2.0, 2.2, 3.2, 6.0])
def test_no_line_goes_through_the_words_of_the_session(raises: int, height_in: float) -> None:
    figure = Figure(figsize=(7.1, height_in + 0.55))
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0.09, 0.5 / (height_in + 0.55), 0.9, height_in / (height_in + 0.55)))
    plot_lags(simulated([-140.0] * raises), ax)
    (words,) = (text for text in ax.texts if "(median)" in text.get_text())
    box = words.get_window_extent(canvas.get_renderer())
    (rule,) = drawn(ax, "session-rule")
    rule_at = rule.get_window_extent(canvas.get_renderer()).y0
    frame = ax.get_window_extent()
    assert frame.y0 < box.y0 < box.y1 < rule_at < frame.y1
