"""Everything that can be wrong with a source of samples.

::

    SensorError
    ├── SourceUriError       the URI is not understood: scheme, device, options, channel
    ├── SourceUnavailable    the source cannot be opened now: not found, not installed, in use
    │   └── BluetoothTrouble   of a Bluetooth sensor, with the kind of trouble
    ├── SourceLost           a source that delivered stopped doing so
    └── PacketError          bytes that are not a packet of this device
"""


class SensorError(Exception):
    """Root of all errors about sensors; its text is one line that says what to do.

    Attributes
    ----------
    source : str or None
        URI or name of the source that is meant.
    """

    def __init__(self, message: str, *, source: str | None = None) -> None:
        super().__init__(f"{source}: {message}" if source is not None else message)
        self.source = source
        self.reason = message


class SourceUriError(SensorError):
    """A source URI that is not understood."""


class SourceUnavailable(SensorError):  # noqa: N818  (a state, not a fault of the program)
    """A source that cannot be opened now."""


class BluetoothTrouble(SourceUnavailable):
    """A Bluetooth sensor that cannot be used now, or the radio itself.

    Attributes
    ----------
    kind : str
        One of `sensors.ble.trouble.Kind`, such as ``"adapter_off"``.
    """

    def __init__(self, message: str, *, kind: str, source: str | None = None) -> None:
        super().__init__(message, source=source)
        self.kind = kind


class SourceLost(SensorError):  # noqa: N818
    """A source that delivered stopped doing so."""


class PacketError(SensorError):
    """Bytes that are not a packet of this device.

    Attributes
    ----------
    raw : bytes
        The bytes.
    """

    def __init__(self, message: str, *, raw: bytes = b"", source: str | None = None) -> None:
        super().__init__(message, source=source)
        self.raw = raw
