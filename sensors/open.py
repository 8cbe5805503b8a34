"""From a source URI to a source."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Protocol, cast

from recordings.model import Side
from sensors.address import Address, parse_address
from sensors.errors import SensorError, SourceUnavailable, SourceUriError
from sensors.model import Source

#: Other packages add schemes here: the entry point's name is the scheme, its object a `SourceOpener`.
ENTRY_POINTS: Final = "firing_analyzer.sensors"


class SourceOpener(Protocol):
    """A function that opens a source from its URI, without connecting to anything."""

    def __call__(self, address: Address, *, name: str | None, leg: Side | None) -> Source:
        """Return the source, its first stream and device named `name`, for the raised `leg`.

        Both are None where nobody said.
        """
        ...


def open_source(uri: str, *, name: str | None = None, leg: Side | None = None) -> Source:
    """Open a source of samples; nothing is connected before its `start`.

    =================================  ===================================================================
    ``sim:SCENARIO?speed=N...#glute``  a simulated sensor, options in `sensors.sim_options`; two names of
                                       one scenario and seed are two sensors of one person
    ``replay:PATH?speed=N#CHANNEL``    a saved recording; ``glute`` and ``shoulder`` name its pair
    ``lsl:NAME#CHANNEL``               a stream of the Lab Streaming Layer (extra ``lsl``)
    ``ble:DEVICE:ADDRESS#CHANNEL``     a Bluetooth sensor, as ``firing-analyzer scan`` prints it
    =================================  ===================================================================

    Other packages add schemes by an entry point in the group ``firing_analyzer.sensors``.

    Parameters
    ----------
    uri : str
    name : str, optional
        Name of the stream, such as ``"glute"``; by default the URI tells it.
    leg : {"left", "right"}, optional
        The leg that is raised, where the source needs to know.

    Returns
    -------
    Source

    Raises
    ------
    SourceUriError
        If the URI is not understood; the message names what is known.
    SourceUnavailable
        If what it needs is not installed, or cannot be opened now.

    Examples
    --------
    >>> open_source("sim:together?speed=20#shoulder").streams[0].channels[0].label
    'UT_R'
    """
    address = parse_address(uri)
    return _opener(address)(address, name=name, leg=leg)


def open_sources(glute_uri: str, shoulder_uri: str, *, leg: Side | None = None) -> tuple[Source, Source]:
    """Open the two sources of a session.

    Parameters
    ----------
    glute_uri, shoulder_uri : str
    leg : {"left", "right"}, optional

    Returns
    -------
    glute, shoulder : Source
        With streams named ``"glute"`` and ``"shoulder"``.

    Raises
    ------
    SourceUriError
        If a URI is not understood, both name or replay the same channel, or they run at different speeds.
    SourceUnavailable
        As `open_source`.
    """
    if glute_uri.strip() == shoulder_uri.strip():
        raise SourceUriError(
            "it is named for the glute and for the shoulder; name another channel for one of them",
            source=glute_uri,
        )
    glute = open_source(glute_uri, name="glute", leg=leg)
    shoulder = open_source(shoulder_uri, name="shoulder", leg=leg)
    if glute.speed != shoulder.speed:
        raise SourceUriError(
            f"it runs at speed {shoulder.speed:g}, and {glute_uri} at {glute.speed:g}; "
            "give both the same speed",
            source=shoulder_uri,
        )
    _check_replayed_apart(glute, shoulder)
    return glute, shoulder


def _check_replayed_apart(glute: Source, shoulder: Source) -> None:
    """Refuse two replays that play the same channel: either file of a recorded pair opens both of them."""
    if any(parse_address(source.uri).scheme != "replay" for source in (glute, shoulder)):
        return
    played, again = (
        [channel.label for stream in source.streams for channel in stream.channels]
        for source in (glute, shoulder)
    )
    shared = [label for label in again if label in played]
    if shared:
        raise SourceUriError(
            f"it plays {', '.join(shared)}, and so does the glute's source; a file opens the whole pair: "
            "name one for both, and end the one URI in #glute and the other in #shoulder",
            source=shoulder.uri,
        )


def known_schemes() -> tuple[str, ...]:
    """Return the schemes that can be opened, those of other packages included."""
    return tuple(dict.fromkeys((*_OWN, *_added())))


def _open_simulated(address: Address, *, name: str | None, leg: Side | None) -> Source:
    from sensors.simulated import open_simulated  # noqa: PLC0415

    return open_simulated(address, name=name, leg=leg)


def _open_replay(address: Address, *, name: str | None, leg: Side | None) -> Source:
    from sensors.replay import open_replay  # noqa: PLC0415

    return open_replay(address, name=name, leg=leg)


def _open_lsl(address: Address, *, name: str | None, leg: Side | None) -> Source:
    from sensors.lsl import open_lsl  # noqa: PLC0415

    return open_lsl(address, name=name, leg=leg)


def _open_bluetooth(address: Address, *, name: str | None, leg: Side | None) -> Source:
    from sensors.ble.source import open_bluetooth  # noqa: PLC0415

    return open_bluetooth(address, name=name, leg=leg)


#: Each is imported when it is needed: some bring heavy or optional libraries.
_OWN: Final[Mapping[str, SourceOpener]] = {
    "sim": _open_simulated,
    "replay": _open_replay,
    "lsl": _open_lsl,
    "ble": _open_bluetooth,
}


def _added() -> Mapping[str, EntryPoint]:
    return {point.name.lower(): point for point in entry_points(group=ENTRY_POINTS)}


def _opener(address: Address) -> SourceOpener:
    if address.scheme in _OWN:
        return _OWN[address.scheme]
    point = _added().get(address.scheme)
    if point is None:
        raise address.refuse(f"the scheme {address.scheme!r} is not known; use {', '.join(known_schemes())}")
    try:
        opener: object = point.load()
    except SensorError:
        raise
    except Exception as problem:  # whatever a foreign package does wrong when it is imported
        raise SourceUnavailable(
            f"the plug-in {point.value!r} cannot be loaded ({type(problem).__name__}: {problem}); "
            "update or remove the package that brings it",
            source=address.uri,
        ) from problem
    if not callable(opener):
        raise SourceUnavailable(
            f"the plug-in {point.value!r} is no function that opens a source; "
            "update or remove the package that brings it",
            source=address.uri,
        )
    return cast(SourceOpener, opener)
