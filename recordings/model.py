"""What was measured: frozen types on numpy that every part of the program shares.

Times are seconds from the start of the recording. A lost sample is NaN and keeps its place.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recordings.errors import ChannelError, TimeError
from recordings.listing import listed_channels

Side = Literal["left", "right"]
Kind = Literal["emg", "envelope", "acc", "gyro", "angle", "other"]
FloatArray = NDArray[np.float64]

GLUTE: Final = "gluteus maximus"
SHOULDER: Final = "upper trapezius"

#: Device of a channel that no sensor has measured; the names of simulated devices begin so.
SIMULATED: Final = "simulated"

#: Event labels with a meaning for the analysis; other labels are kept and ignored.
EVENT_RAISE: Final = "raise"
EVENT_PRACTICE: Final = "practice_raise"
EVENT_REST: Final = "rest"
EVENT_REFERENCE_SHOULDER: Final = "reference_shoulder"
EVENT_EXCLUDED: Final = "excluded_raise"
#: The plan was extended once, as it allowed; the raises that were added follow.
EVENT_EXTENDED: Final = "extension"
#: Both sensors are held together and tapped, so that the time between them can be measured.
EVENT_TAP: Final = "sync_tap"


def opposite(side: Side) -> Side:
    """Return the other side of the body.

    Examples
    --------
    >>> opposite("left")
    'right'
    """
    return "right" if side == "left" else "left"


@dataclass(frozen=True, slots=True)
class Channel:
    """What one row of samples is.

    Attributes
    ----------
    label : str
        The name in the file, such as ``"GM_L"``.
    kind : {"emg", "envelope", "acc", "gyro", "angle", "other"}
        ``"envelope"`` is EMG that the sensor has already rectified and smoothed.
    unit : str
        ``"uV"``, ``"m/s2"``, ``"rad/s"``, ``"deg"``, ``"counts"``, or ``""`` where nobody knows.
    muscle : str or None
        Muscle (or body part, for a movement sensor), in full: ``"gluteus maximus"``.
    side : {"left", "right"} or None
    axis : {"x", "y", "z"} or None
    device : str or None
        Channels with the same device share its clock.
    smoothing_ms : float or None
        For an envelope: the length of the sensor's smoothing window, where it is known.
    """

    label: str
    kind: Kind = "emg"
    unit: str = ""
    muscle: str | None = None
    side: Side | None = None
    axis: Literal["x", "y", "z"] | None = None
    device: str | None = None
    smoothing_ms: float | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether the device says that no person was measured."""
        return (self.device or "").startswith(SIMULATED)


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Samples of one channel at an even rate.

    Attributes
    ----------
    channel : Channel
    samples : ndarray of float64, shape (n_samples,)
        In the channel's unit; NaN where a sample was lost. Read-only.
    rate_hz : float
    start_s : float
        Time of the first sample, in seconds from the start of the recording.

    Raises
    ------
    TimeError
        If the rate is not a positive number.
    """

    channel: Channel
    samples: FloatArray
    rate_hz: float
    start_s: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise TimeError(
                f"channel {self.channel.label!r} has a rate of {self.rate_hz} Hz; state a positive one"
            )
        samples = np.asarray(self.samples, dtype=np.float64).view()
        samples.flags.writeable = False
        object.__setattr__(self, "samples", samples)

    @classmethod
    def of(cls, channel: Channel, samples: ArrayLike, *, rate_hz: float, start_s: float = 0.0) -> "Signal":
        """Make a signal from anything that numpy can turn into a row of numbers."""
        return cls(channel, np.asarray(samples, dtype=np.float64).ravel(), rate_hz, start_s)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.size / self.rate_hz

    @property
    def times_s(self) -> FloatArray:
        """Time of every sample, in seconds from the start of the recording."""
        return self.start_s + np.arange(self.samples.size) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or was asked for, during the recording.

    Attributes
    ----------
    onset_s : float
    label : str
    duration_s : float
    reason : str
        Why a raise was set aside, where that was told.
    """

    onset_s: float
    label: str
    duration_s: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Signals, events, and what is known of them.

    Attributes
    ----------
    signals : tuple of Signal
    events : tuple of Event
    path : Path or None
        Where it was read from.
    leg : {"left", "right"} or None
        The leg that is raised. ``"left"`` pairs the left gluteus maximus with the right upper trapezius.
    glute, shoulder : str or None
        Labels named outright by the user; they win over what labels seem to say.
    shared_clock : bool
        Whether all signals were sampled by one clock.
    clock_error_ms : float or None
        Standard error of the time between the two sensors; None if it is unknown.
    planned_repetitions : int or None
        How many raises were planned before the recording began.
    extendable_to : int or None
        How many raises the plan allowed in all, if it allowed one extension.
    notes : tuple of str
        What the reader had to assume, a sentence each.
    """

    signals: tuple[Signal, ...]
    events: tuple[Event, ...] = ()
    path: Path | None = None
    leg: Side | None = None
    glute: str | None = None
    shoulder: str | None = None
    shared_clock: bool = True
    clock_error_ms: float | None = 0.0
    planned_repetitions: int | None = None
    extendable_to: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all signals, in order."""
        return tuple(signal.channel.label for signal in self.signals)

    @property
    def duration_s(self) -> float:
        """From the start of the recording to its last sample, in seconds."""
        return max((signal.start_s + signal.duration_s for signal in self.signals), default=0.0)

    def __repr__(self) -> str:
        """Return one short line: the samples of a recording would fill the screen."""
        name = "" if self.path is None else f"{self.path.name!r}, "
        leg = "" if self.leg is None else f", leg={self.leg!r}"
        return f"Recording({name}{listed_channels(self.signals)}, {self.duration_s:.1f} s{leg})"

    def __getitem__(self, label: str) -> Signal:
        """Return the signal with this label.

        Raises
        ------
        ChannelError
            If no channel, or more than one, carries the label.
        """
        found = [signal for signal in self.signals if signal.channel.label == label]
        if len(found) == 1:
            return found[0]
        problem = "is not in the recording" if not found else f"stands {len(found)} times in the recording"
        raise ChannelError(
            f"channel {label!r} {problem}; name one of {listed_channels(self.signals)}",
            path=self.path,
            available=self.labels,
        )

    def naming(
        self, *, leg: Side | None = None, glute: str | None = None, shoulder: str | None = None
    ) -> "Recording":
        """Return the same recording with the leg or the channels named outright."""
        return replace(
            self,
            leg=leg or self.leg,
            glute=glute or self.glute,
            shoulder=shoulder or self.shoulder,
        )
