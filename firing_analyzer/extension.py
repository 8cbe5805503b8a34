"""Ten raises that may be extended once to sixteen, and how sure an answer must be for it.

Adding raises until an answer appears makes wrong answers. So whether there may be more is settled before the
first raise, there are more once at most, and each of the two looks must be surer than a single one: 98 % at
ten and 96 % at sixteen together err about as rarely as 95 % does alone.
"""

from dataclasses import replace
from typing import Final

import msgspec

from firing_analyzer.settings import Settings
from recordings.model import EVENT_EXTENDED, Recording

#: Raises of a plan that may be extended, and with its extension.
FIRST_RAISES: Final = 10
ALL_RAISES: Final = 16
#: Probability content of the interval that decides at the first look, and at the second.
FIRST_CONFIDENCE: Final = 0.98
LAST_CONFIDENCE: Final = 0.96
#: Reasons of "cannot tell" that more raises may take away; the others need something else mended.
HELPED_BY_MORE: Final = frozenset({"too_few", "near_margin", "inconsistent", "sometimes_silent"})


def was_extended(recording: Recording) -> bool:
    """Tell whether the extension of a plan was used."""
    return any(event.label == EVENT_EXTENDED for event in recording.events)


def settings_of_plan(recording: Recording, settings: Settings) -> Settings:
    """Return the settings with the confidence that the recording's plan asks for.

    Parameters
    ----------
    recording : Recording
    settings : Settings
        A confidence that is greater by itself stays.

    Examples
    --------
    >>> planned = Recording((), planned_repetitions=10, extendable_to=16)
    >>> settings_of_plan(planned, Settings()).confidence
    0.98
    >>> settings_of_plan(Recording(()), Settings()).confidence
    0.95
    """
    if recording.extendable_to is None:
        return settings
    least = LAST_CONFIDENCE if was_extended(recording) else FIRST_CONFIDENCE
    return msgspec.structs.replace(settings, confidence=max(settings.confidence, least))


def with_plan_told(recording: Recording) -> Recording:
    """Return the recording with a note on the extension of its plan, if it has one."""
    if recording.extendable_to is None:
        return recording
    return replace(recording, notes=(*recording.notes, plan_sentence(recording)))


def plan_sentence(recording: Recording) -> str:
    """Say what was planned before the first raise, and what came of it.

    Examples
    --------
    >>> plan_sentence(Recording((), planned_repetitions=10, extendable_to=16))
    '10 raises were planned, to be extended once to 16 if they could not tell. So that two looks err as rarely
     as one, 98 % decide at 10 and 96 % at 16. The plan was not extended.'
    """
    first, last = recording.planned_repetitions, recording.extendable_to
    used = "was" if was_extended(recording) else "was not"
    return (
        f"{first} raises were planned, to be extended once to {last} if they could not tell. So that two "
        f"looks err as rarely as one, {100 * FIRST_CONFIDENCE:.0f} % decide at {first} and "
        f"{100 * LAST_CONFIDENCE:.0f} % at {last}. The plan {used} extended."
    )
