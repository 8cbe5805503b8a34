"""Whether a movement sensor ran against the end of its range."""

import numpy as np

from firing_analyzer.filters import FloatArray, runs

#: A signal is cut off where it stays at its extreme for so many samples, more than once, and so many steps
#: from where it usually is.
_STAYS, _FAR_STEPS = 3, 8.0


def cut_off(rows: FloatArray) -> bool:
    """Tell whether many samples stand at one and the same extreme.

    Examples
    --------
    >>> wave = np.sin(np.arange(1000) / 20)[:, None]
    >>> cut_off(wave), cut_off(np.clip(wave, -0.7, 0.7))
    (False, True)
    """
    for row in rows.T:
        known = row[np.isfinite(row)]
        if known.size < 50 or known.std() == 0:
            continue
        far = _FAR_STEPS * float(np.median(np.abs(np.diff(known))))
        for extreme in (float(known.max()), float(known.min())):
            # noise meets its greatest value once, and two peaks are seldom of one height
            stays = [stop - start for start, stop in runs(known == extreme) if stop - start >= _STAYS]
            if len(stays) > 1 and abs(extreme - float(np.median(known))) > far:
                return True
    return False
