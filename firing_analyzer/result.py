"""What an analysis found: frozen results, their JSON and their table."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from firing_analyzer.edits import Edit, edit_to_dict
from firing_analyzer.leg_result import LegHeights, LegMovement, Legs
from firing_analyzer.settings import MOVEMENT_SETTINGS, Settings
from recordings.model import Channel, Side

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "firing-analyzer/analysis/1"

Order = Literal["shoulder_first", "glute_first", "together", "shoulder_silent", "unclear"]
Verdict = Literal["shoulder_first", "glute_first", "together", "shoulder_silent", "cannot_tell"]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class QualityNote:
    """Something about a channel that whoever reads the result should know."""

    channel: str
    flag: str
    detail: str


@dataclass(frozen=True, slots=True)
class Repetition:
    """One raise; the fields are those of the JSON (see the README for their meaning)."""

    repetition: int
    start_s: float
    end_s: float
    included: bool = True
    flags: tuple[str, ...] = ()
    glute_onset_s: float | None = None
    glute_onset_interval_s: Interval | None = None
    glute_snr_db: float | None = None
    shoulder_onset_s: float | None = None
    shoulder_onset_interval_s: Interval | None = None
    shoulder_snr_db: float | None = None
    shoulder_bursts: int = 0
    lag_ms: float | None = None
    lag_interval_ms: Interval | None = None
    p_shoulder_first: float | None = None
    p_together: float | None = None
    p_glute_first: float | None = None
    order: Order = "unclear"
    set_aside: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """All raises taken together; the fields are those of the JSON."""

    verdict: Verdict
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    repetitions: int
    valid: int
    planned_repetitions: int | None
    shoulder_first: int
    glute_first: int
    together: int
    shoulder_silent: int
    unclear: int
    median_lag_ms: float | None
    lag_interval_ms: Interval | None
    between_repetition_sd_ms: float | None
    margin_ms: float
    p_shoulder_first: float | None
    p_together: float | None
    p_glute_first: float | None
    p_shoulder_before_glute: float | None
    background_bursts_per_min: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One conditioned channel, for figures.

    Attributes
    ----------
    channel : Channel
    samples : ndarray of float32, shape (n,)
        Conditioned signal in the channel's unit; NaN where lost.
    rate_hz : float
    start_s : float
        Time of the first sample.
    rest_rms : float
        Level of rest over the session, in the channel's unit.
    sensor_hz : float or None
        Rate of the sensor itself, where its samples were averaged.
    """

    channel: Channel
    samples: NDArray[np.float32]
    rate_hz: float
    start_s: float
    rest_rms: float
    sensor_hz: float | None = None

    @property
    def sampled_hz(self) -> float:
        """Rate at which the sensor sampled."""
        return self.rate_hz if self.sensor_hz is None else self.sensor_hz

    @property
    def is_absent(self) -> bool:
        """Whether there was no sensor at all."""
        return self.samples.size == 0

    @classmethod
    def of_nothing(cls) -> "Trace":
        """Stand for a sensor that was not there."""
        return cls(Channel("", kind="other"), np.zeros(0, dtype=np.float32), 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The result of `firing_analyzer.analyze`.

    Attributes
    ----------
    session : Session
        Verdict, reasons, warnings, counts and the session's lag.
    rows : tuple of Repetition
        One for each raise.
    quality : tuple of QualityNote
    glute, shoulder : Trace
        Conditioned signals, for figures; not part of the JSON. Of movement: the leg's elevation in degrees
        and the shoulder's angular rate in rad/s; without a sensor on the shoulder its trace is empty.
    leg : {"left", "right"}
    kind : {"emg", "imu"}
        Whether onsets are of muscle activity or of movement.
    timing_error_ms : float or None
        Standard error of the time between the two sensors; None if unknown.
    settings : Settings
    software : dict
        Versions that made the result.
    legs : Legs or None
        How the leg rose, where a movement sensor saw it.
    edits : tuple of Edit
        Corrections by hand, in the order in which they were made, with the number that their raise has.
    originals : tuple of Repetition
        The raises that are flagged ``edited``, as they were measured.
    """

    session: Session
    rows: tuple[Repetition, ...]
    quality: tuple[QualityNote, ...]
    glute: Trace
    shoulder: Trace
    leg: Side
    kind: str
    path: Path | None
    duration_s: float
    shared_clock: bool
    timing_error_ms: float | None
    cued: bool
    settings: Settings
    notes: tuple[str, ...] = ()
    software: dict[str, str] = field(default_factory=dict)
    legs: Legs | None = None
    edits: tuple[Edit, ...] = ()
    originals: tuple[Repetition, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What the session says."""
        return self.session.verdict

    @property
    def is_simulated(self) -> bool:
        """Whether a channel comes from a simulation and not from a person."""
        return self.glute.channel.is_simulated or self.shoulder.channel.is_simulated

    def __str__(self) -> str:
        """Return the result as text for a person, as the command line prints it."""
        from firing_analyzer.terminal import result_text  # noqa: PLC0415  (brings what lays out text)

        return result_text(self)

    def __repr__(self) -> str:
        """Return one short line; `print` shows the whole result."""
        name = "" if self.path is None else f"{self.path.name!r}, "
        session = self.session
        raises = f"{session.repetitions} raise{'' if session.repetitions == 1 else 's'}"
        lag = "" if session.median_lag_ms is None else f", lag {round(session.median_lag_ms)} ms"
        return f"Analysis({name}{session.verdict!r}, {raises}{lag})"

    @property
    def repetitions(self) -> "pd.DataFrame":
        """Return a table with a row for each raise; columns and order as in the JSON."""
        import pandas as pd  # noqa: PLC0415  (heavy, and only for the table)

        told = [name for name in Repetition.__dataclass_fields__ if name not in _ONLY_WHERE_TOLD]
        told += [
            name for name in _ONLY_WHERE_TOLD if any(getattr(row, name) is not None for row in self.rows)
        ]
        of_leg = [] if self.legs is None else list(LegMovement.__dataclass_fields__)
        return pd.DataFrame(self._plain_rows(), columns=[*told, *of_leg])

    def to_dict(self) -> dict[str, object]:
        """Return the analysis as plain values, laid out as the JSON.

        Where it was corrected by hand, ``edits`` and ``original_repetitions`` stand behind ``repetitions``.
        """
        edited: dict[str, object] = {
            "edits": [edit_to_dict(edit) for edit in self.edits],
            "original_repetitions": [_plain(row) for row in self.originals],
        }
        return {
            "schema": SCHEMA,
            "recording": {
                "path": str(self.path) if self.path is not None else None,
                "duration_s": round(self.duration_s, 6),
                "leg": self.leg,
                "kind": self.kind,
                "glute": {"channel": self.glute.channel.label, "rate_hz": self.glute.sampled_hz},
                "shoulder": None
                if self.shoulder.is_absent
                else {"channel": self.shoulder.channel.label, "rate_hz": self.shoulder.sampled_hz},
            },
            "timing": {"shared_clock": self.shared_clock, "error_ms": self.timing_error_ms},
            "quality": [_plain(note) for note in self.quality],
            "repetitions": self._plain_rows(),
            **(edited if self.edits else {}),
            "session": _plain(self.session) | ({} if self.legs is None else _plain(self.legs.heights)),
            "settings": self._settings_used(),
            "software": self.software,
        }

    def _plain_rows(self) -> list[dict[str, object]]:
        rows = [_plain(row) for row in self.rows]
        if self.legs is None:
            return rows
        return [row | _plain(leg) for row, leg in zip(rows, self.legs.raises, strict=True)]

    def _settings_used(self) -> dict[str, object]:
        """Return the settings; those of movement only where there was a movement sensor."""
        settings = self.settings.to_dict()
        if self.legs is not None:
            return settings
        return {name: value for name, value in settings.items() if name not in MOVEMENT_SETTINGS}

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the analysis as JSON text (schema ``firing-analyzer/analysis/1``)."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


#: Digits that are kept, by the ending of a field's name: finer than any clock here, so that the
#: same input gives the same text on every machine.
_DIGITS = {"_deg_s": 2, "_s": 5, "_ms": 2, "_db": 2, "_min": 2, "_deg": 2}


#: Fields of a repetition that JSON and table hold only where there is something to tell.
_ONLY_WHERE_TOLD = ("set_aside",)


def _digits(name: str) -> int:
    stem = name.replace("_interval", "")
    return next((digits for ending, digits in _DIGITS.items() if stem.endswith(ending)), 4)


def _plain(item: QualityNote | Repetition | Session | LegMovement | LegHeights) -> dict[str, object]:
    """Turn a result into plain values, rounded to what can be meant."""
    values: dict[str, object] = {}
    for name in item.__dataclass_fields__:
        value = getattr(item, name)
        if value is None and name in _ONLY_WHERE_TOLD:
            continue
        if isinstance(value, float):
            value = round(value, _digits(name))
        elif isinstance(value, tuple):
            value = [round(part, _digits(name)) if isinstance(part, float) else part for part in value]
        values[name] = value
    return values
