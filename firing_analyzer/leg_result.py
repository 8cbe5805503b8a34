"""What an analysis tells of the leg itself, where a movement sensor saw it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firing_analyzer.result import Trace


@dataclass(frozen=True, slots=True)
class LegMovement:
    """The leg in one raise; the fields are those of the JSON.

    Attributes
    ----------
    leg_start_s : float or None
        When the leg started to rise; None where no raise of the leg belongs to the repetition.
    leg_start_interval_s : tuple of float or None
    leg_top_s, leg_end_s : float or None
        When it first stood at the top, and when it was back.
    leg_height_deg : float or None
        Elevation at the top above rest; None also where the sensor slipped meanwhile.
    leg_hold_s : float or None
        How long it stayed within a tenth of that height.
    leg_speed_deg_s : float or None
        Greatest speed upwards.
    height_at_shoulder_onset_deg : float or None
        Elevation when the shoulder started.
    """

    leg_start_s: float | None = None
    leg_start_interval_s: tuple[float, float] | None = None
    leg_top_s: float | None = None
    leg_end_s: float | None = None
    leg_height_deg: float | None = None
    leg_hold_s: float | None = None
    leg_speed_deg_s: float | None = None
    height_at_shoulder_onset_deg: float | None = None


@dataclass(frozen=True, slots=True)
class LegHeights:
    """Heights of a session; the fields are those of the JSON.

    Attributes
    ----------
    greatest_silent_height_deg : float or None
        The greatest height that a raise reached before the shoulder started, if it did.
    usual_silent_height_deg : float or None
        The height that 80 % of the raises reached so.
    leg_height_error_deg : float
        Standard error of a height.
    """

    greatest_silent_height_deg: float | None
    usual_silent_height_deg: float | None
    leg_height_error_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """The leg over the whole session.

    Attributes
    ----------
    raises : tuple of LegMovement
        One for each repetition, in their order.
    heights : LegHeights
    angle : Trace
        Elevation over the recording, for figures; not part of the JSON.
    """

    raises: tuple[LegMovement, ...]
    heights: LegHeights
    angle: "Trace"
