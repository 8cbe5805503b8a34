"""The clock of a device from arrivals. Truth: simulated radios, and recorded arrivals of a real device."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator

from recordings.model import FloatArray
from sensors.clock import ClockMap, LiveClock, fit_clock

NOMINAL_HZ = 2000.0
SECONDS = 30.0
#: Intervals a radio may use, in ms; those up to 15 are what is asked of it.
SHORT, LONG = (7.5, 10.0, 11.25, 15.0), (20.0, 30.0, 50.0)


@dataclass(frozen=True, slots=True)
class Radio:
    """What one device sent, and when."""

    index: np.ndarray[tuple[int], np.dtype[np.int64]]
    arrival_s: FloatArray
    rate_hz: float
    start_s: float

    def error_ms(self, clock: ClockMap) -> FloatArray:
        """Error of the clock throughout the recording, with the shortest way (3 ms) taken off."""
        at_s = np.linspace(self.start_s, SECONDS, 31)
        index = (at_s - self.start_s) * self.rate_hz
        return 1000 * (clock.start_s + index / clock.rate_hz - at_s) - 3


def radio(rng: Generator, *, interval_ms: float, batch_ms: float, packet: int, off: float) -> Radio:
    rate_hz = NOMINAL_HZ * (1 + off) * (1 + rng.uniform(-1e-4, 1e-4))
    start_s = rng.uniform(0, 0.2)
    index = np.arange(packet - 1, int((SECONDS - start_s) * rate_hz), packet)
    interval_s, phase = interval_ms / 1000, rng.random()
    sent_s = (np.ceil((start_s + index / rate_hz) / interval_s - phase) + phase) * interval_s
    jitter_s = rng.uniform(0, 0.005) * np.minimum(rng.exponential(1 / 3, index.size), 1)
    arrival_s = sent_s + 0.003 + jitter_s
    if batch_ms:
        arrival_s = np.ceil(arrival_s / (batch_ms / 1000)) * batch_ms / 1000
    kept = rng.random(index.size) >= rng.uniform(0, 0.05)
    return Radio(index[kept], np.maximum.accumulate(arrival_s)[kept], rate_hz, start_s)


def runs(n: int, *, intervals: tuple[float, ...], reach: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Greatest relative error of two like devices within 30 s, and the bound they report, for each run."""
    rng = np.random.default_rng(seed)
    errors, bounds = np.zeros(n), np.zeros(n)
    for run in range(n):
        link = {
            "interval_ms": float(rng.choice(intervals)),
            "batch_ms": float(rng.choice([0.0, 15.6])),
            "packet": int(rng.choice([10, 20, 30])),
        }
        pair = [radio(rng, off=rng.uniform(-reach, reach), **link) for _ in range(2)]  # type: ignore[arg-type]
        clocks = [fit_clock(one.index, one.arrival_s, nominal_rate_hz=NOMINAL_HZ) for one in pair]
        ours, others = (one.error_ms(clock) for one, clock in zip(pair, clocks, strict=True))
        errors[run] = np.abs(ours - others).max()
        bounds[run] = np.hypot(clocks[0].error_ms, clocks[1].error_ms)
    return errors, bounds


def check(errors: FloatArray, bounds: FloatArray, name: str, *, within_ms: float, held: float) -> None:
    worst = np.percentile(errors, 95)
    print(
        f"\n{name}: error 50 % {np.median(errors):.2f} ms, 95 % {worst:.2f} ms; "
        f"bound 50 % {np.median(bounds):.2f} ms, 95 % {np.percentile(bounds, 95):.2f} ms, "
        f"held in {100 * np.mean(errors <= bounds):.1f} % of {errors.size}"
    )
    assert worst <= within_ms
    assert np.mean(errors <= bounds) >= held
    assert np.percentile(bounds, 95) < 3 * worst


def test_two_devices_agree_within_5_ms_after_30_s() -> None:
    errors, bounds = runs(20, intervals=SHORT, reach=0.1, seed=1)
    check(errors, bounds, "intervals up to 15 ms", within_ms=5, held=0.95)


@pytest.mark.soak
@pytest.mark.parametrize(("intervals", "within_ms"), [(SHORT, 5), (LONG, 10), (SHORT + LONG, 10)])
def test_over_many_radios_the_error_is_small_and_its_bound_holds(
    intervals: tuple[float, ...], within_ms: float
) -> None:
    errors, bounds = runs(400, intervals=intervals, reach=0.1, seed=2)
    check(errors, bounds, f"rate off by up to 10 %, intervals {intervals}", within_ms=within_ms, held=0.95)


