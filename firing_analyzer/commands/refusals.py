"""What cannot be used or done, in one line on standard error: the thing, what is wrong, what to do."""

import errno
from typing import Final

import click

NAME: Final = "firing-analyzer"
#: Exit status of what cannot be used or done.
UNUSABLE: Final = 2

_ADVICE: Final = {
    errno.ENOSPC: "free some space or choose another disk",
    errno.EDQUOT: "free some space or choose another disk",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOENT: "make the folder first, or choose another",
    errno.ENOTDIR: "choose another folder",
    errno.EEXIST: "choose another name",
    errno.EISDIR: "name a file in it",
}


def refuse(problem: Exception | str) -> int:
    """Say in one line what cannot be used or done.

    Parameters
    ----------
    problem : Exception or str

    Returns
    -------
    int
        The exit status that goes with it.
    """
    match problem:
        case click.UsageError():
            text = _told_of_usage(problem)
        case click.ClickException():
            text = problem.format_message()
        case OSError():
            text = _told_of_system(problem)
        case _:
            text = str(problem)
    click.echo(f"{NAME}: {' '.join(text.split())}", err=True)
    return UNUSABLE


def _told_of_usage(problem: click.UsageError) -> str:
    """Say what is wrong with the options, and where to read which there are."""
    text = problem.format_message().rstrip(". ")
    text = text[:1].lower() + text[1:]
    if ";" in text:
        return text  # our own, which already says what to do
    return f"{text}; see {problem.ctx.command_path if problem.ctx else NAME} --help"


def _told_of_system(problem: OSError) -> str:
    """Say what could not be read or written, and what to do."""
    thing = problem.filename if problem.filename is not None else "standard output"
    what = problem.strerror or str(problem) or type(problem).__name__
    return (
        f"{thing}: {what[:1].lower()}{what[1:]}; {_ADVICE.get(problem.errno or 0, 'check it and try again')}"
    )
