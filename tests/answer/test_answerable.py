from dataclasses import replace

import pytest
from answer_parts import COMPACT

from migbot.answer.answerable import Calibration, load_calibration, none_probability, relevance
from migbot.answer.evidence import select_evidence
from migbot.answer.generate.protocol import Piece
from migbot.index.fakes import HashEmbedder
from migbot.types import Hit

STRICT = Calibration(
    thresholds={
        "out_of_scope": {"cosine_below": 0.8, "coverage_below": 0.2},
        "not_found": {"none_at_least": 0.5},
        "trusted": {
            "none_below": 0.1,
            "strange_share_at_most": 0.4,
        },
        "short": {"few_words": 4, "relevance_at_least": 0.5},
        "doubted": {"relevance_at_least": 0.3},
        "quote": {
            "relevance_at_least": 0.6,
            "relevance_of_kind_at_least": 0.5,
            "relevance_against_none_at_least": 0.8,
            "none_below": 0.3,
        },
    }
)


def evidence(*, cosine, coverage, some=True):
    """Return evidence from one passage, or from none, as near to a question as is said."""
    hits = [Hit(rank=1, score=1.0, passage=COMPACT)] if some else []
    found = select_evidence(
        "Compact",
        hits,
        language="en",
        embedder=HashEmbedder(),
        count_tokens=len,
        max_tokens=999,
    )
    return replace(found, best_cosine=cosine, best_coverage=coverage)


@pytest.mark.parametrize(
    ("cosine", "coverage", "reason"),
    [(0.7, 0.1, "out_of_scope"), (0.7, 0.5, None), (0.9, 0.1, None), (0.8, 0.1, None)],
)
def test_a_question_is_out_of_scope_when_neither_meaning_nor_words_are_near(
    cosine, coverage, reason
):
    assert STRICT.refuse_evidence(evidence(cosine=cosine, coverage=coverage)) == reason


def test_without_any_extract_nothing_is_asked_of_the_model():
    assert STRICT.refuse_evidence(evidence(cosine=0.0, coverage=0.0, some=False)) is not None
    assert STRICT.refuse_evidence(evidence(cosine=0.9, coverage=0.9, some=False)) == "not_found"


def test_a_likely_none_ends_the_answer():
    assert [STRICT.model_declines(none) for none in (0.0, 0.49, 0.5, 1.0)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_model_that_is_sure_is_trusted():
    assert [STRICT.trusts(none) for none in (0.0, 0.09, 0.1, 0.9)] == [True, True, False, False]


def test_where_the_model_doubts_a_sentence_must_be_about_the_question():
    assert STRICT.sentence_answers(0.1, 9, 0.0)
    assert STRICT.sentence_answers(0.3, 9, 0.2)
    assert not STRICT.sentence_answers(0.29, 9, 0.2)


def test_a_short_question_must_be_half_answered_whatever_the_model_thinks():
    assert not STRICT.sentence_answers(0.49, 4, 0.0)
    assert STRICT.sentence_answers(0.5, 4, 0.0)
    assert STRICT.sentence_answers(0.1, 5, 0.0)


@pytest.mark.parametrize(
    ("strange", "used", "is_allowed"),
    [(0, 0, True), (0, 3, True), (1, 2, True), (1, 1, False), (2, 5, True), (2, 4, False)],
)
def test_a_trusted_sentence_may_use_few_words_of_the_question_alone(strange, used, is_allowed):
    assert STRICT.allows_strange_words(strange, used) is is_allowed


def test_a_quote_of_the_kind_asked_for_needs_less_in_common():
    assert STRICT.quote_answers(0.55, 0.0, is_expected_kind=True)
    assert not STRICT.quote_answers(0.55, 0.0, is_expected_kind=False)


def test_against_a_likely_none_a_quote_needs_more_in_common_of_whatever_kind():
    for is_expected_kind in (True, False):
        assert STRICT.quote_answers(0.8, 0.3, is_expected_kind=is_expected_kind)
        assert not STRICT.quote_answers(0.7, 0.3, is_expected_kind=is_expected_kind)


def test_the_calibration_that_ships_has_every_threshold_as_a_share():
    shipped = load_calibration().thresholds

    for section, limits in STRICT.thresholds.items():
        assert set(limits) <= set(shipped[section])
        shares = (limit for name, limit in shipped[section].items() if name != "few_words")
        assert all(0 <= limit <= 1 for limit in shares)


def test_the_probability_of_none_adds_up_its_spellings_and_beginnings():
    piece = Piece(text="NONE", alternatives={"NONE": 0.4, " NONE": 0.1, "NO": 0.2, "The": 0.2})

    assert none_probability(piece) == pytest.approx(0.7)


@pytest.mark.parametrize("token", ["", " ", "None", "none", "ONE", "NONES", "Le"])
def test_other_tokens_do_not_count_as_none(token):
    assert none_probability(Piece(text=token, alternatives={token: 0.9})) == 0


def test_a_model_that_tells_no_probabilities_neither_declines_nor_is_trusted():
    none = none_probability(Piece(text="The"))

    assert none is None
    assert not STRICT.model_declines(none)
    assert not STRICT.trusts(none)
    assert not STRICT.sentence_answers(0.29, 9, none)
    assert STRICT.sentence_answers(0.3, 9, none)


def test_a_model_that_tells_no_probabilities_leaves_a_quote_as_much_to_show_as_a_likely_none():
    assert STRICT.quote_answers(0.8, None, is_expected_kind=True)
    assert not STRICT.quote_answers(0.7, None, is_expected_kind=True)


def test_relevance_is_the_share_of_the_words_of_the_question():
    question = "Which objectives does the Compact list?"

    assert relevance(question, {"The Compact has 23 objectives.": "en"}) == pytest.approx(2 / 3)
    assert relevance(question, {"Cats sleep.": "en"}) == 0


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("How many objectives does the Compact have?", "The Compact has 23 objectives.", "en"),
        ("Combien d’objectifs a le Pacte ?", "Le Pacte a 23 objectifs.", "fr"),
    ],
)
def test_words_that_ask_need_not_stand_in_the_answer(question, text, language):
    assert relevance(question, {text: language}) == 1


def test_texts_hold_the_question_together_each_in_its_language():
    together = {"Il a des objectifs.": "fr", "The Compact.": "en"}

    assert relevance("objectives compact", together) > relevance(
        "objectives compact", {"The Compact.": "en"}
    )


def test_a_question_without_words_of_its_own_is_met_by_anything():
    assert relevance("Who is it?", {"Cats sleep.": "en"}) == 1
