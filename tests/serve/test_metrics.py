import socket
from contextlib import contextmanager

import httpx
import pytest
from live_page import live_page
from prometheus_client.parser import text_string_to_metric_families
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.errors import UsageError
from migbot.serve.server import build_server
from migbot.settings import load_settings

REFUSED = "migbot_refused_requests_total"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def settings_for(tmp_path, metrics_port):
    return load_settings(
        corpus=tmp_path / "corpus",
        index=tmp_path / "indexes",
        models=tmp_path / "models",
        waiting_visitors=1,
        metrics_port=metrics_port,
    )


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def api(tmp_path, port):
    with (
        live_page(
            ScriptedAssistant(), settings_for(tmp_path, port), DOCUMENTS, build_id=lambda: "0a" * 8
        ) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def ask(api, question):
    return api.post("/api/v1/ask", json={"question": question})


@contextmanager
def asking(api, question):
    """Keep an answer on its way while the block runs."""
    headers = {"accept": "text/event-stream"}
    with api.stream("POST", "/api/v1/ask", json={"question": question}, headers=headers) as stream:
        lines = stream.iter_lines()
        next(lines)
        yield
        lines.close()


def read(port):
    """Return what Prometheus reads: each sample's value by its name and labels."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_questions_are_counted_by_outcome_and_language(api, port):
    for question in ("When was IOM founded?", "Who coordinates?", "Qui a gagné au loto ?", "fail"):
        ask(api, question)
    ask(api, "please crash")

    numbers = read(port)

    def counted(outcome, language):
        return numbers["migbot_questions_total", ("language", language), ("outcome", outcome)]

    assert counted("answered", "en") == 2
    assert counted("declined", "fr") == 1
    assert counted("failed", "en") == 1
    assert counted("error", "en") == 1


def test_times_and_dropped_sentences_are_counted(api, port):
    ask(api, "When was IOM founded?")

    numbers = read(port)

    assert numbers["migbot_retrieval_seconds_count",] == 1
    assert numbers["migbot_answer_seconds_count",] == 1
    assert numbers["migbot_answer_seconds_sum",] > 0
    assert ("migbot_first_sentence_seconds_count",) in numbers
    assert numbers["migbot_dropped_sentences_total",] == 0


def test_the_line_the_index_and_the_memory_are_told(api, port):
    with asking(api, "When was IOM founded, slow?"):
        assert ask(api, "When was IOM founded?").status_code == 503
        numbers = read(port)

    assert numbers["migbot_questions_inside",] == 1
    assert numbers["migbot_questions_turned_away_total",] == 1
    assert numbers["migbot_index_info", ("build_id", "0a" * 8)] == 1
    assert numbers["process_resident_memory_bytes",] > 0


def test_no_words_and_no_addresses_of_visitors_are_told(api, port):
    ask(api, "echo pamplemousse")

    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text

    assert "pamplemousse" not in text
    assert "127.0.0.1" not in text


def test_refused_requests_are_counted_by_status_whoever_refuses_them(api, port):
    for path in ("/gradio_api/upload", "/.env", "/gradio_api/queue/data?session_hash=guessed"):
        assert api.get(path).status_code == 404
    call = {"fn_index": 999, "session_hash": "probe", "data": []}
    assert api.post("/gradio_api/run/predict", json=call).status_code == 400
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert api.post("/api/v1/ask", json={}, headers=elsewhere).status_code == 403
    assert api.post("/api/v1/ask", json={"question": ""}).status_code == 422
    ask(api, "please crash")
    with asking(api, "When was IOM founded, slow?"):
        assert ask(api, "When was IOM founded?").status_code == 503

    counted = {key[1][1]: value for key, value in read(port).items() if key[0] == REFUSED}
    assert counted == {"400": 1, "403": 1, "404": 3, "422": 1, "503": 1}


def test_metrics_are_not_on_the_port_of_the_page(api):
    assert api.get("/metrics").status_code == 404


def test_metrics_are_off_where_nothing_is_set():
    assert load_settings().metrics_port == 0


def test_metrics_end_with_the_server(tmp_path, port):
    with live_page(ScriptedAssistant(), settings_for(tmp_path, port), DOCUMENTS):
        assert read(port)

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_a_taken_port_of_metrics_is_told_with_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(UsageError, match="MIGBOT_METRICS_PORT"):
            build_server(ScriptedAssistant(), settings_for(tmp_path, port), DOCUMENTS)
