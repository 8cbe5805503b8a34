"""The command line: what the commands have in common, above all how they end.

Exit status 0 when the work was done, whatever the verdict; 2 for what cannot be used or done, with one line
on standard error; 130 after Ctrl-C; 1 only for a bug.
"""

import difflib
import os
import sys
from io import TextIOWrapper
from typing import Final

import click

from firing_analyzer import __version__
from firing_analyzer.commands.analyze import analyze
from firing_analyzer.commands.app import app
from firing_analyzer.commands.batch import batch
from firing_analyzer.commands.demo import demo
from firing_analyzer.commands.doctor import doctor
from firing_analyzer.commands.record import record, recover
from firing_analyzer.commands.refusals import NAME, refuse
from firing_analyzer.commands.report import report
from firing_analyzer.commands.scan import scan
from firing_analyzer.commands.sync_check import sync_check
from firing_analyzer.commands.trend import trend
from firing_analyzer.doctor import REQUIRED, packages_in_the_way
from firing_analyzer.threads import one_thread_unless_told

DONE: Final = 0
INTERRUPTED: Final = 130


class _Commands(click.Group):
    """Commands that name the nearest one where a name is unknown, and end quietly on Ctrl-C."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0].lower(), known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
            raise click.UsageError(f"there is no command {args[0]!r}; {advice}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(
    cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Say which muscle starts first in a prone leg raise: the glute or the opposite shoulder."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    elif ctx.invoked_subcommand != doctor.name:  # the doctor lists it among the rest
        for finding in packages_in_the_way():
            raise click.ClickException(f"{finding.detail}; {finding.to_do}")


for _command in (
    analyze, app, batch, demo, doctor, record, recover, report, scan, sync_check, trend,
):  # fmt: skip
    commands.add_command(_command)


def main(args: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    args : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        The exit status.
    """
    one_thread_unless_told()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A label or a file name that the terminal's encoding does not have is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    status = _run(args)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
    except OSError as problem:
        _discard_output()
        return refuse(problem)
    return status


def _run(args: list[str] | None) -> int:
    try:
        status = commands.main(args, prog_name=NAME, standalone_mode=False)
    except (click.ClickException, OSError) as problem:
        return refuse(problem)
    except ModuleNotFoundError as problem:
        package = (problem.name or "").partition(".")[0]
        if package not in REQUIRED:
            raise
        return refuse(f"{package}: this package is missing; see firing-analyzer doctor")
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except _roots() as problem:
        return refuse(problem)
    except SystemExit:
        # Not standalone, click exits by itself in one case: nobody reads its output any more (`... | head`).
        _discard_output()
        return DONE
    return status if isinstance(status, int) else DONE


def _roots() -> tuple[type[Exception], ...]:
    """Roots of our own errors, imported late: until we have looked, a stranger may stand in their place."""
    from firing_analyzer.errors import AnalysisError  # noqa: PLC0415
    from recordings.errors import RecordingError  # noqa: PLC0415
    from sensors.errors import SensorError  # noqa: PLC0415

    return AnalysisError, RecordingError, SensorError


def _discard_output() -> None:
    """Let Python's own last flush go nowhere, so that it does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
