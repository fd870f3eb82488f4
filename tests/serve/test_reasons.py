import pytest

from migbot.answer.compare import compare, read_claim
from migbot.answer.turns import TURNS
from migbot.documents.given import given_passage
from migbot.serve.reasons import told_reasons
from migbot.serve.strings import ENGLISH, FRENCH

PASSAGE = given_passage("The Network had 38 members in May 2019. It has not met since.")


def reasons_for(claim: str) -> tuple[str, ...]:
    """What the check says against a claim, of the passage as a whole."""
    match = compare(read_claim(claim, "en", "ships"), PASSAGE, (0, len(PASSAGE.text)))
    lacking = tuple(f"{what} is not in the passage" for what in sorted(match.missing))
    return (*lacking, *match.faults, *sorted(match.wording))


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("The Network had 58 members.", "le nombre 58 ne figure pas dans le passage"),
        (
            "The Network had 38 members in June 2019.",
            "le mois de juin ne figure pas dans le passage",
        ),
        (
            "Oskar Lind founded the Network.",
            "le nom «\u00a0Oskar\u00a0» ne figure pas dans le passage",
        ),
        (
            "The crew of the Network had 38 members in May 2019.",
            "le passage ne parle pas de «\u00a0crew\u00a0»",
        ),
        ("The Network had 38 members before May 2019.", "le sens est inversé (avant)"),
        ("The Network had 38 ships.", "38 compte autre chose"),
        ("The Network had more than 38 members.", "le sens est inversé (plus de)"),
        ("A choir sang on Monday evening.", "trop peu de ce qu’elle dit figure dans le passage"),
    ],
)
def test_what_speaks_against_a_claim_is_told_in_french(claim: str, said: str):
    assert said in told_reasons(reasons_for(claim), FRENCH)


@pytest.mark.parametrize(
    ("month", "said"), [(1, "de janvier"), (4, "d’avril"), (8, "d’août"), (10, "d’octobre")]
)
def test_a_month_is_named_in_french(month: int, said: str):
    told = told_reasons([f"month {month} is not in the passage"], FRENCH)

    assert told == f"le mois {said} ne figure pas dans le passage"


def test_french_reasons_stand_apart_as_french_sets_them():
    reasons = ["no whole sentence", "too far in meaning"]

    told = told_reasons(reasons, FRENCH)

    assert told == "ce n’est pas une phrase entière\u202f; le sens est trop éloigné"


def test_the_models_doubt_is_told_in_french_with_a_decimal_comma():
    reason = "the model doubts that the passage states it (0.40)"

    assert told_reasons([reason], FRENCH) == "le modèle doute que le passage le dise (0,40)"


def test_in_english_the_reasons_stay_as_the_check_says_them():
    reasons = reasons_for("The Network had 58 members.")

    assert told_reasons(reasons, ENGLISH) == "; ".join(reasons)


@pytest.mark.parametrize("turn", sorted(TURNS))
def test_every_turn_of_meaning_has_its_french_word(turn: str):
    assert told_reasons([f"turned round ({turn})"], FRENCH).startswith("le sens est inversé (")
