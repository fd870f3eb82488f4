import pytest

from migbot.documents.frontmatter import FrontMatter, split_front_matter
from migbot.errors import DocumentError
from migbot.types import Source

WHOLE = """---
title: "Le Pacte : une vue d’ensemble"
language: fr
topics: [gcm, adoption]
as_of: 2018-12-19
url: https://example.org/fr/pacte
pair: gcm-overview
sources:
  - title: Résolution
    url: https://example.org/resolution
---
Texte.
"""


def test_reads_every_field_and_leaves_the_text():
    front, text = split_front_matter(WHOLE)

    assert front == FrontMatter(
        title="Le Pacte : une vue d’ensemble",
        language="fr",
        topics=("gcm", "adoption"),
        as_of="2018-12-19",
        url="https://example.org/fr/pacte",
        pair="gcm-overview",
        sources=(Source(title="Résolution", url="https://example.org/resolution"),),
    )
    assert text == "Texte.\n"


@pytest.mark.parametrize("stated", ["2018", "2018-12", "2018-12-19", '"2018-12"'])
def test_keeps_a_date_as_precise_as_it_is_written(stated):
    front, _ = split_front_matter(f"---\nas_of: {stated}\n---\nText.")

    assert front.as_of == stated.strip('"')


@pytest.mark.parametrize("text", ["", "No marks.", "---\n\nA rule above.\n\n---\n", "--- a: b"])
def test_a_text_without_front_matter_is_left_whole(text):
    assert split_front_matter(text) == (FrontMatter(), text)


def test_names_fields_that_mean_nothing():
    front, _ = split_front_matter("---\ntitel: Pacte\n---\nText.")

    assert front.unknown == ("titel",)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ("title: a: b", "not valid YAML at line 2"),
        ("title: 2018", "title should be text"),
        ("title: ''", "title should be text"),
        ("language: es", "language should be fr or en"),
        ("as_of: last year", "as_of should be like"),
        ("as_of: [&a [1], *a]", "as_of should be like"),
        ("topics: gcm", "topics should be a list"),
        ("url: javascript:alert(1)", "url should be an address"),
        ("sources: [https://example.org]", "sources should have a title and a url"),
        ("sources: [{title: A, url: file:///etc/passwd}]", "source's url should be"),
        ("title: !!python/object/apply:os.getcwd []", "not valid YAML"),
    ],
)
def test_says_what_is_wrong(fields, fault):
    with pytest.raises(DocumentError, match=fault):
        split_front_matter(f"---\n{fields}\n---\nText.")


def test_refuses_front_matter_of_a_length_that_nobody_writes():
    topics = ", ".join(["migration"] * 5_000)

    front, _ = split_front_matter(f"---\ntopics: [{topics}]\n---\nText.")
    assert len(front.topics) == 5_000

    with pytest.raises(DocumentError, match="longer than 64000 characters: shorten it"):
        split_front_matter(f"---\ntopics: [{topics}, {topics}]\n---\nText.")
