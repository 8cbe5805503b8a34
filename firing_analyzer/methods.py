"""How a result was made, as the methods section of a paper needs it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from firing_analyzer.code_words import flag_word
from firing_analyzer.filters import upper_edge_hz
from firing_analyzer.muscle_words import Role, muscle_with_article
from firing_analyzer.result import Analysis, Trace
from firing_analyzer.settings import Settings

#: What reporting standards ask for and no recording holds (Merletti 1999, ISEK; CEDE).
TO_ADD: Final = (
    "electrode material, shape, size and distance; skin preparation; place and direction of the electrodes "
    "against muscle fibres and landmarks; reference electrode; amplifier (input impedance, common-mode "
    "rejection, gain, filters, resolution); posture, instructions, speed and height of the raises; how "
    "many "
    "raises were practised"
)


def methods_paragraph(analysis: Analysis) -> str:
    """Describe an analysis with settings, versions, exclusions and edits.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    str
        Paragraphs of plain sentences, ready for a methods section. The last names what reporting standards
        ask for beyond what a recording holds, so that it is not forgotten.

    Examples
    --------
    >>> from recordings.synth import simulate
    >>> from firing_analyzer.pipeline import analyze
    >>> told = methods_paragraph(analyze(simulate("shoulder_first", seed=1).recording))
    >>> told.partition(":")[0]
    'No person was measured'
    """
    parts = (_signals(analysis), _onsets(analysis), _judgement(analysis), _exclusions(analysis))
    return "\n\n".join((*parts, _software(analysis), f"To be added by the authors: {TO_ADD}."))


def _signals(analysis: Analysis) -> str:
    glute, shoulder = analysis.glute, analysis.shoulder
    simulated = "No person was measured: the recording is simulated. " if analysis.is_simulated else ""
    if analysis.kind == "imu":
        return (
            f"{simulated}Movement of the {analysis.leg} leg and of the opposite shoulder was recorded for "
            f"{analysis.duration_s:.0f} s; onsets are those of movement, not of muscle activity."
        )
    rates = f"{glute.rate_hz:g} Hz"
    if shoulder.rate_hz != glute.rate_hz:
        rates = f"{glute.rate_hz:g} and {shoulder.rate_hz:g} Hz"
    return (
        f"{simulated}Surface EMG of {_named(glute, 'glute')} and {_named(shoulder, 'shoulder')} was "
        "recorded at "
        f"{rates} for {analysis.duration_s:.0f} s while the {analysis.leg} leg was raised. "
        f"{_clock(analysis)} "
        f"{_conditioning(analysis)}"
    )


def _named(trace: Trace, role: Role) -> str:
    return f"{muscle_with_article(trace.channel, role)} (channel {trace.channel.label})"


def _clock(analysis: Analysis) -> str:
    if analysis.shared_clock:
        return "Both channels were sampled by one clock."
    if analysis.timing_error_ms is None:
        return "The channels were sampled by two clocks, and the error between them is unknown."
    return (
        "The channels were sampled by two clocks; the standard error of the time between them was "
        f"{analysis.timing_error_ms:.1f} ms and was added once to the lag of the session."
    )


def _conditioning(analysis: Analysis) -> str:
    settings, traces = analysis.settings, (analysis.glute, analysis.shoulder)
    envelopes = [trace for trace in traces if trace.channel.kind == "envelope"]
    said: list[str] = []
    if len(envelopes) < len(traces):
        edges = dict.fromkeys(
            f"{upper_edge_hz(trace.rate_hz, high_hz=settings.high_hz):g}"
            for trace in traces
            if trace not in envelopes
        )
        said.append(
            f"The EMG was band-pass filtered from {settings.low_hz:g} to {' and '.join(edges)} Hz "
            "(Butterworth "
            "of 2nd order, once forwards and once backwards: no phase shift), the same way on all "
            "channels; it "
            "was neither rectified nor normalised for timing."
        )
        said.append(_subtracted(analysis))
    for trace in envelopes:
        window = trace.channel.smoothing_ms
        length = "unknown length" if window is None else f"{window:g} ms"
        said.append(
            f"Channel {trace.channel.label} held an envelope that the sensor had smoothed over {length}; "
            "it was not filtered again."
        )
    said.append(
        "The level of rest was taken from quiet stretches within 6 s on either side of each moment; over "
        "the "
        f"session its root mean square was {_rest(analysis.glute)} at the glute and "
        f"{_rest(analysis.shoulder)} at "
        "the shoulder."
    )
    crosstalk = [note.detail for note in analysis.quality if note.flag in {"common_signal", "same_signal"}]
    said.append(
        "To find crosstalk the two channels were correlated, at the same instant, while either muscle "
        "worked" + (f": {crosstalk[0]}." if crosstalk else "; the correlation was below 0.3.")
    )
    return " ".join(said)


def _subtracted(analysis: Analysis) -> str:
    settings = analysis.settings
    mains = "Mains hum was not looked for."
    if settings.mains_hz != "off":
        bases = "50 or 60" if settings.mains_hz == "auto" else settings.mains_hz
        mains = (
            f"Mains hum ({bases} Hz and multiples), where found, was subtracted as fitted sinusoids "
            f"({_on(analysis, 'mains')}); no notch filter was used."
        )
    heart = (
        f"Heart beats, where found, were subtracted beat by beat ({_on(analysis, 'heart_beat')})."
        if settings.heart_beat
        else "Heart beats were not looked for."
    )
    return f"{mains} {heart}"


def _on(analysis: Analysis, flag: str) -> str:
    labels = [note.channel for note in analysis.quality if note.flag == flag]
    return f"found on {' and '.join(labels)}" if labels else "found on no channel"


def _rest(trace: Trace) -> str:
    unit = {"uV": "microvolt", "": "units of the file"}.get(trace.channel.unit, trace.channel.unit)
    return f"{trace.rest_rms:.3g} {unit}"


def _onsets(analysis: Analysis) -> str:
    settings = analysis.settings
    found = "from cues or measured movement" if analysis.cued else "from the activity of the glute"
    content = f"{100 * settings.confidence:g} %"
    return (
        f"Raises were found {found}. Bursts were found by a filtered threshold on power against the level "
        "of rest "
        f"(at least {settings.min_burst_ms:g} ms long, gaps under {settings.merge_gap_ms:g} ms closed, "
        "and longer ones in which the muscle did not come to rest). "
        "The "
        f"shoulder's burst was looked for from {settings.window_before_s:g} s before the onset of the "
        "glute to the "
        f"end of its activity; one that ended more than {settings.preparatory_ms:g} ms before it was not "
        "paired. "
        "Each onset was then estimated from the likelihood of rest until a moment and a rise of unknown "
        "duration "
        "and shape after it, both averaged out, those being held more likely that the other raises of the "
        "session show; the onset is the median of the resulting distribution, "
        "with an "
        f"interval of {content} (onset likelihood of firing-analyzer "
        f"{analysis.software.get('firing_analyzer', 'of unknown version')}). A burst less than "
        f"{settings.min_snr_db:g} dB above rest gave no lag. The signal-to-noise ratio of the raises was "
        f"{_snr([row.glute_snr_db for row in analysis.rows])} at the glute and "
        f"{_snr([row.shoulder_snr_db for row in analysis.rows])} at the shoulder; each raise's own stands "
        "in the "
        "table of raises. The lag is shoulder onset minus glute onset."
    )


def _snr(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "not known"
    return f"{np.median(known):.0f} dB (median; {min(known):.0f} to {max(known):.0f})"


def _judgement(analysis: Analysis) -> str:
    settings, session = analysis.settings, analysis.session
    return (
        f"Two onsets within {session.margin_ms:g} ms were counted as together; this margin is a choice. A "
        "raise was "
        f"given an order whose probability was at least {settings.repetition_probability:g}. The shoulder "
        "was "
        f"silent in a raise where any rise of its power was surely below {settings.silent_rise_db:g} dB. "
        "Lags were "
        "pooled with a Student-t model (4 degrees of freedom) about the session's lag, the spread between "
        "raises "
        f"estimated with them (half-normal prior, {settings.between_repetition_sd_ms:g} ms); the session "
        "was given "
        f"an order only if its {100 * settings.confidence:g} % interval lay beyond the margin (together: "
        "within "
        f"it), from at least {settings.min_lags} lags."
    )


def _exclusions(analysis: Analysis) -> str:
    rows, session = analysis.rows, analysis.session
    planned = session.planned_repetitions
    plan = "" if planned is None else f"{planned} raises were planned. "
    if not rows:
        return f"{plan}No raise was found."
    left_out = [row for row in rows if not row.included]
    found = f"{plan}Of {_raises(len(rows))} found, {session.valid} could be used"
    if left_out:
        why = _why([row.flags for row in left_out])
        found += f"; {len(left_out)} {_were(len(left_out))} left out{why}"
    unusable = len(rows) - len(left_out) - session.valid
    if unusable > 0:
        found += f"; lost samples hid what happened in {unusable}"
    said = [found]
    untimed = [row for row in rows if row.included and row.lag_ms is None and row.order != "shoulder_silent"]
    if untimed:
        said.append(f"{_raises(len(untimed))} gave no lag{_why([row.flags for row in untimed])}")
    if session.shoulder_silent:
        said.append(f"in {_raises(session.shoulder_silent)} the shoulder was silent")
    edited = [str(row.repetition) for row in rows if "edited" in row.flags]
    said.append(
        f"{_raises(len(edited))} {_were(len(edited))} changed by hand (number {', '.join(edited)})"
        if edited
        else "no raise was changed by hand"
    )
    return f"{'; '.join(said)}."


def _why(flags: Sequence[tuple[str, ...]]) -> str:
    counts = Counter(flag for own in flags for flag in own)
    told = ", ".join(f"{flag_word(flag)} {count}" for flag, count in sorted(counts.items()))
    return f" (flags: {told})" if told else ""


def _software(analysis: Analysis) -> str:
    versions = ", ".join(
        f"{name.replace('firing_analyzer', 'firing-analyzer')} {version}"
        for name, version in analysis.software.items()
    )
    usual = Settings().to_dict()
    changed = [
        f"{key} = {value}" for key, value in analysis.settings.to_dict().items() if value != usual[key]
    ]
    settings = (
        f"all but these as published with it: {', '.join(changed)}" if changed else "as published with it"
    )
    return f"The analysis was made with {versions}; settings were {settings}."


def _raises(count: int) -> str:
    return f"{count} raise{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
