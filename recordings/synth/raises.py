"""When the synthetic person does what: cues, reaction times, and the bursts of every raise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from recordings.model import EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER, EVENT_REST, Event
from recordings.synth.bursts import Burst
from recordings.synth.person import Muscle, Raise, Schedule, Span
from recordings.synth.texture import stream
from recordings.synth.truth import RaiseTruth

_SHRUG_CUE_S: Final = 4.0
#: The protocol wants half a minute between the reference shrug and the first raise.
_REST_AFTER_SHRUG_S: Final = 31.0


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """Everything that happens in a session, before any sample is made."""

    raises: tuple[RaiseTruth, ...]
    practice: tuple[RaiseTruth, ...]
    reference: Burst | None
    events: tuple[Event, ...]

    @property
    def end_s(self) -> float:
        """When the last muscle falls silent."""
        ends_s = [one.glute.end_s for one in (*self.practice, *self.raises) if one.glute is not None]
        ends_s += [burst.end_s for one in (*self.practice, *self.raises) for burst in one.shoulder_bursts]
        ends_s += [one.cue_s for one in (*self.practice, *self.raises)]
        ends_s += [self.reference.end_s] if self.reference is not None else []
        return max(ends_s, default=0.0)


def plan_session(
    raises: Sequence[Raise], schedule: Schedule, *, seed: int, glute: Muscle, shoulder: Muscle
) -> PlannedSession:
    """Draw when everything happens: shrug, practice raises, and the raises that count.

    Parameters
    ----------
    raises : sequence of Raise
    schedule : Schedule
    seed : int
    glute, shoulder : Muscle

    Returns
    -------
    PlannedSession

    Raises
    ------
    ValueError
        If the schedule names cues, but not one for each raise.
    """
    practice_plan = (*raises[:1],) * schedule.practice_raises
    reference = None
    first_s = schedule.lead_in_s
    if schedule.reference_shrug:
        rng = stream(seed, "shrug")
        shrug_s = _SHRUG_CUE_S + float(rng.uniform(*schedule.reaction_ms)) / 1000
        reference = draw_burst(shrug_s, shoulder, rng=rng, active_s=(1.2, 1.8))
        first_s = max(first_s, reference.end_s + _REST_AFTER_SHRUG_S)
    drawn_s = cue_times(
        len(practice_plan) + len(raises), first_s=first_s, every_s=schedule.every_s, rng=stream(seed, "cues")
    )
    practice_s, cues_s = drawn_s[: len(practice_plan)], drawn_s[len(practice_plan) :]
    if schedule.cues_s is not None:
        if len(schedule.cues_s) != len(raises):
            raise ValueError(
                f"cues_s holds {len(schedule.cues_s)} times for {len(raises)} raises; give one for each"
            )
        cues_s = schedule.cues_s
    reaction_ms = schedule.reaction_ms
    practice = follow_cues(
        practice_s,
        practice_plan,
        seed=seed,
        name="practice",
        glute=glute,
        shoulder=shoulder,
        reaction_ms=reaction_ms,
    )
    done = follow_cues(cues_s, raises, seed=seed, glute=glute, shoulder=shoulder, reaction_ms=reaction_ms)
    events = [Event(cue_s, EVENT_PRACTICE) for cue_s in practice_s] + [
        Event(cue_s, EVENT_RAISE) for cue_s in cues_s
    ]
    if schedule.reference_shrug:
        events.append(Event(_SHRUG_CUE_S, EVENT_REFERENCE_SHOULDER))
    begin_s = min((*practice_s, *cues_s), default=first_s)
    rest_s = min(begin_s, schedule.lead_in_s)
    if rest_s > 0:
        events.append(Event(begin_s - rest_s, EVENT_REST, rest_s))
    return PlannedSession(done, practice, reference, tuple(sorted(events, key=lambda event: event.onset_s)))


def cue_times(n_raises: int, *, first_s: float, every_s: Span, rng: Generator) -> tuple[float, ...]:
    """Return the time of each cue, unevenly spaced so that the person cannot foresee it."""
    gaps = rng.uniform(*every_s, max(n_raises - 1, 0))
    return tuple(float(time) for time in first_s + np.concatenate([[0.0], np.cumsum(gaps)]))[:n_raises]


def follow_cues(
    cues_s: Sequence[float],
    raises: Sequence[Raise],
    *,
    seed: int,
    name: str = "raise",
    glute: Muscle,
    shoulder: Muscle,
    reaction_ms: Span = (350.0, 600.0),
) -> tuple[RaiseTruth, ...]:
    """Return what the muscles do after each cue.

    Every raise draws from a stream of its own, so that what is drawn for one does not depend on the others,
    and what the glute does does not depend on the shoulder.

    Parameters
    ----------
    cues_s : sequence of float
    raises : sequence of Raise
        One for each cue.
    seed : int
    name : str
        Of the family of streams: practice raises use another one.
    glute, shoulder : Muscle
    reaction_ms : tuple of float
        Range of the time from cue to glute onset.

    Returns
    -------
    tuple of RaiseTruth
    """
    return tuple(
        _one_raise(
            cue_s,
            what,
            glute_rng=stream(seed, f"{name} {number} glute"),
            shoulder_rng=stream(seed, f"{name} {number} shoulder"),
            glute=glute,
            shoulder=shoulder,
            reaction_ms=reaction_ms,
        )
        for number, (cue_s, what) in enumerate(zip(cues_s, raises, strict=True))
    )


def draw_burst(onset_s: float, muscle: Muscle, *, rng: Generator, active_s: Span | None = None) -> Burst:
    """Return a burst of a muscle with rise, shape, length, fall and level drawn from its ranges."""
    spread = muscle.level_spread * np.sqrt(3)
    return Burst(
        onset_s,
        onset_s + float(rng.uniform(*(active_s or muscle.active_s))),
        rise_ms=float(rng.uniform(*muscle.rise_ms)),
        shape=muscle.shapes[int(rng.integers(len(muscle.shapes)))],
        fall_ms=float(rng.uniform(*muscle.fall_ms)),
        level=float(rng.uniform(max(0.0, 1 - spread), 1 + spread)),
    )


def _one_raise(
    cue_s: float,
    what: Raise,
    *,
    glute_rng: Generator,
    shoulder_rng: Generator,
    glute: Muscle,
    shoulder: Muscle,
    reaction_ms: Span,
) -> RaiseTruth:
    glute_onset_s = cue_s + float(glute_rng.uniform(*reaction_ms)) / 1000
    glute_burst = draw_burst(glute_onset_s, glute, rng=glute_rng)
    main = _main_burst(what, glute_burst, shoulder, rng=shoulder_rng)
    others: list[Burst] = []
    if what.preparatory:
        length_s, gap_s = shoulder_rng.uniform((0.2, 0.30), (0.35, 0.45))
        quick = replace(shoulder, rise_ms=(40.0, 80.0), fall_ms=(50.0, 80.0))
        begin_s = glute_onset_s - float(gap_s + length_s)
        others.append(
            draw_burst(begin_s, quick, rng=shoulder_rng, active_s=(float(length_s), float(length_s)))
        )
    if what.second_burst and main is not None:
        main = replace(main, end_s=main.onset_s + float(shoulder_rng.uniform(0.6, 0.9)))
        begin_s = main.end_s + float(shoulder_rng.uniform(0.3, 0.6))
        others.append(draw_burst(begin_s, shoulder, rng=shoulder_rng, active_s=(0.6, 0.9)))
    if what.after_ms is not None:
        others.append(draw_burst(glute_burst.end_s + what.after_ms / 1000, shoulder, rng=shoulder_rng))
    return RaiseTruth(cue_s, None if what.glute_silent else glute_burst, main, tuple(others))


def _main_burst(what: Raise, glute: Burst, shoulder: Muscle, *, rng: Generator) -> Burst | None:
    if what.already_active_s > 0:
        burst = draw_burst(glute.onset_s - what.already_active_s, shoulder, rng=rng)
        return replace(burst, end_s=burst.end_s + what.already_active_s)
    if what.lag_ms is None:
        return None
    return draw_burst(glute.onset_s + what.lag_ms / 1000, shoulder, rng=rng)
