"""Numbers rise in the order in which a reader meets them, wherever an answer is read."""

import re
from html import unescape
from itertools import pairwise

import pytest
from scripted_assistant import DOCUMENTS, MAIN, hits

from migbot.answer.as_json import answer_to_json
from migbot.answer.check import support_from
from migbot.answer.reply import Reply
from migbot.cli.ask import answer_to_text
from migbot.serve import render
from migbot.serve.chat_text import ChatText
from migbot.serve.conversation import Visit
from migbot.serve.export import as_markdown, as_text
from migbot.serve.strings import STRINGS
from migbot.types import Question, Retrieved, Stated

ASKED = "When was IOM founded?"


@pytest.fixture
def events():
    """A quote, then two sentences that are read above it, then another quote."""
    found = hits("en")
    supports = [support_from(one.passage, (0, 20)) for one in found[:4]]
    reply = Reply(Question(question_id="q", text=ASKED), ASKED, "en", lambda: 0)
    reply.found(found)
    return [
        Retrieved(language="en", hits=found),
        reply.quote(supports[0]),
        reply.state("One thing is written.", supports[1:2]),
        reply.state("Another thing is written.", supports[2:3]),
        reply.quote(supports[3]),
        reply.finish(),
    ]


@pytest.fixture
def visit(events):
    visit = Visit(language="en")
    exchange = visit.begin(ASKED)
    for event in events:
        exchange = exchange.after(event)
    visit.update(exchange)
    return visit


def markers(html):
    return [int(number) for number in re.findall(r'class="mb-marker"[^>]*>(\d+)</button>', html)]


def names(html):
    """The name of each sentence on the page, by its words."""
    found = re.findall(
        r'data-sentence="([^"]+)"[^>]*>([^<]*)<span class="mb-(?:long-)?tail">', html
    )
    return {unescape(words): name for name, words in found}


def test_on_the_page_they_rise_at_every_moment_and_sentences_keep_their_names(events):
    visit = Visit(language="en")
    exchange = visit.begin(ASKED)
    seen = []
    for event in events:
        exchange = exchange.after(event)
        visit.update(exchange)
        seen.append(render.conversation_html(visit, DOCUMENTS))
        visit.exchanges[1] = exchange

    assert [markers(page) for page in seen] == [
        [],
        [1],
        [1, 2],
        [1, 2, 3],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
    ]
    assert len(names(seen[-1])) == 4
    for earlier, later in pairwise(seen):
        assert names(earlier).items() <= names(later).items()


def test_each_marker_leads_to_the_card_of_its_passage(visit):
    page = render.conversation_html(visit, DOCUMENTS)
    (exchange,) = visit.exchanges.values()

    cards = re.findall(r'<details class="mb-card mb-cited"[^>]*data-citations="([\d ]+)"', page)
    assert " ".join(cards).split() == ["1", "2", "3", "4"]
    by_number = {one.number: one.passage for one in exchange.citations}
    assert [by_number[number] for number in (1, 2, 3, 4)] == [
        hits("en")[place].passage for place in (1, 2, 0, 3)
    ]


def test_exports_number_as_the_page_does(visit):
    (exchange,) = visit.exchanges.values()

    for form in (as_text, as_markdown):
        body, _, rest = form(exchange, STRINGS["en"], DOCUMENTS).partition("Sources")
        assert re.findall(r"\[(\d)\\?\]", body.replace("\\[", "[")) == ["1", "2", "3", "4"]
        assert sorted(set(re.findall(r"\[(\d)\\?\]", rest.replace("\\[", "[")))) == list("1234")


def test_json_and_terminal_number_as_the_page_does(events, visit):
    answer = events[-1].answer
    told = answer_to_json(answer)

    assert re.findall(r"\[(\d)\]", told["text"]) == ["1", "2", "3", "4"]
    assert [one["citations"] for one in told["sentences"]] == [[1], [2], [3], [4]]
    assert [one["number"] for one in told["citations"]] == [1, 2, 3, 4]
    (exchange,) = visit.exchanges.values()
    assert [one["quote"] for one in told["citations"]] == [one.quote for one in exchange.citations]
    assert re.findall(r"\[(\d)\]", answer_to_text(answer)) == list("12341234")


def test_a_chat_reads_in_the_order_in_which_sentences_come_and_lists_what_it_cited(events):
    text = ChatText(DOCUMENTS)
    said = "".join(
        text.say(one.sentence, one.citations) for one in events if isinstance(one, Stated)
    )

    listed = text.close(events[-1].answer)

    assert re.findall(r"\[(\d)\]", said) == ["1", "2", "3", "4"]
    lines = re.findall(r"- \[(\d)\] ([^,]+)", listed)
    stated = [one.citations[0] for one in events if isinstance(one, Stated)]
    assert lines == [(str(one.number), one.passage.title) for one in stated]
    assert MAIN["en"].title in listed
