import re

import httpx
import pytest
from api_replies import error_of
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.serve.rate import MOST_VISITORS, OF_PROXIES, Rate, visitor_from
from migbot.serve.refusals import RefusalError
from migbot.settings import load_settings


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


def is_admitted(rate, address):
    try:
        rate.admit(address)
    except RefusalError:
        return False
    return True


def test_the_eleventh_question_of_a_minute_is_refused_with_the_seconds_to_wait():
    clock = Clock()
    rate = Rate(10, clock)
    for _ in range(10):
        rate.admit("192.0.2.1")
        clock.now_s += 1

    with pytest.raises(RefusalError, match="ask again in 50 s") as refused:
        rate.admit("192.0.2.1")

    assert (refused.value.status, refused.value.retry_s) == (429, 50)
    assert is_admitted(rate, "192.0.2.2")


def test_a_visitor_who_waits_is_admitted_again():
    clock = Clock()
    rate = Rate(1, clock)
    rate.admit("192.0.2.1")

    clock.now_s += 59.9
    assert not is_admitted(rate, "192.0.2.1")
    clock.now_s += 0.1
    assert is_admitted(rate, "192.0.2.1")


def test_one_network_of_ipv6_is_one_visitor():
    first, neighbour, other = (
        visitor_from(address, {}) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    )

    assert first == neighbour != other


def test_an_ipv4_address_is_one_visitor_however_the_socket_names_it():
    assert visitor_from("::ffff:192.0.2.1", {}) == visitor_from("192.0.2.1", {}) == "192.0.2.1"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_whoever_sits_at_the_machine_is_not_counted(address):
    rate = Rate(1, Clock())

    assert all(is_admitted(rate, visitor_from(address, {"accept": "*/*"})) for _ in range(50))


@pytest.mark.parametrize("name", OF_PROXIES)
def test_what_a_proxy_on_this_machine_sends_is_counted_even_if_it_names_nobody(name):
    rate = Rate(1, Clock())
    visitor = visitor_from("127.0.0.1", {name: "whatever"})

    assert is_admitted(rate, visitor)
    assert not is_admitted(rate, visitor)


def test_ten_questions_a_minute_are_allowed_unless_something_else_is_set():
    assert load_settings().visitor_questions_per_minute == 10


def test_no_more_visitors_are_remembered_than_there_is_room_for():
    rate = Rate(1, Clock())
    for number in range(MOST_VISITORS + 50):
        rate.admit(f"visitor {number}")

    assert len(rate._asked) == MOST_VISITORS
    assert not is_admitted(rate, f"visitor {MOST_VISITORS + 49}")
    assert is_admitted(rate, "visitor 0")


def test_zero_sets_no_limit():
    rate = Rate(0, Clock())

    assert all(is_admitted(rate, "192.0.2.1") for _ in range(100))


def test_a_program_that_asks_too_often_is_told_when_to_ask_again(tmp_path):
    settings = load_settings(
        corpus=tmp_path, index=tmp_path, models=tmp_path, visitor_questions_per_minute=2
    )
    asked = {"question": "When was IOM founded?"}
    visitor = {"x-forwarded-for": "192.0.2.9"}
    with (
        live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as url,
        httpx.Client(base_url=url, timeout=60, headers=visitor) as client,
    ):
        refused = [client.post("/api/v1/ask", json={"question": 7})]
        answered = [
            client.get("/api/v1/search", params=asked),
            client.post("/api/v1/ask", json=asked),
        ]
        chat = {"messages": [{"role": "user", "content": "When was IOM founded?"}]}
        too_many = [
            client.post("/api/v1/ask", json=asked),
            client.post("/api/v1/search", json=asked),
            client.post("/v1/chat/completions", json=chat),
        ]
        # A proxy on this machine tells whose question it is.
        other = client.post("/api/v1/ask", json=asked, headers={"x-forwarded-for": "198.51.100.7"})
        listed = client.get("/api/v1/documents")
        at_the_machine = [httpx.post(f"{url}/api/v1/ask", json=asked) for _ in range(4)]

    assert [reply.status_code for reply in refused] == [422]
    assert [reply.status_code for reply in (*answered, other, listed)] == [200] * 4
    assert [reply.status_code for reply in at_the_machine] == [200] * 4
    for reply in too_many:
        assert reply.status_code == 429
        assert error_of(reply) == "too_many_questions"
        assert 0 < int(reply.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("language", "told"), [("fr", r"Réessayez dans \d+.s"), ("en", r"Ask again in \d+.s")]
)
def test_the_eleventh_question_of_a_visitor_of_the_page_is_refused_politely(
    tmp_path, language, told
):
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)
    assistant = ScriptedAssistant(pause_s=0)
    with live_page(assistant, settings, DOCUMENTS) as url:
        visitor = Visitor(url=url, session="hasty1", language=language, address="192.0.2.1")
        visitor.arrive()
        for number in range(10):
            visitor.ask(f"When was IOM founded, {number}?")
        assert not re.search(told, visitor.page["mb-status"])
        visitor.ask("Where is its seat?")
        visitor.client.close()

    assert re.search(told, visitor.page["mb-status"])
    assert visitor.page["mb-question"] == "Where is its seat?"
    assert "Where is its seat?" not in visitor.page["mb-conversation"]
    assert len(assistant.heard) == 10
