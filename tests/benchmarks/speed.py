"""How long things take: ours, the peers, and one plain filter pass, on the same samples in the same run.

Times are those of the processor, threads of numpy pinned to one; shares of each other mean more than seconds.
"""

import os
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import edfio
import numpy as np
from scipy import signal

from firing_analyzer.activity import find_activity, frame_power
from firing_analyzer.burst_onset import burst_onset
from firing_analyzer.condition import condition
from firing_analyzer.filters import bandpass
from firing_analyzer.pipeline import analyze
from firing_analyzer.settings import Settings
from recordings.model import Recording
from recordings.open import open_recording
from recordings.synth import Nuisance, Schedule, simulate_session
from tests.benchmarks.peers import Peer, neurokit_whole

RATE_HZ: Final = 2000.0
FLOOR: Final = "floor: one zero-phase filter pass"
#: NeuroKit2 as documented goes sample by sample; a minute is enough to know its pace.
SLOW_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one thing took.

    Attributes
    ----------
    seconds : float
        Processor time for both channels of the whole recording; the least of several runs.
    of : str
        What kind of thing: ``"floor"``, ``"whole"``, ``"chain"``, ``"part"``.
    note : str
    """

    name: str
    seconds: float
    of: str
    note: str = ""


def session(duration_s: float, *, every_s: float = 10.0, seed: int = 1) -> Recording:
    """Make two channels at 2 kHz with heart beat and hum, so that no step of conditioning is idle."""
    n_raises = max(1, int((duration_s - 12.0) // every_s))
    first_s = min(8.0, duration_s / 3)
    return simulate_session(
        seed=seed,
        lags_ms=[-140.0] * n_raises,
        rate_hz=RATE_HZ,
        glute_nuisance=Nuisance(heart_uv=5.0, hum_uv=2.0),
        shoulder_nuisance=Nuisance(heart_uv=20.0, hum_uv=2.0),
        schedule=Schedule(
            cues_s=tuple(first_s + every_s * number for number in range(n_raises)), duration_s=duration_s
        ),
    ).recording


def seconds(run: Callable[[], object], *, runs: int) -> float:
    """Return the least processor time of several runs: what other work on the machine disturbs least."""
    found: list[float] = []
    for _ in range(runs):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def save_bdf(recording: Recording, path: Path) -> None:
    """Save both channels with the means of the file format's own library."""
    edfio.Bdf(
        [
            edfio.BdfSignal(
                one.samples,
                one.rate_hz,
                label=one.channel.label,
                physical_dimension="uV",
                physical_range=(-5000, 5000),
            )
            for one in recording.signals
        ]
    ).write(path)


def measure(peers: tuple[Peer, ...], *, duration_s: float, runs: int) -> list[Timing]:
    """Time everything on one recording of two channels."""
    recording = session(duration_s)
    sparse = session(duration_s, every_s=duration_s / 11)
    told = [Timing(FLOOR, seconds(_one_pass(recording), runs=runs), "floor", "second order, both channels")]
    told += _ours(recording, sparse, runs=runs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for peer in peers:
            try:
                told.append(Timing(peer.name, seconds(_chain(peer, recording), runs=min(runs, 2)), "chain"))
            except Exception as error:  # noqa: BLE001  (a peer that stops is reported, and the run goes on)
                told.append(Timing(peer.name, np.nan, "chain", f"stopped: {type(error).__name__}"))
        if any(peer.package == "neurokit2" for peer in peers):
            told += _neurokit(recording)
    told.append(Timing(FLOOR, seconds(_one_pass(recording), runs=runs), "floor", "again, at the end"))
    return told


def floor_s(timings: list[Timing]) -> float:
    """Time of one plain filter pass: the least of before and after, as for everything else."""
    return min(one.seconds for one in timings if one.of == "floor")


def _ours(recording: Recording, sparse: Recording, *, runs: int) -> list[Timing]:
    settings = Settings()
    channels = [condition(one, settings) for one in recording.signals]
    bursts = [(channel, burst) for channel in channels for burst in channel.activity.bursts]

    def fine() -> None:
        for channel, burst in bursts:
            burst_onset(channel, burst, earliest_s=burst.start_s - 1.0)

    raises = len(analyze(recording).rows)
    told = [
        Timing("ours: analyze", seconds(lambda: analyze(recording), runs=runs), "whole", f"{raises} raises"),
        Timing(
            "ours: analyze, few raises",
            seconds(lambda: analyze(sparse), runs=runs),
            "whole",
            f"{len(analyze(sparse).rows)} raises",
        ),
        Timing("ours: filter to threshold", seconds(lambda: _our_chain(recording), runs=runs), "chain"),
        Timing(
            "ours: conditioning",
            seconds(lambda: [condition(one, settings) for one in recording.signals], runs=runs),
            "part",
            "chain, mains and heart beats",
        ),
        Timing("ours: fine onsets", seconds(fine, runs=runs), "part", f"{len(bursts)} bursts"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.bdf"
        save_bdf(recording, path)
        told.append(
            Timing("ours: reading BDF", seconds(lambda: open_recording(path, leg="left"), runs=runs), "part")
        )
        told.append(Timing("edfio: reading BDF", seconds(lambda: _edfio_reads(path), runs=runs), "part"))
    return told


def _our_chain(recording: Recording) -> None:
    """Band-pass, power in frames, rest, threshold, bursts: what the peers' chains do."""
    for one in recording.signals:
        samples = bandpass(one.samples, one.rate_hz)
        power, frame_s = frame_power(samples, np.zeros(samples.size, dtype=np.bool_), one.rate_hz)
        find_activity(power, frame_s, dof_per_s=2 * 420.0)


def _edfio_reads(path: Path) -> list[object]:
    return [one.data for one in edfio.read_bdf(path).signals]


def _one_pass(recording: Recording) -> Callable[[], object]:
    sections = signal.butter(2, (30, 450), "bandpass", fs=RATE_HZ, output="sos")
    samples = np.stack([one.samples for one in recording.signals])
    return lambda: signal.sosfiltfilt(sections, samples, axis=-1)


def _chain(peer: Peer, recording: Recording) -> Callable[[], object]:
    rest = (round(0.5 * RATE_HZ), round(3.5 * RATE_HZ))
    return lambda: [peer.detect(one.samples, one.rate_hz, rest) for one in recording.signals]


def _neurokit(recording: Recording) -> list[Timing]:
    """NeuroKit2 as its documentation calls it, on a minute, reckoned up to the whole."""
    part_s = min(SLOW_S, recording.duration_s)
    size = round(part_s * RATE_HZ)
    told: list[Timing] = []
    for method in ("biosppy", "threshold"):
        detect = neurokit_whole(method)
        took = seconds(
            lambda detect=detect: [detect(one.samples[:size], RATE_HZ, (0, 0)) for one in recording.signals],
            runs=1,
        )
        note = "" if part_s == recording.duration_s else f"reckoned from {part_s:g} s"
        told.append(
            Timing(f"NeuroKit2 {method}, as documented", took * recording.duration_s / part_s, "whole", note)
        )
    return told


def machine() -> dict[str, str]:
    """Return the processor and how many of its cores there are."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {"processor": model, "cores": str(os.cpu_count()), "load before the run": load}
