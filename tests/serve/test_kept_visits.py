"""How long the server keeps a conversation, and for whom."""

import time
from contextlib import ExitStack

import pytest
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.serve import page
from migbot.settings import load_settings


@pytest.fixture
def arrive():
    with ExitStack() as leaving:

        def new_visitor(url, session, language="fr"):
            visitor = Visitor(url=url, session=session, language=language)
            leaving.callback(visitor.client.close)
            visitor.arrive()
            return visitor

        yield new_visitor


@pytest.fixture
def serve(tmp_path):
    folders = dict.fromkeys(("corpus", "index", "models"), tmp_path)
    settings = load_settings(**folders, waiting_visitors=1)
    return lambda: live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS)


def is_kept(visitor):
    """Whether the server still knows what the visitor asked."""
    visitor.act("mb-switch")
    return "1951" in visitor.page["mb-conversation"]


def test_the_visit_unused_for_the_longest_time_is_forgotten(serve, arrive, monkeypatch):
    monkeypatch.setattr(page, "KEPT_VISITS", 2)
    with serve() as url:
        first, second = (arrive(url, f"visitor{number}") for number in range(2))
        first.ask("When was IOM founded?")
        second.ask("When was IOM founded?")
        assert is_kept(first)

        arrive(url, "visitor2")

        assert is_kept(first)
        assert not is_kept(second)


def test_a_visit_is_forgotten_some_time_after_its_last_change(serve, arrive, monkeypatch):
    monkeypatch.setattr(page, "KEPT_VISIT_S", 2)
    with serve() as url:
        visitor = arrive(url, "visitor1")
        visitor.ask("When was IOM founded?")
        assert is_kept(visitor)

        # The toolkit looks once a second.
        time.sleep(4.5)

        assert not is_kept(visitor)


def test_whoever_may_wait_is_not_forgotten_meanwhile(tmp_path, arrive, monkeypatch):
    monkeypatch.setattr(page, "KEPT_VISITS", 1)
    folders = dict.fromkeys(("corpus", "index", "models"), tmp_path)
    settings = load_settings(**folders, waiting_visitors=2)
    with live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as url:
        first = arrive(url, "visitor1")
        first.ask("When was IOM founded?")
        arrive(url, "visitor2")

        assert is_kept(first)


@pytest.mark.parametrize(("language", "told"), [("fr", "Écrivez une question"), ("en", "Write a")])
def test_whoever_was_forgotten_is_answered_in_the_language_of_the_browser(
    serve, arrive, monkeypatch, language, told
):
    monkeypatch.setattr(page, "KEPT_VISITS", 1)
    with serve() as url:
        visitor = arrive(url, "visitor1", language)
        arrive(url, "visitor2")

        visitor.ask("")

        assert told in visitor.page["mb-status"]


@pytest.mark.parametrize("button", ["mb-stop", "mb-new", "mb-about-open", "mb-staff-switch"])
def test_every_button_of_a_forgotten_visit_speaks_the_language_of_the_browser(
    serve, arrive, monkeypatch, button
):
    monkeypatch.setattr(page, "KEPT_VISITS", 1)
    with serve() as url:
        visitor = arrive(url, "visitor1")
        arrive(url, "visitor2")

        visitor.act(button)

        assert "migbot répond" in visitor.page["mb-welcome"]
        assert "About" not in visitor.page.get("mb-about", "")


def test_visits_are_bounded_in_number_and_time():
    assert page.KEPT_VISITS <= 1000
    assert page.KEPT_VISIT_S <= 24 * 3600


def test_who_knows_the_id_of_a_visit_can_open_it(serve, arrive):
    with serve() as url:
        arrive(url, "known").ask("When was IOM founded?")
        other = Visitor(url=url, session="known")
        try:
            assert is_kept(other)
        finally:
            other.client.close()
