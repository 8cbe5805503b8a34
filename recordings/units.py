"""Units as they are written in files, and the one unit that each quantity is kept in here."""

import unicodedata
from typing import Final

import numpy as np

from recordings.errors import UnitError
from recordings.model import FloatArray, Kind

COUNTS: Final = "counts"
UNKNOWN: Final = ""

# spelling (lower case, no spaces) -> (unit it becomes here, factor to get there)
_VOLTAGES: Final = {
    "v": ("uV", 1e6), "volt": ("uV", 1e6), "volts": ("uV", 1e6),
    "mv": ("uV", 1e3), "millivolt": ("uV", 1e3), "millivolts": ("uV", 1e3),
    "uv": ("uV", 1.0), "microvolt": ("uV", 1.0), "microvolts": ("uV", 1.0), "uvolt": ("uV", 1.0),
    "nv": ("uV", 1e-3), "nanovolt": ("uV", 1e-3), "nanovolts": ("uV", 1e-3),
}  # fmt: skip
_STANDARD_GRAVITY: Final = 9.80665
_ACCELERATIONS: Final = {
    "m/s2": ("m/s2", 1.0), "m/s^2": ("m/s2", 1.0), "m/s**2": ("m/s2", 1.0), "m/s/s": ("m/s2", 1.0),
    "m.s-2": ("m/s2", 1.0), "m*s-2": ("m/s2", 1.0), "m*s^-2": ("m/s2", 1.0), "ms^-2": ("m/s2", 1.0),
    "m/sec2": ("m/s2", 1.0), "m/sec^2": ("m/s2", 1.0),
    "mm/s2": ("m/s2", 1e-3), "mm/s^2": ("m/s2", 1e-3),
    "g": ("m/s2", _STANDARD_GRAVITY), "mg": ("m/s2", _STANDARD_GRAVITY * 1e-3),
}  # fmt: skip
_DEGREE: Final = np.pi / 180.0
_ANGULAR_RATES: Final = {
    "rad/s": ("rad/s", 1.0), "rad/sec": ("rad/s", 1.0), "rad*s-1": ("rad/s", 1.0), "rad.s-1": ("rad/s", 1.0),
    "deg/s": ("rad/s", _DEGREE), "deg/sec": ("rad/s", _DEGREE), "dps": ("rad/s", _DEGREE),
    "mdps": ("rad/s", _DEGREE * 1e-3),
}  # fmt: skip
_ANGLES: Final = {
    "deg": ("deg", 1.0), "degree": ("deg", 1.0), "degrees": ("deg", 1.0),
    "rad": ("deg", 180.0 / np.pi), "radian": ("deg", 180.0 / np.pi), "radians": ("deg", 180.0 / np.pi),
}  # fmt: skip
_COUNTS: Final = {"counts", "count", "raw", "adc", "lsb", "adu", "ct", "cts", "digit", "digits", "adcunits"}
_UNKNOWN: Final = {
    "",
    "a.u.",
    "au",
    "a.u",
    "arb",
    "arb.unit",
    "n/a",
    "na",
    "none",
    "unknown",
    "-",
    "%",
    "%mvc",
}
_BY_KIND: Final[dict[Kind, dict[str, tuple[str, float]]]] = {
    "emg": _VOLTAGES,
    "envelope": _VOLTAGES,
    "acc": _ACCELERATIONS,
    "gyro": _ANGULAR_RATES,
    "angle": _ANGLES,
    "other": {},
}


def _spelling(unit: str) -> str:
    # The masculine ordinal sign is often typed for a degree; NFKC would make it a letter o.
    text = unit.replace("º", "°").replace("˚", "°")
    text = unicodedata.normalize("NFKC", text).casefold().strip().strip("[](){}")
    for written, meant in (
        ("μ", "u"),
        ("°", "deg"),
        ("\N{MINUS SIGN}", "-"),
        ("·", "*"),
        ("⋅", "*"),
        (" ", ""),
        ("_", ""),
    ):
        text = text.replace(written, meant)
    return text


def kind_of_unit(unit: str) -> Kind | None:
    """Return what a unit measures, or None where it says nothing or is not understood.

    Examples
    --------
    >>> kind_of_unit("µV"), kind_of_unit("°/s"), kind_of_unit("counts")
    ('emg', 'gyro', None)
    """
    spelling = _spelling(unit)
    kinds: tuple[Kind, ...] = ("emg", "acc", "gyro", "angle")
    return next((kind for kind in kinds if spelling in _BY_KIND[kind]), None)


def says_nothing(unit: str) -> bool:
    """Return whether a unit leaves the quantity open: counts, arbitrary units, or no unit at all."""
    spelling = _spelling(unit)
    return spelling in _UNKNOWN or spelling in _COUNTS


def convert(samples: FloatArray, unit: str, kind: Kind) -> tuple[FloatArray, str]:
    """Bring samples into the unit in which this kind of channel is kept.

    Parameters
    ----------
    samples : ndarray of float64
        Values in `unit`.
    unit : str
        As written in the file: ``"mV"``, ``"µV"``, ``"m/s^2"``, ``"°/s"``, ``"ADC"`` ...
    kind : {"emg", "envelope", "acc", "gyro", "angle", "other"}
        EMG goes to microvolt, acceleration to m/s2, angular rate to rad/s, angles to degrees.

    Returns
    -------
    samples : ndarray of float64
    unit : str
        ``"counts"`` for raw numbers, ``""`` for arbitrary units. A unit that is not understood for
        this kind stays as it is written, and so do the samples.

    Examples
    --------
    >>> convert(np.array([1.5]), "mV", "emg")
    (array([1500.]), 'uV')
    """
    spelling = _spelling(unit)
    if spelling in _COUNTS:
        return samples, COUNTS
    if spelling in _UNKNOWN:
        return samples, UNKNOWN
    target, factor = _BY_KIND[kind].get(spelling, (unit.strip(), 1.0))
    return (samples if factor == 1.0 else samples * factor), target


def check_comparable(unit_a: str, unit_b: str) -> None:
    """Refuse two units that cannot be the same quantity.

    Counts and unknown units may stand for anything and are comparable with every unit.

    Raises
    ------
    UnitError
        If one is, say, a voltage and the other an acceleration, or if one is not understood.
    """
    if says_nothing(unit_a) or says_nothing(unit_b) or _spelling(unit_a) == _spelling(unit_b):
        return
    kind_a, kind_b = kind_of_unit(unit_a), kind_of_unit(unit_b)
    if kind_a is None or kind_a != kind_b:
        raise UnitError(
            f"units {unit_a!r} and {unit_b!r} cannot be the same quantity; "
            "choose two channels that measure the same"
        )
