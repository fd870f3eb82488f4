"""Odd characters of a question on the wire: what programs and the page show of them."""

import json
import unicodedata
from html import unescape

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings

ACUTE = "\N{COMBINING ACUTE ACCENT}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
ARABIC = "ما هي المنظمة الدولية للهجرة"
HEBREW = "מהי ההגירה"
# What is asked, and what is shown of it.
ODD = {
    "ANSI escapes": ("\x1b[31mred\x1b[0m \x1b]0;title\x07", "[31mred[0m ]0;title"),
    "500 combining marks": (f"Zalgo{ACUTE * 500}!", "Zalg\N{LATIN SMALL LETTER O WITH ACUTE}"),
    "joined emoji": (FAMILY, "\N{MAN}\N{WOMAN}\N{GIRL}"),
    "Arabic": (ARABIC, ARABIC),
    "Hebrew": (HEBREW, HEBREW),
    "both ways": (f"IOM {HEBREW} 1951 {ARABIC} OIM", f"IOM {HEBREW} 1951 {ARABIC} OIM"),
    "overrides": ("a\u202egnp.exe \u2066b\u2069 \u200fc", "agnp.exe b c"),
    "half a pair": ("a\ud800b \udfffc", "ab c"),
    "tags": ("a\U000e0041\U000e0042b", "ab"),
}
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    options = load_settings(corpus=folder, index=folder, models=folder)
    with live_page(ScriptedAssistant(pause_s=0), options, DOCUMENTS) as address:
        yield address


@pytest.fixture(scope="module")
def api(url):
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def visitor(url):
    visitor = Visitor(url=url, session="odd1", language="en")
    visitor.arrive()
    yield visitor
    visitor.client.close()


def echoed(api, text):
    """Return what the answer to "echo" and `text` repeats, and check that it says it throughout."""
    # Escaped, so that halves of a pair reach the server.
    body = json.dumps({"question": f"echo {text} end"})
    reply = api.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 200
    answer = reply.json()
    (sentence,) = answer["sentences"]
    assert answer["question"] == sentence["text"]
    assert answer["text"].startswith(sentence["text"])
    return sentence["text"].removeprefix("echo").removesuffix("end").strip()


@pytest.mark.parametrize(("asked", "shown"), ODD.values(), ids=ODD)
def test_a_program_gets_odd_characters_cleaned_or_readable(api, asked, shown):
    echo = echoed(api, asked)

    if asked.startswith("Zalgo"):
        # A few marks may stand on a letter, since some languages need them.
        assert echo.startswith(shown)
        assert echo.count(ACUTE) < 5
    else:
        assert echo == shown


@pytest.mark.parametrize(("asked", "shown"), ODD.values(), ids=ODD)
def test_the_page_shows_odd_characters_cleaned_or_readable(visitor, asked, shown):
    visitor.ask(f"echo {asked}")

    newest = unescape(visitor.page["mb-conversation"].rpartition('class="mb-question')[2])
    assert f"echo {shown}" in newest
    assert newest.count(ACUTE) < 30
    assert not [one for one in newest if _is_unshowable(one)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_any_text_is_echoed_without_what_cannot_be_shown(api, text):
    assume(not any(word in text.lower() for word in ("fail", "crash", "loto", "lottery")))
    echo = echoed(api, text)

    assert not [one for one in echo if _is_unshowable(one)]
    if text.isascii():
        assert list(filter(str.isalnum, echo)) == list(filter(str.isalnum, text))


def _is_unshowable(character):
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"} and character != "\n"
