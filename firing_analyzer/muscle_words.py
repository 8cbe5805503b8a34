"""What each of the two channels is called: the muscle where its label tells it, else the channel."""

from typing import Final, Literal

from firing_analyzer.result import QualityNote
from recordings.model import GLUTE, SHOULDER, Channel

Role = Literal["glute", "shoulder"]

MUSCLE_OF: Final[dict[Role, str]] = {"glute": GLUTE, "shoulder": SHOULDER}


#: Kinds of channel that feel movement: their place is a part of the body, and no muscle is claimed.
_MOVEMENT: Final = frozenset({"acc", "gyro", "angle"})


def is_movement(channel: Channel) -> bool:
    """Tell whether a channel measured movement and not a muscle."""
    return channel.kind in _MOVEMENT


def is_known_as(channel: Channel, role: Role) -> bool:
    """Tell whether the label itself says that the channel is the muscle of its role, or a place for it."""
    if is_movement(channel):
        return channel.muscle is not None
    return channel.muscle == MUSCLE_OF[role]


def muscle_words(channel: Channel, role: Role) -> str:
    """Name what a channel measured, and claim no muscle that its label does not tell.

    Parameters
    ----------
    channel : Channel
    role : {"glute", "shoulder"}
        What it was taken for.

    Examples
    --------
    >>> muscle_words(Channel("UT_R", muscle="upper trapezius", side="right"), "shoulder")
    'right upper trapezius'
    >>> muscle_words(Channel("EMG 2"), "shoulder")
    'channel EMG 2 (named as shoulder)'
    >>> muscle_words(Channel("LBIC", muscle="biceps", side="left"), "glute")
    'channel LBIC (left biceps, named as glute)'
    """
    told = " ".join(part for part in (channel.side, channel.muscle) if part) if channel.muscle else ""
    if is_known_as(channel, role):
        return told
    return f"channel {channel.label} ({told}{', ' if told else ''}named as {role})"


def muscle_with_article(channel: Channel, role: Role) -> str:
    """Name what a channel measured, for the middle of a sentence: ``"the right upper trapezius"``."""
    words = muscle_words(channel, role)
    return f"the {words}" if is_known_as(channel, role) else words


def naming_notes(channel: Channel, role: Role) -> list[QualityNote]:
    """Say it where a channel has its role from the user and not from its label."""
    if is_known_as(channel, role):
        return []
    told = "no muscle" if channel.muscle is None else channel.muscle
    return [QualityNote(channel.label, f"named_as_{role}", f"named as {role}; its label tells {told}")]


def simulation_notes(channel: Channel) -> list[QualityNote]:
    """Say it where no person was measured."""
    if not channel.is_simulated:
        return []
    return [QualityNote(channel.label, "simulated", "simulated; no person was measured")]
