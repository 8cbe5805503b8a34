"""What stands in a report, free of how it is laid out: both the HTML and the PDF print this."""

from dataclasses import dataclass
from datetime import date

from firing_analyzer.edit_words import edit_sentences
from firing_analyzer.figures.muscles import number
from firing_analyzer.report.limits import LIMITS_OF_THE_METHOD, PURPOSE
from firing_analyzer.report.manner import manner_sentences
from firing_analyzer.report.method import method_sentences
from firing_analyzer.report.origin import Origin, origin_of
from firing_analyzer.result import Analysis, Repetition, Trace
from firing_analyzer.words import (
    ORDER_WORDS,
    SIGN,
    counts_sentence,
    flag_text,
    flag_word,
    flag_words,
    lag_sentence,
    limits,
    notes,
    reasons,
    recording_sentence,
    simulation_sentence,
    verdict_sentence,
    warnings,
)

#: Columns of the table of raises.
COLUMNS = (
    "raise", "glute onset (s)", "shoulder onset (s)", "lag (ms)", "interval (ms)", "order",
    "SNR glute (dB)", "SNR shoulder (dB)", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences below a heading."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All words and numbers of a report.

    Attributes
    ----------
    heading, sentence : str
        What was tested, and the verdict.
    simulated : str
        Says that no person was measured; empty where one was.
    facts : tuple of (name, value)
        Of the first page.
    summary, limits : tuple of str
        Sentences of the first page below the verdict, and at its foot.
    rows : tuple of tuple of str
        A row for each raise, cells as `COLUMNS`.
    sign : str
        What the sign of a lag means.
    doubts : tuple of Section
        Reasons and warnings with what to do; belongs beside the verdict.
    marks : Section
        What the notes in the table mean; no sentences where there are none.
    details : tuple of Section
        How it was held, sensors, quality, method, limits of the method.
    settings : tuple of (name, value)
    foot : str
        Stands at the foot of every page.
    """

    heading: str
    sentence: str
    simulated: str
    facts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    limits: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sign: str
    doubts: tuple[Section, ...]
    marks: Section
    details: tuple[Section, ...]
    settings: tuple[tuple[str, str], ...]
    foot: str


def report_content(analysis: Analysis, *, made: date | None = None) -> Content:
    """Gather what a report says.

    Parameters
    ----------
    analysis : Analysis
    made : date, optional
        The day of the report; today by default.

    Returns
    -------
    Content
    """
    origin = origin_of(analysis.path)
    software = ", ".join(f"{name} {version}" for name, version in sorted(analysis.software.items()))
    name = "" if analysis.path is None else analysis.path.name
    observed = tuple(
        f"{note.channel}: {note.detail}." for note in analysis.quality if note.flag != "simulated"
    )
    flags = dict.fromkeys(flag for row in analysis.rows for flag in row.flags)
    doubts = (
        Section("Why it cannot be told, and what to do", tuple(map(_without_code, reasons(analysis)))),
        Section("To be kept in mind", tuple(map(_without_code, warnings(analysis)))),
    )
    sensors = (_sensor("Glute", analysis.glute), _sensor("Shoulder", analysis.shoulder))
    details = (
        Section("How it was held", manner_sentences(analysis.path)),
        Section("Sensors and timing", (recording_sentence(analysis), *sensors)),
        Section("Quality of the signals", observed or ("Nothing notable was found in the signals.",)),
        Section("Changed by hand", tuple(edit_sentences(analysis))),
        Section("Notes on the recording", tuple(notes(analysis))),
        Section("Method", method_sentences(analysis)),
        Section("Limits of the method", LIMITS_OF_THE_METHOD),
        Section("Software", (f"{software}.", PURPOSE)),
    )
    return Content(
        heading=f"Prone leg raise, {analysis.leg} leg: which muscle starts first",
        sentence=verdict_sentence(analysis),
        simulated=simulation_sentence(analysis),
        facts=_facts(analysis, origin, made or date.today()),
        summary=(counts_sentence(analysis), lag_sentence(analysis)),
        limits=limits(analysis),
        rows=tuple(_row(row) for row in analysis.rows),
        sign=SIGN,
        doubts=tuple(section for section in doubts if section.sentences),
        marks=Section("Notes in the table", tuple(f"{flag_word(flag)}: {flag_text(flag)}" for flag in flags)),
        details=tuple(section for section in details if section.sentences),
        settings=tuple((key, _value(value)) for key, value in analysis.settings.to_dict().items()),
        foot=f"firing-analyzer {analysis.software.get('firing_analyzer', '')} · {name}".rstrip(" ·"),
    )


def _facts(analysis: Analysis, origin: Origin, made: date) -> tuple[tuple[str, str], ...]:
    session = analysis.session
    planned = session.planned_repetitions
    plan = "" if planned in (None, session.repetitions) else f" ({planned} planned)"
    facts = (
        ("Person", origin.participant),
        ("Session", " ".join(part for part in (origin.session, origin.run and f"run {origin.run}") if part)),
        ("Leg", analysis.leg),
        ("Measured", origin.measured),
        ("Raises", f"{session.repetitions}{plan}, usable {session.valid}"),
        ("Report", made.isoformat()),
    )
    return tuple((name, value) for name, value in facts if value)


def _sensor(role: str, trace: Trace) -> str:
    channel = trace.channel
    device = f", device {channel.device}" if channel.device else ""
    unit = {"uV": " µV", "": " (unit unknown)"}.get(channel.unit, f" {channel.unit}")
    kind = "EMG" if channel.kind == "emg" else "smoothed EMG (envelope)"
    return (
        f"{role}: channel {channel.label}{device}, {kind} at {trace.rate_hz:g} Hz, level of rest after "
        f"filtering {trace.rest_rms:.3g}{unit}."
    )


def _row(row: Repetition) -> tuple[str, ...]:
    interval = row.lag_interval_ms
    return (
        str(row.repetition),
        _seconds(row.glute_onset_s),
        _seconds(row.shoulder_onset_s),
        "\N{EN DASH}" if row.lag_ms is None else number(round(row.lag_ms)),
        "\N{EN DASH}" if interval is None else " to ".join(number(round(end)) for end in interval),
        ORDER_WORDS[row.order],
        _decibels(row.glute_snr_db),
        _decibels(row.shoulder_snr_db),
        flag_words(row),
    )


def _seconds(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else f"{value:.3f}"


def _decibels(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else number(round(value))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _without_code(sentence: str) -> str:
    return sentence.partition(": ")[2]
