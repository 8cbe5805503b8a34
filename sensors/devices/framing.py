"""Frames of equal length in a stream of bytes: found, kept in step, and found again after a loss.

Notifications of such a device are cut anywhere. A frame is taken at once where it is whole, sound, and
follows the one before. Otherwise some part of the stream was lost or is garbage: then the next place is
looked for at which three sound frames in a row follow one another.
"""

from collections.abc import Callable
from typing import Final, Literal

#: So many frames must follow one another before the place of the first is believed.
CONFIRM: Final = 3


class Framing:
    """Cuts a stream of bytes into frames.

    Parameters
    ----------
    length : int
        Bytes of a frame.
    sound : callable
        Whether so many bytes can be a frame.
    follows : callable
        Whether the second of two sound frames can be the next after the first.
    between : callable, optional
        Given the buffer and a place in it: how many bytes there belong to no frame, but to something else
        that the device says in between; 0 if none; -1 if that cannot be told before more has come.
    in_step : {1, 2}
        How many frames must be there, and follow, before one that follows the last is believed: 2 where
        nothing in a frame tells whether its end belongs to its beginning.

    Notes
    -----
    After garbage or a loss the first true frame is found once it and the two after it are there; a frame that
    is cut by the loss is lost. No more than a few frames are ever kept.
    """

    def __init__(
        self,
        length: int,
        *,
        sound: Callable[[bytes], bool],
        follows: Callable[[bytes, bytes], bool],
        between: Callable[[bytearray, int], int] | None = None,
        in_step: Literal[1, 2] = 1,
    ) -> None:
        self._in_step = in_step
        #: The frame after the last one, where it was looked at already.
        self._known = b""
        self._length = length
        self._sound = sound
        self._follows = follows
        self._between = between
        self._buffer = bytearray()
        self._last: bytes | None = None

    def begin_anew(self) -> None:
        """Forget half a frame; the next one need not follow the last."""
        self._buffer.clear()
        self._last = None
        self._known = b""

    def take(self, raw: bytes) -> list[list[bytes]]:
        """Return the frames that are whole now, those that follow one another together."""
        self._buffer += raw
        runs: list[list[bytes]] = []
        place = 0
        while (after := self._past(place)) is not None:
            place = after
            frame = self._frame(place)
            if frame is None:
                break
            confirmed = self._is_next(frame, place)
            follows = confirmed is not False
            if not follows:
                confirmed = self._confirmed(place, CONFIRM)
            if confirmed is None:
                break
            if not confirmed:
                # Out of step: a frame that follows the last one by chance is not enough any more.
                self._last, self._known = None, b""
                place += 1
                continue
            if not follows or not runs:
                runs.append([])
            runs[-1].append(frame)
            self._last = frame
            place += self._length
        del self._buffer[:place]
        return runs

    def _is_next(self, frame: bytes, place: int) -> bool | None:
        """Whether it is the frame after the last one; None if that cannot be told before more has come."""
        last = self._last
        if last is None:
            return False
        if frame != self._known and not (self._sound(frame) and self._follows(last, frame)):
            return False
        if self._in_step == 1:
            return True
        after = self._past(place + self._length)
        ahead = None if after is None else self._frame(after)
        if ahead is None:
            return None
        if not (self._sound(ahead) and self._follows(frame, ahead)):
            return False
        self._known = ahead
        return True

    def _frame(self, place: int) -> bytes | None:
        end = place + self._length
        return bytes(self._buffer[place:end]) if end <= len(self._buffer) else None

    def _past(self, place: int) -> int | None:
        """Return the place behind what is no frame; None if that cannot be told before more has come."""
        while self._between is not None and place < len(self._buffer):
            other = self._between(self._buffer, place)
            if other < 0:
                return None
            if other == 0:
                break
            place += other
        return place

    def _confirmed(self, place: int, n: int) -> bool | None:
        """Whether n frames in a row begin here; None if that cannot be told before more has come."""
        before: bytes | None = None
        for _ in range(n):
            after = self._past(place)
            frame = None if after is None else self._frame(after)
            if after is None or frame is None:
                return None
            if not self._sound(frame) or (before is not None and not self._follows(before, frame)):
                return False
            before, place = frame, after + self._length
        return True
