import gc
import re
import threading
import time
from contextlib import ExitStack

import httpx
import pytest
from gradio.state_holder import SessionState
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import Settings, load_settings
from migbot.types import Turn


@pytest.fixture
def settings(tmp_path) -> Settings:
    return load_settings(
        corpus=tmp_path / "corpus",
        index=tmp_path / "indexes",
        models=tmp_path / "models",
        question_chars=200,
        waiting_visitors=3,
    )


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def url(assistant, settings):
    with live_page(assistant, settings, DOCUMENTS) as address:
        yield address


@pytest.fixture
def arrive(url):
    """Let a visitor arrive; `arrive("a", language="en")` is one whose browser speaks English."""
    with ExitStack() as leaving:

        def new_visitor(session: str, language: str = "fr") -> Visitor:
            visitor = Visitor(url=url, session=session, language=language)
            leaving.callback(visitor.client.close)
            visitor.arrive()
            return visitor

        yield new_visitor


@pytest.fixture
def visitor(arrive) -> Visitor:
    return arrive("visitor1")


def words(html: str) -> str:
    return re.sub("<[^>]+>", " ", html)


def until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


def test_page_greets_in_the_language_of_the_browser(arrive):
    french = arrive("french", language="fr-CA,fr;q=0.9,en;q=0.8")
    english = arrive("english", language="de,en;q=0.5,fr;q=0.4")

    assert "lisez la réponse" in french.page["mb-welcome"]
    assert "read the answer" in english.page["mb-welcome"]


def test_switching_the_language_keeps_the_conversation(visitor):
    visitor.ask("Quand l’OIM a-t-elle été créée ?")
    visitor.act("mb-switch")

    assert "Cited sources" in visitor.page["mb-conversation"]
    assert "5 décembre 1951" in visitor.page["mb-conversation"]


def test_sources_are_on_the_page_before_the_first_sentence(visitor):
    visitor.ask("Quand l’OIM a-t-elle été créée ?")

    pages = [page.get("mb-conversation", "") for page in visitor.seen]
    with_sources = next(n for n, page in enumerate(pages) if "mb-card" in page)
    with_sentence = next(n for n, page in enumerate(pages) if "mb-sentence" in page)
    assert with_sources < with_sentence
    counts = [page.count("mb-sentence") for page in pages]
    assert sorted(set(counts)) == [0, 1, 2, 3]


def kept_parts() -> int:
    """Return how many parts of the page the toolkit holds for its visits."""
    # Not isinstance, which asks each object for its class: some answer with a warning.
    visits = (one for one in gc.get_objects() if type(one) is SessionState)
    return sum(len(visit.blocks_config.blocks) for visit in visits)


def test_a_question_more_leaves_no_copies_of_the_page_in_memory(visitor):
    visitor.ask("Quand l’OIM a-t-elle été créée ?")
    kept = kept_parts()

    for _ in range(4):
        visitor.ask("Quand l’OIM a-t-elle été créée ?")

    # The question box alone is kept anew each time, as what is read.
    assert kept_parts() - kept <= 4


def test_each_marker_has_its_source_with_the_quote_marked(visitor):
    visitor.ask("Quand l’OIM a-t-elle été créée ?")

    page = visitor.page["mb-conversation"]
    assert re.findall(r'data-citation="(\d)"', page) == ["1", "2", "3"]
    assert re.findall(r'<mark data-citations="(\d)">', page) == ["1", "2", "3"]
    assert 'rel="noopener noreferrer"' in page


def test_a_declined_answer_looks_different_and_shows_the_nearest_passages(visitor):
    visitor.ask("Qui a gagné au loto ?")

    page = visitor.page["mb-conversation"]
    assert "mb-declined" in page
    assert "mb-sentence" not in page
    assert "Passages les plus proches" in page
    assert page.count("<details") == 5


@pytest.mark.parametrize("question", ["please fail", "please crash"])
def test_a_failure_is_told_politely_and_without_details(visitor, question):
    visitor.ask(question)

    page = visitor.page["mb-conversation"]
    assert "mb-failed" in page
    assert "Traceback" not in page
    assert "script says" not in page


def test_after_a_failure_the_next_question_is_answered(visitor):
    visitor.ask("please crash")
    visitor.ask("When was IOM founded?")

    assert visitor.page["mb-conversation"].count("mb-sentence") == 3


def test_follow_up_is_asked_with_what_was_said_before(visitor, assistant):
    visitor.ask("When was IOM founded?")
    visitor.ask("and its members?")

    first, second = assistant.heard
    assert first.history == ()
    assert second.history[0] == Turn(role="user", text="When was IOM founded?")
    assert second.history[1].role == "assistant"
    assert "5 December 1951" in second.history[1].text


def test_new_conversation_forgets_what_was_said(visitor, assistant):
    visitor.ask("When was IOM founded?")
    visitor.act("mb-new")
    visitor.ask("and its members?")

    assert assistant.heard[-1].history == ()
    assert "founded" not in visitor.page["mb-conversation"]


def test_the_link_of_a_follow_up_holds_its_subject(visitor):
    visitor.ask("Quand l’OIM a-t-elle été créée ?")
    visitor.ask("et son budget ?")

    assert re.findall('data-link="([^"]+)"', visitor.page["mb-conversation"]) == [
        "Quand l’OIM a-t-elle été créée ?",
        "Quand l’OIM a-t-elle été créée ? et son budget ?",
    ]


