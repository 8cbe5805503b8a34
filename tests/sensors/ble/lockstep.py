"""A time that waits for the radio: sensors, session and person go on only when all that was sent has come.

So a session over a real message bus and real ATT takes the same course on every machine, however busy, and
is over as soon as the machine can.
"""

import asyncio
import heapq
from contextlib import suppress
from itertools import count

import pytest

from sensors.ble.connection import Connection
from sensors.ble.radio import radio_of
from sensors.virtual.air import Air

#: A step of the session's time; about a connection interval.
STEP_S = 0.02
#: Turns of the loop for whoever was woken.
_TURNS = 4
#: Longest wait, in real seconds, for something that was sent: it was lost with its connection.
_COME_S = 2.0


class LockstepPace:
    """The session's clock; moved on by `LockstepAir` alone, and only while somebody waits for it."""

    speed = 1.0

    def __init__(self) -> None:
        self._now = 0.0
        self._began = 0.0
        self._number = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    def begin(self) -> None:
        self._began = self._now

    def now_s(self) -> float:
        return self._now - self._began

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now + seconds, next(self._number), woken))
        await woken

    def step(self) -> None:
        """Go on by one step, or to the next moment that somebody waits for."""
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        if not self._waiting:
            return
        self._now = min(self._waiting[0][0], self._now + STEP_S)
        while self._waiting and self._waiting[0][0] <= self._now:
            woken = heapq.heappop(self._waiting)[2]
            if not woken.done():
                woken.set_result(None)

    def now_of_air_s(self) -> float:
        """The time of the sensors, which nobody begins anew."""
        return self._now


class LockstepAir(Air):
    """The air around a session; its sensors run by the session's time."""

    def __init__(self, pace: LockstepPace, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._pace = pace
        self.sent = self.come = 0
        self._all_come = asyncio.Event()
        hand_on = Connection._hand_on  # pyright: ignore[reportPrivateUsage]

        def counted(connection: Connection, characteristic: str, arrival_s: float, raw: bytes) -> None:
            self.come += 1
            if self.come >= self.sent:
                self._all_come.set()
            hand_on(connection, characteristic, arrival_s, raw)

        monkeypatch.setattr(Connection, "_hand_on", counted)

    def now_s(self) -> float:
        return self._pace.now_of_air_s()

    async def run(self) -> None:
        while True:
            devices = radio_of(self._pace).devices.values()
            if all(device.begun for device in devices):
                self._pace.step()
            self._all_come.clear()
            self.sent += await self.send_due()
            if self.come < self.sent:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_COME_S):
                        await self._all_come.wait()
                self.come = self.sent
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if not devices:
                await asyncio.sleep(0.005)
