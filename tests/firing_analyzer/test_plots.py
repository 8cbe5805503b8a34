"""Pictures are checked on sessions whose onsets are known because they were simulated."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import get_args

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.traces import cut, moving_rms, thin_out
from firing_analyzer.plots import plot_lags, plot_repetition, plot_repetitions, plot_session, save_figure
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


# ------------------------------------------------------------------------- lags


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


# ------------------------------------------------------------------------- the whole page


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_every_verdict_is_drawn_with_its_sentence_as_heading(verdict: Verdict) -> None:
    from firing_analyzer.words import verdict_sentence  # noqa: PLC0415

    lags: dict[Verdict, list[float | None]] = {
        "shoulder_first": [-140] * 5,
        "glute_first": [140] * 5,
        "together": [10] * 5,
        "shoulder_silent": [None] * 5,
        "cannot_tell": [-140, 140, None, -10, 90],
    }
    analysis = simulated(lags[verdict], verdict)
    figure = plot_session(analysis)
    render(figure)
    words = " ".join(text.get_text() for text in figure.texts).replace("\N{NO-BREAK SPACE}", " ")
    assert verdict_sentence(analysis) in words


@pytest.mark.parametrize("count", [0, 1, 3, 16, 40])
def test_any_number_of_raises_makes_a_picture(count: int, tmp_path: Path) -> None:
    few = simulated([-140] * 3, "cannot_tell")
    repeated = [replace(few.rows[place % 3], repetition=place + 1) for place in range(count)]
    target = save_figure(with_rows(few, repeated), tmp_path / "session.png")
    pixels = imread(target)
    assert pixels.shape[1] == 1600
    assert np.ptp(pixels[..., :3]) > 0.5


@pytest.mark.parametrize("lags_ms", [[-1234, 567, None, 20], [-142] * 16])
@pytest.mark.parametrize("gain", [1e-6, 1.0, 1e6])
def test_no_text_leaves_the_page(lags_ms: list[float | None], gain: float) -> None:
    analysis = simulated(lags_ms, "shoulder_first")
    glute, shoulder = analysis.glute, analysis.shoulder
    glute = replace(glute, samples=glute.samples * np.float32(gain), rest_rms=glute.rest_rms * gain)
    shoulder = replace(
        shoulder, samples=shoulder.samples * np.float32(gain), rest_rms=shoulder.rest_rms * gain
    )
    figure = plot_session(replace(analysis, glute=glute, shoulder=shoulder))
    render(figure)
    page = figure.bbox
    texts = [*figure.texts]
    for ax in figure.axes:
        texts += [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= page.x0, text
        assert box.x1 <= page.x1, text
        assert box.y0 >= page.y0, text
        assert box.y1 <= page.y1, text


def test_ten_minutes_are_drawn_within_two_seconds(tmp_path: Path) -> None:
    samples = np.random.default_rng(5).normal(0, 3, 1_200_000).astype(np.float32)
    short = simulated([-140] * 10)
    long = replace(
        short,
        glute=replace(short.glute, samples=samples),
        shoulder=replace(short.shoulder, samples=samples[::-1].copy()),
        duration_s=600.0,
    )
    start = perf_counter()
    save_figure(long, tmp_path / "long.png")
    assert perf_counter() - start < 2.0
    above = plot_session(long).axes[0]
    assert xs(line(above, "overview-shoulder")).size < 10_000


def test_a_gap_stays_a_gap_over_the_whole_recording() -> None:
    analysis = simulated([-140] * 3, lost_s=(3.0, 6.0))
    below = line(plot_session(analysis).axes[1], "overview-glute")
    times_s, values = xs(below), np.asarray(below.get_ydata(), dtype=np.float64)
    assert np.isnan(values[(times_s > 3.1) & (times_s < 5.9)]).all()
    assert np.isfinite(values[(times_s < 2.9) | (times_s > 6.1)]).all()


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_a_figure_is_saved_in_the_format_of_its_suffix(
    suffix: str, start: bytes, clear: Analysis, tmp_path: Path
) -> None:
    target = save_figure(clear, tmp_path / f"session.{suffix}")
    assert target.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["session.jpgg", "session", "session.csv"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(name: str, clear: Analysis, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"\.png, \.pdf, \.svg"):
        save_figure(clear, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_the_systems_error(clear: Analysis, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_figure(clear, tmp_path / "nowhere" / "session.png")


# ------------------------------------------------------------------------- traces


def test_the_envelope_knows_only_the_samples_that_arrived() -> None:
    x = np.full(100, 2.0)
    x[40:60] = np.nan
    envelope = moving_rms(x, 11)
    assert_allclose(envelope[:40], 2.0)
    assert np.isnan(envelope[40:60]).all()
    assert_allclose(envelope[60:], 2.0)


def test_thinning_keeps_the_extremes_and_every_gap() -> None:
    values = np.random.default_rng(2).normal(size=10_000)
    values[1234], values[7777] = 50.0, -60.0
    values[5000] = np.nan
    times_s, kept = thin_out(np.arange(values.size) / 1000, values, bins=100)
    assert kept.size == times_s.size == 300
    assert np.nanmax(kept) == 50.0
    assert np.nanmin(kept) == -60.0
    assert np.isnan(kept).sum() == 1
    assert abs(times_s[np.isnan(kept)][0] - 5.0) < 0.1


def test_a_stretch_beyond_the_recording_is_left_out(clear: Analysis) -> None:
    piece = cut(clear.glute, -1.0, 0.5)
    assert piece.times_s[0] == clear.glute.start_s
    assert piece.samples.size == piece.envelope.size == 1000
    assert cut(clear.glute, 1e4, 1e4 + 1).samples.size == 0


def test_an_envelope_channel_is_drawn_as_it_is(clear: Analysis) -> None:
    smooth = replace(clear.glute, channel=replace(clear.glute.channel, kind="envelope"))
    piece = cut(smooth, 10.0, 12.0)
    np.testing.assert_array_equal(piece.envelope, piece.samples)
    ax = plot_repetitions(replace(clear, glute=smooth))
    assert not drawn(ax, "signal-glute")
    assert len(drawn(ax, "envelope-glute")) == 8
