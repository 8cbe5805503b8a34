"""From journals to recordings: whole ones, torn ones, and ones that mean nothing."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from recordings.errors import BusyError, NotFoundError
from recordings.journal import JournalReader, JournalStream, JournalWriter
from recordings.journal.format import PAGE_BYTES
from recordings.lock import DatasetLock
from recordings.open import open_recording
from sensors.describe import to_journal
from sensors.open import open_sources
from sensors.recover import assemble, finish_journal, recover
from tests.sensors.session_journal import ABOUT, check_saved, journal_path, packets_of, write_session

TEARS = [6, pytest.param(100, marks=pytest.mark.soak)]


@pytest.mark.parametrize(("more", "finish"), [("", True), ("&imu=1&loss=0.03", False)])
def test_what_is_recovered_is_what_was_sent(tmp_path: Path, more: str, *, finish: bool) -> None:
    path = journal_path(tmp_path)
    write_session(path, more=more, finish=finish)
    (outcome,) = recover(tmp_path)
    check_saved(outcome)
    recording = open_recording(outcome.saved.path) if outcome.saved else None
    assert recording is not None
    assert [(event.onset_s, event.label) for event in recording.events] == [
        (pytest.approx(second, abs=2e-9), "raise" if second % 5 == 4 else "note") for second in range(20)
    ]
    assert recording.leg == "left"
    assert recording.planned_repetitions == 3
    files = {
        file: file.read_bytes() for file in tmp_path.rglob("*") if file.suffix in (".bdf", ".tsv", ".json")
    }
    (again,) = recover(tmp_path)
    assert again.skipped
    assert again.saved == outcome.saved
    assert all(file.read_bytes() == content for file, content in files.items())
    assert set(files) == {file for file in tmp_path.rglob("*") if file.suffix in (".bdf", ".tsv", ".json")}


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of a session that was killed, with its log."""
    path = tmp_path_factory.mktemp("crashed") / "crashed.journal"
    write_session(path, seconds=30, finish=False)
    return path


@pytest.mark.parametrize("tears", TEARS)
@pytest.mark.parametrize("what", ["cut", "zeroed"])
def test_a_torn_tail_is_recovered_up_to_the_tear(
    tmp_path: Path, crashed: Path, what: str, tears: int
) -> None:
    whole, no_tear = packets_of(crashed)
    assert no_tear is None
    log = crashed.with_name(f"{crashed.name}-wal")
    chance = np.random.default_rng(20261121)
    lengths: list[int] = []
    for turn in range(tears):
        dataset = tmp_path / f"{turn}"
        path = journal_path(dataset)
        path.parent.mkdir(parents=True)
        shutil.copy(crashed, path)
        content = bytearray(log.read_bytes())
        at = int(chance.integers(0, len(content)))
        if what == "cut":
            del content[at:]
        else:
            content[at:] = bytes(len(content) - at)
        path.with_name(f"{path.name}-wal").write_bytes(content)
        kept, _ = packets_of(path)
        for name, packets in kept.items():
            assert packets == whole[name][: len(packets)], "not the beginning of what was sent"
        (outcome,) = recover(dataset)
        lengths.append(len(kept["glute"]))
        if any(kept.values()):
            check_saved(outcome)
            (again,) = recover(dataset)
            assert again.skipped
        else:
            assert outcome.problem is outcome.saved is None
        shutil.rmtree(dataset)
    print(f"{what}: packets kept {sorted(lengths)} of {len(whole['glute'])}")
    assert max(lengths) > len(whole["glute"]) / 2


@pytest.mark.parametrize("what", ["cut", "zeroed"])
def test_a_torn_main_file_is_recovered_up_to_the_tear(tmp_path: Path, what: str) -> None:
    path = journal_path(tmp_path)
    write_session(path, seconds=30)
    whole, _ = packets_of(path)
    content = bytearray(path.read_bytes())
    at = max(6 * PAGE_BYTES, round(0.6 * len(content)))
    assert at < len(content) - PAGE_BYTES
    if what == "cut":
        del content[at:]
    else:
        content[at:] = bytes(len(content) - at)
    path.write_bytes(content)
    (outcome,) = recover(tmp_path)
    kept, tear = packets_of(path)
    assert tear is not None
    assert 0 < len(kept["glute"]) < len(whole["glute"])
    assert kept["glute"] == whole["glute"][: len(kept["glute"])]
    check_saved(outcome)
    assert outcome.saved is not None
    assert any(
        "tear" in note or "torn" in note or "damaged" in note
        for note in open_recording(outcome.saved.path).notes
    )


def test_a_journal_that_cannot_be_read_does_not_keep_the_others_from_being_saved(tmp_path: Path) -> None:
    bad, good = journal_path(tmp_path, "a"), journal_path(tmp_path, "b")
    write_session(good, seconds=6)
    bad.write_bytes(b"no journal at all" * 100)
    first, second = recover(tmp_path)
    assert first.problem is not None
    assert str(bad) in first.problem
    assert "\n" not in first.problem
    assert second.problem is None
    check_saved(second)
    first, second = recover(tmp_path)
    assert first.problem is not None
    assert second.skipped
    assert bad.read_bytes() == b"no journal at all" * 100, "nothing is ever removed"


