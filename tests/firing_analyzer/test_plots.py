"""Pictures of raises, checked on sessions whose onsets are known because they were simulated."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose

from firing_analyzer.errors import AnalysisError
from firing_analyzer.plots import plot_lags, plot_repetition, plot_repetitions, plot_session
from firing_analyzer.result import Analysis
from tests.firing_analyzer.drawn_session import (
    CLEAR,
    drawn,
    line,
    render,
    said,
    simulated,
    span,
    with_rows,
    xs,
)


@pytest.fixture(scope="module")
def clear() -> Analysis:
    return simulated(CLEAR)


# ------------------------------------------------------------------------- whose axes, and nothing is shown


def test_drawings_go_on_the_axes_that_were_passed_in(clear: Analysis) -> None:
    axes = Figure().subplots(3)
    assert plot_repetitions(clear, axes[0]) is axes[0]
    assert plot_lags(clear, axes[1]) is axes[1]
    assert plot_repetition(clear, 2, axes[2]) is axes[2]


def test_without_axes_each_drawing_has_a_figure_of_its_own(clear: Analysis) -> None:
    made = [plot_repetitions(clear), plot_lags(clear), plot_repetition(clear, 1)]
    assert len({id(ax.figure) for ax in made}) == 3
    for ax in made:
        render(ax.figure)


def test_figures_leave_the_callers_pyplot_alone(clear: Analysis) -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415

    before = plt.get_fignums()
    plot_session(clear)
    assert plt.get_fignums() == before


@pytest.mark.parametrize("layout", ["tight", "constrained"])
def test_a_callers_layout_does_not_warn(clear: Analysis, layout: str) -> None:
    figure = Figure(figsize=(8, 4), layout=layout)  # pyright: ignore[reportArgumentType]
    left, right = figure.subplots(1, 2)
    plot_repetitions(clear, left)
    plot_lags(clear, right).set_title("The shoulder starts first")
    render(figure)


# ------------------------------------------------------------------------- raises above one another


def test_every_onset_has_its_mark_at_its_time() -> None:
    analysis = simulated([-140, 80, None, -20])
    ax = plot_repetitions(analysis)
    assert len(drawn(ax, "onset-")) == 7
    assert len(drawn(ax, "interval-")) == 7
    assert_allclose(xs(line(ax, "onset-shoulder-2")), 0.080, atol=1e-9)
    assert_allclose(xs(line(ax, "onset-glute-2")), 0.0, atol=1e-9)
    (band,) = drawn(ax, "interval-shoulder-2")
    assert_allclose(span(band), (0.050, 0.110), atol=1e-9)


def test_the_envelope_rises_at_the_onset_mark() -> None:
    analysis = simulated([-140] * 5)
    ax = plot_repetitions(analysis)
    for number in range(1, 6):
        for muscle, onset_s in (("glute", 0.0), ("shoulder", -0.14)):
            envelope = line(ax, f"envelope-{muscle}-{number}")
            times_s, level = xs(envelope), -np.asarray(envelope.get_ydata(), dtype=np.float64)
            before = level[times_s < onset_s - 0.03]
            after = level[times_s > onset_s + 0.3]
            assert np.nanmax(before) < np.nanmin(after)


def test_an_onset_beyond_the_window_is_still_marked() -> None:
    ax = plot_repetitions(simulated([-140, 700]), before_s=0.3, after_s=0.3)
    assert len(drawn(ax, "onset-")) == 4
    assert xs(line(ax, "onset-shoulder-2")) == pytest.approx([0.3])


def test_the_lag_stands_beside_each_raise(clear: Analysis) -> None:
    words = said(plot_repetitions(clear))
    for lag in CLEAR:
        assert f"−{abs(lag):.0f} ms" in words  # noqa: RUF001  (a minus sign is meant)


def test_muscles_and_sides_are_named_in_full_with_their_unit(clear: Analysis) -> None:
    words = said(plot_repetitions(clear))
    assert "left gluteus maximus" in words
    assert "right upper trapezius" in words
    assert "µV" in words
    assert "(s)" in words


def test_the_two_muscles_differ_in_line_as_well_as_in_colour(clear: Analysis) -> None:
    ax = plot_repetitions(clear)
    glute, shoulder = line(ax, "envelope-glute-1"), line(ax, "envelope-shoulder-1")
    assert glute.get_color() != shoulder.get_color()
    assert glute.get_linestyle() != shoulder.get_linestyle()


def test_a_raise_that_is_left_out_or_unclear_is_grey_and_says_why(clear: Analysis) -> None:
    rows = list(clear.rows)
    rows[1] = replace(rows[1], included=False, flags=("lost_samples",))
    rows[4] = replace(rows[4], order="unclear", flags=("heart_beat",))
    ax = plot_repetitions(with_rows(clear, rows))
    colours = [line(ax, f"envelope-glute-{number}").get_color() for number in range(1, 9)]
    assert colours[1] == colours[4] != colours[0]
    assert len(set(colours)) == 2
    words = said(ax)
    for word in ("left out", "lost samples", "unclear", "heart beat", "grey: unclear or left out"):
        assert word in words
    assert "grey:" not in said(plot_repetitions(clear))


def test_channels_that_were_named_are_no_muscle_in_the_legend(clear: Analysis) -> None:
    channel = replace(clear.glute.channel, label="LBIC", muscle="biceps")
    words = said(plot_repetitions(replace(clear, glute=replace(clear.glute, channel=channel))))
    assert "channel LBIC (left biceps, named as glute), bar" in words
    assert "gluteus" not in words


def test_the_bottom_line_ends_where_the_traces_end(clear: Analysis) -> None:
    assert plot_repetitions(clear).spines["bottom"].get_bounds() == (-0.8, 0.8)
    ax = plot_lags(clear)
    low, high = ax.spines["bottom"].get_bounds() or (0, 0)
    assert low == -high
    assert all(abs(tick) <= high for tick in ax.get_xticks())


@pytest.mark.parametrize("gain", [1e-6, 1.0, 1e6])
def test_scale_bars_stay_in_the_half_of_their_muscle(gain: float, clear: Analysis) -> None:
    glute, shoulder = (
        replace(one, samples=one.samples * np.float32(gain), rest_rms=one.rest_rms * gain)
        for one in (clear.glute, clear.shoulder)
    )
    ax = plot_repetitions(replace(clear, glute=glute, shoulder=shoulder))
    halves = {}
    for role in ("glute", "shoulder"):
        bar = line(ax, f"bar-{role}")
        assert bar.get_solid_capstyle() == "butt"
        halves[role] = sorted(np.asarray(bar.get_ydata(), dtype=np.float64))
    assert 0 < halves["shoulder"][0] < halves["shoulder"][1] < halves["glute"][0] < halves["glute"][1] < 1


@pytest.mark.parametrize("gain", [1e-6, 1.0, 1e6])
def test_the_names_of_the_overviews_do_not_run_into_each_other_without_a_unit(
    gain: float, clear: Analysis
) -> None:
    glute, shoulder = (
        replace(
            one,
            channel=replace(one.channel, unit=""),
            samples=one.samples * np.float32(gain),
            rest_rms=one.rest_rms * gain,
        )
        for one in (clear.glute, clear.shoulder)
    )
    figure = plot_session(replace(clear, glute=glute, shoulder=shoulder))
    render(figure)
    above, below = (ax.yaxis.label.get_window_extent() for ax in figure.axes[:2])
    assert "unit ?" in figure.axes[0].get_ylabel()
    assert above.y0 >= below.y1
    assert not figure.axes[0].yaxis.get_offset_text().get_text()


def test_the_page_says_if_it_shows_a_simulation(clear: Analysis) -> None:
    assert any("Simulated. Left leg" in text.get_text() for text in plot_session(clear).texts)
    glute, shoulder = (
        replace(one, channel=replace(one.channel, device="amplifier"))
        for one in (clear.glute, clear.shoulder)
    )
    measured = plot_session(replace(clear, glute=glute, shoulder=shoulder))
    assert not any("Simulated" in text.get_text() for text in measured.texts)


def test_a_gap_stays_a_gap() -> None:
    whole = simulated([-140] * 3)
    onset_s = whole.rows[1].glute_onset_s
    assert onset_s is not None
    ax = plot_repetitions(simulated([-140] * 3, lost_s=(onset_s + 0.2, onset_s + 0.3)))
    for what in ("signal", "envelope"):
        drawn_line = line(ax, f"{what}-glute-2")
        times_s, values = xs(drawn_line), np.asarray(drawn_line.get_ydata(), dtype=np.float64)
        inside = (times_s > 0.205) & (times_s < 0.295)
        assert inside.any()
        assert np.isnan(values[inside]).all()
        assert np.isfinite(values[(times_s < 0.19) | (times_s > 0.31)]).all()


def test_a_raise_without_glute_onset_is_lined_up_at_its_start() -> None:
    analysis = simulated([-140] * 3)
    first = analysis.rows[0]
    silent = replace(
        first,
        glute_onset_s=None,
        glute_onset_interval_s=None,
        shoulder_onset_s=None,
        shoulder_onset_interval_s=None,
        lag_ms=None,
        lag_interval_ms=None,
        order="unclear",
        flags=("glute_silent",),
    )
    ax = plot_repetitions(with_rows(analysis, [silent, *analysis.rows[1:]]))
    assert len(drawn(ax, "onset-")) == 4
    assert "no glute" in said(ax)
    assert "start" in ax.get_xlabel()


# ------------------------------------------------------------------------- one raise


def test_one_raise_shows_both_onsets_and_the_lag_between_them(clear: Analysis) -> None:
    ax = plot_repetition(clear, 5)
    assert len(drawn(ax, "onset-")) == 2
    assert sorted(xs(line(ax, "bracket"))) == pytest.approx([-0.095, 0.0])
    assert "−95 ms (−137 to −53)" in said(ax)  # noqa: RUF001
    assert "µV" in said(ax)


def test_one_raise_with_a_silent_shoulder_says_so_and_has_no_bracket() -> None:
    ax = plot_repetition(simulated([None, -140]), 1)
    assert len(drawn(ax, "onset-")) == 1
    assert not drawn(ax, "bracket")
    assert "no onset" in said(ax)
    assert "shoulder silent" in ax.get_title(loc="left")


def test_a_raise_that_is_not_there_is_refused(clear: Analysis) -> None:
    with pytest.raises(AnalysisError, match=r"raise 12 .* 1, 2, 3"):
        plot_repetition(clear, 12)
