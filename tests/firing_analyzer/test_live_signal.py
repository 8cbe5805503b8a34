"""What is said of a signal while a recording is prepared."""

import numpy as np
import pytest

from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_signal import signal_words
from firing_analyzer.settings import Settings
from recordings.model import Signal
from recordings.synth import Nuisance, Schedule, simulate_session
from sensors.model import Block

AT_REST = Schedule(lead_in_s=12.0, tail_s=1.0, with_events=False)


def shoulder(nuisance: Nuisance, *, rate_hz: float = 1000.0, seed: int = 2) -> Signal:
    """Ten seconds of rest at the shoulder."""
    session = simulate_session(
        seed=seed, rate_hz=rate_hz, lags_ms=(0.0,), schedule=AT_REST, shoulder_nuisance=nuisance
    )
    signal = session.recording["UT_R"]
    return Signal(signal.channel, signal.samples[: round(10 * rate_hz)], rate_hz, signal.start_s)


@pytest.mark.parametrize(
    ("nuisance", "words"),
    [
        (Nuisance(), "good"),
        (Nuisance(hum_uv=12.0), "mains hum"),
        (Nuisance(heart_uv=60.0), "heart beat on the shoulder"),
        (Nuisance(rest_uv=30.0), "noisy"),
        (Nuisance(off_s=((0.0, 20.0),)), "sensor off"),
        (Nuisance(flat_s=((0.0, 20.0),)), "flat"),
        (Nuisance(flat_s=((8.5, 20.0),)), "flat"),
        (Nuisance(lost_s=((3.0, 5.0),)), "samples lost"),
        (Nuisance(lost_s=((9.0, 20.0),)), "no samples"),
        (Nuisance(tonic_uv=12.0), "never at rest"),
    ],
)
@pytest.mark.parametrize("seed", [2, 3])
def test_what_troubles_a_signal_is_named(nuisance: Nuisance, words: str, seed: int) -> None:
    signal = shoulder(nuisance, seed=seed)
    assert signal_words(signal, muscle="shoulder", settings=Settings()) == words


def test_nothing_is_said_before_there_is_a_second_of_signal() -> None:
    signal = shoulder(Nuisance())
    short = Signal(signal.channel, signal.samples[:800], signal.rate_hz)
    assert signal_words(short, muscle="shoulder", settings=Settings()) == "too early to say"


def test_a_source_that_falls_silent_is_named_while_the_other_goes_on() -> None:
    recording = simulate_session(seed=2, rate_hz=1000.0, lags_ms=(0.0,), schedule=AT_REST).recording
    glute, other = recording.signals
    live = LiveAnalysis(
        glute=glute.channel, shoulder=other.channel, leg="left", glute_rate_hz=1000.0, shoulder_rate_hz=1000.0
    )
    assert live.signal_words("glute") == "no samples"
    live.take(Block("glute", 0, glute.samples[None, :9000], 0.0, 1000.0), "glute")
    live.take(Block("shoulder", 0, other.samples[None, :6000], 0.0, 1000.0), "shoulder")
    assert live.signal_words("glute") == "good"
    assert live.signal_words("shoulder") == "no samples"


def test_lost_samples_at_random_are_counted() -> None:
    signal = shoulder(Nuisance())
    samples = signal.samples.copy()
    samples[np.random.default_rng(0).random(samples.size) < 0.08] = np.nan
    words = signal_words(Signal(signal.channel, samples, 1000.0), muscle="shoulder", settings=Settings())
    assert words == "samples lost"
