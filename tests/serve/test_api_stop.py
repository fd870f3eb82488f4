"""A server that is stopped in the middle of answers: it ends the one, and comes back."""

import json
import signal
import time
from contextlib import contextmanager

import httpx
import pytest
from live_page import Visitor, free_port, scripted_process

LEFT_S = 10
BACK_S = 30
# Three sentences, and so many pauses before each.
SLOW, PAUSES = "When was IOM founded, slow?", 20
# An answer that may end in its grace, and one that cannot.
SHORT_S, LONG_S = 2 / PAUSES, 6 / PAUSES


@contextmanager
def asked(port, question=SLOW):
    """Ask as a program does, and give the lines of the answer after its passages."""
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        client.stream(
            "POST",
            "/api/v1/ask",
            json={"question": question},
            headers={"accept": "text/event-stream"},
        ) as stream,
    ):
        lines = stream.iter_lines()
        while next(lines) != "event: passages":
            pass
        yield lines


def told(lines):
    """Return the events until the end, by name; the last of a name counts."""
    events, name = {}, "passages"
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            events[name] = json.loads(line.removeprefix("data: "))
    return events


def wait_for_a_sentence(lines):
    while next(lines) != "event: sentence":
        pass


def test_the_answer_that_is_being_written_comes_to_its_end_and_the_others_are_refused():
    port = free_port()
    with scripted_process(port, pause_s=SHORT_S) as process, asked(port) as first:
        wait_for_a_sentence(first)
        with asked(port, "Who waits, slow?") as second:
            process.send_signal(signal.SIGTERM)
            waiting = told(second)
        new = httpx.post(f"http://127.0.0.1:{port}/api/v1/ask", json={"question": "When?"})
        ended = told(first)
        _, log = process.communicate(timeout=60)

    assert ended["answer"]["outcome"] == "answered"
    assert len(ended["answer"]["sentences"]) == 3
    assert "stopped" in waiting["error"]["error"]["message"]
    assert new.status_code == 503
    assert new.headers["retry-after"] == "60"
    assert "stopped" in new.json()["error"]["message"]
    assert "Traceback" not in log


def test_an_answer_that_takes_longer_is_cut_and_the_program_told_that_the_server_stops():
    port = free_port()
    with scripted_process(port, pause_s=LONG_S) as process, asked(port) as lines:
        process.send_signal(signal.SIGTERM)
        ended = told(lines)
        _, log = process.communicate(timeout=60)

    assert "answer" not in ended
    assert ended["error"]["error"]["code"] == "busy"
    assert "stopped" in ended["error"]["error"]["message"]
    assert "Traceback" not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_the_answer_at_once(number):
    port = free_port()
    with scripted_process(port, pause_s=SHORT_S) as process, asked(port) as lines:
        wait_for_a_sentence(lines)
        process.send_signal(number)
        # The first was heard when new questions are refused.
        refused = {"question": "When?"}
        while httpx.post(f"http://127.0.0.1:{port}/api/v1/ask", json=refused).is_success:
            pass
        process.send_signal(number)
        ended = told(lines)
        _, log = process.communicate(timeout=60)

    assert "answer" not in ended
    assert "stopped" in ended["error"]["error"]["message"]
    assert "Traceback" not in log


@pytest.mark.timeout(180)
def test_a_server_that_is_stopped_while_it_answers_leaves_soon_and_comes_back(tmp_path):
    port, kept = free_port(), tmp_path / "toolkit"
    url = f"http://127.0.0.1:{port}"
    with scripted_process(port, pause_s=SHORT_S, GRADIO_TEMP_DIR=str(kept)) as process:
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
    assert "Answer complete" in visitor.page["mb-status"]
    assert visitor.page["mb-conversation"].count('class="mb-sentence"') == 3
    begun = time.monotonic()
    with scripted_process(port, GRADIO_TEMP_DIR=str(kept)):
        assert httpx.post(f"{url}/api/v1/ask", json={"question": "When?"}).status_code == 200
        assert time.monotonic() - begun < BACK_S
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.timeout(180)
def test_a_page_whose_answer_takes_longer_is_told_that_the_server_stops():
    port = free_port()
    with scripted_process(port, pause_s=LONG_S) as process:
        visitor = Visitor(url=f"http://127.0.0.1:{port}", session="cut1", language="en")
        visitor.arrive()
        pages = visitor.follow(SLOW)
        next(page for page in pages if "mb-sentence" in page["mb-conversation"])

        process.send_signal(signal.SIGTERM)
        list(pages)
        process.communicate(timeout=60)
        visitor.client.close()

    assert "The server is being stopped" in visitor.page["mb-status"]
    assert 1 <= visitor.page["mb-conversation"].count('class="mb-sentence"') < 3
