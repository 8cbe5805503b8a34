"""C3D: the analogue channels of a movement laboratory, read by ezc3d. Markers are left aside."""

from pathlib import Path
from typing import Any

import numpy as np

from recordings.errors import UnreadableError
from recordings.labels import labelled_signal
from recordings.model import Event, Recording
from recordings.optional import need


def read_c3d(path: Path) -> Recording:
    """Read the analogue channels and events of a C3D file.

    A label that says nothing is helped out by the channel's description, where that one names the muscle.

    Raises
    ------
    UnsupportedError
        If ezc3d is not installed.
    UnreadableError
        If the file is damaged or holds no analogue channel.
    """
    ezc3d = need("ezc3d", "C3D files", path=path)
    try:
        content = ezc3d.c3d(str(path))
        parameters = content["parameters"]
        analogue = np.asarray(content["data"]["analogs"], dtype=np.float64)[0]
        analog = parameters["ANALOG"]
        rate_hz = float(content["header"]["analogs"]["frame_rate"])
        first_s = _first_s(content)
    except (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError, OverflowError) as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise UnreadableError(
            f"its C3D content is damaged ({reason}); export it again", path=path
        ) from problem
    if not analogue.size or rate_hz <= 0:
        raise UnreadableError("it holds markers but no analogue channel; export it with the EMG", path=path)
    labels = _texts(analog, "LABELS")
    units = _texts(analog, "UNITS")
    descriptions = _texts(analog, "DESCRIPTIONS")
    signals = tuple(
        labelled_signal(
            _at(labels, index) or f"CH{index + 1}",
            samples,
            unit=_at(units, index),
            rate_hz=rate_hz,
            description=_at(descriptions, index),
        )
        for index, samples in enumerate(analogue)
    )
    return Recording(signals, tuple(_events(parameters, first_s)), path=path)


def _texts(group: Any, name: str) -> list[str]:
    """All texts of a parameter; above 255 channels they go on in LABELS2 and so on."""
    texts: list[str] = []
    for key in (name, *(f"{name}{more}" for more in range(2, 10))):
        if key not in group:
            break
        texts += [str(text).strip() for text in group[key]["value"]]
    return texts


def _at(texts: list[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""


def _first_s(content: Any) -> float:
    """Time of the first frame: a trial may have been cut from a longer one."""
    points = content["header"]["points"]
    rate_hz = float(points["frame_rate"])
    return float(points["first_frame"]) / rate_hz if rate_hz > 0 else 0.0


def _events(parameters: Any, first_s: float) -> list[Event]:
    group = parameters.get("EVENT", {})
    if "TIMES" not in group or "LABELS" not in group:
        return []
    times = np.asarray(group["TIMES"]["value"], dtype=np.float64)
    if times.ndim != 2 or times.shape[0] != 2:
        return []
    contexts = _texts(group, "CONTEXTS")
    events: list[Event] = []
    for index, label in enumerate(_texts(group, "LABELS")[: times.shape[1]]):
        context = contexts[index] if index < len(contexts) else ""
        onset_s = float(times[0, index] * 60.0 + times[1, index]) - first_s
        events.append(Event(onset_s, f"{context} {label}".strip()))
    return sorted(events, key=lambda event: event.onset_s)
