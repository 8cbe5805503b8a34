"""The dataset behind the page."""

from pathlib import Path

import pytest

from firing_analyzer.app.store import Opened, Store, report_stem
from firing_analyzer.pipeline import analyze
from recordings.errors import NotFoundError
from recordings.synth import Schedule, simulate_session

BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0)


@pytest.fixture(scope="module")
def opened() -> Opened:
    recording = simulate_session(seed=1, lags_ms=[-150.0] * 5, schedule=BRISK, rate_hz=1000.0).recording
    return Opened("dropped/one.csv", recording, analyze(recording))


def test_a_second_report_does_not_replace_the_first(tmp_path: Path, opened: Opened) -> None:
    store = Store(tmp_path / "new")
    first, second = (store.save_report(opened, ".html") for _ in range(2))
    assert [first.name, second.name] == ["one_report.html", "one_report-2.html"]
    assert all(path.read_text(encoding="utf-8").endswith("</html>") for path in (first, second))
    assert first.parent == tmp_path / "new" / "derivatives" / "firing-analyzer"


@pytest.mark.parametrize("name", ["..", "../x.csv", "/etc/passwd", "", "nothing.csv", "a\x00b"])
def test_only_files_below_the_dataset_have_a_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.csv").write_text("x")
    with pytest.raises(NotFoundError):
        Store(tmp_path / "dataset").path(name)


def test_a_name_cannot_lead_a_report_out_of_its_folder(tmp_path: Path, opened: Opened) -> None:
    store = Store(tmp_path / "dataset")
    for name in ("../../../out.csv", "/tmp/out.csv", "dropped/..\\..\\out.csv"):
        opened.name = name
        assert store.save_report(opened, ".html").parent == store.dataset / "derivatives" / "firing-analyzer"
    opened.name = "dropped/one.csv"


def test_not_more_recordings_stay_open_than_memory_allows(tmp_path: Path, opened: Opened) -> None:
    store = Store(tmp_path)
    for number in range(30):
        store.take(f"dropped/{number}", opened.recording, opened.analysis)
    assert store.opened("dropped/29").analysis is opened.analysis
    with pytest.raises(NotFoundError):
        store.opened("dropped/1")


def test_a_report_is_called_after_its_recording() -> None:
    assert report_stem("sub-01/emg/sub-01_acq-left_run-1_emg.bdf") == "sub-01_acq-left_run-1_report"
