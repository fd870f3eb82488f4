import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

SCRIPTED = Path(__file__).with_name("scripted_assistant.py")


def test_a_program_in_the_middle_of_an_answer_is_told_that_the_server_stops():
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with (
        subprocess.Popen(
            [sys.executable, SCRIPTED, str(port)],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        ) as process,
        httpx.Client(
            transport=httpx.HTTPTransport(retries=10),
            base_url=f"http://127.0.0.1:{port}",
            timeout=60,
        ) as client,
    ):
        assert client.get("/health").text == "ok"
        asked = {"question": "When was IOM founded, slow?"}
        headers = {"accept": "text/event-stream"}
        with client.stream("POST", "/api/v1/ask", json=asked, headers=headers) as stream:
            lines = stream.iter_lines()
            while next(lines) != "event: passages":
                pass
            process.send_signal(signal.SIGTERM)
            told = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        _, log = process.communicate(timeout=60)

    error = json.loads(told[-1])["error"]
    assert error["code"] == "busy"
    assert "stopped" in error["message"]
    assert "Traceback" not in log
