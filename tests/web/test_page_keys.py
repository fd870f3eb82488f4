"""What works without a mouse, without motion and without encryption."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.web

QUESTION = "Quand l’OIM a-t-elle été créée ?"
SLOW = "Quand l’OIM a-t-elle été créée, slow ?"
MOST_TABS = 80


@pytest.fixture
def page(scripted_url, open_page):
    return open_page(scripted_url)


def asked_by_key(page, question):
    """Ask from the keyboard alone and return the exchange once it is at rest."""
    exchange = begun_by_key(page, question)
    expect(exchange).to_have_attribute("data-state", "at-rest")
    return exchange


def begun_by_key(page, question):
    count = page.locator(".mb-exchange").count()
    page.get_by_label("Votre question").focus()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    expect(page.locator(".mb-exchange")).to_have_count(count + 1)
    return page.locator(".mb-exchange").last


def tab_to(page, wanted, key="Tab"):
    """Press Tab until `wanted` has the focus."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{wanted} is not reached by Tab")


def test_an_answer_is_stopped_by_key(page):
    exchange = begun_by_key(page, SLOW)
    expect(page.locator(".mb-sentence")).to_have_count(1)

    tab_to(page, page.get_by_role("button", name="Arrêter"))
    page.keyboard.press("Enter")

    expect(exchange.locator(".mb-aside")).to_have_text("Réponse arrêtée.")
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()


def test_an_answer_is_saved_by_key(page):
    answer = asked_by_key(page, QUESTION)

    tab_to(page, answer.locator(".mb-menu > summary"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(answer.locator(".mb-menu[open]")).to_be_visible()
    tab_to(page, answer.get_by_role("button", name="Markdown"))
    with page.expect_download() as saving:
        page.keyboard.press("Enter")

    assert saving.value.suggested_filename.endswith(".md")
    expect(answer.locator(".mb-menu[open]")).to_have_count(0)


def test_a_suggested_question_is_asked_by_key(page):
    answer = asked_by_key(page, "Qui a gagné au loto ?")

    tab_to(page, answer.locator(".mb-suggestion").first, "Shift+Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".mb-exchange[data-state=at-rest]")).to_have_count(2)


def test_staff_mode_is_switched_and_a_claim_is_checked_by_key(page):
    asked_by_key(page, QUESTION)

    tab_to(page, page.get_by_role("button", name="Mode équipe"))
    page.keyboard.press("Enter")
    expect(page.locator(".mb-trace")).to_have_count(1)
    tab_to(page, page.locator(".mb-trace > summary"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".mb-trace[open]")).to_have_count(1)
    tab_to(page, page.get_by_label("Affirmation"))
    page.keyboard.type("Elle compte 175 États membres.")
    tab_to(page, page.get_by_role("button", name="Vérifier", exact=True))
    page.keyboard.press("Enter")

    expect(page.locator(".mb-verdict")).to_be_visible()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_nothing_moves_for_who_wants_less_motion(page, motion):
    page.emulate_media(reduced_motion=motion)
    example = page.locator("#mb-examples button").first
    change = example.evaluate("(one) => getComputedStyle(one).transitionDuration")
    begun_by_key(page, SLOW)
    expect(page.locator(".mb-lines")).to_be_visible()

    moves = page.evaluate("document.getAnimations().length")

    assert (moves > 0) == (motion == "no-preference")
    assert (re.search("[1-9]", change) is not None) == (motion == "no-preference")


def test_an_answer_is_copied_where_a_browser_has_no_clipboard_for_pages(page):
    # As over plain HTTP, from another machine.
    page.evaluate("delete Navigator.prototype.clipboard")
    assert page.evaluate("navigator.clipboard") is None
    answer = asked_by_key(page, QUESTION)

    button = answer.get_by_role("button", name="Copier la réponse")
    button.click()

    expect(page.get_by_role("button", name="Copié.")).to_be_focused()
    page.get_by_label("Votre question").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Votre question")).to_have_value(
        re.compile(r"175 États membres\. \[3\]")
    )


def test_what_cannot_be_copied_is_not_said_to_be(page):
    page.evaluate("delete Navigator.prototype.clipboard")
    page.evaluate("document.execCommand = () => false")
    answer = asked_by_key(page, QUESTION)

    answer.get_by_role("button", name="Copier la réponse").click()

    expect(
        page.get_by_role("button", name=re.compile("^Rien n’a été copié.: sélectionnez le texte"))
    ).to_be_focused()
