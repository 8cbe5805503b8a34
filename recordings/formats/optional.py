"""Readers that come with the extra ``formats``: a missing library is said in one line."""

import importlib
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

from recordings.errors import UnsupportedError

#: What the extra ``formats`` consists of. Messages name the packages, since the extra can only be asked for
#: where this project's own folder or a package index offers it.
FORMATS: Final = ("pyxdf", "ezc3d", "h5py")


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
            f"{what} are read by {library}, which is not installed; install it with: "
            f"{shlex.quote(sys.executable)} -m pip install {library} "
            f'(the extra "firing-analyzer[formats]" is {" ".join(FORMATS)})',
            path=path,
            extra="formats",
        ) from problem
