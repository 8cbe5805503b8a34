"""What a source URI says: ``scheme:target?option=value&option=value#channel``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from sensors.errors import SourceUriError

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9_.+-]*):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A source URI, taken apart.

    Attributes
    ----------
    uri : str
        As it was given.
    scheme : str
        In lower case, such as ``"sim"``.
    target : str
        Scenario, path, name or device; not yet unquoted, see `plain_target`.
    options : mapping of str to tuple of str
        Values of every option, in order.
    channel : str or None
        What stands behind ``#``.
    """

    uri: str
    scheme: str
    target: str
    options: Mapping[str, tuple[str, ...]]
    channel: str | None

    @property
    def plain_target(self) -> str:
        """The target with ``%23`` and its like resolved."""
        return unquote(self.target)

    def refuse(self, problem: str) -> SourceUriError:
        """Make the error that names this URI."""
        return SourceUriError(problem, source=self.uri)

    def one_option(self, name: str) -> str | None:
        """Return the value of an option that may be given once.

        Raises
        ------
        SourceUriError
            If it was given more than once.
        """
        values = self.options.get(name, ())
        if len(values) > 1:
            raise self.refuse(f"the option {name} was given {len(values)} times; give it once")
        return values[0] if values else None

    def number(self, name: str, usual: float, *, least: float, most: float) -> float:
        """Return the number that an option gives, within its limits.

        Raises
        ------
        SourceUriError
            If it is no number, or beyond its limits.
        """
        text = self.one_option(name)
        if text is None:
            return usual
        return self.to_number(name, text, least=least, most=most)

    def to_number(self, name: str, text: str, *, least: float, most: float) -> float:
        """Read a number of an option; raises `SourceUriError` as `number` does."""
        try:
            value = float(text)
        except ValueError:
            raise self.refuse(f"{name}={text} is no number; give one from {least:g} to {most:g}") from None
        if not least <= value <= most:
            raise self.refuse(f"{name}={text} is out of range; give a number from {least:g} to {most:g}")
        return value

    def whole(self, name: str, usual: int, *, least: int, most: int) -> int:
        """Return the whole number that an option gives; raises `SourceUriError` as `number` does."""
        value = self.number(name, usual, least=least, most=most)
        if value != int(value):
            raise self.refuse(f"{name}={value:g} is no whole number; give one from {least} to {most}")
        return int(value)

    def speed(self) -> float:
        """Return the option ``speed``, 1 by default."""
        return self.number("speed", 1.0, least=0.01, most=100_000)

    def check_options(self, known: tuple[str, ...]) -> None:
        """Refuse an option that is not known.

        Raises
        ------
        SourceUriError
            Naming those that are.
        """
        unknown = [name for name in self.options if name not in known]
        if unknown:
            raise self.refuse(f"the option {unknown[0]!r} is not known; use {', '.join(known)}")


def parse_address(uri: str) -> Address:
    r"""Take a source URI apart.

    A ``#`` or ``?`` that belongs to the target is written ``%23`` or ``%3F``.

    Raises
    ------
    SourceUriError
        If it has no scheme, no target, or an option without a value.

    Examples
    --------
    >>> address = parse_address("sim:together?speed=20&drop=10-12&drop=30-31#glute")
    >>> address.scheme, address.target, address.channel, address.options["drop"]
    ('sim', 'together', 'glute', ('10-12', '30-31'))
    >>> parse_address(r"replay:C:\data\one.bdf#GM_L").target
    'C:\\data\\one.bdf'
    """
    found = _SCHEME.fullmatch(uri.strip())
    if found is None or len(found[1]) == 1:
        raise SourceUriError(
            "this is no source URI; write scheme:target, such as sim:together#glute or replay:PATH#GM_L",
            source=uri,
        )
    rest, hash_sign, channel = found[2].rpartition("#") if "#" in found[2] else (found[2], "", "")
    target, _, query = rest.partition("?")
    options: dict[str, tuple[str, ...]] = {}
    for part in query.split("&") if query else ():
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise SourceUriError(f"the option {part!r} has no value; write name=value", source=uri)
        options[name] = (*options.get(name, ()), unquote(value))
    if not target:
        raise SourceUriError(f"nothing stands behind {found[1]}:, name what to open", source=uri)
    if hash_sign and not channel:
        raise SourceUriError("no channel stands behind the #; name one, or leave the # out", source=uri)
    return Address(
        uri, found[1].lower(), target, MappingProxyType(options), unquote(channel) if hash_sign else None
    )
