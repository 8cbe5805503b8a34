"""Channels as they are listed in a message: EMG first, and no more than can be read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from recordings.model import Signal

#: A laboratory's file may hold a hundred channels.
MOST: Final = 12


def shortened(names: Iterable[str], *, most: int = MOST) -> str:
    """Write names with commas, and how many more there are.

    Examples
    --------
    >>> shortened(["GM_L", "UT_R"])
    'GM_L, UT_R'
    >>> shortened("abcde", most=2)
    'a, b and 3 more'
    """
    every = list(dict.fromkeys(names))
    # "and 1 more" is no shorter than the name itself
    if len(every) <= most + 1:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def listed_channels(signals: "Iterable[Signal]") -> str:
    """Write the labels of signals, muscles that are known first, then other EMG; ``"none"`` for no signal."""
    ordered = sorted(signals, key=_distance)
    return shortened(signal.channel.label for signal in ordered) or "none"


def _distance(signal: "Signal") -> tuple[bool, bool]:
    channel = signal.channel
    return channel.kind not in ("emg", "envelope"), channel.muscle is None
