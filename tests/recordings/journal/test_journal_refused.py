"""What is no journal, or not what was written, is refused or read up to there."""

import sqlite3
from pathlib import Path

import pytest

from recordings.errors import JournalError, NotFoundError, UnreadableError, UnsupportedError
from recordings.journal import JournalReader, JournalStream, JournalWriter
from recordings.journal.format import row_crc
from tests.recordings.journal.begun_journal import GLUTE, begun, files


def test_nothing_is_overwritten(path: Path) -> None:
    with begun(path) as writer:
        writer.put_packet("glute", 0.0, b"x")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="exists already"):
        begun(path)
    assert path.read_bytes() == before


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no journal is at this path"):
        JournalReader(tmp_path / "none.journal")
    for name, content in {"empty": b"", "text": b"a,b\n" * 999, "zeros": bytes(1 << 20)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError, match="no journal, or its beginning is torn"):
            JournalReader(tmp_path / name)
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    with pytest.raises(UnreadableError, match="no such table: meta"):
        JournalReader(tmp_path / "other")


def test_a_newer_version_is_refused(path: Path) -> None:
    begun(path).finish()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '2', crc = ? WHERE key = 'version'", (row_crc("version", "2"),))
    db.close()
    with pytest.raises(UnsupportedError, match="version 2, newer than 1; update this program"):
        JournalReader(path)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE packets SET raw = x'00' WHERE id = 5",
        "UPDATE packets SET arrival_s = 9.0 WHERE id = 5",
        "UPDATE packets SET seq = 99 WHERE id = 5",
        "UPDATE packets SET stream = 1 WHERE id = 5",
        "UPDATE packets SET stream = 7 WHERE id = 5",
        "UPDATE packets SET raw = 'text', crc = 0 WHERE id = 5",
        "UPDATE packets SET seq = 'text' WHERE id = 5",
        "DELETE FROM packets WHERE id = 5",
    ],
)
def test_reading_ends_at_a_row_that_is_not_what_was_written(path: Path, harm: str) -> None:
    with begun(path) as writer:
        for n in range(10):
            writer.put_packet("glute", n / 10, bytes([n]))
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    with JournalReader(path) as reader:
        assert [packet.raw for packet in reader.packets("glute")] == [bytes([n]) for n in range(4)]
        assert (
            reader.tear == "the journal is torn: of its packets the first 4 are whole, the rest is left out"
        )


def test_input_that_makes_no_sense_is_refused_and_named(path: Path) -> None:
    with begun(path) as writer:
        with pytest.raises(JournalError, match="no stream is named 'thigh'; name one of glute, shoulder"):
            writer.put_packet("thigh", 0.0, b"")
        with pytest.raises(JournalError, match="nan is not a time"):
            writer.put_packet("glute", float("nan"), b"")
        with pytest.raises(JournalError, match="'cue' or its detail is not JSON"):
            writer.put_event(0.0, "cue", {"x": float("inf")})
        with pytest.raises(JournalError, match="is not JSON"):
            writer.put_event(0.0, "half a \ud800 character")
        with JournalReader(path) as reader, pytest.raises(JournalError, match="no stream is named 'thigh'"):
            reader.packets("thigh")
    with pytest.raises(JournalError, match="same name"):
        JournalWriter(path.with_name("b"), about={}, streams=[GLUTE, GLUTE])
    with pytest.raises(JournalError, match="not JSON"):
        JournalWriter(path.with_name("b"), about={}, streams=[JournalStream("\ud800", "packed")])
    with pytest.raises(JournalError, match="not JSON"):
        JournalWriter(path.with_name("b"), about={"x": float("nan")}, streams=[GLUTE])
    assert files(path) == ["session.journal"]
