"""Questions that want so many things listed, and the passages that list them."""

import pytest
from answer_parts import extracts, passage

from migbot.answer.evidence import select_evidence
from migbot.answer.listing import WantedList, is_whole_list, lists, wanted_list
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
    wanted = wanted_list(question, language)

    assert (wanted.sizes if wanted else set()) == sizes


@pytest.mark.parametrize(
    "text",
    [
        f"They are: {SEVEN}.",
        f"They are: {SEVEN.replace(';', ',').replace(', vuln', ' and vuln')}.",
        "The aims:\n\n" + "\n".join(f"- {one}" for one in SEVEN.split("; ")),
    ],
)
def test_a_passage_lists_as_many_things_as_its_marks_set_apart(text):
    assert lists(passage(text), WantedList(sizes=frozenset({"7"})))
    assert not lists(passage(text), WantedList(sizes=frozenset({"8"})))


@pytest.mark.parametrize(
    ("question", "language", "text"),
    [
        ("what are the aims of the plan?", "en", LIST.text),
        ("list all of the aims of the plan", "en", LIST.text),
        ("give me the aims of the plan", "en", LIST.text),
        ("Quels sont les buts du plan ?", "fr", "Les trois buts du plan sont : a ; b ; c."),
        ("the aims of the plan", "en", LIST.text),
        ("les buts du plan svp", "fr", "Les trois buts du plan sont : a ; b ; c."),
        ("c quoi les buts du plan", "fr", "Les trois buts du plan sont : a ; b ; c."),
        ("C’est qui les membres du plan ?", "fr", "Les trois membres du plan sont : a ; b ; c."),
        ("cite les buts du plan", "fr", "Le plan a trois buts :\n\n- a\n- b\n- c"),
        ("donne-moi tous les buts du plan", "fr", "Les trois buts du plan : a, b et c."),
    ],
)
def test_all_things_of_a_kind_are_listed_where_as_many_follow_as_there_are(
    question, language, text
):
    assert lists(passage(text, language=language), wanted_list(question, language))


@pytest.mark.parametrize(
    "text",
    [
        "Seven aims of the plan are of interest: data; drivers; information.",
        f"The seven parts of the plan are: {SEVEN}.",
        f"The seven aims of the charter are: {SEVEN}.",
        "The plan has seven aims.",
    ],
)
def test_some_of_them_other_things_or_those_of_another_are_not_that_list(text):
    assert not lists(passage(text), wanted_list("what are the aims of the plan?", "en"))


@pytest.mark.parametrize(
    ("question", "is_whole"),
    [
        ("what are the aims of the plan?", True),
        ("list the seven aims of the plan", True),
        ("what are the aims of the plan and who pays for them", False),
        ("what are the seven aims of the charter", False),
        ("which of the seven aims of the plan is the oldest?", False),
        ("how many aims has the plan?", False),
    ],
)
def test_a_list_answers_by_itself_where_nothing_else_is_asked(question, is_whole):
    assert is_whole_list(question, LIST.text, LIST, "en") == is_whole
    assert not is_whole_list(question, LIST.text, LIST, "fr")


@pytest.mark.parametrize(
    "question", ["Are the aims new?", "Who leads the plan?", "which aims fail"]
)
def test_a_question_that_asks_for_no_list_wants_none(question):
    assert wanted_list(question, "en") is None


def test_the_list_is_found_before_what_explains_the_thing():
    explained = passage("The aims of the plan are a set of seven goals.", name="explained")
    retriever = Retriever.over([explained, ABOUT, LIST], HashEmbedder())

    (hit,) = retriever.search("what are the aims of the plan", language="en", top_k=1)

    assert hit.passage.passage_id == "list"


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


COMMITTEE = passage(
    "The three members of the Steering Committee of the Network were: the Fund; the Bank; the "
    "Court.",
    name="committee",
    title="The Steering Committee",
)
COMITE = passage(
    "Les trois membres du comité directeur du Réseau étaient : le Fonds ; la Banque ; la Cour.",
    name="comite",
    language="fr",
    title="Le comité directeur",
)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("who is on the steering committee?", COMMITTEE),
        ("who sits on the Steering Committee of the Network", COMMITTEE),
        ("which UN agencies were in the steering committee", COMMITTEE),
        ("what is the steering committee made up of", COMMITTEE),
        ("members of the steering committee", COMMITTEE),
        ("qui siège au comité directeur ?", COMITE),
        ("quelles agences font partie du comité directeur", COMITE),
        ("qui compose le comité directeur du réseau", COMITE),
        ("de qui est composé le comité directeur", COMITE),
        ("les membres du comité directeur svp", COMITE),
        ("the members of the steering committee please", COMMITTEE),
    ],
)
def test_who_is_on_a_body_wants_the_list_of_its_members(question, source):
    wanted = wanted_list(question, source.language)

    assert wanted is not None
    assert lists(source, wanted)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("what are the members of the Network?", COMMITTEE),
        ("quels sont les membres du Réseau ?", COMITE),
        ("who is on the steering committee for refugees?", COMMITTEE),
        ("who is on the council", COMMITTEE),
    ],
)
def test_the_members_of_a_body_within_are_not_those_of_the_whole(question, source):
    wanted = wanted_list(question, source.language)

    assert wanted is not None
    assert not lists(source, wanted)


def test_how_many_sit_on_a_body_wants_no_list():
    assert wanted_list("how many agencies are on the committee?", "en") is None
