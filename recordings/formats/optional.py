"""Readers that come with the extra ``formats``: a missing library is said in one line."""

import importlib
from pathlib import Path
from types import ModuleType

from recordings.errors import UnsupportedError
from recordings.extras import how_to_install


def need(library: str, what: str, *, path: Path) -> ModuleType:
    """Import an optional library.

    Parameters
    ----------
    library : str
        Its import name.
    what : str
        What it reads, for the message.
    path : Path
        The file that is to be read.

    Raises
    ------
    UnsupportedError
        If it is not installed, with the command that installs it.
    """
    try:
        return importlib.import_module(library)
    except ImportError as problem:
        raise UnsupportedError(
            f"{what} are read by {library}, which is not installed; "
            + how_to_install(library, extra="formats"),
            path=path,
            extra="formats",
        ) from problem
