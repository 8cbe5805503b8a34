"""``firing-analyzer record``: a session with two sensors, guided, saved and analysed."""

import asyncio
import math
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from firing_analyzer.commands.refusals import NAME, refuse
from firing_analyzer.commands.unfinished import tell_unfinished

if TYPE_CHECKING:
    from firing_analyzer.recording_run import Recorded, RecordingOrder
    from firing_analyzer.result import Analysis
    from firing_analyzer.session import RecordingSession
    from firing_analyzer.settings import Settings
    from recordings.model import Side


class _SetupOption(click.Option):
    """Lists in the help what may stand in the file, imported when it is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from recordings.dataset.setup import Setup  # noqa: PLC0415

        record = super().get_help_record(ctx)
        keys = ", ".join(Setup.__struct_fields__)
        return record and (record[0], f'{record[1]} Lines such as speed = "slow"; the keys are {keys}.')


@click.command()
@click.option("--leg", type=click.Choice(["left", "right"]), required=True, help="The leg that is raised.")
@click.option("--glute", metavar="URI", required=True, help="Source of the glute's sensor.")
@click.option("--shoulder", metavar="URI", required=True, help="Source of the opposite shoulder's sensor.")
@click.option("--participant", metavar="ID", required=True, help="A code of letters and digits, no name.")
@click.option("--session", "session_id", metavar="ID", help="A code of the session, such as 01.")
@click.option(
    "--out",
    "dataset",
    metavar="DATASET",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of the dataset; it is made if it is missing.",
)
@click.option(
    "--repetitions",
    metavar="N",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    help="Cued raises.",
)
@click.option(
    "--extend",
    is_flag=True,
    help="Six more raises, once, if ten cannot tell; 98 % decide at ten then, and 96 % at sixteen.",
)
@click.option(
    "--duration", "duration_s", metavar="S", type=click.FloatRange(min=1), help="End by time, in seconds."
)
@click.option(
    "--settings",
    "settings_file",
    metavar="F.toml",
    type=click.Path(path_type=Path),
    help="Settings of the analysis.",
)
@click.option(
    "--setup",
    "setup_file",
    cls=_SetupOption,
    metavar="F.toml",
    type=click.Path(path_type=Path),
    help="How electrodes were placed and the session is held; goes into the sidecars.",
)
@click.option("--date", "with_date", is_flag=True, help="Keep date and time; they may identify a person.")
def record(
    *,
    leg: "Side",
    glute: str,
    shoulder: str,
    participant: str,
    session_id: str | None,
    dataset: Path,
    repetitions: int,
    extend: bool,
    duration_s: float | None,
    settings_file: Path | None,
    setup_file: Path | None,
    with_date: bool,
) -> int:
    """Record a session of leg raises and say which muscle started first.

    URI is ble:DEVICE:ADDRESS[#CHANNEL] as firing-analyzer scan prints it, sim:SCENARIO[?speed=N&seed=K]#glute
    (or #shoulder), replay:PATH[#CHANNEL] or lsl:NAME[#CHANNEL].
    Every packet is on disk within a quarter of a second; Ctrl-C ends the session and saves it.
    """
    from firing_analyzer.extension import ALL_RAISES, FIRST_RAISES  # noqa: PLC0415
    from firing_analyzer.protocol import SessionPlan  # noqa: PLC0415
    from firing_analyzer.recording_run import RecordingOrder  # noqa: PLC0415
    from firing_analyzer.settings import Settings  # noqa: PLC0415
    from recordings.dataset.setup import Setup  # noqa: PLC0415

    if duration_s is not None and not math.isfinite(duration_s):
        raise click.UsageError(f"--duration {duration_s:g} never ends; give seconds, or leave it out")
    settings = Settings() if settings_file is None else Settings.read(settings_file)
    setup = None if setup_file is None else Setup.read(setup_file)
    if extend and repetitions != FIRST_RAISES:
        raise click.UsageError(f"--extend goes with {FIRST_RAISES} raises; leave --repetitions out")
    plan = SessionPlan(
        leg,
        repetitions=repetitions,
        extendable_to=ALL_RAISES if extend else None,
        cue_words=None if setup is None else setup.cue_words,
        duration_s=duration_s,
    )
    order = RecordingOrder(
        plan, glute, shoulder, dataset, participant, session_id, setup=setup, with_date=with_date
    )
    recorded = run_session(order, settings=settings)
    click.echo()
    click.echo(outcome_text(recorded))
    tell_unfinished(dataset)
    return 0


def run_session(
    order: "RecordingOrder",
    *,
    settings: "Settings | None" = None,
    on_session: "Callable[[RecordingSession], None] | None" = None,
) -> "Recorded":
    """Record with everything shown on standard error, and with Ctrl-C to end it."""
    from firing_analyzer.recording_run import record as record_session  # noqa: PLC0415
    from firing_analyzer.session_lines import SessionLines  # noqa: PLC0415

    sessions: list[RecordingSession] = []

    def begin(session: "RecordingSession") -> None:
        sessions.append(session)
        if on_session is not None:
            on_session(session)

    async def run() -> "Recorded":
        loop = asyncio.get_running_loop()
        with SessionLines() as lines, _ending_on_ctrl_c(loop, sessions):
            return await record_session(
                order, settings=settings, observer=lines.show, on_session=begin, wants_more=_as_planned
            )

    return asyncio.run(run())


async def _as_planned(_: "Analysis") -> bool:
    """Extend a plan that may be extended: whoever allowed it before has decided it."""
    return True


@contextmanager
def _ending_on_ctrl_c(loop: asyncio.AbstractEventLoop, sessions: "list[RecordingSession]") -> Generator[None]:
    """Take the first Ctrl-C as the end of the session; the second is as anywhere."""

    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        for session in sessions:
            loop.call_soon_threadsafe(session.stop)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def outcome_text(recorded: "Recorded") -> str:
    """Say the verdict of a session and where everything was saved."""
    from firing_analyzer.terminal import result_text  # noqa: PLC0415

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    told = (
        f"Cannot tell: {recorded.problem}"
        if recorded.analysis is None
        else result_text(recorded.analysis, width=width)
    )
    files = "\n".join(f"  {file}" for file in recorded.saved.files)
    result = f"\nAnalysis:\n  {recorded.result}" if recorded.result is not None else ""
    if recorded.analysis is not None and recorded.problem:
        result = f"\nThe analysis is not kept: {recorded.problem}"
    return f"{told}\n\nSaved:\n{files}{result}\nRaw bytes:\n  {recorded.journal}"


#: What `recover` says of a journal that needed nothing.
_WAS_SAVED: Final = "was saved already"
_HELD_NOTHING: Final = "nothing was received; nothing to save"


@click.command()
@click.argument("dataset", metavar="DATASET", type=click.Path(path_type=Path))
def recover(*, dataset: Path) -> int:
    """Finish recordings that a crash or a power cut left behind.

    May be run again without harm; nothing is ever overwritten.
    """
    from sensors.recover import recover as recover_dataset  # noqa: PLC0415

    status = 0
    for outcome in recover_dataset(dataset):
        name = outcome.journal.name
        if outcome.problem is not None:
            status = refuse(outcome.problem)
        elif outcome.skipped:
            click.echo(f"{name}: {_WAS_SAVED if outcome.saved else _HELD_NOTHING}")
        elif outcome.saved is not None:
            click.echo(f"{name}: saved as {', '.join(map(str, outcome.saved.files))}")
            click.echo(f"Go on with: {NAME} analyze {shlex.quote(str(outcome.saved.path))}")
    return status
