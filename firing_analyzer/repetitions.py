"""Raises: where each one is, from cues where there are any, else from the glute itself."""

from dataclasses import dataclass

import numpy as np

from firing_analyzer.activity import Burst
from firing_analyzer.burst_onset import snr_db
from firing_analyzer.condition import Conditioned
from firing_analyzer.settings import Settings
from recordings.model import EVENT_EXCLUDED, EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER, Event

#: A cue may be marked this long after the person has begun.
EARLY_S = 0.3
#: Activity far below the usual raise and shorter than half of it, or far shorter, is no raise.
FAINT_DB, SHORT_SHARE = 12.0, 0.25
#: How long a raise without glute activity is shown.
SILENT_RAISE_S = 3.0


@dataclass(frozen=True, slots=True)
class Raise:
    """One raise of the leg.

    Attributes
    ----------
    start_s, end_s : float
        Start and end of the glute's activity; of the cue's window where there is none.
    glute : Burst or None
        None where the glute stayed silent.
    excluded : bool
        Set aside during the recording.
    """

    start_s: float
    end_s: float
    glute: Burst | None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Glute activity that lasts like a raise.

    Attributes
    ----------
    burst : Burst
    level_db : float
        Its SNR; what is far fainter and shorter than the others is no raise.
    """

    burst: Burst
    level_db: float


def find_raises(
    glute: Conditioned, events: tuple[Event, ...], settings: Settings
) -> tuple[tuple[Raise, ...], bool]:
    """Find all raises of a recording.

    Parameters
    ----------
    glute : Conditioned
    events : tuple of Event
        Cues (``raise``) find raises but never time them. Raises after ``practice_raise`` are left out,
        those after which ``excluded_raise`` stands are set aside.
    settings : Settings

    Returns
    -------
    raises : tuple of Raise
    cued : bool
        Whether cues decided; without them a raise with a silent glute cannot be seen.
    """
    return choose_raises(raise_candidates(glute, settings), events, settings, end_s=glute.end_s)


def raise_candidates(glute: Conditioned, settings: Settings) -> tuple[Candidate, ...]:
    """Return all glute activity that lasts like a raise, in order."""
    return tuple(
        Candidate(burst, snr_db(glute, burst.start_s, burst.end_s))
        for burst in _glute_activity(glute, settings)
    )


def choose_raises(
    candidates: tuple[Candidate, ...], events: tuple[Event, ...], settings: Settings, *, end_s: float
) -> tuple[tuple[Raise, ...], bool]:
    """Choose the raises among the glute's activity; see `find_raises`.

    Parameters
    ----------
    candidates : tuple of Candidate
        Of the whole recording, in order.
    events : tuple of Event
    settings : Settings
    end_s : float
        End of the recording.
    """
    cues = sorted(event.onset_s for event in events if event.label == EVENT_RAISE)
    if not cues:
        marks = sorted(e.onset_s for e in events if e.label in {EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER})
        kept = [burst for burst in _without_faint(candidates) if not _follows(burst, marks, settings)]
        return tuple(_set_aside(Raise(b.start_s, b.end_s, b), events, settings) for b in kept), False
    found: list[Raise] = []
    for cue, following in zip(cues, [*cues[1:], np.inf], strict=True):
        until = min(cue + settings.cue_window_s, following - EARLY_S)
        bursts = [one.burst for one in candidates if cue - EARLY_S <= one.burst.start_s < until]
        taken = found[-1].glute if found else None
        bursts = [burst for burst in bursts if burst is not taken]
        if bursts:
            found.append(Raise(bursts[0].start_s, bursts[0].end_s, bursts[0]))
        else:
            found.append(Raise(cue, min(cue + SILENT_RAISE_S, following, end_s), None))
    return tuple(_set_aside(item, events, settings) for item in found), True


def measured_raises(
    candidates: tuple[Candidate, ...],
    spans_s: tuple[tuple[float, float], ...],
    events: tuple[Event, ...],
    settings: Settings,
    *,
    end_s: float,
) -> tuple[tuple[Raise, ...], bool]:
    """Choose the raises where a movement sensor saw the leg rise; see `find_raises`.

    Cues go before it. Without them every raise of the leg counts, but for practice; one in which the glute
    stayed silent is a raise all the same.

    Parameters
    ----------
    candidates : tuple of Candidate
    spans_s : tuple of tuple of float
        When the leg started to rise and was back, for every raise.
    events : tuple of Event
    settings : Settings
    end_s : float
        End of the recording.
    """
    if any(event.label == EVENT_RAISE for event in events):
        return choose_raises(candidates, events, settings, end_s=end_s)
    marks = sorted(e.onset_s for e in events if e.label in {EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER})
    found: list[Raise] = []
    for start_s, stop_s in spans_s:
        if any(-EARLY_S <= start_s - mark < settings.cue_window_s for mark in marks):
            continue
        taken = found[-1].glute if found else None
        during = [
            one.burst
            for one in candidates
            if one.burst is not taken and one.burst.start_s < stop_s and one.burst.end_s > start_s - EARLY_S
        ]
        if during:
            # what overlaps the lift itself most is its activity, not what came before or lingers after
            burst = max(during, key=lambda burst: min(burst.end_s, stop_s) - max(burst.start_s, start_s))
            found.append(Raise(burst.start_s, burst.end_s, burst))
        else:
            found.append(Raise(start_s, stop_s, None))
    return tuple(_set_aside(item, events, settings) for item in found), True


def marks_on(
    start_s: float, end_s: float, events: tuple[Event, ...], settings: Settings
) -> tuple[Event, ...]:
    """Return the marks that set a raise aside: those set while it went on or shortly after it."""
    until = end_s + settings.cue_window_s / 2
    return tuple(e for e in events if e.label == EVENT_EXCLUDED and start_s - EARLY_S <= e.onset_s < until)


def _glute_activity(glute: Conditioned, settings: Settings) -> list[Burst]:
    """Join what a held raise interrupts, and keep what lasts like a raise."""
    joined: list[Burst] = []
    for burst in glute.activity.bursts:
        if joined and burst.start_s - joined[-1].end_s < settings.raise_gap_ms / 1000:
            joined[-1] = Burst(joined[-1].start_s, burst.end_s)
        else:
            joined.append(burst)
    return [burst for burst in joined if burst.duration_s >= settings.min_raise_ms / 1000]


def _without_faint(candidates: tuple[Candidate, ...]) -> list[Burst]:
    """Leave out what is far shorter than the usual raise, or fainter and shorter."""
    bursts = [one.burst for one in candidates]
    if len(bursts) < 3:
        return bursts
    level = np.array([one.level_db for one in candidates])
    length = np.array([burst.duration_s for burst in bursts])
    # the usual raise is judged by the louder half, so that many faint pieces cannot become the rule
    loud = level >= np.median(level)
    usual_db, usual_s = float(np.median(level[loud])), float(np.median(length[loud]))
    faint = ((level < usual_db - FAINT_DB) & (length < 0.5 * usual_s)) | (length < SHORT_SHARE * usual_s)
    return [burst for burst, leave in zip(bursts, faint.tolist(), strict=True) if not leave]


def _follows(burst: Burst, marks: list[float], settings: Settings) -> bool:
    return any(-EARLY_S <= burst.start_s - mark < settings.cue_window_s for mark in marks)


def _set_aside(item: Raise, events: tuple[Event, ...], settings: Settings) -> Raise:
    marked = marks_on(item.start_s, item.end_s, events, settings)
    return Raise(item.start_s, item.end_s, item.glute, excluded=True) if marked else item
