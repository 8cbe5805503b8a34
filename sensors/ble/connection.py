"""One connection to one device: made once, used, and always let go."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Self

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from sensors.ble.backend import current_backend
from sensors.ble.hearing import Heard
from sensors.ble.trouble import explain, explained
from sensors.devices.profile import Advertised
from sensors.errors import BluetoothTrouble

CONNECT_S: Final = 15.0
#: Longest wait for a value that is read or written, and for notifications to be switched on.
ANSWER_S: Final = 5.0
#: BlueZ takes two seconds to let go of a device.
LET_GO_S: Final = 3.0

#: Takes a notification: when it arrived, in seconds on the session's clock, and its bytes.
Take = Callable[[float, bytes], None]


@dataclass(slots=True)
class _Question:
    """Somebody waits for what a device notifies in answer."""

    complete: Callable[[bytes], bool]
    answered: asyncio.Future[bytes]
    received: bytearray = field(default_factory=bytearray)

    def take(self, raw: bytes) -> None:
        self.received += raw
        if not self.answered.done() and self.complete(bytes(self.received)):
            self.answered.set_result(bytes(self.received))


class Connection:
    """An open connection, as a device's own steps see it: `sensors.devices.profile.Gatt`.

    A new client of bleak is made for every connection: after a failed one the old client may go on claiming
    to be connected. Notifications are switched on once for each characteristic, since a second time would
    replace the first receiver without a word.

    Parameters
    ----------
    heard : Heard
    now_s : callable
        The session's clock.
    source : str
        URI that errors name.

    Attributes
    ----------
    lost : asyncio.Event
        Set when the connection is gone, whoever ended it.
    faults : int
        Notifications whose taking failed; bleak would lose them without a word.
    first_fault : str
        What the first of them was.
    let_go_problem : str
        What went wrong when it was let go.
    """

    def __init__(self, heard: Heard, *, now_s: Callable[[], float], source: str) -> None:
        self.advertised: Advertised = heard.advertised
        self.lost = asyncio.Event()
        self.faults = 0
        self.first_fault = ""
        self.let_go_problem = ""
        self._source = source
        self._now_s = now_s
        self._takers: dict[str, Take] = {}
        self._questions: dict[str, _Question] = {}
        self._on: set[str] = set()
        self._client = BleakClient(
            heard.device,
            disconnected_callback=lambda _: self.lost.set(),
            timeout=CONNECT_S,
            backend=current_backend().client,
        )

    @classmethod
    async def open(cls, heard: Heard, *, now_s: Callable[[], float], source: str) -> Self:
        """Connect and learn what the device has.

        Raises
        ------
        BluetoothTrouble
            If that fails; nothing is left open then.
        """
        connection = cls(heard, now_s=now_s, source=source)
        try:
            with explained(source=source, doing="connecting"):
                # BlueZ tries again by itself; bleak's own limit does not hold on every system.
                async with asyncio.timeout(CONNECT_S + LET_GO_S):
                    await connection._client.connect()
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """Let go, also of a connection that is gone already: only that frees what the system holds for it."""
        try:
            async with asyncio.timeout(LET_GO_S):
                await self._client.disconnect()
        except Exception as problem:  # noqa: BLE001  (a radio that is gone cannot be told)
            self.let_go_problem = str(problem) or type(problem).__name__
        self.lost.set()

    def has(self, characteristic: str) -> bool:
        """Whether the device has this characteristic."""
        return self._find(characteristic) is not None

    def longest_notification(self, characteristic: str) -> int:
        """Return how many bytes of a notification come through, as far as the system tells.

        BlueZ before 5.62 always says 20. (bleak's own ``mtu_size`` is 23 on BlueZ, whatever was agreed.)
        """
        return self._get(characteristic).max_write_without_response_size

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        found = self._get(characteristic)
        async with self._answer("reading"):
            return bytes(await self._client.read_gatt_char(found))

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value; without a response where the device offers none, and with one where it wants one."""
        found = self._get(characteristic)
        with_response = "write" in found.properties and (
            response or "write-without-response" not in found.properties
        )
        async with self._answer("writing"):
            await self._client.write_gatt_char(found, value, response=with_response)

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        *,
        answer_on: str,
        complete: Callable[[bytes], bool],
        within_s: float = 2.0,
    ) -> bytes:
        """Write, and return all that was notified since, joined, once it is complete.

        What is notified meanwhile also goes wherever `listen` sends it, so that no sample is lost in an
        answer.

        Raises
        ------
        BluetoothTrouble
            If the device does not answer in time.
        """
        await self._switch_on(answer_on)
        question = _Question(complete, asyncio.get_running_loop().create_future())
        self._questions[answer_on] = question
        try:
            await self.write(characteristic, value)
            gone = asyncio.create_task(self.lost.wait())
            try:
                await asyncio.wait(
                    {question.answered, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                gone.cancel()
                with suppress(asyncio.CancelledError):
                    await gone
        finally:
            del self._questions[answer_on]
        if question.answered.done():
            return question.answered.result()
        if self.lost.is_set():
            raise BluetoothTrouble(
                "the connection was lost while it was asked something; bring the sensor nearer",
                kind="lost",
                source=self._source,
            )
        raise explain(TimeoutError(), source=self._source, doing=f"being asked ({value!r})")

    async def listen(self, characteristic: str, take: Take) -> None:
        """Send what a characteristic notifies to `take`; the first may come before this returns."""
        self._takers[characteristic] = take
        await self._switch_on(characteristic)

    async def stop_listening(self, characteristic: str) -> None:
        """Switch the notifications of a characteristic off."""
        self._takers.pop(characteristic, None)
        if characteristic in self._on and not self.lost.is_set():
            self._on.discard(characteristic)
            async with self._answer("ending"):
                await self._client.stop_notify(self._get(characteristic))

    async def _switch_on(self, characteristic: str) -> None:
        if characteristic in self._on:
            return
        found = self._get(characteristic)

        def notified(_: BleakGATTCharacteristic, data: bytearray) -> None:
            try:
                self._hand_on(characteristic, self._now_s(), bytes(data))
            except Exception as problem:  # noqa: BLE001  (bleak would drop it; it is counted and told)
                self._fault(problem)

        self._on.add(characteristic)
        async with self._answer("switching notifications on"):
            await self._client.start_notify(found, notified)

    def _hand_on(self, characteristic: str, arrival_s: float, raw: bytes) -> None:
        question = self._questions.get(characteristic)
        take = self._takers.get(characteristic)
        if take is not None:
            take(arrival_s, raw)
        if question is not None:
            question.take(raw)

    def _fault(self, problem: BaseException) -> None:
        self.faults += 1
        self.first_fault = self.first_fault or f"{type(problem).__name__}: {problem}"

    def _find(self, characteristic: str) -> BleakGATTCharacteristic | None:
        # Not bleak's own look-up: it raises where two services hold the same characteristic.
        with explained(source=self._source, doing="looking at what it has"):
            everything = self._client.services.characteristics.values()
        return next((one for one in everything if one.uuid == characteristic), None)

    def _get(self, characteristic: str) -> BleakGATTCharacteristic:
        if self.lost.is_set():
            raise BluetoothTrouble(
                "the connection was lost; bring the sensor nearer", kind="lost", source=self._source
            )
        found = self._find(characteristic)
        if found is None:
            raise BluetoothTrouble(
                f"it lacks the characteristic {characteristic}; update its firmware",
                kind="service_missing",
                source=self._source,
            )
        return found

    @asynccontextmanager
    async def _answer(self, doing: str) -> AsyncGenerator[None]:
        """Give something a limited time, and errors of ours for what goes wrong with it."""
        with explained(source=self._source, doing=doing):
            async with asyncio.timeout(ANSWER_S):
                yield
