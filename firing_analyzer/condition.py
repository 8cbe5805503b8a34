"""From a signal as it was recorded to one in which only the muscle is left, the same way for both."""

from dataclasses import dataclass, replace

import numpy as np

from firing_analyzer.activity import Activity, find_activity, frame_power
from firing_analyzer.electrode import off_stretches
from firing_analyzer.errors import SignalError
from firing_analyzer.filters import BoolArray, FloatArray, bandpass, fill_gaps, runs, upper_edge_hz, widened
from firing_analyzer.heartbeat import HeartBeat, find_beats, subtract_beats
from firing_analyzer.mains import Hum, subtract_mains
from firing_analyzer.settings import Settings
from firing_analyzer.tilt import rest_tilt_db
from recordings.model import Channel, Signal

#: EMG below this rate is refused.
LOWEST_RATE_HZ = 150.0
#: A channel that does not change for this long is not connected.
FLAT_S = 0.1
#: Bandwidth of the EMG that a smoothed envelope is counted as: it says how steady its rest is.
ENVELOPE_BAND_HZ = 100.0
#: A burst longer than this is no heart beat; so far around it nothing is taken for rest.
LONGEST_BEAT_S, BEAT_GUARD_S = 0.25, 0.1
#: How far a lost sample reaches through the filters.
GUARD_S = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """One channel, ready to be searched for onsets.

    Attributes
    ----------
    channel : Channel
    samples : ndarray, shape (n,)
        Conditioned signal; bridged where `lost`.
    lost : ndarray of bool, shape (n,)
        Samples lost or flat, with the reach of the filters around them.
    flat : ndarray of bool, shape (n,)
        Samples that did not change for 0.1 s or more.
    off : ndarray of bool, shape (n,)
        Samples taken while the electrode was off; part of `lost`.
    missing_s : float
        Seconds of samples that never arrived.
    clipped_share : float
        Share of active samples that sit at the channel's own limits.
    rate_hz, start_s : float
    low_hz, high_hz : float
        Edges of the analysed band.
    activity : Activity
    hum : Hum
    heart : HeartBeat or None
    rest_tilt_db : float
        See `firing_analyzer.tilt.rest_tilt_db`.
    """

    channel: Channel
    samples: FloatArray
    lost: BoolArray
    flat: BoolArray
    off: BoolArray
    missing_s: float
    clipped_share: float
    rate_hz: float
    start_s: float
    low_hz: float
    high_hz: float
    activity: Activity
    hum: Hum
    heart: HeartBeat | None
    rest_tilt_db: float

    @property
    def end_s(self) -> float:
        """Time after the last sample."""
        return self.start_s + self.samples.size / self.rate_hz

    def index(self, time_s: float) -> int:
        """Sample at a time, kept inside the recording."""
        return min(max(round((time_s - self.start_s) * self.rate_hz), 0), self.samples.size)

    def lost_share(self, start_s: float, end_s: float) -> float:
        """Share of samples lost between two times."""
        piece = self.lost[self.index(start_s) : self.index(end_s)]
        return float(piece.mean()) if piece.size else 1.0

    def longest_loss_s(self, start_s: float, end_s: float) -> float:
        """Longest stretch of lost samples between two times."""
        first, stop = self.index(start_s), self.index(end_s)
        if stop <= first:
            return np.inf
        piece = self.lost[first:stop]
        if not piece.any():
            return 0.0
        return max(end - begin for begin, end in runs(piece)) / self.rate_hz


def condition(signal: Signal, settings: Settings) -> Conditioned:
    """Condition one EMG channel and find its coarse activity.

    Parameters
    ----------
    signal : Signal
        EMG (kind ``"emg"``), or an envelope, which is neither filtered nor searched for hum and heart beats.
    settings : Settings

    Returns
    -------
    Conditioned

    Raises
    ------
    SignalError
        If the channel is empty, constant, all lost, or sampled below 150 Hz.
    """
    channel, rate_hz = signal.channel, signal.rate_hz
    x = _usable(signal)
    envelope = channel.kind == "envelope"
    hum = Hum(None)
    filled, lost = fill_gaps(x)
    missing = int(np.count_nonzero(lost))
    flat = flat_stretches(filled, rate_hz)
    lost = lost | flat
    if lost.all():
        raise SignalError("it never changes but in jumps; check electrode and cable", channel=channel.label)
    low_hz, high_hz = settings.low_hz, upper_edge_hz(rate_hz, high_hz=settings.high_hz)
    if low_hz >= high_hz and not envelope:
        raise SignalError(
            f"at {rate_hz:g} Hz nothing is left above low_hz = {low_hz:g}; lower that setting",
            channel=channel.label,
        )
    if envelope:
        centred = y = _without_offset(filled, lost)
        low_hz, high_hz = 0.0, ENVELOPE_BAND_HZ
    else:
        centred, hum = subtract_mains(filled, rate_hz, mains_hz=settings.mains_hz)
        y = bandpass(centred, rate_hz, low_hz=low_hz, high_hz=high_hz)
    if lost.any():
        lost = widened(lost, max(1, round(GUARD_S * rate_hz)))
    activity = _activity(y, lost, signal, settings, bandwidth_hz=high_hz - low_hz, heart=None)
    off = off_stretches(
        hum, rest_rms=float(np.sqrt(activity.session_rest)), n_samples=y.size, rate_hz=rate_hz
    )
    if off.any():
        lost = lost | off
        activity = _activity(y, lost, signal, settings, bandwidth_hz=high_hz - low_hz, heart=None)
    heart = None
    if settings.heart_beat and not envelope:
        quiet = _between_bursts(activity, ~lost, rate_hz)
        beats = find_beats(centred, rate_hz, quiet=quiet)
        y, heart = subtract_beats(y, rate_hz, beats_s=beats, quiet=quiet)
        if heart is not None:
            activity = _activity(y, lost, signal, settings, bandwidth_hz=high_hz - low_hz, heart=heart)
    return Conditioned(
        channel=channel,
        samples=y,
        lost=lost,
        flat=flat,
        off=off,
        missing_s=missing / rate_hz,
        clipped_share=_clipped_share(x if not missing else x[~np.isnan(x)]),
        rate_hz=rate_hz,
        start_s=signal.start_s,
        low_hz=low_hz,
        high_hz=high_hz,
        activity=activity,
        hum=hum,
        heart=heart,
        rest_tilt_db=rest_tilt_db(y, activity, rate_hz=rate_hz, high_hz=high_hz),
    )


