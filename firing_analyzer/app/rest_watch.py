"""Whether the person really rests: the raises wait until both muscles were quiet for five seconds."""

from dataclasses import dataclass, field
from typing import Final, Literal

from firing_analyzer.session_update import Update
from recordings.model import EVENT_REST

QUIET_S: Final = 5.0
#: So long before the rest is over it is decided whether the cues must wait; updates come twice a second.
MARGIN_S: Final = 1.0
#: Signals of which nobody can say that they rest.
_UNFIT: Final = ("no samples", "too early to say", "flat", "sensor off", "never at rest")

Wish = Literal["pause", "resume"]


@dataclass(slots=True)
class RestWatch:
    """Follows the updates of a session and says when its cues must wait.

    Attributes
    ----------
    state : {"before", "resting", "waiting", "verified"}
        ``"waiting"``: the time of rest is over, and the rest was not quiet yet.
    """

    state: Literal["before", "resting", "waiting", "verified"] = "before"
    _since_s: float = 0.0
    _until_s: float = 0.0
    _unfit: bool = field(default=True)

    def take(self, update: Update) -> Wish | None:
        """Take an update; return what the session should do, if anything."""
        if update.cue is not None and update.cue.label == EVENT_REST and self.state == "before":
            self.state = "resting"
            self._since_s = update.at_s
            self._until_s = update.at_s + update.cue.duration_s
        if self.state not in {"resting", "waiting"}:
            return None
        for _, onset_s in update.onsets:
            self._since_s = max(self._since_s, onset_s)
        if update.sources:
            self._unfit = any(not one.delivers or one.signal in _UNFIT for one in update.sources)
            if self._unfit:
                self._since_s = update.at_s
        quiet = not self._unfit and update.at_s - self._since_s >= QUIET_S
        waited = self.state == "waiting"
        if quiet:
            self.state = "verified"
            return "resume" if waited else None
        if not waited and update.at_s >= self._until_s - MARGIN_S and self._cannot_be_quiet_in_time():
            self.state = "waiting"
            return "pause"
        return None

    def give_up(self) -> None:
        """Go on without a verified rest, because the therapist says so."""
        self.state = "verified"

    def _cannot_be_quiet_in_time(self) -> bool:
        return self._unfit or self._since_s + QUIET_S > self._until_s
