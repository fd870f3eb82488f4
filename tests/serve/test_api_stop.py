"""A server that is stopped in the middle of answers: who reads is told, and it comes back."""

import json
import signal
import time

import httpx
import pytest
from live_page import Visitor, free_port, scripted_process

LEFT_S = 10
BACK_S = 30
SLOW = "When was IOM founded, slow?"


def test_a_program_in_the_middle_of_an_answer_is_told_that_the_server_stops():
    port = free_port()
    with (
        scripted_process(port) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        headers = {"accept": "text/event-stream"}
        asked = {"question": SLOW}
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


@pytest.mark.timeout(180)
def test_a_server_that_is_stopped_while_it_answers_leaves_soon_and_comes_back(tmp_path):
    port, kept = free_port(), tmp_path / "toolkit"
    url = f"http://127.0.0.1:{port}"
    with scripted_process(port, GRADIO_TEMP_DIR=str(kept)) as process:
        visitor = Visitor(url=url, session="stopped1", language="en")
        visitor.arrive()
        pages = visitor.follow(SLOW)
        next(page for page in pages if "mb-sentence" in page["mb-conversation"])

        process.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        list(pages)
        process.communicate(timeout=60)
        assert time.monotonic() - stopped < LEFT_S
        visitor.client.close()

    # The signal is raised again once all is in order.
    assert process.returncode == -signal.SIGTERM
    assert "The server is being stopped" in visitor.page["mb-status"]
    assert visitor.page["mb-conversation"].count('class="mb-sentence"') >= 1
    begun = time.monotonic()
    with scripted_process(port, GRADIO_TEMP_DIR=str(kept)):
        assert httpx.post(f"{url}/api/v1/ask", json={"question": "When?"}).status_code == 200
        assert time.monotonic() - begun < BACK_S
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
