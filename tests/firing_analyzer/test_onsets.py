"""Truth comes from simulation: a burst whose onset is known because we put it there."""

import math
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from firing_analyzer.errors import AnalysisError, UnknownDetectorError
from firing_analyzer.onsets import DETECTORS, Activity, DetectorInputError, default_parameters, detect

Floats = NDArray[np.float64]

RATE = 1000.0
REST = (200, 1200)
METHODS = pytest.mark.parametrize("method", DETECTORS)
few = settings(max_examples=25, deadline=None, derandomize=True)


def band(samples: Floats, *, rate_hz: float = RATE, low_hz: float = 20, high_hz: float = 450) -> Floats:
    return sosfiltfilt(butter(2, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos"), samples)


def emg(
    seed: int,
    *bursts: tuple[float, float],
    snr_db: float = 20.0,
    rise_s: float = 0.0,
    duration_s: float = 4.0,
    rate_hz: float = RATE,
) -> Floats:
    """Band-limited Gaussian rest of unit SD; in each burst EMG is added, rising in a straight line."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    rest, muscle = band(rng.normal(size=times.size), rate_hz=rate_hz), rng.normal(size=times.size)
    muscle = band(muscle, rate_hz=rate_hz, high_hz=200)
    profile = np.zeros(times.size)
    for start, stop in bursts:
        rise = np.clip((times - start) / rise_s, 0, 1) if rise_s else 1.0
        profile += np.where((times >= start) & (times < stop), rise, 0.0)
    return rest / rest.std() + muscle / muscle.std() * profile * 10 ** (snr_db / 20)


def onset_errors_ms(method: str, *, snr_db: float, rise_s: float) -> Floats:
    errors: list[float] = []
    for seed in range(20):
        onset = 1.6 + 0.013 * seed
        x = emg(seed, (onset, onset + 1.0), snr_db=snr_db, rise_s=rise_s)
        found = detect(x, RATE, method=method, rest=REST).onsets / RATE - onset
        errors.append(1000 * float(found[np.argmin(np.abs(found))]) if found.size else math.nan)
    return np.array(errors)


# -- what all detectors owe ----------------------------------------------------------------------------------


@METHODS
def test_two_bursts_give_two_onsets_and_two_offsets(method: str) -> None:
    found = detect(emg(3, (1.5, 2.2), (2.8, 3.5)), RATE, method=method, rest=REST)
    np.testing.assert_allclose(found.onsets, [1500, 2800], atol=30)
    # Bonato's rule joins a false alarm that comes within 30 ms of the end.
    np.testing.assert_allclose(found.offsets, [2200, 3500], atol=40)


@METHODS
@pytest.mark.parametrize("snr_db", [10.0, 20.0])
def test_the_onset_of_a_step_is_found_within_25_ms(method: str, snr_db: float) -> None:
    errors = onset_errors_ms(method, snr_db=snr_db, rise_s=0.0)
    assert np.isfinite(errors).all()
    assert np.median(np.abs(errors)) < (25 if method == "hodges_bui" else 12)


@METHODS
def test_a_slow_rise_is_found_late_and_later_where_the_muscle_is_weak(method: str) -> None:
    weak, strong = (onset_errors_ms(method, snr_db=snr, rise_s=0.1) for snr in (10.0, 20.0))
    assert np.isfinite(weak).all()
    assert np.median(weak) > np.median(strong) + 10
    assert np.median(weak) < 90


@METHODS
def test_rest_alone_is_silent(method: str) -> None:
    assert detect(emg(5, duration_s=20.0), RATE, method=method, rest=REST).onsets.size == 0


@METHODS
@few
@given(
    power=st.integers(-9, 9),
    factor=st.floats(0.1, 10),
    sign=st.sampled_from([-1, 1]),
    seed=st.integers(0, 99),
)
def test_neither_unit_nor_sign_changes_the_answer(
    method: str, power: int, factor: float, sign: int, seed: int
) -> None:
    x = emg(seed, (1.5, 2.2), (2.6, 3.0), snr_db=12.0, rise_s=0.05)
    plain, scaled = (detect(y, RATE, method=method, rest=REST) for y in (x, sign * factor * 10.0**power * x))
    np.testing.assert_array_equal(plain, scaled)


@METHODS
@few
@given(before=st.integers(0, 500).map(lambda n: 2 * n), after=st.integers(0, 1000), seed=st.integers(0, 99))
def test_rest_put_before_and_after_only_shifts_the_answer(
    method: str, before: int, after: int, seed: int
) -> None:
    x = emg(seed, (1.5, 2.2), (2.6, 3.0))
    padding = emg(seed + 1000)
    padded = np.concatenate((padding[:before], x, padding[before : before + after]))
    plain = detect(x, RATE, method=method, rest=REST)
    shifted = detect(padded, RATE, method=method, rest=(REST[0] + before, REST[1] + before))
    np.testing.assert_array_equal(plain.onsets + before, shifted.onsets)
    np.testing.assert_array_equal(plain.offsets + before, shifted.offsets)


@METHODS
@few
@given(data=st.data())
def test_onsets_and_offsets_alternate_whatever_comes_in(method: str, data: st.DataObject) -> None:
    x = emg(data.draw(st.integers(0, 99)), snr_db=8.0)
    for _ in range(data.draw(st.integers(0, 6))):
        start, length = data.draw(st.integers(1200, 3990)), data.draw(st.integers(1, 400))
        x[start : start + length] *= data.draw(st.sampled_from([math.nan, 0.0, 1.5, 5.0, 1e4]))
    onsets, offsets = detect(x, RATE, method=method, rest=REST)
    assert onsets.dtype == offsets.dtype == np.int64
    assert onsets.size == offsets.size
    edges = np.column_stack((onsets, offsets)).ravel().tolist()
    assert all(a < b for a, b in pairwise(edges))
    assert not edges or (edges[0] >= 0 and edges[-1] <= x.size)
    assert not np.isnan(x[onsets]).any()


# -- lost samples --------------------------------------------------------------------------------------------


@METHODS
@few
@given(start=st.integers(1250, 3900), length=st.integers(1, 600))
def test_a_loss_never_makes_an_onset(method: str, start: int, length: int) -> None:
    x = emg(7, (1.5, 2.2), (2.8, 3.5))
    whole = detect(x, RATE, method=method, rest=REST)
    x[start : start + length] = math.nan
    found = detect(x, RATE, method=method, rest=REST)
    assert all(np.min(np.abs(whole.onsets - onset)) <= 40 for onset in found.onsets)
    assert not np.isnan(x[found.onsets]).any()
    if length > 20:
        hidden = (found.onsets >= start) & (found.onsets < start + length + min(length, 100))
        assert not hidden.any()


@METHODS
def test_a_loss_at_rest_changes_nothing(method: str) -> None:
    x = emg(7, (1.5, 2.2), (2.8, 3.5))
    whole = detect(x, RATE, method=method, rest=REST)
    x[2400:2600] = math.nan
    np.testing.assert_array_equal(detect(x, RATE, method=method, rest=REST), whole)


@METHODS
def test_small_losses_all_over_the_record_move_an_onset_by_no_more_than_they_last(method: str) -> None:
    for seed in range(10):
        x = emg(seed, (1.5, 3.0), snr_db=14.0)
        whole = detect(x, RATE, method=method, rest=REST)
        x.reshape(-1, 40)[:, :10] = math.nan
        found = detect(x, RATE, method=method, rest=REST)
        np.testing.assert_allclose(found.onsets, whole.onsets, atol=20)


@METHODS
def test_a_short_loss_within_a_burst_does_not_end_it_and_a_long_one_does(method: str) -> None:
    x = emg(7, (1.5, 3.0))
    whole = detect(x, RATE, method=method, rest=REST)
    x[2000:2080] = math.nan
    np.testing.assert_array_equal(detect(x, RATE, method=method, rest=REST), whole)
    x[2000:2300] = math.nan
    found = detect(x, RATE, method=method, rest=REST)
    np.testing.assert_array_equal(found.onsets, whole.onsets)
    assert found.offsets[0] == 2000


@METHODS
def test_a_burst_that_was_going_on_when_the_record_began_has_no_onset(method: str) -> None:
    x = emg(2, (0.0, 0.5), (2.5, 3.0))
    found = detect(x, RATE, method=method, rest=(900, 2000))
    np.testing.assert_allclose(found.onsets, [2500], atol=30)


@pytest.mark.parametrize("method", ["lidierth", "bonato", "tkeo", "aglr_step"])
def test_a_burst_shorter_than_the_shortest_is_not_reported(method: str) -> None:
    reported = [
        detect(emg(seed, (2.0, 2.005), (3.0, 3.2), snr_db=14.0), RATE, method=method, rest=REST).onsets
        for seed in range(20)
    ]
    for onsets in reported:
        np.testing.assert_allclose(onsets, [3000], atol=40)


# -- names, input, speed -------------------------------------------------------------------------------------


@METHODS
def test_detect_is_the_detector_by_its_name(method: str) -> None:
    x = emg(1, (1.5, 2.5))
    by_name = detect(x, RATE, method=method, rest=REST, **default_parameters(method))
    assert isinstance(by_name, Activity)
    np.testing.assert_array_equal(by_name, DETECTORS[method](x, RATE, rest=REST))


def test_an_unknown_detector_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(UnknownDetectorError, match="hodges_bui, lidierth, bonato, tkeo, aglr_step") as caught:
        detect(emg(1), RATE, method="visual", rest=REST)
    assert caught.value.known == tuple(DETECTORS)
    assert isinstance(caught.value, AnalysisError)


def test_an_unknown_parameter_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(
        UnknownDetectorError, match=r"'window'.*lowpass_hz, threshold_sd, window_ms"
    ) as caught:
        detect(emg(1), RATE, method="hodges_bui", rest=REST, window=3)
    assert caught.value.known == ("lowpass_hz", "threshold_sd", "window_ms")


@METHODS
@pytest.mark.parametrize(
    ("x", "rate_hz", "rest", "argument"),
    [
        (np.zeros((2, 4000)), RATE, REST, "x"),
        (np.full(4000, math.inf), RATE, REST, "x"),
        (np.zeros(4000), RATE, REST, "rest"),
        (np.full(4000, math.nan), RATE, REST, "rest"),
        (np.ones(4000), RATE, (3000, 5000), "rest"),
        (np.arange(4000.0), RATE, (0, 100), "rest"),
        (np.arange(4000.0), 0.0, REST, "rate_hz"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    method: str, x: Floats, rate_hz: float, rest: tuple[int, int], argument: str
) -> None:
    with pytest.raises(DetectorInputError, match=argument) as caught:
        detect(x, rate_hz, method=method, rest=rest)
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    ("method", "parameter", "value"),
    [
        ("hodges_bui", "lowpass_hz", 480.0),
        ("hodges_bui", "window_ms", -1.0),
        ("lidierth", "threshold_sd", math.nan),
        ("bonato", "false_alarm", 1.0),
        ("bonato", "required", 6),
        ("tkeo", "hold_ms", -25.0),
        ("aglr_step", "threshold", 0.0),
    ],
)
def test_an_impossible_parameter_is_refused_by_name(method: str, parameter: str, value: float) -> None:
    with pytest.raises(DetectorInputError, match=parameter) as caught:
        detect(emg(1), RATE, method=method, rest=REST, **{parameter: value})
    assert caught.value.argument == parameter


@METHODS
def test_ten_minutes_take_less_than_a_second(method: str) -> None:
    x = np.random.default_rng(0).normal(size=1_200_000) * (1 + 9 * (np.arange(1_200_000) // 2000 % 10 == 5))
    started = time.perf_counter()
    found = detect(x, 2000.0, method=method, rest=(0, 10_000))
    assert time.perf_counter() - started < 1.0
    assert found.onsets.size >= 60
