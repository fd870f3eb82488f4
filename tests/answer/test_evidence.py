from dataclasses import replace

import pytest
from answer_parts import COMPACT, NETWORK, VOTE, passage

from migbot.answer.evidence import select_evidence
from migbot.types import Hit

OBJECTIVES = "How many objectives does the Compact have?"


def words(text):
    return len(text.split())


def select(question, *passages, language="en", max_tokens=200, scores=None):
    """Return the extracts of passages that all score alike, unless `scores` say otherwise."""
    scores = scores or [1.0] * len(passages)
    hits = [
        Hit(rank=rank, score=score, cosine=0.9, passage=one)
        for rank, (one, score) in enumerate(zip(passages, scores, strict=True), start=1)
    ]
    return select_evidence(
        question, hits, language=language, count_tokens=words, max_tokens=max_tokens
    )


def window(extract):
    return extract.passage.text[slice(*extract.span)]


def test_extracts_are_numbered_from_one_in_the_order_of_the_passages():
    found = select("Pacte et Réseau", NETWORK, VOTE, language="fr")

    assert [(one.number, one.passage) for one in found] == [(1, NETWORK), (2, VOTE)]


def test_the_numbers_have_no_gap_where_a_passage_gives_nothing():
    found = select("Pacte", VOTE, passage(" ", name="empty"), NETWORK, language="fr")

    assert [(one.number, one.passage) for one in found] == [(1, VOTE), (2, NETWORK)]


MANY = [passage(f"Objective {n} is about migration.", name=str(n)) for n in range(5)]


@pytest.mark.parametrize(
    ("scores", "read"),
    [
        ((4.0, 2.0, 2.0, 1.0, 0.0), ["0"]),
        ((4.0, 3.0, 2.0, 1.0, 0.0), ["0", "1"]),
        ((4.0, 4.0, 4.0, 4.0, 4.0), ["0", "1", "2", "3"]),
        ((-1.0, -1.1, -2.0, -2.0, -3.0), ["0", "1"]),
        ((0.0, -1.0, -2.0, -2.0, -3.0), ["0"]),
    ],
)
def test_of_many_passages_at_most_four_are_read_that_score_near_the_first(scores, read):
    found = select("Which objective?", *MANY, scores=scores)

    assert [one.passage.passage_id for one in found] == read


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who heads the Office these days?", "new"),
        ("Qui dirige le Bureau aujourd’hui ?", "new"),
        ("Who headed the Office in 2018?", "old"),
    ],
)
def test_the_newer_passage_comes_first_where_the_question_asks_for_today(question, first):
    old = passage("Ana Lind headed the Office in 2018.", name="old")
    new = passage("Since 2023, Omar Diaz heads the Office.", name="new")
    others = [passage("The Office has a garden.", name=str(n)) for n in range(3)]

    found = select(question, old, new, *others, scores=(4.0, 2.5, 0.0, 0.0, 0.0))

    assert found[0].passage.passage_id == first


def test_of_few_passages_all_are_read_whatever_their_scores():
    assert len(select("Which objective?", *MANY[:3], scores=(4.0, -1.0, -4.0))) == 3


def test_a_short_passage_is_read_whole_and_verbatim():
    (extract,) = select(OBJECTIVES, COMPACT)

    assert window(extract) == extract.text == COMPACT.text


def test_of_a_long_passage_the_sentence_that_answers_is_read():
    (extract,) = select(OBJECTIVES, COMPACT, max_tokens=15)

    assert extract.text == "The Compact has 23 objectives."


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "Cats sleep. The Compact has 23 objectives. The Compact is not binding.",
            "The Compact has 23 objectives. The Compact is not binding.",
        ),
        (
            "The Compact is not binding. The Compact has 23 objectives. Cats sleep.",
            "The Compact is not binding. The Compact has 23 objectives.",
        ),
    ],
)
def test_a_window_grows_by_its_better_neighbour(text, read):
    (extract,) = select("23 objectives of the Compact, binding?", passage(text), max_tokens=30)

    assert extract.text == read


def test_of_neighbours_that_bear_alike_the_next_is_read_before_the_one_before():
    source = passage("Compact cats. The Compact has 23 objectives. Compact dogs.")

    (extract,) = select(OBJECTIVES, source, max_tokens=21)

    assert extract.text == "The Compact has 23 objectives. Compact dogs."


def test_a_neighbour_that_is_too_long_leaves_its_place_to_the_other():
    source = passage(
        "Compact cats. The Compact has 23 objectives. Dogs bark at the Compact all day."
    )

    (extract,) = select(OBJECTIVES, source, max_tokens=21)

    assert extract.text == "Compact cats. The Compact has 23 objectives."


def test_sentences_at_the_ends_that_bear_on_nothing_asked_are_left_out():
    source = passage("Sing a song. The Compact has 23 objectives. Now bark like dogs.")

    (extract,) = select(OBJECTIVES, source)

    assert extract.text == window(extract) == "The Compact has 23 objectives."


