"""Onset by the double threshold on a whitened signal (Bonato, D'Alessio and Knaflitz 1998)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from firing_analyzer.detectors.activity import Activity, BoolArray, across_losses, held, seen
from firing_analyzer.detectors.baseline import DetectorInputError, measured, samples_in
from firing_analyzer.detectors.whitening import stretched, whitened


def pair_false_alarm(false_alarm: float, *, pairs: int, required: int) -> float:
    """Return the paper's P_zeta: the probability at rest that one pair exceeds its threshold.

    It makes `required` of `pairs` exceed it with probability `false_alarm`: the inverse of ``P_fa =
    sum(comb(m, k) * P**k * (1 - P)**(m - k) for k in range(r0, m + 1))``, with m `pairs` and r0 `required`.

    Raises
    ------
    DetectorInputError
        If `false_alarm` is no probability, or `required` of `pairs` are not whole numbers in order.

    Examples
    --------
    >>> round(pair_false_alarm(0.05, pairs=5, required=1), 6)
    0.010206
    >>> round(1 - (1 - 0.010206) ** 5, 4)
    0.05
    """
    if not 0 < false_alarm < 1:
        raise DetectorInputError(f"{false_alarm} is impossible; give a probability", argument="false_alarm")
    if not (1 <= required <= pairs and required == int(required) and pairs == int(pairs)):
        raise DetectorInputError(
            f"{required} of {pairs} pairs is impossible; give whole numbers, the first not above the second",
            argument="required",
        )
    return float(betaincinv(required, pairs - required + 1, false_alarm))


def bonato(
    x: ArrayLike,
    rate_hz: float,
    *,
    rest: tuple[int, int],
    false_alarm: float = 0.05,
    pairs: int = 5,
    required: int = 1,
    hold_ms: float = 30.0,
) -> Activity:
    """Detect activity with the double-threshold detector of Bonato et al. (1998).

    The signal is whitened, and successive samples are paired: ``z = w[2k]**2 + w[2k+1]**2``. At rest z
    exceeds ``zeta = -2 * variance * ln(P_zeta)`` with probability P_zeta. The muscle is active where at
    least `required` of `pairs` neighbouring pairs exceed zeta; P_zeta follows from `false_alarm`, the
    probability of that at rest. Bursts and gaps shorter than `hold_ms` are then removed.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.
    false_alarm : float
        The paper's P_fa.
    pairs : int
        The paper's m: 5 pairs last 10 ms at 1 kHz.
    required : int
        The paper's r0.
    hold_ms : float
        Shortest burst, and shortest gap, that is believed.

    Returns
    -------
    Activity
        Onsets and offsets as sample indices, to the nearest pair (about 2 ms).

    Raises
    ------
    DetectorInputError
        If the signal, the rest or a parameter cannot be used.

    Notes
    -----
    ``false_alarm=0.05, pairs=5, required=1, hold_ms=30`` are the values by which the method is
    usually quoted. The detector needs a signal of at least 8 dB above its rest.

    Where we deviate: a faster record is thinned to between 1 and 2 kHz, so that pairs last as long as in
    the paper. The whitening filter is an autoregressive model of order 8 of the rest. The pairs that decide
    are centred on the moment they decide on, so that onset and offset are treated alike. A burst must last
    for `hold_ms` before shorter pieces beside it are joined to it, or false alarms at rest would join up to
    bursts.

    References
    ----------
    Bonato P, D'Alessio T, Knaflitz M. A statistical method for the measurement of muscle
    activation intervals from surface myoelectric signal during gait. IEEE Trans Biomed Eng 1998;45:287-299.
    https://doi.org/10.1109/10.661154

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=3000)
    >>> noise[1000:2000] *= 10
    >>> onsets, offsets = bonato(noise, 1000.0, rest=(0, 900))
    >>> bool(abs(onsets[0] - 1000) < 30 and abs(offsets[0] - 2000) < 30)
    True
    """
    signal = measured(x, rate_hz, rest)
    white = whitened(signal, rate_hz=rate_hz)
    usable = white.samples.size // 2 * 2
    power = white.samples[:usable:2] ** 2 + white.samples[1:usable:2] ** 2
    unknown: BoolArray = white.unknown[:usable:2] | white.unknown[1:usable:2]
    # The variance of the whitened rest is 1.
    zeta = -2.0 * np.log(pair_false_alarm(false_alarm, pairs=pairs, required=required))
    exceeds = (power > zeta) & ~unknown
    votes = np.convolve(exceeds, np.ones(int(pairs), dtype=np.int64), mode="same")[: exceeds.size]
    active = stretched(votes >= required, step=2 * white.step, size=signal.lost.size)
    lost = signal.lost | stretched(unknown, step=2 * white.step, size=signal.lost.size)
    bursts = across_losses(active, lost, rate_hz=rate_hz)
    return seen(held(bursts, hold=samples_in(hold_ms, rate_hz, "hold_ms")), lost, rate_hz=rate_hz)
