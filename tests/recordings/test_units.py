import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.errors import UnitError
from recordings.model import Kind
from recordings.units import check_comparable, convert


@pytest.mark.parametrize(
    ("unit", "kind", "factor", "kept"),
    [
        ("V", "emg", 1e6, "uV"),
        ("mV", "emg", 1e3, "uV"),
        ("uV", "emg", 1.0, "uV"),
        ("\N{MICRO SIGN}V", "emg", 1.0, "uV"),
        ("\N{GREEK SMALL LETTER MU}V", "envelope", 1.0, "uV"),
        ("nV", "emg", 1e-3, "uV"),
        (" [uv] ", "emg", 1.0, "uV"),
        ("g", "acc", 9.80665, "m/s2"),
        ("mg", "acc", 9.80665e-3, "m/s2"),
        ("m/s^2", "acc", 1.0, "m/s2"),
        ("m/s\N{SUPERSCRIPT TWO}", "acc", 1.0, "m/s2"),
        ("deg/s", "gyro", math.pi / 180, "rad/s"),
        ("\N{DEGREE SIGN}/s", "gyro", math.pi / 180, "rad/s"),
        ("\N{MASCULINE ORDINAL INDICATOR}/s", "gyro", math.pi / 180, "rad/s"),
        ("dps", "gyro", math.pi / 180, "rad/s"),
        ("rad", "angle", 180 / math.pi, "deg"),
        ("\N{DEGREE SIGN}", "angle", 1.0, "deg"),
        ("raw", "emg", 1.0, "counts"),
        ("ADC", "acc", 1.0, "counts"),
        ("LSB", "emg", 1.0, "counts"),
        ("a.u.", "emg", 1.0, ""),
        ("", "emg", 1.0, ""),
        ("furlong", "emg", 1.0, "furlong"),
        ("g", "other", 1.0, "g"),
        ("V", "acc", 1.0, "V"),
    ],
)
def test_each_quantity_is_kept_in_one_unit(unit: str, kind: Kind, factor: float, kept: str) -> None:
    samples, found = convert(np.array([2.0, np.nan, -1.0]), unit, kind)
    assert found == kept
    np.testing.assert_allclose(samples, np.array([2.0, np.nan, -1.0]) * factor, rtol=1e-12)


@pytest.mark.parametrize(
    ("a", "b"), [("uV", "mV"), ("uV", "counts"), ("", "uV"), ("counts", ""), ("g", "m/s2"), ("N", "N")]
)
def test_units_that_may_be_the_same_quantity_are_comparable(a: str, b: str) -> None:
    check_comparable(a, b)
    check_comparable(b, a)


@pytest.mark.parametrize(("a", "b"), [("uV", "m/s2"), ("uV", "N"), ("rad/s", "deg"), ("N", "Nmm")])
def test_units_of_two_quantities_are_refused(a: str, b: str) -> None:
    with pytest.raises(UnitError, match="cannot be the same quantity"):
        check_comparable(a, b)
    with pytest.raises(UnitError):
        check_comparable(b, a)


@given(st.text(max_size=12), st.sampled_from(["emg", "envelope", "acc", "gyro", "angle", "other"]))
def test_converting_twice_changes_nothing_more(unit: str, kind: Kind) -> None:
    once, kept = convert(np.array([1.0, 2.0]), unit, kind)
    twice, still = convert(once, kept, kind)
    assert still == kept
    np.testing.assert_array_equal(twice, once)
