"""What becomes of an analysis on the command line: text or JSON, a methods paragraph, a picture, a report."""

import errno
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firing_analyzer.commands.report import check_report

if TYPE_CHECKING:
    from firing_analyzer.result import Analysis


@dataclass(slots=True)
class Outputs:
    """Where results go, as the options of `analyze` have it.

    Attributes
    ----------
    plot, report : Path or None
        Of several recordings, each one's name is put into the file's.
    methods : bool
    as_json : bool
        Then nothing else is printed.
    """

    plot: Path | None
    report: Path | None
    methods: bool
    as_json: bool
    _used: set[Path] = field(default_factory=set[Path])

    def check(self) -> None:
        """Refuse before the work what would be refused after it."""
        if self.methods and self.as_json:
            raise click.UsageError("--methods and --json were both given; give one of them")
        if self.plot is not None:
            check_picture(self.plot)
        if self.report is not None:
            check_report(self.report)

    def tell(self, analysis: "Analysis", *, heading: str | None) -> None:
        """Print an analysis; with a heading where there are several."""
        if self.as_json:
            click.echo(analysis.to_json())
            return
        from firing_analyzer.terminal import result_text  # noqa: PLC0415

        if heading is not None:
            click.secho(f"== {heading} ==", bold=True)
        click.echo(result_text(analysis, width=shown_width(), with_limits=heading is None))
        if heading is not None:
            click.echo()
        if self.methods:
            from firing_analyzer.methods import methods_paragraph  # noqa: PLC0415

            click.echo(f"\nMethods\n\n{methods_paragraph(analysis)}\n")

    def save(self, analysis: "Analysis", file: Path, *, several: bool) -> None:
        """Save picture and report, where they are wanted, and say so."""
        if self.plot is not None:
            from firing_analyzer.plots import save_figure  # noqa: PLC0415

            picture = self._name(self.plot, file, several=several)
            save_figure(analysis, picture)
            self._say(f"Picture: {picture}")
        if self.report is not None:
            from firing_analyzer.report.save import save_report  # noqa: PLC0415

            report = self._name(self.report, file, several=several)
            save_report(analysis, report)
            self._say(f"Report: {report}")

    def _say(self, line: str) -> None:
        if not self.as_json:
            click.echo(line)

    def _name(self, wanted: Path, file: Path, *, several: bool) -> Path:
        """One name for each recording's picture or report, no two the same."""
        if not several:
            return wanted
        name, number = wanted.with_name(f"{wanted.stem}-{file.stem}{wanted.suffix}"), 1
        while name in self._used:
            number += 1
            name = wanted.with_name(f"{wanted.stem}-{file.stem}-{number}{wanted.suffix}")
        self._used.add(name)
        return name


def check_picture(plot: Path) -> None:
    """Refuse before the work what would be refused after it."""
    from firing_analyzer.plots import SUFFIXES  # noqa: PLC0415

    if plot.suffix.lower() not in SUFFIXES:
        raise click.UsageError(f"{plot}: a picture cannot be saved so; end its name in {', '.join(SUFFIXES)}")
    if not plot.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(plot.parent))


def shown_width() -> int | None:
    """Return the terminal's width; None where there is none, so that lines are as long as they are."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
