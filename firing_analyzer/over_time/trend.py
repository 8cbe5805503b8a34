"""One person's sessions over time, for both legs."""

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import firing_analyzer
from firing_analyzer.errors import AnalysisError
from firing_analyzer.over_time.change import Change, change_over_sessions
from firing_analyzer.over_time.sessions import ORDERS, Run, SessionPoint, run_of_session
from firing_analyzer.saved import analyze_saved
from firing_analyzer.settings import Settings
from recordings.dataset.entities import Entities, entities_of
from recordings.dataset.names import checked_label
from recordings.errors import NotFoundError, RecordingError
from recordings.find import find_recordings
from recordings.model import Side

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Final = "firing-analyzer/trend/1"
#: BIDS has dates of this year and before stand for dates that are not told.
_UNTOLD: Final = 1925
_SIDES: Final[tuple[Side, ...]] = ("left", "right")


@dataclass(frozen=True, slots=True)
class LegTrend:
    """The sessions of one leg.

    Attributes
    ----------
    leg : {"left", "right"}
    points : tuple of SessionPoint
        In the order of time.
    change : Change
        Positions in it count the sessions with a lag, `timed`.
    """

    leg: Side
    points: tuple[SessionPoint, ...]
    change: Change

    @property
    def timed(self) -> tuple[SessionPoint, ...]:
        """The sessions whose lag stands."""
        return tuple(point for point in self.points if point.lag_ms is not None)


