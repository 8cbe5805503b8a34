"""A page that really runs, and a browser that really looks at it."""

import asyncio
import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("nicegui", reason="the extra 'app' (nicegui) is not installed")
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from firing_analyzer.protocol import SessionPlan  # noqa: E402
from firing_analyzer.recording_run import RecordingOrder, record  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
#: How sensors send where the test asks nothing of it: enough for an answer, and little to work on.
SLOWLY = "rate=600&packet=60"
#: Screenshots go here if it is set, and else into the folder of the test.
SCREENSHOTS = "FIRING_ANALYZER_SCREENSHOTS"


class Served:
    """The page as a process of its own."""

    def __init__(self, dataset: Path, *options: str) -> None:
        self.dataset = dataset
        self.process = subprocess.Popen(
            [sys.executable, "-m", "firing_analyzer", "app", "--dataset", str(dataset), *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.address = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[\w-]{30,}", self.address), self.said
        parts = urlsplit(self.address)
        self.port = parts.port or 0
        self.site = f"http://127.0.0.1:{self.port}"
        self.secret = parts.query.removeprefix("key=")

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    @property
    def cookie(self) -> str:
        return f"firing_analyzer_{self.port}={self.secret}"

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask as a plain client, with the cookie unless another is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers={"Cookie": self.cookie, **(headers or {})})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def end(self, *, kill: bool = False) -> str:
        """End it, and return what it wrote on standard error."""
        if self.process.poll() is None:
            (self.process.kill if kill else self.process.terminate)()
        self.process.wait(90)
        self._listener.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return "".join(self.said)


@pytest.fixture
def serve(tmp_path: Path) -> Generator[Callable[..., Served]]:
    """Start a page; what it writes on standard error must be nothing."""
    with ExitStack() as ending:

        def start(dataset: Path | None = None, *options: str) -> Served:
            served = Served(dataset or tmp_path / "dataset", *options)
            ending.callback(served.end)
            return served

        yield start


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """One page for all tests of a file that leave it as it is."""
    one = Served(tmp_path_factory.mktemp("page") / "dataset")
    yield one
    one.end()


def recorded(dataset: Path, scenario: str, *, session: str = "01") -> str:
    """Record six raises of a simulated person; return the name of the recording in its dataset."""
    plan = SessionPlan("left", repetitions=6, practice_raises=0, reference_shrug=False)
    glute, shoulder = (f"sim:{scenario}?{SLOWLY}&speed=2000#{site}" for site in ("glute", "shoulder"))
    order = RecordingOrder(plan, glute, shoulder, dataset, "07", session)
    # a browser that is there holds the loop of this thread
    with ThreadPoolExecutor(1) as thread:
        made = thread.submit(lambda: asyncio.run(record(order))).result()
    return made.saved.path.resolve().relative_to(dataset.resolve()).as_posix()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Copy a dataset with recordings of one person that were made once: one session for each scenario."""
    made: dict[tuple[str, ...], Path] = {}

    def copy(*scenarios: str) -> Path:
        wanted = scenarios or ("glute_first",)
        if wanted not in made:
            made[wanted] = tmp_path_factory.mktemp("measured") / "dataset"
            for number, scenario in enumerate(wanted, start=1):
                recorded(made[wanted], scenario, session=f"{number:02d}")
        return Path(shutil.copytree(made[wanted], tmp_path_factory.mktemp("copy") / "dataset"))

    return copy


# not for the whole session: as long as it is there, other tests cannot start a loop of their own
@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}; install chromium to run these tests")
    with sync_playwright() as starter:
        browser = starter.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class Therapist:
    """Somebody at the page, who clicks and types."""

    def __init__(self, context: BrowserContext, served: Served, pictures: Path) -> None:
        self.context = context
        self.served = served
        self.pictures = pictures
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        context.on("request", self._note)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        return page

    def _note(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.served.site, self.served.site.replace("http", "ws"), "data:", "blob:")):
            self.elsewhere.append(url)

    def enter(self) -> None:
        self.page.goto(self.served.address)
        self.page.get_by_role("button", name="New session").wait_for()

    def click(self, name: str, *, page: Page | None = None) -> None:
        (page or self.page).get_by_role("button", name=name, exact=True).click()

    def see(self, words: str | re.Pattern[str], *, seconds: float = 30, page: Page | None = None) -> None:
        (page or self.page).get_by_text(words).first.wait_for(timeout=1000 * seconds)

    def look(self, name: str) -> Path:
        """Take a picture of the whole screen."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def name_person(self, code: str = "07") -> None:
        self.click("New session")
        self.page.get_by_label("Code of the person").fill(code)
        self.click("Next: how the session is held")
        self.click("Next: sensors")
        self.see("Put the sensors on")

    def other_sources(self) -> None:
        """Unfold the fields for addresses, if they are not."""
        if not self.page.get_by_label("Other source for the glute").is_visible():
            self.page.get_by_text("Other sources").click()
            self.page.get_by_label("Other source for the glute").wait_for()

    def await_signals(self) -> None:
        """Wait until both sensors deliver."""
        for muscle in (0, 1):
            self.page.locator(".fa-state").nth(muscle).filter(has_text=re.compile("^(good|heart)")).wait_for()

    def choose(self, scenario: str, options: str, *, sending: str = SLOWLY) -> None:
        self.see("Put the sensors on")
        self.other_sources()
        for site in ("glute", "shoulder"):
            uri = f"sim:{scenario}?{sending}&{options}#{site}"
            self.page.get_by_label(f"Other source for the {site}").fill(uri)
        self.click("Next: look at the signals")
        self.page.get_by_role("button", name="Start recording").wait_for()

    def open(self, name: str) -> str:
        """Open a recording of the dataset, and return its sentence."""
        self.page.goto(f"{self.served.site}/recording?name={name}")
        return self.await_result()

    def record(self, scenario: str, options: str = "speed=60", *, sending: str = SLOWLY) -> None:
        """Go from the first screen to a recording that goes on."""
        self.name_person()
        self.choose(scenario, options, sending=sending)
        self.await_signals()
        self.click("Start recording")

    def await_result(self, *, seconds: float = 90) -> str:
        """Wait for the result and return its sentence."""
        self.page.get_by_role("button", name="Save the report (PDF)").wait_for(timeout=1000 * seconds)
        return self.page.locator(".fa-sentence").inner_text().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get(SCREENSHOTS, tmp_path / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def therapist(
    chromium: Browser, serve: Callable[..., Served], pictures: Path
) -> Generator[Callable[..., Therapist]]:
    """Let somebody come to the page; nothing may go wrong in the browser, nor be asked of another site."""
    with ExitStack() as ending:
        all_of_them: list[Therapist] = []

        def come(served: Served | None = None, *, width: int = 1100, height: int = 800) -> Therapist:
            context = chromium.new_context(viewport={"width": width, "height": height})
            ending.callback(context.close)
            one = Therapist(context, served or serve(), pictures)
            all_of_them.append(one)
            one.enter()
            return one

        yield come
        for one in all_of_them:
            assert not one.complaints
            assert not one.elsewhere


def wait_until(what: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
