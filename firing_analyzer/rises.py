"""Ways in which a muscle may start: how long its envelope rises, and along which curve."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firing_analyzer.filters import FloatArray

#: Curves of the envelope (an amplitude) from 0 to 1 over the rise.
SHAPES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "sqrt": np.sqrt,
    "linear": lambda u: u,
    "smoothstep": lambda u: u * u * (3 - 2 * u),
    "quadratic": lambda u: u * u,
}

#: Durations of a rise that are considered, about equally spaced in their logarithm. Those of one group are
#: compared with the same number of frames.
GROUPS_S = ((0.005, 0.02, 0.04, 0.065, 0.1), (0.15, 0.22), (0.32, 0.48), (0.72, 1.05))

#: Frames that a first, rough look takes together.
ROUGH_FRAMES = 4

#: Rises shorter than this have no shape that could be seen: they are steps.
SHORTEST_S = 0.01

#: How likely each duration is held to be before looking: falling off slowly towards short rises, faster
#: towards long ones, yet a rise of a second is believed as soon as the samples say so. The step stands
#: for all that are too short to be told from one, and is favoured for them.
USUAL_RISE_S, SHORTER_SPREAD, LONGER_SPREAD = 0.12, 3.0, 1.0
STEP_FAVOUR = 1.0


@dataclass(frozen=True, slots=True)
class Rise:
    """One way to start; a step has no shape of its own and is counted with the linear rises."""

    length_s: float
    shape: str

    @property
    def is_step(self) -> bool:
        """Whether it is too short for a shape."""
        return self.length_s < SHORTEST_S


def _shapes(length_s: float) -> tuple[str, ...]:
    return ("linear",) if length_s < SHORTEST_S else tuple(SHAPES)


#: Every rise that is considered, shorter ones first.
RISES = tuple(Rise(length, shape) for group in GROUPS_S for length in group for shape in _shapes(length))


@dataclass(frozen=True, slots=True, eq=False)
class RiseGroup:
    """Rises of similar length.

    Attributes
    ----------
    profile : ndarray, shape (n_rises, n_frames)
        Share of the plateau's power in each frame; after the last frame it stays what it is there.
    number : ndarray of int, shape (n_rises,)
        Place of each in `RISES`.
    """

    profile: FloatArray
    number: NDArray[np.int_]

    def mean_share(self, first: int, stop: int, *, stands_out: float) -> FloatArray:
        """Mean of each profile over some frames, counted from where it stands out; shape (n_rises,).

        Parameters
        ----------
        first, stop : int
        stands_out : float
            The share of the plateau's power at which it does.
        """
        last = self.profile.shape[1] - 1
        from_frame = np.argmax(self.profile >= min(stands_out, 0.99), axis=1)
        index = np.minimum(from_frame[:, None] + np.arange(first, stop), last)
        return np.take_along_axis(self.profile, index, axis=1).mean(axis=1)

    def only(self, wanted: NDArray[np.bool_]) -> "RiseGroup":
        """Leave out the rises that are not wanted; `wanted` has an entry for each of `RISES`."""
        kept = wanted[self.number]
        return RiseGroup(self.profile[kept], self.number[kept])


@dataclass(frozen=True, slots=True, eq=False)
class RiseBank:
    """Power of all rises over time, smeared as the bands smear.

    Attributes
    ----------
    groups : tuple of RiseGroup
        By length, so that short rises need few frames.
    lead : int
        Frames before the onset, which is in the middle of frame `lead` of every profile.
    rough : RiseGroup
        All of them in one group, with the mean of `ROUGH_FRAMES` frames in the place of each.
    """

    groups: tuple[RiseGroup, ...]
    lead: int
    rough: RiseGroup


@lru_cache(maxsize=1)
def usual_rises() -> FloatArray:
    """Log of how likely each of `RISES` is held to be before looking; shape (n_rises,)."""
    log_share = np.array([_log_share(one.length_s) - np.log(len(_shapes(one.length_s))) for one in RISES])
    return log_share - np.log(np.exp(log_share).sum())


def _log_share(length_s: float) -> float:
    """Log of the share of one duration, up to a constant."""
    away = float(np.log(length_s / USUAL_RISE_S))
    spread = SHORTER_SPREAD if away < 0 else LONGER_SPREAD
    return -0.5 * (away / spread) ** 2 + (STEP_FAVOUR if length_s < SHORTEST_S else 0.0)


@lru_cache(maxsize=16)
def rise_bank(frame_s: float, smear: tuple[float, ...]) -> RiseBank:
    """Make the profiles for one length of frame and one smear.

    Parameters
    ----------
    frame_s : float
    smear : tuple of float
        See `firing_analyzer.bands.BandPower.smear`.

    Returns
    -------
    RiseBank
    """
    lead = len(smear) // 2 + 1
    groups: list[RiseGroup] = []
    for lengths_s in GROUPS_S:
        numbers = [number for number, one in enumerate(RISES) if one.length_s in lengths_s]
        n_frames = 2 * lead + int(np.ceil(max(lengths_s) / frame_s)) + 1
        profiles = [
            _profile(RISES[number], frame_s=frame_s, smear=smear, lead=lead, n_frames=n_frames)
            for number in numbers
        ]
        groups.append(RiseGroup(np.stack(profiles), np.array(numbers)))
    return RiseBank(tuple(groups), lead, _roughly(groups))


def _roughly(groups: list[RiseGroup]) -> RiseGroup:
    longest = max(group.profile.shape[1] for group in groups)
    longest += -longest % ROUGH_FRAMES
    profile = np.vstack(
        [
            np.pad(group.profile, ((0, 0), (0, longest - group.profile.shape[1])), mode="edge")
            for group in groups
        ]
    )
    return RiseGroup(
        profile.reshape(profile.shape[0], -1, ROUGH_FRAMES).mean(axis=2),
        np.concatenate([group.number for group in groups]),
    )


def _profile(rise: Rise, *, frame_s: float, smear: tuple[float, ...], lead: int, n_frames: int) -> FloatArray:
    """Share of the plateau's power in each frame."""
    fine = 10
    # the onset stands for all of its frame, so it is in the middle
    since_s = (np.arange(n_frames * fine) + 0.5) * frame_s / fine - (lead + 0.5) * frame_s
    if rise.is_step:
        envelope = (since_s > 0).astype(np.float64)
    else:
        envelope = np.where(since_s > 0, SHAPES[rise.shape](np.clip(since_s / rise.length_s, 0, 1)), 0.0)
    power = (envelope**2).reshape(n_frames, fine).mean(axis=1)
    padded = np.concatenate((np.zeros(lead), power, np.ones(lead)))
    return np.clip(np.convolve(padded, smear, mode="same")[lead:-lead], 0.0, 1.0)
