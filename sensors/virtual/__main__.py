"""``python -m sensors.virtual npg_lite movesense``: virtual Bluetooth sensors, to try without hardware.

It prints a line for another terminal's environment; there, scan, record and the app find the sensors. Here,
what is typed is what happens to the person who wears them, and to the sensors.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

from recordings.extras import how_to_install
from recordings.model import EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER
from sensors.errors import SensorError
from sensors.virtual.air import Air, VirtualSensor
from sensors.virtual.bus import BUS_VARIABLE
from sensors.virtual.makers import worn_sensors
from sensors.virtual.wearer import Wearer

_CUES = {"": EVENT_RAISE, "raise": EVENT_RAISE, "practice": EVENT_PRACTICE, "shrug": EVENT_REFERENCE_SHOULDER}
_HELP = """Type, and press Enter:
  nothing, or raise   the person lifts the leg now (as with the cue "Lift your leg")
  practice, shrug     the person does that now
  drop N              sensor N loses its connection
  silence N, sound N  it stops sending, it sends again
  off N, on N         it cannot be reached, it can again
  quit"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until ``quit`` or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m sensors.virtual", description=__doc__)
    parser.add_argument("sensors", nargs="+", help="npg_lite, umyo, bitalino, ganglion, movesense")
    parser.add_argument("--scenario", default="shoulder_first", help="what the person does, as with sim:")
    parser.add_argument("--seed", type=int, default=0, help="another person")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster their time runs")
    wanted = parser.parse_args(arguments)
    try:
        wearer = Wearer(wanted.scenario, seed=wanted.seed)
        asyncio.run(_run(worn_sensors(wanted.sensors, wearer), wearer, Air(speed=wanted.speed)))
    except (SensorError, ValueError, ImportError) as problem:
        missing = (problem.name or "bumble").partition(".")[0] if isinstance(problem, ImportError) else ""
        needs = f"; {how_to_install(missing, extra='virtual')}" if missing else ""
        sys.stderr.write(f"sensors.virtual: {problem}{needs}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


async def _run(sensors: list[VirtualSensor], wearer: Wearer, air: Air) -> None:
    from sensors.virtual.radio import virtual_radio  # noqa: PLC0415  (the optional library bumble)

    async with virtual_radio(sensors, air) as radio:
        _say(f"export {BUS_VARIABLE}={radio.bus}")
        for number, sensor in enumerate(sensors, start=1):
            _say(f"# {number}: {sensor.firmware.name} at {sensor.address}")
        if sys.stdin.isatty():
            _say(_HELP)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, ended.set)
        lines = asyncio.create_task(_obey(radio.sensors, wearer, air, ended))
        await ended.wait()
        lines.cancel()


async def _obey(sensors: Sequence[VirtualSensor], wearer: Wearer, air: Air, ended: asyncio.Event) -> None:
    """Do what is typed; without anybody who types, go on all the same."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    listening = threading.Thread(
        target=_listen, args=(lambda line: loop.call_soon_threadsafe(lines.put_nowait, line),), daemon=True
    )
    listening.start()
    while True:
        word, _, number = (await lines.get()).strip().partition(" ")
        if word == "quit":
            ended.set()
        elif word in _CUES:
            wearer.hear(_CUES[word], air.now_s())
        elif number.isdigit() and 1 <= int(number) <= len(sensors):
            await _happen(word, sensors[int(number) - 1])
        else:
            _say(_HELP)


def _listen(take: Callable[[str], object]) -> None:
    """Take what is typed, a line at a time, until nobody types any more.

    Not by way of Python's own buffer of standard input: at the end of the program its lock would be held.
    """
    typed = b""
    while piece := os.read(sys.stdin.fileno(), 4096):
        *lines, typed = (typed + piece).split(b"\n")
        for line in lines:
            take(line.decode(errors="replace"))


async def _happen(word: str, sensor: VirtualSensor) -> None:
    mishaps = sensor.mishaps
    if word in ("off", "on"):
        mishaps.off = word == "off"
    elif word in ("silence", "sound"):
        mishaps.silent = word == "silence"
    if word in ("off", "drop") and sensor.link is not None:
        await sensor.link.hang_up()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
