"""Who may come in to the page: only this computer's own browser, with the secret."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import websockets

from firing_analyzer.app.dropped import FOLDER
from firing_analyzer.app.gate import MOST_UPLOAD_BYTES
from firing_analyzer.cli import main
from recordings.synth import Schedule, simulate_session

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served

PLACES = ("/", "/session", "/library", "/live", "/own/style.css", "/drop", "/picture", "/report", "/nowhere")
SOCKETS = ("/live", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket")


def test_the_first_visit_turns_the_secret_into_a_strict_cookie(served: "Served") -> None:
    status, told, _ = served.ask("GET", f"/?key={served.secret}", headers={"Cookie": ""})
    assert (status, told["location"]) == (303, "/")
    cookie = told["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Domain" not in cookie
    assert served.ask("GET", "/", headers={"Cookie": cookie.partition(";")[0]})[0] == 200


@pytest.mark.parametrize("cookie", ["", "other=1", "{name}=", "{name}=wrong", "{name}=a; {name}=b", ";;=,"])
def test_without_the_secret_nothing_is_served(served: "Served", cookie: str) -> None:
    given = cookie.format(name=f"firing_analyzer_{served.port}")
    for place in PLACES:
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            status, told, body = served.ask(method, place, headers={"Cookie": given})
            assert status == 403, place
            assert "set-cookie" not in told
            assert b"<" not in body
    assert served.ask("GET", "/?key=wrong", headers={"Cookie": given})[0] == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", "127.0.0.1.evil.example:{port}"],
)
def test_a_foreign_host_is_refused_even_with_the_cookie(served: "Served", host: str) -> None:
    for place in (*PLACES, f"/?key={served.secret}"):
        status, told, _ = served.ask("GET", place, headers={"Host": host.format(port=served.port)})
        assert status == 421
        assert "set-cookie" not in told


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
def test_a_foreign_origin_is_refused_even_with_the_cookie(served: "Served", origin: str) -> None:
    for method in ("GET", "POST"):
        for place in PLACES:
            given = {"Origin": origin.format(port=served.port)}
            assert served.ask(method, place, headers=given)[0] == 403


def test_a_request_that_another_site_caused_is_refused(served: "Served") -> None:
    assert served.ask("GET", "/own/style.css", headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert served.ask("GET", "/own/style.css", headers={"Sec-Fetch-Site": "same-origin"})[0] == 200


@pytest.mark.parametrize("place", SOCKETS)
def test_websockets_pass_the_same_gate(served: "Served", place: str) -> None:
    async def knock(**headers: str) -> int:
        given = {
            "Cookie": served.cookie,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        address = f"ws://127.0.0.1:{served.port}{place}"
        if "Host" in given:
            # the client writes the host of its address
            address = f"ws://{given.pop('Host')}{place}"
        try:
            async with websockets.connect(
                address,
                additional_headers=given,
                host="127.0.0.1",
                port=served.port,
                proxy=None,
            ):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    async def all_of_them() -> list[int]:
        return [
            await knock(),
            await knock(Origin=served.site),
            await knock(Cookie="none=1"),
            await knock(Origin="http://evil.example"),
            await knock(Host=f"evil.example:{served.port}"),
        ]

    assert asyncio.run(all_of_them()) == [101, 101, 403, 403, 421]


def test_it_listens_on_this_computer_alone(served: "Served") -> None:
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1"}:
        with pytest.raises(OSError), socket.create_connection((str(address), served.port), timeout=1):  # noqa: PT011
            pass


def test_browsers_are_told_to_load_nothing_from_elsewhere(served: "Served") -> None:
    _, told, body = served.ask("GET", "/")
    policy = told["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"
    assert served.secret.encode() not in body


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv", "/etc/passwd", "..%2f..%2fetc%2fpasswd", "sub-01/../../secret.csv",
        "sourcedata/link.csv", "%00", "a" * 5000, "derivatives/firing-analyzer/../../../secret.csv",
        "participants.tsv",
    ],
)  # fmt: skip
def test_nothing_outside_the_dataset_can_be_read(served: "Served", name: str) -> None:
    secret = served.dataset.parent / "secret.csv"
    if not secret.exists():
        # a recording that would be drawn at once, were it reached
        schedule = Schedule(lead_in_s=6.0, every_s=(6.0, 6.5), tail_s=3.0)
        recording = simulate_session(lags_ms=[-150.0] * 2, schedule=schedule, rate_hz=500.0).recording
        rows = zip(*(signal.samples.tolist() for signal in recording.signals), strict=True)
        lines = [f"{number / 500},{a:.2f},{b:.2f}" for number, (a, b) in enumerate(rows)]
        secret.write_text("\n".join(["time_s,GM_L,UT_R", *lines]))
    (served.dataset / "sourcedata").mkdir(exist_ok=True)
    link = served.dataset / "sourcedata" / "link.csv"
    if not link.exists():
        link.symlink_to(secret)
    for place in (f"/report?name={name}", f"/picture?name={name}&kind=lags"):
        status, _, body = served.ask("GET", place)
        assert status == 404
        assert b"root:" not in body
        assert b"GM_L" not in body
    for place in ("/own/../serve.py", "/own/..%2fserve.py", "/own/%2e%2e/serve.py"):
        assert served.ask("GET", place)[0] in (400, 404)


def knock(served: "Served", path: str, *headers: str) -> socket.socket:
    """Begin to send something to the page."""
    wire = socket.create_connection(("127.0.0.1", served.port), timeout=20)
    head = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", f"Cookie: {served.cookie}", *headers)
    wire.sendall("\r\n".join([*head, "", ""]).encode())
    return wire


@pytest.mark.parametrize(("path", "n_bytes"), [("/drop?name=a.csv", 2**30), ("/session", 2**20 + 1)])
def test_too_much_is_refused_before_it_is_sent(served: "Served", path: str, n_bytes: int) -> None:
    with knock(served, path, f"Content-Length: {n_bytes}") as wire:
        assert wire.recv(64).startswith(b"HTTP/1.1 413")


def test_a_gigabyte_without_a_length_is_cut_off(served: "Served") -> None:
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with knock(served, "/drop?name=a.csv", "Transfer-Encoding: chunked") as wire:
        with suppress(OSError):
            while sent < 2**30:
                wire.sendall(part)
                sent += 65536
        with suppress(ConnectionResetError):  # the answer may be lost when the line is cut
            assert wire.recv(64).startswith(b"HTTP/1.1 413")
    assert sent < MOST_UPLOAD_BYTES + 64 * 2**20
    end = time.monotonic() + 20
    while (served.dataset / FOLDER).exists():
        assert time.monotonic() < end, "nothing of it stays"
        time.sleep(0.1)


def test_the_address_is_a_line_of_its_own_and_a_missing_dataset_is_made(
    serve: "Callable[..., Served]", tmp_path: Path
) -> None:
    served = serve(tmp_path / "not" / "yet")
    assert (tmp_path / "not" / "yet").is_dir()
    assert served.ask("GET", "/")[0] == 200
    assert served.end() == ""
    assert served.process.returncode == 0


def test_a_port_that_is_taken_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["app", "--dataset", str(tmp_path), "--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert str(port) in told


def test_nothing_a_person_is_called_stands_in_a_log(serve: "Callable[..., Served]") -> None:
    served = serve()
    served.ask("GET", "/recording?name=sub-0815/emg/sub-0815_emg.bdf")
    served.ask("GET", "/sub-0815")
    served.ask("GET", "/person?code=sub0815")
    served.ask("POST", "/drop?name=0815.csv", body=b"\xff\xfe0815")
    assert "0815" not in served.end()
