"""The time between two sensors that were tapped together. Truth: simulated taps, and a shared recording."""

from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator

from recordings.open import open_recording
from sensors.shared_event import Felt, NoSharedEvent, SharedEvent, shared_event

SECONDS = 12.0


def tapped(
    rng: Generator, rates_hz: tuple[float, float], offset_s: float, *, taps: int = 5
) -> tuple[Felt, Felt]:
    """Two accelerometers, each turned its own way, that feel the same taps; the second shows them late."""
    taps_s = 1.5 + np.cumsum(rng.uniform(0.8, 1.6, taps))
    swing_hz, lasts_s, strength = rng.uniform(15, 35), rng.uniform(0.02, 0.04), rng.uniform(0.5, 2, taps)
    felt: list[Felt] = []
    for rate_hz, late_s in zip(rates_hz, (0.0, offset_s), strict=True):
        start_s = rng.uniform(0, 0.3)
        times_s = start_s + np.arange(int(SECONDS * rate_hz)) / rate_hz
        direction = rng.normal(size=3)
        samples = rng.normal(size=(3, times_s.size)) * 0.07 + np.array([[0.0], [0.0], [9.81]])
        for tap_s, size in zip(taps_s, strength, strict=True):
            since_s = np.maximum(times_s - tap_s - late_s, 0)
            swing = 10 * size * np.exp(-since_s / lasts_s) * np.sin(2 * np.pi * swing_hz * since_s)
            samples += np.multiply.outer(direction / float(np.sqrt(direction @ direction)), swing)
        felt.append(Felt(samples, rate_hz, start_s))
    return felt[0], felt[1]


@pytest.mark.parametrize(
    ("rates_hz", "within_ms"),
    [((2000, 2000), 1), ((200, 1000), 2), ((1000, 100), 5), ((100, 100), 8), ((52, 52), 25)],
)
def test_the_offset_is_found_and_its_interval_holds_it(
    rates_hz: tuple[float, float], within_ms: float
) -> None:
    rng = np.random.default_rng(1)
    errors_ms, held = [], 0
    for _ in range(20):
        offset_s = rng.uniform(-0.3, 0.3)
        event = shared_event(*tapped(rng, rates_hz, offset_s))
        low, high = event.interval_ms()
        held += low <= 1000 * offset_s <= high
        errors_ms.append(event.offset_ms - 1000 * offset_s)
    print(rates_hz, np.abs(errors_ms).max())
    assert np.percentile(np.abs(errors_ms), 90) <= within_ms
    assert held >= 17


def test_swapped_sensors_have_the_opposite_offset() -> None:
    first, second = tapped(np.random.default_rng(2), (1000, 400), 0.08)
    assert shared_event(first, second).offset_ms == pytest.approx(
        -shared_event(second, first).offset_ms, abs=1
    )


def test_lost_samples_do_not_move_the_offset() -> None:
    first, second = tapped(np.random.default_rng(3), (1000, 1000), -0.05)
    samples = second.samples.copy()
    samples[:, np.random.default_rng(4).random(samples.shape[1]) < 0.05] = np.nan
    assert shared_event(first, Felt(samples, 1000, second.start_s)).offset_ms == pytest.approx(-50, abs=2)


def test_two_sensors_that_felt_different_things_have_no_offset() -> None:
    first, _ = tapped(np.random.default_rng(5), (500, 500), 0.0)
    _, second = tapped(np.random.default_rng(6), (500, 500), 0.0)
    with pytest.raises(NoSharedEvent, match="hold"):
        shared_event(first, second, within_s=0.2)


@pytest.mark.parametrize("taps", [0])
def test_sensors_that_lay_still_have_no_offset(taps: int) -> None:
    with pytest.raises(NoSharedEvent, match="tap"):
        shared_event(*tapped(np.random.default_rng(7), (500, 500), 0.0, taps=taps))


def test_a_sensor_that_is_all_lost_or_too_short_is_refused() -> None:
    first, _ = tapped(np.random.default_rng(8), (500, 500), 0.0)
    with pytest.raises(NoSharedEvent):
        shared_event(first, Felt(np.full((3, 6000), np.nan), 500.0))
    with pytest.raises(NoSharedEvent, match="hardly any samples"):
        shared_event(first, Felt(np.zeros((3, 5)), 500.0))


def test_a_real_movement_of_two_devices_is_found_to_a_millisecond(shared_data: Path) -> None:
    def felt(number: int) -> Felt:
        signals = open_recording(shared_data / "real" / f"two_devices_acc_{number}.txt").signals
        return Felt(np.stack([signal.samples for signal in signals[:3]]), signals[0].rate_hz)

    def halves(event: SharedEvent) -> list[float]:
        return [float(part.mean()) for part in np.array_split(event.each_ms, 2)]

    event = shared_event(felt(1), felt(2), within_s=60)
    # The two hubs began half a minute apart by their clocks' time of day, to a second or so.
    assert -18_500 < event.offset_ms < -17_000
    assert event.error_ms < 1
    assert event.each_ms.size >= 10
    assert np.ptp(event.each_ms) < 6
    early, late = halves(event)
    assert early > late, "the clocks drift apart"
    assert event.drift_ppm == pytest.approx(-466, abs=150)
