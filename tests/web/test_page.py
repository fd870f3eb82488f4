import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.web

ANSWER_MS = 180_000
WIDTHS = (360, 768, 1440)
QUESTIONS = {"fr-FR": "Quand l’OIM a-t-elle été créée ?", "en-GB": "When was IOM founded?"}
WORDS = {
    "fr-FR": {"box": "Votre question", "send": "Envoyer", "cited": "Sources citées"},
    "en-GB": {"box": "Your question", "send": "Send", "cited": "Cited sources"},
}


@pytest.fixture(params=["scripted", pytest.param("real", marks=pytest.mark.models)])
def either_url(request):
    return request.getfixturevalue(f"{request.param}_url")


def ask(page, question, language="fr-FR"):
    page.get_by_label(WORDS[language]["box"]).fill(question)
    page.get_by_role("button", name=WORDS[language]["send"]).click()


def finished(page, count=1):
    exchanges = page.locator(".mb-exchange[data-state=at-rest]")
    expect(exchanges).to_have_count(count, timeout=ANSWER_MS)
    return exchanges.last


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_visitor_asks_and_reads_the_quoted_words_in_their_source(either_url, open_page, language):
    page = open_page(either_url, locale=language)

    ask(page, QUESTIONS[language], language)
    expect(page.locator(".mb-card").first).to_be_visible(timeout=ANSWER_MS)
    answer = finished(page)

    sentences = answer.locator(".mb-sentence")
    assert sentences.count() >= 1
    assert all(sentences.nth(at).locator(".mb-marker").count() for at in range(sentences.count()))
    marker = answer.get_by_role("button", name=re.compile(r"^Source 1\s?: ")).first
    marker.click()
    mark = answer.locator("mark.mb-current").first
    expect(mark).to_be_in_viewport()
    card = answer.locator("details[open]")
    expect(card.locator(".mb-title")).to_be_visible()
    expect(card.locator(".mb-meta")).to_contain_text(re.compile(r"\d{4}|sans date|undated"))
    for link in card.locator("a").all():
        assert link.get_attribute("href").startswith(("http://", "https://"))
        assert link.get_attribute("rel") == "noopener noreferrer"
    expect(answer.get_by_text(WORDS[language]["cited"])).to_be_visible()


def test_sources_are_shown_while_the_answer_is_still_awaited(scripted_url, open_page):
    page = open_page(scripted_url)

    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")

    expect(page.locator(".mb-card")).to_have_count(5)
    assert page.locator(".mb-sentence").count() == 0
    expect(page.get_by_role("status").filter(has_text="Lecture des passages…")).to_be_visible()
    expect(page.locator(".mb-sentence")).to_have_count(1, timeout=10_000)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()
    expect(page.locator(".mb-aside")).to_have_text("Réponse arrêtée.")
    assert page.locator(".mb-sentence").count() == 1


def test_a_declined_question_shows_the_nearest_passages(scripted_url, open_page):
    page = open_page(scripted_url)

    ask(page, "Qui a gagné au loto ?")
    answer = finished(page)

    expect(answer.locator(".mb-declined")).to_be_visible()
    expect(answer.get_by_text("Passages les plus proches", exact=True)).to_be_visible()
    expect(answer.locator(".mb-card")).to_have_count(5)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", QUESTIONS)
def test_the_page_fits_its_window(scripted_url, open_page, language, width):
    page = open_page(scripted_url, locale=language, width=width, height=740)
    assert fits(page)

    ask(page, "echo " + "x" * 300, language)
    finished(page)

    assert fits(page)
    sources = page.locator(".mb-sources").bounding_box()
    answer = page.locator(".mb-answer").bounding_box()
    if width > 1000:
        assert sources["x"] >= answer["x"] + answer["width"]
    else:
        assert sources["y"] >= answer["y"] + answer["height"]
    expect(page.get_by_label(WORDS[language]["box"])).to_be_in_viewport()


