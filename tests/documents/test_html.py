import pytest

from migbot.documents import html
from migbot.errors import DocumentError


def parse_html(page):
    return html.parse_html(page.encode("utf-8"))


SENTENCE = "The Network brings together the entities of the United Nations system on migration. "
PAGE = f"""<!doctype html><html lang="fr-CH"><head><title>Site</title>
<meta property="og:title" content="The Network"><link rel="canonical" href="https://example.org/n">
<meta property="article:published_time" content="2018-12-19T10:00:00Z"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/c">Contact us now</a></li></ul></nav>
<article><h1>The Network</h1><p>{SENTENCE * 3}Write &lt;b&gt; &amp; a_b.</p>
<script>alert(1)</script>
<style>p {{color: red}}</style><!-- unseen --><h2>Its members</h2><p onclick="x()">They are:</p>
<ul><li>IOM<ul><li>an office</li></ul></li><li>UNHCR</li></ul>
<table><tr><th>Name</th><th>Seat</th></tr><tr><td>IOM</td><td>Geneva</td></tr></table>
<ol><li>first</li><li>second</li></ol><p>One line<br>another</p></article>
<footer>All rights reserved</footer></body></html>"""


def test_keeps_the_main_content_with_its_structure():
    blocks = parse_html(PAGE).blocks

    assert [(b.kind, b.text) for b in blocks if b.text.strip()] == [
        ("heading", "The Network"),
        ("body", f"{SENTENCE * 3}Write <b> & a_b."),
        ("heading", "Its members"),
        ("body", "They are:"),
        ("body", "- IOM\n- an office\n- UNHCR"),
        ("body", "Name | Seat\nIOM | Geneva"),
        ("body", "1. first\n2. second"),
        ("body", "One line\nanother"),
    ]


@pytest.mark.parametrize(
    "nested",
    [
        "<ul><li>one</li><li>two<ul><li>three<ul><li>four</li></ul></li></ul></li></ul>",
        "<ul><li>one</li><li>two</li><ul><li>three</li><ul><li>four</li></ul></ul></ul>",
        "<ul><li>one</li><li>two<div><ul><li>three</li><li>four</li></ul></div></li></ul>",
    ],
)
def test_lists_within_lists_are_told_once_in_their_order(nested):
    page = f"<article><p>{SENTENCE * 3}</p>{nested}<p>{SENTENCE * 2}</p></article>"
    blocks = parse_html(f"<html><body>{page}</body></html>").blocks

    assert "- one\n- two\n- three\n- four" in [block.text for block in blocks]


def test_reads_what_the_page_says_of_itself():
    page = parse_html(PAGE)

    assert (page.title, page.date, page.language, page.url) == (
        "The Network",
        "2018-12-19",
        "fr-CH",
        "https://example.org/n",
    )


@pytest.mark.parametrize(
    ("attribute", "language"),
    [("es", "es"), ("zh-Hant-TW", "zh-Hant-TW"), ("english", None), ("", None), ("1", None)],
)
def test_its_language_is_any_that_a_tag_names(attribute, language):
    assert parse_html(PAGE.replace("fr-CH", attribute)).language == language


@pytest.mark.parametrize(
    "naming",
    [
        "id='CookieBanner'",
        "class='site cookie-notice'",
        "aria-label='Consent to cookies'",
        "id='onetrust-banner-sdk'",
        "class='axeptio_overlay'",
    ],
)
def test_a_notice_about_cookies_is_kept_out(naming):
    notice = "We and our 842 partners keep information on your device to measure how you read."
    banner = f"<div {naming}><h2>Your privacy</h2><p>{notice}</p></div>"

    for page in (
        PAGE.replace("<article>", f"<article>{banner}"),
        PAGE.replace("</article>", f"{banner}</article>"),
    ):
        text = "\n".join(block.text for block in parse_html(page).blocks)
        assert SENTENCE.strip() in text
        assert notice not in text
        assert "Your privacy" not in text


def test_the_characters_of_a_notice_that_was_left_out_are_told_of():
    banner = "<div id='cookie-banner'><p>We use cookies.</p><button>Accept all</button></div>"

    page = parse_html(PAGE.replace("<article>", f"<article>{banner}"))

    assert page.warnings == ("notices about cookies: 22 characters left out",)


@pytest.mark.parametrize(
    "block",
    [
        "<section id='informed-consent'><h2>Free and informed consent</h2><p>{said}</p></section>",
        "<div class='consent'><p>{said}</p></div>",
        "<section class='cookie'><h3>Cookies</h3><p>{said}</p><h3>Objectives</h3></section>",
        "<div class='didomi-popup-open'><p>We use cookies.</p>{filler}<p>{said}</p></div>",
    ],
)
def test_a_block_that_is_named_like_a_notice_and_is_none_is_kept(block):
    said = "A State expresses its consent to be bound by what all peoples have been asked about."
    block = block.format(said=said, filler=f"<p>{SENTENCE}</p>" * 40)

    page = parse_html(PAGE.replace("<h2>Its", f"{block}<h2>Its"))

    assert said in [block.text for block in page.blocks]
    assert page.warnings == ()


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("<meta charset='iso-8859-15'>", "iso-8859-15"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
            "windows-1250",
        ),
    ],
)
def test_the_encoding_that_a_page_states_is_believed(charset, encoding):
    said = {"iso-8859-15": "L'œuvre coûte 5 € à l'État.", "windows-1250": "L'été de Łódź."}
    page = PAGE.replace("<head>", f"<head>{charset}").replace("One line", said[encoding])

    found = html.parse_html(page.encode(encoding))

    assert f"{said[encoding]}\nanother" in [block.text for block in found.blocks]
    assert found.warnings == ()


def test_what_the_page_itself_says_of_cookies_is_kept():
    said = "The consent of the States to the Compact, like a cookie, is given once and for all."

    blocks = parse_html(PAGE.replace("<h2>Its", f"<p>{said}</p><h2>Its")).blocks

    assert said in [block.text for block in blocks]


def test_a_date_that_has_not_been_is_not_believed():
    assert parse_html(PAGE.replace("2018-12-19", "2999-01-01")).date is None


def test_a_page_without_metadata_has_none():
    page = parse_html(f"<html><body><article><p>{SENTENCE * 4}</p></article></body></html>")

    assert (page.date, page.language, page.url) == (None, None, None)


@pytest.mark.parametrize(
    "page",
    [
        "just words",
        "<html><body></body></html>",
        "<html><body><script>alert('a long enough script to count')</script></body></html>",
        f"<body>{'<div>' * 100_000}{SENTENCE}{'</div>' * 100_000}</body>",
    ],
)
def test_refuses_a_page_without_main_text(page):
    with pytest.raises(DocumentError, match="no main text"):
        parse_html(page)
