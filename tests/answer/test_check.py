"""Same-language checks; across languages the embedder decides with, so real ones do elsewhere."""

import pytest
from answer_parts import COMPACT, NETWORK, VOTE, carried, check, passage, quotes
from hypothesis import given
from hypothesis import strategies as st

FUND = passage("The Fund was set up in May 2019.", name="fund")
PROGRAMMES = passage("The Fund has paid for 12 programmes.", name="programmes")
MEMBERS = passage(
    "Les membres du Comité de direction sont : le Département des affaires économiques et "
    "sociales (ONU DAES) ; l’Organisation internationale du Travail (OIT) ; l’Organisation "
    "internationale pour les migrations (OIM) ; et le Fonds des Nations Unies pour l’enfance "
    "(UNICEF).",
    name="members",
    language="fr",
)
POPE = passage("Amy E. Pope has led IOM since 1 October 2023.", name="pope")


def test_a_sentence_that_the_passage_states_is_carried_by_its_words():
    assert quotes("The Compact has 23 objectives", COMPACT) == ["The Compact has 23 objectives."]


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Le Réseau regroupe 38 entités du système des Nations Unies", NETWORK),
        ("Le coordonnateur du Réseau est le Directeur général de l’OIM", NETWORK),
        ("Le Pacte n’est pas juridiquement contraignant", VOTE),
        ("Le Pacte a été adopté par 152 voix contre 5 et 12 abstentions", VOTE),
        ("Le 19 décembre 2018, le Pacte a été adopté", VOTE),
        ("L’OIT, l’OIM et l’UNICEF sont membres du Comité de direction", MEMBERS),
    ],
)
def test_true_french_sentences_are_carried(sentence, source):
    assert carried(sentence, source, language="fr")


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The Compact was adopted by the General Assembly", COMPACT),
        ("The General Assembly adopted the Compact on 19 December 2018", COMPACT),
        ("The Compact isn’t legally binding", COMPACT),
        ("The Compact isn't legally binding", COMPACT),
        ("Amy Pope has led IOM since October 2023", POPE),
    ],
)
def test_true_english_sentences_are_carried(sentence, source):
    assert carried(sentence, source)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Compact has 24 objectives",
        "The Compact has twenty-four objectives",
        "The Compact was adopted by the General Assembly on 18 December 2018",
        "The Compact was adopted by the General Assembly on 19 December 2019",
        "The Compact was adopted by the General Assembly in A/RES/73/195",
    ],
)
def test_a_number_that_the_passage_lacks_drops_the_sentence(sentence):
    verdict = check(sentence, COMPACT)

    assert verdict.support is None
    assert any(reason.startswith("number") for reason in verdict.reasons)


def test_a_month_that_the_passage_lacks_drops_the_sentence():
    verdict = check("The Fund was set up in June 2019", FUND)

    assert verdict.support is None
    assert "month 6 is not in the passage" in verdict.reasons


@pytest.mark.parametrize(
    ("sentence", "source", "name"),
    [
        ("The Compact was adopted by the Security Council", COMPACT, "council"),
        ("The head of IOM since 1 October 2023 is Pope Francis", POPE, "francis"),
        ("Today UNHCR has led since 1 October 2023", POPE, "unhcr"),
    ],
)
def test_a_name_that_the_passage_lacks_drops_the_sentence(sentence, source, name):
    verdict = check(sentence, source)

    assert verdict.support is None
    assert f"name {name} is not in the passage" in verdict.reasons


def test_an_abbreviation_that_opens_the_sentence_is_a_name_too():
    assert carried("UNICEF est membre du Comité de direction", MEMBERS, language="fr")
    assert not carried("OMS est membre du Comité de direction", MEMBERS, language="fr")


def test_names_of_the_headings_and_figures_of_the_title_and_date_count():
    source = passage(
        "The plan has 3 parts.", title="Plan of 2019", headings=("The Fund",), date="2021-06"
    )

    assert carried("The plan of the Fund has 3 parts", source)
    assert carried("The plan of 2019 has 3 parts", source)
    assert carried("In 2021 the plan has 3 parts", source)
    assert not carried("In 2022 the plan has 3 parts", source)


@pytest.mark.parametrize(
    ("sentence", "source", "language"),
    [
        ("The Compact is legally binding", COMPACT, "en"),
        ("Le Pacte est juridiquement contraignant", VOTE, "fr"),
        ("Le Pacte n’a pas été adopté le 19 décembre 2018", VOTE, "fr"),
        ("The Compact does not have 23 objectives", COMPACT, "en"),
        ("The Fund was never set up in May 2019", FUND, "en"),
        ("The Fund was not set up in May 2019", FUND, "en"),
    ],
)
def test_a_flipped_negation_drops_the_sentence(sentence, source, language):
    assert not carried(sentence, source, language=language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Le Réseau regroupe 38 États membres du système des Nations Unies", "fr"),
        ("Le Réseau regroupe 38 membres", "fr"),
        ("Le Réseau compte trente-huit pays membres", "fr"),
    ],
)
def test_a_number_that_counts_something_else_drops_the_sentence(sentence, language):
    assert not carried(sentence, NETWORK, language=language)


