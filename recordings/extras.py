"""What a message says where a package of an extra is missing."""

import shlex
import sys


def how_to_install(package: str, *, extra: str) -> str:
    """Return the command that installs a missing package for this very Python.

    The package is named, since the extra can only be asked for in the project's own folder.

    Parameters
    ----------
    package : str
    extra : str
        The extra of this project that brings it.

    Examples
    --------
    >>> how_to_install("pylsl", extra="lsl").partition(" -m ")[2]
    'pip install pylsl (or, in the folder of this project, ".[lsl]")'
    """
    named = f'"{package}"' if "[" in package else package
    return (
        f"install it with: {shlex.quote(sys.executable)} -m pip install {named} "
        f'(or, in the folder of this project, ".[{extra}]")'
    )
