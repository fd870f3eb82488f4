import pytest
from playwright.sync_api import expect

from eval.page import report_page

pytestmark = pytest.mark.web


def item(item_id, language, verdict, stage, text):
    detail = {"expected": "answer", "reference": "", "documents": [], "missing": []}
    detail |= {"forbidden_found": [], "answer": None, "trace": None, "error": None}
    return {
        "item_id": item_id,
        "language": language,
        "kind": "follow_up",
        "text": text,
        "scores": {},
        "verdict": verdict,
        "stage": stage,
        "detail": detail,
    }


def report(*items):
    suite = {"suite": "dev", "data_sha256": "d", "items": items, "figures": [], "notes": []}
    names = ("started", "finished", "commit", "code_sha256", "index_id")
    return {
        **dict.fromkeys(names, "…"),
        **{name: {} for name in ("models", "settings", "versions", "machine")},
        "changed": False,
        "peak_memory_bytes": 0,
        "suites": [suite],
        "floors": [],
        "baselines": [],
    }


@pytest.fixture
def page(chromium, tmp_path):
    file = tmp_path / "report.html"
    items = (
        item("a", "fr", "wrong", "not retrieved", "Combien d’États se sont abstenus ?"),
        item("b", "en", "wrong", "crashed", "Who abstained?"),
        item("c", "fr", "right", None, "Qui dirige l’OIM ?"),
    )
    file.write_text(report_page(report(*items)), encoding="utf-8")
    context = chromium.new_context()
    opened = context.new_page()
    opened.told = []
    opened.on("console", lambda message: opened.told.append(message.text))
    opened.on("request", lambda request: opened.told.append(request.url))
    opened.goto(file.as_uri())
    yield opened
    context.close()


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("stage:not-retrieved", ["a"]),
        ("language:fr", ["a", "c"]),
        ("verdict:right language:fr", ["c"]),
        ("verdict:right language:en", []),
        ("kind:follow_up ETATS", ["a"]),
        ("abstain", ["b"]),
        ("id:c", ["c"]),
    ],
)
def test_the_filter_shows_the_questions_that_hold_every_term(page, wanted, ids):
    page.get_by_role("searchbox").fill(wanted)

    shown = page.locator(".item:visible")
    expect(shown).to_have_count(len(ids))
    assert [one.get_attribute("data-id") for one in shown.all()] == ids
    expect(page.get_by_role("status")).to_have_text(f"{len(ids)} of 3 shown.")


def test_an_emptied_filter_shows_the_page_as_it_was(page):
    expect(page.locator(".item:visible")).to_have_count(2)

    page.get_by_role("searchbox").fill("language:en")
    page.get_by_role("searchbox").fill("")

    expect(page.locator(".item:visible")).to_have_count(2)


def test_the_report_loads_itself_alone_and_breaks_no_rule_of_its_policy(page):
    page.get_by_role("searchbox").fill("language:fr")

    assert page.told == [page.url]