@pytest.mark.soak
def test_packets_at_the_rhythm_of_the_radio_are_less_certain_and_the_bound_says_so() -> None:
    errors, bounds = runs(400, intervals=SHORT + LONG, reach=0.0, seed=3)
    check(errors, bounds, "rate right to 100 ppm: packets in step with the radio", within_ms=12, held=0.95)
    free, free_bounds = runs(100, intervals=SHORT + LONG, reach=0.1, seed=4)
    assert np.median(bounds) > 3 * np.median(free_bounds)
    assert np.median(errors) > 2 * np.median(free)


@pytest.mark.parametrize("number", [1, 2])
def test_the_rate_of_a_real_device_is_found(shared_data: Path, number: int) -> None:
    table = np.loadtxt(shared_data / "real" / f"ganglion_arrivals_{number}.csv", delimiter=",", skiprows=1)
    # Packet numbers go round every hundred, and a packet holds two samples.
    packet = np.concatenate([[0], np.cumsum(np.diff(table[:, 0]).astype(int) % 100)])
    clock = fit_clock(2 * packet + 1, table[:, 1], nominal_rate_hz=200.0)
    assert clock.rate_hz == pytest.approx(199.0, abs=0.1)
    assert clock.error_ms < 15


def test_a_clock_followed_live_is_the_one_fitted_afterwards() -> None:
    one = radio(np.random.default_rng(5), interval_ms=15, batch_ms=15.6, packet=20, off=0.03)
    live = LiveClock(NOMINAL_HZ)
    for index, arrival_s in zip(one.index.tolist(), one.arrival_s.tolist(), strict=True):
        live.feed(index, arrival_s)
    assert live.fitted() == fit_clock(one.index, one.arrival_s, nominal_rate_hz=NOMINAL_HZ)


def test_the_line_is_the_one_of_the_linear_programme() -> None:
    from scipy.optimize import linprog  # noqa: PLC0415

    one = radio(np.random.default_rng(6), interval_ms=30, batch_ms=0, packet=20, off=-0.05)
    clock = fit_clock(one.index, one.arrival_s, nominal_rate_hz=NOMINAL_HZ)
    # Highest line under all arrivals: greatest sum of heights at the packets.
    columns = np.column_stack([np.ones(one.index.size), one.index / NOMINAL_HZ])
    best = linprog(-columns.sum(axis=0), A_ub=columns, b_ub=one.arrival_s, bounds=(None, None))
    assert best.x is not None
    assert clock.start_s == pytest.approx(best.x[0], abs=1e-6)
    assert NOMINAL_HZ / clock.rate_hz == pytest.approx(best.x[1], rel=1e-7)


def test_lost_packets_do_not_move_the_clock() -> None:
    rng = np.random.default_rng(7)
    one = radio(rng, interval_ms=15, batch_ms=0, packet=20, off=0.02)
    whole = fit_clock(one.index, one.arrival_s, nominal_rate_hz=NOMINAL_HZ)
    kept = (one.arrival_s < 8) | (one.arrival_s > 20)
    parts = fit_clock(one.index[kept], one.arrival_s[kept], nominal_rate_hz=NOMINAL_HZ)
    assert np.abs(one.error_ms(whole) - one.error_ms(parts)).max() < whole.error_ms + parts.error_ms


def test_few_packets_are_known_poorly_and_say_so() -> None:
    clock = fit_clock([19], [3.0], nominal_rate_hz=NOMINAL_HZ)
    assert (clock.rate_hz, clock.start_s) == (NOMINAL_HZ, pytest.approx(3.0 - 19 / NOMINAL_HZ))
    assert clock.error_ms >= 50
    with pytest.raises(ValueError, match="no packets"):
        fit_clock([], [], nominal_rate_hz=NOMINAL_HZ)


def test_hours_take_no_more_memory_and_lose_no_accuracy() -> None:
    live, rate_hz = LiveClock(100.0), 99.5
    rng = np.random.default_rng(8)
    index = np.arange(9, 400_000, 10)
    for place, way_s in zip(index.tolist(), rng.exponential(0.01, index.size).tolist(), strict=True):
        live.feed(place, 2.0 + place / rate_hz + way_s)
    clock = live.fitted()
    assert sys.getsizeof(live._points) < 100_000  # pyright: ignore[reportPrivateUsage]
    assert clock.rate_hz == pytest.approx(rate_hz, rel=1e-6)
    assert clock.start_s == pytest.approx(2.0, abs=0.001)
    assert clock.error_ms < 15
