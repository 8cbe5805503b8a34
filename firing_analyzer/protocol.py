"""The protocol of a session of prone leg raises: what is asked of the person, and when."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from recordings.model import EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER, EVENT_REST, Side

#: The sources show what they deliver before anything is asked.
PREFLIGHT_S: Final = 4.0
SHRUG_S, REST_S = 8.0, 6.0
#: From one raise to the next: about four seconds up, held and down, then at least five of rest, unevenly
#: spaced, so that the person cannot foresee the cue.
EVERY_S: Final = (9.5, 11.5)
#: The reference shrug lies at least this long before the first raise that counts.
SHRUG_BEFORE_RAISES_S: Final = 30.0
#: After the last cue: the raise itself and some rest.
AFTER_LAST_S: Final = 9.0

#: What the person is asked. Nothing of buttock or shoulder: naming a muscle changes its timing
#: (Lewis and Sahrmann 2009, doi:10.4085/1062-6050-44.3.238).
WORDS: Final = {
    EVENT_REFERENCE_SHOULDER: "Shrug your shoulders once, and let them sink.",
    EVENT_REST: "Lie still and breathe quietly.",
    EVENT_PRACTICE: "For practice: lift your leg.",
    EVENT_RAISE: "Lift your leg.",
}


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is to be recorded.

    Attributes
    ----------
    leg : {"left", "right"}
        The leg that is raised.
    repetitions : int
        Cued raises that count.
    practice_raises : int
        Raises before them that do not.
    reference_shrug : bool
        Whether the shoulder's sensor is proved by a shrug first.
    extendable_to : int or None
        How many raises there are in all if the plan is extended once; None where that is not allowed.
    cue_words : str or None
        What is said for each raise; those of the protocol by default.
    duration_s : float or None
        Ends the session by time, whatever is still to come.
    seed : int
        Of the uneven spacing.
    """

    leg: Side
    repetitions: int = 10
    practice_raises: int = 2
    reference_shrug: bool = True
    extendable_to: int | None = None
    cue_words: str | None = None
    duration_s: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that is asked of the person.

    Attributes
    ----------
    at_s : float
        Seconds from the start of the session.
    label : str
        The event's label, such as ``"raise"``.
    number : int
        Which of its kind, from 1.
    of : int
        How many of its kind there are.
    duration_s : float
        Of a rest; 0 for what happens at once.
    own_words : str or None
        What is said instead of the protocol's words.
    """

    at_s: float
    label: str
    number: int = 1
    of: int = 1
    duration_s: float = 0.0
    own_words: str | None = None

    @property
    def words(self) -> str:
        """What the person is asked."""
        return self.own_words or WORDS[self.label]


def timetable(plan: SessionPlan) -> tuple[tuple[Cue, ...], float]:
    """Lay out the cues of a session, and its end.

    Parameters
    ----------
    plan : SessionPlan

    Returns
    -------
    cues : tuple of Cue
        In order.
    end_s : float
        When the last raise is over, or the plan's duration.

    Examples
    --------
    >>> cues, end_s = timetable(SessionPlan("left", repetitions=3))
    >>> [cue.label for cue in cues]
    ['reference_shoulder', 'rest', 'practice_raise', 'practice_raise', 'raise', 'raise', 'raise']
    """
    rng = np.random.default_rng(plan.seed)
    cues: list[Cue] = []
    now_s = PREFLIGHT_S
    earliest_s = 0.0
    if plan.reference_shrug:
        cues.append(Cue(now_s, EVENT_REFERENCE_SHOULDER))
        earliest_s = now_s + SHRUG_BEFORE_RAISES_S
        now_s += SHRUG_S
    cues.append(Cue(now_s, EVENT_REST, duration_s=REST_S))
    now_s += REST_S
    for number in range(1, plan.practice_raises + 1):
        cues.append(Cue(now_s, EVENT_PRACTICE, number, plan.practice_raises, own_words=plan.cue_words))
        now_s += float(rng.uniform(*EVERY_S))
    now_s = max(now_s, earliest_s)
    for number in range(1, plan.repetitions + 1):
        cues.append(Cue(now_s, EVENT_RAISE, number, plan.repetitions, own_words=plan.cue_words))
        now_s += float(rng.uniform(*EVERY_S))
    end_s = (cues[-1].at_s if cues else 0.0) + AFTER_LAST_S
    if plan.duration_s is not None:
        end_s = plan.duration_s
        cues = [cue for cue in cues if cue.at_s < end_s]
    return tuple(cues), end_s


def extension(plan: SessionPlan, *, from_s: float) -> tuple[tuple[Cue, ...], float]:
    """Lay out the cues that extend a plan, and their end: rest again, then the raises that are added.

    Parameters
    ----------
    plan : SessionPlan
    from_s : float
        When it is extended.

    Returns
    -------
    cues : tuple of Cue
        Counted on from the plan's own.
    end_s : float

    Examples
    --------
    >>> cues, end_s = extension(SessionPlan("left", repetitions=10, extendable_to=12), from_s=200.0)
    >>> [(cue.label, cue.number, cue.of) for cue in cues]
    [('rest', 1, 1), ('raise', 11, 12), ('raise', 12, 12)]
    """
    last = plan.extendable_to or plan.repetitions
    rng = np.random.default_rng((plan.seed, last))
    cues = [Cue(from_s, EVENT_REST, duration_s=REST_S)]
    now_s = from_s + REST_S
    for number in range(plan.repetitions + 1, last + 1):
        cues.append(Cue(now_s, EVENT_RAISE, number, last, own_words=plan.cue_words))
        now_s += float(rng.uniform(*EVERY_S))
    return tuple(cues), cues[-1].at_s + AFTER_LAST_S
