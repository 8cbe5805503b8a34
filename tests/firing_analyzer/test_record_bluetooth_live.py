"""The program at one terminal, the sensors at another, in real time: as with hardware."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import firing_analyzer
from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER
from sensors.virtual.bus import BUS_VARIABLE, can_have_bus

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
FIRST, SECOND = "F0:00:00:00:00:01", "F0:00:00:00:00:02"
pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not (sys.platform == "linux" and can_have_bus()),
        reason="a message bus of its own needs Linux and dbus-daemon",
    ),
]
#: What the program asks, and what is typed for the person who wears the sensors.
CUES = {"Lift your leg": "raise", "For practice": "practice", "Shrug your shoulders": "shrug"}


def start(*command: str, bus: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **({BUS_VARIABLE: bus} if bus else {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tell(program: "subprocess.Popen[str]", word: str) -> None:
    assert program.stdin is not None
    program.stdin.write(f"{word}\n")
    program.stdin.flush()


def close(program: "subprocess.Popen[str]") -> None:
    for pipe in (program.stdin, program.stdout, program.stderr):
        assert pipe is not None
        pipe.close()


@pytest.mark.parametrize(
    ("codes", "sources", "scenario", "drops"),
    [
        (("npg_lite",), (f"npg_lite:{FIRST}#1", f"npg_lite:{FIRST}#2"), "shoulder_first", 0),
        (("bitalino",), (f"bitalino:{FIRST}#1", f"bitalino:{FIRST}#2"), "shoulder_first", 0),
        (("ganglion",), (f"ganglion:{FIRST}#1", f"ganglion:{FIRST}#2"), "shoulder_first", 0),
        (("umyo", "umyo"), (f"umyo:{FIRST}", f"umyo:{SECOND}"), "glute_first", 0),
        (("umyo", "umyo"), (f"umyo:{FIRST}", f"umyo:{SECOND}"), "glute_first", 1),
    ],
    ids=["npg_lite", "bitalino", "ganglion", "umyo pair", "umyo pair, one drops"],
)
def test_a_whole_session_in_real_time(
    codes: tuple[str, ...], sources: tuple[str, str], scenario: str, drops: int, tmp_path: Path
) -> None:
    sensors = start("sensors.virtual", *codes, "--scenario", scenario)
    assert sensors.stdout is not None
    bus = sensors.stdout.readline().strip().partition("=")[2]
    try:
        program = start(
            *("firing_analyzer", "record", "--leg", "left", "--participant", "01", "--repetitions", "6"),
            *("--glute", f"ble:{sources[0]}", "--shoulder", f"ble:{sources[1]}", "--out", str(tmp_path)),
            bus=bus,
        )
        assert program.stderr is not None
        assert program.stdout is not None
        watchdog = threading.Timer(240, program.kill)
        watchdog.start()
        said: list[str] = []
        for line in program.stderr:
            said.append(line)
            for words, word in CUES.items():
                if words in line:
                    tell(sensors, word)
            if drops and "Lift your leg. (3 of 6)" in line:
                tell(sensors, "drop 2")
        told = program.stdout.read()
        assert program.wait(30) == 0, "".join(said[-5:])
        watchdog.cancel()
        close(program)
    finally:
        tell(sensors, "quit")
        assert sensors.wait(20) == 0
        close(sensors)
    (journal,) = (tmp_path / JOURNAL_FOLDER).glob("*.journal")
    with JournalReader(journal) as reader:
        detail = {one.name: [packet.raw for packet in reader.packets(one.name)] for one in reader.streams}
    marks = sum(not raw for raw in detail["shoulder"])
    assert marks == drops
    assert "Saved:" in told
    first = {"shoulder_first": "right upper trapezius", "glute_first": "left gluteus maximus"}[scenario]
    assert f"Activity of the {first} began before" in told or codes == ("ganglion",), told
