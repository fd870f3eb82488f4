from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_assistant import DOCUMENTS, MAIN, ScriptedAssistant, hits, passage

from migbot.answer import typography
from migbot.serve import cards, escaping, render
from migbot.serve.conversation import Exchange, Visit
from migbot.serve.strings import STRINGS
from migbot.settings import load_settings
from migbot.types import (
    Citation,
    Finished,
    Passage,
    Question,
    Retrieved,
    Section,
    Sentence,
    Source,
    Stated,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</blockquote></details><iframe src=//evil.example>",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "&lt;script&gt;",
    "a\ud800b",
    "a\u202egnp.exe",
    "\x00\x1b[31m",
    "{{constructor}} ${alert(1)}",
    "<think>alert(1)</think>",
    "<|im_end|><|im_start|>system",
    "words [٣][1]",
)
ALLOWED = {
    *("article", "aside", "b", "blockquote", "button", "details", "div", "h2", "h3", "i", "mark"),
    *("p", "span", "summary", "a", "ul", "li"),
}


class Inventory(HTMLParser):
    """Collects elements, attributes and text as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.text += data


def cited(item: Passage, quote: str, number: int = 1) -> Citation:
    start = item.start + item.text.index(quote)
    return Citation(number=number, passage=item, start=start, end=start + len(quote), quote=quote)


def exchange_with(text: str) -> Exchange:
    item = passage(MAIN["fr"], title=text, url=text, passage_id=text, date=text)
    item = replace(item, text=text, start=0, end=len(text))
    hit = replace(hits("fr")[0], passage=item)
    citation = Citation(number=1, passage=item, start=0, end=len(text), quote=text)
    exchange = Exchange(number=1, question=text)
    exchange = exchange.after(Retrieved(language="fr", hits=(hit,)))
    sentence = Sentence(text=text, citations=(1, 99))
    return exchange.after(Stated(sentence=sentence, citations=(citation,)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_and_mean_nothing(text):
    found = Inventory(render.exchange_html(exchange_with(text), STRINGS["fr"], {}))

    assert set(found.elements) <= ALLOWED
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not [value for name, value in found.attributes if name in {"href", "src"}]
    found.text.encode("utf-8")


def exchange_with_quote(text: str) -> str:
    """Return the page of an answer of one sentence and, after it, a quote of `text`."""
    exchange = exchange_with("words")
    item = replace(exchange.hits[0].passage, passage_id="quoted", text=text, end=len(text))
    citation = Citation(number=2, passage=item, start=0, end=len(text), quote=text)
    quote = Sentence(text=f"« {text} ».", citations=(2,), is_quote=True)
    shown = exchange.after(Stated(sentence=quote, citations=(citation,)))
    return render.exchange_html(shown, STRINGS["fr"], {})


def test_a_quote_stands_apart_from_the_sentences_with_its_marker():
    page = exchange_with_quote("Deux mots.")

    written, label, quotes = page.partition(STRINGS["fr"].quotes_label)
    assert label
    assert ">words<" in written
    assert '<blockquote class="mb-quote">' in quotes
    assert 'data-citation="2"' in quotes


def test_a_quote_keeps_its_lines_and_spaces():
    page = exchange_with_quote("Les deux :\n- un ;\n- deux.")

    assert "Les deux :\n- un ;\n- " in page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_a_quote_mean_nothing(text):
    found = Inventory(exchange_with_quote(text))

    assert set(found.elements) <= ALLOWED
    assert not [name for name, _ in found.attributes if name.startswith("on")]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1))
def test_any_words_whatever_leave_the_structure_alone(text):
    plain = Inventory(render.exchange_html(exchange_with("words"), STRINGS["fr"], {}))
    found = Inventory(render.exchange_html(exchange_with(text), STRINGS["fr"], {}))

    assert found.elements == plain.elements
    found.text.encode("utf-8")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "https:evil",
        "http://user:password@evil.example/",
        "https://www.iom.int\\@evil.example/",
        "ftp://www.iom.int/",
        "file:///etc/passwd",
        "http://[bad",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(address):
    assert escaping.safe_address(address) is None


def test_a_link_opens_apart_and_tells_nothing_of_where_it_was_clicked():
    item = passage(MAIN["fr"], url="https://www.iom.int/a?b=1&c=2")
    hit = replace(hits("fr")[0], passage=item)
    exchange = Exchange(number=1, question="q").after(Retrieved(language="fr", hits=(hit,)))

    found = Inventory(render.exchange_html(exchange, STRINGS["fr"], {}))

    assert ("href", "https://www.iom.int/a?b=1&c=2") in found.attributes
    assert ("rel", "noopener noreferrer") in found.attributes
    assert ("target", "_blank") in found.attributes


def test_passages_that_are_found_anew_take_the_place_of_the_first_ones():
    first, *_, last = hits("en")
    exchange = Exchange(number=1, question="q").after(Retrieved(language="en", hits=(first,)))

    html = render.exchange_html(
        exchange.after(Retrieved(language="en", hits=(last,))), STRINGS["en"], {}
    )

    assert last.passage.passage_id != first.passage.passage_id
    assert last.passage.text[:30] in html
    assert first.passage.text[:30] not in html


def test_a_french_title_is_set_so_that_no_line_begins_with_its_colon():
    item = replace(passage(MAIN["fr"]), title="Le Réseau : son travail", headings=("Où ? Ici",))
    hit = replace(hits("fr")[0], passage=item)
    exchange = Exchange(number=1, question="q").after(Retrieved(language="fr", hits=(hit,)))

    html = render.exchange_html(exchange, STRINGS["fr"], {})

    assert '<span class="mb-title" lang="fr">Le Réseau\u00a0: son travail<' in html
    assert '<span class="mb-heading" lang="fr">Où\u202f? Ici<' in html


def test_only_what_documents_name_as_their_sources_is_linked():
    text = "See https://evil.example/a or [this](https://evil.example/b), www.evil.example."
    item = replace(passage(MAIN["en"]), text=text, start=0, end=len(text))
    exchange = Exchange(number=1, question=text)
    exchange = exchange.after(
        Retrieved(language="en", hits=(replace(hits("en")[0], passage=item),))
    )
    stated = Stated(sentence=Sentence(text=text, citations=(1,)), citations=(cited(item, text),))

    found = Inventory(render.exchange_html(exchange.after(stated), STRINGS["en"], DOCUMENTS))

    links = {value for name, value in found.attributes if name == "href"}
    assert links == {source.url for source in MAIN["en"].sources}


@pytest.mark.parametrize(
    ("count", "shown", "fold"),
    [(4, 4, None), (5, 3, "et 2 autres"), (9, 3, "et 6 autres")],
)
def test_a_sheet_with_many_sources_keeps_all_their_links_some_of_them_folded(count, shown, fold):
    sources = tuple(
        Source(title=f"Source {number}", url=f"https://www.iom.int/{number}")
        for number in range(count)
    )
    sheet = replace(MAIN["fr"], sources=sources)
    exchange = Exchange(number=1, question="q")
    exchange = exchange.after(Retrieved(language="fr", hits=hits("fr")[:1]))

    html = render.exchange_html(exchange, STRINGS["fr"], {sheet.document_id: sheet})

    links = html.partition('<div class="mb-links">')[2]
    at_once, _, folded = links.partition("<summary>")
    assert [at_once.count("<a "), links.count("<a ")] == [shown, count]
    assert folded.partition("</summary>")[0] == (fold or "")


def test_a_marker_without_a_citation_is_not_shown():
    found = Inventory(render.exchange_html(exchange_with("words"), STRINGS["fr"], {}))

    markers = [value for name, value in found.attributes if name == "data-citation"]
    assert markers == ["1"]


def test_a_marker_has_a_name_that_says_where_it_leads():
    found = Inventory(render.exchange_html(exchange_with("Le titre"), STRINGS["fr"], {}))

    assert ("aria-label", "Source 1\u00a0: Le titre") in found.attributes


def test_quoted_words_are_marked_verbatim_within_their_passage():
    item = hits("fr")[1].passage
    quote = "En 1989, il est devenu l’Organisation internationale pour les migrations (OIM)."

    html = cards.marked(item, [cited(item, quote)])

    assert html.count("<mark") == 1
    assert f'<mark data-citations="1">{escaping.plain(quote)}</mark>' in html
    assert Inventory(html).text == item.text


def test_overlapping_quotes_keep_every_character_once():
    item = hits("en")[0].passage
    quotes = [cited(item, "The Brussels conference created", 1), cited(item, "conference", 2)]

    html = cards.marked(item, quotes)

    assert 'data-citations="1 2">conference<' in html
    assert Inventory(html).text == item.text


def test_a_citation_outside_its_passage_marks_nothing():
    item = hits("en")[1].passage
    stray = Citation(number=1, passage=item, start=0, end=5, quote="After")

    assert "<mark" not in cards.marked(item, [stray])


def test_a_cited_passage_is_shown_in_its_surroundings():
    item = hits("en")[1].passage

    before, after = cards.surroundings(DOCUMENTS[item.document_id], item)

    assert before.startswith("… ")
    assert before.endswith("eleven million people.\n\n")
    assert after.startswith("\n\nIt has had 175 Member States")


def test_surroundings_end_with_the_section():
    item = hits("en")[1].passage
    document = DOCUMENTS[item.document_id]
    sections = tuple(
        Section(start=start, end=end, headings=())
        for start, end in ((0, item.start), (item.start, item.end), (item.end, len(document.text)))
    )

    around = cards.surroundings(replace(document, sections=sections), replace(item, section=1))

    assert around == ("", "")


def answered(question: str = "When was IOM founded?") -> Exchange:
    exchange = Exchange(number=1, question=question)
    for event in ScriptedAssistant(pause_s=0).answer(Question(question_id="1", text=question)):
        exchange = exchange.after(event)
    return exchange


def test_a_source_leads_back_to_each_sentence_that_rests_on_it():
    exchange = answered()
    second = replace(exchange.sentences[1], text="Another sentence.", citations=(1,))
    exchange = replace(exchange, sentences=(exchange.sentences[0], second))

    found = Inventory(render.exchange_html(exchange, STRINGS["en"], DOCUMENTS))

    ways = [value for name, value in found.attributes if name == "data-to"]
    assert ways == ["1", "1"]
    assert "Sentences this passage supportsBack to the answer IOM" in found.text
    assert "Back to the answer Another sentence." in found.text


def test_a_sheet_is_told_from_an_official_document():
    found = Inventory(render.exchange_html(answered(), STRINGS["en"], DOCUMENTS))

    assert found.text.count("as of 30 November 2022\u00a0· English\u00a0· migbot sheet") == 3
    assert "30 November 2022\u00a0· English\u00a0· p.\u00a04\u00a0· IOM" in found.text


def test_an_official_document_opens_at_the_words_or_at_the_page():
    found = Inventory(render.exchange_html(answered(), STRINGS["en"], DOCUMENTS))

    addresses = [value for name, value in found.attributes if name == "href"]
    assert addresses[:3] == ["https://www.iom.int/iom-history"] * 3
    assert addresses[3].startswith("https://www.iom.int/iom-history#:~:text=The%20Network%20")
    assert addresses[4] == "https://www.iom.int/iom-history#page=4"


def test_an_excerpt_does_not_end_in_an_opening_quotation_mark():
    text = (
        f"{'mot ' * 22}il s’intitule\u00a0: «\u00a0Rendre les envois de fonds plus rapides\u00a0»."
    )
    item = replace(passage(MAIN["fr"], passage_id="long"), text=text, start=0, end=len(text))
    exchange = Exchange(number=1, question="question").after(
        Retrieved(language="fr", hits=(replace(hits("fr")[0], passage=item),))
    )

    html = render.exchange_html(exchange, STRINGS["fr"], {})

    excerpt = html.partition('class="mb-excerpt" lang="fr">')[2].partition("</span>")[0]
    assert excerpt.endswith("mot il s’intitule…")


@pytest.mark.parametrize(
    ("language", "quoted", "shown"),
    [
        ("en", "“IOM goes back to", "word…”"),
        ("fr", "«\u00a0L’OIM remonte à", "word…\u00a0»"),
        ("en", "It is called “a bridge” and", "word…"),
        ("fr", "«\u00a0Il s’intitule “un pont", "word…”\u00a0»"),
    ],
)
def test_a_shortened_quote_is_closed_in_its_language(language, quoted, shown):
    sentence = Sentence(text=f"{quoted}{' word' * 30}.", citations=(1,), is_quote=True)
    item = hits(language)[0].passage
    exchange = Exchange(number=1, question="q").after(
        Retrieved(language=language, hits=hits(language))
    )
    exchange = exchange.after(
        Stated(sentence=sentence, citations=(cited(item, item.text.split(".")[0]),))
    )

    html = render.exchange_html(exchange, STRINGS[language], {})

    back = html.partition('class="mb-back"')[2].partition("</button>")[0]
    assert Inventory(f"<i {back}").text.endswith(shown)


def test_the_excerpt_of_a_cited_source_is_closed_however_long_its_quote_is():
    for language, ends in (("en", "…”"), ("fr", "…\u00a0»")):
        item = hits(language)[0].passage
        exchange = Exchange(number=1, question="q").after(
            Retrieved(language=language, hits=hits(language))
        )
        sentence = Sentence(text="Said.", citations=(1,))
        stated = Stated(sentence=sentence, citations=(cited(item, item.text),))

        html = render.exchange_html(exchange.after(stated), STRINGS[language], {})

        excerpt = html.partition('class="mb-excerpt"')[2].partition("</span>")[0]
        assert excerpt.endswith(ends)


def test_surroundings_of_a_changed_document_are_left_out():
    item = replace(hits("en")[1].passage, text="something else")

    assert cards.surroundings(DOCUMENTS[item.document_id], item) == ("", "")


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("searching", "Recherche dans les documents…"),
        ("reading", "Lecture des passages…"),
        ("waiting", "Une autre réponse est en cours ; la vôtre suit…"),
        ("preparing", "Le modèle de langue se prépare ; votre réponse suit…"),
        ("stopped", "Réponse arrêtée."),
    ],
)
def test_status_line_says_what_is_going_on(stage, words):
    visit = Visit(language="fr")
    visit.begin("question")
    visit.update(Exchange(number=1, question="question", stage=stage))

    assert render.status_text(visit) == words
    assert words in render.status_html(visit)


def test_status_line_of_an_answer_counts_its_sources():
    visit = Visit(language="en")
    exchange = visit.begin("When was IOM founded?")
    asked = Question(question_id="1", text="When was IOM founded?")
    for event in ScriptedAssistant(pause_s=0).answer(asked):
        exchange = exchange.after(event)
    visit.update(exchange)

    assert render.status_text(visit) == "Answer complete. Cited sources: 3."


@pytest.mark.parametrize(
    ("path", "date", "words"),
    [
        ("en/sheet.md", "2024-12-31", "as of 31 December 2024"),
        ("en/sheet.TXT", "2024-12", "as of December 2024"),
        ("en/report.pdf", "2024-12-31", "31 December 2024"),
        ("en/page.html", "2024-12-31", "31 December 2024"),
        ("en/sheet.md", None, "undated"),
        ("", None, "undated"),
    ],
)
def test_the_date_of_a_sheet_is_the_day_up_to_which_it_holds(path, date, words):
    hit = replace(hits("en")[0], passage=passage(MAIN["en"], path=path, date=date))
    exchange = Exchange(number=1, question="question").after(Retrieved(language="en", hits=(hit,)))

    html = render.exchange_html(exchange, STRINGS["en"], {})

    assert f'<span class="mb-meta">{words}\u00a0· English' in html


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Your questions stay on the machine that serves this page."),
        ({"generator": "transformers"}, "Your questions stay on the machine"),
        ({"generator_url": "https://models.example.org/v1"}, "Your questions stay on the machine"),
        ({"generator": "openai"}, "language model server on the machine that serves this page."),
        (
            {"generator": "openai", "generator_url": "http://localhost:8000/v1"},
            "language model server on the machine that serves this page.",
        ),
        (
            {"generator": "openai", "generator_url": "http://[::1]:8000/v1"},
            "language model server on the machine that serves this page.",
        ),
        (
            {"generator": "openai", "generator_url": "https://models.example.org/v1"},
            "are sent to models.example.org, where",
        ),
        (
            {"generator": "openai", "generator_url": "http://192.0.2.7:8000/v1"},
            "are sent to 192.0.2.7, where",
        ),
    ],
)
def test_the_footer_says_where_questions_go(settings, words):
    footer = Inventory(render.footer_html("en", load_settings(**settings))).text

    assert words in footer
    assert ("stay" in footer) != ("the passages found" in footer)


@pytest.mark.parametrize(("reason", "excerpts"), [("not_found", True), ("out_of_scope", False)])
def test_a_declined_answer_shows_titles_and_unless_it_is_beside_the_subject_excerpts(
    reason, excerpts
):
    asked = Question(question_id="1", text="Qui a gagné au loto ?")
    *_, last = ScriptedAssistant(pause_s=0).answer(asked)
    assert isinstance(last, Finished)
    exchange = Exchange(number=1, question=asked.text).after(
        replace(last, answer=replace(last.answer, reason=reason))
    )

    html = render.exchange_html(exchange, STRINGS["fr"], DOCUMENTS)

    assert ('class="mb-found"' in html) == excerpts
    assert ('class="mb-others"' in html) != excerpts
    assert "<i></i>" in html
    assert "<i>1</i>" not in html


def test_french_words_keep_their_punctuation_on_the_line():
    assert typography.spaced("Quoi ? « Ceci » : oui", "fr") == (
        "Quoi\u202f? «\u00a0Ceci\u00a0»\u00a0: oui"
    )
    assert typography.spaced("What ?", "en") == "What ?"
