"""A cheap watch over one channel: sees, a moment later, that a muscle has started or come to rest.

It decides only when the analysis is worth running; what it sees is never a result.
"""

from collections import deque

import numpy as np
from scipy import signal

from firing_analyzer.activity import (
    BLOCK_S,
    FRAME_S,
    LOCAL_S,
    QUIET_RATIO,
    THRESHOLD_RATIO,
    THRESHOLD_SD,
)
from firing_analyzer.filters import BoolArray, FloatArray, upper_edge_hz
from firing_analyzer.settings import Settings
from recordings.model import Channel

#: A muscle is active this many standard deviations of resting power above rest, and never below the ratio:
#: less than an analysis asks for, as a look that finds nothing costs little and a raise missed comes late.
WATCH_SD, WATCH_RATIO = 3.5, 1.5
#: Length of the moving average, and of the shorter one that bounds a burst.
SMOOTH_S, SHORT_S = 0.05, 0.01
#: Activity must last so long before it is marked, longer than a heart beat, with so much rest between marks.
MARK_S, BETWEEN_S = 0.2, 0.5
#: Fewest tenths of a second from which a level of rest is taken.
LEAST_BLOCKS = 8
#: How long the filter rings after samples were lost.
RING_S = 0.05
#: Width of the notch around each line of mains hum, as a share of its frequency.
NOTCH_Q = 5.0


