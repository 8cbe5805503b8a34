"""What a session tells whoever watches it: cues, onsets, raises, and how the sensors are."""

from collections.abc import Callable
from dataclasses import dataclass

from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.live_signal import Muscle
from firing_analyzer.protocol import Cue


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How one source is doing.

    Attributes
    ----------
    muscle : {"glute", "shoulder"}
    delivers : bool
        Whether anything came within the last two seconds.
    rate_hz : float or None
        As far as it is known by now.
    lost_percent : float
        Samples lost so far.
    signal : str
        The signal in words.
    battery_percent : float or None
    detail : str
        What the source says of itself.
    """

    muscle: Muscle
    delivers: bool
    rate_hz: float | None
    lost_percent: float
    signal: str
    battery_percent: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """Something to tell whoever watches; what does not apply is empty."""

    at_s: float
    cue: Cue | None = None
    sources: tuple[SourceStatus, ...] = ()
    onsets: tuple[tuple[Muscle, float], ...] = ()
    repetitions: tuple[LiveRepetition, ...] = ()
    note: str = ""


Observer = Callable[[Update], None]
