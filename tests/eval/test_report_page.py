import base64
import hashlib
import json
import re
from dataclasses import asdict
from html.parser import HTMLParser

import pytest

from eval.cases import Item, SuiteResult
from eval.intervals import figures
from eval.page import report_page
from eval.plots import plots_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Elements(HTMLParser):
    """Every element of a page, with its attributes, and the texts in the order they stand."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.texts = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def answer(text, *, url="https://example.org/a", quote="La quote verbatim."):
    return {
        "id": "q",
        "question": "…",
        "language": "fr",
        "outcome": "answered",
        "text": f"{text} [1]",
        "sentences": [{"text": text, "citations": [1]}],
        "citations": [
            {
                "number": 1,
                "passage_id": "p1",
                "document_id": "a",
                "path": "fr/a.md",
                "title": "Déclaration de vote",
                "url": url,
                "language": "fr",
                "date": "2018-12-19",
                "page": None,
                "start": 0,
                "end": 18,
                "quote": quote,
            }
        ],
        "passages": [
            {
                "rank": 1,
                "score": 2.5,
                "title": "Déclaration de vote",
                "path": "fr/a.md",
                "text": "Le passage entier.",
            }
        ],
        "seconds": {"retrieval": 0.05, "first_sentence": 4.0, "total": 6.0},
    }


def item(
    item_id="q1",
    *,
    text="Combien de voix ?",
    language="fr",
    kind="number",
    verdict="right",
    stage=None,
    confidence=0.9,
    total_s=6.0,
    trace=None,
    error=None,
    reply=None,
):
    return Item(
        item_id=item_id,
        language=language,
        kind=kind,
        text=text,
        verdict=verdict,
        stage=stage,
        scores={
            "right": float(verdict == "right"),
            "confidence": confidence,
            "first_source_s": 0.05,
            "first_sentence_s": total_s * 0.6,
            "total_s": total_s,
        },
        detail={
            "expected": "answer",
            "reference": "152 voix contre 5.",
            "documents": ["fr/a.md"],
            "history": [],
            "missing": [] if verdict == "right" else ["152"],
            "forbidden_found": [],
            "answer": reply,
            "trace": trace,
            "error": error,
        },
    )


def suite(items, name="dev"):
    return SuiteResult(
        suite=name, data_sha256="d" * 64, items=tuple(items), figures=figures(tuple(items))
    )


def report(*suites, baselines=(), floors=()):
    whole = {
        "schema": 1,
        "started": "2026-11-24T12:00:00+00:00",
        "finished": "2026-11-24T12:20:00+00:00",
        "commit": "5fc4af5",
        "changed": False,
        "code_sha256": "c" * 64,
        "index_id": "index-7",
        "models": {"small-model": "a" * 64},
        "settings": {"top_k": 5, "generator_url": None},
        "versions": {"python": "3.11.9", "numpy": "2.4"},
        "machine": {"cores": 2, "platform": "Linux"},
        "peak_memory_bytes": 2_500 * 2**20,
        "suites": [asdict(one) for one in suites],
        "floors": list(floors),
        "baselines": [{"name": name, "suites": [asdict(one)]} for name, one in baselines],
    }
    return json.loads(json.dumps(whole))


def test_nothing_that_a_page_holds_asks_another_host_for_anything():
    page = Elements(report_page(report(suite([item(reply=answer("152 voix."))]))))

    loading = {"src", "srcset", "poster", "data", "action", "background", "xlink:href"}
    assert [found for found in page.found if loading & set(found[1])] == []
    assert {tag for tag, _ in page.found} & {"link", "iframe", "img", "object", "base"} == set()
    used = [attributes["href"] for attributes in page.all("use")]
    assert used
    assert all(target.startswith("#") for target in used)


def test_the_policy_allows_the_style_and_script_of_the_page_by_their_hashes_and_nothing_else():
    text = report_page(report(suite([item(reply=answer("152 voix."))])))

    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    allowed = dict(part.split(maxsplit=1) for part in policy.split("; "))
    for element, rule in (("style", "style-src"), ("script", "script-src")):
        (inside,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert allowed.pop(rule) == f"'sha256-{digest}'"
    assert set(allowed) == {"default-src", "base-uri", "form-action"}
    assert set(allowed.values()) == {"'none'"}
    assert [tag for tag, attributes in Elements(text).found if "style" in attributes] == []


def test_what_people_and_models_wrote_is_text_wherever_it_stands():
    trace = {
        "standalone": HOSTILE,
        "evidence": [[1, HOSTILE]],
        "none": 0.1,
        "considered": [{"text": HOSTILE, "shown": False, "reasons": [HOSTILE]}],
    }
    shown = item(
        HOSTILE,
        text=HOSTILE,
        kind=HOSTILE,
        verdict="wrong",
        error=HOSTILE,
        trace=trace,
        reply=answer(HOSTILE, url=HOSTILE, quote=HOSTILE),
    )

    page = Elements(report_page(report(suite([shown]))))

    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert [tag for tag, attributes in page.found if "onerror" in attributes] == []
    assert "".join(page.texts).count("<script>alert(1)</script>") >= 10


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("http://example.org/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("file:///a", False),
        ("https:", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(url, is_link):
    page = Elements(report_page(report(suite([item(reply=answer("152 voix.", url=url))]))))

    links = [a["href"] for a in page.all("a") if not a["href"].startswith("#")]
    assert links == ([url] if is_link else [])


def test_failures_come_first_by_the_step_that_failed_and_are_counted():
    shown = [
        item("fine", reply=answer("152 voix.")),
        item("late", verdict="wrong", stage="wrongly generated", reply=answer("150 voix.")),
        item("early", verdict="wrong", stage="not retrieved", reply=answer("150 voix.")),
        item("early-too", verdict="partly", stage="not retrieved", reply=answer("150 voix.")),
        item("blind", verdict="wrong", reply=answer("150 voix.")),
    ]

    page = report_page(report(suite(shown)))

    questions = [a for a in Elements(page).all("details") if "data-id" in a]
    ids = [attributes["data-id"] for attributes in questions]
    assert ids == ["early", "early-too", "late", "blind", "fine"]
    assert ["open" in attributes for attributes in questions] == [True] * 4 + [False]
    heads = re.findall(r"<h4>([^<]*)</h4>", page)
    assert heads[-3:] == ["Not retrieved: 2", "Wrongly generated: 1", "Stage not known: 1"]
    assert "What went wrong: 4 of 5" in page
    assert "All others: 1" in page


def test_a_question_is_shown_with_all_that_explains_its_verdict():
    trace = {
        "standalone": "Combien de voix au vote de 2018 ?",
        "evidence": [[3, "Un extrait lu."]],
        "none": 0.25,
        "considered": [
            {"text": "Une phrase gardée.", "shown": True, "reasons": []},
            {"text": "Une phrase ôtée.", "shown": False, "reasons": ["number 9 is not there"]},
        ],
    }
    wrong = item(verdict="wrong", stage="wrongly generated", trace=trace, reply=answer("9 voix."))
    crashed = item("q2", verdict="wrong", stage="crashed", error="RuntimeError: no memory")

    text = "".join(Elements(report_page(report(suite([wrong, crashed])))).texts)

    for words in (
        *("9 voix. [1]", "Déclaration de vote", "La quote verbatim.", "152 voix contre 5."),
        *("Missing: 152", "vote de 2018", "Un extrait lu.", "0.250", "number 9 is not there"),
        *("shown Une phrase gardée.", "left out Une phrase ôtée.", "RuntimeError: no memory"),
    ):
        assert words in text


def test_baselines_stand_beside_migbot_in_each_figure_that_both_have():
    ours = suite([item("a"), item("b")])
    theirs = suite([item("a"), item("b", verdict="wrong")])

    page = report_page(report(ours, baselines=[("plain", theirs)]))

    row = re.search(r'title="right">.*?</tbody>', page, re.DOTALL)[0]
    text = " ".join(Elements(row).texts)
    assert re.findall(r"(?:migbot|plain) [\d.]+", text) == ["migbot 1.000", "plain 0.500"]
    assert "0.000–1.000, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}2" in text


def test_a_floor_that_fails_is_told_with_its_value_and_bound_before_those_that_hold():
    floors = [
        {"suite": "dev", "metric": "right", "language": "all", "kind": "all", "at_least": 0.5}
        | {"value": 0.75, "holds": True},
        {"suite": "dev", "metric": "wrong", "language": "fr", "kind": "all", "at_most": 0.1}
        | {"value": 0.2, "holds": False},
        {"suite": "dev", "metric": "refused", "language": "fr", "kind": "all", "at_least": 0.9}
        | {"value": None, "holds": False},
        {"suite": "dev", "metric": "cited", "language": "fr", "kind": "all", "at_least": 0.9}
        | {"value": 0.3, "judged": False, "holds": True},
    ]

    text = " ".join("".join(Elements(report_page(report(floors=floors))).texts).split())

    assert "2 of 4 do not hold." in text
    assert text.index("not measured") < text.index("0.750 at least 0.5 holds")
    assert "0.300 at least 0.9 too few to judge" in text
    assert text.index("0.200 at most 0.1 fails") < text.index("0.750 at least 0.5 holds")


def test_suites_without_answers_show_their_200_worst_items():
    items = [
        Item(
            item_id=f"q{number}",
            language="fr→en",
            kind="fact",
            text="…",
            scores={"recall@5": number / 250},
            detail={"relevant": ["a.md"], "found": []},
        )
        for number in range(250)
    ]

    page = report_page(report(suite(reversed(items), "retrieval")))

    shown = [a["data-id"] for a in Elements(page).all("tr") if "data-id" in a]
    assert shown == [f"q{number}" for number in range(200)]
    assert "50 better ones are not shown" in page


def test_the_page_of_a_report_is_always_the_same():
    one = report(suite([item("a"), item("b", verdict="wrong", confidence=0.2)]))

    assert report_page(one) == report_page(one)


def test_the_risk_plot_tells_the_area_over_answers_alone():
    # The surest is wrong and the next right: risks 1 and 1/2, area 3/4. The third was declined.
    declined = Item(item_id="c", language="fr", kind="fact", text="…", scores={"refused": 1.0})
    shown = asdict(suite([item("a", verdict="wrong"), item("b", confidence=0.5), declined]))

    (risk,) = [plot for plot in plots_of(shown) if plot.title == "Risk and coverage"]

    assert "all, area 0.750" in risk.svg
    assert "Over 2 answers given." in risk.caption


def test_a_suite_has_the_plots_that_its_scores_allow():
    found = Item(item_id="a", language="fr→en", kind="fact", text="…", scores={"recall@5": 1.0})

    assert [plot.title for plot in plots_of(asdict(suite([found])))] == [
        "Recall@5, by kind and language"
    ]
    assert plots_of(asdict(suite([]))) == ()


def test_plots_are_written_in_the_ink_and_font_of_the_page_and_share_no_id():
    shown = asdict(suite([item("a"), item("b", language="en", kind="date", verdict="wrong")]))

    drawn = [Elements(plot.svg) for plot in plots_of(shown)]

    assert len(drawn) == 3
    ids = [[a["id"] for _, a in plot.found if "id" in a] for plot in drawn]
    assert all(ids)
    assert len({one for of_plot in ids for one in of_plot}) == sum(map(len, ids))
    for plot, own in zip(drawn, ids, strict=True):
        assert {a["href"] for a in plot.all("use")} <= {f"#{one}" for one in own}
        assert {a["fill"] for a in plot.all("text")} == {"currentColor"}
        assert not any("font-family" in a for _, a in plot.found)
