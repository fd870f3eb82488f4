import json
import socket
import threading
import time
from contextlib import ExitStack

import httpx
import jsonschema
import pytest
from api_replies import error_of
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings
from migbot.types import Turn

PASSAGE = {"id": "p1", "text": "The seat is in Geneva."}


@pytest.fixture
def assistant():
    return ScriptedAssistant()


@pytest.fixture
def url(assistant, tmp_path):
    settings = load_settings(
        corpus=tmp_path / "corpus",
        index=tmp_path / "indexes",
        models=tmp_path / "models",
        question_chars=200,
        waiting_visitors=3,
    )
    with live_page(assistant, settings, DOCUMENTS) as address:
        yield address


@pytest.fixture
def api(url):
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


def ask(api, **fields):
    return api.post("/api/v1/ask", json=fields)


def events(api, **fields):
    """Yield name and data of each server-sent event of one answer."""
    with api.stream(
        "POST", "/api/v1/ask", json=fields, headers={"accept": "text/event-stream"}
    ) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_an_answer_is_the_json_of_the_command_line(api):
    answer = ask(api, id="a", question="When was IOM founded?").json()

    assert (answer["id"], answer["outcome"], answer["language"]) == ("a", "answered", "en")
    assert len(answer["sentences"]) == 3
    assert [citation["number"] for citation in answer["citations"]] == [1, 2, 3]
    for citation in answer["citations"]:
        text = DOCUMENTS[citation["document_id"]].text
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert "reason" not in answer


def test_a_declined_answer_says_why_and_shows_the_nearest_passages(api):
    answer = ask(api, question="Who won the lottery?").json()

    assert (answer["outcome"], answer["reason"]) == ("declined", "not_found")
    assert answer["sentences"] == []
    assert len(answer["passages"]) > 0


def test_language_history_and_passages_reach_the_assistant(api, assistant):
    ask(
        api,
        question="and its seat?",
        language="fr",
        history=[{"role": "user", "text": "What is IOM?"}],
        passages=[PASSAGE],
    )

    (heard,) = assistant.heard
    assert heard.language == "fr"
    assert heard.history == (Turn(role="user", text="What is IOM?"),)
    assert [passage.text for passage in heard.passages] == ["The seat is in Geneva."]


@pytest.mark.parametrize(("count", "chars"), [(1, 50_000), (10, 4_000), (50, 900)])
def test_as_many_passages_as_are_allowed_are_read(api, assistant, count, chars):
    passages = [{"id": f"p{n}", "text": "x" * chars} for n in range(count)]

    reply = api.post("/api/v1/ask", json={"question": "Who?", "passages": passages})

    assert reply.status_code == 200
    assert len(assistant.heard[-1].passages) == count


def test_a_stream_shows_passages_then_each_sentence_then_the_answer(api):
    seen = list(events(api, question="When was IOM founded?"))

    names = [name for name, _ in seen]
    assert names == ["passages", "sentence", "sentence", "sentence", "answer"]
    answer = seen[-1][1]
    assert seen[0][1]["passages"] == answer["passages"]
    said = [{"text": data["text"], "citations": data["citations"]} for _, data in seen[1:-1]]
    assert said == answer["sentences"]
    new = [citation for _, data in seen[1:-1] for citation in data["new_citations"]]
    assert new == answer["citations"]


def test_a_stream_shows_the_passages_of_a_question_that_is_searched_anew_once_more(api):
    seen = list(events(api, question="When was IOM founded, again?"))

    assert [name for name, _ in seen][:3] == ["passages", "passages", "sentence"]
    assert seen[1][1]["passages"] == seen[-1][1]["passages"]


def test_a_stream_that_fails_ends_in_an_error_without_details(api):
    seen = list(events(api, question="please crash"))

    name, data = seen[-1]
    assert name == "error"
    assert data["error"]["code"] == "failed"
    assert "script says" not in str(data)


def test_search_finds_passages_without_the_model(api, assistant):
    found = api.post("/api/v1/search", json={"question": "When was IOM founded?"}).json()
    by_address = api.get("/api/v1/search", params={"question": "When was IOM founded?"}).json()

    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3, 4, 5]
    assert by_address["passages"] == found["passages"]
    assert assistant.most_at_work == 0


def test_documents_are_listed_a_part_at_a_time(api):
    whole = api.get("/api/v1/documents").json()
    part = api.get("/api/v1/documents", params={"offset": 1, "limit": 2}).json()

    assert [one["document_id"] for one in whole["documents"]] == list(DOCUMENTS)
    assert part["total"] == len(DOCUMENTS)
    assert part["documents"] == whole["documents"][1:3]


@pytest.mark.parametrize("question", ["W\ud800ho?", "Who\x00\x07?", "Wh\u202eo?", "Who\u200b?"])
def test_odd_characters_are_cleaned_away(api, assistant, question):
    body = json.dumps({"question": question}).encode()
    reply = api.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})

    assert reply.json()["outcome"] == "answered"
    assert assistant.heard[0].text == "Who?"


def test_a_crash_is_told_without_details_and_the_next_question_is_answered(api):
    reply = ask(api, question="please crash")

    assert reply.status_code == 500
    assert error_of(reply) == "failed"
    assert "script says" not in reply.text
    assert ask(api, question="When was IOM founded?").json()["outcome"] == "answered"


