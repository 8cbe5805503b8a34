"""The lag of a session, from those of its repetitions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage, special
from scipy.interpolate import CubicSpline

from firing_analyzer.filters import FloatArray

DEGREES_OF_FREEDOM = 4.0
#: Grids: session values, of which every fourth is summed, spreads, and the mixture of normals that makes up
#: a Student-t.
N_VALUES, EVERY, N_SPREADS, N_MIXTURE = 801, 4, 40, 12


@dataclass(frozen=True, slots=True, eq=False)
class SessionLag:
    """Probability of every session lag.

    Attributes
    ----------
    lag_ms, probability : ndarray, shape (n,)
    spread_ms : float
        Posterior median of the standard deviation between repetitions.
    """

    lag_ms: FloatArray
    probability: FloatArray
    spread_ms: float

    def quantile(self, share: float) -> float:
        """Lag below which this share of the probability lies."""
        centred = np.cumsum(self.probability) - 0.5 * self.probability
        return float(np.interp(share, centred, self.lag_ms))

    def interval_ms(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval with this probability, equal tails."""
        tail = 0.5 * (1 - confidence)
        return self.quantile(tail), self.quantile(1 - tail)

    def shares(self, margin_ms: float) -> tuple[float, float, float]:
        """Probabilities of shoulder first, together and glute first."""
        first = float(self.probability[self.lag_ms < -margin_ms].sum())
        last = float(self.probability[self.lag_ms > margin_ms].sum())
        return first, max(1 - first - last, 0.0), last

    def share_before(self) -> float:
        """Probability that the shoulder began before the glute."""
        return float(self.probability[self.lag_ms < 0].sum())


def pool_lags(
    lags_ms: ArrayLike,
    sd_ms: ArrayLike,
    *,
    shared_sd_ms: float = 0.0,
    spread_scale_ms: float = 200.0,
) -> SessionLag:
    """Combine the lags of repetitions into that of the session.

    Parameters
    ----------
    lags_ms : array_like, shape (n,)
        Lag of each repetition.
    sd_ms : array_like, shape (n,)
        Standard error of each, leaving out what the repetitions share.
    shared_sd_ms : float
        Standard error that all repetitions share (clock, unknown rise); added once, after pooling.
    spread_scale_ms : float
        Scale of the half-normal prior of the standard deviation between repetitions.

    Returns
    -------
    SessionLag

    Raises
    ------
    ValueError
        If there is no lag, or the two do not match.

    Notes
    -----
    True lags follow a Student-t with 4 degrees of freedom about the session's, so that one stray repetition
    cannot carry it away; each measured lag adds its own normal error. The value of the session has a flat
    prior. All is summed on a fixed grid, the Student-t as a mixture of normals: no sampling, the same
    answer every time.

    Examples
    --------
    >>> pooled = pool_lags([-140, -120, -150, -135, -145, -130], [12] * 6)
    >>> -145 < pooled.quantile(0.5) < -130
    True
    """
    lag = np.atleast_1d(np.asarray(lags_ms, dtype=np.float64))
    error = np.atleast_1d(np.asarray(sd_ms, dtype=np.float64))
    if lag.size == 0 or lag.shape != error.shape:
        raise ValueError(
            f"{lag.size} lags and {error.size} errors: give one error for each of at least one lag"
        )
    centre = float(np.median(lag))
    typical = 1.4826 * float(np.median(np.abs(lag - centre))) + float(np.median(error)) + 5.0
    # with few lags the tails are long: nothing that matters lies beyond this
    reach = typical * (6 + 60 / lag.size) / np.sqrt(lag.size) + 4 * shared_sd_ms
    value = centre + np.linspace(-reach, reach, N_VALUES)
    few = value[::EVERY]
    spread = np.geomspace(1.0, 5 * spread_scale_ms, N_SPREADS)
    log_prior = -0.5 * (spread / spread_scale_ms) ** 2 + np.log(spread)
    share = (np.arange(N_MIXTURE) + 0.5) / N_MIXTURE
    mixing = special.gammaincinv(DEGREES_OF_FREEDOM / 2, share) / (DEGREES_OF_FREEDOM / 2)
    # the standard deviation of a Student-t with 4 degrees of freedom is sqrt(2) times its scale
    scale = spread * np.sqrt(1 - 2 / DEGREES_OF_FREEDOM)
    log_joint = np.repeat(log_prior[:, None], few.size, axis=1)
    each = np.empty((N_SPREADS, N_MIXTURE, few.size))
    for measured, own in zip(lag, error, strict=True):
        variance = np.add.outer(own**2, np.multiply.outer(scale**2, 1 / mixing))
        np.multiply((-0.5 / variance)[:, :, None], (measured - few) ** 2, out=each)
        np.exp(each, out=each)
        density = ((1 / np.sqrt(variance))[:, None] @ each)[:, 0]
        log_joint += np.log(density + 1e-300)
    joint = np.exp(log_joint - log_joint.max())
    # its logarithm is smooth, so that what lies between follows
    probability = np.exp(CubicSpline(few, np.log(joint.sum(axis=0) + 1e-300))(value))
    of_spread = joint.sum(axis=1) / joint.sum()
    if shared_sd_ms > 0:
        step = float(value[1] - value[0])
        probability = ndimage.gaussian_filter1d(probability, shared_sd_ms / step, mode="constant")
    return SessionLag(
        lag_ms=value,
        probability=probability / probability.sum(),
        spread_ms=float(np.interp(0.5, np.cumsum(of_spread) - 0.5 * of_spread, spread)),
    )
