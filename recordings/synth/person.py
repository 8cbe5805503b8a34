"""The synthetic person: muscles, body, electrodes, and what they are asked to do."""

from dataclasses import dataclass
from typing import Final

from recordings.synth.bursts import Shape
from recordings.synth.texture import Texture

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Muscle:
    """How a muscle fires. Pairs are ranges from which each raise draws evenly.

    Attributes
    ----------
    snr_db : float
        20 log10 of the RMS of the muscle's EMG on its plateau over the RMS of the electrode's rest noise.
    rise_ms, fall_ms : tuple of float
    shapes : tuple of str
        Courses of a rise, as in `Burst`; each raise draws one.
    active_s : tuple of float
        From onset to end.
    level_spread : float
        SD of the plateau from raise to raise, as a share; drawn evenly, so never beyond 1.73 times this.
    fluctuation : float
        SD of slow swings (0.3 to 2 Hz) on a plateau, as a share.
    texture : {"gaussian", "motor_units"}
    fl_hz, fh_hz : float
        Corners of the EMG spectrum.
    """

    snr_db: float = 20.0
    rise_ms: Span = (60.0, 180.0)
    fall_ms: Span = (150.0, 350.0)
    shapes: tuple[Shape, ...] = ("linear", "smoothstep")
    active_s: Span = (3.6, 4.4)
    level_spread: float = 0.1
    fluctuation: float = 0.1
    texture: Texture = "gaussian"
    fl_hz: float = 60.0
    fh_hz: float = 120.0


