"""A session as it is settled before it begins: who, which leg, which sensors, and how it is held."""

from dataclasses import dataclass, field

from firing_analyzer.app.found_sensors import FoundSensor, simulated_sensors
from firing_analyzer.app.words import FEEDBACK, HEADS, SPEEDS
from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES
from firing_analyzer.protocol import WORDS, SessionPlan
from recordings.dataset.setup import Setup
from recordings.model import EVENT_RAISE, Side


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is held; empty where nothing was said."""

    head: str = HEADS[0]
    speed: str = SPEEDS[0]
    feedback: str = FEEDBACK[0]
    cue_words: str = WORDS[EVENT_RAISE]

    def setup(self) -> Setup:
        """Return it as it goes into the sidecars."""
        return Setup(
            head_position=self.head or None, speed=self.speed or None, feedback=self.feedback or None
        )


@dataclass(slots=True)
class Draft:
    """What has been chosen so far.

    Attributes
    ----------
    found : tuple of FoundSensor
        Sensors that were heard; they can be chosen as long as the page runs.
    """

    participant: str = ""
    session: str = ""
    leg: Side = "left"
    glute: str = ""
    shoulder: str = ""
    manner: Manner = field(default_factory=Manner)
    extendable: bool = True
    found: tuple[FoundSensor, ...] = ()

    @property
    def offered(self) -> tuple[FoundSensor, ...]:
        """All sensors that can be chosen without typing an address."""
        return (*self.found, *simulated_sensors())

    def forget_typed(self) -> None:
        """Forget addresses that were typed: they were meant for the session that is over."""
        if self.glute not in {sensor.glute for sensor in self.offered}:
            self.glute = ""
        if self.shoulder not in {sensor.shoulder for sensor in self.offered}:
            self.shoulder = ""

    def plan(self) -> SessionPlan:
        """Return what is to be recorded."""
        words = self.manner.cue_words
        return SessionPlan(
            self.leg,
            repetitions=FIRST_RAISES,
            extendable_to=ALL_RAISES if self.extendable else None,
            cue_words=None if words in {"", WORDS[EVENT_RAISE]} else words,
        )
