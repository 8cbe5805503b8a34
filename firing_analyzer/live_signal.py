"""What a sensor's signal is like right now, in a word or two, for the eyes of whoever records."""

from typing import Literal

import numpy as np

from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.errors import SignalError
from firing_analyzer.quality import CLIPPED_SHARE, is_off, looks_tonic
from firing_analyzer.settings import Settings
from recordings.model import Signal

Muscle = Literal["glute", "shoulder"]

#: How much of the signal is looked at: some heart beats, and enough for hum to stand out.
LOOK_S = 10.0
#: Least signal about which something can be said.
LEAST_S = 1.0
#: Lost samples, and the last stretch without any sample, that are said.
LOST_SHARE, ABSENT_S = 0.05, 0.5
#: A channel stuck for so long is not connected; shorter, it is a hiccup.
FLAT_S = 1.0
#: Hum and heart beats are subtracted; they are worth a word when so much above rest.
HUM_RATIO, HEART_RATIO = 1.0, 1.0
#: Level of rest that is called noisy, where the unit is known; skin and amplifier have 1 to 5.
NOISY_UV = 15.0


def signal_words(signal: Signal, *, muscle: Muscle, settings: Settings) -> str:
    """Say what a signal is like, the gravest thing first.

    Parameters
    ----------
    signal : Signal
        The last 10 s or so (`LOOK_S`), NaN where samples were lost or have not come.
    muscle : {"glute", "shoulder"}
        For the wording.
    settings : Settings

    Returns
    -------
    str
        ``"no samples"``, ``"too early to say"``, ``"flat"``, ``"sensor off"``, ``"samples lost"``,
        ``"clipped"``, ``"never at rest"``, ``"noisy"``, ``"mains hum"``, ``"heart beat on the glute"`` (or
        shoulder), or ``"good"``.

    Notes
    -----
    It takes some 20 ms; where a loop must not wait, run it in a thread.
    """
    known = np.isfinite(signal.samples)
    recent = known[-round(ABSENT_S * signal.rate_hz) :]
    if not recent.any():
        return "no samples"
    if known.sum() < LEAST_S * signal.rate_hz:
        return "too early to say"
    last = signal.samples[-round(FLAT_S * signal.rate_hz) :]
    if np.ptp(last[np.isfinite(last)]) == 0:
        return "flat"
    try:
        conditioned = condition(signal, settings)
    except SignalError:
        return "flat"
    first = int(np.argmax(known))
    return _gravest(conditioned, muscle, lost_share=float(1 - known[first:].mean()))


def _gravest(conditioned: Conditioned, muscle: Muscle, *, lost_share: float) -> str:
    rest_rms = float(np.sqrt(conditioned.activity.session_rest))
    hum, heart = conditioned.hum, conditioned.heart
    found = {
        "flat": conditioned.flat.sum() > FLAT_S * conditioned.rate_hz,
        "sensor off": conditioned.off.any() or is_off(conditioned),
        "samples lost": lost_share > LOST_SHARE,
        "clipped": conditioned.clipped_share > CLIPPED_SHARE,
        "never at rest": looks_tonic(conditioned),
        "noisy": conditioned.channel.unit == "uV" and rest_rms > NOISY_UV,
        "mains hum": hum.base_hz is not None and hum.rms > HUM_RATIO * rest_rms,
        f"heart beat on the {muscle}": heart is not None and heart.height > HEART_RATIO,
    }
    return next((words for words, true in found.items() if true), "good")
