"""What really happened in a synthetic session."""

from dataclasses import dataclass

from recordings.model import FloatArray, Recording
from recordings.synth.bursts import Burst


@dataclass(frozen=True, slots=True)
class RaiseTruth:
    """What really happened in one raise, on the clock of the glute's sensor.

    Attributes
    ----------
    cue_s : float
    glute : Burst or None
        None if the glute was silent.
    shoulder : Burst or None
        The burst that belongs to the raise; None if there was none.
    other_shoulder : tuple of Burst
        Preparatory, second and later bursts.
    """

    cue_s: float
    glute: Burst | None
    shoulder: Burst | None
    other_shoulder: tuple[Burst, ...] = ()

    @property
    def glute_onset_s(self) -> float | None:
        """When the glute's envelope left zero."""
        return None if self.glute is None else self.glute.onset_s

    @property
    def shoulder_onset_s(self) -> float | None:
        """When the shoulder's envelope left zero."""
        return None if self.shoulder is None else self.shoulder.onset_s

    @property
    def lag_ms(self) -> float | None:
        """Shoulder onset minus glute onset; None unless both fired."""
        if self.glute is None or self.shoulder is None:
            return None
        return 1000 * (self.shoulder.onset_s - self.glute.onset_s)

    @property
    def shoulder_bursts(self) -> tuple[Burst, ...]:
        """All bursts of the shoulder."""
        return self.other_shoulder if self.shoulder is None else (self.shoulder, *self.other_shoulder)


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really happened in a session.

    Attributes
    ----------
    raises, practice : tuple of RaiseTruth
    reference : Burst or None
        The reference shrug.
    snr_db : tuple of float
        Of glute and shoulder, as set; a raise's own is this plus 20 log10 of its burst's level.
    heart_beats_s : ndarray of float64
        R waves within the recording.
    breaths_s : ndarray of float64
        When breaths begin.
    """

    raises: tuple[RaiseTruth, ...]
    practice: tuple[RaiseTruth, ...]
    reference: Burst | None
    snr_db: tuple[float, float]
    heart_beats_s: FloatArray
    breaths_s: FloatArray

    @property
    def lags_ms(self) -> tuple[float | None, ...]:
        """Lag of every raise."""
        return tuple(one.lag_ms for one in self.raises)

    @property
    def glute_bursts(self) -> tuple[Burst, ...]:
        """All activity of the glute, practice included."""
        return tuple(one.glute for one in (*self.practice, *self.raises) if one.glute is not None)

    @property
    def shoulder_bursts(self) -> tuple[Burst, ...]:
        """All bursts of the shoulder, practice and reference shrug included; breathing is not among them."""
        shrug = () if self.reference is None else (self.reference,)
        return shrug + tuple(burst for one in (*self.practice, *self.raises) for burst in one.shoulder_bursts)


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticSession:
    """A recording and the truth about it."""

    recording: Recording
    truth: Truth