def test_a_sentence_that_a_pronoun_after_it_needs_is_kept_though_it_bears_on_nothing():
    source = passage("Ada Lund met us. She leads the Compact.")

    (extract,) = select("Who leads the Compact?", source)

    assert extract.text == source.text


def test_the_span_holds_exactly_the_sentences_that_are_read():
    source = passage(
        "Cats sleep. The Compact has 23 objectives. Dogs bark.", headings=("Law", "The Compact")
    )

    (extract,) = select(OBJECTIVES, source, max_tokens=17)

    assert (extract.first, extract.last) == (1, 1)
    assert window(extract) == "The Compact has 23 objectives."
    assert extract.text == "The Compact: The Compact has 23 objectives."
    assert extract.framed == "Law The Compact The Compact has 23 objectives."


def test_a_sentence_of_the_kind_that_was_asked_for_bears_more():
    source = passage("The objectives of the Compact are many. There are 23 of them.")

    (extract,) = select("How many objectives?", source, max_tokens=18)

    assert extract.text == "There are 23 of them."


def test_a_sentence_that_holds_the_words_bears_more_than_one_of_the_kind_that_was_asked_for():
    source = passage("The guiding objectives of the Compact bind States. There are 23 dogs here.")

    (extract,) = select("How many guiding objectives of the Compact?", source, max_tokens=23)

    assert extract.text == "The guiding objectives of the Compact bind States."


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before():
    question = "Combien d’entités du système regroupe-t-il ?"

    (extract,) = select(question, NETWORK, language="fr", max_tokens=75)

    assert extract.text.startswith("Le Réseau des Nations Unies")
    assert "Il regroupe 38 entités du système des Nations Unies." in extract.text


def test_the_evidence_stays_within_its_tokens_and_a_window_within_its_share():
    long = [
        passage(" ".join(f"Objective {n} is about migration." for n in range(60)), name=name)
        for name in "abc"
    ]

    found = select("Which objective is about migration?", *long, max_tokens=100)

    assert sum(words(one.text) for one in found) <= 100
    assert all(words(one.text) <= 35 for one in found)
    assert len(found) == 3


def test_a_passage_of_which_no_sentence_fits_into_what_is_left_is_not_read():
    first = passage("The Compact " + "and the Network " * 5 + "work.", name="first")
    short = passage("The Compact works.", name="short")

    found = select("Compact", first, replace(first, passage_id="again"), short, max_tokens=31)

    assert [one.passage.passage_id for one in found] == ["first", "short"]
    assert [one.number for one in found] == [1, 2]


def test_a_single_sentence_longer_than_the_limit_is_still_read():
    long = passage("The Compact " + "and the Network " * 30 + "work.")

    (extract,) = select("Compact", long, max_tokens=13)

    assert extract.text == long.text


def test_a_list_is_never_torn_apart():
    members = passage("The members are:\n- DESA\n- ILO\n- IOM\n- UNICEF", name="members")

    (extract,) = select("Who are the members?", members, max_tokens=12)

    assert extract.text.count("- ") == 4


def test_a_passage_is_read_under_its_heading():
    (extract,) = select("Where?", passage("In Geneva.", headings=("IOM", "Seat")))

    assert extract.text == "Seat: In Geneva."
    assert extract.framed == "IOM Seat In Geneva."


def test_a_heading_alone_is_no_evidence():
    (extract,) = select("Seat", passage("Seat\n\nIt is in Geneva.", headings=("Seat",)))

    assert window(extract) == "It is in Geneva."
    assert select("Seat", passage("Seat", headings=("Seat",))) == ()


def test_the_title_alone_is_no_evidence():
    (extract,) = select("Seat", passage("Seat\n\nIt is in Geneva.", title="Seat"))

    assert window(extract) == "It is in Geneva."


def test_official_names_are_put_into_the_language_of_the_answer():
    (extract,) = select("Qui coordonne ?", passage("IOM coordinates."), language="fr")

    assert "OIM" in extract.text
    assert window(extract) == "IOM coordinates."


def test_a_passage_in_the_language_of_the_answer_is_read_verbatim():
    (extract,) = select("Where?", passage("OIM is the French name of IOM."))

    assert extract.text == "OIM is the French name of IOM."


@pytest.mark.parametrize("passages", [(), (passage(""),), (passage(" \n "),)])
def test_nothing_is_selected_from_nothing(passages):
    assert select("Who?", *passages) == ()


def test_a_question_of_stop_words_alone_is_no_error():
    assert select("Who is it?", COMPACT)


def test_headings_count_towards_the_share_of_a_window():
    heading = "A heading of some eight words or so"
    headed = [
        passage(
            " ".join(f"Objective {n} is about migration." for n in range(60)),
            name=name,
            headings=(heading,),
        )
        for name in "abc"
    ]

    found = select("Which objective is about migration?", *headed, max_tokens=100)

    assert len(found) == 3
    assert all(words(one.text) <= 35 for one in found)
    assert sum(words(one.text) for one in found) <= 100
