"""Kills and rivals while a recording is saved: all of it is there, or nothing."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recordings.dataset.bids import finish_interrupted, saved_from
from recordings.dataset.names import beside
from recordings.errors import UnreadableError
from recordings.find import find_recordings
from recordings.open import open_recording
from tests.recordings.dataset.two_sensors import block_of

SAVE_MANY = """
import sys
from pathlib import Path
import numpy as np
from recordings.dataset.bids import save_recording
from recordings.model import Channel, Recording, Signal
seed = int(sys.argv[2])
signal = Signal(Channel("GM_L", unit="uV"), np.full(1500, float(seed)), 1000.0)
for _ in range(8):
    print(save_recording(sys.argv[1], Recording((signal,)), participant="01", leg="left").path, seed)
"""


def test_two_processes_never_take_the_same_run(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE_MANY, str(tmp_path), str(seed)], stdout=subprocess.PIPE, text=True
        )
        for seed in (1, 2, 3)
    ]
    lines = [line for process in processes for line in process.communicate(timeout=120)[0].splitlines()]
    assert len({line.split()[0] for line in lines}) == len(lines) == 24
    for path, seed in (line.split() for line in lines):
        np.testing.assert_allclose(open_recording(path)["GM_L"].samples, float(seed), atol=1e-4)
    assert (tmp_path / "participants.tsv").read_text() == "participant_id\nsub-01\n"
    scans = (tmp_path / "sub-01" / "sub-01_scans.tsv").read_text().splitlines()
    assert Counter(len(line.split("\t")) for line in scans) == {3: 25}


# Kills itself at the n-th thing it does to the disk, for every n, until a save comes to its end.
KILL_EVERYWHERE = """
import os, signal, sys
import numpy as np
from recordings.dataset.bids import save_recording
from recordings.model import Channel, Recording, Signal
import edfio

CHANGES = {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}
samples = np.arange(1500.0)
signals = [Signal(Channel(label, unit="uV", device=label), samples, 1000.0) for label in ("GM_L", "UT_R")]
signals.append(Signal(Channel("THIGH_L_ACC_X", "acc", "m/s2", device="GM_L"), samples[:150], 100.0))
recording = Recording(tuple(signals), shared_clock=False)

def save(n):
    left = n
    def die(event, arguments):
        nonlocal left
        if event in CHANGES and sys.argv[1] in str(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(die)
    save_recording(sys.argv[1], recording, participant=f"{n:03}", leg="left", source=str(n))

n = 0
while True:
    child = os.fork()
    if not child:
        save(n)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    n += 1
print(n)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
def test_a_crash_at_any_moment_leaves_all_or_nothing(
    tmp_path: Path, assert_valid: Callable[[Path], None]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILL_EVERYWHERE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    moments = int(done.stdout)
    assert moments > 40
    whole = np.arange(1500.0)

    def opened() -> set[str]:
        found: set[str] = set()
        for path in find_recordings(tmp_path):
            if not all(beside(path, name).exists() for name in block_of(path)["Files"]):
                with pytest.raises(UnreadableError, match="is missing"):
                    open_recording(path)
                continue
            recording = open_recording(path)
            for label in ("GM_L", "UT_R"):
                np.testing.assert_allclose(recording[label].samples, whole, atol=1e-3)
            np.testing.assert_array_equal(recording["THIGH_L_ACC_X"].samples, whole[:150])
            found.add(path.name[:7])
        return found

    at_once = opened()
    finished = finish_interrupted(tmp_path)
    afterwards = opened()
    assert at_once <= afterwards
    assert {f"sub-{moments:03}"} <= afterwards < {f"sub-{n:03}" for n in range(moments + 1)}
    assert {saved.path.name[:7] for saved in finished} >= afterwards - at_once
    assert finished
    assert finish_interrupted(tmp_path) == []
    assert not list(tmp_path.rglob(".*"))
    for n in range(moments + 1):
        found = saved_from(tmp_path, str(n))
        assert (found is not None) == (f"sub-{n:03}" in afterwards)
    # Tables and folders are those of the recordings that are there, as BIDS demands.
    listed = (tmp_path / "participants.tsv").read_text().split()[1:]
    assert sorted(listed) == sorted(afterwards) == sorted(path.name for path in tmp_path.glob("sub-*"))
    for person in afterwards:
        scans = (tmp_path / person / f"{person}_scans.tsv").read_text().splitlines()[1:]
        data = [*(tmp_path / person).glob("emg/*.bdf"), *(tmp_path / person).glob("motion/*_motion.tsv")]
        files = {f"{file.parent.name}/{file.name}" for file in data}
        assert len(files) == 3
        assert Counter(line.split("\t")[0] for line in scans) == dict.fromkeys(files, 1)
    assert_valid(tmp_path)
