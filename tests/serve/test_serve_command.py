import signal
import socket

import pytest
from live_page import free_port, scripted_process

from migbot.cli import main


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
    status = main(["serve", "--port", str(free_port())])

    told = capsys.readouterr().err.strip().splitlines()
    assert status == 3
    assert "migbot models install" in told[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_soon_after_a_signal_without_a_traceback(number):
    with scripted_process(free_port()) as process:
        process.send_signal(number)
        _, told = process.communicate(timeout=20)

    assert "Traceback" not in told
