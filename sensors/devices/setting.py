"""Settings of a decoder, read with care: a journal may say anything."""

import math
from collections.abc import Mapping, Sequence

from sensors.errors import PacketError
from sensors.model import Setting


def one_of(settings: Mapping[str, Setting], name: str, known: Sequence[int], *, default: int) -> int:
    """Return a whole number that must be one of those that are known.

    Raises
    ------
    PacketError
        If it is none of them.
    """
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value not in known:
        raise PacketError(f"the setting {name} is {value!r}; use {', '.join(map(str, known))}")
    return value


def word_of(settings: Mapping[str, Setting], name: str, known: Sequence[str], *, default: str) -> str:
    """Return a word that must be one of those that are known.

    Raises
    ------
    PacketError
        If it is none of them.
    """
    value = settings.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise PacketError(f"the setting {name} is {value!r}; use {', '.join(known)}")
    return value


def positive(settings: Mapping[str, Setting], name: str, *, default: float) -> float:
    """Return a number above 0.

    Raises
    ------
    PacketError
        If it is none.
    """
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise PacketError(f"the setting {name} is {value!r}; state a number above 0")
    return float(value)


def whole_numbers(settings: Mapping[str, Setting], name: str, *, default: Sequence[int]) -> tuple[int, ...]:
    """Return a list of whole numbers.

    Raises
    ------
    PacketError
        If it is none.
    """
    value = settings.get(name)
    if value is None:
        return tuple(default)
    numbers = value if isinstance(value, list) else []
    whole = tuple(one for one in numbers if isinstance(one, int) and not isinstance(one, bool))
    if not whole or len(whole) != len(numbers):
        raise PacketError(f"the setting {name} is {value!r}; state a list of whole numbers")
    return whole
