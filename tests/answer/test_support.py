from dataclasses import replace

import pytest

from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.answer.support import SupportChecker, load_weights, statement_of
from migbot.index.embed import load_embedder
from migbot.index.fakes import HashEmbedder
from migbot.settings import load_settings

OBJECTIVES = "The Global Compact for Migration has 23 objectives and ten guiding principles."
BINDING = "The Compact is not legally binding."


@pytest.fixture(scope="module")
def checker():
    return SupportChecker(load_embedder(load_settings()))


def grade(checker, claim, text, language=None):
    (found,) = checker.grade((statement_of(claim, text, language),))
    return found


@pytest.mark.models
@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The Compact has 23 objectives.", OBJECTIVES),
        ("Le Pacte compte 23 objectifs.", OBJECTIVES),
        ("Le siège de l’OIM est à Genève.", "L’OIM a son siège à Genève, en Suisse."),
    ],
)
def test_what_a_passage_states_is_supported_in_either_language(checker, claim, text):
    found = grade(checker, claim, text)

    assert found.verdict == "supported"
    assert found.support >= 0.5


@pytest.mark.models
@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The Compact is legally binding.", BINDING),
        (
            "The Assembly rejected the Compact on 19 December 2018.",
            "The Assembly endorsed the Compact on 19 December 2018.",
        ),
    ],
)
def test_what_a_passage_says_otherwise_is_contradicted_with_the_reason(checker, claim, text):
    found = grade(checker, claim, text)

    assert found.verdict == "contradicted"
    assert found.support < 0.5
    assert found.reasons


@pytest.mark.models
@pytest.mark.parametrize(
    "claim",
    ["IOM was founded in 1951.", "Le Pacte compte 25 objectifs.", "Ghana left the Network."],
)
def test_what_a_passage_does_not_say_is_not_supported(checker, claim):
    found = grade(checker, claim, OBJECTIVES)

    assert found.verdict != "supported"
    assert found.reasons


@pytest.mark.models
def test_claims_graded_together_get_the_grades_that_each_gets_alone(checker):
    pairs = [("The Compact has 23 objectives.", OBJECTIVES), ("It is binding.", BINDING)]
    statements = [statement_of(*pair) for pair in pairs]

    together = checker.grade(statements)

    for found, statement in zip(together, statements, strict=True):
        (alone,) = checker.grade((statement,))
        assert found.verdict == alone.verdict
        assert found.support == pytest.approx(alone.support, abs=1e-3)


@pytest.mark.models
def test_a_number_that_counts_something_else_is_no_support(checker):
    text = "The Network has 38 entities of the United Nations system."
    found = grade(checker, "The Network has 38 member states.", text)

    assert found.verdict != "supported"
    assert "38 counts something else" in found.reasons


def test_an_absent_number_is_named():
    found = grade(SupportChecker(HashEmbedder()), "The Compact has 25 objectives.", OBJECTIVES)

    assert "number 25 is not in the passage" in found.reasons


def test_no_claims_have_no_grades():
    assert SupportChecker(HashEmbedder()).grade(()) == ()


def test_the_languages_are_found_out_where_they_are_not_given():
    statement = statement_of("Le Pacte compte 23 objectifs.", OBJECTIVES)

    assert (statement.language, statement.passage.language) == ("fr", "en")


def test_every_sign_has_its_weight():
    checker = SupportChecker(HashEmbedder())
    (signs,) = checker.signs((statement_of("The Compact has 23 objectives.", OBJECTIVES),))

    asked = replace(signs, yes=0.7)

    for section in ("same", "across"):
        assert set(load_weights()[section]) == {"bias", *signs.values()}
        assert set(load_weights()[f"{section}_with_generator"]) == {"bias", *asked.values()}


class Asked(ScriptedGenerator):
    """A generator that says yes with the probability given; an empty one does not tell."""

    def __init__(self, yes):
        alternatives = {} if yes is None else {"Yes": yes, " no": 1 - yes}
        super().__init__(["yes"], first_alternatives=alternatives)


def test_the_more_surely_the_generator_says_yes_the_more_a_claim_is_supported():
    surely, hardly = (
        grade(SupportChecker(HashEmbedder(), Asked(yes)), "The Compact is good.", OBJECTIVES)
        for yes in (0.95, 0.05)
    )

    assert surely.support > hardly.support


def test_where_the_generator_does_not_tell_the_comparison_alone_decides():
    silent = grade(SupportChecker(HashEmbedder(), Asked(None)), "It is good.", OBJECTIVES)

    assert silent == grade(SupportChecker(HashEmbedder()), "It is good.", OBJECTIVES)


def test_the_generator_reads_of_a_long_passage_what_holds_most_of_the_claim():
    generator = Asked(0.5)
    text = " ".join([*("Cats sleep all day long." for _ in range(200)), OBJECTIVES])

    grade(SupportChecker(HashEmbedder(), generator), "The Compact has 23 objectives.", text)

    (request,) = generator.requests
    read = request.messages[-1].text
    assert OBJECTIVES in read
    assert generator.count_tokens(read) < 400
