"""The last minute or so of one channel, kept as blocks come: bounded, with gaps as NaN."""

import numpy as np

from firing_analyzer.activity import BLOCK_S, FRAME_S
from firing_analyzer.filters import FloatArray
from recordings.model import Channel, Signal
from sensors.model import Block


class SampleBuffer:
    """Samples of one channel in their places, the oldest of them forgotten.

    Parameters
    ----------
    channel : Channel
    rate_hz : float
        As the device claims it; the blocks' own rates follow the clock as it gets to be known.
    keep_s : float
        At least so much is kept, at most twice as much.
    row : int
        Row of the blocks that holds the channel.

    Examples
    --------
    >>> buffer = SampleBuffer(Channel("GM_L"), 4.0, keep_s=60.0)
    >>> first, samples = buffer.put(Block("glute", 0, np.array([[1.0, 2.0]]), start_s=10.0, rate_hz=4.0))
    >>> first, samples = buffer.put(Block("glute", 3, np.array([[4.0]]), start_s=10.75, rate_hz=4.0))
    >>> buffer.latest(60.0).samples
    array([ 1.,  2., nan,  4.])
    >>> buffer.end_s
    11.0
    """

    def __init__(self, channel: Channel, rate_hz: float, *, keep_s: float, row: int = 0) -> None:
        self.channel = channel
        self.row = row
        self._keep = int(np.ceil(1.1 * keep_s * rate_hz))
        self._samples = np.full(2 * self._keep, np.nan)
        self._size = 0
        self._first = 0
        self._origin: int | None = None
        # where and when the clock was last read, and how fast it runs
        self._known_index, self._known_s, self._rate_hz = 0, 0.0, rate_hz

    @property
    def empty(self) -> bool:
        """Whether no sample has come yet."""
        return self._origin is None

    @property
    def end(self) -> int:
        """Index after the last sample."""
        return self._first + self._size

    @property
    def end_s(self) -> float:
        """Time after the last sample; minus infinity before the first."""
        return -np.inf if self.empty else self.time_s(self.end)

    @property
    def start_s(self) -> float:
        """Time of the first sample of all."""
        return self.time_s(self._origin or 0)

    @property
    def rate_hz(self) -> float:
        """Rate as far as it is known by now."""
        return self._rate_hz

    def time_s(self, index: float) -> float:
        """Time of a sample, by what is known of the clock now."""
        return self._known_s + (index - self._known_index) / self._rate_hz

    def put(self, block: Block) -> tuple[int, FloatArray]:
        """Put samples in their places.

        Parameters
        ----------
        block : Block
            Samples that were skipped become NaN; those that come late go where they were missing.

        Returns
        -------
        first : int
            Index of the first sample after all that came before.
        samples : ndarray, shape (n,)
            From there on.
        """
        samples = np.asarray(block.samples[self.row], dtype=np.float64)
        self._known_index, self._known_s, self._rate_hz = block.first, block.start_s, block.rate_hz
        if self._origin is None:
            self._origin = self._first = block.first
        known = max(0, min(self.end - block.first, samples.size))
        if known:
            self._fill(block.first, samples[:known])
        new = samples[known:]
        first = max(block.first, self.end)
        if new.size:
            oldest = max(0, new.size - self._keep)
            self._append(first + oldest, new[oldest:])
        return first, new

    def _fill(self, first: int, samples: FloatArray) -> None:
        """Put late samples where there are none yet."""
        skipped = max(0, self._first - first)
        late = samples[skipped:]
        place = self._samples[first + skipped - self._first :][: late.size]
        missing = np.isnan(place)
        place[missing] = late[missing]

    def _append(self, first: int, samples: FloatArray) -> None:
        if first - self.end > self._keep:
            self._first, self._size = first, 0
        skipped = first - self.end
        room = self._samples.size - skipped - samples.size
        if self._size > room:
            kept = min(self._keep, self._size, room)
            self._samples[:kept] = self._samples[self._size - kept : self._size]
            self._first += self._size - kept
            self._size = kept
        self._samples[self._size : self._size + skipped] = np.nan
        self._size += skipped
        self._samples[self._size : self._size + samples.size] = samples
        self._size += samples.size

    def latest(self, seconds: float, *, until_s: float | None = None) -> Signal:
        """Return a copy of the last seconds.

        Parameters
        ----------
        seconds : float
        until_s : float, optional
            End of what is returned; NaN stands for samples that have not come yet.

        Returns
        -------
        Signal
            Begins at a whole tenth of a second, counted in samples from the first of all, so that its
            frames are those of the whole recording.
        """
        stop = self.end if until_s is None else round((until_s - self.time_s(0)) * self._rate_hz)
        hop = max(1, round(FRAME_S * self._rate_hz))
        step = hop * max(1, round(BLOCK_S * self._rate_hz / hop))
        origin = self._origin or 0
        first = max(stop - round(seconds * self._rate_hz), self._first)
        first = origin + -(-(first - origin) // step) * step
        piece = self._samples[: self._size][max(first - self._first, 0) : max(stop - self._first, 0)]
        samples = np.full(max(stop - first, 0), np.nan)
        samples[: piece.size] = piece
        return Signal(self.channel, samples, self._rate_hz, self.time_s(first))

    def from_start(self, signal: Signal) -> bool:
        """Tell whether a piece begins with the first sample of all."""
        return signal.start_s <= self.start_s + 0.5 / self._rate_hz