@pytest.mark.parametrize(
    ("locale", "path", "language"),
    [
        ("fr-CA", "/", "fr"),
        ("en-US", "/", "en"),
        ("de-DE", "/", "en"),
        ("en-US", "/?lang=fr", "fr"),
    ],
)
def test_the_page_opens_in_the_visitors_language(scripted_url, open_page, locale, path, language):
    page = open_page(scripted_url, locale=locale, path=path)

    assert page.evaluate("document.documentElement.lang") == language
    assert page.title().startswith("migbot")


def test_switching_the_language_keeps_the_conversation(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, QUESTIONS["fr-FR"])
    finished(page)

    page.get_by_role("button", name="English").click()

    expect(page.get_by_text("Cited sources", exact=True)).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator(".mb-sentence").count() == 3


def test_a_source_opened_by_hand_stays_open_as_the_answer_goes_on(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")
    last = page.locator(".mb-card").last
    last.locator("summary").click()

    expect(page.locator(".mb-sentence")).to_have_count(2, timeout=20_000)

    assert page.locator(".mb-card").last.get_attribute("open") is not None


def test_the_whole_way_works_from_the_keyboard(scripted_url, open_page):
    page = open_page(scripted_url)
    page.keyboard.press("Tab")
    expect(page.locator(".mb-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Votre question")).to_be_focused()

    page.keyboard.type("Quand ? échelle")
    page.keyboard.press("Enter")
    answer = finished(page)
    answer.locator(".mb-marker").last.focus()
    page.keyboard.press("Enter")

    expect(answer.locator("details[open] summary")).to_be_focused()
    answer.get_by_role("button", name="Retour à la réponse").press("Enter")
    expect(answer.locator(".mb-marker").last).to_be_focused()


def test_escape_closes_a_source_and_goes_back_to_its_marker(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, QUESTIONS["fr-FR"])
    answer = finished(page)
    second = answer.locator(".mb-marker").nth(1)
    second.focus()
    page.keyboard.press("Enter")
    expect(answer.locator("details[open] summary")).to_be_focused()

    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(second).to_be_focused()
    expect(answer.locator("details[open]")).to_have_count(0)
    expect(answer.locator(".mb-current")).to_have_count(0)


def test_escape_closes_a_source_that_nothing_points_to_and_stays_there(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, "Qui a gagné au loto ?")
    summary = finished(page).locator("summary").nth(2)
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details[open]")).to_have_count(1)

    page.keyboard.press("Escape")

    expect(page.locator("details[open]")).to_have_count(0)
    expect(summary).to_be_focused()


def test_focus_and_highlight_outlive_the_sentences_that_follow(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")
    marker = page.locator(".mb-marker").first
    marker.press("Enter", timeout=20_000)

    finished(page)

    assert page.locator(".mb-sentence").count() == 3
    expect(page.locator("details[open] summary")).to_be_focused()
    expect(page.locator("mark.mb-current")).to_have_count(1)
    expect(page.locator(".mb-marker.mb-current")).to_have_text("1")


def test_sending_from_the_keyboard_leaves_the_focus_in_the_question_box(scripted_url, open_page):
    page = open_page(scripted_url)
    page.get_by_label("Votre question").fill(QUESTIONS["fr-FR"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Envoyer")).to_be_focused()

    page.keyboard.press("Enter")
    finished(page)

    expect(page.get_by_label("Votre question")).to_be_focused()


def test_everything_that_can_be_pressed_has_a_name(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, QUESTIONS["fr-FR"])
    answer = finished(page)
    answer.locator(".mb-marker").first.click()

    markers = answer.get_by_role(
        "button", name=re.compile(r"^Source [1-3]\s: L’histoire de l’OIM$")
    )
    expect(markers).to_have_count(3)
    pressable = page.locator("button:visible, a:visible, summary:visible, textarea:visible")
    # The first line holds role and name; what follows is inside.
    named = [each.aria_snapshot().splitlines()[0] for each in pressable.all()]
    assert len(named) > len(markers.all())
    assert [line for line in named if not re.search(r'"| text: \S|textbox', line)] == []
    expect(page.get_by_role("status").filter(has_text="Réponse terminée")).to_have_count(1)


def test_closing_the_tab_closes_the_answer_and_the_next_visit_is_answered(
    scripted, scripted_url, open_page
):
    page = open_page(scripted_url)
    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")
    expect(page.locator(".mb-card")).to_have_count(5)
    closed = scripted.closed

    page.close()

    page = open_page(scripted_url)
    ask(page, QUESTIONS["fr-FR"])
    assert finished(page).locator(".mb-sentence").count() == 3
    assert scripted.closed == closed + 1
    assert scripted.at_work == 0


def test_two_visitors_never_see_each_others_words(scripted_url, open_page):
    first, second = open_page(scripted_url), open_page(scripted_url)

    ask(first, "echo pamplemousse")
    ask(second, "echo clémentine")
    finished(first)
    finished(second)

    assert "pamplemousse" in first.content()
    assert "clémentine" not in first.content()
    assert "clémentine" in second.content()
    assert "pamplemousse" not in second.content()


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "{{constructor}} ${alert(1)}",
        "<style>@import url(http://evil.example/x.css)</style>",
    ],
)
def test_hostile_words_are_shown_as_they_are(scripted_url, open_page, words):
    page = open_page(scripted_url)

    ask(page, f"echo {words}")
    answer = finished(page)

    expect(answer.locator(".mb-sentence")).to_contain_text(words)
    expect(answer.locator(".mb-question")).to_contain_text(words)


def test_a_question_that_is_too_long_stays_in_the_box(scripted_url, open_page):
    page = open_page(scripted_url)

    ask(page, "x" * 1001)

    expect(page.get_by_role("status").filter(has_text="1000 caractères")).to_be_visible()
    assert len(page.get_by_label("Votre question").input_value()) == 1001


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr-FR", "Cette question dépasse 1000 caractères."),
        ("en-GB", "This question is over 1000 characters."),
    ],
)
def test_a_question_of_any_length_is_refused_in_the_words_of_the_page(
    scripted, scripted_url, open_page, language, told
):
    page = open_page(scripted_url, locale=language)
    heard = len(scripted.heard)
    box = page.get_by_label(WORDS[language]["box"])
    notice = page.get_by_role("status").filter(has_text=told)

    ask(page, "é" * 100_000, language)
    expect(notice).to_be_visible()
    box.press("Enter")

    assert len(box.input_value()) == 100_000
    assert len(scripted.heard) == heard
    ask(page, QUESTIONS[language], language)
    finished(page)
    expect(notice).to_have_count(0)


