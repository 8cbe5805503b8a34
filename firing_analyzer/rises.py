"""Ways in which a muscle may start: how long its envelope rises, and along which curve."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from firing_analyzer.filters import FloatArray

#: Curves of the envelope (an amplitude) from 0 to 1 over the rise.
SHAPES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "sqrt": np.sqrt,
    "linear": lambda u: u,
    "smoothstep": lambda u: u * u * (3 - 2 * u),
    "quadratic": lambda u: u * u,
}

#: Durations of a rise that are considered, about equally spaced in their logarithm.
GROUPS_S = ((0.005, 0.02, 0.04, 0.065, 0.1), (0.15, 0.22), (0.32, 0.48), (0.72, 1.05))

#: Frames that a first, rough look takes together.
ROUGH_FRAMES = 4

#: Rises shorter than this have no shape that could be seen.
SHORTEST_S = 0.01

#: How likely each duration is held to be before looking: falling off slowly towards short rises, faster
#: towards long ones, yet a rise of a second is believed as soon as the samples say so. The shortest stands
#: for all that are too short to be told from a step, and is favoured for them.
USUAL_RISE_S, SHORTER_SPREAD, LONGER_SPREAD = 0.12, 3.0, 1.0
STEP_FAVOUR = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RiseGroup:
    """Rises of similar length.

    Attributes
    ----------
    profile : ndarray, shape (n_rises, n_frames)
        Share of the plateau's power in each frame; after the last frame it stays what it is there.
    log_prior : ndarray, shape (n_rises,)
    """

    profile: FloatArray
    log_prior: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RiseBank:
    """Power of all rises over time, smeared as the bands smear.

    Attributes
    ----------
    groups : tuple of RiseGroup
        By length, so that short rises need few frames.
    lead : int
        Frames before the onset, which is at the start of frame `lead` of every profile.
    rough : RiseGroup
        All of them in one group, with the mean of `ROUGH_FRAMES` frames in the place of each.
    """

    groups: tuple[RiseGroup, ...]
    lead: int
    rough: RiseGroup


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
    for lengths in GROUPS_S:
        profiles: list[FloatArray] = []
        priors: list[float] = []
        for rise_s in lengths:
            names = ("linear",) if rise_s < SHORTEST_S else tuple(SHAPES)
            for name in names:
                n_frames = 2 * lead + int(np.ceil(max(lengths) / frame_s))
                profiles.append(
                    _profile(name, rise_s, frame_s=frame_s, smear=smear, lead=lead, n_frames=n_frames)
                )
                priors.append(_log_prior(rise_s) - np.log(len(names)))
        groups.append(RiseGroup(np.stack(profiles), np.array(priors)))
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
        np.concatenate([group.log_prior for group in groups]),
    )


def _log_prior(rise_s: float) -> float:
    """Log of the prior of one duration, up to a constant."""
    away = float(np.log(rise_s / USUAL_RISE_S))
    spread = SHORTER_SPREAD if away < 0 else LONGER_SPREAD
    return -0.5 * (away / spread) ** 2 + (STEP_FAVOUR if rise_s < SHORTEST_S else 0.0)


def _profile(
    name: str, rise_s: float, *, frame_s: float, smear: tuple[float, ...], lead: int, n_frames: int
) -> FloatArray:
    """Share of the plateau's power in each frame."""
    fine = 10
    time_s = (np.arange(n_frames * fine) + 0.5) * frame_s / fine - lead * frame_s
    envelope = np.where(time_s > 0, SHAPES[name](np.clip(time_s / rise_s, 0, 1)), 0.0)
    power = (envelope**2).reshape(n_frames, fine).mean(axis=1)
    padded = np.concatenate((np.zeros(lead), power, np.ones(lead)))
    return np.clip(np.convolve(padded, smear, mode="same")[lead:-lead], 0.0, 1.0)
