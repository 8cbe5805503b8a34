"""The last seconds of both muscles, on their way to the screen."""

import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt

from firing_analyzer.live_signal import Muscle
from recordings.model import FloatArray
from sensors.model import Block

#: How much is shown.
WINDOW_S: Final = 5.0
#: What is drawn has no slow drift; it is filtered forwards only, and nothing is measured on it.
LOW_HZ: Final = 25.0
#: Muscle, index of the first sample, rate, and when the oldest of them arrived (seconds since 1970).
HEADER: Final = struct.Struct("<dddd")
NUMBER: Final[dict[Muscle, int]] = {"shoulder": 0, "glute": 1}


@dataclass(slots=True)
class _Line:
    """What came of one muscle."""

    rate_hz: float
    sections: FloatArray
    state: FloatArray
    samples: deque[tuple[int, FloatArray, float]] = field(
        default_factory=deque[tuple[int, FloatArray, float]]
    )
    end: int = 0


class TraceFeed:
    """Takes blocks as they come and hands out what a screen has not drawn yet.

    Examples
    --------
    >>> feed = TraceFeed()
    >>> feed.take("glute", Block("glute", 0, np.zeros((1, 20)), start_s=0.0, rate_hz=1000.0))
    >>> [len(message) for message in feed.since({})]
    [112]
    """

    def __init__(self) -> None:
        self._lines: dict[Muscle, _Line] = {}
        #: Begins anew with each recording, so that a screen clears what it shows.
        self.generation = 0

    def clear(self) -> None:
        """Forget everything: other samples are to come."""
        self._lines.clear()
        self.generation += 1

    def take(self, muscle: Muscle, block: Block) -> None:
        """Take a block; samples that come late are not drawn."""
        line = self._lines.get(muscle)
        if line is None:
            line = self._lines[muscle] = _new_line(block.rate_hz)
            line.end = block.first
        samples = np.asarray(block.samples[0], dtype=np.float64)[max(0, line.end - block.first) :]
        if not samples.size:
            return
        first = max(block.first, line.end)
        if first > line.end:
            line.state[:] = 0.0
        line.samples.append((first, _filtered(line, samples), time.time()))
        line.end = first + samples.size
        oldest = line.end - WINDOW_S * line.rate_hz
        while line.samples[0][0] + line.samples[0][1].size < oldest:
            line.samples.popleft()

    def since(self, drawn: dict[Muscle, int]) -> list[bytes]:
        """Return messages with all samples after those that were drawn, and note that they are.

        Parameters
        ----------
        drawn : dict
            Index after the last sample drawn, by muscle; changed here.

        Returns
        -------
        list of bytes
            `HEADER` and samples as 32-bit floats, a message for each unbroken stretch.
        """
        messages: list[bytes] = []
        for muscle, line in self._lines.items():
            known = drawn.get(muscle, 0)
            parts = [part for part in line.samples if part[0] + part[1].size > known]
            drawn[muscle] = max(known, line.end)
            while parts:
                begin = parts[0][0]
                run = [parts.pop(0)]
                while parts and parts[0][0] == run[-1][0] + run[-1][1].size:
                    run.append(parts.pop(0))
                samples = np.concatenate([part[1] for part in run]).astype("<f4")
                head = HEADER.pack(NUMBER[muscle], begin, line.rate_hz, run[0][2])
                messages.append(head + samples.tobytes())
        return messages


def _new_line(rate_hz: float) -> _Line:
    sections = butter(2, min(LOW_HZ, 0.4 * rate_hz), "highpass", fs=rate_hz, output="sos")
    return _Line(rate_hz, sections, np.zeros((sections.shape[0], 2)))


def _filtered(line: _Line, samples: FloatArray) -> FloatArray:
    """Take out slow drift; lost samples stay lost, and what follows begins from rest."""
    lost = np.isnan(samples)
    whole = np.where(lost, 0.0, samples)
    drawn, line.state[:] = sosfilt(line.sections, whole, zi=line.state)
    drawn[lost] = np.nan
    return drawn
