"""What the page knows of the sensors and of the session that goes on; every tab shows this."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from firing_analyzer.live_signal import Muscle
from firing_analyzer.protocol import Cue
from firing_analyzer.session_update import SourceStatus, Update
from recordings.model import EVENT_RAISE

#: Notes that are kept in view.
MOST_NOTES: Final = 4


@dataclass(slots=True)
class Watching:
    """Gathers updates; holds no order and no lag, because nothing of it may be shown yet.

    Attributes
    ----------
    at_s : float
        Of the latest update.
    cue : Cue or None
        The latest.
    sources : dict
        The latest status of each muscle's sensor.
    notes : deque of str
        Newest first.
    cue_s : float
        When it was given.
    raises : int
        Raises that were asked for so far.
    set_aside : list of str
        A reason for each raise that was set aside.
    """

    at_s: float = 0.0
    cue: Cue | None = None
    cue_s: float = 0.0
    sources: dict[Muscle, SourceStatus] = field(default_factory=dict["Muscle", "SourceStatus"])
    notes: deque[str] = field(default_factory=lambda: deque[str](maxlen=MOST_NOTES))
    raises: int = 0
    set_aside: list[str] = field(default_factory=list[str])

    def take(self, update: Update) -> None:
        """Take an update."""
        self.at_s = update.at_s
        if update.cue is not None:
            self.cue, self.cue_s = update.cue, update.at_s
            if update.cue.label == EVENT_RAISE:
                self.raises = update.cue.number
        for status in update.sources:
            self.sources[status.muscle] = status
        if update.note:
            self.notes.appendleft(update.note)
