"""C3D: the analogue channels of a movement laboratory, read by ezc3d. Markers are left aside."""

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np

from recordings.errors import TruncatedError, UnreadableError
from recordings.formats.optional import need
from recordings.labels import labelled_signal
from recordings.model import Event, Recording

# Processor type of the parameter section, for SGI machines.
_BIG_ENDIAN: Final = b"\x56"


def read_c3d(path: Path, *, allow_truncated: bool = False) -> Recording:
    """Read the analogue channels and events of a C3D file.

    A label that says nothing is helped out by the channel's description, where that one names the muscle.

    Parameters
    ----------
    path : Path
    allow_truncated : bool
        Read what is there of a file that ends early, and say so in the notes.

    Raises
    ------
    UnsupportedError
        If ezc3d is not installed.
    TruncatedError
        If the file holds fewer frames than it says.
    UnreadableError
        If the file is damaged or holds no analogue channel.
    """
    ezc3d = need("ezc3d", "C3D files", path=path)
    promised = _promised_frames(path)
    try:
        content = ezc3d.c3d(str(path))
        parameters = content["parameters"]
        analogue = np.asarray(content["data"]["analogs"], dtype=np.float64)[0]
        analog = parameters["ANALOG"]
        rate_hz = float(content["header"]["analogs"]["frame_rate"])
        first_s = _first_s(content)
        frame_rate_hz = float(content["header"]["points"]["frame_rate"])
    except (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError, OverflowError) as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise UnreadableError(
            f"its C3D content is damaged ({reason}); export it again", path=path
        ) from problem
    if not analogue.size or rate_hz <= 0:
        raise UnreadableError("it holds markers but no analogue channel; export it with the EMG", path=path)
    promised_s = promised / frame_rate_hz if frame_rate_hz > 0 else 0.0
    readable_s = analogue.shape[1] / rate_hz
    notes: list[str] = []
    if readable_s < promised_s - 0.5 / rate_hz:
        if not allow_truncated:
            raise TruncatedError(
                f"the file ends early, its header promises {promised_s:g} s; the first {readable_s:g} s can "
                "be read with --allow-truncated (allow_truncated=True)",
                path=path,
                readable_s=readable_s,
            )
        notes.append(f"The file ends early: {readable_s:g} of {promised_s:g} s were read.")
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
    return Recording(signals, tuple(_events(parameters, first_s)), path=path, notes=tuple(notes))


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


def _promised_frames(path: Path) -> int:
    """Count the frames that the first block of the file names, since ezc3d adapts its own to what it finds.

    0 where the block cannot tell: its frame numbers end at 65535. A file that ends before its first frame is
    refused here; ezc3d may crash on it. Source: https://www.c3d.org/HTML/headersection.htm
    """
    with path.open("rb") as file:
        header = file.read(512)
        file.seek(512 * max(header[0] - 1, 0) + 3)
        order = ">" if file.read(1) == _BIG_ENDIAN else "<"
    first, last, data_block = (
        struct.unpack(f"{order}6xHH6xH", header[:18]) if len(header) == 512 else (0, 0, 0)
    )
    if path.stat().st_size <= 512 * (max(data_block, 2) - 1):
        raise UnreadableError("the file ends before its first sample; export it again", path=path)
    return last - first + 1 if 0 < first <= last < 65_535 else 0


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
