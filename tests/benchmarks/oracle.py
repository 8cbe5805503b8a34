"""What the samples hold at best: the onset by one who knows everything about a burst but when it begins.

The oracle sees the muscle and its ceaseless background without heart beat, hum or drift, and is told the
spectrum of both, the height of the plateau, the rise and its shape, and that the onset lies within 0.3 s of
where it does. Its answer is the median of the posterior. A second one is told all of this but the rise: what
it gets wrong, nobody gets right who does not know how the muscle starts.
"""

import itertools
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from firing_analyzer.bands import band_edges_hz, band_power
from recordings.model import FloatArray
from recordings.synth.bursts import Burst, Shape, rise_profile
from tests.benchmarks.trials import Trial

#: The onset is sought so far around the truth, on this grid.
SEARCH_S: Final = 0.3
STEP_S: Final = 0.001
#: The stretch that is looked at goes so far beyond the search, and beyond the rise.
AROUND_S: Final = 0.15
BAND_HZ: Final = 70.0
#: What the oracle that is not told the rise holds possible, and the grid that it makes do with.
SHAPES: Final[tuple[Shape, ...]] = ("linear", "sqrt", "quadratic", "smoothstep")
LENGTHS_MS: Final = (15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 220.0, 320.0)
ROUGH_STEP_S: Final = 0.002


def oracle_onsets_s(trial: Trial, *, told_rise: bool = True) -> list[float]:
    """Onset of every burst of a trial, in seconds, with all but its time known.

    Parameters
    ----------
    trial : Trial
    told_rise : bool
        False averages over a step and four shapes of eight lengths, all held to be equally likely.

    Notes
    -----
    Power in bands against power expected, as gamma variables with twice the band's width times the frame's
    length degrees of freedom: the same likelihood as in `firing_analyzer.refine`, written anew.
    """
    edges_hz = band_edges_hz(trial.cell.rate_hz, width_hz=BAND_HZ)
    rest = _mean_power(trial.background_uv, trial.cell.rate_hz, edges_hz)
    plateau = _mean_power(trial.steady_uv, trial.cell.rate_hz, edges_hz)
    return [
        _onset_s(
            trial, one, told_rise=told_rise, edges_hz=edges_hz, rest=rest, plateau=one.level**2 * plateau
        )
        for one in trial.bursts
    ]


def _onset_s(
    trial: Trial,
    burst: Burst,
    *,
    told_rise: bool,
    edges_hz: FloatArray,
    rest: FloatArray,
    plateau: FloatArray,
) -> float:
    rate_hz = trial.cell.rate_hz
    longest_s = burst.rise_ms / 1000 if told_rise else max(LENGTHS_MS) / 1000
    reach_s = SEARCH_S + AROUND_S
    first, stop = (
        int(np.clip(round(at_s * rate_hz), 0, trial.samples.size))
        for at_s in (burst.onset_s - reach_s, burst.onset_s + reach_s + longest_s)
    )
    # the transform needs some samples beyond both ends
    margin = round(0.1 * rate_hz)
    low, high = max(first - margin, 0), min(stop + margin, trial.samples.size)
    seen = trial.muscle_uv[low:high] + trial.background_uv[low:high]
    bands = band_power(
        seen,
        rate_hz,
        edges_hz=edges_hz,
        frame_s=STEP_S if told_rise else ROUGH_STEP_S,
        start_s=low / rate_hz,
    )
    inner = slice(*(round((edge - low) / rate_hz / bands.frame_s) for edge in (first, stop)))
    power = bands.power[:, inner]
    onsets_s = np.arange(burst.onset_s - SEARCH_S, burst.onset_s + SEARCH_S, bands.frame_s)
    log_likelihood: list[FloatArray] = []
    for one in (burst,) if told_rise else _possible(burst):
        share = _expected_share(
            one,
            onsets_s,
            start_s=bands.start_s + inner.start * bands.frame_s,
            n_frames=power.shape[1],
            bands_smear=bands.smear,
            frame_s=bands.frame_s,
        )
        total = np.zeros(onsets_s.size)
        for band in range(power.shape[0]):
            expected = rest[band] + plateau[band] * share
            total -= 0.5 * bands.dof[band] * (np.log(expected) + power[band] / expected).sum(axis=1)
        log_likelihood.append(total)
    stacked = np.stack(log_likelihood)
    weight = np.exp(stacked - stacked.max()).sum(axis=0)
    return float(np.interp(0.5, np.cumsum(weight) / weight.sum(), onsets_s))


def _possible(burst: Burst) -> tuple[Burst, ...]:
    """Every way in which the burst might have begun."""
    ramps = (replace(burst, shape=shape, rise_ms=ms) for shape, ms in itertools.product(SHAPES, LENGTHS_MS))
    return (replace(burst, shape="step", rise_ms=0.0), *ramps)


def _mean_power(samples: FloatArray, rate_hz: float, edges_hz: FloatArray) -> FloatArray:
    """Power in each band over a whole component: what only the oracle can know."""
    return band_power(samples, rate_hz, edges_hz=edges_hz, frame_s=0.01).power.mean(axis=1)


def _expected_share(
    burst: Burst,
    onsets_s: FloatArray,
    *,
    start_s: float,
    n_frames: int,
    bands_smear: FloatArray,
    frame_s: float,
) -> FloatArray:
    """Share of the plateau's power in every frame, for every onset: shape (n_onsets, n_frames)."""
    lead = int(np.ceil((onsets_s[-1] - start_s) / frame_s)) + bands_smear.size
    length = lead + n_frames + bands_smear.size
    since_s = (np.arange(length) + 0.5 - lead) * frame_s - (onsets_s[-1] - start_s) % frame_s
    profile = rise_profile(since_s / max(burst.rise_ms / 1000, 1e-9), burst.shape) ** 2
    padded = np.pad(profile, bands_smear.size, mode="edge")
    smeared = np.convolve(padded, bands_smear, mode="same")[bands_smear.size : -bands_smear.size]
    shifts = np.floor((onsets_s - start_s) / frame_s).astype(np.int64)
    return sliding_window_view(smeared, n_frames)[lead - shifts]
