"""A device that is kept: connected, its notifications handed to all who want them, connected again."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sensors.ble.connection import Connection
from sensors.ble.radio import Radio
from sensors.ble.set_up import cut_short, set_up
from sensors.devices.profile import DeviceProfile, Part
from sensors.errors import BluetoothTrouble, SensorError, SourceLost, SourceUriError
from sensors.model import Status

#: A connection over which nothing comes for so long is made anew.
SILENT_S: Final = 5.0
#: Longest wait for a device to stop by itself.
END_S: Final = 1.5
#: Pauses before the attempts to connect again; the last one goes on.
BACK_OFF_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
#: Attempts before a device is said not to answer; the first one often fails.
_ATTEMPTS: Final = 3
#: Below this a battery is told.
_LOW_PERCENT: Final = 15.0
#: Notifications by which it is judged whether they are cut short.
_JUDGED: Final = 20
#: What a change of settings, or a new attempt, may mend; all else is told at once.
_PASSING: Final = frozenset({"no_answer", "refused", "lost"})

#: What a listener gets: when something came and its bytes, or why nothing more will come; None at the end.
Item = tuple[float, bytes] | SensorError | None


class Listener:
    """Somebody to whom a device's notifications go."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.items: asyncio.Queue[Item] = asyncio.Queue()


