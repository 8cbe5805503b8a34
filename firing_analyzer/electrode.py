"""An electrode that is off: the open input is an aerial for mains hum, whatever the muscle does."""

import numpy as np

from firing_analyzer.filters import BoolArray
from firing_analyzer.mains import Hum

#: Hum within a second that only an open input picks up: over the level of rest, and over the usual hum.
OFF_RATIO, OFF_OVER_USUAL = 10.0, 5.0
#: It stands so far above what is beside it; a loud muscle has power at the line and beside it alike.
OFF_OVER_BESIDE = 5.0
#: The same when it lasts; hum that is less than this is subtracted without harm.
OFF_THROUGHOUT_RATIO = 40.0
#: Level of rest, where the unit is known, that no electrode on clean skin has without a working muscle.
OFF_REST_UV = 20.0
#: How far an open input reaches: the hum is fitted over seconds, and electrodes settle.
REACH_S = 2.5


def off_stretches(hum: Hum, *, rest_rms: float, n_samples: int, rate_hz: float) -> BoolArray:
    """Mark the samples taken while the electrode was off.

    Parameters
    ----------
    hum : Hum
        With its level in windows.
    rest_rms : float
        Level of rest over the session.
    n_samples : int
    rate_hz : float

    Returns
    -------
    ndarray of bool, shape (n_samples,)
        All False where it was off for more than half of the recording: then that is what is usual, and
        `off_throughout` decides.
    """
    off = np.zeros(n_samples, dtype=np.bool_)
    if not hum.window_rms.size:
        return off
    usual_rms = float(np.median(hum.window_rms))
    loud = hum.window_rms > max(OFF_RATIO * rest_rms, OFF_OVER_USUAL * usual_rms)
    loud &= hum.window_rms > OFF_OVER_BESIDE * hum.beside_rms
    if not loud.any():
        return off
    for middle_s in hum.middle_s[loud].tolist():
        off[max(int((middle_s - REACH_S) * rate_hz), 0) : int((middle_s + REACH_S) * rate_hz)] = True
    return off


def off_throughout(hum: Hum, *, rest_rms: float, unit: str, tonic: bool) -> bool:
    """Tell whether the whole recording is that of an open input.

    Parameters
    ----------
    hum : Hum
    rest_rms : float
    unit : str
        The level of rest is judged where it is ``"uV"``.
    tonic : bool
        Whether rest looks like a working muscle; it is then no open input.
    """
    loud_hum = hum.rms > OFF_THROUGHOUT_RATIO * rest_rms
    loud_rest = unit == "uV" and rest_rms > OFF_REST_UV and hum.rms > rest_rms
    return not tonic and (loud_hum or loud_rest)