#: A glute is active throughout the raise, an upper trapezius for a while of its own.
GLUTE_MUSCLE: Final = Muscle()
SHOULDER_MUSCLE: Final = Muscle(active_s=(1.0, 2.5), fl_hz=50.0, fh_hz=130.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nuisance:
    """What one electrode picks up besides its muscle. All off by default, but for rest noise.

    Attributes
    ----------
    rest_uv : float
        RMS of rest noise; the muscle's signal-to-noise ratio refers to it.
    with_rest : bool
        False leaves the rest noise out and the muscle as strong as it was.
    pink_share : float
        Part of its power that falls with frequency.
    heart_uv : float
        Height of the R wave; negative turns the heart beat over.
    hum_uv : float
        RMS of the fundamental of mains hum; harmonics come on top.
    wander_uv : float
        RMS of a baseline that wanders at 0.05 to 0.5 Hz.
    breathing_uv : float
        RMS of EMG at the height of a breath.
    tonic_uv : float
        RMS of muscle activity that never ceases.
    rest_steps : tuple of (at_s, change_db)
        Moments from which rest noise is stronger, or weaker, than before.
    off_s : tuple of (start_s, stop_s)
        Stretches with the electrode off the skin: no body signal, strong hum and noise.
    flat_s : tuple of (start_s, stop_s)
        Stretches in which the channel is stuck at zero.
    lost_s : tuple of (start_s, stop_s)
        Stretches whose samples are lost (NaN).
    clip_uv : float or None
        Greatest size that the amplifier can show.
    """

    rest_uv: float = 3.0
    with_rest: bool = True
    pink_share: float = 0.1
    heart_uv: float = 0.0
    hum_uv: float = 0.0
    wander_uv: float = 0.0
    breathing_uv: float = 0.0
    tonic_uv: float = 0.0
    rest_steps: tuple[tuple[float, float], ...] = ()
    off_s: tuple[Span, ...] = ()
    flat_s: tuple[Span, ...] = ()
    lost_s: tuple[Span, ...] = ()
    clip_uv: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What both electrodes share: one heart, one breath, one mains supply.

    Attributes
    ----------
    heart_per_min, heart_variability : float
        Mean rate, and SD of the intervals over their mean.
    breaths_per_min : float
    mains_hz : float
        50 or 60, with the small error that mains have.
    """

    heart_per_min: float = 68.0
    heart_variability: float = 0.04
    breaths_per_min: float = 14.0
    mains_hz: float = 50.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What the person is asked to do, and when.

    Attributes
    ----------
    lead_in_s : float
        Rest before the first cue.
    every_s : tuple of float
        Range of the time from cue to cue.
    reaction_ms : tuple of float
        Range of the time from cue to glute onset.
    practice_raises : int
        Raises before the first that counts; they do as that one does.
    reference_shrug : bool
        Shrug early on, and begin no raise for half a minute afterwards.
    tail_s : float
        Rest after the last burst.
    with_events : bool
        Record cues, rest and shrug as events.
    cues_s : tuple of float or None
        When to cue each raise that counts; None draws them from `every_s`.
    duration_s : float or None
        Length of the recording; None ends it `tail_s` after the last burst.
    """

    lead_in_s: float = 10.0
    every_s: Span = (9.5, 11.5)
    reaction_ms: Span = (350.0, 600.0)
    practice_raises: int = 0
    reference_shrug: bool = False
    tail_s: float = 5.0
    with_events: bool = True
    cues_s: tuple[float, ...] | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensors:
    """How the two sensors record, and what they share.

    Attributes
    ----------
    shared_texture : float
        Correlation of the two muscles' textures, 0 to 1: one signal on both channels, each with its own
        onsets.
    crosstalk : float
        Gain with which each electrode picks up the other muscle; this moves the apparent onsets, not the true
        ones.
    common_uv : float
        RMS of a signal like EMG that both electrodes pick up alike, all the time.
    smoothing_ms : float or None
        If given, the sensors send envelopes: EMG rectified and averaged over the window that ends at each
        sample.
    shoulder_starts_s : float
        When the shoulder's sensor begins to record.
    two_devices : bool
        The sensors have a clock each. Offset and drift imply it.
    clock_offset_ms : float
        How much later the shoulder's samples are stated to be than they are.
    clock_drift_ppm : float
        How much too fast the shoulder's clock runs.
    clock_error_ms : float or None
        What the recording says of the error between the clocks.

    Raises
    ------
    ValueError
        If a share is not between 0 and 1.
    """

    shared_texture: float = 0.0
    crosstalk: float = 0.0
    common_uv: float = 0.0
    smoothing_ms: float | None = None
    shoulder_starts_s: float = 0.0
    two_devices: bool = False
    clock_offset_ms: float = 0.0
    clock_drift_ppm: float = 0.0
    clock_error_ms: float | None = 0.0

    def __post_init__(self) -> None:
        for name, share in (("shared_texture", self.shared_texture), ("crosstalk", self.crosstalk)):
            if not 0 <= share <= 1:
                raise ValueError(f"{name} is {share}; give a share from 0 to 1")

    @property
    def something_common(self) -> bool:
        """Whether any signal reaches both channels."""
        return bool(self.shared_texture or self.crosstalk or self.common_uv)

    @property
    def one_clock(self) -> bool:
        """Whether both channels are sampled by one clock."""
        return not (self.two_devices or self.clock_offset_ms or self.clock_drift_ppm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """What the muscles do in one raise.

    Attributes
    ----------
    lag_ms : float or None
        Shoulder onset minus glute onset; None leaves the shoulder silent. Over 500 is a late shoulder.
    glute_silent : bool
        The glute stays at rest; the shoulder keeps its time as if it had fired.
    already_active_s : float
        If over 0, the shoulder fires since so long before the glute, and on into the raise; `lag_ms` is not
        used.
    preparatory : bool
        A short shoulder burst ends 300 to 450 ms before the glute onset.
    second_burst : bool
        The shoulder fires twice: two short bursts, 300 to 600 ms apart.
    after_ms : float or None
        The shoulder fires so long after the glute has ended.
    """

    lag_ms: float | None = None
    glute_silent: bool = False
    already_active_s: float = 0.0
    preparatory: bool = False
    second_burst: bool = False
    after_ms: float | None = None
