"""``app`` where its page cannot be served."""

import socket
from pathlib import Path

import pytest

from tests.firing_analyzer.command_line import answer_in, assert_refused


def test_a_port_in_use_is_refused_with_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("nicegui", reason="the extra app is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = answer_in(tmp_path, "app", "--port", str(port), "--dataset", "data")
    assert_refused(
        done, f"port {port} is in use; choose another with --port, or end the program that uses it"
    )
