"""How a session was held, as its dataset tells: speed, position of the head, words of the cue, feedback."""

from pathlib import Path
from typing import Final

from recordings.dataset.bids_read import read_block
from recordings.dataset.names import sidecar_of
from recordings.errors import RecordingError

#: What the sidecar calls it, and what a reader does.
_NAMES: Final = (
    ("Speed", "Speed of the raises"),
    ("HeadPosition", "Head"),
    ("CueWords", "Words of the cue"),
    ("Feedback", "Feedback to the person"),
    ("Remarks", "Remarks"),
)


def manner_sentences(path: Path | None) -> tuple[str, ...]:
    """Tell how a session was held, a sentence each; empty where nobody wrote it down.

    Parameters
    ----------
    path : Path or None
        A file of the recording.
    """
    try:
        block = None if path is None else read_block(sidecar_of(path))
    except (RecordingError, OSError):
        return ()  # the result is not in it
    if block is None:
        return ()
    told = {name: str(block.details.get(name) or "").strip() for name, _ in _NAMES}
    if told["CueWords"]:
        told["CueWords"] = f"“{told['CueWords'].rstrip('.')}”"
    return tuple(f"{words}: {told[name].rstrip('.')}." for name, words in _NAMES if told[name])
