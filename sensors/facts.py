"""What a journal tells of how it was measured: devices, electrodes, the date where it was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from recordings.dataset.acquisition import DeviceFacts, Facts
from recordings.dataset.setup import Setup
from recordings.journal import Json
from sensors.model import Setting, Stream

#: A stream's settings may hold what the device tells of itself, under this key: ``manufacturer``, ``model``,
#: ``firmware``, ``serial`` (texts) and ``hardware_filters`` (as BIDS has them).
DEVICE: Final = "device"


def facts_of(about: Mapping[str, Json], streams: Sequence[Stream]) -> Facts:
    """Bring together what was noted when a session began.

    Parameters
    ----------
    about : mapping
        ``instructions``, ``details``, ``sources``; ``setup`` (see `recordings.dataset.setup.Setup`) and
        ``acquired_at`` (ISO 8601) where they were given.
    streams : sequence of Stream

    Returns
    -------
    Facts

    Raises
    ------
    recordings.errors.UnreadableError
        If the setup is not one that this version knows.
    """
    setup = Setup.from_dict(about.get("setup") or {})
    facts = setup.facts(glute=_text(about.get("glute")), shoulder=_text(about.get("shoulder")))
    details = about.get("details")
    return replace(
        facts,
        instructions=_text(about.get("instructions")),
        device_facts={stream.device: _device(stream.settings.get(DEVICE)) for stream in streams},
        devices={stream.device: {"Source": about.get("sources", {})} for stream in streams},
        details={**(details if isinstance(details, dict) else {}), **facts.details},
        acquired_at=_time(_text(about.get("acquired_at"))),
    )


def _device(told: Setting) -> DeviceFacts:
    known = told if isinstance(told, dict) else {}
    filters = known.get("hardware_filters")
    return DeviceFacts(
        _text(known.get("manufacturer")),
        _text(known.get("model")),
        _text(known.get("firmware")),
        _text(known.get("serial")),
        dict(filters) if isinstance(filters, dict) else {},
    )


def _text(told: object) -> str | None:
    return told if isinstance(told, str) and told else None


def _time(told: str | None) -> datetime | None:
    try:
        return None if told is None else datetime.fromisoformat(told)
    except ValueError:
        return None
