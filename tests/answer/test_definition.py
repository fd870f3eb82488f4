from dataclasses import replace

import pytest

from migbot.answer.definition import defines, is_headed, thing_to_define
from migbot.answer.evidence import select_evidence
from migbot.answer.retrieve import Retriever
from migbot.documents.given import given_passage
from migbot.index.collection import build_collection
from migbot.index.fakes import HashEmbedder
from migbot.types import Hit


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("What is a migrant?", "migrant"),
        ("whats the GCM", "GCM"),
        ("What does IMRF stand for?", "IMRF"),
        ("what does the network do", "network"),
        ("define asylum seeker pls", "asylum seeker pls"),
        ("Explain the Global Compact for Migration, please", None),
        ("c koi le pacte mondial sur les migrations", "pacte mondial sur les migrations"),
        ("C’est quoi l’OIM ?", "OIM"),
        ("Qu’est-ce que le Réseau ?", "Réseau"),
        ("qu'est ce que c'est que le FEMI", "FEMI"),
        ("un réfugié c'est quoi", "réfugié"),
        ("le FEMI, qu'est-ce que c'est ?", "FEMI"),
        ("retour volontaire assisté ca veut dire quoi", "retour volontaire assisté"),
        ("que fait l'OIM ?", "OIM"),
        ("l'oim ça fait quoi", "oim"),
        ("Who coordinates the UN Network? and what is that network?", "network"),
        ("Bonjour ! C’est quoi ce réseau ?", "réseau"),
        ("à quoi sert le Réseau ?", "Réseau"),
        ("When was IOM founded?", None),
        ("Who coordinates the Network?", None),
        ("Combien d’objectifs a le Pacte ?", None),
        ("what is it?", None),
        ("", None),
    ],
)
def test_what_is_to_be_explained_is_read_from_the_question(question, thing):
    assert thing_to_define(question) == thing


@pytest.mark.parametrize(
    ("sentence", "language", "thing"),
    [
        ("A migrant, for IOM, is a person who leaves home.", "en", "migrant"),
        ("The Global Compact for Migration (GCM) is a framework.", "en", "GCM"),
        (
            "The Global Compact for Migration (GCM) is a framework.",
            "en",
            "pacte sur les migrations",
        ),
        ("Le Réseau des Nations Unies sur les migrations réunit des entités.", "fr", "réseau"),
        (
            "Le trafic de migrants (en anglais smuggling) consiste à passer.",
            "fr",
            "trafic de migrants",
        ),
        ("The Executive Committee is the main body.", "en", "Executive Committee of the Network"),
    ],
)
def test_a_sentence_of_which_the_thing_is_the_subject_explains_it(sentence, language, thing):
    assert defines(sentence, language, thing)


@pytest.mark.parametrize(
    ("sentence", "thing"),
    [
        ("The Director General of IOM is the Coordinator.", "IOM"),
        ("The United Nations is a union of States.", "UN Network on Migration"),
        ("Migration is a fact.", "International Organization for Migration"),
        ("IOM moved to Geneva.", "IOM"),
        ("IOM is not large.", "IOM"),
        ("Smuggling of migrants means arranging an entry.", "migrant"),
    ],
)
def test_a_sentence_on_something_else_or_that_says_no_kind_explains_nothing(sentence, thing):
    assert not defines(sentence, "en", thing)


def test_a_heading_counts_when_it_is_a_name_of_the_thing():
    passage = given_passage("Some text.", language="en")
    under = [
        replace(passage, headings=("Non-refoulement",)),
        replace(passage, title="The United Nations Network on Migration: an overview"),
        replace(passage, headings=("The Network Hub",)),
    ]

    assert is_headed(under[0], "non-refoulement")
    assert is_headed(under[1], "Network")
    assert not is_headed(under[2], "Network")


def a_hit(text, rank=1):
    return Hit(rank=rank, score=1.0, cosine=0.9, passage=given_passage(text, language="en"))


def test_the_passage_that_explains_a_thing_comes_before_those_that_name_it_more():
    texts = (
        "The Network met. The Network Hub is a platform that the Network runs for the Network.",
        "The Network is a group of entities that help States.",
        "Nothing of this.",
    )
    passages = [replace(given_passage(text, language="en"), document_id=text) for text in texts]
    embedder = HashEmbedder()
    retriever = Retriever(build_collection(passages, embedder.embed_passages(texts)), embedder)

    asked = retriever.search("What is the Network?", language="en", top_k=3)
    other = retriever.search("Network Hub platform", language="en", top_k=3)

    assert asked[0].passage.text == texts[1]
    assert other[0].passage.text == texts[0]


def test_the_sentence_that_explains_is_the_one_that_is_read():
    hit = a_hit(
        "The Network met in May and the Network met in June. "
        "The Network is a group of entities. It rained."
    )

    (extract,) = select_evidence(
        "What is the Network?",
        (hit,),
        language="en",
        count_tokens=lambda text: len(text.split()),
        max_tokens=25,
    )

    assert extract.text == "The Network is a group of entities."
