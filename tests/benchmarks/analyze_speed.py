"""Print how long `analyze` takes on ten minutes: ``python tests/benchmarks/analyze_speed.py [RUNS]``.

Two channels at 2 kHz, once with 60 raises and once with 10. Beside it stands one plain zero-phase band-pass
over the same samples, measured in the same run, so that figures from different machines can be compared.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import signal

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from firing_analyzer.burst_onset import burst_onset  # noqa: E402
from firing_analyzer.condition import condition  # noqa: E402
from firing_analyzer.pipeline import analyze  # noqa: E402
from firing_analyzer.settings import Settings  # noqa: E402
from recordings.model import Recording  # noqa: E402
from recordings.open import open_recording  # noqa: E402
from recordings.synth import Nuisance, Schedule, simulate_session  # noqa: E402

DURATION_S = 600.0
RATE_HZ = 2000.0
LIMIT_S = 2.0


def recording_of(n_raises: int) -> Recording:
    """Ten minutes with heart beat and hum, so that no step of conditioning is idle."""
    every_s = (DURATION_S - 20) / n_raises
    return simulate_session(
        seed=1,
        lags_ms=[-140.0] * n_raises,
        rate_hz=RATE_HZ,
        glute_nuisance=Nuisance(heart_uv=5.0, hum_uv=2.0),
        shoulder_nuisance=Nuisance(heart_uv=20.0, hum_uv=2.0),
        schedule=Schedule(
            cues_s=tuple(10 + every_s * number for number in range(n_raises)), duration_s=DURATION_S
        ),
    ).recording


def seconds(run: Callable[[], object], *, runs: int) -> float:
    """Return the shortest time of several runs: the one that other work on the machine disturbed least."""
    found: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def write_edf(recording: Recording, path: Path) -> None:
    """Save both channels as BDF, with the means of the file's own library."""
    import edfio  # noqa: PLC0415

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


def onsets_of(recording: Recording) -> Callable[[], object]:
    """Return the fine onsets alone: every glute and shoulder burst of the recording."""
    channels = [condition(one, Settings()) for one in recording.signals]
    return lambda: [
        burst_onset(channel, burst, earliest_s=burst.start_s - 1.0)
        for channel in channels
        for burst in channel.activity.bursts
    ]


def one_pass(recording: Recording) -> Callable[[], object]:
    """Return one zero-phase band-pass over both channels."""
    sections = signal.butter(2, (30, 450), "bandpass", fs=RATE_HZ, output="sos")
    samples = np.stack([one.samples for one in recording.signals])
    return lambda: signal.sosfiltfilt(sections, samples, axis=-1)


def main(runs: int = 3) -> None:
    """Print a column for each number of raises."""
    print(
        f"{DURATION_S / 60:g} minutes, 2 channels, {RATE_HZ:g} Hz; best of {runs} runs; limit {LIMIT_S:g} s"
    )
    heads = ("raises", "verdict", "read", "condition", "onsets", "analyze", "one filter", "ratio")
    print("".join(f"{head:>15s}" for head in heads))
    for n_raises in (60, 10):
        recording = recording_of(n_raises)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "session.bdf"
            write_edf(recording, path)
            reading = seconds(lambda path=path: open_recording(path, leg="left"), runs=runs)
        conditioning = seconds(
            lambda recording=recording: [condition(one, Settings()) for one in recording.signals], runs=runs
        )
        timing = seconds(onsets_of(recording), runs=runs)
        whole = seconds(lambda recording=recording: analyze(recording), runs=runs)
        plain = seconds(one_pass(recording), runs=runs)
        print(
            f"{n_raises:15d}{analyze(recording).verdict:>15s}",
            "".join(f"{one:13.3f} s" for one in (reading, conditioning, timing, whole, plain)),
            f"{whole / plain:15.1f}",
            "" if whole < LIMIT_S else "   over the limit",
            sep="",
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
