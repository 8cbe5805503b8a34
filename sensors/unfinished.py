"""Which recordings of a dataset a crash or a power cut left behind, so that somebody finishes them."""

from dataclasses import dataclass
from pathlib import Path

from recordings.errors import RecordingError
from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER, is_locked
from sensors.recover import JOURNAL_SUFFIX


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A recording that `sensors.recover.recover` would save.

    Attributes
    ----------
    journal : Path
    participant : str or None
    """

    journal: Path
    participant: str | None


def unfinished(dataset: Path) -> list[Unfinished]:
    """List recordings whose packets are in a journal alone.

    Parameters
    ----------
    dataset : Path

    Returns
    -------
    list of Unfinished
        In the order of their names; empty while a recording goes on in the dataset, or is being recovered.
        A journal of which nothing can be read is left out.
    """
    journals = sorted((dataset / JOURNAL_FOLDER).glob(f"*{JOURNAL_SUFFIX}"))
    left = [one for path in journals if (one := _left_behind(path)) is not None]
    return [] if left and is_locked(dataset) else left


def _left_behind(path: Path) -> Unfinished | None:
    try:
        with JournalReader(path) as journal:
            if journal.state == "saved" or next(journal.packets(), None) is None:
                return None
            participant = journal.about.get("participant")
    except RecordingError:
        return None
    return Unfinished(path, participant if isinstance(participant, str) else None)
