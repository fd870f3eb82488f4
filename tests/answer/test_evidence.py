import pytest
from answer_parts import COMPACT, NETWORK, VOTE, passage

from migbot.answer.evidence import select_evidence
from migbot.index.fakes import HashEmbedder
from migbot.types import Hit


def select(question, *passages, language="en", max_tokens=200):
    hits = [Hit(rank=n, score=1 / n, passage=one) for n, one in enumerate(passages, start=1)]
    return select_evidence(
        question,
        hits,
        language=language,
        embedder=HashEmbedder(),
        count_tokens=lambda text: len(text.split()),
        max_tokens=max_tokens,
    )


def test_extracts_are_numbered_from_one_in_the_order_of_the_passages():
    evidence = select("Pacte et Réseau", NETWORK, VOTE, language="fr")

    assert [extract.number for extract in evidence.extracts] == [1, 2]
    assert [extract.passage for extract in evidence.extracts] == [NETWORK, VOTE]


def test_the_numbers_have_no_gap_where_a_passage_gives_nothing():
    evidence = select("Pacte", VOTE, passage(" ", name="empty"), NETWORK, language="fr")

    assert [(one.number, one.passage.passage_id) for one in evidence.extracts] == [
        (1, "vote"),
        (2, "network"),
    ]


def test_each_passage_is_heard_before_one_is_heard_twice():
    evidence = select(
        "How many objectives does the Compact have?",
        COMPACT,
        passage("Objectives of the fund are few. Cats sleep.", name="fund"),
        max_tokens=11,
    )

    assert [extract.text for extract in evidence.extracts] == [
        "The Compact has 23 objectives.",
        "Objectives of the fund are few.",
    ]


def test_a_sentence_is_read_under_its_heading():
    (extract,) = select("Where?", passage("In Geneva.", headings=("IOM", "Seat"))).extracts

    assert extract.text == "Seat: In Geneva."


def test_a_heading_alone_is_no_evidence():
    evidence = select("Seat", passage("Seat\n\nIt is in Geneva.", headings=("Seat",)))

    assert [extract.chosen for extract in evidence.extracts] == [(1,)]


def test_the_sentence_that_answers_is_chosen_first():
    evidence = select("How many objectives does the Compact have?", COMPACT, max_tokens=5)

    assert [extract.text for extract in evidence.extracts] == ["The Compact has 23 objectives."]


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before():
    evidence = select(
        "Combien d’entités du système regroupe-t-il ?", NETWORK, language="fr", max_tokens=9
    )

    (extract,) = evidence.extracts
    assert extract.text.startswith("Le Réseau des Nations Unies")
    assert extract.text.endswith("Il regroupe 38 entités du système des Nations Unies.")


def test_chosen_sentences_keep_the_order_of_their_passage():
    (extract,) = select("binding Compact, adopted?", COMPACT).extracts

    assert extract.text == COMPACT.text
    assert extract.chosen == (0, 1, 2)


def test_the_evidence_stays_within_its_tokens():
    long = passage(" ".join(f"Objective {n} is about migration." for n in range(60)))

    evidence = select("Which objective is about migration?", long, max_tokens=40)

    assert 30 <= len(evidence.extracts[0].text.split()) <= 40


def test_a_single_sentence_longer_than_the_limit_is_still_read():
    long = passage("The Compact " + "and the Network " * 30 + "work.")

    (extract,) = select("Compact", long, max_tokens=10).extracts

    assert extract.text == long.text


def test_a_list_is_never_torn_apart():
    members = passage("The members are:\n- DESA\n- ILO\n- IOM\n- UNICEF", name="members")

    (extract,) = select("Who are the members?", members, COMPACT, max_tokens=9).extracts

    assert extract.text.count("- ") == 4


def test_official_names_are_put_into_the_language_of_the_answer():
    (extract,) = select("Qui coordonne ?", passage("IOM coordinates."), language="fr").extracts

    assert "OIM" in extract.text
    assert extract.passage.text == "IOM coordinates."


def test_a_passage_in_the_language_of_the_answer_is_read_verbatim():
    (extract,) = select("Where?", passage("OIM is the French name of IOM.")).extracts

    assert extract.text == "OIM is the French name of IOM."


def test_the_units_that_were_chosen_are_also_told_best_first():
    evidence = select("How many objectives does the Compact have?", COMPACT)

    (extract,) = evidence.extracts
    assert sorted(position for _, position in evidence.best_first) == [0, 1, 2]
    assert evidence.best_first[0] == (extract, 1)


def test_coverage_is_the_share_of_the_words_that_the_extracts_hold():
    all_of_it = select("What are the objectives of the Compact?", COMPACT)
    nothing = select("cheese xyzzy", COMPACT)
    half = select("objectives cheese", COMPACT)

    assert all_of_it.best_coverage == pytest.approx(1)
    assert nothing.best_coverage == 0
    assert 0 < half.best_coverage < 1
    assert nothing.best_cosine < half.best_cosine < all_of_it.best_cosine


def test_a_word_is_covered_by_its_official_translation():
    assert select("OIM", passage("IOM is in Geneva."), language="fr").best_coverage == 1


@pytest.mark.parametrize("passages", [(), (passage(""),), (passage(" \n "),)])
def test_nothing_is_selected_from_nothing(passages):
    evidence = select("Who?", *passages)

    assert evidence.extracts == evidence.best_first == ()
    assert (evidence.best_cosine, evidence.best_coverage) == (0, 0)


def test_a_question_of_stop_words_alone_is_no_error():
    assert select("Who is it?", COMPACT).extracts


def test_the_same_question_selects_the_same_evidence():
    assert select("Who voted?", VOTE, COMPACT) == select("Who voted?", VOTE, COMPACT)
