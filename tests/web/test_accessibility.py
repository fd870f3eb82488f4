"""No state of the page has a fault that axe-core finds, in either theme, narrow or wide."""

from contextlib import ExitStack
from urllib.parse import urlencode

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from live_page import live_page
from playwright.sync_api import Page, expect
from scripted_assistant import DOCUMENTS, ScriptedAssistant, checker

from migbot.serve.desk import StoppingError
from migbot.settings import load_settings

pytestmark = pytest.mark.web

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def faults(page: Page) -> list[str]:
    """What axe-core finds, with the dock at the page's end in place of over what is read.

    A link that happens to lie hidden behind the dock is too near to its button for axe-core, which
    does not know that it can be scrolled out.
    """
    dock = page.locator("#mb-dock")
    dock.evaluate("(dock) => { dock.style.position = 'static'; }")
    found = Axe().run(page, options=RULES).response["violations"]
    dock.evaluate("(dock) => { dock.style.position = ''; }")
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def ask(page: Page, question: str) -> None:
    asked = page.locator(".mb-exchange").count()
    page.locator("#mb-question textarea").fill(question)
    page.locator("#mb-send").click()
    expect(page.locator(".mb-exchange")).to_have_count(asked + 1)


def finish(page: Page) -> None:
    expect(page.locator(".mb-exchange[data-state=running]")).to_have_count(0)
    expect(page.locator("#mb-send")).to_be_visible()


# What the page calls its buttons and boxes.
NAMES = {
    "fr": {
        "locale": "fr-FR",
        "question": "Quand l’OIM a-t-elle été créée",
        "lottery": "Qui a gagné au loto ?",
        "staff": "Mode équipe",
        "claim": "Affirmation",
        "check": "Vérifier",
        "right": "Juste",
        "busy": "sont en attente",
        "too many": "trop de questions",
        "about": "À propos de migbot",
        "documents": "Liste des documents",
    },
    "en": {
        "locale": "en-GB",
        "question": "When was IOM founded",
        "lottery": "Who won the lottery?",
        "staff": "Staff mode",
        "claim": "Claim",
        "check": "Check",
        "right": "Right",
        "busy": "are waiting",
        "too many": "many questions within a minute",
        "about": "About migbot",
        "documents": "List of the documents",
    },
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scripted_url, open_page, scheme, width, language):
    names = NAMES[language]
    options = {"color_scheme": scheme, "locale": names["locale"], "height": 800}
    page = open_page(scripted_url, width=width, **options)
    found = {"empty": faults(page)}

    ask(page, f"{names['question']}, slow ?")
    expect(page.locator(".mb-sentence")).to_have_count(1)
    found["running"] = faults(page)
    page.locator("#mb-stop").click()
    finish(page)
    expect(page.locator(".mb-aside")).to_be_visible()
    found["stopped"] = faults(page)
    ask(page, f"{names['question']} ?")
    finish(page)
    found["answered"] = faults(page)
    page.locator(".mb-marker").last.click()
    page.locator(".mb-menu > summary").last.click()
    found["source open"] = faults(page)
    ask(page, f"{names['question']}, unsure ?")
    finish(page)
    expect(page.locator(".mb-exchange").last.locator(".mb-aside")).to_be_visible()
    found["unsure"] = faults(page)
    ask(page, names["lottery"])
    finish(page)
    found["declined"] = faults(page)
    ask(page, "please fail")
    finish(page)
    found["failed"] = faults(page)
    page.get_by_role("button", name=names["staff"]).click()
    page.locator(".mb-trace > summary").first.click()
    page.get_by_label(names["claim"]).fill("Elle compte 175 États membres.")
    page.get_by_role("button", name=names["check"], exact=True).click()
    expect(page.locator(".mb-verdict")).to_be_visible()
    found["staff"] = faults(page)
    page.get_by_role("button", name=names["about"]).click()
    page.get_by_text(names["documents"]).click()
    found["about"] = faults(page)

    assert {state: those for state, those in found.items() if those} == {}


class StoppedAssistant(ScriptedAssistant):
    """Is stopped with its server after the first sentence of a question that says "power"."""

    def answer(self, question):
        for number, event in enumerate(super().answer(question)):
            yield event
            if number and "power" in question.text:
                raise StoppingError("the server is being stopped")


PLACES = 3
QUESTIONS_PER_MINUTE = 4


@pytest.fixture(scope="module")
def small_url(tmp_path_factory):
    """A server with few places, where few questions a minute may be asked."""
    settings = load_settings(
        waiting_visitors=PLACES,
        visitor_questions_per_minute=QUESTIONS_PER_MINUTE,
        feedback_file=tmp_path_factory.mktemp("feedback") / "feedback.jsonl",
    )
    assistant = StoppedAssistant(pause_s=0.2)
    with live_page(assistant, settings, DOCUMENTS, checker=checker()) as url:
        yield url


def fill_line(url: str, number: int, leaving: ExitStack) -> ExitStack:
    """Let somebody else ask what takes a while; closing what is returned takes it back."""
    asking = leaving.enter_context(ExitStack())
    client = asking.enter_context(httpx.Client(base_url=url, timeout=60))
    fields = {"question": f"When was IOM founded, slow, {number}?"}
    headers = {"accept": "text/event-stream"}
    asking.enter_context(client.stream("POST", "/api/v1/ask", json=fields, headers=headers))
    return asking


def notice(page: Page) -> None:
    expect(page.locator(".mb-status[data-kind=notice]")).to_be_visible()


def send(page: Page, words: str) -> None:
    page.locator("#mb-question textarea").fill(words)
    page.locator("#mb-send").click()


