"""Hostile words in a document, an answer or a question: the browser shows them and does nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from live_page import live_page
from playwright.sync_api import expect
from scripted_assistant import DOCUMENTS, MAIN, checker, passage

from migbot.settings import load_settings
from migbot.types import (
    Answer,
    Citation,
    Considered,
    Document,
    Event,
    Finished,
    Hit,
    Outcome,
    Question,
    Reason,
    Retrieved,
    Seconds,
    Section,
    Sentence,
    Source,
    Stated,
    Trace,
)

pytestmark = pytest.mark.web

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>',
    "</blockquote></details><iframe src=//evil.example/f></iframe>",
    "<style>@import url(//evil.example/s.css); * { display: none }</style>",
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "&#106;avascript:alert(1)",
    '<a href="&#106;avascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x][evil] [evil]: javascript:alert(1)",
    r"$\href{javascript:alert(1)}{x}$ $$\includegraphics{//evil.example/k.png}$$",
    "![x](http://evil.example/m.png)",
    "' onmouseover='alert(1)' style='background:url(//evil.example/b.png)",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
)
# What no document, model or visitor may bring onto the page.
FORBIDDEN = "script, img, svg, iframe, style, object, embed, link, base, math, form, meta, .katex"
SHOWN = "#mb-main, #mb-dock, dialog.mb-about"


def hostile_documents(suffix: str) -> tuple[Document, ...]:
    """Return one document for each payload, which is its title, heading, text and address."""
    texts = [f"The seat is {words} in Geneva." for words in PAYLOADS]
    return tuple(
        replace(
            MAIN["en"],
            document_id=f"en/{at}.{suffix}",
            path=f"en/{at}.{suffix}",
            title=words,
            text=texts[at],
            url=None if suffix == "md" else words,
            sources=(
                Source(title=f"Publisher {words}", url=words),
                Source(title=f"Source {words}", url=f'https://iom.int/{at}?a="onclick="x'),
            ),
            sections=(Section(start=0, end=len(texts[at]), headings=()),),
        )
        for at, words in enumerate(PAYLOADS)
    )


# Sheets link to their sources, pages name their publisher.
KNOWN = {one.document_id: one for one in (*hostile_documents("md"), *hostile_documents("html"))}


def hostile_hits() -> tuple[Hit, ...]:
    return tuple(
        Hit(
            rank=rank,
            score=1 / rank,
            cosine=0.9,
            passage=passage(one, url=one.url or one.title, headings=(f"Heading {one.title}",)),
        )
        for rank, one in enumerate(KNOWN.values(), start=1)
    )


class HostileAssistant:
    """States each payload as a sentence of its own that cites a hostile document.

    A question with "loto" in it is declined, and its message is hostile.
    """

    def answer(self, question: Question) -> Iterator[Event]:
        found = hostile_hits()
        yield Retrieved(language="en", hits=found)
        is_declined = "loto" in question.text
        stated = [] if is_declined else [self._stated(*one) for one in enumerate(found, start=1)]
        yield from stated
        yield Finished(
            answer=self._answer(question, found, stated, is_declined=is_declined),
            trace=Trace(
                standalone=" ".join(PAYLOADS),
                evidence=tuple(enumerate(PAYLOADS, start=1)),
                considered=tuple(
                    Considered(text=words, shown=False, reasons=(f"name {words}",))
                    for words in PAYLOADS
                ),
            ),
        )

    @staticmethod
    def _stated(number: int, hit: Hit) -> Stated:
        item = hit.passage
        citation = Citation(
            number=number, passage=item, start=item.start, end=item.end, quote=item.text
        )
        said = f"Said: {item.title}."
        is_quote = item.path.endswith("html")
        sentence = Sentence(text=said, citations=(number,), is_quote=is_quote)
        return Stated(sentence=sentence, citations=(citation,))

    @staticmethod
    def _answer(
        question: Question, found: tuple[Hit, ...], stated: Sequence[Stated], *, is_declined: bool
    ) -> Answer:
        outcome: Outcome = "declined" if is_declined else "answered"
        reason: Reason | None = "not_found" if is_declined else None
        return Answer(
            question_id=question.question_id,
            question=question.text,
            language="en",
            outcome=outcome,
            text=" ".join(PAYLOADS),
            sentences=tuple(one.sentence for one in stated),
            citations=tuple(citation for one in stated for citation in one.citations),
            hits=found,
            seconds=Seconds(retrieval=0, first_sentence=None, total=0),
            reason=reason,
        )


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory):
    settings = load_settings(
        question_chars=2000,
        feedback_file=tmp_path_factory.mktemp("feedback") / "feedback.jsonl",
    )
    documents: Mapping[str, Document] = {**DOCUMENTS, **KNOWN}
    with live_page(HostileAssistant(), settings, documents, checker=checker()) as url:
        yield url


def ask(page, question):
    asked = page.locator(".mb-exchange").count()
    page.locator("#mb-question textarea").fill(question)
    page.locator("#mb-send").click()
    expect(page.locator(".mb-exchange[data-state=at-rest]")).to_have_count(asked + 1)
    return page.locator(".mb-exchange").last


def words_in(page, selector):
    """Return what the elements hold as text, the spaces of fine printing as plain ones."""
    found = page.locator(selector).evaluate_all("(all) => all.map((one) => one.textContent)")
    return " ".join(" ".join(found).split())


def brought_in(page):
    """Return elements, attributes and links that no words may make."""
    return page.evaluate(
        """([shown, forbidden]) => {
            const found = [];
            for (const part of document.querySelectorAll(shown)) {
                for (const one of part.querySelectorAll(forbidden))
                    if (!one.matches("dialog > form")) found.push(one.outerHTML);
                const ours = ".mb-exchange *, .mb-about *, #mb-graded [class^=mb-] *";
                for (const one of part.querySelectorAll(ours))
                    for (const { name } of one.attributes)
                        if (name.startsWith("on") || name === "style" || name.endsWith("src"))
                            found.push(one.outerHTML);
            }
            for (const link of document.querySelectorAll("a[href], [href]")) {
                const scheme = new URL(link.getAttribute("href"), location.href).protocol;
                if (!["http:", "https:"].includes(scheme) && !link.closest("head"))
                    found.push(link.outerHTML);
            }
            return found;
        }""",
        [SHOWN, FORBIDDEN],
    )


def lacking(text):
    return [words for words in PAYLOADS if " ".join(words.split()) not in text]


def test_an_answer_of_hostile_words_on_hostile_documents_is_only_shown(hostile_url, open_page):
    page = open_page(hostile_url, locale="en-GB")

    ask(page, " ".join(PAYLOADS))
    for card in page.locator(".mb-card > summary").all():
        card.evaluate("(summary) => summary.click()")

    assert brought_in(page) == []
    places = (".mb-question", ".mb-text", ".mb-quote", ".mb-title", ".mb-heading", ".mb-passage")
    assert {place: lacking(words_in(page, place)) for place in places} == {
        place: [] for place in places
    }
    links = page.locator(".mb-links a")
    assert links.count() == len(PAYLOADS)
    assert {one.get_attribute("href")[:16] for one in links.all()} == {"https://iom.int/"}


def test_hostile_words_of_a_declined_answer_of_the_trace_and_of_a_claim_are_only_shown(
    hostile_url, open_page
):
    page = open_page(hostile_url, locale="en-GB")
    ask(page, "loto <img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Staff mode").click()
    page.locator(".mb-trace > summary").click()
    page.get_by_label("Claim").fill(" ".join(PAYLOADS))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".mb-verdict")).to_be_visible()
    page.get_by_role("button", name="About migbot").click()
    page.get_by_text("List of the documents").click()

    assert brought_in(page) == []
    places = (".mb-declined", ".mb-trace", "#mb-graded", "dialog.mb-about")
    assert {place: lacking(words_in(page, place)) for place in places} == {
        place: [] for place in places
    }


def test_a_link_with_hostile_words_only_fills_the_box(hostile_url, open_page):
    words = " ".join(PAYLOADS)
    page = open_page(hostile_url, locale="en-GB", path=f"/?{urlencode({'q': words})}")

    expect(page.get_by_label("Your question")).to_have_value(words)
    assert brought_in(page) == []
