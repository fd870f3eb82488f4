"""No state of the page has a fault that axe-core finds, in either theme, narrow or wide."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from live_page import TOOLKIT_WARNINGS
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.web, *TOOLKIT_WARNINGS]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def ask(page: Page, question: str) -> None:
    asked = page.locator(".mb-exchange").count()
    page.locator("#mb-question textarea").fill(question)
    page.locator("#mb-send").click()
    expect(page.locator(".mb-exchange")).to_have_count(asked + 1)


def finish(page: Page) -> None:
    expect(page.locator(".mb-exchange[data-state=running]")).to_have_count(0)
    expect(page.locator("#mb-send")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scripted_url, open_page, scheme, width):
    page = open_page(scripted_url, color_scheme=scheme, width=width, height=800)
    found = {"empty": faults(page)}

    ask(page, "Quand l’OIM a-t-elle été créée, slow ?")
    expect(page.locator(".mb-sentence")).to_have_count(1)
    found["running"] = faults(page)
    finish(page)
    found["answered"] = faults(page)
    page.locator(".mb-marker").first.click()
    page.locator(".mb-menu > summary").click()
    found["source open"] = faults(page)
    ask(page, "Qui a gagné au loto ?")
    finish(page)
    found["declined"] = faults(page)
    ask(page, "please fail")
    finish(page)
    found["failed"] = faults(page)
    page.get_by_role("button", name="Mode équipe").click()
    page.locator(".mb-trace > summary").first.click()
    page.get_by_label("Affirmation").fill("Elle compte 175 États membres.")
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.locator(".mb-verdict")).to_be_visible()
    found["staff"] = faults(page)
    page.get_by_role("button", name="À propos de migbot").click()
    page.get_by_text("Liste des documents").click()
    found["about"] = faults(page)

    assert {state: those for state, those in found.items() if those} == {}
