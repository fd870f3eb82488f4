import signal
import socket

import pytest
from live_page import free_port, scripted_process

from migbot.cli import main
from migbot.models.registry import load_registry
from migbot.settings import load_settings


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


@pytest.mark.models
@pytest.mark.parametrize("data", [b"", b"GGUF cut off here", b"<html>no model</html>" * 1000])
def test_a_damaged_model_is_told_in_one_line_with_what_it_should_be(
    capsys, monkeypatch, tmp_path, data
):
    settings = load_settings()
    model = load_registry(settings.models_file).get("qwen2.5-coder-0.5b-instruct")
    damaged = tmp_path / model.name / model.files[0].path
    damaged.parent.mkdir()
    damaged.write_bytes(data)
    (tmp_path / settings.embedder).symlink_to(settings.models / settings.embedder)
    monkeypatch.setenv("MIGBOT_MODELS", str(tmp_path))
    monkeypatch.setenv("MIGBOT_GENERATOR_MODEL", model.name)

    status = main(["serve", "--port", str(free_port())])

    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert status == 1
    for named in (str(damaged), model.files[0].sha256, "migbot models install"):
        assert named in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_soon_after_a_signal_without_a_traceback(number):
    with scripted_process(free_port()) as process:
        process.send_signal(number)
        _, told = process.communicate(timeout=20)

    assert "Traceback" not in told
