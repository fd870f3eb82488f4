import pytest
from answer_parts import COMPACT, extracts, passage

from migbot.answer.answerable import (
    Calibration,
    load_calibration,
    none_probability,
    refusal,
    relevance,
    sign_of_none,
    sign_of_yes,
    signs_of,
)
from migbot.answer.generate.protocol import Piece
from migbot.settings import Settings
from migbot.types import Hit

STRICT = Calibration(
    models=frozenset({"a generator", "an embedder"}),
    weights={
        "index": {"bias": -1.0, "log_none": -0.5, "cosine": 2.0},
        "given": {"bias": -1.0, "log_none": -0.5, "cosine": 2.0, "log_given": -1.0},
    },
    thresholds={
        "answerable": {
            "at_least": 0.5,
            "at_least_given": 0.6,
            "sure_at_least": 0.8,
            "sure_at_least_given": 0.7,
            "none_unknown": 0.1,
        },
        "out_of_scope": {"cosine_below": 0.8, "coverage_below": 0.2},
        "quote": {"relevance": 0.6},
        "sentence": {"few_words": 4, "relevance_of_few_words": 0.5, "relevance": 0.3}
        | {"yes_at_least": 0.7},
    },
)
ASKED = "How many objectives does the Compact have?"


def hits(*cosines):
    return [
        Hit(rank=rank, score=1.0, cosine=cosine, passage=COMPACT)
        for rank, cosine in enumerate(cosines, start=1)
    ]


def signs(
    question=ASKED,
    *,
    found=(0.9,),
    read=(COMPACT,),
    asked=None,
    language="en",
    given=None,
):
    return signs_of(
        question,
        hits(*found),
        extracts(*read),
        asked=asked or question,
        language=language,
        given=given,
    )


@pytest.mark.parametrize(
    ("cosine", "coverage", "is_far"),
    [(0.7, 0.1, True), (0.7, 0.5, False), (0.9, 0.1, False), (0.8, 0.1, False)],
)
def test_a_question_is_far_when_neither_meaning_nor_words_are_near(cosine, coverage, is_far):
    assert STRICT.is_far(hits(0.2, cosine), coverage) is is_far


def test_without_any_passage_a_question_is_out_of_scope():
    assert refusal((), (), 0.0) == "out_of_scope"


def test_near_passages_without_a_word_to_read_answer_nothing():
    assert refusal(hits(0.95), (), 0.0) == "not_found"
    assert refusal(hits(0.95), extracts(COMPACT), 0.0) is None


def test_the_probability_of_an_answer_is_that_of_a_logistic_regression():
    assert STRICT.answerable({"log_none": 0.0, "cosine": 0.5}) == pytest.approx(0.5)
    assert STRICT.answerable({"log_none": -2.0, "cosine": 0.5}) == pytest.approx(0.731, abs=1e-3)


def test_an_answer_is_shown_from_the_threshold_on():
    shown = [STRICT.answers(p, signs()) for p in (0.0, 0.49, 0.5, 1.0)]

    assert shown == [False, False, True, True]


def test_passages_that_a_question_brings_have_weights_and_a_threshold_of_their_own():
    own, brought = (
        {"log_none": 0.0, "cosine": 0.5},
        {"log_none": 0.0, "cosine": 0.5, "log_given": 2.0},
    )

    assert STRICT.answerable(brought) < STRICT.answerable(own)
    assert STRICT.answers(0.55, own)
    assert not STRICT.answers(0.55, brought)


def test_signs_tell_how_many_passages_a_question_brought_and_nothing_of_the_index():
    assert "log_given" not in signs()
    assert [signs(given=one)["log_given"] for one in (1, 10)] == [0, pytest.approx(2.303, abs=1e-3)]


def test_weights_are_for_the_two_models_that_they_were_fitted_with():
    assert STRICT.is_for("a generator", "an embedder")
    assert not STRICT.is_for("another", "an embedder")
    assert not STRICT.is_for("a generator", "another")


def test_the_calibration_that_ships_is_for_the_models_that_ship():
    default = Settings()

    assert load_calibration().is_for(default.generator_model, default.embedder)


def test_the_calibration_that_ships_weighs_signs_that_there_are():
    shipped = load_calibration()

    assert set(shipped.weights["index"]) == {"bias", *signs(), *sign_of_none(0.5)}
    given = {"log_given", *sign_of_none(0.5), *sign_of_yes(0.5)}
    assert set(shipped.weights["given"]) == {"bias", *given}
    assert {name: set(limits) for name, limits in shipped.thresholds.items()} == {
        name: set(limits) for name, limits in STRICT.thresholds.items()
    }


