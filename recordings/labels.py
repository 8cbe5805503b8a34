"""What a channel is, told from its label: muscle, side, kind and axis.

A muscle is claimed only on clear words. ``LTRAP`` may be a left or a lower trapezius and ``GM`` alone may be
a calf muscle, so neither is claimed; a user can always name the channels outright.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final, Literal, cast

from recordings.model import Channel, FloatArray, Kind, Side, Signal
from recordings.units import convert, kind_of_unit, says_nothing
from recordings.words import (
    ABBREVIATIONS,
    BODY_PARTS,
    GROUPS,
    KIND_ORDER,
    KINDS,
    MUSCLES,
    NEUTRAL,
    SIDES,
    SIDES_BESIDE_A_MUSCLE,
)

_AXES: Final = frozenset("xyz")
_PARTS: Final = frozenset(
    word for nouns, parts in GROUPS.values() for words in (nouns, *parts.values()) for word in words
)
# Words of three letters and more may be written without a gap between them: LGlutMax, TrapSup, AccX.
_JOINABLE: Final = frozenset(
    word
    for word in (*_PARTS, *MUSCLES, *KINDS, *BODY_PARTS, *(side for side in SIDES if len(side) > 3))
    if len(word) >= 3 or word == "up"
)
_LONGEST_WORD: Final = max(map(len, _JOINABLE))
_LONGEST_TOKEN: Final = 40
# A lower or a left trapezius. A question mark among the words keeps every muscle from being claimed.
_AMBIGUOUS: Final = frozenset({"ltrap", "ltraps"})
# "g max" and "u trap" are one word written in two.
_SPLIT_WORDS: Final = {
    (first, second): whole
    for firsts, seconds, whole in (
        (("g", "gl", "glu"), ("max", "maximus"), "gmax"),
        (("g", "gl", "glu"), ("med", "medius"), "gmed"),
        (("g", "gl", "glu"), ("min", "minimus"), "gmin"),
        (("u",), ("trap", "traps", "trapezius"), "utrap"),
        (("biceps",), ("femoris", "fem", "femoral"), "bicepsfemoris"),
    )
    for first in firsts
    for second in seconds
}


def recognise(label: str, *, unit: str = "") -> Channel:
    """Tell from a label, and the unit beside it, what a channel is.

    Case, order and separators do not matter. Whatever is not clear stays None; the kind is ``"emg"`` unless
    the label or the unit says otherwise.

    Parameters
    ----------
    label : str
        Such as ``"GM_L"``, ``"left gluteus maximus"``, ``"THIGH_L_ACC_X"``, ``"Trapecio superior dcho"``.
    unit : str
        The unit of the samples, which helps to tell the kind; it is kept as it is.

    Returns
    -------
    Channel

    Examples
    --------
    >>> channel = recognise("Trap_sup R")
    >>> channel.muscle, channel.side, channel.kind
    ('upper trapezius', 'right', 'emg')
    >>> recognise("LTRAP").muscle is None
    True
    """
    words, unknown = _words(label)
    kind = _kind(words, unit)
    muscle, side = _muscle_and_side(words, unknown=unknown)
    if muscle is None and kind in ("acc", "gyro", "angle"):
        places = {BODY_PARTS[word] for word in words if word in BODY_PARTS}
        muscle = places.pop() if len(places) == 1 else None
    axes = {word for word in words if word in _AXES}
    axis = (
        cast(Literal["x", "y", "z"], axes.pop())
        if kind in ("acc", "gyro", "angle") and len(axes) == 1
        else None
    )
    return Channel(label, kind=kind, unit=unit, muscle=muscle, side=side, axis=axis)


def labelled_signal(
    label: str,
    samples: FloatArray,
    *,
    unit: str,
    rate_hz: float,
    start_s: float = 0.0,
    kind: Kind | None = None,
    device: str | None = None,
    description: str = "",
) -> Signal:
    """Make a signal of what a file holds: the channel recognised from its label, the samples in our unit.

    Parameters
    ----------
    label : str
    samples : ndarray of float64, shape (n_samples,)
        In `unit`, NaN where a sample was lost.
    unit : str
        As written in the file.
    rate_hz, start_s : float
        In Hz, and in seconds from the start of the recording.
    kind : str, optional
        Where the file says it; otherwise it is told from the label and the unit.
    device : str, optional
        Name of the device whose clock sampled it.
    description : str
        Text beside the label; it tells the muscle and the side where the label tells no muscle.
    """
    channel = recognise(label, unit=unit)
    if channel.muscle is None and (described := recognise(description, unit=unit)).muscle is not None:
        channel = replace(described, label=label)
    kind = kind or channel.kind
    samples, unit = convert(samples, unit, kind)
    return Signal(replace(channel, kind=kind, unit=unit, device=device), samples, rate_hz, start_s)


def _kind(words: list[str], unit: str) -> Kind:
    named = {KINDS[word] for word in words if word in KINDS}
    measured = kind_of_unit(unit)
    if "other" not in named and measured in ("acc", "gyro", "angle"):
        return measured
    for kind in KIND_ORDER:
        if kind in named:
            return kind
    if measured is not None:
        return measured
    return "emg" if says_nothing(unit) else "other"


def _muscle_and_side(words: list[str], *, unknown: bool) -> tuple[str | None, Side | None]:
    sides: set[Side] = {SIDES[word] for word in words if word in SIDES}
    muscles, in_doubt = _named_muscles(words)
    if muscles and not sides:
        sides = {SIDES_BESIDE_A_MUSCLE[word] for word in words if word in SIDES_BESIDE_A_MUSCLE}
    elif not muscles and not in_doubt and not unknown:
        muscles, sides = _abbreviated_muscle(words, sides)
    side = sides.pop() if len(sides) == 1 else None
    muscle = muscles.pop() if len(muscles) == 1 and not in_doubt else None
    return muscle, side


def _named_muscles(words: list[str]) -> tuple[set[str], bool]:
    """Muscles that are named in clear words, and whether a word leaves it open which one is meant."""
    muscles = {MUSCLES[word] for word in words if word in MUSCLES}
    in_doubt = "?" in words
    for group, (nouns, parts) in GROUPS.items():
        named = [part for part, spellings in parts.items() if spellings.intersection(words)]
        if nouns.intersection(words):
            muscles.add(named[0] if len(named) == 1 else group)
            in_doubt |= len(named) > 1
    return muscles, in_doubt


def _abbreviated_muscle(words: list[str], sides: set[Side]) -> tuple[set[str], set[Side]]:
    """Muscle by its initials, where a side stands beside them."""
    initials = [word for word in words if word in ABBREVIATIONS]
    if len(initials) == 2 and not sides:
        # "UT Lt" and "Rt GM": the other pair of letters is the side.
        beside = [word for word in initials if word in SIDES_BESIDE_A_MUSCLE]
        if len(beside) == 1:
            sides = {SIDES_BESIDE_A_MUSCLE[beside[0]]}
            initials.remove(beside[0])
    elif not sides:
        sides = {SIDES_BESIDE_A_MUSCLE[word] for word in words if word == "rt"}
    if len(initials) != 1 or len(sides) != 1:
        return set(), sides
    return {ABBREVIATIONS[initials[0]]}, sides


def _words(label: str) -> tuple[list[str], bool]:
    """Lower-case words of a label, and whether something in it is not a word we know."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    tokens = re.findall(r"[^\W\d_]+", plain)
    words: list[str] = []
    unknown = False
    for token in tokens:
        if _is_known(token) or token in ("g", "gl", "glu", "u", "fem", "femoris", "femoral"):
            words.append(token)
        elif parts := _joined(token):
            words.extend(parts)
        else:
            unknown = True
    return list(_merged(words)), unknown


