"""The report as somebody who prints it, keeps it or gives it away meets it."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from firing_analyzer.errors import AnalysisError
from firing_analyzer.report.content import report_content
from firing_analyzer.report.html import html_report
from firing_analyzer.report.pdf import pdf_report
from firing_analyzer.report.save import save_report
from firing_analyzer.result import Trace
from firing_analyzer.words import LIMITS, limits, verdict_sentence
from recordings.synth import Schedule, simulate_session

DAY = date(2026, 3, 4)
BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0)
MARKUP = "<img src=x onerror=alert(1)>&{{7*7}}$\\frac{$"
#: What no report says of a person.
BARRED = ("abnormal", "dysfunction", "inhibited", "amnesia", "healthy order", "pathological", "wrong order")
pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not here")


def session(*lags_ms: float | None, seed: int = 1) -> fa.Analysis:
    return fa.analyze(simulate_session(seed=seed, lags_ms=lags_ms, schedule=BRISK, rate_hz=1000.0).recording)


@pytest.fixture(scope="module")
def shoulder_first() -> fa.Analysis:
    return session(*[-140.0, -150.0, -130.0, -145.0, -160.0, -135.0])


@pytest.fixture(scope="module")
def torn() -> fa.Analysis:
    return session(-200.0, 190.0, -180.0, 210.0, -220.0, 200.0)


def renamed(analysis: fa.Analysis, label: str) -> fa.Analysis:
    def trace(of: Trace) -> Trace:
        return replace(of, channel=replace(of.channel, label=label, muscle=None, device=label))

    return replace(
        analysis,
        glute=trace(analysis.glute),
        shoulder=trace(analysis.shoulder),
        notes=(label,),
        path=Path(f"{label.replace('/', '')}.csv"),
    )


class Seen(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "data"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def pdf_text(pdf: bytes, tmp_path: Path, *, page: int | None = None) -> str:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    done = subprocess.run(["pdftotext", *pages, str(file), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def n_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_sentence_comes_before_everything_else(shoulder_first: fa.Analysis) -> None:
    text = Seen(html_report(shoulder_first, made=DAY)).text
    sentence = verdict_sentence(shoulder_first)
    assert text.index(sentence) < text.index("6 raises") < text.index("Raise by raise") < text.index("Method")


def test_html_says_all_that_a_report_must_say(shoulder_first: fa.Analysis) -> None:
    text = Seen(html_report(shoulder_first, made=DAY)).text
    for row in shoulder_first.rows:
        assert f"{row.glute_onset_s:.3f}" in text
        assert f"{row.shoulder_onset_s:.3f}" in text
    for said in (*limits(shoulder_first), "one clock", "margin_ms = 50", "numpy", "scipy", "2026-03-04"):
        assert said in text
    assert "Simulated" in text
    assert "Not a certified medical device" in text


def test_html_needs_nothing_from_anywhere(shoulder_first: fa.Analysis) -> None:
    seen = Seen(html_report(shoulder_first))
    assert "script" not in seen.tags
    assert "link" not in seen.tags
    assert len(seen.addresses) == 3
    assert all(address.startswith("data:image/svg+xml;base64,") for address in seen.addresses)
    assert "http" not in html_report(shoulder_first).replace("http-equiv", "")


def test_a_label_with_markup_stands_in_the_report_as_it_was_typed(shoulder_first: fa.Analysis) -> None:
    page = html_report(renamed(shoulder_first, MARKUP))
    seen = Seen(page)
    assert "<img src=x" not in page
    assert MARKUP in seen.text
    assert seen.tags.count("img") == 3
    assert "49" not in seen.text.partition("Notes on the recording")[2].partition("Method")[0]


@pdftotext
def test_a_label_with_a_dollar_sign_is_no_formula_in_the_pdf(
    shoulder_first: fa.Analysis, tmp_path: Path
) -> None:
    assert "\\frac{$" in pdf_text(pdf_report(renamed(shoulder_first, MARKUP)), tmp_path)


@pdftotext
def test_the_summary_is_one_page_of_the_pdf(shoulder_first: fa.Analysis, tmp_path: Path) -> None:
    first = pdf_text(pdf_report(shoulder_first, made=DAY), tmp_path, page=1)
    for sentence in (verdict_sentence(shoulder_first), *LIMITS):
        assert sentence.replace(" ", "") in first.replace("\xa0", " ").replace(" ", "")
    assert "Raise by raise" not in first


@pdftotext
def test_reasons_and_what_to_do_stand_on_the_first_page(torn: fa.Analysis, tmp_path: Path) -> None:
    assert torn.verdict == "cannot_tell"
    first = pdf_text(pdf_report(torn), tmp_path, page=1)
    assert "Cannot tell" in first
    assert "Record again with every raise alike" in first
    assert first.index("Why it cannot be told") < first.index("This program is not a medical device")


@pdftotext
@pytest.mark.parametrize("repeat", [3, 7])
def test_many_raises_still_have_a_summary_of_one_page_and_all_their_rows(
    shoulder_first: fa.Analysis, tmp_path: Path, repeat: int
) -> None:
    rows = tuple(
        replace(row, repetition=number) for number, row in enumerate(shoulder_first.rows * repeat, start=1)
    )
    pdf = pdf_report(replace(shoulder_first, rows=rows))
    first = pdf_text(pdf, tmp_path, page=1)
    assert LIMITS[-1] in first
    assert "All raises" in pdf_text(pdf, tmp_path, page=2)
    table = pdf_text(pdf, tmp_path).partition("Raise by raise")[2].partition("The whole recording")[0]
    assert len(re.findall(r"shoulder first", table)) >= len(rows)


def test_a_recording_without_raises_has_a_report() -> None:
    recording = simulate_session(seed=2, lags_ms=[-100.0], schedule=BRISK, rate_hz=1000.0).recording
    quiet = [replace(one, samples=one.samples[:7000]) for one in recording.signals]
    analysis = fa.analyze(replace(recording, signals=tuple(quiet), events=()))
    assert not analysis.rows
    assert "no raise was found" in Seen(html_report(analysis)).text
    assert pdf_report(analysis).startswith(b"%PDF")


@pytest.mark.parametrize("lags_ms", [(-140.0,) * 6, (150.0,) * 6, (5.0,) * 6, (None,) * 6])
def test_no_report_judges_a_person(lags_ms: tuple[float | None, ...]) -> None:
    text = Seen(html_report(session(*lags_ms, seed=4))).text.lower()
    for word in BARRED:
        assert word not in text
    # "normal" only where it is denied
    assert text.count("normal") == text.count("no agreed normal order")


def test_a_raise_left_out_is_named_so(shoulder_first: fa.Analysis) -> None:
    rows = (replace(shoulder_first.rows[0], included=False, flags=("heart_beat",)), *shoulder_first.rows[1:])
    content = report_content(replace(shoulder_first, rows=rows))
    assert content.rows[0][-1] == "left out, heart beat"
    assert any("heart beat" in sentence for sentence in content.marks.sentences)


def test_code_and_session_come_from_the_name_of_a_dataset_file(
    shoulder_first: fa.Analysis, tmp_path: Path
) -> None:
    folder = tmp_path / "sub-07" / "ses-02" / "emg"
    folder.mkdir(parents=True)
    file = folder / "sub-07_ses-02_task-proneLegRaise_acq-left_run-1_emg.bdf"
    (folder.parent / "sub-07_ses-02_scans.tsv").write_text(
        f"filename\tacq_time\nemg/{file.name}\t2026-02-03T09:30:00\n"
    )
    facts = dict(report_content(replace(shoulder_first, path=file), made=DAY).facts)
    assert facts["Person"] == "07"
    assert facts["Session"] == "02 run 1"
    assert facts["Measured"] == "2026-02-03 09:30"


def test_how_the_session_was_held_stands_in_the_report(tmp_path: Path) -> None:
    setup = tmp_path / "setup.toml"
    setup.write_text(
        'head_position = "<b>left</b>"\nspeed = "slow"\ncue_words = "Und hoch."\nfeedback = "none"\n',
        encoding="utf-8",
    )
    uri = "sim:glute_first?speed=2000&rate=600&packet=60"
    arguments = [
        "record", "--leg", "left", "--glute", f"{uri}#glute", "--shoulder", f"{uri}#shoulder",
        "--participant", "01", "--out", str(tmp_path / "data"), "--repetitions", "1", "--setup", str(setup),
    ]  # fmt: skip
    assert main([*arguments, "--duration", "20"]) == 0
    (recording,) = (tmp_path / "data").rglob("*glute_emg.bdf")
    analysis = fa.analyze(fa.open_recording(recording))
    page = html_report(analysis, made=DAY)
    for words in (
        "Head: &lt;b&gt;left&lt;/b&gt;.",
        "Speed of the raises: slow.",
        "Words of the cue: “Und hoch”.",
    ):
        assert words in page
    sidecar = json.loads(recording.with_suffix(".json").read_text(encoding="utf-8"))
    assert sidecar["Instructions"] == "Und hoch."
    recording.with_suffix(".json").unlink()
    assert "How it was held" not in html_report(analysis, made=DAY), (
        "nothing is made up where nobody wrote it"
    )


@pytest.fixture
def recording_file(tmp_path: Path) -> Callable[[], Path]:
    def write() -> Path:
        recording = simulate_session(seed=1, lags_ms=[-150.0] * 5, schedule=BRISK, rate_hz=1000.0).recording
        glute, shoulder = recording.signals
        file = tmp_path / "session.csv"
        lines = [
            f"{i / 1000:.3f},{a:.2f},{b:.2f}"
            for i, (a, b) in enumerate(zip(glute.samples, shoulder.samples, strict=True))
        ]
        file.write_text("\n".join(["time_s,GM_L [uV],UT_R [uV]", *lines]))
        return file

    return write


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_the_command_writes_a_report(
    recording_file: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    out = tmp_path / f"report{suffix}"
    assert main(["report", str(recording_file()), "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    assert out.read_bytes()[:5] in (b"%PDF-", b"<!doc")


def test_analyze_writes_a_report_beside_its_json(
    recording_file: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    assert main(["analyze", str(recording_file()), "--json", "--report", str(out)]) == 0
    assert capsys.readouterr().out.startswith('{"schema"')
    assert "Activity of the right upper trapezius" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"), [("report.doc", ".html, .pdf"), ("nowhere/report.pdf", "no such folder")]
)
def test_a_report_that_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    (tmp_path / "table.csv").write_text("time_s,GM_L,UT_R\n")
    for command in (["report", "--out"], ["analyze", "--report"]):
        assert main([*command, str(tmp_path / name), str(tmp_path / "table.csv")]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert told.count("\n") == 1


def test_another_ending_is_an_error(shoulder_first: fa.Analysis, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"end the name in one of these"):
        save_report(shoulder_first, tmp_path / "report.docx")
