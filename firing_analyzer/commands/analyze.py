"""``firing-analyzer analyze``: the verdict for saved recordings."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

import click

from firing_analyzer.commands.corrections import Corrections, correction_options
from firing_analyzer.commands.outputs import Outputs, shown_width
from firing_analyzer.commands.rate import read_rate
from firing_analyzer.commands.refusals import refuse
from firing_analyzer.commands.skipped import tables_skipped, tell_skipped
from firing_analyzer.commands.unfinished import tell_unfinished, told_of_unfinished

if TYPE_CHECKING:
    from firing_analyzer.edits import Muscle
    from firing_analyzer.result import Analysis
    from recordings.model import Side

#: Shorter recordings are done before a progress bar could be read.
_LONG_S: Final = 300.0


class _Opening(TypedDict):
    """How recordings are opened: the options of `open_recording`."""

    leg: "Side | None"
    glute: str | None
    shoulder: str | None
    rate_hz: float | None
    allow_truncated: bool


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--leg", type=click.Choice(["left", "right"]), help="The leg that is raised.")
@click.option("--glute", metavar="CHANNEL", help="Label of the glute's channel.")
@click.option("--shoulder", metavar="CHANNEL", help="Label of the channel of the opposite shoulder.")
@click.option(
    "--settings",
    "settings_file",
    metavar="F.toml",
    type=click.Path(path_type=Path),
    help="Settings of the analysis.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each recording, a line each.")
@click.option(
    "--plot",
    metavar="F.png",
    type=click.Path(path_type=Path),
    help="Save a picture (.png, .pdf or .svg). Of several recordings: F-NAME.png for each.",
)
@click.option("--methods", is_flag=True, help="Describe the analysis as the methods section of a paper does.")
@click.option(
    "--report",
    metavar="F.html|F.pdf",
    type=click.Path(path_type=Path),
    help="Save a report, as HTML or PDF. Of several recordings: F-NAME.html for each.",
)
@click.option(
    "--rate",
    "rate_hz",
    metavar="HZ",
    callback=read_rate,
    help="Rate of a table without a time column: 1000, 1kHz.",
)
@click.option("--allow-truncated", is_flag=True, help="Read what is there of a file that ends early.")
@correction_options
def analyze(
    *,
    paths: tuple[Path, ...],
    settings_file: Path | None,
    as_json: bool,
    plot: Path | None,
    methods: bool,
    exclude: tuple[int, ...],
    restore: tuple[int, ...],
    move: "tuple[tuple[Muscle, int, float], ...]",
    reason: str | None,
    by: str | None,
    save: bool,
    as_measured: bool,
    report: Path | None,
    **opening: Unpack[_Opening],
) -> int:
    """Say which muscle started first in saved recordings.

    PATH is a recording, or a folder: then the recordings in it and in its subfolders are analysed one after
    another, and tables that are none are named at the end. EDF, BDF, CSV, OpenSignals text and Xsens text
    are read; with the extra "formats" also OpenSignals .h5, C3D and XDF. Movement sensors on thigh or glute
    tell how high the leg rises; without EMG, movement of leg and shoulder is compared.

    Raises can be corrected with a reason; the recording stays as it is. In a BIDS dataset corrections are
    kept, and hold whenever the recording is analysed again.
    """
    from firing_analyzer.errors import AnalysisError  # noqa: PLC0415
    from firing_analyzer.pipeline import analyze as analyze_recording  # noqa: PLC0415
    from firing_analyzer.settings import Settings  # noqa: PLC0415
    from recordings.errors import RecordingError  # noqa: PLC0415
    from recordings.open import open_recording  # noqa: PLC0415

    settings = Settings() if settings_file is None else Settings.read(settings_file)
    corrections = Corrections.asked(
        exclude=exclude,
        restore=restore,
        move=move,
        reason=reason,
        by=by,
        save=save,
        as_measured=as_measured,
    )
    outputs = Outputs(plot=plot, report=report, methods=methods, as_json=as_json)
    outputs.check()
    files, skipped, status = _gathered(paths)
    corrections.check(files)
    several = len(paths) > 1 or len(files) > 1
    closing = _Closing()
    for number, file in enumerate(files, start=1):
        try:
            recording = open_recording(file, **opening)
            is_long = several or recording.duration_s > _LONG_S
            with _progress(file.name, number, len(files), shown=is_long and sys.stderr.isatty()):
                analysis = analyze_recording(recording, settings, edits=corrections.of(file))
            outputs.tell(analysis, heading=str(file) if several else None)
            closing.add(file, analysis)
            corrections.keep(analysis, file, silently=as_json)
            outputs.save(analysis, file, several=several)
        except BrokenPipeError:
            raise
        except (RecordingError, AnalysisError, OSError) as problem:
            status = refuse(_naming(file, problem))
    if several and not as_json:
        closing.print()
    tell_skipped(skipped)
    for path in paths:
        # of a folder without any recording it was said already, as what is wrong with it
        if path.is_dir() and any(file.is_relative_to(path) for file in files):
            tell_unfinished(path)
    return status


@dataclass(slots=True)
class _Closing:
    """What is said once, after several results."""

    outcomes: list[str] = field(default_factory=list)
    limits: dict[str, None] = field(default_factory=dict)

    def add(self, file: Path, analysis: "Analysis") -> None:
        from firing_analyzer.words import limits, summary_line  # noqa: PLC0415

        self.outcomes.append(f"{file}: {summary_line(analysis)}")
        self.limits.update(dict.fromkeys(limits(analysis)))

    def print(self) -> None:
        if not self.outcomes:
            return
        from firing_analyzer.terminal import listed_text  # noqa: PLC0415

        width = shown_width()
        click.echo(f"{listed_text('Summary', self.outcomes, width=width)}\n")
        click.echo(listed_text("Limits", list(self.limits), width=width))


def _gathered(paths: tuple[Path, ...]) -> tuple[list[Path], list[str], int]:
    """Return all recordings, the tables that were passed over, and the exit status so far."""
    from recordings.errors import RecordingError  # noqa: PLC0415

    status = 0
    files: list[Path] = []
    skipped: list[str] = []
    for path in paths:
        try:
            found = _recordings_at(path)
            skipped += tables_skipped(path, found)
        except (RecordingError, OSError) as problem:
            status = refuse(problem)
        else:
            files += found
    return files, skipped, status


def _recordings_at(path: Path) -> list[Path]:
    from recordings.errors import NotFoundError  # noqa: PLC0415
    from recordings.find import find_recordings  # noqa: PLC0415

    if not path.is_dir():
        return [path]
    found = find_recordings(path)
    if not found:
        problem = told_of_unfinished(path) or "the folder holds no recording that can be read; name a file"
        raise NotFoundError(problem, path=path)
    return found


@contextmanager
def _progress(name: str, number: int, total: int, *, shown: bool) -> Generator[None]:
    """Show on standard error which file is at work; gone before its result is printed."""
    if not shown:
        yield
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    # Redirecting would send what belongs on standard output to standard error.
    with Progress(
        BarColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True, color_system=None),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        several = total > 1
        told = f"{name}, {number} of {total}" if several else name
        bar.add_task(told, completed=number - 1, total=total if several else None)
        yield


def _naming(file: Path, problem: Exception) -> Exception | str:
    """Make sure that the line on standard error names the file that is meant."""
    if isinstance(problem, OSError) or str(file) in str(problem):
        return problem
    return f"{file}: {problem}"
