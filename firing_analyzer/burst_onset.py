"""The onset of one burst on one channel: which stretch is looked at, and against which rest."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firing_analyzer.activity import Burst
from firing_analyzer.bands import BandPower, band_edges_hz, band_power
from firing_analyzer.condition import Conditioned
from firing_analyzer.filters import BoolArray, FloatArray, quantiles
from firing_analyzer.refine import OnsetEvidence, OnsetPosterior, onset_evidence

#: Widths of bands: wide enough to keep time sharp, narrow enough to tell muscle from noise.
BAND_HZ = 105.0
#: How far before the coarse onset rest is measured, and the onset may lie.
REST_S, SEARCH_S = 4.0, 1.0
#: The onset is at most this long after the coarse one. The plateau is read in this stretch after it, or in
#: this part of a burst that is too short for that.
AFTER_S, PLATEAU_S, PLATEAU_SHARE = 0.08, (0.3, 0.9), (0.33, 0.85)
#: How much of the burst is compared with the rises.
LOOK_S = 0.8
#: Samples lost so near to the interval count as lost at the onset.
NEAR_S = 0.05
#: Least rest before the search; with less, rest nearer to the burst or after it is taken too.
LEAST_REST_S = 0.4
#: Fewest pieces of rest from which its unsteadiness is judged.
LEAST_PIECES = 6


@dataclass(frozen=True, slots=True, eq=False)
class BurstOnset:
    """Onset of one burst.

    Attributes
    ----------
    posterior : OnsetPosterior
    snr_db : float
        20 log10 of the burst's RMS (rest taken off) over that of rest.
    rest_change_db : float
        Level of rest before the burst against the session's.
    longest_loss_s : float
        Longest stretch of lost samples where the onset may lie, the reach of the filters included; infinite
        where one that was set by hand lies among them.
    near_beat : bool
        Whether a heart beat that could not be wholly removed is at the onset.
    evidence : OnsetEvidence or None
        What the posterior was made of; None where the onset comes from an envelope or from a person.
    """

    posterior: OnsetPosterior
    snr_db: float
    rest_change_db: float
    longest_loss_s: float
    near_beat: bool
    evidence: OnsetEvidence | None = None

    def with_rises(self, log_prior: FloatArray) -> "BurstOnset":
        """Weigh the onset anew, by how likely each rise is (see `firing_analyzer.habits`)."""
        if self.evidence is None:
            return self
        return replace(self, posterior=self.evidence.posterior(log_prior))


def snr_db(conditioned: Conditioned, start_s: float, end_s: float) -> float:
    """SNR of a burst: 20 log10 of its RMS over that of the rest before it, rest's own power taken off."""
    activity = conditioned.activity
    start, stop = activity.frame(start_s), activity.frame(end_s)
    margin = min(round(0.1 / activity.frame_s), max((stop - start) // 4, 0))
    power = activity.power[start + margin : max(stop - margin, start + margin + 1)]
    power = power[np.isfinite(power)]
    if not power.size:
        return -np.inf
    n_pieces = max(1, round(power.size * activity.frame_s / 0.1))
    starts = (np.arange(n_pieces) * (power.size / n_pieces)).astype(np.int64)
    level = quantiles(np.add.reduceat(power, starts) / np.diff(starts, append=power.size), (0.5,))[0]
    rest = float(activity.rest[max(start - 1, 0)])
    return float(10 * np.log10(max(level / rest - 1, 1e-3)))


def rest_change_db(conditioned: Conditioned, time_s: float) -> float:
    """Level of rest just before a time against the session's, in dB."""
    activity = conditioned.activity
    frame = max(activity.frame(time_s) - 1, 0)
    return float(10 * np.log10(activity.rest[frame] / activity.session_rest))


def burst_onset(
    conditioned: Conditioned,
    burst: Burst,
    *,
    earliest_s: float,
    confidence: float = 0.95,
    by_hand: OnsetPosterior | None = None,
) -> BurstOnset:
    """Find the onset of a burst and how sure it is.

    Parameters
    ----------
    conditioned : Conditioned
    burst : Burst
        Coarse start and end.
    earliest_s : float
        The onset does not lie before this time (the end of the activity before).
    confidence : float
        Content of the interval within which lost samples and heart beats are looked for.
    by_hand : OnsetPosterior, optional
        The onset where a person set it; only the rest of what is known of the burst is found then.

    Returns
    -------
    BurstOnset
    """
    evidence = None
    if by_hand is not None:
        posterior = by_hand
    elif conditioned.channel.kind == "envelope":
        posterior = _envelope_posterior(conditioned, burst)
    else:
        evidence = _band_evidence(conditioned, burst, earliest_s=earliest_s)
        posterior = evidence.posterior()
    low, high = posterior.interval_s(confidence)
    longest_loss_s = conditioned.longest_loss_s(low - NEAR_S, high + NEAR_S)
    if by_hand is not None and conditioned.longest_loss_s(low, high + 2 / conditioned.rate_hz) > 0:
        # nobody has seen an onset where no sample was received
        longest_loss_s = np.inf
    return BurstOnset(
        posterior=posterior,
        snr_db=snr_db(conditioned, burst.start_s, burst.end_s),
        rest_change_db=rest_change_db(conditioned, burst.start_s),
        longest_loss_s=longest_loss_s,
        near_beat=_near_beat(conditioned, low, high),
        evidence=evidence,
    )


def _near_beat(conditioned: Conditioned, low_s: float, high_s: float) -> bool:
    heart = conditioned.heart
    if heart is None:
        return False
    times = np.arange(low_s - conditioned.start_s, high_s - conditioned.start_s + 0.005, 0.005)
    return bool(heart.excess_at(times).max() > 1)


def _envelope_posterior(conditioned: Conditioned, burst: Burst) -> OnsetPosterior:
    """Onset of a signal that the sensor has smoothed already: the crossing, as vague as half its window."""
    window_s = (conditioned.channel.smoothing_ms or 50.0) / 1000
    spread = max(0.25 * window_s, 1 / conditioned.rate_hz, 0.01)
    time_s = burst.start_s - 0.25 * window_s + np.linspace(-4, 4, 81) * spread
    weight = np.exp(-0.5 * np.linspace(-4, 4, 81) ** 2)
    return OnsetPosterior(time_s, weight / weight.sum())


def _band_evidence(conditioned: Conditioned, burst: Burst, *, earliest_s: float) -> OnsetEvidence:
    from_s = burst.start_s - REST_S
    first_sample = conditioned.index(from_s)
    stop_sample = conditioned.index(min(burst.start_s + PLATEAU_S[1] + 0.2, conditioned.end_s))
    bands = band_power(
        conditioned.samples[first_sample:stop_sample],
        conditioned.rate_hz,
        edges_hz=band_edges_hz(
            conditioned.rate_hz, low_hz=conditioned.low_hz, high_hz=conditioned.high_hz, width_hz=BAND_HZ
        ),
        start_s=conditioned.start_s + first_sample / conditioned.rate_hz,
    )
    n = bands.power.shape[1]
    known = _known_frames(conditioned, bands)
    bands = _without_beats(conditioned, bands)
    coarse = int(np.clip((burst.start_s - bands.start_s) / bands.frame_s, 1, n - 1))
    end = int(np.clip((burst.end_s - bands.start_s) / bands.frame_s, coarse + 1, n))
    earliest = (earliest_s - bands.start_s) / bands.frame_s
    first = int(np.clip(max(earliest, coarse - SEARCH_S / bands.frame_s), 0, coarse))
    last = int(np.clip(coarse + AFTER_S / bands.frame_s, first + 1, n - 2))
    chosen = _resting_frames(conditioned, bands, known=known, before=first, coarse=coarse)
    rest = bands.power[:, chosen].mean(axis=1) + 1e-300
    read = _read(end - coarse, bands.frame_s)
    # the activity before says nothing of this onset, but would shine through the bands' smear
    of_this = known & (np.arange(n) >= np.ceil(earliest))
    plateau = _plateau(bands, known=known, start=coarse + read[0], stop=coarse + read[1]) / rest - 1
    return onset_evidence(
        bands,
        rest=rest,
        plateau=np.maximum(plateau, 1e-3),
        restlessness=_restlessness(bands, rest, chosen),
        first=first,
        last=last,
        end=min(end, coarse + round(LOOK_S / bands.frame_s)),
        known=None if of_this.all() else of_this,
        read=read,
    )


def _known_frames(conditioned: Conditioned, bands: BandPower) -> BoolArray:
    n_frames = bands.power.shape[1]
    edges = (
        bands.start_s - conditioned.start_s + np.arange(n_frames + 1) * bands.frame_s
    ) * conditioned.rate_hz
    index = np.clip(np.round(edges).astype(np.int64), 0, conditioned.lost.size)
    lost = conditioned.lost[index[0] : index[-1]]
    if not lost.any():
        return np.ones(n_frames, dtype=np.bool_)
    total = np.concatenate(([0], np.cumsum(lost)))
    return np.diff(total[index - index[0]]) == 0


def _without_beats(conditioned: Conditioned, bands: BandPower) -> BandPower:
    """Divide what heart beats leave out of rest, without lowering a muscle at work."""
    if conditioned.heart is None:
        return bands
    excess = conditioned.heart.excess_at(bands.times_s - conditioned.start_s)
    activity = conditioned.activity
    index = np.clip(
        ((bands.times_s - activity.start_s) / activity.frame_s).astype(np.int64), 0, activity.power.size - 1
    )
    smooth = np.convolve(
        np.nan_to_num(activity.power[index] / activity.rest[index], nan=1.0), np.ones(4) / 4, mode="same"
    )
    working = np.maximum(smooth - 1 - excess, 0)
    power = bands.power * (1 + working) / (1 + excess + working)
    return BandPower(power, bands.frame_s, bands.start_s, bands.dof, bands.smear)


def _resting_frames(
    conditioned: Conditioned, bands: BandPower, *, known: BoolArray, before: int, coarse: int
) -> NDArray[np.int64]:
    """Frames that are quiet, before the search; before the burst, or anywhere near, if those are too few."""
    activity = conditioned.activity
    index = np.clip(
        ((bands.times_s - activity.start_s) / activity.frame_s).astype(np.int64), 0, activity.quiet.size - 1
    )
    quiet = activity.quiet[index] & known
    guard = round(0.05 / bands.frame_s)
    for until in (max(before - guard, 0), max(coarse - 4 * guard, 0), quiet.size):
        chosen = np.flatnonzero(quiet[:until])
        if chosen.size * bands.frame_s >= LEAST_REST_S:
            return chosen
    if chosen.size:
        return chosen
    # nothing quiet in reach: the quietest tenth of what there is, whatever it is worth
    total = np.where(known, bands.power.sum(axis=0), np.inf)
    return np.argsort(total)[: max(1, total.size // 10)]


def _restlessness(bands: BandPower, rest: FloatArray, chosen: NDArray[np.int64]) -> float:
    """Variance of resting power in pieces of 0.1 s, over what steady noise would show."""
    width = round(0.1 / bands.frame_s)
    n_pieces = chosen.size // width
    if n_pieces < LEAST_PIECES:
        return 1.0
    ratio = (bands.dof @ (bands.power[:, chosen] / rest[:, None])) / bands.dof.sum()
    pieces = ratio[: n_pieces * width].reshape(n_pieces, width).mean(axis=1)
    return float(max(pieces.var(ddof=1) * bands.dof.sum() * width / 2, 1.0))


def _read(n_frames: int, frame_s: float) -> tuple[int, int]:
    """Frames of a burst in which its plateau is read: after most rises, and before it falls."""
    start, stop = (
        min(round(at_s / frame_s), int(share * n_frames))
        for at_s, share in zip(PLATEAU_S, PLATEAU_SHARE, strict=True)
    )
    return start, max(stop, start + 1)


def _plateau(bands: BandPower, *, known: BoolArray, start: int, stop: int) -> FloatArray:
    """Power of the muscle at work, in each band."""
    piece = bands.power[:, start:stop][:, known[start:stop]]
    return piece.mean(axis=1) if piece.size else bands.power[:, start:stop].mean(axis=1)
