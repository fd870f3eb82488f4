from dataclasses import replace

import pytest

from migbot.answer.retrieve import Retriever, Twins, standardised_sum
from migbot.errors import QuestionError
from migbot.index.fakes import HashEmbedder
from migbot.types import Passage


def passage(name, text="Some text.", *, language="en", section=0, key=None):
    return Passage(
        passage_id=f"{name}#{section}",
        document_id=name,
        path=name,
        title="",
        url=None,
        language=language,
        date=None,
        page=None,
        start=0,
        end=len(text),
        text=text,
        headings=(),
        section=section,
        translation_key=key,
    )


def test_fusion_adds_the_standardised_scores_and_the_lowest_of_a_ranking_that_lacks_a_passage():
    dense = ((7, 0.9), (3, 0.8), (5, 0.7))
    sparse = ((3, 12.0), (9, 4.0))

    fused = dict(standardised_sum((dense, sparse)))

    step = 1.5**0.5
    assert fused == pytest.approx({3: 0 + 1, 7: step - 1, 9: -step - 1, 5: -step - 1})
    assert list(fused) == [3, 7, 5, 9]


def test_fusion_does_not_depend_on_the_scale_of_scores():
    dense, sparse = ((1, 0.9), (2, 0.7), (3, 0.6)), ((3, 30.0), (1, 10.0), (2, 5.0))
    longer = tuple((at, 100 * score + 7) for at, score in sparse)

    assert dict(standardised_sum((dense, longer))) == pytest.approx(
        dict(standardised_sum((dense, sparse)))
    )


def test_fusion_gives_ties_to_the_lower_position():
    assert [at for at, _ in standardised_sum((((8, 1.0),), ((2, 1.0),)))] == [2, 8]


def test_fusion_prefers_a_clear_lead_in_one_ranking_to_a_narrow_one_in_the_other():
    dense = ((1, 0.90), (2, 0.89), (3, 0.10))
    sparse = ((2, 20.0), (1, 2.0), (3, 1.0))

    assert [at for at, _ in standardised_sum((dense, sparse))] == [2, 1, 3]


def test_scores_that_are_all_the_same_tell_nothing():
    equal = ((4, 2.0), (6, 2.0))

    assert standardised_sum((equal,)) == ((4, 0), (6, 0))
    assert standardised_sum((((6, 3.0), (4, 1.0)), equal)) == ((6, 1), (4, -1))


def test_an_empty_ranking_changes_nothing():
    dense = ((7, 0.9), (3, 0.8))

    assert standardised_sum((dense, ())) == standardised_sum((dense,))
    assert standardised_sum(((), ())) == ()


def test_a_passage_is_shown_in_the_language_of_the_question_and_once():
    twins = Twins(
        [
            passage("en", key="vote"),
            passage("fr", language="fr", key="vote"),
            passage("other"),
        ]
    )
    ranking = ((0, 0.5), (2, 0.4), (1, 0.3))

    assert twins.merge(ranking, "fr") == ((1, 0.5), (2, 0.4))
    assert twins.merge(ranking, "en") == ((0, 0.5), (2, 0.4))


def test_a_twin_that_was_not_found_itself_stands_in():
    twins = Twins([passage("en", key="vote"), passage("fr", language="fr", key="vote")])

    assert twins.merge(((0, 0.5),), "fr") == ((1, 0.5),)


def test_sections_of_equally_many_passages_pair_up_one_by_one():
    english = [passage("en", f"{n}", key="k") for n in range(2)]
    french = [passage("fr", f"{n}", language="fr", key="k") for n in range(2)]
    twins = Twins([*english, *french])

    assert twins.merge(((1, 0.5), (2, 0.4)), "fr") == ((3, 0.5), (2, 0.4))


def test_of_a_section_with_more_passages_the_best_ranked_one_stands_in():
    english = [passage("en", key="k")]
    french = [passage("fr", f"{n}", language="fr", key="k") for n in range(3)]
    twins = Twins([*english, *french])

    assert twins.merge(((0, 0.5), (3, 0.4), (1, 0.3)), "fr") == ((3, 0.5), (1, 0.3))


def test_other_sections_and_untranslated_documents_are_no_twins():
    twins = Twins(
        [
            passage("en", section=0, key="k"),
            passage("fr", language="fr", section=1, key="k"),
            passage("alone", language="fr"),
        ]
    )
    ranking = ((0, 0.5), (1, 0.4), (2, 0.3))

    assert twins.merge(ranking, "fr") == ranking


TEXTS = (
    passage("capitals", "The headquarters of IOM are in Geneva, Switzerland."),
    passage("vote", "The General Assembly adopted the Compact by 152 votes."),
    passage("siege", "Le siège de l’OIM se trouve à Genève, en Suisse.", language="fr"),
)