class BurstWatch:
    """Follow the power of one channel, block by block.

    Attributes
    ----------
    begun : int or None
        Sample at which the latest burst began; None before the first.
    ended : int
        Sample after that burst's last activity so far.
    firm_ended : int
        Sample after the last activity that also an analysis would take for such.
    active_s : float
        Seconds of activity since the caller last set it to 0.
    marks : deque of int
        Samples at which bursts began that have lasted long enough to be shown; the caller empties it.

    Notes
    -----
    The rule of `firing_analyzer.activity.find_activity` on what has come so far, with a lower threshold: a
    causal band-pass, power smoothed over 50 ms against the rest of the last 12 s.
    """

    def __init__(self, channel: Channel, rate_hz: float, settings: Settings) -> None:
        self.begun: int | None = None
        self.ended = 0
        self.firm_ended = 0
        self.active_s = 0.0
        self.marks: deque[int] = deque(maxlen=100)
        self._rate_hz = rate_hz
        self._settings = settings
        self._envelope = channel.kind == "envelope"
        self._hop = max(1, round(FRAME_S * rate_hz))
        frame_s = self._hop / rate_hz
        self._width = max(1, round(SMOOTH_S / frame_s))
        self._short = max(1, round(SHORT_S / frame_s))
        self._per_block = max(1, round(BLOCK_S / frame_s))
        self._merge = round(settings.merge_gap_ms / 1000 / frame_s)
        self._mark, self._between = round(MARK_S / frame_s), round(BETWEEN_S / frame_s)
        self._blocks: deque[float] = deque(maxlen=round(LOCAL_S / BLOCK_S))
        self._halves: deque[float] = deque(maxlen=2 * round(LOCAL_S / BLOCK_S))
        self._recent: deque[float] = deque(maxlen=self._width)
        self._block: list[float] = []
        self._threshold = self._firm_threshold = np.inf
        self._next = 0
        self._last = 1.0
        self._left = np.empty(0)
        self._left_lost = np.empty(0, dtype=np.bool_)
        self._ring = round(RING_S / frame_s)
        self._ringing = 0
        self._marked = True
        self._lines_hz: tuple[float, ...] = ()
        self._sections = self._filter()
        self._state: FloatArray | None = None

    def _filter(self) -> FloatArray:
        high_hz = upper_edge_hz(self._rate_hz, high_hz=self._settings.high_hz)
        sections = [
            signal.butter(2, (self._settings.low_hz, high_hz), "bandpass", fs=self._rate_hz, output="sos")
        ]
        for line_hz in self._lines_hz:
            b, a = signal.iirnotch(line_hz, NOTCH_Q, fs=self._rate_hz)
            sections.append(signal.tf2sos(b, a))
        return np.concatenate(sections)

    def set_hum(self, lines_hz: tuple[float, ...]) -> None:
        """Leave out the lines of mains hum that the analysis has found; no harm if they are few hertz off."""
        lines = tuple(sorted({*self._lines_hz, *(float(round(line)) for line in lines_hz)}))
        if lines == self._lines_hz or self._envelope:
            return
        self._lines_hz = lines
        self._sections = self._filter()
        self._state = None
        self._blocks.clear()
        self._halves.clear()
        self._block.clear()
        self._threshold = np.inf

    def feed(self, first: int, samples: FloatArray) -> None:
        """Take samples from an index on; what was skipped before them was lost."""
        expected = self._next * self._hop + self._left.size
        if first - expected > round(self._rate_hz):
            # after a long gap there is nothing to go on with
            self._next = -(-first // self._hop)
            samples = samples[self._next * self._hop - first :]
            self._left, self._left_lost = np.empty(0), np.empty(0, dtype=np.bool_)
            self._recent.clear()
            self._block.clear()
            self._state = None
        elif first > expected:
            samples = np.concatenate((np.full(first - expected, np.nan), samples))
        if not samples.size:
            return
        lost = ~np.isfinite(samples)
        if lost.any():
            samples = self._bridged(samples, lost)
        self._last = float(samples[-1])
        self._take(self._filtered(samples), lost)

    def _bridged(self, samples: FloatArray, lost: BoolArray) -> FloatArray:
        """Hold the last value where samples are lost."""
        index = np.maximum.accumulate(np.where(lost, -1, np.arange(samples.size)))
        return np.where(index < 0, self._last, samples[np.maximum(index, 0)])

    def _filtered(self, samples: FloatArray) -> FloatArray:
        if self._envelope:
            return samples
        if self._state is None:
            self._state = np.asarray(signal.sosfilt_zi(self._sections)) * samples[0]
            self._ringing = self._ring
        filtered, self._state = signal.sosfilt(self._sections, samples, zi=self._state)
        return np.asarray(filtered, dtype=np.float64)

    def _take(self, samples: FloatArray, lost: BoolArray) -> None:
        samples = np.concatenate((self._left, samples))
        lost = np.concatenate((self._left_lost, lost))
        n_frames = samples.size // self._hop
        cut = n_frames * self._hop
        self._left, self._left_lost = samples[cut:], lost[cut:]
        frames = samples[:cut].reshape(n_frames, self._hop)
        power = np.einsum("ij,ij->i", frames, frames) / self._hop
        gone = np.asarray(lost[:cut].reshape(n_frames, self._hop).any(axis=1))
        for k in range(n_frames):
            # what rings is as good as lost
            known = not gone[k] and self._ringing == 0
            self._ringing = self._ring if gone[k] else max(0, self._ringing - 1)
            self._frame(float(power[k]) if known else 0.0, known=known)
            self._next += 1

    def _frame(self, power: float, *, known: bool) -> None:
        recent = self._recent
        recent.append(power)
        if known:
            self._block.append(power)
        short = min(self._short, len(recent))
        level = min(sum(recent) / len(recent), sum(recent[-1 - k] for k in range(short)) / short)
        if level > self._threshold:
            self._active(firm=level > self._firm_threshold)
        if (self._next + 1) % self._per_block == 0:
            self._settle()

    def _active(self, *, firm: bool) -> None:
        """Count the present frame to the latest burst, or begin one with it."""
        last_frame = self.ended // self._hop
        if self.begun is None or self._next - last_frame >= self._merge:
            start = len(self._recent) - 1
            while start and self._recent[start - 1] > self._threshold:
                start -= 1
            rested = self.begun is None or self._next - last_frame >= self._between
            self.begun = max(0, self._next - (len(self._recent) - 1 - start)) * self._hop
            self._marked = self._marked and not rested
        self.ended = (self._next + 1) * self._hop
        self.active_s += self._hop / self._rate_hz
        if firm:
            self.firm_ended = self.ended
        firmly = self.firm_ended > self.begun
        if not self._marked and firmly and self.ended - self.begun >= self._mark * self._hop:
            self.marks.append(self.begun)
            self._marked = True

    def _settle(self) -> None:
        """Take the tenth of a second that has passed into the level of rest."""
        block, self._block = self._block, []
        if len(block) <= self._per_block // 2:
            return
        middle = len(block) // 2
        self._blocks.append(sum(block) / len(block))
        self._halves.extend((sum(block[:middle]) / middle, sum(block[middle:]) / (len(block) - middle)))
        if len(self._blocks) < LEAST_BLOCKS:
            return
        level = np.sort(np.array(self._blocks))
        low = level[int(0.2 * level.size)]
        limit = QUIET_RATIO * low
        rest = float(level[: np.searchsorted(level, limit)].mean()) if low > 0 else 0.0
        if rest <= 0:
            self._threshold = np.inf
            return
        halves = np.sort(np.array(self._halves)) / rest
        halves = halves[: max(1, int(np.searchsorted(halves, limit / rest)))]
        spread = float(halves[int(0.8413 * halves.size)] - halves[int(0.1587 * halves.size)]) / 2
        self._threshold = rest * max(_above_rest(spread, WATCH_SD), WATCH_RATIO)
        self._firm_threshold = rest * max(_above_rest(spread, THRESHOLD_SD), THRESHOLD_RATIO)


def _above_rest(spread: float, n_sd: float) -> float:
    """Ratio to rest that its smoothed power hardly ever exceeds; as in `find_activity`."""
    return float((1 - spread**2 / 9 + n_sd * spread / 3) ** 3)