def test_a_model_that_does_not_tell_whether_it_says_yes_gives_no_sign_either_way():
    assert sign_of_yes(None) == sign_of_yes(0.5) == {"logit_yes": 0.0}
    assert sign_of_yes(0.9)["logit_yes"] == pytest.approx(-sign_of_yes(0.1)["logit_yes"])
    assert sign_of_yes(0.9)["logit_yes"] > 0


def test_the_shipped_weights_trust_near_passages_and_distrust_lacking_ones_and_a_likely_none():
    weights = load_calibration().weights["index"]

    assert weights["cosine"] > 0
    assert weights["coverage"] > 0
    assert weights["lacking"] < 0
    assert weights["log_none"] < 0


def test_signs_tell_how_near_the_nearest_passage_is():
    assert signs(found=(0.7, 0.9, 0.8))["cosine"] == 0.9


def test_signs_tell_how_much_of_the_question_the_extracts_hold():
    assert signs()["coverage"] == 1
    assert 0 < signs("Compact cheese")["coverage"] < 1
    assert signs(read=(passage("Cats sleep."),))["coverage"] == 0


def test_signs_tell_whether_the_best_extract_is_in_the_language_of_the_question():
    assert signs()["across"] == 0
    assert signs(language="fr")["across"] == 1
    assert signs(read=())["across"] == 0


def test_a_heading_counts_as_said():
    under = passage("There are 23.", headings=("Objectives of the Compact",))

    assert signs(read=(under,))["coverage"] == 1


@pytest.mark.parametrize(
    ("question", "asks"),
    [(ASKED, 1), ("When was it?", 1), ("Who leads?", 1), ("What is the Compact?", 0)],
)
def test_signs_tell_whether_a_number_a_date_or_a_name_is_asked_for(question, asks):
    assert signs(question)["asks_for_kind"] == asks


def test_signs_tell_a_follow_up_and_how_many_passages_score_alike():
    assert signs(asked="And how many?")["follow_up"] == 1
    assert signs()["follow_up"] == 0
    assert signs(read=(COMPACT, COMPACT))["extracts"] == 2


def test_signs_tell_that_the_extracts_lack_what_the_visitor_asks_for():
    assert signs()["lacking"] == 0
    assert signs(asked="How old is it?")["lacking"] == 1
    assert signs(read=())["lacking"] == 0


def test_the_sign_of_none_is_bounded_where_the_model_is_certain():
    assert sign_of_none(0.0) == sign_of_none(1e-9)
    assert sign_of_none(1.0)["log_none"] == 0
    assert sign_of_none(0.5)["log_none"] < 0


def test_a_sentence_must_hold_some_of_a_long_question_and_half_of_a_short_one():
    assert STRICT.is_about(0.3, 9)
    assert not STRICT.is_about(0.29, 9)
    assert STRICT.is_about(0.5, 4)
    assert not STRICT.is_about(0.49, 4)


def test_the_model_agrees_from_its_threshold_on():
    assert STRICT.agrees(0.7)
    assert not STRICT.agrees(0.69)


def test_a_quote_stands_in_by_itself_where_it_holds_most_of_the_question():
    assert STRICT.quote_stands_in(0.6)
    assert not STRICT.quote_stands_in(0.59)


def test_the_probability_of_none_adds_up_its_spellings_and_beginnings():
    piece = Piece(text="NONE", alternatives={"NONE": 0.4, " NONE": 0.1, "NO": 0.2, "The": 0.2})

    assert none_probability(piece) == pytest.approx(0.7)


@pytest.mark.parametrize("token", ["", " ", "None", "none", "ONE", "NONES", "Le"])
def test_other_tokens_do_not_count_as_none(token):
    assert none_probability(Piece(text=token, alternatives={token: 0.9})) == 0


def test_a_model_that_tells_no_probabilities_does_not_tell_that_of_none():
    assert none_probability(Piece(text="The")) is None


def test_relevance_is_the_share_of_the_words_of_the_question():
    question = "Which objectives does the Compact list?"

    assert relevance(question, {"The Compact has 23 objectives.": "en"}) == pytest.approx(2 / 3)
    assert relevance(question, {"Cats sleep.": "en"}) == 0


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        (ASKED, "The Compact has 23 objectives.", "en"),
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


@pytest.mark.parametrize(("of_given", "probability"), [({}, 0.8), ({"log_given": 0.0}, 0.7)])
def test_an_answer_is_sure_from_a_probability_of_its_own(of_given, probability):
    assert STRICT.is_sure(probability, of_given)
    assert not STRICT.is_sure(probability - 0.01, of_given)