def test_finds_the_passage_that_answers_and_ranks_from_one():
    hits = Retriever.over(TEXTS, HashEmbedder()).search(
        "How many votes adopted the Compact?", language="en", top_k=2
    )

    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].passage.document_id == "vote"
    assert hits[0].score > hits[1].score


def test_more_passages_are_asked_for_than_there_are():
    hits = Retriever.over(TEXTS, HashEmbedder()).search("Geneva", language="en", top_k=50)

    assert len(hits) == len(TEXTS)
    assert len({hit.passage.passage_id for hit in hits}) == len(TEXTS)


class Understands(HashEmbedder):
    """Takes every question for one in other words."""

    def __init__(self, question):
        self._question = question

    def embed_passages(self, texts, *, on_batch=None):
        return HashEmbedder().embed_passages(texts, on_batch=on_batch)

    def embed_questions(self, texts):
        return super().embed_questions([self._question for _ in texts])


def test_a_question_of_unknown_words_still_gets_the_nearest_passages():
    retriever = Retriever.over(TEXTS, Understands("the vote on the Compact"))

    hits = retriever.search("xyzzy", language="en", top_k=2)

    # Only dense search ranks here: each score is that of one list.
    assert hits[0].passage.document_id == "vote"
    assert [hit.score for hit in hits] == pytest.approx([2**0.5, -(0.5**0.5)])


def test_a_passage_that_holds_the_words_is_found_among_those_that_are_as_near():
    texts = [
        *TEXTS,
        passage("rome", "The office of Rome."),
        passage("offices", "The office of Oslo, an office."),
    ]

    hits = Retriever.over(texts, Understands("xyzzy")).search("office Oslo", language="en", top_k=1)

    assert [hit.passage.document_id for hit in hits] == ["offices"]


def test_words_are_searched_under_their_official_names_in_the_other_language_too():
    texts = [passage("other", "The IOM and the IOM."), *TEXTS]

    hits = Retriever.over(texts, Understands("xyzzy")).search("OIM", language="fr", top_k=4)

    assert {hit.passage.document_id for hit in hits[:3]} == {"capitals", "other", "siege"}


def test_an_article_that_lost_its_apostrophe_hides_no_name():
    retriever = Retriever.over(TEXTS, HashEmbedder())

    assert retriever.search("loim", language="fr", top_k=3) == retriever.search(
        "l’oim", language="fr", top_k=3
    )


def test_each_hit_tells_the_cosine_of_question_and_passage():
    embedder = HashEmbedder()
    question = "Where are the headquarters of the General Assembly?"

    hits = Retriever.over(TEXTS, embedder).search(question, language="en", top_k=3)

    asked = embedder.embed_questions([question])[0]
    vectors = embedder.embed_passages([hit.passage.text for hit in hits])
    assert [hit.cosine for hit in hits] == pytest.approx([float(row @ asked) for row in vectors])
    assert len({hit.cosine for hit in hits}) == 3


def test_a_hit_that_dense_search_lacks_has_the_cosine_of_the_furthest_that_it_found():
    embedder = Understands("Assembly of IOM in Geneva")

    hits = Retriever.over(TEXTS, embedder, candidates=2).search("siège", language="en", top_k=3)

    cosines = {hit.passage.document_id: hit.cosine for hit in hits}
    assert 0 < cosines["vote"] < cosines["capitals"]
    assert cosines["siege"] == cosines["vote"]


def test_a_twin_that_stands_in_has_the_cosine_of_the_passage_that_was_found():
    english = passage("en", "The Compact was adopted.", key="vote")
    french = passage("fr", "Un tout autre texte.", language="fr", key="vote")
    retriever = Retriever.over([english, french, *TEXTS], HashEmbedder())

    found = retriever.search("adopted Compact", language="en", top_k=1)[0]
    shown = retriever.search("adopted Compact", language="fr", top_k=1)[0]

    assert (found.passage, shown.passage) == (english, french)
    assert shown.cosine == found.cosine == pytest.approx(1)


def test_the_same_question_gives_the_same_hits():
    retriever = Retriever.over([*TEXTS, replace(TEXTS[0], passage_id="copy")], HashEmbedder())

    first = retriever.search("headquarters", language="en", top_k=4)

    assert retriever.search("headquarters", language="en", top_k=4) == first


def test_refuses_to_search_no_passages():
    with pytest.raises(QuestionError, match="give at least one"):
        Retriever.over((), HashEmbedder())


def test_a_single_hit_of_one_ranking_counts():
    dense = ((1, 0.9), (2, 0.8), (3, 0.7))

    alone, with_hit = (
        dict(standardised_sum((dense,))),
        dict(standardised_sum((dense, ((3, 25.0),)))),
    )

    assert with_hit[3] - with_hit[1] == pytest.approx(alone[3] - alone[1] + 1)
