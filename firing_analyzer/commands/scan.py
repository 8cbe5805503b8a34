"""``firing-analyzer scan``: what is on the air, and what to write to record from it."""

import asyncio
import json
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from sensors.ble.scan import Found

_SCHEMA: Final = "firing-analyzer/scan/1"
_NOTHING: Final = (
    "No Bluetooth sensor was heard. Switch the sensors on, bring them near, end other programs that are "
    "connected to them, and try again. firing-analyzer doctor looks at this machine's radio."
)


@click.command()
@click.option(
    "--seconds",
    metavar="N",
    type=click.FloatRange(min=0.1, max=600),
    default=5.0,
    show_default=True,
    help="How long to listen.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
def scan(*, seconds: float, as_json: bool) -> None:
    """List the Bluetooth sensors on the air, with the URIs to record from them."""
    from sensors.ble.scan import scan as listen  # noqa: PLC0415

    found = asyncio.run(listen(seconds))
    click.echo(json.dumps(to_json(found)) if as_json else to_text(found))


def to_json(found: "tuple[Found, ...]") -> dict[str, object]:
    """Return what was heard as JSON values; unknown ones are None."""
    return {
        "schema": _SCHEMA,
        "devices": [
            {
                "name": one.advertised.name,
                "address": one.advertised.address,
                "rssi_dbm": one.advertised.rssi_dbm,
                "battery_percent": one.battery_percent,
                "device": one.device.code if one.device is not None else None,
                "title": one.device.title if one.device is not None else None,
                "takes_both_muscles": one.takes_both,
                "cautions": list(one.device.cautions) if one.device is not None else [],
                "uris": list(one.uris),
            }
            for one in found
        ],
    }


def to_text(found: "tuple[Found, ...]") -> str:
    """Write what was heard for a person: sensors with their URIs, then the others in one line."""
    sensors = [one for one in found if one.device is not None]
    others = [one for one in found if one.device is None]
    lines = [line for one in sensors for line in _lines(one)]
    if not sensors:
        lines.append(_NOTHING)
    elif any(one.takes_both for one in sensors):
        lines.append(
            "Recommended: both muscles on one device, --glute with #1 and --shoulder with #2; they share its "
            "clock, so nothing of the time between them is in doubt."
        )
    if others:
        names = sorted({one.advertised.name for one in others if one.advertised.name})
        told = f": {', '.join(names)}" if names else ""
        lines.append(f"{len(others)} other device{'s' * (len(others) > 1)} cannot be recorded from{told}.")
    return "\n".join(lines)


def _lines(one: "Found") -> list[str]:
    assert one.device is not None  # noqa: S101  (the caller has looked)
    about = [one.device.title, one.advertised.name or "without a name"]
    if one.advertised.rssi_dbm is not None:
        about.append(f"{one.advertised.rssi_dbm} dBm")
    if one.battery_percent is not None:
        about.append(f"battery {one.battery_percent:.0f} %")
    cautions = [f"  note: {caution}" for caution in one.device.cautions]
    return [", ".join(about), *(f"  {uri}" for uri in one.uris), *cautions]
