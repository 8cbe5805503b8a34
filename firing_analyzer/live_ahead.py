"""What is to come is not known yet: rest stands in for it, so that a window's end is judged like its middle.

Levels of rest, mains hum and filters look to both sides of a moment. At the end of a recording that still
goes on there is nothing on one side; a raise just over would be measured against itself.
"""

import msgspec
import numpy as np

from firing_analyzer.activity import LOCAL_S, QUIET_RATIO
from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.errors import SignalError
from firing_analyzer.filters import FloatArray
from firing_analyzer.settings import Settings
from recordings.model import Signal

#: Length of what is added: as far as rest is looked for around a moment.
AHEAD_S = LOCAL_S / 2
#: Length of the rest that is repeated, and the step in which it is looked for.
PIECE_S, STEP_S = 2.0, 0.1
#: How far back it is looked for.
BACK_S = 30.0
#: Both mains frequencies have whole periods in it.
LEVEL_S = 0.1


def condition_with_rest_ahead(signal: Signal, settings: Settings) -> Conditioned:
    """Condition a signal as if rest followed it.

    Parameters
    ----------
    signal : Signal
    settings : Settings

    Returns
    -------
    Conditioned
        Up to 6 s longer than the signal; as it is where no rest of 2 s is found in the last half minute.

    Raises
    ------
    SignalError
        As `firing_analyzer.condition.condition`.
    """
    found = _latest_rest(signal, settings)
    if found is None:
        return condition(signal, settings)
    start, base_hz = found
    rate_hz, samples = signal.rate_hz, signal.samples
    period = rate_hz / base_hz if base_hz else 1.0
    # the hum must go on where it stood: all is moved by whole periods
    size = round(int(PIECE_S * rate_hz / period) * period)
    start = round(samples.size - np.ceil((samples.size - start) / period) * period)
    if start < 0:
        return condition(signal, settings)
    piece = samples[start : start + size]
    piece = piece + _level(samples[::-1], rate_hz) - _level(piece, rate_hz)
    ahead = np.resize(piece, round(AHEAD_S * rate_hz))
    longer = Signal(signal.channel, np.concatenate((samples, ahead)), rate_hz, signal.start_s)
    return condition(longer, settings)


def _latest_rest(signal: Signal, settings: Settings) -> tuple[int, float | None] | None:
    """First sample of the latest two seconds about as quiet as the quietest; frequency of the hum."""
    skipped = max(0, signal.samples.size - round(BACK_S * signal.rate_hz))
    recent = Signal(signal.channel, signal.samples[skipped:], signal.rate_hz)
    try:
        # beats come as often in one piece as in another
        conditioned = condition(recent, msgspec.structs.replace(settings, heart_beat=False))
    except SignalError:
        return None
    activity = conditioned.activity
    n_step = round(STEP_S / activity.frame_s)
    n_piece = round(PIECE_S / activity.frame_s)
    power = activity.power
    if power.size < n_piece:
        return None
    total = np.concatenate(([0.0], np.cumsum(np.where(np.isnan(power), np.inf, power))))
    with np.errstate(invalid="ignore"):
        mean = (total[n_piece:] - total[:-n_piece])[::n_step] / n_piece
    mean = np.where(np.isnan(mean), np.inf, mean)
    lowest = mean.min()
    if not np.isfinite(lowest):
        return None
    latest = int(np.flatnonzero(mean <= QUIET_RATIO * lowest)[-1])
    hop = round(activity.frame_s * conditioned.rate_hz)
    return skipped + latest * n_step * hop, _base_hz(conditioned)


def _base_hz(conditioned: Conditioned) -> float | None:
    hum = conditioned.hum
    if hum.base_hz is None:
        return None
    # the highest line tells the frequency best
    line = hum.lines_hz[-1]
    return line / round(line / hum.base_hz)


def _level(samples: FloatArray, rate_hz: float) -> float:
    """Mean of the first tenth of a second that is known."""
    known = samples[np.isfinite(samples)][: round(LEVEL_S * rate_hz)]
    return float(known.mean()) if known.size else 0.0
