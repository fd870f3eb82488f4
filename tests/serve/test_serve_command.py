import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from migbot.cli import main

SCRIPTED = Path(__file__).with_name("scripted_assistant.py")


def test_a_taken_port_is_told_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        status = main(["serve", "--port", str(port)])

    told = capsys.readouterr().err.strip().splitlines()
    assert status == 2
    assert len(told) == 1
    assert f"127.0.0.1:{port}" in told[0]
    assert "--port" in told[0]


def test_a_missing_model_is_told_in_one_line(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MIGBOT_MODELS", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]

    status = main(["serve", "--port", str(port)])

    told = capsys.readouterr().err.strip().splitlines()
    assert status == 3
    assert "migbot models install" in told[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_soon_after_a_signal_without_a_traceback(number):
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, SCRIPTED, str(port)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as process:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, timeout=60) as client:
            assert client.get(f"http://127.0.0.1:{port}/health").text == "ok"

        process.send_signal(number)
        _, told = process.communicate(timeout=20)

    assert "Traceback" not in told
