"""What our own program finds on one channel: its timed onsets, and the literature's detectors by name."""

from dataclasses import dataclass

import numpy as np

from firing_analyzer.burst_onset import BurstOnset, burst_onset
from firing_analyzer.condition import condition
from firing_analyzer.filters import bandpass
from firing_analyzer.habits import rises_of_others
from firing_analyzer.onsets import DETECTORS, detect
from firing_analyzer.settings import Settings
from recordings.model import Channel, FloatArray, Signal

OURS = "firing-analyzer"
NAMED = tuple(DETECTORS)


@dataclass(frozen=True, slots=True)
class Onset:
    """One onset that a method reports; the interval only where it gives one."""

    time_s: float
    low_s: float | None = None
    high_s: float | None = None


def signal_of(samples: FloatArray, rate_hz: float, label: str = "GM_L") -> Signal:
    """Wrap samples as the recording of one EMG channel."""
    return Signal.of(Channel(label, unit="uV"), samples, rate_hz=rate_hz)


def timed_onsets(samples: FloatArray, rate_hz: float, *, least_snr_db: float = -np.inf) -> list[Onset]:
    """Every burst of the channel with its onset and 95 % interval.

    Parameters
    ----------
    samples : ndarray, shape (n_samples,)
    rate_hz : float
    least_snr_db : float
        Leave out fainter bursts; `analyze` gives no lag below 8 dB.
    """
    settings = Settings()
    done = condition(signal_of(samples, rate_hz), settings)
    timed: list[BurstOnset] = []
    earliest_s = done.start_s
    for burst in done.activity.bursts:
        timed.append(burst_onset(done, burst, earliest_s=earliest_s))
        earliest_s = burst.end_s
    # as `firing_analyzer.raise_order.judge_together` has it
    shown = [
        one.evidence.of_rises
        if one.evidence is not None and one.snr_db >= settings.min_snr_db and not one.posterior.pinned
        else None
        for one in timed
    ]
    found = [one.with_rises(rises) for one, rises in zip(timed, rises_of_others(shown), strict=True)]
    return [
        Onset(one.posterior.median_s, *one.posterior.interval_s())
        for one in found
        if one.snr_db >= least_snr_db
    ]


def named_onsets(method: str, samples: FloatArray, rate_hz: float, *, rest: tuple[int, int]) -> list[Onset]:
    """Onsets by a detector of the literature, as `firing_analyzer.detect` offers it, after our band-pass."""
    onsets = detect(bandpass(samples, rate_hz), rate_hz, method=method, rest=rest).onsets
    return [Onset(float(one) / rate_hz) for one in onsets]
