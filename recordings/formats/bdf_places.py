"""Where samples lie in a BDF file: true ones, lost ones, and the padding around them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """Where in a BDF file the samples of one signal lie.

    Attributes
    ----------
    label : str
        In the header: ASCII, at most 16 characters, unique in the file.
    samples_per_record : int
    first_sample : int
        Position of the first true sample; before it stands padding, if the signal began later than the file.
    n_samples : int
        True samples, lost ones counted; padding follows them.
    lost : tuple of (int, int)
        First position and the one behind the last, for every run of lost or padded samples.
    scale : float or None
        Set where a sample is its whole number in the file times this, exactly.
    """

    label: str
    samples_per_record: int
    first_sample: int
    n_samples: int
    lost: tuple[tuple[int, int], ...]
    scale: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the file without samples.

    Attributes
    ----------
    onset_s, duration_s : float
        In seconds of the file: positions over the file's rate.
    labels : tuple of str
        Channels without samples; empty means all of the file.
    """

    onset_s: float
    duration_s: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BdfFile:
    """What was written.

    Attributes
    ----------
    path : Path
    start_s : float
        Time of the file's first sample, in seconds from the start of the recording.
    record_s : float
    n_records : int
    signals : tuple of StoredSignal
        In the order of the file.
    """

    path: Path
    start_s: float
    record_s: float
    n_records: int
    signals: tuple[StoredSignal, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Lost stretches in seconds from the start of the file, each with the channels it concerns."""
        return gaps_of(self.signals, self.record_s)


def gaps_of(signals: Sequence[StoredSignal], record_s: float) -> tuple[Gap, ...]:
    """Bring the lost samples of several channels into one list, in order of time.

    Parameters
    ----------
    signals : sequence of StoredSignal
    record_s : float
        Duration of a data record.

    Returns
    -------
    tuple of Gap
    """
    at: dict[tuple[float, float], list[str]] = {}
    for signal in signals:
        for first, stop in signal.lost:
            onset_s = first * record_s / signal.samples_per_record
            stop_s = stop * record_s / signal.samples_per_record
            at.setdefault((round(onset_s, 9), round(stop_s - onset_s, 9)), []).append(signal.label)
    return tuple(
        Gap(onset_s, duration_s, () if len(labels) == len(signals) else tuple(labels))
        for (onset_s, duration_s), labels in sorted(at.items())
    )


def padded(signal: StoredSignal, length: int) -> StoredSignal:
    """Name as lost also what stands before and behind the samples in a file of this length.

    Parameters
    ----------
    signal : StoredSignal
        Its lost samples counted from its own first one.
    length : int
        Samples of the whole file.

    Returns
    -------
    StoredSignal
        Its lost samples counted from the first one of the file.
    """
    ends = signal.first_sample + signal.n_samples
    lost = [(first + signal.first_sample, stop + signal.first_sample) for first, stop in signal.lost]
    if signal.first_sample:
        lost = [(0, signal.first_sample), *lost]
    if ends < length:
        lost.append((ends, length))
    joined: list[tuple[int, int]] = []
    for first, stop in lost:
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((first, stop))
    return replace(signal, lost=tuple(joined))
