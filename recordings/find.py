"""Which files of a folder are recordings."""

from pathlib import Path
from typing import Final

from recordings.dataset.names import is_dataset_name
from recordings.errors import RecordingError

_BINARY_SUFFIXES: Final = (".edf", ".bdf", ".h5", ".hdf5", ".c3d", ".xdf", ".xdfz", ".xdf.gz")
_TEXT_SUFFIXES: Final = (".csv", ".txt", ".tsv")
_SIDECARS: Final = (
    "participants.tsv", "_channels.tsv", "_events.tsv", "_electrodes.tsv", "_scans.tsv", "_sessions.tsv",
    "_motion.tsv", "_optodes.tsv",
)  # fmt: skip
# Of a dataset: bytes as sensors sent them, and what was made of recordings.
_NOT_RAW: Final = frozenset({"sourcedata", "derivatives"})
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
        Binary recordings by their suffix, text files by their content. Hidden files, sidecars, text that is
        no recording, and what lies in ``sourcedata`` or ``derivatives`` are left out. A recording of several
        files is listed once.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    found: list[Path] = []
    for file in sorted(path.rglob("*")):
        *folders, name = file.relative_to(path).parts
        hidden = any(part.startswith(".") for part in (*folders, name))
        aside = not _NOT_RAW.isdisjoint(folders)
        if not hidden and not aside and file.is_file() and _is_recording(file) and not _is_second_file(file):
            found.append(file)
    return found


def _is_second_file(file: Path) -> bool:
    """Whether another file of a dataset stands for the same recording."""
    if "_recording-" not in file.name or not is_dataset_name(file):
        return False
    from recordings.dataset.bids_read import read_block  # noqa: PLC0415

    try:
        block = read_block(file.with_suffix(".json"))
    except RecordingError:
        return False
    first = file if block is None else file.with_name(block.files[0])
    return first != file and first.is_file()


def _is_recording(file: Path) -> bool:
    name = file.name.lower()
    if name.endswith(_BINARY_SUFFIXES):
        return True
    return name.endswith(_TEXT_SUFFIXES) and not name.endswith(_SIDECARS) and _is_recorded_text(file)


def _is_recorded_text(file: Path) -> bool:
    """Whether a text file holds signals over time, judged from its beginning."""
    from recordings.formats.table import holds_signals_over_time  # noqa: PLC0415
    from recordings.formats.text_lines import decode, read_text_layout  # noqa: PLC0415

    with file.open("rb") as opened:
        content = opened.read(_LOOKED_AT)
    try:
        text = decode(content[: len(content) & ~1], path=file)
        if text.startswith("# OpenSignals Text File Format"):
            return True
        if text.startswith("//"):
            return "\nPacketCounter\t" in text
        return holds_signals_over_time(read_text_layout(text, path=file), path=file)
    except RecordingError:
        return False