@dataclass(frozen=True, slots=True)
class Trend:
    """One person over sessions.

    Attributes
    ----------
    participant : str
    legs : tuple of LegTrend
        Left before right; a leg without recordings is left out.
    problems : tuple of str
        Recordings that could not be used, ``name: reason``.
    settings : Settings
    """

    participant: str
    legs: tuple[LegTrend, ...]
    problems: tuple[str, ...]
    settings: Settings

    @property
    def sessions(self) -> tuple[str, ...]:
        """Codes of all sessions in the order of time."""
        points = sorted((point for leg in self.legs for point in leg.points), key=_when)
        return tuple(dict.fromkeys(point.session for point in points))

    @property
    def is_simulated(self) -> bool:
        """Whether any recording is no person's."""
        return any(run.simulated for leg in self.legs for point in leg.points for run in point.runs)

    @property
    def table(self) -> "pd.DataFrame":
        """Return a table with a row for each session and leg; columns as in the JSON."""
        import pandas as pd  # noqa: PLC0415

        return pd.DataFrame(self._rows())

    def _rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for point in sorted((point for leg in self.legs for point in leg.points), key=_when):
            interval = point.lag_interval_ms(self.settings.confidence)
            level = point.glute
            rows.append(
                {
                    "session": point.session,
                    "date": point.date,
                    "leg": point.leg,
                    "verdicts": [run.verdict for run in point.runs],
                    "lag_ms": _rounded(point.lag_ms),
                    "lag_interval_ms": None if interval is None else [_rounded(end) for end in interval],
                    "left_out": list(point.left_out),
                    "valid": sum(run.valid for run in point.runs),
                    **{order: point.counts[order] for order in ORDERS},
                    "edited": sum(run.edited for run in point.runs),
                    "glute_above_rest_db": None if level is None else _rounded(level.above_rest_db),
                    "glute_share_of_reference": None if level is None else _rounded(level.reference_share, 4),
                    "files": [run.name for run in point.runs],
                }
            )
        return rows

    def to_dict(self) -> dict[str, object]:
        """Return the trend as plain values (schema ``firing-analyzer/trend/1``)."""
        changes: dict[str, object] = {}
        for leg in self.legs:
            told: dict[str, object] = {
                key: _rounded(value) if isinstance(value, float) else value
                for key, value in asdict(leg.change).items()
            }
            for side in ("first", "last"):
                told[f"{side}_sessions"] = [leg.timed[place].session for place in getattr(leg.change, side)]
                del told[side]
            changes[leg.leg] = told
        return {
            "schema": SCHEMA,
            "participant": self.participant,
            "simulated": self.is_simulated,
            "sessions": self._rows(),
            "change": changes,
            "problems": list(self.problems),
            "settings": self.settings.to_dict(),
            "software": {"firing_analyzer": firing_analyzer.__version__},
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the trend as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def __str__(self) -> str:
        """Return the trend as text for a person."""
        from firing_analyzer.over_time.words import trend_text  # noqa: PLC0415

        return trend_text(self)


def trend(
    dataset: str | Path,
    participant: str,
    settings: Settings | None = None,
    *,
    on_progress: Callable[[int, int], object] | None = None,
) -> Trend:
    """Analyse all recordings of one person in a dataset and put them in the order of time.

    Parameters
    ----------
    dataset : str or Path
        A BIDS dataset.
    participant : str
        A code, without ``sub-``.
    settings : Settings, optional
        The same for all sessions.
    on_progress : callable, optional
        Called with the number of recordings done and of all, after each.

    Returns
    -------
    Trend
        Sessions follow one another by their dates where ``_scans.tsv`` tells all of them, else by their
        codes, numbers by their size.

    Raises
    ------
    recordings.errors.NotFoundError
        If the person has no recording in the dataset.
    """
    settings = settings or Settings()
    participant = checked_label(participant.removeprefix("sub-"), "participant")
    folder = Path(dataset) / f"sub-{participant}"
    if not folder.is_dir():
        raise NotFoundError(f"there is no participant {participant!r}; check the code", path=Path(dataset))
    files = find_recordings(folder)
    if not files:
        raise NotFoundError("the person has no recording that can be read", path=folder)
    found: list[tuple[Path, Side, Run]] = []
    problems: list[str] = []
    for done, file in enumerate(files, start=1):
        try:
            recording, analysis = analyze_saved(file, settings)
            found.append((file, analysis.leg, run_of_session(analysis, recording.events)))
        except RecordingError as problem:
            problems.append(f"{file.name}: {problem.reason}")
        except (AnalysisError, OSError) as problem:
            problems.append(f"{file.name}: {problem}")
        if on_progress is not None:
            on_progress(done, len(files))
    return trend_of_files(participant, found, problems=problems, settings=settings)


def trend_of_files(
    participant: str,
    runs: Iterable[tuple[Path, Side, Run]],
    *,
    problems: Iterable[str] = (),
    settings: Settings | None = None,
) -> Trend:
    """Put what the recordings of a dataset say in the order of time; see `trend`."""
    found: list[tuple[Entities, Side, Run]] = []
    dates: dict[str, str] = {}
    for file, leg, run in runs:
        told = entities_of(file)
        found.append((told, leg, run))
        date = _date_of(file)
        if date is not None:
            session = told.session or ""
            dates[session] = min(date, dates.get(session, date))
    return trend_of(participant, found, dates=dates, problems=problems, settings=settings)


def trend_of(
    participant: str,
    runs: Iterable[tuple[Entities, Side, Run]],
    *,
    dates: dict[str, str] | None = None,
    problems: Iterable[str] = (),
    settings: Settings | None = None,
) -> Trend:
    """Put what single recordings say in the order of time; see `trend`."""
    settings = settings or Settings()
    by_session: dict[tuple[Side, str], list[Run]] = {}
    for told, leg, run in runs:
        by_session.setdefault((leg, told.session or ""), []).append(run)
    sessions = {session for _, session in by_session}
    known = dates if dates is not None and sessions <= set(dates) else {}
    legs: list[LegTrend] = []
    for leg in _SIDES:
        points = sorted(
            (
                SessionPoint(session, leg, known.get(session), tuple(those))
                for (side, session), those in by_session.items()
                if side == leg
            ),
            key=_when,
        )
        timed = [
            (point.lag_ms, point.lag_sd_ms)
            for point in points
            if point.lag_ms is not None and point.lag_sd_ms is not None
        ]
        if points:
            change = change_over_sessions(
                [lag for lag, _ in timed], [sd for _, sd in timed], confidence=settings.confidence
            )
            legs.append(LegTrend(leg, tuple(points), change))
    return Trend(participant, tuple(legs), tuple(problems), settings)


def _when(point: SessionPoint) -> tuple[str, list[tuple[int, int, str]]]:
    parts = re.findall(r"\d+|\D+", point.session)
    return point.date or "", [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _date_of(file: Path) -> str | None:
    """Return when a file of a dataset was recorded, where its session's table tells it."""
    for table in file.parent.parent.glob("*_scans.tsv"):
        with table.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
            for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
                if Path(row.get("filename") or "").name == file.name:
                    date = row.get("acq_time") or "n/a"
                    return date if date[:4].isdigit() and int(date[:4]) > _UNTOLD else None
    return None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
