"""Onset in the Teager-Kaiser energy (Li, Zhou and Aruin 2007; Solnik et al. 2010)."""

import numpy as np
from numpy.typing import ArrayLike

from firing_analyzer.detectors.activity import Activity, across_losses, held, seen
from firing_analyzer.detectors.baseline import (
    FloatArray,
    measured,
    neighbour_step,
    positive,
    rest_threshold,
    samples_in,
)
from firing_analyzer.detectors.envelope import filled, low_passed


def teager_kaiser(x: ArrayLike, *, step: int = 1) -> FloatArray:
    """Return the Teager-Kaiser energy, ``x[n]**2 - x[n - step] * x[n + step]``.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
    step : int
        Distance of the neighbours in samples; 1 in the papers.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In the square of the unit of `x`; NaN where a neighbour is missing, so at both ends.

    Notes
    -----
    For ``A * sin(w * n)`` it is ``A**2 * sin(w * step)**2`` everywhere.

    Examples
    --------
    >>> teager_kaiser([0.0, 1.0, 3.0, 2.0])
    array([nan,  1.,  7., nan])
    """
    samples = np.asarray(x, dtype=np.float64)
    energy = np.full(samples.shape, np.nan)
    energy[step:-step] = samples[step:-step] ** 2 - samples[: -2 * step] * samples[2 * step :]
    return energy


def tkeo(
    x: ArrayLike,
    rate_hz: float,
    *,
    rest: tuple[int, int],
    lowpass_hz: float = 50.0,
    threshold_sd: float = 3.0,
    hold_ms: float = 25.0,
) -> Activity:
    """Detect activity in the rectified, low-passed Teager-Kaiser energy.

    The energy grows with the square of amplitude and of frequency, which sets motor unit potentials apart
    from noise. It must stay above mean + `threshold_sd` standard deviations of its rest for `hold_ms`.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.
    lowpass_hz : float
    threshold_sd : float
    hold_ms : float
        How long the energy must stay above the threshold to switch on, and below it to switch off.

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
    The operator is that of Li et al.; the processing after it and the defaults are those of Solnik et
    al., as others quote them.

    Where we deviate: mean and standard deviation are those of the low-passed energy at rest, so that no
    unit enters (energy compared with a threshold in the signal's own unit is a known fault of
    implementations). The filter has zero phase. In a faster record the neighbours are those about 1 ms away,
    as in the papers: the next ones would weigh noise near the edge of the band far above the muscle. The
    offset, of which the papers make little, obeys the onset's rule with the sign turned.

    References
    ----------
    Li X, Zhou P, Aruin AS. Teager-Kaiser energy operation of surface EMG improves muscle
    activity onset detection. Ann Biomed Eng 2007;35:1532-1538. https://doi.org/10.1007/s10439-007-9320-z

    Solnik S, Rider P, Steinweg K, DeVita P, Hortobágyi T. Teager-Kaiser energy operator signal conditioning
    improves EMG onset detection. Eur J Appl Physiol 2010;110:489-498.
    https://doi.org/10.1007/s00421-010-1521-8

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=3000)
    >>> noise[1000:2000] *= 10
    >>> onsets, offsets = tkeo(noise, 1000.0, rest=(0, 900))
    >>> bool(abs(onsets[0] - 1000) < 30 and abs(offsets[0] - 2000) < 30)
    True
    """
    signal = measured(x, rate_hz, rest)
    known = np.where(signal.lost, np.nan, signal.samples)
    energy = np.abs(teager_kaiser(known, step=neighbour_step(rate_hz)))
    level = filled(np.nan_to_num(energy), np.isnan(energy))
    level = low_passed(level, rate_hz=rate_hz, lowpass_hz=lowpass_hz)
    active = level > rest_threshold(level, signal, positive(threshold_sd, "threshold_sd"))
    bursts = across_losses(active, signal.lost, rate_hz=rate_hz)
    bursts = held(bursts, hold=samples_in(hold_ms, rate_hz, "hold_ms"))
    return seen(bursts, signal.lost, rate_hz=rate_hz)