def _usable(signal: Signal) -> FloatArray:
    """Refuse what cannot be analysed at all; the message says what to do."""
    x, label = signal.samples, signal.channel.label
    finite = np.isfinite(x)
    known = x if finite.all() else x[finite]
    if known.size == 0:
        raise SignalError(
            "no sample arrived (all are missing); name another channel or record again", channel=label
        )
    if signal.rate_hz < LOWEST_RATE_HZ and signal.channel.kind == "emg":
        raise SignalError(
            f"a rate of {signal.rate_hz:g} Hz is too low for EMG; record at 150 Hz or more, better at 1000",
            channel=label,
        )
    if np.ptp(known) == 0:
        raise SignalError(
            f"it is constant ({known[0]:g} throughout); check electrode and cable, or name another channel",
            channel=label,
        )
    if signal.duration_s < 1.0:
        raise SignalError(
            f"it is only {signal.duration_s:.2f} s long; record some seconds of rest and at least 5 raises",
            channel=label,
        )
    return x if known is x else np.where(finite, x, np.nan)


def flat_stretches(x: FloatArray, rate_hz: float) -> BoolArray:
    """Mark samples that belong to a run of one and the same value of 0.1 s or more."""
    flat = np.zeros(x.size, dtype=np.bool_)
    shortest = max(3, round(FLAT_S * rate_hz))
    # no such run steps over all of these places
    some = np.arange(0, x.size - 1, shortest - 1)
    if not (x[some] == x[some + 1]).any():
        return flat
    for start, stop in runs(x[1:] == x[:-1]):
        if stop - start + 1 >= shortest:
            flat[start : stop + 1] = True
    return flat


def _clipped_share(x: FloatArray) -> float:
    """Share of samples, of the loudest tenth, that repeat the channel's own largest or smallest value."""
    if x.size < 100:
        return 0.0
    low, high = float(x.min()), float(x.max())
    extreme = int(np.count_nonzero(x == low)) + int(np.count_nonzero(x == high))
    return extreme / (0.1 * x.size) if extreme > 20 else 0.0


def _without_offset(x: FloatArray, lost: BoolArray) -> FloatArray:
    """Take off the constant that some sensors add; a rest that fluctuates down to nearly nothing has none."""
    low, usual = np.percentile(x[~lost], (1, 50))
    return x - low if low > 0.7 * usual else x


def _between_bursts(activity: Activity, known: BoolArray, rate_hz: float) -> BoolArray:
    """Mark samples outside all bursts that are too long for a heart beat; strong beats stay in."""
    quiet = known.copy()
    for burst in activity.bursts:
        if burst.duration_s > LONGEST_BEAT_S:
            start = burst.start_s - activity.start_s - BEAT_GUARD_S
            stop = burst.end_s - activity.start_s + BEAT_GUARD_S
            quiet[max(int(start * rate_hz), 0) : int(stop * rate_hz)] = False
    return quiet


def _activity(
    y: FloatArray,
    lost: BoolArray,
    signal: Signal,
    settings: Settings,
    *,
    bandwidth_hz: float,
    heart: HeartBeat | None,
) -> Activity:
    power, frame_s = frame_power(y, lost, signal.rate_hz)
    excess = None
    if heart is not None:
        excess = heart.excess_at(np.asarray((np.arange(power.size) + 0.5) * frame_s, dtype=np.float64))
        power = power / (1 + excess)
    activity = find_activity(
        power,
        frame_s,
        dof_per_s=2 * bandwidth_hz,
        start_s=signal.start_s,
        min_burst_s=settings.min_burst_ms / 1000,
        merge_gap_s=settings.merge_gap_ms / 1000,
    )
    if excess is None:
        return activity
    # a beat's remainder is divided out of rest, but must not lower the power of a muscle at work
    working = np.fmax(power / activity.rest - 1, 0)
    return replace(activity, power=power * (1 + excess) * (1 + working) / (1 + excess + working))
