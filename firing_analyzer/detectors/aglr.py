"""Onset by a likelihood ratio on the variance of a whitened signal (Staude and Wolf 1999)."""

import numpy as np
from numpy.typing import ArrayLike

from firing_analyzer.detectors.activity import (
    Activity,
    IndexArray,
    across_losses,
    covered,
    held,
    lasting,
    runs,
    seen,
)
from firing_analyzer.detectors.baseline import FloatArray, measured, positive, samples_in
from firing_analyzer.detectors.whitening import White, stretched, whitened


def aglr_step(
    x: ArrayLike,
    rate_hz: float,
    *,
    rest: tuple[int, int],
    window_ms: float = 50.0,
    threshold: float = 15.0,
    hold_ms: float = 30.0,
) -> Activity:
    """Detect activity with the approximated generalized likelihood ratio for a step of the variance.

    The signal is whitened. Over a sliding window of n samples with mean square s, in units of the rest's
    variance, ``g = n / 2 * (s - 1 - ln(s))`` is the logarithm of the likelihood of the variance s over that
    of the rest. Where g first exceeds `threshold` there is an alarm; the onset is then the moment of change
    that makes the samples up to the alarm most likely, with rest before it and one larger, unknown variance
    after it.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.
    window_ms : float
        Length of the sliding window.
    threshold : float
        Logarithm of the likelihood ratio that raises the alarm. At 15 two hours of simulated rest raise
        none.
    hold_ms : float
        Shortest burst, and shortest gap, that is believed.

    Returns
    -------
    Activity
        Onsets and offsets as sample indices, to the nearest thinned sample (at most 1 ms).

    Raises
    ------
    DetectorInputError
        If the signal, the rest or a parameter cannot be used.

    Notes
    -----
    The papers describe the method for any window and threshold; the defaults are ours.

    Where we deviate: a faster record is thinned to between 1 and 2 kHz before whitening, by an
    autoregressive model of order 8 of the rest. Only an increase over the rest counts. The change is sought
    from one window before the window of the alarm. Offsets are found in the same way with time reversed,
    where the papers go on to the next change of any kind. Bursts and gaps shorter than `hold_ms` are
    removed.

    References
    ----------
    Staude G, Wolf W. Objective motor response onset detection in surface myoelectric signals. Med Eng Phys
    1999;21:449-467. https://doi.org/10.1016/S1350-4533(99)00067-3

    Staude G, Flachenecker C, Daumer M, Wolf W. Onset detection in surface electromyographic signals: a
    systematic comparison of methods. EURASIP J Appl Signal Process 2001;2001(2):67-81.
    https://doi.org/10.1155/S1110865701000191

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=3000)
    >>> noise[1000:2000] *= 10
    >>> onsets, offsets = aglr_step(noise, 1000.0, rest=(0, 900))
    >>> bool(abs(onsets[0] - 1000) < 30 and abs(offsets[0] - 2000) < 30)
    True
    """
    signal = measured(x, rate_hz, rest)
    white = whitened(signal, rate_hz=rate_hz)
    size = samples_in(window_ms, rate_hz / white.step, "window_ms")
    changes = _changes(white, size=size, threshold=positive(threshold, "threshold"))
    active = stretched(covered(changes, white.samples.size), step=white.step, size=signal.lost.size)
    lost = signal.lost | stretched(white.unknown, step=white.step, size=signal.lost.size)
    bursts = across_losses(active, lost, rate_hz=rate_hz)
    return seen(held(bursts, hold=samples_in(hold_ms, rate_hz, "hold_ms")), lost, rate_hz=rate_hz)


def _changes(white: White, *, size: int, threshold: float) -> Activity:
    """Return the bursts in thinned samples: the likeliest changes at their first and last alarms."""
    energy = np.concatenate(([0.0], np.cumsum(white.samples**2)))
    count = np.concatenate(([0.0], np.cumsum(~white.unknown)))
    last = white.samples.size
    if size > last:
        return runs(np.zeros(0, dtype=bool))
    alarm = _log_ratio(energy[size:] - energy[:-size], count[size:] - count[:-size]) > threshold
    windows = runs(alarm)
    first_end, last_start = windows.onsets + size, windows.offsets - 1
    back = np.clip(first_end[:, np.newaxis] - np.arange(2 * size, 0, -1), 0, last)
    ahead = np.clip(last_start[:, np.newaxis] + np.arange(1, 2 * size + 1), 0, last)
    onsets = _likeliest(
        back, energy[first_end][:, np.newaxis] - energy[back], count[first_end][:, np.newaxis] - count[back]
    )
    offsets = _likeliest(
        ahead,
        energy[ahead] - energy[last_start][:, np.newaxis],
        count[ahead] - count[last_start][:, np.newaxis],
    )
    return lasting(Activity(onsets, np.maximum(onsets, offsets)), at_least=1)


def _likeliest(moments: IndexArray, energy: FloatArray, count: FloatArray) -> IndexArray:
    best = np.argmax(_log_ratio(energy, count), axis=1)
    return np.take_along_axis(moments, best[:, np.newaxis], axis=1)[:, 0]


def _log_ratio(energy: FloatArray, count: FloatArray) -> FloatArray:
    """Return the log likelihood ratio of a variance above that of the rest, 0 where it is not above."""
    ratio = np.divide(energy, count, out=np.ones_like(energy), where=count > 0)
    ratio = np.maximum(ratio, 1.0)
    return count / 2 * (ratio - 1 - np.log(ratio))