def test_the_reason_says_that_a_number_counts_something_else():
    source = passage("The Network of the United Nations system brings together 38 entities.")

    verdict = check("The Network of the United Nations system brings together 38 states", source)

    assert verdict.support is None
    assert "38 counts something else" in verdict.reasons


def test_a_list_need_not_say_how_many_it_lists():
    assert carried("Les membres du Comité de direction sont quatre", MEMBERS, language="fr")
    assert not carried("Les membres du Comité de direction sont neuf", MEMBERS, language="fr")


def test_a_sentence_that_another_passage_carries_is_cited_there():
    verdict = check("The Fund has paid for 12 programmes", FUND, others=[PROGRAMMES])

    assert verdict.support is not None
    assert verdict.support.passage == PROGRAMMES


def test_the_cited_passage_comes_first_where_two_carry_a_sentence():
    twin = passage(PROGRAMMES.text, name="twin")

    verdict = check("The Fund has paid for 12 programmes", twin, others=[PROGRAMMES])

    assert verdict.support is not None
    assert verdict.support.passage == twin


def test_a_fact_from_a_second_passage_gets_a_second_citation():
    origin = passage("Amy Pope is a national of the United States.", name="origin")

    for cited, others in (((POPE, origin), ()), ((POPE,), (COMPACT, origin))):
        verdict = check(
            "Amy E. Pope of the United States has led IOM since 1 October 2023",
            *cited,
            others=others,
        )
        assert [support.quote for support in verdict.supports] == [POPE.text, origin.text]


def test_a_second_passage_may_not_bring_what_the_first_does_not_speak_of():
    other = passage("The Alliance met in Rome in June 2020.", name="other")

    assert not carried("The Fund was set up in Rome in June 2020", FUND, other)


def test_a_word_taken_over_from_the_question_must_stand_in_the_passage():
    question = "How many secret programmes has the Fund paid for?"

    assert carried("The Fund has paid for 12 programmes", PROGRAMMES, question=question)
    verdict = check("The Fund has paid for 12 secret programmes", PROGRAMMES, question=question)
    assert verdict.support is None
    assert any("secret" in reason for reason in verdict.reasons)


def test_a_single_strange_word_is_excused_where_the_model_is_trusted():
    question = "How many successful programmes has the Fund paid for?"
    sentence = "The Fund has paid for 12 successful programmes"

    assert carried(sentence, PROGRAMMES, question=question, trusted=True)
    assert not carried(sentence, PROGRAMMES, question=question, trusted=False)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Fund has paid for 13 programmes",
        "The Fund has not paid for 12 programmes",
        "The Fund has paid for 12 programmes in Rome",
    ],
)
def test_a_trusted_model_is_believed_no_number_name_or_negation(sentence):
    question = f"{sentence}?"

    assert not carried(sentence, PROGRAMMES, question=question, trusted=True)


def test_a_word_of_the_question_may_stand_in_the_passage_under_its_other_name():
    source = passage("L’OIM est à Genève.", language="fr")

    assert carried("L’OIM est à Genève", source, language="fr", question="Where is IOM?")


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("The extracts say that the Compact has 23 objectives", "en"),
        ("The number of objectives of the Compact is not specified", "en"),
        ("Les extraits ne le disent pas", "fr"),
        ("Le nombre n’est pas précisé", "fr"),
    ],
)
def test_a_sentence_about_the_extracts_is_no_answer(sentence, language):
    assert not carried(sentence, COMPACT, VOTE, language=language)


@pytest.mark.parametrize("sentence", ["", " ", "Yes", "It is", "Oui", "!"])
def test_a_sentence_that_says_nothing_is_dropped(sentence):
    assert not carried(sentence, COMPACT)


def test_without_passages_nothing_is_carried():
    assert check("The Compact has 23 objectives").reasons == ("there is no passage",)


@given(
    st.lists(st.sampled_from([*COMPACT.text.split(), "not", "1999", "Rome"]), max_size=12),
    st.sampled_from(["fr", "en"]),
)
def test_every_quote_is_verbatim_in_its_passage_and_document(words, language):
    documents = {"network": "x" * 100 + NETWORK.text, "compact": COMPACT.text}

    verdict = check(" ".join(words), COMPACT, others=[NETWORK], language=language)

    assert (verdict.support is None) == bool(verdict.reasons)
    for support in verdict.supports:
        assert support.quote
        assert support.quote == documents[support.passage.document_id][support.start : support.end]
        assert support.passage.start <= support.start < support.end <= support.passage.end
