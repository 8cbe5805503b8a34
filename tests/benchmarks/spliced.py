"""The spliced recordings of ``../shared/data``, where they are: lags of real texture with known onsets."""

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from firing_analyzer.pipeline import analyze
from firing_analyzer.result import Analysis, Repetition
from recordings.open import open_recording
from tests.benchmarks.peers import Peer

#: Beside the checkout; a stranger's checkout has no such folder, and the table is left out.
FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "spliced"
PLAIN: Final = (
    "shoulder_first",
    "glute_first",
    "together",
    "shoulder_first_ecg",
    "glute_first_ecg",
    "glute_first_hum",
    "shoulder_early",
    "wide_spread",
)
WEAK: Final = ("weak_glute_fires_first", "weak_shoulder_fires_first")
#: Found onsets further from the true one than this belong to something else.
SAME_S: Final = 0.5
REST_S: Final = (0.5, 3.5)


@dataclass(slots=True)
class LagScore:
    """Lags of one recording, or of several together, by one method.

    Attributes
    ----------
    errors_ms : list of float
        Found lag minus true lag of the repetitions in which both onsets were found.
    rises : list of tuple
        For each of them, shape of glute and shoulder rise.
    covered : list of bool
    repetitions : int
        True repetitions with both onsets.
    silent, false_onsets : int
        True repetitions with a silent shoulder, and those of them that were given an onset.
    """

    errors_ms: list[float] = field(default_factory=list[float])
    glute_errors_ms: list[tuple[str, float, float]] = field(default_factory=list[tuple[str, float, float]])
    shoulder_errors_ms: list[tuple[str, float, float]] = field(default_factory=list[tuple[str, float, float]])
    covered: list[bool] = field(default_factory=list[bool])
    repetitions: int = 0
    silent: int = 0
    false_onsets: int = 0
    verdict: str = ""
    true_verdict: str = ""

    @property
    def median_ms(self) -> float:
        """Median size of the lag's error."""
        return float(np.median(np.abs(self.errors_ms))) if self.errors_ms else np.nan

    @property
    def p90_ms(self) -> float:
        """Size of error that nine of ten stay below."""
        return float(np.percentile(np.abs(self.errors_ms), 90)) if self.errors_ms else np.nan

    @property
    def bias_ms(self) -> float:
        """Mean error."""
        return float(np.mean(self.errors_ms)) if self.errors_ms else np.nan

    @property
    def coverage(self) -> float:
        """Share of intervals that hold the true lag."""
        return float(np.mean(self.covered)) if self.covered else np.nan


def together(scores: list[LagScore]) -> LagScore:
    """Add up several recordings."""
    total = LagScore()
    for one in scores:
        total.errors_ms += one.errors_ms
        total.glute_errors_ms += one.glute_errors_ms
        total.shoulder_errors_ms += one.shoulder_errors_ms
        total.covered += one.covered
        total.repetitions += one.repetitions
        total.silent += one.silent
        total.false_onsets += one.false_onsets
    return total


def measure(peers: tuple[Peer, ...]) -> dict[str, dict[str, LagScore]]:
    """Score every recording by every method: method, then recording; empty where the folder is missing."""
    if not FOLDER.is_dir():
        return {}
    truth = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    told: dict[str, dict[str, LagScore]] = {}
    for name, true in truth.items():
        recording = open_recording(FOLDER / name, leg=true["leg"])
        stem = Path(name).stem
        told.setdefault("firing-analyzer", {})[stem] = _ours(analyze(recording), true)
        glute, shoulder = recording[true["glute"]], recording[true["shoulder"]]
        for peer in peers:
            onsets: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
            for one in (glute, shoulder):
                rest = (round(REST_S[0] * one.rate_hz), round(REST_S[1] * one.rate_hz))
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        onsets.append(np.asarray(peer.detect(one.samples, one.rate_hz, rest)))
                except Exception:  # noqa: BLE001  (a peer that stops has found nothing)
                    onsets.append(np.empty(0))
            told.setdefault(peer.name, {})[stem] = _peers(onsets, true)
    return told


def _ours(analysis: Analysis, true: dict[str, object]) -> LagScore:
    score = LagScore(verdict=analysis.verdict, true_verdict=str(true["verdict"]))
    rows = [row for row in analysis.rows if row.included and row.glute_onset_s is not None]
    for one in true["repetitions"]:  # pyright: ignore[reportGeneralTypeIssues]
        row = min(rows, key=lambda row: abs((row.glute_onset_s or 0) - one["glute_onset_s"]), default=None)
        if row is not None and abs((row.glute_onset_s or 0) - one["glute_onset_s"]) > SAME_S:
            row = None
        _add(score, one, row)
    return score


def _add(score: LagScore, one: dict[str, object], row: Repetition | None) -> None:
    true_ms = one["lag_ms"]
    if not isinstance(true_ms, float):
        score.silent += 1
        score.false_onsets += row is not None and row.shoulder_onset_s is not None
        return
    score.repetitions += 1
    if row is None or row.lag_ms is None or row.lag_interval_ms is None:
        return
    score.errors_ms.append(row.lag_ms - true_ms)
    score.covered.append(row.lag_interval_ms[0] <= true_ms <= row.lag_interval_ms[1])
    for key, at_s, kept in (
        ("glute", row.glute_onset_s, score.glute_errors_ms),
        ("shoulder", row.shoulder_onset_s, score.shoulder_errors_ms),
    ):
        rise_ms, shape = one[f"{key}_rise"]  # pyright: ignore[reportGeneralTypeIssues]
        if at_s is not None:
            kept.append((str(shape), float(rise_ms), 1000 * (at_s - float(str(one[f"{key}_onset_s"])))))


def _peers(onsets: list[np.ndarray[tuple[int], np.dtype[np.float64]]], true: dict[str, object]) -> LagScore:
    """Take for each true onset the nearest found one: the kindest reading of a list of onsets."""
    score = LagScore(true_verdict=str(true["verdict"]))
    for one in true["repetitions"]:  # pyright: ignore[reportGeneralTypeIssues]
        if one["lag_ms"] is None:
            score.silent += 1
            at_s = one["glute_onset_s"]
            score.false_onsets += bool(((onsets[1] > at_s - 1.0) & (onsets[1] < at_s + 2.0)).any())
            continue
        score.repetitions += 1
        errors_s: list[float] = []
        for found, key in zip(onsets, ("glute_onset_s", "shoulder_onset_s"), strict=True):
            if found.size and np.abs(found - one[key]).min() <= SAME_S:
                errors_s.append(float(found[np.abs(found - one[key]).argmin()] - one[key]))
        if len(errors_s) == 2:
            score.errors_ms.append(1000 * (errors_s[1] - errors_s[0]))
    return score
