"""Analyses and corrections kept beside their recordings; recordings themselves are never altered."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from firing_analyzer.edits import Edit, edit_from_dict, edit_to_dict
from firing_analyzer.errors import EditError
from recordings.dataset.derivatives import (
    checksums,
    dataset_of,
    keep_result,
    replace_file,
    result_stem,
)
from recordings.errors import NotFoundError, UnreadableError

if TYPE_CHECKING:
    from firing_analyzer.result import Analysis

#: What a file with an analysis of a dataset's recording holds.
DERIVATIVE_SCHEMA: Final = "firing-analyzer/derivative/1"
EDITS_SCHEMA: Final = "firing-analyzer/edits/1"


def save_analysis(analysis: "Analysis") -> Path:
    """Keep an analysis in the dataset of its recording, under ``derivatives/firing-analyzer``.

    The file holds the analysis as its JSON has it (settings, corrections and versions among it) and the
    SHA-256 of every file that the recording was read from. It holds no time of day: analysed again with the
    same settings, corrections and versions, a recording gives the same bytes, and no second file. The
    settings stand beside it as TOML, for ``firing-analyzer analyze --settings``.

    Parameters
    ----------
    analysis : Analysis
        Of a recording that was opened from a BIDS dataset.

    Returns
    -------
    Path
        The file; nothing is ever overwritten.

    Raises
    ------
    recordings.errors.NotFoundError
        If the recording was not opened from a dataset.
    recordings.errors.RecordingError
        If the disk is full or the folder cannot be written.
    """
    if analysis.path is None:
        raise NotFoundError(
            "the recording was not opened from a dataset, so there is no place for its results"
        )
    result_stem(analysis.path)  # refuses what stands in no dataset before its files are read
    inputs = checksums(analysis.path)
    content = analysis.to_dict()
    told = cast("dict[str, object]", content["recording"])
    content["recording"] = {**told, "path": inputs[0]["path"]}
    derivative = {"schema": DERIVATIVE_SCHEMA, "inputs": inputs, "analysis": content}
    text = json.dumps(derivative, indent=1, allow_nan=False) + "\n"
    return keep_result(analysis.path, text, analysis.settings.to_toml())


def edits_path(recording: str | Path) -> Path:
    """Return where the corrections of a recording are kept, whether there are any or not.

    Parameters
    ----------
    recording : str or Path
        One of its files. In a BIDS dataset, corrections lie among the dataset's results; otherwise beside
        the file: ``session.csv.edits.json``.
    """
    path = Path(recording)
    if dataset_of(path) is None:
        return path.with_name(f"{path.name}.edits.json")
    stem = result_stem(path)
    return stem.with_name(f"{stem.name}_edits.json")


def stored_edits(recording: str | Path) -> tuple[Edit, ...]:
    """Return the corrections that are kept for a recording, in the order in which they were made.

    Parameters
    ----------
    recording : str or Path
        One of its files.

    Returns
    -------
    tuple of Edit
        For ``analyze(..., edits=...)``; empty if there are none.

    Raises
    ------
    EditError
        If the recording is not the one that was corrected: a file of it was altered since.
    recordings.errors.UnreadableError
        If the file of corrections is not whole.

    Examples
    --------
    >>> stored_edits("a recording that nobody corrected.csv")
    ()
    """
    path = edits_path(recording)
    if not path.is_file():
        return ()
    inputs, edits = _read(path)
    if inputs != checksums(Path(recording)):
        raise EditError(
            f"{recording}: it is not the recording that was corrected, some of its files have changed since; "
            f"restore them, or move {path.name} away"
        )
    return edits


def store_edits(analysis: "Analysis") -> Path:
    """Keep all corrections of an analysis for its recording, behind those that are kept already.

    What was kept is never altered or taken away: the file is the log of what was changed, by whom, when and
    why, as far as that was given. Taking a correction back is a correction, too (`Restore`).

    Parameters
    ----------
    analysis : Analysis
        Made with the corrections that are kept already, and new ones behind them.

    Returns
    -------
    Path
        The file of corrections (see `edits_path`).

    Raises
    ------
    EditError
        If the analysis was made without the corrections that are kept, or there are none to keep.
    recordings.errors.RecordingError
        If the disk is full or the folder cannot be written.
    """
    if analysis.path is None:
        raise EditError("the recording was not opened from a file, so there is no place for its corrections")
    kept = stored_edits(analysis.path)
    if not analysis.edits or [_bare(edit) for edit in analysis.edits[: len(kept)]] != [
        _bare(e) for e in kept
    ]:
        raise EditError(
            f"{analysis.path}: other corrections are kept for it than it was analysed with; analyse it with "
            "those of stored_edits and the new ones behind them"
        )
    path = edits_path(analysis.path)
    new = (*kept, *analysis.edits[len(kept) :])
    content = {
        "schema": EDITS_SCHEMA,
        "inputs": checksums(analysis.path),
        "edits": [edit_to_dict(edit) for edit in new],
    }
    replace_file(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
    return path


def is_kept_in_dataset(recording: str | Path) -> bool:
    """Return whether results of a recording have a place in its dataset."""
    return dataset_of(Path(recording)) is not None


def _bare(edit: Edit) -> Edit:
    """Return a correction without what an analysis fills in: where its raise is now."""
    return replace(edit, repetition=1, raise_start_s=None)


def _read(path: Path) -> tuple[object, tuple[Edit, ...]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        schema, inputs, edits = content["schema"], content["inputs"], content["edits"]
    except (ValueError, KeyError, TypeError) as problem:
        raise UnreadableError(
            f"it is no whole file of corrections ({problem}); copy it again, or move it away", path=path
        ) from problem
    if schema != EDITS_SCHEMA:
        raise UnreadableError(
            f"it is of {schema!r}, this version reads {EDITS_SCHEMA!r}; install a newer version", path=path
        )
    try:
        return inputs, tuple(edit_from_dict(edit) for edit in edits)
    except (EditError, TypeError, AttributeError) as problem:
        raise UnreadableError(
            f"a correction in it is not understood ({problem}); restore the file, or move it away", path=path
        ) from problem