def _merged(words: list[str]) -> Iterator[str]:
    position = 0
    while position < len(words):
        whole = _SPLIT_WORDS.get(tuple(words[position : position + 2]))  # type: ignore[arg-type]
        yield whole or words[position]
        position += 2 if whole else 1


def _is_known(token: str) -> bool:
    return any(
        token in known
        for known in (
            SIDES,
            _PARTS,
            MUSCLES,
            ABBREVIATIONS,
            SIDES_BESIDE_A_MUSCLE,
            BODY_PARTS,
            KINDS,
            NEUTRAL,
        )
    )


@lru_cache(maxsize=4096)
def _joined(token: str) -> tuple[str, ...]:
    """Take apart words written without a gap, with the initial of a side or an axis at either end."""
    if token in _AMBIGUOUS:
        return ("?",)
    if len(token) > _LONGEST_TOKEN:
        return ()
    if parts := _cover(token):
        return parts
    for first, rest, last in (
        (token[:1], token[1:], ""),
        ("", token[:-1], token[-1:]),
        (token[:1], token[1:-1], token[-1:]),
    ):
        if first in ("", "l", "r") and last in ("", "l", "r", *_AXES) and (parts := _cover(rest)):
            if last in _AXES and not any(part in KINDS for part in parts):
                continue
            return (*((first,) if first else ()), *parts, *((last,) if last else ()))
    return ()


def _cover(token: str) -> tuple[str, ...]:
    """Words that make up the whole token, longest first; empty if there are none."""
    for length in range(min(len(token), _LONGEST_WORD), 1, -1):
        word, rest = token[:length], token[length:]
        if word in _JOINABLE:
            if not rest:
                return (word,)
            if following := _cover(rest):
                return (word, *following)
    return ()
