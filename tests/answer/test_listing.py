"""Questions that want so many things listed, and the passages that list them."""

import pytest
from answer_parts import extracts, passage

from migbot.answer.evidence import select_evidence
from migbot.answer.listing import lists, things_to_list
from migbot.answer.retrieve import Retriever
from migbot.index.fakes import HashEmbedder
from migbot.types import Hit

SEVEN = "data; drivers; information; identity; pathways; recruitment; vulnerabilities"
LIST = passage(f"The seven aims of the plan are: {SEVEN}.", name="list")
# The same words, and no list of seven.
ABOUT = passage(LIST.text.replace(";", ""), name="about")


@pytest.mark.parametrize(
    ("question", "language", "sizes"),
    [
        ("List the 23 objectives of the Compact", "en", {"23"}),
        ("what are the eight members of the committee?", "en", {"8"}),
        ("which agencies are the eight members", "en", {"8"}),
        ("Quels sont les 23 objectifs ?", "fr", {"23"}),
        ("peux-tu me lister les huit organismes du comité", "fr", {"8"}),
        ("il me faut les 12 abstentions du vote", "fr", {"12"}),
        ("Are the 23 objectives binding?", "en", set()),
        ("how many of the 23 objectives are about return?", "en", set()),
        ("combien des 23 objectifs", "fr", set()),
        ("What happened in 2018?", "en", set()),
        ("Which two countries led the talks?", "en", set()),
    ],
)
def test_a_list_is_wanted_where_so_many_things_are_asked_for_by_name(question, language, sizes):
    assert things_to_list(question, language) == sizes


@pytest.mark.parametrize(
    "text",
    [
        f"They are: {SEVEN}.",
        f"They are: {SEVEN.replace(';', ',').replace(', vuln', ' and vuln')}.",
        "The aims:\n\n" + "\n".join(f"- {one}" for one in SEVEN.split("; ")),
    ],
)
def test_a_passage_lists_as_many_things_as_its_marks_set_apart(text):
    assert lists(passage(text), frozenset({"7"}))
    assert not lists(passage(text), frozenset({"8"}))


def test_the_passage_that_lists_them_is_found_first():
    retriever = Retriever.over([ABOUT, LIST], HashEmbedder())

    def first(question):
        return retriever.search(question, language="en", top_k=1)[0].passage.passage_id

    assert first("what are the seven aims of the plan") == "list"
    assert first("are the seven aims of the plan new?") == "about"


def test_the_list_is_what_is_read_of_a_long_passage():
    source = passage(
        f"The seven aims of the plan, as the seven aims of any plan, are the plan's. The "
        f"seven aims are: {SEVEN}. The seven aims of the plan were agreed on by all."
    )
    (extract,) = select_evidence(
        "list the seven aims of the plan",
        [Hit(rank=1, score=1.0, cosine=0.9, passage=source)],
        language="en",
        count_tokens=lambda text: len(text.split()),
        max_tokens=45,
    )

    assert SEVEN in extract.text
    assert extract.text != extracts(source)[0].text
