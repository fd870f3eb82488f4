import pytest

from migbot.documents.markdown import parse_markdown


def texts(markdown):
    return [block.text for block in parse_markdown(markdown).blocks]


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        (
            "A **bold** _word_, `code` and [a link](https://example.org).",
            "A bold word, code and a link.",
        ),
        (
            "snake_case and 2 * 3 * 4, \\*not emphasis\\*",
            "snake_case and 2 * 3 * 4, *not emphasis*",
        ),
        ("A line\nthat wraps.", "A line that wraps."),
        ("Two lines  \nkept apart.", "Two lines\nkept apart."),
        ("Text with <b>tags</b>, a break<br>and &eacute;.", "Text with tags, a break and é."),
        ("<div>Words in a block.</div>", "Words in a block."),
        ("![an image](x.png)Text.", "Text."),
        ("> Quoted **words**.", "Quoted words."),
        ("See <https://example.org>.", "See https://example.org."),
        ("Before <script>alert(1)</script>after.", "Before after."),
        ("Seen.<!-- unseen -->", "Seen."),
        ("- one\n- two\n  - inner\n\n    more\n", "- one\n- two\n- inner\nmore"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("| A | B |\n|---|---|\n| 1 | **2** |", "A | B\n1 | 2"),
        ("```\nas it is **\n```", "as it is **"),
    ],
)
def test_keeps_what_a_reader_sees(markdown, seen):
    assert "".join(texts(markdown)).strip() == seen


def test_headings_lose_their_marks_and_keep_their_level():
    blocks = parse_markdown("# The *Compact*\n\nText.\n\nMembers\n---\n").blocks

    assert [(b.kind, b.level, b.text) for b in blocks] == [
        ("heading", 1, "The Compact"),
        ("body", 1, "Text."),
        ("heading", 2, "Members"),
    ]


def test_the_title_is_the_first_heading():
    assert parse_markdown("Text.\n\n## First\n\n# Second").title == "First"


def test_deep_nesting_ends_without_an_error():
    parse_markdown("> " * 5_000 + "deep")
    parse_markdown("- " * 5_000 + "deep")
    parse_markdown("[" * 20_000 + "*" * 20_000)
