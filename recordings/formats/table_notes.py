"""What the ``#`` lines above a table say: rate, labels, leg, raw counts, and whether it was simulated."""

import re
from typing import Final

from recordings.model import Side

_RATE: Final = re.compile(
    r"\b(?:sampl\w*|frame|data)?[\s_]*(?:rate|frequency|freq|fs)(?:_?hz)?\b[^0-9:=]*[:=]+\s*"
    r"([0-9]+(?:[.,][0-9]+)?)",
    re.IGNORECASE,
)
_LABELS: Final = re.compile(r"(?:labels?|channels?|columns?)\s*[:=]+\s*(.+)", re.IGNORECASE)
_LEG: Final = re.compile(r"\bleg\s*[:=]+\s*(left|right)\s*$", re.IGNORECASE)
_SIMULATED: Final = re.compile(r"simulated\b\s*[:=]*\s*(.*)", re.IGNORECASE)
_RESOLUTION: Final = re.compile(r"resolution\b.*[:=]+\s*\[?\d+", re.IGNORECASE)


def stated_rate(lines: tuple[str, ...]) -> float | None:
    """Return the rate in Hz.

    Examples
    --------
    >>> stated_rate(("Sampling Rate (Hz):= 1000.00",)), stated_rate(("rate_hz: 2148,148",))
    (1000.0, 2148.148)
    """
    found = next((match for line in lines if (match := _RATE.search(line))), None)
    return float(found[1].replace(",", ".")) if found else None


def stated_leg(lines: tuple[str, ...]) -> Side | None:
    """Return the leg that is raised, where one line names it: ``# leg: left``."""
    found = {match[1].lower() for line in lines if (match := _LEG.search(line))}
    if len(found) != 1:
        return None
    return "left" if "left" in found else "right"


def stated_labels(lines: tuple[str, ...]) -> list[str]:
    """Return the labels of the columns, where a line lists them."""
    found = next((match for line in lines if (match := _LABELS.match(line))), None)
    return [label.strip() for label in re.split(r"[\t,;]", found[1].strip())] if found else []


def states_counts(lines: tuple[str, ...]) -> bool:
    """Return whether a resolution in bits is named: the values are raw counts then."""
    return any(_RESOLUTION.match(line) for line in lines)


def stated_simulation(lines: tuple[str, ...]) -> str | None:
    """Return the sentence that says that a table was simulated, and from what; None if no line says so.

    Examples
    --------
    >>> stated_simulation(("leg: left", "simulated: scenario together, seed 3"))
    'Simulated: scenario together, seed 3; no person was measured.'
    """
    found = next((match for line in lines if (match := _SIMULATED.match(line))), None)
    if found is None:
        return None
    of = f": {found[1].strip(' .')}" if found[1].strip(" .") else ""
    return f"Simulated{of}; no person was measured."
