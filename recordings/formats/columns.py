"""What the columns of a table are: time, counter, events, or a signal."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["time", "counter", "event", "other_time", "signal"]

_SECONDS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "usec", "µs", "μs", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
}
# fmt: off
_TIME_NAMES: Final = frozenset({
    "time", "times", "t", "timestamp", "timestamps", "time_stamp", "zeit", "tiempo", "temps", "tempo",
    "tijd", "elapsed", "elapsed_time", "relative_time", "time_rel", "sample_time",
})
_OTHER_TIME_NAMES: Final = frozenset({
    "arrival", "arrival_time", "received", "host", "host_time", "clock", "date", "datetime", "utc",
    "epoch", "unix", "unix_time", "hour",
})
_COUNTER_NAMES: Final = frozenset({
    "sample", "samples", "sample_index", "sample_number", "sample_no", "sample_id", "index", "idx", "n",
    "nr", "no", "nseq", "seq", "sequence", "frame", "frames", "packet", "packet_id", "packet_number",
    "packet_no", "counter", "count", "row",
})
_EVENT_NAMES: Final = frozenset({
    "event", "events", "marker", "markers", "annotation", "annotations", "label", "labels", "cue", "cues",
    "comment", "comments",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    position : int
    name, unit : str
    role : {"time", "counter", "event", "other_time", "signal"}
        ``"other_time"`` is a time that is not that of the samples, such as the arrival of a packet.
    seconds : float or None
        For times: seconds in one unit; None where the header does not name the unit.
    """

    position: int
    name: str
    unit: str
    role: Role
    seconds: float | None = None


def column_of(position: int, name: str, unit: str) -> Column:
    """Tell the role of a column from its title.

    Examples
    --------
    >>> column_of(0, "time_ms", "").seconds, column_of(0, "Time", "s").role
    (0.001, 'time')
    >>> column_of(1, "GM_L", "uV").role
    'signal'
    """
    plain = re.sub(r"[^\w]+", "_", name.casefold()).strip("_")
    seconds = _SECONDS.get(unit.strip().casefold())
    base = plain
    if plain in _SECONDS and len(plain) > 1:
        base, seconds = "time", _SECONDS[plain]
    elif plain not in _TIME_NAMES and "_" in plain:
        stem, _, ending = plain.rpartition("_")
        if ending in _SECONDS and stem in _TIME_NAMES | _OTHER_TIME_NAMES:
            base, seconds = stem, seconds or _SECONDS[ending]
    if base in _OTHER_TIME_NAMES:
        return Column(position, name, unit, "other_time", seconds)
    if base in _TIME_NAMES or (seconds is not None and unit):
        return Column(position, name, unit, "time", seconds)
    if plain in _COUNTER_NAMES:
        return Column(position, name, unit, "counter")
    if plain in _EVENT_NAMES:
        return Column(position, name, unit, "event")
    return Column(position, name, unit, "signal")
