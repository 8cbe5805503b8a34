"""The spliced recordings of ``../shared/data``, where they are: lags of real texture with known onsets."""

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from firing_analyzer.pipeline import analyze
from firing_analyzer.result import Analysis, Repetition
from recordings.model import FloatArray, Side, Signal
from recordings.open import open_recording
from tests.benchmarks.ours import OURS
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
#: Where a silent shoulder must not have an onset, from the glute's.
SILENT_S: Final = (-1.0, 2.0)


@dataclass(slots=True)
class LagScore:
    """Lags of one recording, or of several together, by one method.

    Attributes
    ----------
    errors_ms : list of float
        Found lag minus true lag of the repetitions in which both onsets were found.
    glute_errors_ms, shoulder_errors_ms : list of tuple
        Shape and length of the true rise (ms), and the error of the onset (ms).
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


@dataclass(frozen=True, slots=True)
class TrueRaise:
    """What was put into one raise.

    Attributes
    ----------
    onsets_s : tuple
        Of glute and shoulder; None for a shoulder that is silent.
    rises : tuple of (ms, shape)
    """

    onsets_s: tuple[float, float | None]
    rises: tuple[tuple[float, str], tuple[float, str] | None]

    @property
    def lag_ms(self) -> float | None:
        """Shoulder minus glute; None where the shoulder is silent."""
        glute_s, shoulder_s = self.onsets_s
        return None if shoulder_s is None else 1000 * (shoulder_s - glute_s)


@dataclass(frozen=True, slots=True)
class TrueSession:
    """What is known of one recording."""

    leg: Side
    labels: tuple[str, str]
    verdict: str
    raises: tuple[TrueRaise, ...]


def read_truth() -> dict[str, TrueSession]:
    """Read what is known of every recording, by file name."""
    told = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    return {
        name: TrueSession(
            one["leg"], (one["glute"], one["shoulder"]), one["verdict"], tuple(map(_true, one["repetitions"]))
        )
        for name, one in told.items()
    }


def _true(told: dict[str, Any]) -> TrueRaise:
    shoulder_rise = told.get("shoulder_rise")
    return TrueRaise(
        (told["glute_onset_s"], told["shoulder_onset_s"]),
        (tuple(told["glute_rise"]), tuple(shoulder_rise) if shoulder_rise else None),
    )


def measure(peers: tuple[Peer, ...]) -> dict[str, dict[str, LagScore]]:
    """Score every recording by every method: method, then recording; empty where the folder is missing."""
    if not FOLDER.is_dir():
        return {}
    told: dict[str, dict[str, LagScore]] = {}
    for name, true in read_truth().items():
        recording = open_recording(FOLDER / name, leg=true.leg)
        stem = Path(name).stem
        told.setdefault(OURS, {})[stem] = _ours(analyze(recording), true)
        for peer in peers:
            found = [_onsets_s(peer, recording[label]) for label in true.labels]
            told.setdefault(peer.name, {})[stem] = _peers(found, true)
    return told


def _onsets_s(peer: Peer, one: Signal) -> FloatArray:
    rest = (round(REST_S[0] * one.rate_hz), round(REST_S[1] * one.rate_hz))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.asarray(peer.detect(one.samples, one.rate_hz, rest), dtype=np.float64)
        except Exception:  # noqa: BLE001  (a peer that stops has found nothing)
            return np.empty(0)


def _ours(analysis: Analysis, true: TrueSession) -> LagScore:
    score = LagScore(verdict=analysis.verdict, true_verdict=true.verdict)
    rows = [row for row in analysis.rows if row.included and row.glute_onset_s is not None]
    for one in true.raises:
        near = [row for row in rows if abs((row.glute_onset_s or 0) - one.onsets_s[0]) <= SAME_S]
        row = near[0] if near else None
        if one.lag_ms is None:
            score.silent += 1
            score.false_onsets += row is not None and row.shoulder_onset_s is not None
        else:
            _add(score, one, one.lag_ms, row)
    return score


def _add(score: LagScore, one: TrueRaise, true_ms: float, row: Repetition | None) -> None:
    score.repetitions += 1
    if row is None or row.lag_ms is None or row.lag_interval_ms is None:
        return
    score.errors_ms.append(row.lag_ms - true_ms)
    score.covered.append(row.lag_interval_ms[0] <= true_ms <= row.lag_interval_ms[1])
    found = (row.glute_onset_s, row.shoulder_onset_s)
    kept = (score.glute_errors_ms, score.shoulder_errors_ms)
    for at_s, true_s, rise, errors in zip(found, one.onsets_s, one.rises, kept, strict=True):
        if at_s is not None and true_s is not None and rise is not None:
            errors.append((rise[1], rise[0], 1000 * (at_s - true_s)))


def _peers(found: list[FloatArray], true: TrueSession) -> LagScore:
    """Take for each true onset the nearest found one: the kindest reading of a list of onsets."""
    score = LagScore(true_verdict=true.verdict)
    for one in true.raises:
        if one.lag_ms is None:
            score.silent += 1
            since_s = found[1] - one.onsets_s[0]
            score.false_onsets += bool(((since_s > SILENT_S[0]) & (since_s < SILENT_S[1])).any())
            continue
        score.repetitions += 1
        errors_s = [
            (onsets - true_s)[np.abs(onsets - true_s).argmin()]
            for onsets, true_s in zip(found, one.onsets_s, strict=True)
            if true_s is not None and onsets.size and np.abs(onsets - true_s).min() <= SAME_S
        ]
        if len(errors_s) == 2:
            score.errors_ms.append(1000 * float(errors_s[1] - errors_s[0]))
    return score
