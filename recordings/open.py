"""Opening a saved recording, whatever its format: the first bytes decide, not the name."""

import re
from pathlib import Path
from typing import Final

from recordings.dataset.names import is_dataset_name, is_motion_name
from recordings.errors import NotFoundError, RecordingError, UnreadableError
from recordings.formats.edf_header import is_edf
from recordings.model import Recording, Side

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_XDF: Final = b"XDF:"
_EDF_SUFFIXES: Final = (".edf", ".bdf", ".rec")
_LEG_IN_NAME: Final = re.compile(r"(?:^|_)acq-(left|right)(?=_|\.)")


def open_recording(
    path: str | Path,
    *,
    leg: Side | None = None,
    glute: str | None = None,
    shoulder: str | None = None,
    rate_hz: float | None = None,
    allow_truncated: bool = False,
) -> Recording:
    """Open a saved recording.

    EDF, EDF+, BDF, BDF+, tables of numbers (CSV, TSV, text), OpenSignals text and Xsens text exports;
    with the extra ``formats`` also OpenSignals HDF5, C3D and XDF.

    Parameters
    ----------
    path : str or Path
        A file, or a folder that holds one recording.
    leg : {"left", "right"}, optional
        The leg that is raised, where the file does not tell it.
    glute, shoulder : str, optional
        Channels named outright; they win over what labels seem to say.
    rate_hz : float, optional
        The rate of a table without a time column.
    allow_truncated : bool
        Read what is there of an EDF, BDF or C3D file that ends early.

    Returns
    -------
    Recording
        Lost samples are NaN and keep their place.

    Raises
    ------
    NotFoundError
        If nothing is there, or the folder holds no recording, or several.
    UnreadableError, TruncatedError, UnsupportedError, TimeError
        If the file cannot be read; the message says why and what to do.
    """
    path = _one_file(Path(path))
    try:
        recording = _read(path, rate_hz=rate_hz, allow_truncated=allow_truncated)
    except RecordingError as problem:
        if problem.path is None:
            raise type(problem)(problem.reason, path=path) from problem
        raise
    except (OSError, MemoryError) as problem:
        raise UnreadableError(
            f"it cannot be read ({problem}); check the file and the disk", path=path
        ) from problem
    in_name = _LEG_IN_NAME.search(path.name)
    known: Side | None = None if in_name is None else "left" if in_name[1] == "left" else "right"
    return recording.naming(leg=leg or recording.leg or known, glute=glute, shoulder=shoulder)


def _one_file(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.exists():
        raise NotFoundError("nothing is there; check the path", path=path)
    from recordings.find import find_recordings  # noqa: PLC0415

    found = find_recordings(path)
    if not found:
        raise NotFoundError("the folder holds no recording that can be read; name a file", path=path)
    if len(found) > 1:
        from recordings.listing import shortened  # noqa: PLC0415

        names = shortened(map(str, found), most=3)
        raise NotFoundError(f"the folder holds {len(found)} recordings; name one of {names}", path=path)
    return found[0]


def _read(path: Path, *, rate_hz: float | None, allow_truncated: bool) -> Recording:
    # Each reader is imported when it is needed: some bring heavy or optional libraries.
    with path.open("rb") as file:
        start = file.read(512)
    suffix = path.suffix.lower()
    if not start:
        raise UnreadableError(
            "the file is empty; record again, or copy it again from the recorder", path=path
        )
    if (is_edf(start) and is_dataset_name(path)) or is_motion_name(path):
        from recordings.dataset.bids_read import read_dataset_recording  # noqa: PLC0415

        return read_dataset_recording(path, allow_truncated=allow_truncated)
    if is_edf(start):
        from recordings.formats.edf import read_edf  # noqa: PLC0415

        return read_edf(path, allow_truncated=allow_truncated)
    if start.startswith(_HDF5):
        from recordings.formats.opensignals_h5 import read_opensignals_h5  # noqa: PLC0415

        return read_opensignals_h5(path)
    if start.startswith(_XDF) or path.name.lower().endswith((".xdfz", ".xdf.gz")):
        from recordings.formats.xdf import read_xdf  # noqa: PLC0415

        return read_xdf(path)
    if start[1:2] == b"\x50" and (suffix == ".c3d" or 2 <= start[0] <= 32):
        from recordings.formats.c3d import read_c3d  # noqa: PLC0415

        return read_c3d(path, allow_truncated=allow_truncated)
    if suffix in (*_EDF_SUFFIXES, ".h5", ".hdf5", ".c3d", ".xdf"):
        raise UnreadableError(
            f"its name ends in {suffix} but its content is no such file; "
            "give it the suffix that fits, or export it again",
            path=path,
        )
    return _read_text(path, start, rate_hz=rate_hz)


def _read_text(path: Path, start: bytes, *, rate_hz: float | None) -> Recording:
    from recordings.formats.text_lines import decode  # noqa: PLC0415

    opening = decode(start, path=path) if b"\0" not in start else ""
    if opening.startswith("# OpenSignals Text File Format"):
        from recordings.formats.opensignals import read_opensignals  # noqa: PLC0415

        return read_opensignals(path)
    if opening.lstrip().startswith(("{", "[", "<")):
        raise UnreadableError(
            "it is JSON or markup, not a recording; name the file with the samples", path=path
        )
    if opening.startswith("//"):
        from recordings.formats.xsens import read_xsens  # noqa: PLC0415

        return read_xsens(path, rate_hz=rate_hz)
    from recordings.formats.table import read_table  # noqa: PLC0415

    return read_table(path, rate_hz=rate_hz)
