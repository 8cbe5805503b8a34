"""The whole analysis: a recording in, a firing-order verdict out. Pure and deterministic."""

from collections.abc import Sequence

import numpy as np
import scipy

import firing_analyzer
from firing_analyzer.aside import with_reasons
from firing_analyzer.circumstances import clock_error_ms, margin_of, weigh_circumstances
from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.corrected import apply_edits
from firing_analyzer.edits import Edit
from firing_analyzer.errors import EditError, SignalError
from firing_analyzer.extension import settings_of_plan, with_plan_told
from firing_analyzer.movement.kind import movement_instead_of_emg
from firing_analyzer.movement.measured_legs import legs_beside_emg, legs_of
from firing_analyzer.movement.movement_analysis import analyze_movement
from firing_analyzer.muscle_words import naming_notes, simulation_notes
from firing_analyzer.quality import channel_notes, common_signal, pair_notes
from firing_analyzer.raise_order import judge_raises
from firing_analyzer.repetitions import find_raises, measured_raises, raise_candidates
from firing_analyzer.result import Analysis, Trace
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import judge
from recordings.model import Recording
from recordings.pair import choose_pair


def analyze(
    recording: Recording, settings: Settings | None = None, *, edits: Sequence[Edit] = ()
) -> Analysis:
    """Find when glute and opposite shoulder start in each raise, and which comes first.

    Where a movement sensor sits on thigh or glute, raises are found from the angle of the leg, whose start
    and height stand beside the onsets. A recording of movement alone gives the order of movement.

    Parameters
    ----------
    recording : Recording
        See `open_recording`. Leg and channels are taken from it.
    settings : Settings, optional
        Where the recording's plan might be extended, its own confidence holds if it is greater.
    edits : sequence of Edit
        Corrections by hand, in the order in which they were made (see `MoveOnset`, `Exclude`, `Restore`;
        `stored_edits` finds those that were kept for a recording). What was measured stays in
        ``analysis.originals``, and the verdict is that of the corrected raises.

    Returns
    -------
    Analysis
        ``analysis.verdict`` may be ``"cannot_tell"``: that is a result, with reasons.

    Raises
    ------
    recordings.errors.RecordingError
        If leg or channels cannot be known, or do not go together.
    SignalError
        If a channel cannot be analysed at all.
    EditError
        If a correction does not go with the recording.

    Examples
    --------
    >>> from recordings.synth import simulate
    >>> analyze(simulate("shoulder_first", seed=1).recording).verdict
    'shoulder_first'
    """
    settings = settings_of_plan(recording, settings or Settings())
    recording = with_plan_told(recording)
    sensors = movement_instead_of_emg(recording)
    if sensors is not None:
        if edits:
            raise EditError(
                "raises that were found from movement alone cannot be corrected yet; analyse it as it is"
            )
        return analyze_movement(recording, sensors, settings)
    pair = choose_pair(recording)
    for signal in (pair.glute, pair.shoulder):
        if signal.channel.kind not in {"emg", "envelope"}:
            raise SignalError("it is not EMG; name two EMG channels", channel=signal.channel.label)
    glute, shoulder = condition(pair.glute, settings), condition(pair.shoulder, settings)
    legs, leg_notes = legs_beside_emg(recording, pair.leg, settings)
    if legs is None:
        raises, cued = find_raises(glute, recording.events, settings)
    else:
        candidates = raise_candidates(glute, settings)
        raises, cued = measured_raises(
            candidates, legs.spans_s, recording.events, settings, end_s=glute.end_s
        )
    clock_ms = clock_error_ms(recording)
    margin_ms = margin_of(glute, shoulder, settings)
    judged = judge_raises(
        raises, glute, shoulder, clock_ms=clock_ms or 0.0, margin_ms=margin_ms, settings=settings
    )
    measured = judged
    if edits:
        judged, edits = apply_edits(
            edits,
            judged,
            raises,
            glute,
            shoulder,
            clock_ms=clock_ms or 0.0,
            margin_ms=margin_ms,
            settings=settings,
        )
    correlation = common_signal(glute, shoulder, raises)
    circumstances = weigh_circumstances(
        recording,
        glute=glute,
        shoulder=shoulder,
        raises=raises,
        judged=judged,
        correlation=correlation,
        margin_ms=margin_ms,
    )
    rows = with_reasons(tuple(item.row for item in judged), recording.events, settings)
    return Analysis(
        session=judge(judged, circumstances, settings),
        rows=rows,
        quality=(
            *(note for one in (glute, shoulder) for note in simulation_notes(one.channel)),
            *naming_notes(glute.channel, "glute"),
            *naming_notes(shoulder.channel, "shoulder"),
            *channel_notes(glute),
            *channel_notes(shoulder),
            *pair_notes(shoulder, correlation),
            *leg_notes,
        ),
        glute=_trace(glute),
        shoulder=_trace(shoulder),
        leg=pair.leg,
        kind="emg",
        path=recording.path,
        duration_s=recording.duration_s,
        shared_clock=recording.shared_clock,
        timing_error_ms=clock_ms,
        cued=cued,
        settings=settings,
        notes=recording.notes,
        edits=tuple(edits),
        originals=with_reasons(
            tuple(was.row for was, now in zip(measured, judged, strict=True) if "edited" in now.row.flags),
            recording.events,
            settings,
        ),
        software={
            "firing_analyzer": firing_analyzer.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        legs=None if legs is None else legs_of(legs, rows, settings, of_muscles=True),
    )


def _trace(conditioned: Conditioned) -> Trace:
    samples = conditioned.samples.astype(np.float32)
    samples[conditioned.lost] = np.nan
    return Trace(
        channel=conditioned.channel,
        samples=samples,
        rate_hz=conditioned.rate_hz,
        start_s=conditioned.start_s,
        rest_rms=float(np.sqrt(conditioned.activity.session_rest)),
    )
