"""Which way is up, as a sensor sees it: angular rate for what is quick, gravity for what is slow.

References
----------
.. [1] Laidig D, Seel T (2023). VQF: highly accurate IMU orientation estimation with bias estimation and
   magnetic disturbance rejection. Inf Fusion 91:187-204. doi:10.1016/j.inffus.2022.10.014
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage, signal
from scipy.spatial.transform import Rotation

from firing_analyzer.filters import BoolArray, FloatArray, runs

#: Below this frequency acceleration tells where up is, above it the angular rate does.
CROSSOVER_HZ: Final = 0.08
#: Without angular rate: what is quicker is taken for movement and not for tilt.
TILT_ONLY_HZ: Final = 4.0
#: Still: over this long the angular rate stays so close to its own mean (rad/s, on top of noise).
STILL_S, STILL_RATE = 0.4, 0.02
#: The zero of the angular rate may wander over so many seconds.
BIAS_S: Final = 20.0
#: Gaps up to this long are bridged; longer ones part the recording.
BRIDGED_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Upward:
    """Where up is, as the sensor sees it, and how it turns.

    Attributes
    ----------
    up : ndarray of float64, shape (n, 3)
        Unit vectors in the sensor's axes; NaN where samples were lost.
    turning : ndarray of float64, shape (n, 3)
        Angular rate without its zero error, in rad/s; from the change of `up` where there is no gyro.
    still : ndarray of bool, shape (n,)
        Where nothing moves but breath and noise.
    rate_hz : float
    has_gyro : bool
    """

    up: FloatArray
    turning: FloatArray
    still: BoolArray
    rate_hz: float
    has_gyro: bool


def find_up(acc: FloatArray, gyro: FloatArray | None, rate_hz: float) -> Upward:
    """Tell from acceleration and angular rate where up is.

    Parameters
    ----------
    acc : ndarray of float64, shape (n, 3)
        Acceleration, in any unit; a sensor at rest shows gravity's reaction, upwards. NaN where lost.
    gyro : ndarray of float64, shape (n, 3), or None
        Angular rate in rad/s, NaN where lost.
    rate_hz : float

    Returns
    -------
    Upward

    Notes
    -----
    As in [1]_ the angular rate is integrated alone, from an arbitrary beginning; in the frame that results,
    which turns but slowly with what the gyro gets wrong, the acceleration is low-passed, so that movement
    cancels out and gravity stays. We deviate in looking at the whole recording: the low-pass runs forwards
    and backwards, the zero of the gyro is the median over still stretches around each moment, and pieces
    between gaps are taken one by one, since gravity needs no memory.

    Examples
    --------
    >>> lying = np.tile([0.0, 0.0, 9.81], (500, 1))
    >>> find_up(lying, np.zeros((500, 3)), 100.0).up[250].round(3).tolist()
    [0.0, 0.0, 1.0]
    """
    n = acc.shape[0]
    lost = lost_rows(acc) if gyro is None else lost_rows(acc) | lost_rows(gyro)
    acc = _bridged(acc)
    up = np.full((n, 3), np.nan)
    turning = np.full((n, 3), np.nan)
    pieces = _pieces(lost, rate_hz)
    if gyro is None:
        for start, stop in pieces:
            up[start:stop] = _unit(_low_pass(acc[start:stop], TILT_ONLY_HZ, rate_hz))
            turning[start:stop] = _turning_of(up[start:stop], rate_hz)
        still = _still(_bridged(turning), rate_hz, known=~lost)
    else:
        gyro = _bridged(gyro)
        still = _still(gyro, rate_hz, known=~lost)
        gyro = gyro - _zero_of(gyro, still, rate_hz)
        for start, stop in pieces:
            up[start:stop] = _fused(acc[start:stop], gyro[start:stop], rate_hz)
            turning[start:stop] = gyro[start:stop]
    return Upward(up, turning, still, rate_hz, has_gyro=gyro is not None)


def lost_rows(rows: FloatArray) -> BoolArray:
    """Tell in which rows any value is missing."""
    return np.asarray(np.isnan(rows).any(axis=1), dtype=np.bool_)


def orientation_of(rate: FloatArray, rate_hz: float) -> Rotation:
    """Integrate an angular rate: where the sensor points at each sample, against the first.

    Parameters
    ----------
    rate : ndarray of float64, shape (n, 3)
        In the sensor's own axes, in rad/s, without NaN.
    rate_hz : float

    Returns
    -------
    Rotation
        n rotations from the sensor's axes to those it had at the first sample.

    Notes
    -----
    Products of all rotations up to each are formed by doubling: log2(n) passes over all of them.
    """
    middle = 0.5 * (rate[1:] + rate[:-1]) / rate_hz
    steps = Rotation.from_rotvec(np.concatenate([np.zeros((1, 3)), middle]))
    total = steps.as_quat()
    reach = 1
    while reach < total.shape[0]:
        joined = Rotation.from_quat(total[:-reach]) * Rotation.from_quat(total[reach:])
        total = np.concatenate([total[:reach], joined.as_quat()])
        reach *= 2
    return Rotation.from_quat(total)


def _fused(acc: FloatArray, gyro: FloatArray, rate_hz: float) -> FloatArray:
    turned = orientation_of(gyro, rate_hz)
    return _unit(turned.inv().apply(_low_pass(turned.apply(acc), CROSSOVER_HZ, rate_hz)))


def _low_pass(rows: FloatArray, edge_hz: float, rate_hz: float) -> FloatArray:
    """Low-pass without delay; beyond the ends the signal is taken to go on as it was."""
    n = rows.shape[0]
    if edge_hz >= 0.45 * rate_hz or n < 8:
        return rows
    sections = signal.butter(2, edge_hz, fs=rate_hz, output="sos")
    pad = min(n - 1, int(1.5 * rate_hz / edge_hz))
    return np.asarray(signal.sosfiltfilt(sections, rows, axis=0, padtype="even", padlen=pad))


def _still(rate: FloatArray, rate_hz: float, *, known: BoolArray) -> BoolArray:
    """Where the angular rate stays where it usually is."""
    width = max(3, round(STILL_S * rate_hz))
    smooth = ndimage.uniform_filter1d(rate, width, axis=0, mode="nearest")
    spread = np.sqrt(
        np.maximum(ndimage.uniform_filter1d(rate**2, width, axis=0, mode="nearest") - smooth**2, 0).sum(
            axis=1
        )
    )
    if not known.any():
        return known
    # the quietest stretches show what is noise and where zero is
    quiet = known & (spread <= np.quantile(spread[known], 0.3))
    noise, zero = float(np.median(spread[quiet])), np.median(smooth[quiet], axis=0)
    still = (
        known
        & (np.linalg.norm(smooth - zero, axis=1) < STILL_RATE + noise)
        & (spread < STILL_RATE + 2 * noise)
    )
    return np.asarray(ndimage.binary_opening(still, np.ones(width, dtype=np.bool_)), dtype=np.bool_)


def _zero_of(gyro: FloatArray, still: BoolArray, rate_hz: float) -> FloatArray:
    """Return what the gyro shows at rest, slowly varying; nothing where it never rests."""
    if still.sum() < rate_hz:
        return np.zeros((1, 3))
    step = round(BIAS_S / 4 * rate_hz)
    centres = np.arange(0, still.size + step, step)
    reach = round(BIAS_S * rate_hz)
    zeros: list[FloatArray] = []
    places: list[int] = []
    for centre in centres.tolist():
        near = slice(max(centre - reach, 0), centre + reach)
        if still[near].sum() >= rate_hz:
            zeros.append(np.median(gyro[near][still[near]], axis=0))
            places.append(centre)
    if not zeros:
        return np.median(gyro[still], axis=0)[None]
    index = np.arange(still.size)
    return np.stack([np.interp(index, places, column) for column in np.stack(zeros).T], axis=1)


def _turning_of(up: FloatArray, rate_hz: float) -> FloatArray:
    """Angular rate that the change of `up` shows; turning about the vertical cannot be seen."""
    if up.shape[0] < 3:
        return np.zeros_like(up)
    return np.cross(np.gradient(up, axis=0) * rate_hz, up)


def _pieces(lost: BoolArray, rate_hz: float) -> list[tuple[int, int]]:
    parted = lost.copy()
    for start, stop in runs(lost):
        if stop - start <= BRIDGED_S * rate_hz:
            parted[start:stop] = False
    return [(start, stop) for start, stop in runs(~parted) if stop - start >= 2]


def _bridged(rows: FloatArray) -> FloatArray:
    index = np.arange(rows.shape[0])
    columns: list[FloatArray] = []
    for row in rows.T:
        known = np.isfinite(row)
        columns.append(
            row
            if known.all()
            else np.interp(index, index[known], row[known])
            if known.any()
            else np.zeros(row.size)
        )
    return np.stack(columns, axis=1)


def _unit(rows: FloatArray) -> FloatArray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, np.nan)