class KeptDevice:
    """One device of a session, shared by the sources that use it.

    Parameters
    ----------
    radio : Radio
    profile : DeviceProfile
    address : str
    now_s : callable
        The session's clock.

    Attributes
    ----------
    parts : tuple of Part
        What it delivers; known once somebody has joined.
    begun : bool
        Whether it has been told to send.
    """

    def __init__(
        self, radio: Radio, profile: DeviceProfile, address: str, now_s: Callable[[], float]
    ) -> None:
        self.profile = profile
        self.address = address
        self.parts: tuple[Part, ...] = ()
        self.begun = False
        self._radio = radio
        self._now_s = now_s
        self._listeners: list[Listener] = []
        self._connection: Connection | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._battery: float | None = None
        self._detail = "not connected yet"
        self._heard_s = 0.0
        self._longest = self._judged = 0
        self._faults = 0
        self._claimed: list[tuple[int, ...]] = []

    async def join(self, listener: Listener) -> None:
        """Connect, unless that was done, and send all that comes to a listener too.

        Raises
        ------
        BluetoothTrouble
            If the device cannot be used.
        """
        async with self._opening:
            if self._connection is None and self._keeping is None:
                try:
                    self._connection = await self._begin_patiently(listener.uri)
                finally:
                    if self._connection is None:
                        self._radio.release(self)
                self._detail = ""
            self._listeners.append(listener)

    def claim(self, channels: tuple[int, ...], uri: str) -> None:
        """Take rows of the device for one source.

        Raises
        ------
        SourceUriError
            If another source has taken one of them.
        """
        if any(set(channels) & set(taken) for taken in self._claimed):
            raise SourceUriError(
                "the same muscle is named twice; name another channel, such as #2, for one of them",
                source=uri,
            )
        self._claimed.append(channels)

    async def begin(self) -> None:
        """Let the samples come, unless they do."""
        async with self._opening:
            if self._keeping is None and self._connection is not None:
                self._keeping = asyncio.create_task(self._keep(self._connection))

    async def leave(self, listener: Listener) -> None:
        """Send nothing more to a listener; with the last one, stop the device and let it go."""
        if listener not in self._listeners:
            return
        self._listeners.remove(listener)
        if self._listeners:
            return
        self._radio.release(self)
        self._detail = "closed"
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._end(connection)

    def status(self) -> Status:
        """Tell how the device is."""
        connection = self._connection
        connected = connection is not None and not connection.lost.is_set()
        told = [self._detail] if self._detail else []
        if self._battery is not None and self._battery < _LOW_PERCENT:
            told.append(f"battery low, {self._battery:.0f} %; charge it soon")
        faults = self._faults + (connection.faults if connection is not None else 0)
        if faults:
            told.append(f"{faults} notifications could not be taken; report it")
        return Status(connected, self._battery, "; ".join(told))

    async def _begin_patiently(self, uri: str) -> Connection:
        for attempt in range(_ATTEMPTS):
            try:
                connection, self.parts = await self._connect(uri)
            except BluetoothTrouble as problem:
                if problem.kind not in _PASSING or attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(BACK_OFF_S[attempt])
            else:
                return connection
        raise AssertionError  # the last attempt returns or raises

    async def _connect(self, uri: str) -> tuple[Connection, tuple[Part, ...]]:
        """Connect once, check that it is such a device, and set it up."""
        profile, radio = self.profile, self._radio
        heard = await radio.find(profile, self.address, uri=uri)
        try:
            async with radio.connecting():
                connection = await Connection.open(heard, now_s=self._now_s, source=uri)
        except BluetoothTrouble as problem:
            if problem.kind == "not_found":
                radio.forget(self.address)
            raise
        try:
            parts, self._battery = await set_up(connection, profile, uri=uri)
        except BaseException:
            await connection.close()
            raise
        return connection, parts

    async def _keep(self, connection: Connection) -> None:
        """Have the samples come, whatever happens, until cancelled; then `leave` ends the connection."""
        while True:
            try:
                await self._stream(connection)
            except SourceLost as problem:
                self._send(problem)
                return
            except SensorError as problem:
                self._detail = problem.reason
            except Exception as defect:  # noqa: BLE001  (of a device's steps; it must reach whoever waits)
                self._send(SourceLost(f"a defect ({type(defect).__name__}: {defect}); report it"))
                return
            await connection.close()
            self._faults += connection.faults
            self._connection, self.begun = None, False
            again = await self._connect_again()
            if again is None:
                return
            self._connection = connection = again
            self._send((self._now_s(), b""))

    async def _stream(self, connection: Connection) -> None:
        """Take what comes, until the connection is lost or falls silent."""
        self._longest = self._judged = 0
        self._heard_s = time.monotonic()
        await connection.listen(self.profile.data, self._take)
        await self.profile.begin(connection)
        self.begun = True
        fits = connection.longest_notification(self.profile.data)
        while not connection.lost.is_set():
            silent_s = time.monotonic() - self._heard_s
            if silent_s >= SILENT_S:
                raise BluetoothTrouble(
                    f"it is connected but has sent nothing for {silent_s:.0f} s; switch it off and on",
                    kind="silent",
                )
            if self._is_cut_short(fits):
                raise SourceLost(cut_short(self._longest, self.profile).reason)
            if self._detail and self._judged:
                self._detail = ""
            with suppress(TimeoutError):
                async with asyncio.timeout(min(0.25, SILENT_S / 4)):
                    await connection.lost.wait()
        raise BluetoothTrouble("the connection was lost; bring the sensor nearer", kind="lost")

    async def _connect_again(self) -> Connection | None:
        """Try until it is there again; None if it has become something else, and that was told."""
        attempt = 0
        uri = self._listeners[0].uri if self._listeners else self.address
        while True:
            await asyncio.sleep(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)])
            attempt += 1
            try:
                connection, parts = await self._connect(uri)
            except SensorError as problem:
                self._detail = problem.reason
                continue
            if parts == self.parts:
                return connection
            await connection.close()
            self._send(SourceLost("it now delivers something else than before; begin a new recording"))
            return None

    def _take(self, arrival_s: float, raw: bytes) -> None:
        self._heard_s = time.monotonic()
        self._longest = max(self._longest, len(raw))
        self._judged += 1
        if raw:
            self._send((arrival_s, raw))

    def _send(self, item: Item) -> None:
        for listener in self._listeners:
            listener.items.put_nowait(item)

    def _is_cut_short(self, fits: int) -> bool:
        """Judge by what came, since not every system knows what was agreed."""
        return self._judged >= _JUDGED and self._longest == fits < self.profile.least_notification

    async def _end(self, connection: Connection) -> None:
        """Stop the stream if it still can be stopped, and let go in any case."""
        try:
            if not connection.lost.is_set():
                with suppress(SensorError):  # it is let go all the same
                    async with asyncio.timeout(END_S):
                        await self.profile.end(connection)
                        await connection.stop_listening(self.profile.data)
        except TimeoutError:
            pass
        except Exception as defect:
            raise SourceLost(
                f"a defect while it was ended ({type(defect).__name__}: {defect}); report it"
            ) from defect
        finally:
            await connection.close()
