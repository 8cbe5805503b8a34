"""Which files of a folder are recordings."""

from pathlib import Path
from typing import Final

from recordings.errors import RecordingError

_BINARY_SUFFIXES: Final = (".edf", ".bdf", ".h5", ".hdf5", ".c3d", ".xdf", ".xdfz", ".xdf.gz")
_TEXT_SUFFIXES: Final = (".csv", ".txt", ".tsv")
_SIDECARS: Final = (
    "participants.tsv", "_channels.tsv", "_events.tsv", "_electrodes.tsv", "_scans.tsv", "_sessions.tsv",
    "_motion.tsv", "_optodes.tsv",
)  # fmt: skip
# Enough of a text file to tell a table from prose.
_LOOKED_AT: Final = 65_536


def find_recordings(path: str | Path) -> list[Path]:
    """List the recordings in a folder and its subfolders, in order of their paths.

    Parameters
    ----------
    path : str or Path
        A folder; a file is returned as it is.

    Returns
    -------
    list of Path
        Binary recordings by their suffix, text files by their content. Hidden files, sidecars and text that
        is no recording are left out.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    found: list[Path] = []
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if not hidden and file.is_file() and _is_recording(file):
            found.append(file)
    return found


def _is_recording(file: Path) -> bool:
    name = file.name.lower()
    if name.endswith(_BINARY_SUFFIXES):
        return True
    return name.endswith(_TEXT_SUFFIXES) and not name.endswith(_SIDECARS) and _is_recorded_text(file)


def _is_recorded_text(file: Path) -> bool:
    """Whether a text file holds signals over time, judged from its beginning."""
    from recordings.table import holds_signals_over_time  # noqa: PLC0415
    from recordings.text_lines import decode, read_text_layout  # noqa: PLC0415

    with file.open("rb") as opened:
        content = opened.read(_LOOKED_AT)
    try:
        text = decode(content[: len(content) & ~1], path=file)
        if text.startswith("# OpenSignals Text File Format"):
            return True
        return not text.startswith("//") and holds_signals_over_time(
            read_text_layout(text, path=file), path=file
        )
    except RecordingError:
        return False
