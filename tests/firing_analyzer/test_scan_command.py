"""``scan`` and the radio in ``doctor``, as somebody at a terminal meets them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import firing_analyzer
from firing_analyzer.commands.scan import to_json, to_text
from sensors.ble.scan import Found
from sensors.devices.profile import Advertised
from sensors.devices.registry import PROFILES
from sensors.virtual.bus import BUS_VARIABLE, can_have_bus

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
NPG = Found(Advertised("F0:00:00:00:00:01", "NPG-Lite-3CH:4A:7F", rssi_dbm=-52), PROFILES["npg_lite"], 81.0)
UMYO = Found(Advertised("F0:00:00:00:00:02", "uMyo-4F21"), PROFILES["umyo"])
KETTLE = Found(Advertised("F0:00:00:00:00:03", "Kettle", rssi_dbm=-30), None)
virtual = pytest.mark.skipif(
    not (sys.platform == "linux" and can_have_bus()),
    reason="a message bus of its own needs Linux and dbus-daemon",
)


def test_a_scan_prints_what_to_write_and_recommends_one_device_for_both_muscles() -> None:
    lines = to_text((NPG, UMYO, KETTLE)).splitlines()
    assert lines[0] == "NPG Lite, NPG-Lite-3CH:4A:7F, -52 dBm, battery 81 %"
    assert lines[1:3] == ["  ble:npg_lite:F0:00:00:00:00:01#1", "  ble:npg_lite:F0:00:00:00:00:01#2"]
    assert "uMyo, uMyo-4F21" in lines
    assert "  ble:umyo:F0:00:00:00:00:02" in lines
    assert lines[-2].startswith(
        "Recommended: both muscles on one device, --glute with #1 and --shoulder with #2"
    )
    assert lines[-1] == "1 other device cannot be recorded from: Kettle."


def test_nothing_is_recommended_that_is_not_there_and_an_empty_air_says_what_to_do() -> None:
    assert "Recommended" not in to_text((UMYO,))
    assert to_text(()).startswith("No Bluetooth sensor was heard. Switch the sensors on")
    assert to_text((KETTLE, KETTLE)).endswith("2 other devices cannot be recorded from: Kettle.")


def test_the_json_of_a_scan_holds_what_is_known_and_null_for_the_rest() -> None:
    told = json.loads(json.dumps(to_json((NPG, KETTLE))))
    assert told["schema"] == "firing-analyzer/scan/1"
    sensor, other = told["devices"]
    assert sensor["uris"][0] == "ble:npg_lite:F0:00:00:00:00:01#1"
    assert (sensor["device"], sensor["battery_percent"], sensor["takes_both_muscles"]) == (
        "npg_lite",
        81.0,
        True,
    )
    assert (other["device"], other["title"], other["uris"], other["battery_percent"]) == (
        None,
        None,
        [],
        None,
    )


def ran(*command: str, bus: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "firing_analyzer", *command],
        cwd=ROOT,
        env={**os.environ, BUS_VARIABLE: bus},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def virtual_sensors() -> Iterator[str]:
    """Virtual sensors in a program of their own; yields the address of their message bus."""
    pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
    command = [sys.executable, "-m", "sensors.virtual", "npg_lite", "movesense"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        line = program.stdout.readline()
        assert line.startswith(f"export {BUS_VARIABLE}=unix:"), line
        assert "F0:00:00:00:00:02" in program.stdout.readline() + program.stdout.readline()
        try:
            yield line.strip().partition("=")[2]
        finally:
            program.stdin.write("quit\n")
            program.stdin.flush()
            assert program.wait(20) == 0


@virtual
def test_scan_hears_the_virtual_sensors_of_another_program(virtual_sensors: str) -> None:
    done = ran("scan", "--seconds", "1.5", "--json", bus=virtual_sensors)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    devices = {one["device"]: one for one in json.loads(done.stdout)["devices"]}
    assert devices.keys() == {"npg_lite", "movesense"}
    assert devices["movesense"]["uris"] == ["ble:movesense:F0:00:00:00:00:02"]
    text = ran("scan", "--seconds", "1.5", bus=virtual_sensors)
    assert "  ble:npg_lite:F0:00:00:00:00:01#2" in text.stdout.splitlines()


@virtual
def test_doctor_says_that_the_radio_listens(virtual_sensors: str) -> None:
    done = ran("doctor", bus=virtual_sensors)
    assert done.returncode == 0, done.stderr
    assert "ok       Bluetooth radio: it is switched on and listens" in done.stdout.splitlines()


@virtual
def test_without_a_bluetooth_service_scan_is_refused_in_one_line_and_doctor_says_what_is_missing() -> None:
    bus = "unix:path=/nowhere/at/all"
    done = ran("scan", "--seconds", "0.2", bus=bus)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("firing-analyzer: the Bluetooth service of this system does not answer; run sudo")
    told = ran("doctor", bus=bus).stdout
    assert "missing  Bluetooth radio: the Bluetooth service of this system does not answer -> run" in told


@virtual
def test_virtual_sensors_go_on_without_anybody_who_types_and_end_when_they_are_told() -> None:
    pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
    command = [sys.executable, "-W", "error", "-m", "sensors.virtual", "npg_lite"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        bus = program.stdout.readline().strip().partition("=")[2]
        assert "NPG-Lite" in ran("scan", "--seconds", "1", bus=bus).stdout
        program.terminate()
        assert program.wait(20) == 0
        assert program.stderr.read() == ""
    assert not Path(bus.partition("path=")[2]).exists()


@pytest.mark.parametrize(
    ("sensor", "words"),
    [
        ("toaster", "there is no virtual 'toaster'; use npg_lite"),
        ("umyo:both", "it cannot be worn at 'both'"),
    ],
)
def test_a_virtual_sensor_that_is_not_known_is_refused_in_one_line(sensor: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sensors.virtual", sensor],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert words in line
