"""Why a session cannot be told, by what its sensors did: clocks, rates, envelopes, electrodes.

What the person did is in ``test_reasons.py``.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from firing_analyzer.errors import SignalError
from firing_analyzer.result import Analysis
from recordings.model import Recording
from recordings.synth import Nuisance, Schedule, Sensors

Analysed = Callable[..., Analysis]

seeds = pytest.mark.parametrize("seed", range(3))
CLEAR = [-140.0] * 8
SILENT = [None] * 8


def said(analysis: Analysis) -> set[str]:
    """All codes of a session."""
    return {*analysis.session.reasons, *analysis.session.warnings}


def width_ms(analysis: Analysis) -> float:
    interval = analysis.session.lag_interval_ms
    assert interval is not None
    return interval[1] - interval[0]


# -- clocks --------------------------------------------------------------------------------------------------


@seeds
@pytest.mark.parametrize("error_ms", [None, 30.0, 200.0])
def test_two_sensors_whose_clocks_may_differ_too_much_are_unsynchronised(
    analysed: Analysed, seed: int, error_ms: float | None
) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, sensors=Sensors(two_devices=True, clock_error_ms=error_ms))
    assert "unsynchronised" in found.session.reasons
    assert found.timing_error_ms == error_ms
    assert not found.shared_clock


@seeds
def test_a_small_clock_error_widens_every_interval_and_leaves_the_verdict(
    analysed: Analysed, seed: int
) -> None:
    one = analysed(seed=seed, lags_ms=CLEAR)
    two = analysed(seed=seed, lags_ms=CLEAR, sensors=Sensors(two_devices=True, clock_error_ms=12.0))
    assert two.verdict == one.verdict == "shoulder_first"
    assert two.session.warnings == ("unsynchronised",)
    assert not one.session.warnings
    # shared by all raises, so it is added whole to the session and not divided among them
    assert width_ms(two) == pytest.approx(np.hypot(width_ms(one), 2 * 1.96 * 12), rel=0.1)
    for alone, with_clock in zip(one.rows, two.rows, strict=True):
        assert alone.lag_interval_ms is not None
        assert with_clock.lag_interval_ms is not None
        assert with_clock.lag_interval_ms[1] - with_clock.lag_interval_ms[0] > (
            alone.lag_interval_ms[1] - alone.lag_interval_ms[0]
        )


@seeds
def test_a_clock_error_of_which_nothing_is_felt_is_not_mentioned(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, sensors=Sensors(two_devices=True, clock_error_ms=1.0))
    assert found.verdict == "shoulder_first"
    assert not said(found)


@seeds
def test_a_stated_clock_error_covers_the_offset_it_speaks_of(analysed: Analysed, seed: int) -> None:
    offset_ms = 12.0 * float(np.random.default_rng(seed).standard_normal())
    sensors = Sensors(two_devices=True, clock_offset_ms=offset_ms, clock_error_ms=12.0)
    interval = analysed(seed=seed, lags_ms=CLEAR, sensors=sensors).session.lag_interval_ms
    assert interval is not None
    assert interval[0] <= -140 <= interval[1]


# -- one signal on both channels -----------------------------------------------------------------------------


@seeds
@pytest.mark.parametrize(("share", "level"), [(0.0, None), (0.15, None), (0.45, "warning"), (0.8, "reason")])
def test_one_signal_on_both_channels_is_said_and_refused_as_it_grows(
    analysed: Analysed, seed: int, share: float, level: str | None
) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, sensors=Sensors(shared_texture=share))
    assert ("common_signal" in found.session.warnings) == (level == "warning")
    assert ("common_signal" in found.session.reasons) == (level == "reason")
    assert found.verdict == ("cannot_tell" if level == "reason" else "shoulder_first")
    assert any(note.flag == "common_signal" for note in found.quality) == (level is not None)


@seeds
def test_the_same_electrode_twice_is_refused(analysed: Analysed, seed: int) -> None:
    def doubled(recording: Recording) -> Recording:
        glute, shoulder = recording.signals
        noise = 0.3 * np.random.default_rng(seed).standard_normal(glute.samples.size)
        return replace(recording, signals=(glute, replace(shoulder, samples=0.5 * glute.samples + noise)))

    assert "common_signal" in analysed(seed=seed, lags_ms=CLEAR, change=doubled).session.reasons


@seeds
def test_a_silent_shoulder_that_picks_up_the_glute_is_a_common_signal(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=SILENT, sensors=Sensors(crosstalk=0.3))
    assert "common_signal" in found.session.reasons


@pytest.mark.parametrize("crosstalk", [0.2, 0.3])
def test_muscles_heard_through_one_another_are_not_called_together(
    analysed: Analysed, crosstalk: float
) -> None:
    # true lags of -140 ms: each electrode hears the other muscle start
    for seed in range(6):
        found = analysed(seed=seed, lags_ms=CLEAR, sensors=Sensors(crosstalk=crosstalk))
        assert found.verdict in {"cannot_tell", "shoulder_first"}
        assert "common_signal" in said(found)


@seeds
def test_one_heart_and_one_mains_on_both_channels_are_no_common_signal(analysed: Analysed, seed: int) -> None:
    nuisance = Nuisance(heart_uv=20.0, hum_uv=10.0)
    found = analysed(seed=seed, lags_ms=CLEAR, glute_nuisance=nuisance, shoulder_nuisance=nuisance)
    assert "common_signal" not in said(found)
    assert found.verdict == "shoulder_first"


# -- rates and envelopes -------------------------------------------------------------------------------------


@seeds
@pytest.mark.parametrize("rate_hz", [400.0, (2000.0, 400.0), (400.0, 2000.0)])
def test_a_rate_below_500_hz_is_low_bandwidth_and_widens_the_margin(
    analysed: Analysed, seed: int, rate_hz: float | tuple[float, float]
) -> None:
    found = analysed(seed=seed, lags_ms=[-220.0] * 8, rate_hz=rate_hz)
    assert found.session.warnings == ("low_bandwidth",)
    assert found.session.margin_ms == 100.0
    assert found.verdict == "shoulder_first"
    beside = analysed(seed=seed, lags_ms=[-75.0] * 8, rate_hz=rate_hz)
    assert beside.verdict in {"together", "cannot_tell"}, "75 ms is beyond 50 but within the wider margin"


@seeds
def test_500_hz_is_enough(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, rate_hz=500.0)
    assert not said(found)
    assert found.session.margin_ms == 50.0


def test_a_rate_below_150_hz_is_refused_by_name(analysed: Analysed) -> None:
    with pytest.raises(SignalError, match=r"'UT_R'.*149 Hz.*too low") as refusal:
        analysed(lags_ms=CLEAR, rate_hz=(1000.0, 149.0))
    assert refusal.value.channel == "UT_R"
    assert analysed(lags_ms=CLEAR, rate_hz=150.0).session.repetitions == 8


def without_window(recording: Recording) -> Recording:
    """Forget the length of the smoothing window, as a file may not tell it."""
    return replace(
        recording,
        signals=tuple(
            replace(one, channel=replace(one.channel, smoothing_ms=None)) for one in recording.signals
        ),
    )


@seeds
def test_an_envelope_with_a_short_window_is_a_warning(analysed: Analysed, seed: int) -> None:
    found = analysed(seed=seed, lags_ms=[-250.0] * 8, rate_hz=500.0, sensors=Sensors(smoothing_ms=25.0))
    assert found.session.warnings == ("envelope_only",)
    assert found.verdict == "shoulder_first"
    interval = found.session.lag_interval_ms
    assert interval is not None
    assert interval[0] <= -250 <= interval[1]


@seeds
def test_a_wider_smoothing_window_widens_the_interval(analysed: Analysed, seed: int) -> None:
    widths = [
        width_ms(
            analysed(seed=seed, lags_ms=[-250.0] * 8, rate_hz=500.0, sensors=Sensors(smoothing_ms=window))
        )
        for window in (10.0, 45.0)
    ]
    assert widths[1] > widths[0] + 20


@seeds
@pytest.mark.parametrize("window_ms", [60.0, 200.0])
def test_an_envelope_smoothed_over_more_than_50_ms_is_refused(
    analysed: Analysed, seed: int, window_ms: float
) -> None:
    sensors = Sensors(smoothing_ms=window_ms)
    found = analysed(seed=seed, lags_ms=[-250.0] * 8, rate_hz=500.0, sensors=sensors)
    assert "envelope_only" in found.session.reasons


@seeds
def test_an_envelope_of_unknown_window_is_refused(analysed: Analysed, seed: int) -> None:
    sensors = Sensors(smoothing_ms=25.0)
    found = analysed(seed=seed, lags_ms=[-250.0] * 8, rate_hz=500.0, sensors=sensors, change=without_window)
    assert "envelope_only" in found.session.reasons


@seeds
@pytest.mark.parametrize("smoothing_ms", [None, 20.0])
@pytest.mark.parametrize("rate_hz", [200.0, 400.0, 1000.0])
def test_the_margin_is_wider_exactly_where_low_bandwidth_is_said(
    analysed: Analysed, seed: int, rate_hz: float, smoothing_ms: float | None
) -> None:
    found = analysed(seed=seed, lags_ms=CLEAR, rate_hz=rate_hz, sensors=Sensors(smoothing_ms=smoothing_ms))
    assert (found.session.margin_ms == 100.0) == ("low_bandwidth" in said(found))


# -- electrodes that do not work -----------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("value", [0.0, 5.0, np.nan])
def test_a_dead_electrode_is_refused_by_name(analysed: Analysed, channel: int, value: float) -> None:
    def dead(recording: Recording) -> Recording:
        signals = list(recording.signals)
        signals[channel] = replace(signals[channel], samples=np.full(signals[channel].samples.size, value))
        return replace(recording, signals=tuple(signals))

    with pytest.raises(SignalError, match=r"constant|missing") as refusal:
        analysed(lags_ms=CLEAR, change=dead)
    assert refusal.value.channel == ("GM_L", "UT_R")[channel]


@pytest.fixture(scope="module")
def timed(brisk: Schedule) -> Schedule:
    """Cues at 12, 20, ... 68 s."""
    return replace(brisk, cues_s=tuple(12.0 + 8 * number for number in range(8)))


@seeds
@pytest.mark.parametrize("lags_ms", [CLEAR, SILENT], ids=["active", "silent"])
def test_raises_with_a_flat_shoulder_are_set_aside_and_never_silent(
    analysed: Analysed, timed: Schedule, seed: int, lags_ms: list[float | None]
) -> None:
    nuisance = Nuisance(flat_s=((33.5, 49.5),))
    found = analysed(seed=seed, lags_ms=lags_ms, schedule=timed, shoulder_nuisance=nuisance)
    inside = [row for row in found.rows if 33 < row.start_s < 50]
    assert len(inside) == 2
    assert all("lost_samples" in row.flags and row.order == "unclear" for row in inside)
    assert found.session.valid == 6
    assert any(note.flag == "flat" and note.channel == "UT_R" for note in found.quality)
    assert not any(note.flag == "mains" for note in found.quality), "there is no hum in this recording"


@seeds
def test_cued_raises_with_a_flat_glute_are_lost_and_not_called_silent(
    analysed: Analysed, timed: Schedule, seed: int
) -> None:
    nuisance = Nuisance(flat_s=((33.5, 49.5),))
    found = analysed(seed=seed, lags_ms=CLEAR, schedule=timed, glute_nuisance=nuisance)
    inside = [row for row in found.rows if 33 < row.start_s < 50]
    assert len(inside) == 2
    assert all("lost_samples" in row.flags and "glute_silent" not in row.flags for row in inside)
    assert found.session.valid == 6


@seeds
@pytest.mark.parametrize("lags_ms", [CLEAR, SILENT], ids=["active", "silent"])
def test_a_shoulder_electrode_that_is_off_is_no_silent_shoulder(
    analysed: Analysed, seed: int, lags_ms: list[float | None]
) -> None:
    found = analysed(seed=seed, lags_ms=lags_ms, shoulder_nuisance=Nuisance(off_s=((0.0, 900.0),)))
    assert found.verdict == "cannot_tell"
    assert any(note.channel == "UT_R" and note.flag != "simulated" for note in found.quality)


@seeds
def test_raises_during_which_the_shoulder_electrode_is_off_are_not_called_silent(
    analysed: Analysed, timed: Schedule, seed: int
) -> None:
    found = analysed(
        seed=seed, lags_ms=CLEAR, schedule=timed, shoulder_nuisance=Nuisance(off_s=((33.5, 49.5),))
    )
    inside = [row for row in found.rows if 33 < row.start_s < 50]
    assert all(row.order == "unclear" for row in inside)
    assert "sometimes_silent" not in said(found)
