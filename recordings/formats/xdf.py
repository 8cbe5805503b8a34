"""XDF, the format of the lab streaming layer, read by pyxdf: a stream a device, text streams are events."""

import logging
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import numpy as np

from recordings.errors import TimeError, UnreadableError
from recordings.formats.even_times import EvenTimes, place_on_grid
from recordings.formats.gaps import spread
from recordings.formats.jittered_times import SHORTEST_GAP_S, place_jittered
from recordings.formats.optional import need
from recordings.labels import labelled_signal
from recordings.model import Event, FloatArray, Kind, Recording, Signal

# Farther than this from its place, in samples, a stamp tells of jitter and not of the place.
_NEAR: Final = 0.5
_KINDS: Final[dict[str, Kind]] = {
    "emg": "emg",
    "acc": "acc",
    "accelerometer": "acc",
    "gyro": "gyro",
    "ecg": "other",
}


def read_xdf(path: Path) -> Recording:
    """Read every stream with an even rate, and text streams as events.

    Clocks are brought together by pyxdf; each stream keeps its own rate and start, and lost samples are NaN.
    Jitter is taken out here: pyxdf would close gaps of up to a second. Times count from the earliest sample.

    Raises
    ------
    UnsupportedError
        If pyxdf is not installed.
    UnreadableError
        If the file is damaged or holds no signal.
    TimeError
        If time stamps of a stream run backwards.
    """
    pyxdf = need("pyxdf", "XDF files", path=path)
    try:
        with _kept_log("pyxdf.pyxdf") as said:
            streams, _ = pyxdf.load_xdf(str(path), dejitter_timestamps=False, verbose=False)
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        struct.error,
        ParseError,
    ) as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise UnreadableError(
            f"its XDF content is damaged ({reason}); export it again", path=path
        ) from problem
    notes = [f"Its reader says: {message}" for message in said if "segments differ" not in message]
    sampled = [stream for stream in streams if _is_signal(stream)]
    notes += [
        f"Stream {_name(stream)!r} has no even rate and was left out."
        for stream in streams
        if not _is_signal(stream) and not _is_text(stream) and len(stream["time_stamps"])
    ]
    if not sampled:
        raise UnreadableError("it holds no stream of samples at an even rate; record one with EMG", path=path)
    for stream in sampled:
        if not np.isfinite(stream["time_stamps"]).all():
            raise TimeError(
                f"a time stamp of stream {_name(stream)!r} is missing; export it again", path=path
            )
    origin_s = min(float(stream["time_stamps"][0]) for stream in sampled)
    signals: list[Signal] = []
    for stream in sampled:
        made, said = _signals(stream, origin_s)
        signals += made
        notes += said
    events = [event for stream in streams if _is_text(stream) for event in _events(stream, origin_s)]
    one_clock = len(sampled) == 1
    if not one_clock:
        notes.append(
            f"It holds {len(sampled)} streams; the time between their clocks is as good as the lab network's."
        )
    return Recording(
        tuple(signals),
        tuple(sorted(events, key=lambda event: event.onset_s)),
        path=path,
        shared_clock=one_clock,
        clock_error_ms=0.0 if one_clock else None,
        notes=tuple(notes),
    )


@contextmanager
def _kept_log(name: str) -> Generator[list[str]]:
    """Keep what a library logs instead of letting it go to standard error."""
    messages: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        messages.append(" ".join(record.getMessage().split()))
        return False

    logger = logging.getLogger(name)
    logger.addFilter(keep)
    try:
        yield messages
    finally:
        logger.removeFilter(keep)


def _first(info: Any, key: str) -> str:
    """Content of an element of the stream header: pyxdf keeps every element as a list."""
    found = info.get(key) if isinstance(info, dict) else None
    return str(found[0]) if isinstance(found, list) and found and found[0] is not None else ""


def _name(stream: Any) -> str:
    return _first(stream["info"], "name")


def _is_text(stream: Any) -> bool:
    return _first(stream["info"], "channel_format") == "string"


def _is_signal(stream: Any) -> bool:
    rate = _first(stream["info"], "nominal_srate") or "0"
    return not _is_text(stream) and float(rate) > 0 and len(stream["time_stamps"]) > 1


def _signals(stream: Any, origin_s: float) -> tuple[list[Signal], list[str]]:
    name = _name(stream)
    times_s = np.asarray(stream["time_stamps"], dtype=np.float64) - origin_s
    samples = np.atleast_2d(np.asarray(stream["time_series"], dtype=np.float64))
    even, notes = _even(times_s, float(_first(stream["info"], "nominal_srate")), name)
    kind = _KINDS.get(_first(stream["info"], "type").lower())
    lost = int(even.positions[-1]) + 1 - even.positions.size
    if lost:
        notes.append(f"{lost} samples are missing from stream {name!r}; they are kept as gaps.")
    signals = [
        labelled_signal(
            label,
            spread(_column(samples, index), even.positions),
            unit=unit,
            rate_hz=even.rate_hz,
            start_s=even.start_s,
            kind=_KINDS.get(channel_type.lower()) if channel_type else kind,
            device=name or None,
        )
        for index, (label, unit, channel_type) in enumerate(_channels(stream, samples.shape[1]))
    ]
    return signals, notes


def _even(times_s: FloatArray, nominal_hz: float, name: str) -> tuple[EvenTimes, list[str]]:
    """Place the samples by their stamps; where these jitter by more than a sample, only long gaps show."""
    exact = _even_as_stamped(times_s)
    if exact is not None:
        return exact, []
    try:
        even = place_jittered(times_s, rate_hz=nominal_hz)
    except TimeError as problem:
        raise TimeError(f"stream {name!r}: {problem.reason}") from problem
    note = (
        f"Time stamps of stream {name!r} jitter by up to {even.error_s * 1000:.0f} ms; "
        f"gaps shorter than {SHORTEST_GAP_S * 1000:.0f} ms cannot be seen."
    )
    return even, [note]


def _even_as_stamped(times_s: FloatArray) -> EvenTimes | None:
    """Place by stamps that are good to half a sample; None where they come in bursts, repeat or step back."""
    try:
        even = place_on_grid(times_s)
    except TimeError:
        return None
    return even if even.error_s * even.rate_hz <= _NEAR else None


def _column(samples: FloatArray, index: int) -> FloatArray:
    return np.ascontiguousarray(samples[:, index])


def _channels(stream: Any, n_channels: int) -> list[tuple[str, str, str]]:
    """Label, unit and type of each channel, as far as the stream says."""
    described: list[Any] = []
    desc: Any = (stream["info"].get("desc") or [None])[0]
    if isinstance(desc, dict):
        group: Any = (desc.get("channels") or [None])[0]
        if isinstance(group, dict):
            described = group.get("channel") or []
    name = _name(stream) or "CH"
    channels: list[tuple[str, str, str]] = []
    for index in range(n_channels):
        channel = described[index] if index < len(described) else {}
        label = _first(channel, "label") or _first(channel, "name")
        alone = name if n_channels == 1 else f"{name}_{index + 1}"
        channels.append((label or alone, _first(channel, "unit"), _first(channel, "type")))
    return channels


def _events(stream: Any, origin_s: float) -> list[Event]:
    texts = (str(row[0]).strip() if len(row) else "" for row in stream["time_series"])
    return [
        Event(float(time_s) - origin_s, text)
        for time_s, text in zip(stream["time_stamps"], texts, strict=True)
        if text
    ]
