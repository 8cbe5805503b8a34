"""Samples as the 24-bit whole numbers of a BDF file."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.errors import ChannelError
from recordings.model import FloatArray

DigitalArray = NDArray[np.int32]

_LOWEST: Final = -8_388_608
_HIGHEST: Final = 8_388_607
# The header has eight characters, one of them for the sign.
_CHARACTERS: Final = 7
_SMALLEST_LIMIT: Final = Decimal("0.0001")
_LARGEST_LIMIT: Final = Decimal(9_999_999)
_LIMITS_TRIED: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Digital:
    """Whole numbers, and what the header says of their size.

    Attributes
    ----------
    values : ndarray of int32, shape (n_samples,)
        0 where a sample was lost.
    physical_limit : float
        The header's physical range is minus to plus this.
    digital_range : tuple of int
    scale : float or None
        Set where every sample is a whole number times this, exactly.
    """

    values: DigitalArray
    physical_limit: float
    digital_range: tuple[int, int]
    scale: float | None

    @property
    def step(self) -> float:
        """Physical size of one digital step."""
        low, high = self.digital_range
        return 2 * self.physical_limit / (high - low)


def to_digital(samples: FloatArray, *, scale: float | None = None, label: str = "") -> Digital:
    """Scale samples to 24 bits.

    Parameters
    ----------
    samples : ndarray of float64, shape (n_samples,)
        What is not finite becomes 0.
    scale : float, optional
        Size of one step of the sensor's converter, where it is known. If all samples are whole multiples of
        it that fit into 24 bits, they are stored as these whole numbers, so nothing is rounded.
    label : str
        Of the channel, for messages.

    Returns
    -------
    Digital
        Within half a step of the samples.

    Raises
    ------
    ChannelError
        If values are larger than a BDF header can state.
    """
    finite = np.where(np.isfinite(samples), samples, 0.0)
    if scale is not None and (exact := _whole_multiples(finite, scale)) is not None:
        return exact
    largest = float(np.abs(finite).max(initial=0.0))
    if largest > _LARGEST_LIMIT:
        raise ChannelError(
            f"channel {label!r} holds values up to {largest:g}, BDF can state {_LARGEST_LIMIT} at most; "
            "store it in a larger unit"
        )
    limit = float(_limit_from(largest))
    values = np.round(finite * (_HIGHEST / limit)).astype(np.int32)
    return Digital(values, limit, (-_HIGHEST, _HIGHEST), None)


def _whole_multiples(samples: FloatArray, scale: float) -> Digital | None:
    if not (math.isfinite(scale) and scale > 0):
        return None
    counts = np.round(samples / scale)
    if counts.size and (counts.min() < _LOWEST or counts.max() > _HIGHEST):
        return None
    if not np.array_equal(counts * scale, samples):
        return None
    limit, highest = _limit_for_scale(scale)
    if not _SMALLEST_LIMIT <= Decimal(limit) <= _LARGEST_LIMIT:
        return None
    if counts.size and float(np.abs(counts).max()) > highest:
        # Clipped samples use the last few numbers too; no limit fits their range as well.
        limit = float(_limit_from(scale * (_HIGHEST - _LOWEST) / 2))
        return Digital(counts.astype(np.int32), limit, (_LOWEST, _HIGHEST), scale)
    return Digital(counts.astype(np.int32), limit, (-highest, highest), scale)


def _limit_for_scale(scale: float) -> tuple[float, int]:
    """Physical and digital limit whose ratio is the scale as closely as eight characters allow."""
    top = _rounded(Decimal(scale) * _HIGHEST, ROUND_FLOOR)
    unit = Decimal(1).scaleb(int(top.as_tuple().exponent)) if top else Decimal(1)
    candidates = [top - step * unit for step in range(_LIMITS_TRIED)]
    best = (float(top), _HIGHEST)
    smallest_error = math.inf
    for candidate in candidates:
        if candidate <= 0 or not _is_kept(candidate):
            continue
        highest = min(round(candidate / Decimal(scale)), _HIGHEST)
        error = abs(float(candidate) / highest / scale - 1) if highest else math.inf
        if error < smallest_error:
            best, smallest_error = (float(candidate), highest), error
    return best


def _limit_from(largest: float) -> Decimal:
    """Smallest limit that the header can state and that no sample exceeds."""
    limit = _rounded(max(Decimal(largest), _SMALLEST_LIMIT), ROUND_CEILING)
    while not _is_kept(limit):
        limit += Decimal(1).scaleb(int(limit.as_tuple().exponent))
    return limit


def _rounded(value: Decimal, rounding: str) -> Decimal:
    whole_digits = max(len(str(int(value))), 1)
    decimals = max(_CHARACTERS - whole_digits - 1, 0)
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _is_kept(limit: Decimal) -> bool:
    """Whether edfio writes exactly this limit: it rounds outwards, in floats."""
    value = float(limit)
    if value.is_integer():
        return True
    lower, upper = (
        10.0 ** (_CHARACTERS - len(str(int(value))) - 1),
        10.0 ** (_CHARACTERS - len(str(int(value)))),
    )
    return math.ceil(value * lower) / lower == value and math.ceil(value * upper) / upper == value
