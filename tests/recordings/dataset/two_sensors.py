"""A recording of two sensors, saved in a dataset, and what was read again to hold against it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from recordings.dataset.acquisition import ChannelClock, Facts
from recordings.dataset.bids import SavedRecording, save_recording
from recordings.model import GLUTE, SHOULDER, Channel, Event, FloatArray, Recording, Signal

SCALE = 0.0286
EVENTS = (Event(2.0, "rest", 3.5), Event(7.25, "raise"), Event(12.125, "raise"))


def noise(n: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(0, 50, n)


def glute(samples: FloatArray, *, rate_hz: float = 1999.9713, start_s: float = 0.0) -> Signal:
    return Signal(Channel("GM_L", "emg", "uV", GLUTE, "left", None, "A1"), samples, rate_hz, start_s)


def shoulder(samples: FloatArray, *, rate_hz: float = 2000.0413, start_s: float = 0.4137) -> Signal:
    return Signal(Channel("UT_R", "emg", "uV", SHOULDER, "right", None, "B2"), samples, rate_hz, start_s)


def acceleration(samples: FloatArray, *, rate_hz: float = 1999.9713 / 20, start_s: float = 0.013) -> Signal:
    return Signal(Channel("GM_L_ACC_X", "acc", "m/s2", GLUTE, "left", "x", "A1"), samples, rate_hz, start_s)


def two_sensors(n: int = 30_011) -> Recording:
    """Two clocks, an IMU, gaps, a converter's whole numbers, and lengths that fill no record."""
    first, second = noise(n), np.round(noise(n - 777, 1) * 10) * SCALE
    first[1000:1040] = np.nan
    first[-3:] = np.nan
    second[:20] = np.nan
    second[90] = np.nan
    third = noise(n // 20, 2) / 10
    third[50:55] = np.nan
    return Recording(
        (shoulder(second), glute(first), acceleration(third)),
        EVENTS,
        leg="left",
        shared_clock=False,
        clock_error_ms=1.25,
        planned_repetitions=10,
        notes=("The source dropped out once.",),
    )


def save(
    dataset: Path, recording: Recording, participant: str = "01", session: str | None = None
) -> SavedRecording:
    return save_recording(
        dataset,
        recording,
        participant=participant,
        session=session,
        leg="left",
        clocks={"GM_L": ChannelClock(2000.0, 0.5)},
        scales={"UT_R": SCALE},
        facts=Facts(power_line_hz=50.0, electrode_distance_mm=20, devices={"A1": {"battery_percent": 80}}),
    )


def assert_same(read: Recording, recording: Recording, *, steps: float = 1e-4) -> None:
    """Compare without the program's own comparison."""
    assert sorted(read.labels) == sorted(recording.labels)
    for signal in recording.signals:
        again = read[signal.channel.label]
        assert again.channel == signal.channel
        assert (again.rate_hz, again.start_s) == (signal.rate_hz, signal.start_s)
        np.testing.assert_allclose(again.samples, signal.samples, rtol=0, atol=steps, equal_nan=True)
    assert read.events == recording.events
    for name in ("leg", "shared_clock", "clock_error_ms", "planned_repetitions", "notes"):
        assert getattr(read, name) == getattr(recording, name)


def sidecar(file: Path) -> dict[str, Any]:
    return json.loads(file.with_suffix(".json").read_text())


def block_of(file: Path) -> dict[str, Any]:
    return sidecar(file)["FiringAnalyzer"]
