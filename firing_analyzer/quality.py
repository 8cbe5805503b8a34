"""Whether a channel can be trusted, and what to say of it if not."""

import numpy as np

from firing_analyzer.condition import Conditioned
from firing_analyzer.electrode import off_throughout
from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.repetitions import Raise
from firing_analyzer.result import QualityNote

#: Correlation of the two channels, at the same instant, while either works: doubtful, and refused.
COMMON_WARNS, COMMON_REFUSES = 0.3, 0.6
#: From here on the two carry one and the same signal, not only in part.
SAME_SIGNAL = 0.9
#: Samples of one rate that are less apart than this are of one instant.
SAME_INSTANT = 1e-6
#: Rest that holds this much more power per hertz low in the band than high up looks like a working muscle.
TONIC_DB = 9.0
#: Least rest in a recording.
LEAST_REST_S = 1.0
#: Share of the loudest samples that may be cut off before it is said.
CLIPPED_SHARE = 0.02


def channel_notes(conditioned: Conditioned) -> list[QualityNote]:
    """Say what is notable about one channel: lost, flat, off, clipped, hum, heart beat, rest.

    Parameters
    ----------
    conditioned : Conditioned

    Returns
    -------
    list of QualityNote
        Flags ``lost_samples``, ``flat``, ``electrode_off``, ``clipped``, ``mains``, ``heart_beat``,
        ``no_rest``, ``tonic``.
    """
    label = conditioned.channel.label
    said = {**_notes_on_samples(conditioned), **_notes_on_signal(conditioned)}
    return [QualityNote(label, flag, detail) for flag, detail in said.items()]


def _notes_on_samples(conditioned: Conditioned) -> dict[str, str]:
    """Say what did not arrive as it was."""
    said: dict[str, str] = {}
    flat_s = float(np.count_nonzero(conditioned.flat)) / conditioned.rate_hz
    off_s = float(np.count_nonzero(conditioned.off)) / conditioned.rate_hz
    if conditioned.missing_s > 0:
        share = 100 * conditioned.missing_s * conditioned.rate_hz / conditioned.samples.size
        said["lost_samples"] = f"{conditioned.missing_s:.3g} s of samples are missing ({share:.2g} %)"
    if flat_s > 0:
        said["flat"] = f"no change at all for {flat_s:.1f} s: electrode or cable off"
    if is_off(conditioned):
        said["electrode_off"] = "noise and mains hum of an open input throughout: electrode off or loose"
    elif off_s > 0:
        said["electrode_off"] = f"mains hum of an open input for about {off_s:.0f} s: electrode off or loose"
    if conditioned.clipped_share > CLIPPED_SHARE:
        said["clipped"] = "the largest values are cut off; lower the gain"
    return said


def _notes_on_signal(conditioned: Conditioned) -> dict[str, str]:
    """Say what else than the muscle the electrode picked up, and what its rest is worth."""
    said: dict[str, str] = {}
    rest_rms = float(np.sqrt(conditioned.activity.session_rest))
    hum, heart = conditioned.hum, conditioned.heart
    if hum.base_hz is not None:
        said["mains"] = (
            f"{hum.base_hz:g} Hz hum, {hum.rms / rest_rms:.1f} times the level of rest; subtracted"
        )
    if heart is not None:
        per_minute = 60 / float(np.median(np.diff(heart.times_s))) if heart.times_s.size > 1 else 0.0
        size = f"{heart.height:.1f} times the level of rest"
        said["heart_beat"] = f"about {per_minute:.0f} beats a minute, {size}; subtracted"
    if conditioned.activity.quiet_s < LEAST_REST_S:
        said["no_rest"] = f"only {conditioned.activity.quiet_s:.1f} s of rest"
    if looks_tonic(conditioned):
        said["tonic"] = "what should be rest has the spectrum of a working muscle"
    return said


def pair_notes(shoulder: Conditioned, correlation: float) -> list[QualityNote]:
    """Say it if the shoulder's channel carries the glute's signal (see `common_signal`), in part or whole."""
    if correlation <= COMMON_WARNS:
        return []
    detail = f"correlation with the glute's channel {correlation:.2f} at the same instant"
    notes = [QualityNote(shoulder.channel.label, "common_signal", detail)]
    if correlation > SAME_SIGNAL:
        detail = "the same signal as on the glute's channel"
        notes.append(QualityNote(shoulder.channel.label, "same_signal", detail))
    return notes


def looks_tonic(conditioned: Conditioned) -> bool:
    """Tell whether what should be rest has the spectrum of a working muscle."""
    return conditioned.channel.kind != "envelope" and conditioned.rest_tilt_db > TONIC_DB


def is_off(conditioned: Conditioned) -> bool:
    """Tell whether the whole recording is that of an open input."""
    return not conditioned.off.any() and off_throughout(
        conditioned.hum,
        rest_rms=float(np.sqrt(conditioned.activity.session_rest)),
        unit=conditioned.channel.unit,
        tonic=looks_tonic(conditioned),
    )


def common_signal(glute: Conditioned, shoulder: Conditioned, raises: tuple[Raise, ...]) -> float:
    """Correlation of the two channels at the same instant while either muscle works.

    Parameters
    ----------
    glute, shoulder : Conditioned
    raises : tuple of Raise

    Returns
    -------
    float
        Size of the correlation, 0 to 1: two muscles fire independently, so it is near 0 unless both
        channels carry the same signal. Median over bursts.
    """
    found: list[float] = []
    for burst in (*(item.glute for item in raises if item.glute), *shoulder.activity.bursts):
        start = max(burst.start_s, glute.start_s, shoulder.start_s)
        end = min(burst.end_s, glute.end_s, shoulder.end_s, start + 2.0)
        if end - start < 0.1:
            continue
        a, b, known = _on_one_clock(glute, shoulder, start, end)
        if known.mean() <= 0.9:
            continue
        a, b = a[known] - a[known].mean(), b[known] - b[known].mean()
        size = float(np.sqrt((a @ a) * (b @ b)))
        if size > 0:
            found.append(abs(float(a @ b)) / size)
    return float(np.median(found)) if found else 0.0


def _on_one_clock(
    glute: Conditioned, shoulder: Conditioned, start_s: float, end_s: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Both channels over the same time at the lower of the two rates."""
    slow, fast = (glute, shoulder) if glute.rate_hz <= shoulder.rate_hz else (shoulder, glute)
    first, stop = slow.index(start_s), slow.index(end_s)
    ahead = (slow.start_s - fast.start_s) * fast.rate_hz
    if slow.rate_hz == fast.rate_hz and abs(ahead - round(ahead)) < SAME_INSTANT:
        begin, end = first + round(ahead), stop + round(ahead)
        if begin >= 0 and end <= fast.samples.size:
            known = ~(slow.lost[first:stop] | fast.lost[begin:end])
            return slow.samples[first:stop], fast.samples[begin:end], known
    times = slow.start_s + np.arange(first, stop) / slow.rate_hz
    position = (times - fast.start_s) * fast.rate_hz
    inside = np.clip(np.round(position).astype(np.int64), 0, fast.samples.size - 1)
    low, high = fast.index(start_s - 0.1), max(fast.index(end_s + 0.1), fast.index(start_s) + 2)
    other = np.interp(position, np.arange(low, high), fast.samples[low:high])
    known = ~(slow.lost[first:stop] | fast.lost[inside])
    return slow.samples[first:stop], other, known
