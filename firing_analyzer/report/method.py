"""How the result was reached, in the numbers of its own settings."""

from firing_analyzer.result import Analysis


def method_sentences(analysis: Analysis) -> tuple[str, ...]:
    """Describe the method in a few sentences, with the settings that were used.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    tuple of str
    """
    settings = analysis.settings
    heart = "heart beats found and subtracted" if settings.heart_beat else "heart beats left in"
    mains = {
        "off": "mains hum left in",
        "auto": "mains hum subtracted where it was found (fitted sinusoids, no notch)",
    }.get(settings.mains_hz, f"mains hum of {settings.mains_hz} Hz subtracted where it was found")
    finding = (
        "Raises were found from the cues; cues never time anything."
        if analysis.cued
        else "Raises were found from the glute's own activity."
    )
    return (
        (
            f"Both channels were filtered alike: band-pass {settings.low_hz:g} to {settings.high_hz:g} Hz "
            f"(upper edge at most 0.45 of the rate), second order, forwards and backwards; {mains}; {heart}."
        ),
        finding,
        (
            f"The shoulder's burst of a raise is the first of at least {settings.min_burst_ms:g} ms from "
            f"{settings.window_before_s:g} s before the glute's onset to the end of the glute's activity; "
            f"bursts less than {settings.merge_gap_ms:g} ms apart are one, and so are those between which "
            "the muscle did not come to rest. A burst that ended more than "
            f"{settings.preparatory_ms:g} ms before the glute's onset belongs to no raise."
        ),
        (
            "Each onset is timed by the likelihood of rest followed by a rise whose duration and shape are "
            "not known and are averaged over; how likely each is, is learnt from the other raises of the "
            "session. This gives a median with an interval, and does not make faint or slow activity late, "
            "as a fixed threshold does."
        ),
        (
            f"A raise has an order where its probability is at least {settings.repetition_probability:g}. A "
            f"signal less than {settings.min_snr_db:g} dB above rest gives no lag."
        ),
        (
            f"The lags of a session are pooled by a Student-t model with a spread between raises; the "
            f"session has an order where the {100 * settings.confidence:g} % interval of its lag lies beyond "
            f"the margin of {analysis.session.margin_ms:g} ms, and at least {settings.min_lags} raises have "
            f"a lag."
        ),
        *_clock(analysis),
    )


def _clock(analysis: Analysis) -> tuple[str, ...]:
    if analysis.shared_clock:
        return ("Both channels were sampled by one clock.",)
    if analysis.timing_error_ms is None:
        return ("The sensors have a clock each, and the time between the two is not known.",)
    return (
        (
            f"The sensors have a clock each. The time between them is known to "
            f"{analysis.timing_error_ms:.1f} ms (standard error); this error is shared by all raises and "
            f"stands in the session's interval."
        ),
    )
