"""A message bus of one's own, and objects on it: what BlueZ's tree is made of."""

import asyncio
import os
import select
import shutil
import subprocess
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

#: bleak finds BlueZ on the bus that this names.
BUS_VARIABLE: Final = "DBUS_SYSTEM_BUS_ADDRESS"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_AGAIN_S: Final = 0.001

Values = Mapping[str, Variant]


def can_have_bus() -> bool:
    """Whether this machine has the program that a bus needs."""
    return shutil.which("dbus-daemon") is not None


@contextmanager
def private_bus() -> Generator[str]:
    """Run a message bus that nobody else uses.

    Yields
    ------
    str
        Its address; programs that have it in the environment as `BUS_VARIABLE` take it for the system's bus.
    """
    with TemporaryDirectory(prefix="firing-bus-") as folder:
        address = f"unix:path={Path(folder) / 'bus'}"
        command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"]
        with subprocess.Popen(  # noqa: S603
            [*command, "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as daemon:
            assert daemon.stdout is not None  # noqa: S101  (it is a pipe)
            try:
                daemon.stdout.readline()  # it says its address once it listens
                yield address
            finally:
                daemon.terminate()


@contextmanager
def taken_for_the_systems(address: str) -> Generator[None]:
    """Let this process, and those that it starts, take a bus for the system's."""
    before = os.environ.get(BUS_VARIABLE)
    os.environ[BUS_VARIABLE] = address
    try:
        yield
    finally:
        if before is None:
            del os.environ[BUS_VARIABLE]
        else:
            os.environ[BUS_VARIABLE] = before


class Outlet:
    """Sends messages in order, no faster than the bus takes them.

    dbus-fast closes its connection when the bus does not take a message at once.

    Parameters
    ----------
    bus : MessageBus
        Connected.
    """

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._waiting: deque[Message] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._ready = select.poll()
        connection: int = bus._fd  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportAssignmentType]
        self._ready.register(connection, select.POLLOUT)

    def send(self, message: Message) -> None:
        """Send a message after all those before it."""
        self._waiting.append(message)
        if self._timer is None:
            self._drain()

    def _drain(self) -> None:
        self._timer = None
        while self._waiting and self._bus.connected:
            if not self._ready.poll(0):
                self._timer = asyncio.get_running_loop().call_later(_AGAIN_S, self._drain)
                return
            self._bus.send(self._waiting.popleft())


class Tree:
    """Objects with one interface each; whoever listens is told of every change.

    Parameters
    ----------
    outlet : Outlet

    Attributes
    ----------
    objects : dict of path to dict of interface to dict of name to Variant
    """

    def __init__(self, outlet: Outlet) -> None:
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self._outlet = outlet

    def put(self, path: str, interface: str, values: Values) -> None:
        """Add an object, or change what it says where it is there already."""
        if path in self.objects:
            self.change(path, values)
            return
        self.objects[path] = {interface: dict(values)}
        added: list[Any] = [path, self.objects[path]]
        self._outlet.send(Message.new_signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", added))

    def change(self, path: str, values: Values, *, without: tuple[str, ...] = ()) -> None:
        """Change what an object says."""
        interface, known = next(iter(self.objects[path].items()))
        known.update(values)
        for name in without:
            known.pop(name, None)
        changed: list[Any] = [interface, dict(values), list(without)]
        self._outlet.send(Message.new_signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", changed))

    def remove(self, path: str) -> None:
        """Take an object away, and all that lie below it."""
        for below in sorted(self.objects, reverse=True):
            if below == path or below.startswith(f"{path}/"):
                removed: list[Any] = [below, list(self.objects.pop(below))]
                self._outlet.send(
                    Message.new_signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", removed)
                )

    def value(self, path: str, name: str) -> Any:
        """Return what an object says under a name; None if it says nothing."""
        found = next(iter(self.objects[path].values())).get(name)
        return None if found is None else found.value
