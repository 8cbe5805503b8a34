"""Sentences as they are set on a page or on paper: true minus signs, and numbers that keep their units."""

import re
from typing import Final

#: A hyphen that stands for a minus: before a digit, and behind nothing that it could join to it.
_MINUS: Final = re.compile(r"(?<![\w.)\]/-])-(?=\d)")
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:ms|s|%|Hz|dB|mm|min)(?![\w/]))")


def typeset(words: str) -> str:
    """Set a sentence.

    Examples
    --------
    >>> typeset("-142 ms (95 % interval -171 to -120), session 2026-11-30").replace(chr(160), "~")
    '−142~ms (95~% interval −171 to −120), session 2026-11-30'
    """
    return _UNIT.sub("\N{NO-BREAK SPACE}", _MINUS.sub("\N{MINUS SIGN}", words))
