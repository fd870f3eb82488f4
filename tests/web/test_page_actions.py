"""What a reader does with an answer, in a real browser."""

import json
import re

import pytest
from live_page import TOOLKIT_WARNINGS
from playwright.sync_api import expect

pytestmark = [pytest.mark.web, *TOOLKIT_WARNINGS]

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