def test_a_decoder_that_is_not_known_here_is_told_and_the_journal_stays(tmp_path: Path) -> None:
    path = journal_path(tmp_path)
    told = to_journal(open_sources("sim:together#glute", "sim:together#shoulder")[0].streams[0])
    stream = JournalStream(told.name, "mystery", 3, told.description)
    with JournalWriter(path, about=dict(ABOUT), streams=[stream]) as writer:
        writer.put_packet("glute", 0.1, b"bytes of a plug-in")
    (outcome,) = recover(tmp_path)
    assert outcome.problem is not None
    assert "'mystery', version 3" in outcome.problem
    with JournalReader(path) as journal:
        assert journal.state == "finished"
        assert [packet.raw for packet in journal.packets()] == [b"bytes of a plug-in"]


@pytest.mark.parametrize(
    "about",
    [
        {},
        {**ABOUT, "leg": "both"},
        {**ABOUT, "participant": "../x"},
        {**ABOUT, "glute": "XX"},
        {**ABOUT, "leg": 3},
    ],
)
def test_an_about_that_makes_no_sense_never_escapes_as_a_defect(
    tmp_path: Path, about: dict[str, object]
) -> None:
    path = journal_path(tmp_path)
    write_session(path, seconds=4, about=about)
    (outcome,) = recover(tmp_path)
    assert outcome.problem is None or "\n" not in outcome.problem
    assert outcome.problem is not None or outcome.saved is not None
    assert not [
        file
        for file in tmp_path.rglob("*.bdf")
        if tmp_path / "sub-" not in file.parents and "sub-" not in str(file)
    ]


@pytest.mark.parametrize("size", [0, 100, PAGE_BYTES])
def test_a_kill_while_the_journal_is_made_is_nothing_to_be_refused(tmp_path: Path, size: int) -> None:
    path = journal_path(tmp_path)
    path.parent.mkdir(parents=True)
    if size == PAGE_BYTES:
        # what SQLite leaves when it was told of the page's size and of the log, and of no table
        with closing(sqlite3.connect(path, isolation_level=None)) as begun:
            begun.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            begun.execute("PRAGMA journal_mode = WAL")
            begun.execute("CREATE TABLE meta (key TEXT)")
            begun.execute("DROP TABLE meta")
            begun.execute("VACUUM")
        assert path.stat().st_size == PAGE_BYTES
    else:
        path.write_bytes(bytes(size))
    for _ in range(2):
        (outcome,) = recover(tmp_path)
        assert outcome.problem is outcome.saved is None
    assert not list(tmp_path.rglob("*.bdf"))


def test_a_journal_without_a_packet_is_no_recording(tmp_path: Path) -> None:
    path = journal_path(tmp_path)
    streams = [
        stream
        for one in open_sources("sim:together#glute", "sim:together#shoulder")
        for stream in one.streams
    ]
    JournalWriter(path, about=dict(ABOUT), streams=[to_journal(one) for one in streams]).close()
    (outcome,) = recover(tmp_path)
    assert outcome.problem is None, "a kill before the first packet is nothing to be refused for ever"
    assert not list(tmp_path.rglob("*.bdf")), "nothing was received, so there is nothing to save"


def test_saving_is_not_done_twice_when_the_mark_was_lost(tmp_path: Path) -> None:
    path = journal_path(tmp_path)
    write_session(path, seconds=6)
    unmarked = path.read_bytes()
    saved = finish_journal(path, tmp_path)
    path.write_bytes(unmarked)
    (outcome,) = recover(tmp_path)
    assert outcome.saved == saved
    assert len({file.name.split("_run-")[1][0] for file in tmp_path.rglob("*.bdf")}) == 1


def test_a_recording_that_was_spoilt_after_it_was_saved_is_told(tmp_path: Path) -> None:
    path = journal_path(tmp_path)
    write_session(path, seconds=6)
    unmarked = path.read_bytes()
    saved = finish_journal(path, tmp_path)
    path.write_bytes(unmarked)
    content = bytearray(saved.path.read_bytes())
    content[5000] ^= 0x40
    saved.path.write_bytes(content)
    (outcome,) = recover(tmp_path)
    assert outcome.problem is not None
    assert "not what the journal holds" in outcome.problem
    with JournalReader(path) as journal:
        assert journal.state == "finished", "it is not marked as saved"


def test_recovering_waits_for_no_recording(tmp_path: Path) -> None:
    write_session(journal_path(tmp_path), seconds=4)
    with DatasetLock(tmp_path), pytest.raises(BusyError):
        recover(tmp_path)
    assert [one.problem for one in recover(tmp_path)] == [None]


def test_a_folder_without_journals_is_not_made_into_a_dataset(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotFoundError, match="no journals"):
            recover(folder)
    assert not list(tmp_path.iterdir())


def test_a_journal_is_read_again_years_later(tmp_path: Path) -> None:
    path = journal_path(tmp_path)
    write_session(path, seconds=6)
    with JournalReader(path) as journal:
        first = assemble(journal)
    finish_journal(path, tmp_path)
    with JournalReader(path) as journal:
        second = assemble(journal)
    for one, other in zip(first.recording.signals, second.recording.signals, strict=True):
        assert np.array_equal(one.samples, other.samples, equal_nan=True)
        assert (one.rate_hz, one.start_s) == (other.rate_hz, other.start_s)
    with sqlite3.connect(path) as plain:
        (count,) = plain.execute("SELECT count(*) FROM packets").fetchone()
    plain.close()
    assert count > 1000
