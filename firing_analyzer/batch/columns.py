"""The columns of both tables, and what kind of value each holds."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Final, Literal, get_args, get_origin, get_type_hints

from firing_analyzer.result import Repetition, Session

Kind = Literal["text", "integer", "number", "yes_no", "texts", "numbers"]

_SIMPLE: Final[Mapping[object, Kind]] = {str: "text", int: "integer", float: "number", bool: "yes_no"}
#: Whose recording it is, and what it says: first in both tables.
_KNOWN: Final[Mapping[str, Kind]] = {
    "path": "text",
    "participant": "text",
    "session": "text",
    "run": "integer",
    "leg": "text",
    "verdict": "text",
}
_ABOUT: Final[Mapping[str, Kind]] = {
    "kind": "text",
    "duration_s": "number",
    "simulated": "yes_no",
    "glute_channel": "text",
    "glute_rate_hz": "number",
    "shoulder_channel": "text",
    "shoulder_rate_hz": "number",
    "shared_clock": "yes_no",
    "timing_error_ms": "number",
    "settings": "text",
    "firing_analyzer": "text",
    "numpy": "text",
    "scipy": "text",
}
#: Where a movement sensor saw the leg.
_LEG: Final[Mapping[str, Kind]] = {
    "leg_start_s": "number",
    "leg_start_interval_s": "numbers",
    "leg_top_s": "number",
    "leg_end_s": "number",
    "leg_height_deg": "number",
    "leg_hold_s": "number",
    "leg_speed_deg_s": "number",
    "height_at_shoulder_onset_deg": "number",
}
_LEG_SESSION: Final[Mapping[str, Kind]] = {
    "greatest_silent_height_deg": "number",
    "usual_silent_height_deg": "number",
    "leg_height_error_deg": "number",
}
_PROBLEM: Final[Mapping[str, Kind]] = {"problem": "text"}


def kind_of(annotation: object) -> Kind:
    """Return the kind of value that a field of a result holds.

    Examples
    --------
    >>> kind_of(float | None), kind_of(tuple[str, ...]), kind_of(tuple[float, float])
    ('number', 'texts', 'numbers')
    """
    if isinstance(annotation, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is Literal:
        return "text"
    if get_origin(annotation) is tuple:
        return "texts" if get_args(annotation)[0] is str else "numbers"
    return _SIMPLE[annotation]


def _fields(result: type) -> dict[str, Kind]:
    return {name: kind_of(kind) for name, kind in get_type_hints(result).items()}


#: A row for each raise: the fields of the JSON, behind whose they are.
REPETITION_COLUMNS: Final[Mapping[str, Kind]] = {**_KNOWN, **_fields(Repetition), **_LEG, **_PROBLEM}
#: A row for each recording: the session of the JSON, and what is known of the recording.
RECORDING_COLUMNS: Final[Mapping[str, Kind]] = {
    **_KNOWN,
    **_fields(Session),
    **_LEG_SESSION,
    **_ABOUT,
    **_PROBLEM,
}