@pytest.mark.parametrize(
    ("scheme", "width", "language"), [("light", 320, "fr"), ("dark", 768, "en")]
)
def test_axe_finds_nothing_in_what_is_seldom_seen_and_it_fits(
    small_url, open_page, scheme, width, language
):
    names = NAMES[language]
    page = open_page(
        small_url,
        path="/?" + urlencode({"q": f"{names['question']} ?", "lang": language}),
        width=width,
        locale=names["locale"],
        color_scheme=scheme,
        # The machine's own visitors may ask as often as they like.
        extra_http_headers={"x-forwarded-for": f"203.0.113.{width % 250}"},
    )
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth") > width
        found[state] = [*faults(page), *(["scrolls sideways"] if wide else [])]

    notice(page)
    look("linked")
    send(page, "")
    look("empty question")
    send(page, "x" * 1001)
    expect(page.locator(".mb-refused")).to_contain_text("1000")
    look("too long")
    ask(page, f"{names['question']} ?")
    finish(page)
    page.get_by_role("button", name=names["right"], exact=True).click()
    expect(page.locator(".mb-feedback")).to_have_count(0)
    notice(page)
    page.locator(".mb-marker").first.click()
    look("judged, source open")
    ask(page, f"{names['question']}, power ?")
    finish(page)
    expect(page.locator(".mb-exchange").last.locator(".mb-aside")).to_be_visible()
    look("interrupted")
    page.get_by_role("button", name=names["staff"]).click()
    with ExitStack() as leaving:
        others = [fill_line(small_url, number, leaving) for number in range(PLACES)]
        send(page, f"{names['question']}, too ?")
        expect(page.locator(".mb-status")).to_contain_text(names["busy"])
        look("busy")
        others.pop().close()
        page.get_by_label(names["claim"]).fill("Elle compte 175 États membres.")
        page.get_by_role("button", name=names["check"], exact=True).click()
        expect(page.locator("#mb-graded .mb-told")).to_be_visible()
        look("claim being checked")
        assert page.locator(".mb-verdict").count() == 0
    expect(page.locator(".mb-verdict")).to_be_visible()
    for _ in range(QUESTIONS_PER_MINUTE + 1):
        send(page, names["lottery"])
        finish(page)
        if page.locator(".mb-status[data-kind=notice]").count():
            break
    expect(page.locator(".mb-status")).to_contain_text(names["too many"])
    look("too many questions")

    assert {state: those for state, those in found.items() if those} == {}
    assert len(found) == 8


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing_while_a_visitor_waits_in_line(scripted_url, open_page, language):
    names = NAMES[language]
    first, second = (open_page(scripted_url, locale=names["locale"]) for _ in range(2))
    ask(first, f"{names['question']}, slow ?")
    expect(first.locator(".mb-sentence")).to_have_count(1)

    ask(second, f"{names['question']}, slow, too ?")
    waiting = {"fr": "Une autre réponse", "en": "Another answer"}[language]
    expect(second.locator("#mb-status")).to_contain_text(waiting)

    assert faults(second) == []
    first.locator("#mb-stop").click()
    second.locator("#mb-stop").click()
    finish(second)


def test_words_of_the_page_are_in_its_language_and_those_of_an_answer_in_theirs(
    scripted_url, open_page
):
    page = open_page(scripted_url, locale="en-GB")
    ask(page, "Quand l’OIM a-t-elle été créée, unsure ?")
    finish(page)

    def languages(selector: str) -> set[str]:
        own = "(all) => all.map((one) => one.closest('[lang]').lang)"
        return set(page.locator(selector).evaluate_all(own))

    for words in (".mb-answer h3", ".mb-act", ".mb-feedback p", ".mb-marker", ".mb-group"):
        assert languages(words) == {"en"}, words
    for words in (".mb-question span:last-child", ".mb-sentence", ".mb-answer .mb-aside"):
        assert languages(words) == {"fr"}, words


@pytest.mark.parametrize("width", [360, 1440])
def test_what_gets_the_focus_is_not_below_the_dock(scripted_url, open_page, width):
    page = open_page(scripted_url, width=width, height=640)
    ask(page, "Quand l’OIM a-t-elle été créée ?")
    finish(page)
    page.evaluate("scrollTo(0, 0)")
    page.locator("#mb-switch").focus()
    hidden = """() => {
        const box = document.activeElement.getBoundingClientRect();
        const dock = document.querySelector("#mb-dock");
        if (dock.contains(document.activeElement)) return null;
        return box.height < 300 && box.bottom > dock.querySelector("p").getBoundingClientRect().top;
    }"""

    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(hidden))
        if reached[-1] is None:
            break

    assert len(reached) > 5
    assert reached[-1] is None
    assert True not in reached


def test_the_question_box_takes_the_focus_without_moving_the_page(scripted_url, open_page):
    page = open_page(scripted_url, width=360, height=640)
    ask(page, "Quand l’OIM a-t-elle été créée ?")
    finish(page)
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, 200)")

    page.locator("#mb-question textarea").focus()
    page.keyboard.type("et après ?")

    assert page.evaluate("scrollY") == 200


def test_a_caveat_is_spoken_once_and_a_stop_by_the_status_line(scripted_url, open_page):
    page = open_page(scripted_url)
    ask(page, "Quand l’OIM a-t-elle été créée, unsure ?")
    finish(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Your question")).to_be_visible()

    spoken = page.get_by_role("log").locator("p")
    expect(spoken).to_have_count(4)
    assert spoken.last.inner_text() == page.locator(".mb-aside").inner_text()
    assert spoken.last.get_attribute("lang") == "fr"
    ask(page, "When was IOM founded, slow?")
    page.locator("#mb-stop").click()
    finish(page)

    expect(page.locator("#mb-status[role=status]")).to_contain_text("Answer stopped.")
    assert "stopped" not in " ".join(spoken.all_inner_texts())
