"""From a journal to a saved recording: after a session, after a crash, and again years later."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import msgspec
import numpy as np

from recordings.dataset.acquisition import ChannelClock
from recordings.dataset.bids import SavedRecording, finish_interrupted, save_recording, saved_from
from recordings.dataset.read_back import read_back_differences
from recordings.errors import NotFoundError, RecordingError, UnreadableError
from recordings.formats.bdf_labels import plain_label
from recordings.journal import JournalEvent, JournalReader, Json
from recordings.journal.format import PAGE_BYTES
from recordings.lock import JOURNAL_FOLDER, DatasetLock
from recordings.model import Event, FloatArray, Recording, Side, Signal
from recordings.offsets import Offset
from sensors.clock import ClockMap
from sensors.describe import from_journal
from sensors.errors import SensorError
from sensors.facts import facts_of
from sensors.feed import Feed
from sensors.model import Packet, Stream

JOURNAL_SUFFIX: Final = ".journal"
#: Labels of journal events that are the program's own affairs, not the recording's.
_INNER: Final = ("journal_", "plan")


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A recording as its journal tells it.

    Attributes
    ----------
    recording : Recording
        On the session's clock; NaN where samples were lost.
    clocks : dict of str to ClockMap
        Of each stream.
    about : dict of JSON values
        What was noted when the session began.
    streams : tuple of Stream
    """

    recording: Recording
    clocks: dict[str, ClockMap]
    about: dict[str, Json]
    streams: tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one journal.

    Attributes
    ----------
    journal : Path
    saved : SavedRecording or None
        None as well where the journal holds no packet, so that there is nothing to save.
    problem : str or None
        Why it could not be finished; the journal stays.
    skipped : bool
        Whether there was nothing to do: it was saved already, or, where `saved` is None, holds nothing.
    """

    journal: Path
    saved: SavedRecording | None = None
    problem: str | None = None
    skipped: bool = False


def assemble(journal: JournalReader) -> Assembled:
    """Decode a journal anew and put every sample in its place.

    Parameters
    ----------
    journal : JournalReader

    Returns
    -------
    Assembled

    Raises
    ------
    SensorError
        If a stream's decoder is not known here.
    """
    streams = [from_journal(stream) for stream in journal.streams]
    feed = Feed(streams)
    samples: dict[str, list[FloatArray]] = {stream.name: [] for stream in streams}
    for packet in journal.packets():
        for block in feed.take(Packet(packet.stream, packet.arrival_s, packet.raw)):
            samples[block.stream].append(block.samples)
    for block in feed.finish():
        samples[block.stream].append(block.samples)
    clocks = {name: feed.placers[name].clock.fitted() for name, blocks in samples.items() if blocks}
    events = list(journal.events())
    end_s = max([event.at_s for event in events], default=0.0)
    about = journal.about
    offset = _measured(about)
    if offset is not None:
        clocks = {
            stream.name: _moved(clocks[stream.name], offset.offset_ms)
            if stream.device == offset.shoulder_device
            else clocks[stream.name]
            for stream in streams
            if stream.name in clocks
        }
    signals = [
        signal
        for stream in streams
        for signal in _signals(stream, samples[stream.name], clocks.get(stream.name), end_s=end_s)
    ]
    shared = len({stream.device for stream in streams}) <= 1
    recording = Recording(
        tuple(signals),
        events=tuple(_event(event) for event in events if not event.label.startswith(_INNER)),
        leg=cast("Side | None", about.get("leg")),
        glute=cast("str | None", about.get("glute")),
        shoulder=cast("str | None", about.get("shoulder")),
        shared_clock=shared,
        clock_error_ms=0.0 if shared else _error_between(streams, clocks, offset),
        planned_repetitions=cast("int | None", about.get("planned_repetitions")),
        extendable_to=cast("int | None", about.get("extendable_to")),
        notes=_notes(feed, journal, offset),
    )
    return Assembled(recording, clocks, about, tuple(streams))


def _signals(
    stream: Stream, samples: list[FloatArray], clock: ClockMap | None, *, end_s: float
) -> list[Signal]:
    """Channels with all their samples; all lost where nothing ever came."""
    if clock is None:
        n_lost = max(1, round(end_s * stream.nominal_rate_hz))
        lost = np.full(n_lost, np.nan)
        return [Signal(channel, lost, stream.nominal_rate_hz) for channel in stream.channels]
    # sample 0 may lie a little before the session's beginning; times count from there on all the same
    return [
        Signal(channel, row, clock.rate_hz, clock.start_s)
        for channel, row in zip(stream.channels, np.concatenate(samples, axis=1), strict=True)
    ]


def _measured(about: dict[str, Json]) -> Offset | None:
    """Return the offset between the two devices that was known when the session began."""
    told = about.get("offset")
    return None if told is None else msgspec.convert(told, Offset)


def _moved(clock: ClockMap, late_ms: float) -> ClockMap:
    return ClockMap(clock.rate_hz, clock.start_s - late_ms / 1000, clock.error_ms)


def _error_between(streams: list[Stream], clocks: dict[str, ClockMap], offset: Offset | None) -> float | None:
    """Judge the standard error of the time between two devices; None if one has no clock."""
    of_device: dict[str, float] = {}
    for stream in streams:
        if stream.name not in clocks:
            return None
        bound_ms = clocks[stream.name].error_ms
        of_device[stream.device] = min(bound_ms, of_device.get(stream.device, bound_ms))
    # the bounds hold in 95 of 100 cases
    own_ms = float(np.hypot.reduce(list(of_device.values()))) / 1.96
    return own_ms if offset is None else float(np.hypot(own_ms, offset.error_ms))


def _event(event: JournalEvent) -> Event:
    duration, reason = event.detail.get("duration_s", 0.0), event.detail.get("reason")
    return Event(
        event.at_s,
        event.label,
        float(duration) if isinstance(duration, int | float) else 0.0,
        plain_label(reason) if isinstance(reason, str) and reason else "",
    )


def _notes(feed: Feed, journal: JournalReader, offset: Offset | None) -> tuple[str, ...]:
    notes = [journal.tear] if journal.tear else []
    if offset is not None:
        notes.append(
            f"the shoulder's sensor was moved by {-offset.offset_ms:.1f} ms, as measured by tapping both on "
            f"{offset.measured[:10]}"
        )
    for name, placer in feed.placers.items():
        if feed.rejected[name]:
            notes.append(
                f"{name}: {feed.rejected[name]} packets were not understood; they are in the journal"
            )
        if placer.in_doubt:
            notes.append(f"{name}: the length of {placer.in_doubt} gaps is not certain")
        if placer.received and not placer.loss_known:
            notes.append(f"{name}: the sensor numbers no packets, so that losses cannot be seen")
    return tuple(notes)


def finish_journal(path: Path, dataset: Path) -> SavedRecording:
    """Save what a journal holds, read it back, compare, and only then mark the journal as saved.

    Parameters
    ----------
    path : Path
        The journal.
    dataset : Path

    Returns
    -------
    SavedRecording
        The one that was saved before, if it was.

    Raises
    ------
    RecordingError
        If it cannot be saved, or what was saved is not what the journal holds; the journal stays.
    SensorError
        If its bytes cannot be read.
    """
    source = path.name
    with JournalReader(path) as journal:
        made = assemble(journal)
        saved = saved_from(dataset, source)
        if saved is None:
            saved = _save(made, dataset, source=source)
        differences = read_back_differences(saved, made.recording)
        if differences:
            raise UnreadableError(
                f"what was saved is not what the journal holds ({'; '.join(differences[:3])}); "
                "keep the journal and report this",
                path=saved.path,
            )
        files: list[Json] = [str(file.relative_to(dataset)) for file in saved.files]
        journal.mark("saved", {"files": files})
    return saved


def _save(made: Assembled, dataset: Path, *, source: str) -> SavedRecording:
    about, streams = made.about, made.streams
    participant, leg = about.get("participant"), about.get("leg")
    if not isinstance(participant, str) or leg not in {"left", "right"}:
        raise UnreadableError(
            "the journal does not tell participant and leg; it was not made by record", path=dataset
        )
    clocks: dict[str, ChannelClock] = {}
    scales: dict[str, float] = {}
    for stream in streams:
        clock = made.clocks.get(stream.name)
        scale = stream.settings.get("scale")
        for channel in stream.channels:
            clocks[channel.label] = ChannelClock(stream.nominal_rate_hz, clock.error_ms if clock else None)
            if isinstance(scale, int | float) and not isinstance(scale, bool):
                scales[channel.label] = float(scale)
    return save_recording(
        dataset,
        made.recording,
        participant=participant,
        session=cast("str | None", about.get("session")),
        leg=cast("Side", leg),
        clocks=clocks,
        scales=scales,
        facts=facts_of(about, streams),
        source=source,
    )


def recover(dataset: Path) -> list[Outcome]:
    """Finish what a crash, a kill or a power cut left in a dataset; may be called again without harm.

    Parameters
    ----------
    dataset : Path

    Returns
    -------
    list of Outcome
        One for each journal, in the order of their names.

    Raises
    ------
    BusyError
        If a recording goes on in the dataset.
    NotFoundError
        If there is no such folder, or it holds no journals.
    """
    journals = sorted((dataset / JOURNAL_FOLDER).glob(f"*{JOURNAL_SUFFIX}"))
    if not journals:
        raise NotFoundError(
            "there are no journals of recordings here; name the dataset's own folder", path=dataset
        )
    with DatasetLock(dataset):
        finish_interrupted(dataset)
        return [_recover_one(path, dataset) for path in journals]


def _recover_one(path: Path, dataset: Path) -> Outcome:
    try:
        with JournalReader(path) as journal:
            if journal.state == "saved":
                return Outcome(path, saved_from(dataset, path.name), skipped=True)
            if next(journal.packets(), None) is None:
                return Outcome(path, skipped=True)
        return Outcome(path, finish_journal(path, dataset))
    except UnreadableError as problem:
        return Outcome(path, skipped=True) if _never_begun(path) else Outcome(path, problem=str(problem))
    except (RecordingError, SensorError) as problem:
        return Outcome(path, problem=str(problem))


def _never_begun(path: Path) -> bool:
    """Whether a kill came while the journal was made: nothing is put into it before it has all its tables."""
    if path.stat().st_size > PAGE_BYTES:
        return False
    first = path.read_bytes()[:16]
    return first == b"SQLite format 3\0" or not any(first)
