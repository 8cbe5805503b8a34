"""Text that fits into the fields of a BDF header, an annotation, or a cell of a table."""

import unicodedata
from collections.abc import Iterable
from typing import Final

_LABEL_CHARACTERS: Final = 16
_RESERVED: Final = ("BDF Annotations", "EDF Annotations")
# Control characters, lone surrogates and separators of lines; they would end a cell or an annotation.
_NO_TEXT: Final = ("Cc", "Cs", "Zl", "Zp")


def header_text(text: str, length: int) -> str:
    """Return the text in printable ASCII, cut to a length.

    Examples
    --------
    >>> header_text("µV beim Gähnen", 12)
    'uV beim Gahn'
    """
    plain = unicodedata.normalize("NFKD", text.replace("µ", "u").replace("μ", "u"))
    return "".join(letter for letter in plain if " " <= letter <= "~")[:length].strip()


def header_labels(labels: Iterable[str]) -> list[str]:
    """Return labels for a header: ASCII, at most 16 characters, none empty, none twice.

    Examples
    --------
    >>> header_labels(["GM_L", "gluteus maximus left", "gluteus maximus left foot"])
    ['GM_L', 'gluteus maximus', 'gluteus maxim~2']
    """
    taken: list[str] = []
    for label in labels:
        wanted = header_text(label.replace("@@", "@"), _LABEL_CHARACTERS) or "channel"
        name, number = wanted, 1
        while name in taken or name in _RESERVED:
            number += 1
            ending = f"~{number}"
            name = wanted[: _LABEL_CHARACTERS - 1 - len(ending)].strip() + ending
        taken.append(name)
    return taken


def plain_label(label: str) -> str:
    r"""Return the label of an event on one line, as annotations and tables can hold it.

    Examples
    --------
    >>> plain_label("raise\t3"), plain_label("")
    ('raise 3', 'n/a')
    """
    printable = "".join(" " if unicodedata.category(letter) in _NO_TEXT else letter for letter in label)
    return " ".join(printable.split()) or "n/a"
