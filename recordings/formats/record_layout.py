"""How an even rate is written into a BDF header: so many samples in a record of so many seconds."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from recordings.errors import TimeError
from recordings.model import FloatArray

#: Largest relative error of the rate that a file states; the sidecar holds the exact one.
RATE_TOLERANCE: Final = 1e-6
# Not worth a longer record: far below what any clock fit can know.
_EXACT: Final = 1e-9
_DURATION_CHARACTERS: Final = 8
# Records are kept short, because the last one is padded; several rates may need longer ones.
_WINDOWS_S: Final = ((1.0, 2.0), (2.0, 10.0), (10.0, 100.0), (100.0, 10_000.0))
_MOST_CANDIDATES: Final = 200_000


def record_layout(rate_hz: float) -> tuple[int, float]:
    """Choose how many samples a data record holds and how long it is.

    Parameters
    ----------
    rate_hz : float
        Positive; such as a fitted 1999.9713.

    Returns
    -------
    samples : int
    seconds : float
        Written in at most 8 characters; ``samples / seconds`` is the rate to within 1 ppm.

    Raises
    ------
    TimeError
        If no record of up to 10000 s comes that close.

    Examples
    --------
    >>> record_layout(2000.0)
    (2000, 1.0)
    >>> record_layout(34 / 0.027)
    (1275, 1.0125)
    """
    (samples,), seconds = common_layout((rate_hz,))
    return samples, seconds


def common_layout(rates_hz: Sequence[float]) -> tuple[tuple[int, ...], float]:
    """Choose one record duration for signals of several rates.

    Parameters
    ----------
    rates_hz : sequence of float

    Returns
    -------
    samples : tuple of int
        Samples of each signal in a record.
    seconds : float
        As in `record_layout`; every rate is met to within 1 ppm.

    Raises
    ------
    TimeError
        If a rate is not a positive number, or no record suits them all.

    Examples
    --------
    >>> common_layout((2000.0, 100.0))
    ((2000, 100), 1.0)
    """
    found = next(layouts(rates_hz), None)
    if found is None:
        stated = ", ".join(f"{rate:g}" for rate in rates_hz)
        raise TimeError(f"no data record suits the rates {stated} Hz; store these channels in separate files")
    return found


def layouts(rates_hz: Sequence[float]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield what `common_layout` may choose from, the best first.

    Raises
    ------
    TimeError
        If a rate is not a positive number.
    """
    rates = np.asarray(rates_hz, dtype=np.float64)
    if not rates.size or not (np.isfinite(rates).all() and rates.min() > 0):
        raise TimeError(f"rates of {', '.join(map(str, rates_hz)) or 'no signal'} Hz; state positive ones")
    for shortest_s, longest_s in _WINDOWS_S:
        seconds = _durations(float(rates.min()), shortest_s, longest_s)
        if not seconds.size:
            continue
        counts = np.round(rates[:, None] * seconds)
        errors = np.abs(counts / seconds / rates[:, None] - 1).max(axis=0)
        # All that are as good as exact count as equal, so the shortest of them comes first.
        ranked = np.argsort(np.maximum(errors, _EXACT), kind="stable")
        for index in ranked[errors[ranked] <= RATE_TOLERANCE]:
            yield tuple(int(count) for count in counts[:, index]), float(seconds[index])


def _durations(rate_hz: float, shortest_s: float, longest_s: float) -> FloatArray:
    """Durations that hold whole samples of the slowest signal, as the header can state them."""
    first = int(np.ceil(shortest_s * rate_hz))
    last = min(int(longest_s * rate_hz), first + _MOST_CANDIDATES)
    exact = np.arange(first, last + 1) / rate_hz
    exact = exact[(exact >= shortest_s) & (exact < longest_s)]
    # Between 1 and 10 s six digits follow the point, from 10 s five, and so on.
    decimals = _DURATION_CHARACTERS - 2 - np.floor(np.log10(np.maximum(exact, 1.0))).astype(int)
    rounded = np.array(
        [round(float(value), int(places)) for value, places in zip(exact, decimals, strict=True)]
    )
    fits = np.array(
        [len(f"{value}") <= _DURATION_CHARACTERS or float(value).is_integer() for value in rounded]
    )
    return rounded[fits & (rounded > 0)] if rounded.size else rounded
