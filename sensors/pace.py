"""The time of a session: real, or faster where nothing real takes part in it."""

import asyncio
import heapq
import time
from itertools import count
from typing import Final

from sensors.errors import SourceUriError
from sensors.model import Pace

#: Turns of the event loop that are given to whoever was woken, before time moves on.
_TURNS: Final = 6
#: Timers of operating systems are no finer than this; shorter waits are not waited for one by one.
_TIMER_S: Final = 0.002
#: When the machine cannot keep up by so much, the time that is lost stays lost.
_DEBT_S: Final = 0.05


class RealPace:
    """Seconds of the monotonic clock since this was made, or told to begin."""

    speed: Final = 1.0

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now_s(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self._began

    def begin(self) -> None:
        """Count from now on."""
        self._began = time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(max(0.0, seconds))


class SteppedPace:
    """A time that runs `speed` times faster than the real one, and slower where the machine cannot keep up.

    Time steps from one moment that somebody waits for to the next, in order: whoever wakes finds exactly the
    moment he asked for, and nobody sees a later one before he is done. So a session at any speed takes the
    same course as at speed 1, however busy the machine is. (Whoever waits for something else than this pace,
    a thread or a file, is not waited for.) Time begins with the first wait.

    Parameters
    ----------
    speed : float
        How many times faster; positive.
    """

    def __init__(self, speed: float) -> None:
        if not 0 < speed < float("inf"):
            raise ValueError(f"a speed of {speed} cannot be kept; give a positive number")
        self.speed = speed
        self._now = 0.0
        self._anchor: tuple[float, float] | None = None
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = count()
        self._timer: asyncio.TimerHandle | None = None
        self._stepping = False

    def now_s(self) -> float:
        """Seconds since the session began."""
        self._forget_cancelled()
        if self._anchor is not None and not self._waiting and not self._stepping:
            # Nobody waits, so there is no moment to step to: time flows, lest whoever only looks on should
            # see it stand still.
            real_s, then_s = self._anchor
            self._now = max(self._now, then_s + (time.monotonic() - real_s) * self.speed)
        return self._now

    def begin(self) -> None:
        """Do nothing: time begins with the first wait."""

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the session's time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        now_s = self.now_s()
        if self._anchor is None:
            self._anchor = (time.monotonic(), now_s)
        heapq.heappush(self._waiting, (now_s + seconds, next(self._number), woken))
        if not self._stepping:
            self._arm()
        await woken

    def _arm(self) -> None:
        """Set the timer for the next moment that somebody waits for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._stepping = False
        self._forget_cancelled()
        if not self._waiting or self._anchor is None:
            return
        real_s, then_s = self._anchor
        left_s = real_s + (self._waiting[0][0] - then_s) / self.speed - time.monotonic()
        if left_s < -_DEBT_S:
            self._anchor = (time.monotonic(), self._waiting[0][0])
        loop = asyncio.get_running_loop()
        if left_s > _TIMER_S:
            self._timer = loop.call_later(left_s, self._step)
        else:
            self._stepping = True
            loop.call_soon(self._step)

    def _step(self) -> None:
        self._timer = None
        self._stepping = True
        self._forget_cancelled()
        if self._waiting:
            moment_s, _, woken = heapq.heappop(self._waiting)
            self._now = max(self._now, moment_s)
            woken.set_result(None)
        self._let_run(_TURNS)

    def _let_run(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._let_run, turns - 1)
        else:
            self._arm()

    def _forget_cancelled(self) -> None:
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)


def pace_for(speed: float) -> Pace:
    """Return a new pace at which sources of this speed run.

    Raises
    ------
    SourceUriError
        If the speed is no positive number.
    """
    if speed == 1.0:
        return RealPace()
    if not 0 < speed < float("inf"):
        raise SourceUriError(f"speed={speed} cannot be kept; give a positive number such as 20")
    return SteppedPace(speed)