def test_nobody_is_asked_for_feedback_unless_the_settings_say_so(visitor):
    visitor.ask("When was IOM founded?")

    assert "mb-actions" in visitor.page["mb-conversation"]
    assert "mb-feedback" not in visitor.page["mb-conversation"]


def test_two_visitors_never_see_each_others_words(arrive, assistant):
    visitors = [arrive(f"session{n}") for n in range(2)]
    secrets = ["echo pamplemousse", "echo clémentine"]
    threads = [
        threading.Thread(target=visitor.ask, args=(secret,))
        for visitor, secret in zip(visitors, secrets, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    for own, other in ((0, 1), (1, 0)):
        everything = str(visitors[own].seen)
        assert secrets[own] in everything
        assert secrets[other].removeprefix("echo ") not in everything
    assert assistant.most_at_work == 1


def test_stop_keeps_what_was_said_and_closes_the_iterator(visitor, assistant):
    pages = visitor.follow("When was IOM founded, slow?")
    next(page for page in pages if "mb-sentence" in page["mb-conversation"])
    visitor.act("mb-stop")
    list(pages)

    assert until(lambda: assistant.closed == 1)
    assert visitor.page["mb-conversation"].count('class="mb-sentence"') == 1
    assert "Réponse arrêtée" in words(visitor.page["mb-status"])


def test_after_a_stop_the_next_question_of_the_visitor_is_answered(visitor, assistant):
    pages = visitor.follow("When was IOM founded, slow?")
    next(page for page in pages if "mb-card" in page["mb-conversation"])
    visitor.act("mb-stop")
    list(pages)
    visitor.ask("When was IOM founded?")

    assert assistant.closed == 1
    assert visitor.page["mb-conversation"].count('class="mb-sentence"') == 3
    assert "Réponse terminée" in words(visitor.page["mb-status"])


def test_a_visitor_who_leaves_frees_the_model(visitor, assistant):
    pages = visitor.follow("When was IOM founded, slow?")
    next(page for page in pages if "mb-card" in page["mb-conversation"])

    pages.close()

    assert until(lambda: assistant.closed == 1)
    assert assistant.at_work == 0


def test_a_second_visitor_reads_sources_while_the_model_is_busy(arrive):
    first, second = (arrive(f"queue{n}") for n in range(2))
    pages = first.follow("When was IOM founded, slow?")
    next(page for page in pages if "mb-card" in page["mb-conversation"])

    waiting = second.follow("Who coordinates the Network?")
    page = next(page for page in waiting if "mb-card" in page["mb-conversation"])

    assert "mb-sentence" not in page["mb-conversation"]
    assert any("Une autre réponse est en cours" in page["mb-status"] for page in waiting)


def test_more_questions_than_places_are_turned_away_politely(arrive):
    visitors = [arrive(f"crowd{n}") for n in range(4)]
    running = [visitor.follow("When was IOM founded, slow?") for visitor in visitors[:3]]
    for pages in running:
        next(page for page in pages if "mb-card" in page["mb-conversation"])

    visitors[3].ask("When was IOM founded?")

    assert "Réessayez dans 20 secondes" in words(visitors[3].page["mb-status"])
    assert visitors[3].page["mb-question"] == "When was IOM founded?"


@pytest.mark.parametrize(
    "question",
    [None, 7, "", "  \n", ["a"], {"a": 1}, "\x00\x07", "a\ud800b echo", "é" * 201, "א\u202eב echo"],
)
def test_odd_questions_get_a_polite_reply_and_the_page_goes_on(visitor, question, caplog):
    visitor.ask(question)
    visitor.ask("When was IOM founded?")

    assert visitor.page["mb-conversation"].count('class="mb-sentence"') >= 3
    assert "Traceback" not in caplog.text


def test_a_long_question_is_refused_before_the_assistant_hears_it(visitor, assistant):
    visitor.ask("x" * 201)

    assert assistant.heard == []
    assert "200 caractères" in words(visitor.page["mb-status"])


def test_a_forged_conversation_is_not_taken_from_the_browser(visitor, assistant):
    event = visitor.event("mb-send")
    forged = {"exchanges": {"1": {"question": "forged"}}}

    visitor.client.post(
        "/gradio_api/queue/join",
        json={
            "data": ["and then?", forged],
            "fn_index": event["id"],
            "session_hash": visitor.session,
        },
    )

    assert until(lambda: assistant.heard)
    assert assistant.heard[0].history == ()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("GET", "/gradio_api/file=..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/assets/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/", 404),
        ("POST", "/gradio_api/upload", 404),
        ("GET", "/monitoring", 404),
        ("GET", "/monitoring/summary", 404),
        ("GET", "/gradio_api/info", 404),
        ("GET", "/gradio_api/openapi.json", 404),
        ("GET", "/docs", 404),
        ("GET", "/gradio_api/runs", 404),
        ("POST", "/gradio_api/vibe-edit", 404),
        ("POST", "/gradio_api/call/ask", 404),
        ("DELETE", "/", 405),
        ("GET", "/health", 200),
    ],
)
def test_only_the_routes_of_the_page_are_open(url, method, path, status):
    reply = httpx.request(method, url + path)

    assert reply.status_code == status
    assert "connect-src 'self'" in reply.headers["content-security-policy"]


def test_a_large_body_is_refused(url):
    reply = httpx.post(f"{url}/gradio_api/queue/join", content=b"x" * 70_000)

    assert reply.status_code == 413
