"""Onset where a moving average stays above the rest, short drops allowed (Lidierth 1986)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import uniform_filter1d

from firing_analyzer.detectors.activity import Activity, across_losses, joined, lasting, seen
from firing_analyzer.detectors.baseline import measured, positive, rest_threshold, samples_in
from firing_analyzer.detectors.envelope import filled


def lidierth(
    x: ArrayLike,
    rate_hz: float,
    *,
    rest: tuple[int, int],
    window_ms: float = 25.0,
    threshold_sd: float = 3.0,
    hold_ms: float = 50.0,
    dropout_ms: float = 10.0,
) -> Activity:
    """Detect activity by the duration rule of Lidierth (1986).

    The moving average of the rectified signal must stay above mean + `threshold_sd` standard deviations of
    the rest for `hold_ms`; drops of at most `dropout_ms` do not count. The onset is the first crossing.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.
    window_ms : float
        Length of the moving average.
    threshold_sd : float
    hold_ms : float
        Shortest burst.
    dropout_ms : float
        Longest drop below the threshold that does not end a burst.

    Returns
    -------
    Activity
        Onsets and offsets as sample indices.

    Raises
    ------
    DetectorInputError
        If the signal, the rest or a parameter cannot be used.

    Notes
    -----
    The rule is the paper's; the four numbers are ours, since the paper leaves them to the muscle and
    the task as far as those who quote it tell.

    Where we deviate: the standard deviation is that of the averaged rest, the series that is compared with
    it; some implementations take that of the raw signal, which is several times as large. The average is
    centred on its sample, so that it delays nothing.

    References
    ----------
    Lidierth M. A computer based method for automated measurement of the periods of muscular
    activity from an EMG and its application to locomotor EMGs. Electroencephalogr Clin Neurophysiol
    1986;64:378-380.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=3000)
    >>> noise[1000:2000] *= 10
    >>> onsets, offsets = lidierth(noise, 1000.0, rest=(0, 900))
    >>> bool(abs(onsets[0] - 1000) < 30 and abs(offsets[0] - 2000) < 30)
    True
    """
    signal = measured(x, rate_hz, rest)
    level = filled(np.abs(signal.samples), signal.lost)
    level = uniform_filter1d(level, samples_in(window_ms, rate_hz, "window_ms"), mode="nearest")
    active = level > rest_threshold(level, signal, positive(threshold_sd, "threshold_sd"))
    hold, dropout = samples_in(hold_ms, rate_hz, "hold_ms"), samples_in(dropout_ms, rate_hz, "dropout_ms")
    bursts = across_losses(active, signal.lost, rate_hz=rate_hz)
    bursts = lasting(joined(bursts, shorter_than=dropout + 1), at_least=hold)
    return seen(bursts, signal.lost, rate_hz=rate_hz)
