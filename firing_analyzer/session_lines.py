"""A session on the terminal: what is asked, how the sensors are, and each raise as it ends."""

import errno
import sys
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.session_update import SourceStatus, Update
from firing_analyzer.words import ORDER_WORDS

#: Without a terminal the state of the sensors is written this often, in the session's time.
STATUS_EVERY_S: Final = 10.0


class _Console(Console):
    """A console that tells when nobody reads it any more, instead of ending the program."""

    def on_broken_pipe(self) -> None:
        """Say so to whoever writes."""
        raise BrokenPipeError(errno.EPIPE, "nobody reads standard error any more")


class SessionLines:
    """Shows updates on standard error: lines that stay, and below them a line for each sensor."""

    def __init__(self) -> None:
        self._console = _Console(file=sys.stderr, highlight=False)
        # a line that is drawn again and again is only for eyes
        shown = self._console.is_terminal
        self._live = Live(console=self._console, refresh_per_second=8, transient=True) if shown else None
        self._status_due_s = 0.0
        self._asked = ""

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            with suppress(OSError):  # of a terminal that has gone
                self._live.stop()

    def show(self, update: Update) -> None:
        """Show one update."""
        if update.cue is not None:
            cue = update.cue
            count = f" ({cue.number} of {cue.of})" if cue.of > 1 else ""
            self._asked = f"{cue.words}{count}"
            self._line(update.at_s, self._asked)
        for muscle, at_s in update.onsets:
            self._line(at_s, f"{muscle} starts")
        for told in update.repetitions:
            self._line(update.at_s, _raise_line(told))
        if update.note:
            self._line(update.at_s, update.note)
        if update.sources:
            self._show_sources(update.at_s, update.sources)

    def _line(self, at_s: float, words: str) -> None:
        self._console.print(Text(f"{at_s:7.1f} s  {words}"), soft_wrap=True)

    def _show_sources(self, at_s: float, sources: tuple[SourceStatus, ...]) -> None:
        lines = [source_line(status) for status in sources]
        if self._live is not None:
            self._live.update(Text("\n".join([*lines, f">> {self._asked}" if self._asked else ""])))
        elif at_s >= self._status_due_s:
            self._status_due_s = at_s + STATUS_EVERY_S
            for line in lines:
                self._line(at_s, line)


def source_line(status: SourceStatus) -> str:
    """Say in one line how a sensor is.

    Examples
    --------
    >>> source_line(SourceStatus("glute", True, 1999.6, 0.0, "good", 80.0))
    'glute     2000 Hz, lost 0.0 %, good, battery 80 %'
    """
    if status.rate_hz is None or not status.delivers:
        return f"{status.muscle:<9} delivers nothing" + (f": {status.detail}" if status.detail else "")
    parts = [f"{status.rate_hz:.0f} Hz", f"lost {status.lost_percent:.1f} %", status.signal]
    if status.battery_percent is not None:
        parts.append(f"battery {status.battery_percent:.0f} %")
    if status.detail:
        parts.append(status.detail)
    return f"{status.muscle:<9} {', '.join(parts)}"


def _raise_line(told: LiveRepetition) -> str:
    row = told.row
    if told.change == "withdrawn":
        return f"raise {row.repetition}: was none"
    lag = f", {row.lag_ms:+.0f} ms" if row.lag_ms is not None else ""
    again = " (looked at again)" if told.change == "updated" else ""
    return f"raise {row.repetition}: {ORDER_WORDS[row.order]}{lag}{again}"
