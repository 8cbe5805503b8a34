"""One file of many: analysed on its own, and whatever happens to it becomes a row."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firing_analyzer.settings import Settings

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file came to: plain values, small enough to be sent between machines.

    Attributes
    ----------
    recording : mapping
        Its row in the table of recordings.
    repetitions : tuple of mapping
        Its rows in the table of repetitions: one for each raise, or a single one with `problem`.
    """

    recording: Row
    repetitions: tuple[Row, ...]

    @property
    def problem(self) -> str | None:
        """Why the file could not be analysed; None if it could."""
        problem = self.recording.get("problem")
        return None if problem is None else str(problem)


def analyze_file(path: str, settings: "Settings", *, at: str | None = None) -> FileResult:
    """Open one recording and analyse it.

    Parameters
    ----------
    path : str
        As the tables name it.
    settings : Settings
    at : str, optional
        The same file for a worker that runs in another folder.

    Returns
    -------
    FileResult
        The same for the same file, settings and versions, wherever it runs. Nothing is raised: what goes
        wrong, a bug of ours included, stands in `problem`, so that one file never ends a run.
    """
    from firing_analyzer.errors import AnalysisError  # noqa: PLC0415  (numpy and scipy load in the worker)
    from firing_analyzer.saved import analyze_saved  # noqa: PLC0415
    from recordings.errors import RecordingError  # noqa: PLC0415

    try:
        analysis = analyze_saved(at or path, settings).analysis
    except RecordingError as problem:
        return failed(path, problem.reason)
    except (AnalysisError, OSError) as problem:
        return failed(path, str(problem))
    except MemoryError:
        return failed(path, "there is not enough memory for it; analyse it alone, or with fewer workers")
    except Exception as problem:  # noqa: BLE001  (one file must not end a run of thousands)
        return failed(path, f"a bug of this program: {type(problem).__name__}: {problem}; please report it")
    told = analysis.to_dict()
    known = {**_known(path), "leg": analysis.leg, "verdict": analysis.verdict}
    about, session, timing = told["recording"], told["session"], told["timing"]
    assert isinstance(about, dict)  # noqa: S101  (the layout of the JSON)
    assert isinstance(session, dict)  # noqa: S101
    assert isinstance(timing, dict)  # noqa: S101
    assert isinstance(told["repetitions"], list)  # noqa: S101
    recording: dict[str, object] = {
        **known,
        **{key: value for key, value in session.items() if key != "verdict"},
        "kind": about["kind"],
        "duration_s": about["duration_s"],
        "simulated": analysis.is_simulated,
        "shared_clock": timing["shared_clock"],
        "timing_error_ms": timing["error_ms"],
        **analysis.software,
        "settings": _changed(settings),
    }
    for role in ("glute", "shoulder"):
        channel = about[role] or {"channel": None, "rate_hz": None}
        recording[f"{role}_channel"], recording[f"{role}_rate_hz"] = channel["channel"], channel["rate_hz"]
    return FileResult(recording, tuple({**known, **row} for row in told["repetitions"]))


def failed(path: str, problem: str) -> FileResult:
    """Return the rows of a file that could not be analysed."""
    row = {**_known(path), "problem": " ".join(problem.split())}
    return FileResult(row, (row,))


def _known(path: str) -> dict[str, object]:
    from recordings.dataset.entities import entities_of  # noqa: PLC0415

    told = entities_of(Path(path))
    return {
        "path": path,
        "participant": told.participant,
        "session": told.session,
        "run": told.run,
        "leg": told.leg,
    }


def _changed(settings: "Settings") -> str:
    """Write the settings that are not the usual ones; empty if all are."""
    usual = type(settings)().to_dict()
    return ", ".join(f"{key} = {value!r}" for key, value in settings.to_dict().items() if value != usual[key])