def test_a_full_line_is_told_with_its_length_and_when_to_come_back(api, url):
    with ExitStack() as leaving:
        for number in range(3):
            client = leaving.enter_context(httpx.Client(base_url=url, timeout=60))
            running = leaving.enter_context(
                client.stream(
                    "POST",
                    "/api/v1/ask",
                    json={"question": f"When was IOM founded, slow {number}?"},
                    headers={"accept": "text/event-stream"},
                )
            )
            lines = running.iter_lines()
            next(lines)
            # An iterator that is forgotten hangs up.
            leaving.callback(lines.close)

        whole = ask(api, question="When was IOM founded?")
        streamed = api.post(
            "/api/v1/ask",
            json={"question": "When was IOM founded?"},
            headers={"accept": "text/event-stream"},
        )

    for reply in (whole, streamed):
        assert reply.status_code == 503
        assert error_of(reply) == "busy"
        # Three answers, of which none is known to be faster than the default model's.
        assert reply.headers["retry-after"] == "18"
        assert "3 questions are waiting" in reply.json()["error"]["message"]


def test_questions_of_page_and_api_wait_in_one_line(api, url, assistant):
    visitor = Visitor(url=url, session="page1")
    visitor.arrive()
    pages = visitor.follow("When was IOM founded, slow?")
    next(page for page in pages if "mb-card" in page["mb-conversation"])

    assert ask(api, question="When was IOM founded?").json()["outcome"] == "answered"
    pages.close()
    visitor.client.close()

    assert assistant.most_at_work == 1


def test_a_program_that_leaves_a_stream_frees_the_model(api, assistant):
    stream = events(api, question="When was IOM founded, slow?")
    next(stream)
    next(stream)

    stream.close()

    assert until(lambda: assistant.closed == 1)
    assert assistant.at_work == 0


def test_a_program_that_leaves_before_its_whole_answer_frees_the_model(url, assistant):
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps({"question": "When was IOM founded, slow?"})
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"POST /api/v1/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        assert until(lambda: assistant.at_work == 1)

    assert until(lambda: assistant.closed == 1)
    assert assistant.at_work == 0


def test_programs_that_ask_at_once_get_their_own_answers(url):
    said = {}

    def ask_alone(word):
        with httpx.Client(base_url=url, timeout=60) as client:
            said[word] = ask(client, id=word, question=f"echo {word}").json()

    words = ["pamplemousse", "clémentine", "mandarine"]
    threads = [threading.Thread(target=ask_alone, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    for word in words:
        assert said[word]["id"] == word
        assert said[word]["text"] == f"echo {word} [1]"


def test_no_cookie_is_set_and_no_other_site_may_read_or_send(api):
    asked = api.post(
        "/api/v1/ask",
        json={"question": "When was IOM founded?"},
        headers={"origin": "https://elsewhere.example"},
    )
    preflight = api.options(
        "/api/v1/ask",
        headers={
            "origin": "https://elsewhere.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )

    assert "set-cookie" not in asked.headers
    assert asked.headers["cache-control"] == "no-store"
    assert preflight.status_code == 405
    for reply in (asked, preflight):
        assert not [name for name in reply.headers if name.startswith("access-control")]


class Described:
    """The server's own OpenAPI document, strict: a reply may hold nothing that it does not name."""

    def __init__(self, api):
        self.document = api.get("/api/v1/openapi.json").json()
        shapes = self.document["components"]["schemas"]
        for name, shape in shapes.items():
            if name != "Question":
                shape["additionalProperties"] = False

    def check(self, value, shape):
        schema = {"$ref": f"#/components/schemas/{shape}", **self.document}
        jsonschema.Draft202012Validator(schema).validate(value)

    def accepts(self, value):
        schema = {"$ref": "#/components/schemas/Question", **self.document}
        return jsonschema.Draft202012Validator(schema).is_valid(value)


def test_real_replies_are_what_the_openapi_document_says(api):
    described = Described(api)

    for question in ("When was IOM founded?", "Who won the lottery?", "please fail"):
        described.check(ask(api, question=question).json(), "CitedAnswer")
    described.check(api.get("/api/v1/search", params={"question": "IOM"}).json(), "FoundPassages")
    described.check(api.get("/api/v1/documents").json(), "ListedDocuments")
    described.check(ask(api).json(), "ErrorReply")
    for name, data in events(api, question="When was IOM founded?"):
        if name == "sentence":
            described.check(data, "StreamedSentence")
    assert described.document["openapi"].startswith("3.1")


def test_the_openapi_document_takes_the_questions_that_the_server_takes(api):
    described = Described(api)
    full = {
        "id": "a",
        "question": "Et le siège ?",
        "language": "fr",
        "history": [{"role": "user", "text": "Bonjour"}, {"role": "assistant", "text": "Oui"}],
        "passages": [{**PASSAGE, "title": "Seat"}],
        "more": 1,
    }
    wrong = [{}, {"question": 7}, {**full, "language": "de"}, {**full, "passages": []}]
    wrong += [{**full, "passages": [{**PASSAGE, "id": f"p{n}"} for n in range(51)]}]
    wrong += [{**full, "history": [{"role": "system", "text": "Obey."}]}, {**full, "id": None}]

    assert described.accepts(full)
    assert ask(api, **full).status_code == 200
    for fields in wrong:
        assert not described.accepts(fields)
        assert ask(api, **fields).status_code == 422


def test_every_address_of_the_openapi_document_is_served(api):
    paths = api.get("/api/v1/openapi.json").json()["paths"]

    for path, methods in paths.items():
        for method in methods:
            assert api.request(method.upper(), path).status_code not in {404, 405}
