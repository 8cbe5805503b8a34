"""Two pictures: how far unequal muscles fake an order, and how near onsets come to what is possible."""

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firing_analyzer.figures.style import QUIET, RULE, TEXT, USUAL, plain
from tests.benchmarks.accuracy import ORACLE, UNTOLD, Scores, over
from tests.benchmarks.lags import UNEQUAL, Pair, PairScores
from tests.benchmarks.ours import OURS
from tests.benchmarks.trials import SLOW_RISES, STEP

#: Who is drawn, in which colour and line; methods that are not there are left out.
LINES: Final = (
    (OURS, "#12306b", "-", 2.4),
    (ORACLE, "#777777", ":", 1.6),
    (UNTOLD, "#777777", (0, (8, 2)), 1.2),
    ("NeuroKit2 biosppy (default)", "#c45a00", "--", 1.4),
    ("BioSPPy lidierth (tuned)", "#7a4fa3", "-.", 1.4),
    ("BioSPPy hodges_bui (tuned, 100 ms debounce)", "#2b8a78", (0, (5, 1, 1, 1, 1, 1)), 1.4),
    ("detecta, 20 Hz envelope (tuned)", "#a3842b", (0, (1, 1)), 1.4),
    ("ruptures KernelCPD, 5 ms log envelope (tuned)", "#a8336b", (0, (3, 3)), 1.4),
)


def draw(folder: Path, *, scores: Scores | None, pairs: PairScores | None) -> list[Path]:
    """Write what can be drawn of the results as PNG files."""
    written: list[Path] = []
    if pairs is not None and len(_cases(pairs)) > 1:
        written.append(_save(false_lags(pairs), folder / "false_lags.png"))
    if scores is not None:
        written.append(_save(errors_by_snr(scores), folder / "onset_errors.png"))
    return written


def false_lags(pairs: PairScores) -> Figure:
    """Lag that is found between muscles that start together, 20 against 10 dB, over the time they rise."""
    figure, ax = _sheet()
    cases = _cases(pairs)
    rises_ms = [pair.glute[1].rise_ms for pair in cases]
    ends: list[tuple[float, str, str]] = []
    for name, colour, line, width in LINES:
        if name not in pairs or not all(pair in pairs[name] for pair in cases):
            continue
        bias = [pairs[name][pair].bias_ms for pair in cases]
        ax.plot(rises_ms, bias, color=colour, linestyle=line, linewidth=width, marker="o", markersize=3)
        ends.append((bias[-1], name, colour))
    ax.axhline(0, color=RULE, linewidth=0.8, zorder=0)
    _label_ends(ax, rises_ms[-1], ends)
    ax.set_xlabel("time that both muscles take to rise, ms", fontsize=USUAL, color=TEXT)
    ax.set_ylabel("lag that is not there, ms", fontsize=USUAL, color=TEXT)
    _title(ax, "Two muscles start together; one is 10 dB fainter. What lag is found between them (median)?")
    return figure


def _cases(pairs: PairScores) -> list[Pair]:
    """Muscles of unequal strength that start together, the quickest first."""
    cases = [pair for pair in UNEQUAL if pair in pairs[OURS] and pair.glute[1].shape in {"linear", "step"}]
    return sorted(cases, key=lambda pair: pair.glute[1].rise_ms)


def errors_by_snr(scores: Scores) -> Figure:
    """Median error of single onsets against SNR, clean channel."""
    figure, ax = _sheet()
    snrs = sorted({cell.snr_db for cell in scores[OURS]})
    ends: list[tuple[float, str, str]] = []
    for name, colour, line, width in LINES:
        if name not in scores:
            continue
        median: list[float] = []
        for snr in snrs:
            one = over(
                scores[name],
                lambda cell, snr=snr: (
                    cell.snr_db == snr and cell.nuisance == "clean" and cell.rise not in SLOW_RISES
                ),
            )
            # where not even half of the repetitions can be used, an error of the rest says nothing
            median.append(one.median_ms if one.usable_share >= 0.5 else np.nan)
        ax.plot(snrs, median, color=colour, linestyle=line, linewidth=width, marker="o", markersize=3)
        if np.isfinite(median[-1]):
            ends.append((median[-1], name, colour))
    ax.set_ylim(bottom=0)
    _label_ends(ax, snrs[-1], ends)
    ax.set_xlabel("signal over rest, dB", fontsize=USUAL, color=TEXT)
    ax.set_ylabel("median error of an onset, ms", fontsize=USUAL, color=TEXT)
    rises = len({cell.rise for cell in scores[OURS]} - set(SLOW_RISES))
    kinds = f"{rises} rises" if rises > 1 else str(STEP)
    _title(ax, f"Single onsets, clean channel, {kinds} pooled; drawn where at least half can be used")
    return figure


def _sheet() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8.0, 3.8))
    ax = figure.add_axes((0.08, 0.14, 0.60, 0.76))
    plain(ax)
    ax.spines["left"].set_visible(True)
    ax.spines["left"].set_color(QUIET)
    return figure, ax


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontsize=USUAL, color=TEXT, x=-0.1)


def _label_ends(ax: Axes, x: float, ends: list[tuple[float, str, str]]) -> None:
    """Write each method's name beside its last point, none over another."""
    low, high = ax.get_ylim()
    least = 0.06 * (high - low)
    at = -np.inf
    for value, name, colour in sorted(ends):
        at = max(value, at + least)
        short = name.replace(" (tuned, 100 ms debounce)", "").replace(", 5 ms log envelope", "")
        short = short.replace("oracle that is not told the rise", "oracle, rise not told")
        short = short.replace(", 20 Hz envelope", "").replace(" (tuned)", "").replace(" (default)", "")
        signed = f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")
        text = f"{short}  {signed}" if low < 0 else f"{short}  {value:.0f}"
        ax.annotate(
            text,
            (x, value),
            xytext=(1.04, at),
            textcoords=("axes fraction", "data"),
            fontsize=USUAL,
            color=colour,
            va="center",
            annotation_clip=False,
        )


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, dpi=150)
    return path
