"""``firing-analyzer report``: the report of one recording, to print and to keep."""

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firing_analyzer.commands.rate import read_rate

if TYPE_CHECKING:
    from recordings.model import Side


@click.command()
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--out",
    metavar="F.html|F.pdf",
    type=click.Path(path_type=Path),
    required=True,
    help="The report; its ending says as what. A file that is there is replaced.",
)
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
@click.option(
    "--rate",
    "rate_hz",
    metavar="HZ",
    callback=read_rate,
    help="Rate of a table without a time column: 1000, 1kHz.",
)
@click.option("--allow-truncated", is_flag=True, help="Read what is there of a file that ends early.")
def report(
    *,
    path: Path,
    out: Path,
    leg: "Side | None",
    glute: str | None,
    shoulder: str | None,
    settings_file: Path | None,
    rate_hz: float | None,
    allow_truncated: bool,
) -> None:
    """Write the report of one recording as HTML or PDF, with the corrections that are kept for it.

    It needs nothing but itself: the sentence first, then figures, every raise, method, settings, sensors,
    quality of the signals and limits.
    """
    from firing_analyzer.errors import AnalysisError  # noqa: PLC0415
    from firing_analyzer.kept import stored_edits  # noqa: PLC0415
    from firing_analyzer.pipeline import analyze  # noqa: PLC0415
    from firing_analyzer.report.save import save_report  # noqa: PLC0415
    from firing_analyzer.settings import Settings  # noqa: PLC0415
    from recordings.errors import RecordingError  # noqa: PLC0415
    from recordings.open import open_recording  # noqa: PLC0415

    check_report(out)
    settings = Settings() if settings_file is None else Settings.read(settings_file)
    recording = open_recording(
        path, leg=leg, glute=glute, shoulder=shoulder, rate_hz=rate_hz, allow_truncated=allow_truncated
    )
    try:
        analysis = analyze(recording, settings, edits=stored_edits(recording.path or path))
    except (AnalysisError, RecordingError) as problem:
        if str(path) in str(problem):
            raise
        raise click.ClickException(f"{path}: {problem}") from problem
    click.echo(f"Report: {save_report(analysis, out)}")


def check_report(out: Path) -> None:
    """Refuse a name under which no report can be saved, before any work is done."""
    from firing_analyzer.report.save import checked_suffix  # noqa: PLC0415

    checked_suffix(out)
    if not out.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(out.parent))
