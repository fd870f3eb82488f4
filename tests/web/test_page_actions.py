"""What a reader does with an answer, in a real browser."""

import json
import re
from dataclasses import replace

import pytest
from live_page import live_page
from playwright.sync_api import expect
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings
from migbot.types import Source

pytestmark = pytest.mark.web

QUESTION = "Quand l’OIM a-t-elle été créée ?"


def ask(page, question):
    asked = page.locator(".mb-exchange").count()
    page.get_by_label("Votre question").fill(question)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".mb-exchange")).to_have_count(asked + 1)
    return page.locator(".mb-exchange").last


def answered(page, question=QUESTION):
    exchange = ask(page, question)
    expect(exchange).to_have_attribute("data-state", "at-rest")
    return exchange


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def page(scripted_url, open_page):
    return open_page(scripted_url, permissions=["clipboard-read", "clipboard-write"])


def test_a_source_leads_back_to_the_sentence_that_rests_on_it(page):
    answer = answered(page)
    answer.locator(".mb-marker").first.click()

    answer.get_by_role("button", name="Retour à la réponse").first.press("Enter")

    expect(answer.locator(".mb-marker").first).to_be_focused()
    expect(answer.locator(".mb-sentence.mb-current")).to_have_count(1)


def test_a_reference_is_copied_as_one_finished_line(page):
    answer = answered(page)
    answer.locator(".mb-marker").first.click()

    button = answer.locator("details[open] .mb-copy")
    expect(button).to_have_text("Copier la référence")
    button.click()

    expect(button).to_have_text("Copié.")
    assert copied(page).startswith("«\u00a0L’histoire de l’OIM\u00a0», fiche")
    expect(page.get_by_role("log")).to_contain_text("Copié.")


def test_an_answer_is_copied_with_its_references(page):
    answered(page).get_by_role("button", name="Copier la réponse").click()

    expect(page.get_by_role("button", name="Copié.")).to_be_visible()
    assert "175 États membres. [3]" in copied(page)
    assert "\n\n[1][2][3] «" in copied(page)


@pytest.mark.parametrize(("form", "suffix"), [("Markdown", "md"), ("CSL", "json"), ("RIS", "ris")])
def test_an_answer_is_saved_as_a_file(page, form, suffix):
    answer = answered(page)
    answer.locator(".mb-menu > summary").click()

    with page.expect_download() as saving:
        answer.get_by_role("button", name=form).click()

    assert saving.value.suggested_filename == f"migbot-quand-l-oim-a-t-elle-ete-creee.{suffix}"
    content = saving.value.path().read_bytes().decode()
    assert "L’histoire de l’OIM" in content
    assert ("\r\n" in content) == (suffix == "ris")
    expect(answer.locator(".mb-menu[open]")).to_have_count(0)


def test_a_link_brings_its_question_and_asks_nothing_by_itself(page, scripted, scripted_url):
    answered(page).get_by_role("button", name="Copier le lien").click()
    expect(page.get_by_role("button", name="Copié.")).to_be_visible()
    link = copied(page)
    heard = len(scripted.heard)
    assert link.startswith(f"{scripted_url}/?q=Quand+l")
    assert link.endswith("&lang=fr")

    page.goto(link)

    box = page.get_by_label("Votre question")
    expect(box).to_have_value(QUESTION)
    expect(page.get_by_role("status").filter(has_text="Ce lien contient")).to_be_visible()
    assert len(scripted.heard) == heard
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".mb-exchange[data-state=at-rest]")).to_have_count(1)
    assert page.url == f"{scripted_url}/?lang=fr"


@pytest.mark.parametrize("question", ["<img src=x onerror=alert(1)>", "x" * 3000])
def test_a_link_with_an_odd_question_only_fills_the_box(scripted_url, open_page, question):
    page = open_page(scripted_url, path=f"/?lang=fr&q={question}")

    expect(page.get_by_label("Votre question")).to_have_value(question[:1000])


def test_a_suggested_question_is_asked_when_it_is_pressed(page):
    answer = answered(page, "Qui a gagné au loto ?")

    answer.locator(".mb-suggestion").first.click()

    expect(page.locator(".mb-exchange[data-state=at-rest]")).to_have_count(2)
    expect(page.locator(".mb-exchange").last.locator(".mb-question")).to_contain_text("Que sait-on")


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_what_speaks_new_sentences_stands_empty_before_the_first(scripted_url, open_page, locale):
    page = open_page(scripted_url, locale=locale)

    expect(page.get_by_role("log")).to_have_count(1)
    assert page.get_by_role("log").inner_html() == ""


