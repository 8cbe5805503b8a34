"""The leg itself in words: how high it rose, and how high in silence of the shoulder."""

from firing_analyzer.leg_result import LegMovement
from firing_analyzer.result import Analysis


def leg_sentences(analysis: Analysis) -> list[str]:
    """Say how the leg rose, where a movement sensor saw it; empty without one.

    Returns
    -------
    list of str
        Such as "The leg rose 11 to 17 degrees, held for 1.5 to 2.6 s."
    """
    legs = analysis.legs
    if legs is None:
        return []
    counted = [leg for row, leg in zip(analysis.rows, legs.raises, strict=True) if row.included]
    heights = [leg.leg_height_deg for leg in counted if leg.leg_height_deg is not None]
    said: list[str] = []
    if heights:
        held = [leg.leg_hold_s for leg in counted if leg.leg_hold_s is not None]
        error = legs.heights.leg_height_error_deg
        said.append(
            f"{_mover(analysis)} {_span(heights, 0)} degrees (standard error {error:.1f}), "
            f"held for {_span(held, 1)} s."
        )
    usual, greatest = legs.heights.usual_silent_height_deg, legs.heights.greatest_silent_height_deg
    if usual is not None and greatest is not None:
        said.append(
            f"In 80 % of the raises the leg came to {usual:.0f} degrees or higher before the shoulder was "
            f"active; the greatest height so was {greatest:.0f} degrees."
        )
    return said


def leg_titles(analysis: Analysis) -> tuple[str, ...]:
    """Return titles of what a table tells of the leg: all of it where there is nothing else."""
    if analysis.legs is None:
        return ()
    if analysis.shoulder.is_absent:
        return ("start\ns", "top\ns", "end\ns", "height\n°", "held\ns", "speed\n°/s")
    starts = () if _is_said(analysis) else ("leg\nstarts\ns",)
    return (*starts, "height °\n(at shoulder\nonset)")


def leg_cells(analysis: Analysis, leg: LegMovement) -> list[str]:
    """Fill the columns of `leg_titles` for one raise."""
    if analysis.shoulder.is_absent:
        return [
            _number(leg.leg_start_s, 2),
            _number(leg.leg_top_s, 2),
            _number(leg.leg_end_s, 2),
            _number(leg.leg_height_deg, 0),
            _number(leg.leg_hold_s, 1),
            _number(leg.leg_speed_deg_s, 0),
        ]
    at_onset = leg.height_at_shoulder_onset_deg
    height = _number(leg.leg_height_deg, 0) + ("" if at_onset is None else f" ({_number(at_onset, 0)})")
    return [*([] if _is_said(analysis) else [_number(leg.leg_start_s, 2)]), height]


def _is_said(analysis: Analysis) -> bool:
    """Whether the start of the leg is the onset that the table holds already."""
    return analysis.glute.channel.kind == "angle"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"


def _mover(analysis: Analysis) -> str:
    return "The sensor on the glute tilted by" if analysis.legs and _on_glute(analysis) else "The leg rose"


def _on_glute(analysis: Analysis) -> bool:
    return any(note.flag == "angle_of_glute" for note in analysis.quality)


def _span(values: list[float], digits: int) -> str:
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low} to {high}"
