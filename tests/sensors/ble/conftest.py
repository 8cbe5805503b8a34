"""The radio's own device, known to the program for as long as a test runs."""

import asyncio
import sys
from typing import Any

import pytest

from sensors.devices import registry
from sensors.virtual.bus import can_have_bus
from tests.sensors.ble.bench import BENCH, RunOn, Scenario, on_stack


@pytest.fixture
def run_on(monkeypatch: pytest.MonkeyPatch) -> RunOn:
    monkeypatch.setattr(registry, "PROFILES", {**registry.PROFILES, "bench": BENCH})

    def run(stack: str, scenario: Scenario, *, within_s: float = 20.0, **service: Any) -> None:
        if stack.endswith("bumble"):
            pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
        if stack.startswith("bluez") and not (sys.platform == "linux" and can_have_bus()):
            pytest.skip("a message bus of its own needs Linux and dbus-daemon")

        async def go() -> None:
            async with asyncio.timeout(within_s), on_stack(stack, **service) as bench:
                await scenario(bench)

        asyncio.run(go())

    return run
