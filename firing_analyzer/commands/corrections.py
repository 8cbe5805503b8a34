"""Corrections by hand on the command line: which were asked for, which are kept, and what is said of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

if TYPE_CHECKING:
    from firing_analyzer.edits import Edit, Muscle
    from firing_analyzer.result import Analysis

_Command = TypeVar("_Command", bound=Callable[..., object])


def correction_options(command: _Command) -> _Command:
    """Add the options with which a raise is corrected; they arrive as those of `Corrections.asked`."""
    for option in reversed(
        (
            click.option(
                "--exclude", metavar="N", type=click.IntRange(1), multiple=True, help="Leave raise N out."
            ),
            click.option(
                "--restore",
                metavar="N",
                type=click.IntRange(1),
                multiple=True,
                help="Take back what was corrected of raise N, and count it.",
            ),
            click.option(
                "--move",
                metavar="MUSCLE N S",
                type=(click.Choice(["glute", "shoulder"]), click.IntRange(1), float),
                multiple=True,
                help="Set the onset of glute or shoulder in raise N to S seconds.",
            ),
            click.option("--reason", metavar="TEXT", help="Why; it is kept with the correction."),
            click.option("--by", metavar="CODE", help="Who corrects; a code, no name."),
            click.option(
                "--save",
                is_flag=True,
                help="Keep the corrections beside the file; in a dataset, keep the analysis.",
            ),
            click.option("--as-measured", is_flag=True, help="Leave kept corrections aside."),
        )
    ):
        command = option(command)
    return command


class _Told(TypedDict):
    reason: str
    by: str | None
    when: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was asked for on the command line.

    Attributes
    ----------
    new : tuple of Edit
    save : bool
        Keep what comes of it, where it would not be kept anyway.
    as_measured : bool
        Leave corrections aside that are kept.
    """

    new: "tuple[Edit, ...]"
    save: bool
    as_measured: bool

    @classmethod
    def asked(
        cls,
        *,
        exclude: tuple[int, ...],
        restore: tuple[int, ...],
        move: "tuple[tuple[Muscle, int, float], ...]",
        reason: str | None,
        by: str | None,
        save: bool,
        as_measured: bool,
    ) -> "Corrections":
        """Make corrections of the options; raises are restored first, then left out, then onsets moved.

        Raises
        ------
        click.UsageError
            If the reason is missing, or there is nothing that it is the reason of.
        """
        from firing_analyzer.edits import Exclude, MoveOnset, Restore  # noqa: PLC0415

        if not (exclude or restore or move):
            for name, given in (("--reason", reason), ("--by", by)):
                if given is not None:
                    raise click.UsageError(f"{name} is of a correction; add --exclude, --restore or --move")
            return cls((), save, as_measured)
        if reason is None or not reason.strip():
            raise click.UsageError("a correction needs a reason; add --reason 'why'")
        if as_measured:
            raise click.UsageError("--as-measured leaves corrections aside; give one or the other")
        when = datetime.now().astimezone().isoformat(timespec="seconds")
        told: _Told = {"reason": reason, "by": by, "when": when}
        new: list[Edit] = [Restore(repetition=number, **told) for number in restore]
        new += [Exclude(repetition=number, **told) for number in exclude]
        new += [
            MoveOnset(repetition=number, muscle=muscle, onset_s=at_s, **told) for muscle, number, at_s in move
        ]
        return cls(tuple(new), save, as_measured)

    def check(self, files: list[Path]) -> None:
        """Refuse corrections that could be of several recordings."""
        if self.new and len(files) > 1:
            from recordings.listing import shortened  # noqa: PLC0415

            names = shortened(map(str, files), most=3)
            raise click.UsageError(
                f"corrections are of one recording, not of {len(files)}; name one of {names}"
            )

    def of(self, file: Path) -> "tuple[Edit, ...]":
        """Return all corrections that hold for a file: those that are kept, and the new ones."""
        from firing_analyzer.kept import stored_edits  # noqa: PLC0415

        return self.new if self.as_measured else (*stored_edits(file), *self.new)

    def keep(self, analysis: "Analysis", file: Path, *, silently: bool) -> None:
        """Keep corrections and analysis where they belong, and say where."""
        from firing_analyzer.kept import (  # noqa: PLC0415
            is_kept_in_dataset,
            save_analysis,
            store_edits,
        )

        in_dataset = is_kept_in_dataset(file)
        said: list[str] = []
        if self.new and (in_dataset or self.save):
            said.append(f"Corrections kept: {store_edits(analysis)}")
        elif self.new:
            said.append("The corrections are not kept; --save keeps them beside the file.")
        if in_dataset and (self.new or self.save):
            said.append(f"Analysis kept: {save_analysis(analysis)}")
        elif self.save and not self.new:
            said.append("Nothing to keep: the file stands in no dataset, and no correction was given.")
        if said and not silently:
            click.echo("\n".join(said))