def test_what_was_refused_is_told_in_the_other_language_once_that_is_chosen(
    scripted_url, open_page
):
    page = open_page(scripted_url)
    ask(page, "x" * 100_000)

    page.get_by_role("button", name="English").click()

    expect(page.get_by_text("This question is over 1000 characters.")).to_be_visible()
    assert page.get_by_text("Cette question dépasse").count() == 0


def test_a_claim_of_any_length_is_refused_in_the_words_of_the_page(scripted_url, open_page):
    page = open_page(scripted_url, path="/?staff=1")
    page.get_by_label("Affirmation").fill("x" * 100_000)

    page.get_by_role("button", name="Vérifier", exact=True).click()

    expect(page.get_by_text("Cette affirmation dépasse 1000 caractères.")).to_be_visible()


def test_a_new_conversation_begins_with_the_examples(scripted_url, open_page):
    page = open_page(scripted_url)
    page.get_by_role("button", name=re.compile("Quand l’OIM")).click()
    finished(page)

    page.get_by_role("button", name="Nouvelle conversation").click()

    expect(page.locator(".mb-welcome h2")).to_be_visible()
    assert page.locator(".mb-exchange").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(scripted_url, open_page, scheme):
    page = open_page(scripted_url, color_scheme=scheme)
    ask(page, QUESTIONS["fr-FR"])
    finished(page).locator(".mb-marker").first.click()

    poor = page.evaluate(CONTRAST)

    assert poor == []


# WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for text, over the nearest painted ground.
CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      const alpha = numbers(colour)[3];
      if (alpha === undefined || alpha === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const element of document.querySelectorAll("[id^=mb-] *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".mb-unseen")) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.className}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
