"""Why raises were set aside during the recording, as it was told then."""

from dataclasses import replace

from firing_analyzer.repetitions import marks_on
from firing_analyzer.result import Repetition
from firing_analyzer.settings import Settings
from recordings.model import Event


def with_reasons(
    rows: tuple[Repetition, ...], events: tuple[Event, ...], settings: Settings
) -> tuple[Repetition, ...]:
    """Note beside each raise that is left out why it was set aside; with several reasons, all of them.

    Parameters
    ----------
    rows : tuple of Repetition
    events : tuple of Event
        Of the recording.
    settings : Settings
        With which its raises were found.
    """
    return tuple(row if row.included else _with_reason(row, events, settings) for row in rows)


def _with_reason(row: Repetition, events: tuple[Event, ...], settings: Settings) -> Repetition:
    marks = marks_on(row.start_s, row.end_s, events, settings)
    reasons = dict.fromkeys(mark.reason for mark in marks if mark.reason)
    return replace(row, set_aside="; ".join(reasons) or None)