def test_the_verdict_on_a_claim_is_spoken_each_time(page):
    page.get_by_role("button", name="Mode équipe").click()
    page.get_by_label("Affirmation").fill("Elle compte 175 États membres.")
    check = page.get_by_role("button", name="Vérifier", exact=True)
    check.click()
    spoken = page.get_by_role("log").locator("p")
    expect(spoken).to_have_count(1)

    check.click()

    expect(spoken).to_have_count(2)
    assert set(spoken.all_inner_texts()) == {page.locator(".mb-verdict").inner_text()}
    assert page.locator("#mb-graded [role=status]").count() == 0


def test_why_a_claim_was_not_checked_is_spoken(page):
    page.get_by_role("button", name="Mode équipe").click()
    page.get_by_role("button", name="Vérifier", exact=True).click()

    told = page.locator(".mb-unchecked")
    expect(told).to_be_visible()
    expect(page.get_by_role("log").locator("p")).to_have_text([told.inner_text()])


@pytest.fixture
def many_sources(tmp_path):
    sources = tuple(
        Source(title=f"Source {number}", url=f"https://www.iom.int/{number}") for number in range(9)
    )
    documents = {
        name: replace(document, sources=sources) if document.retells else document
        for name, document in DOCUMENTS.items()
    }
    folders = dict.fromkeys(("corpus", "index", "models"), tmp_path)
    with live_page(ScriptedAssistant(), load_settings(**folders), documents) as url:
        yield url


@pytest.mark.parametrize("width", [360, 1440])
def test_sources_beyond_the_first_are_reached_from_the_keyboard(many_sources, open_page, width):
    page = open_page(many_sources, width=width)
    answer = answered(page)
    answer.locator(".mb-marker").first.click()
    card = answer.locator(".mb-cited[open]")
    expect(card.locator(".mb-links a:visible")).to_have_count(3)
    card.locator(".mb-links > a").last.focus()

    page.keyboard.press("Tab")
    expect(card.get_by_text("et 6 autres")).to_be_focused()
    page.keyboard.press("Enter")

    expect(card.locator(".mb-links a:visible")).to_have_count(9)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Tab")
    expect(card.locator(".mb-more a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.get_by_text("et 6 autres")).to_be_focused()
    expect(card.locator(".mb-links a:visible")).to_have_count(3)


def test_each_new_sentence_is_spoken_once(page):
    answered(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Your question")).to_be_visible()

    spoken = page.get_by_role("log").locator("p").all_inner_texts()

    assert len(spoken) == 3
    assert spoken[1] == "Elle porte son nom actuel depuis 1989."


def test_what_is_read_stays_in_its_place_as_the_answer_grows(scripted_url, open_page):
    page = open_page(scripted_url, width=360, height=740)
    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")
    expect(page.locator(".mb-sentence")).to_have_count(1)
    card = page.locator(".mb-card").nth(2)
    card.evaluate("card => card.scrollIntoView({ block: 'start' })")
    place = card.bounding_box()["y"]

    expect(page.locator(".mb-sentence")).to_have_count(3)

    assert abs(page.locator(".mb-card").nth(2).bounding_box()["y"] - place) < 2


def test_staff_mode_is_remembered_in_the_address_alone(page, scripted_url):
    answered(page)
    assert page.locator(".mb-trace").count() == 0

    page.get_by_role("button", name="Mode équipe").click()

    expect(page.locator(".mb-trace")).to_have_count(1)
    expect(page).to_have_url(f"{scripted_url}/?staff=1")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Mode équipe").click()
    expect(page.locator(".mb-trace")).to_have_count(0)
    expect(page).to_have_url(f"{scripted_url}/")


def test_what_migbot_is_opens_and_closes_from_the_keyboard(page):
    button = page.get_by_role("button", name="À propos", exact=True)
    button.press("Enter")
    dialog = page.get_by_role("dialog", name="À propos de migbot")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("170")

    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_an_opinion_is_kept_with_its_word(page, feedback_file):
    answer = answered(page)
    answer.get_by_label("Un mot d’explication").fill("Très clair.")

    answer.get_by_role("button", name="Juste").click()

    expect(page.get_by_role("status").filter(has_text="Merci")).to_be_visible()
    expect(answer.locator(".mb-feedback")).to_have_count(0)
    record = json.loads(feedback_file.read_text("utf-8").splitlines()[-1])
    assert record["word"] == "Très clair."
    assert record["judgement"] == "right"


def test_on_paper_the_cited_passages_are_open_and_the_buttons_gone(page):
    answer = answered(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(answer.locator(".mb-cited[open]")).to_have_count(3)
    expect(answer.locator("mark").first).to_be_visible()
    expect(page.locator("#mb-dock")).to_be_hidden()
    expect(answer.locator(".mb-actions")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(answer.locator(".mb-cited[open]")).to_have_count(0)


def test_the_answer_of_a_declined_question_offers_no_export(page):
    answer = answered(page, "Qui a gagné au loto ?")

    assert answer.locator(".mb-menu").count() == 0
    expect(answer.get_by_role("button", name=re.compile("lien"))).to_be_visible()
