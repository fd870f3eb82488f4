"""One sentence against one unit of a passage, in its language, without a model."""

import pytest
from answer_parts import passage

from migbot.answer.compare import compare, is_fragment, read_claim
from migbot.answer.units import unit_spans

VOTED = "Le Pacte a été adopté le 19 décembre 2018 par 152 voix contre 5, avec 12 abstentions."
SETTLED = "The Compact was adopted on 19 December 2018. The Compact is not legally binding."
ENTITIES = "Le Réseau regroupe 38 entités du système des Nations Unies."
MEMBERS = (
    "Les membres du Comité de direction sont : le Département des affaires économiques et "
    "sociales (ONU DAES) ; l’Organisation internationale du Travail (OIT) ; l’Organisation "
    "internationale pour les migrations (OIM) ; et le Fonds des Nations Unies pour l’enfance "
    "(UNICEF)."
)


def match(sentence, text, language="en", *, question="", claimed_in=None, source=None):
    """Compare a sentence with the whole of `text` as one unit, or of `source`."""
    source = source or passage(text, language=language)
    claim = read_claim(sentence, claimed_in or language, question)
    return compare(claim, source, (0, len(source.text)))


def test_what_the_unit_says_is_sound():
    found = match("Le Pacte a été adopté par 152 voix contre 5", VOTED, "fr")

    assert found.is_sound
    assert found.coverage == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Le Pacte a été adopté par 152 voix contre 5 et 12 abstentions",
        "Le Pacte a été adopté par 152 voix, avec 12 abstentions",
        "Le 19 décembre 2018, le Pacte a été adopté par cent cinquante-deux voix contre cinq",
    ],
)
def test_figures_in_the_order_of_the_unit_are_sound(sentence):
    assert match(sentence, VOTED, "fr").is_sound


@pytest.mark.parametrize(
    "sentence",
    [
        "Le Pacte a été adopté par 5 voix contre 152",
        "Le Pacte a été adopté par 152 voix contre 12, avec 5 abstentions",
        "Le Pacte a été adopté par cinq voix contre 152",
    ],
)
def test_figures_in_another_order_are_a_fault(sentence):
    assert "numbers in another order" in match(sentence, VOTED, "fr").faults


def test_the_order_of_figures_is_compared_across_languages_too():
    source = passage("The Compact was adopted by 152 votes to 5.")

    found = match("Le Pacte a été adopté par 5 voix à 152", "", claimed_in="fr", source=source)

    assert found.faults == ("numbers in another order",)


def test_a_date_may_not_be_put_together_from_other_figures_of_the_unit():
    found = match("Le Pacte a été adopté le 5 décembre 2018", VOTED, "fr")

    assert found.missing == {"date 2018-12-05"}


def test_a_whole_date_is_the_same_in_another_language_and_order():
    source = passage("The Compact was adopted on December 19, 2018.")

    found = match("Le Pacte a été adopté le 19 décembre 2018", "", claimed_in="fr", source=source)

    assert found.is_sound


@pytest.mark.parametrize(
    "dated", [{"title": "Plan of 2019"}, {"headings": ("Plan of 2019",)}, {"date": "2019-05-04"}]
)
def test_figures_of_the_title_the_headings_and_the_date_count(dated):
    source = passage("The plan was signed in Rome by all States.", **dated)

    assert match("The plan was signed in Rome by all States in 2019", "", source=source).is_sound
    assert match(
        "The plan was signed in Rome by all States in 2018", "", source=source
    ).missing == {"number 2018"}


@pytest.mark.parametrize(
    ("sentence", "text", "turn"),
    [
        ("The Compact was rejected on 19 December 2018", SETTLED, "deny"),
        ("The Compact failed to be adopted on 19 December 2018", SETTLED, "deny"),
        ("The Compact was repealed on 19 December 2018", SETTLED, "end"),
        ("The Compact was adopted before 19 December 2018", SETTLED, "before"),
        ("The Compact was adopted after 19 December 2018", SETTLED, "after"),
        ("Le Pacte a été rejeté par 152 voix contre 5", VOTED, "deny"),
        ("Le Réseau a dissous 38 entités du système des Nations Unies", ENTITIES, "end"),
        ("Le Réseau a quitté 38 entités du système des Nations Unies", ENTITIES, "leave"),
        ("Le Réseau dénonce 38 entités du système des Nations Unies", ENTITIES, "blame"),
        ("L’ancien Réseau regroupe 38 entités du système des Nations Unies", ENTITIES, "former"),
        ("Le Réseau est contre 38 entités du système des Nations Unies", ENTITIES, "against"),
    ],
)
def test_a_turn_that_the_unit_does_not_take_is_a_fault(sentence, text, turn):
    language = "en" if text == SETTLED else "fr"

    assert f"turned round ({turn})" in match(sentence, text, language).faults


def test_a_turn_that_the_unit_takes_is_sound_in_either_language():
    source = passage("L’Assemblée générale a rejeté le Pacte.", language="fr")

    assert match("L’Assemblée générale rejette le Pacte", source.text, "fr").is_sound
    assert match("The General Assembly refused", "", claimed_in="en", source=source).faults == ()


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        ("The Compact is legally binding", "The Compact is not legally binding.", "en"),
        ("The Compact is not legally binding", "The Compact is legally binding.", "en"),
        ("The Compact does not have 23 objectives", "The Compact has 23 objectives.", "en"),
        ("The Fund was never set up in May 2019", "The Fund was set up in May 2019.", "en"),
        ("The Fund wasn’t set up in May 2019", "The Fund was set up in May 2019.", "en"),
        ("Le Pacte crée un droit à migrer", "Le Pacte ne crée aucun droit à migrer.", "fr"),
        ("Le Pacte n’a pas été adopté le 19 décembre 2018", VOTED, "fr"),
        ("Le Réseau ne regroupe plus 38 entités du système", ENTITIES, "fr"),
        ("Le Réseau ne regroupe guère 38 entités du système", ENTITIES, "fr"),
        ("Le Réseau ne regroupe nullement 38 entités du système", ENTITIES, "fr"),
    ],
)
def test_a_negation_on_one_side_alone_is_a_fault(sentence, text, language):
    assert match(sentence, text, language).faults


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        (
            "The Compact does not replace national law and does not create obligations",
            "The Compact does not replace national law and creates obligations.",
            "en",
        ),
        (
            "Le Pacte n’est pas contraignant et ne respecte pas la souveraineté",
            "Le Pacte n’est pas contraignant et respecte la souveraineté.",
            "fr",
        ),
        (
            "The Compact does not replace national law and creates obligations",
            "The Compact does not replace national law and does not create obligations.",
            "en",
        ),
    ],
)
def test_one_negation_in_common_does_not_excuse_another(sentence, text, language):
    assert match(sentence, text, language).faults


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        (
            "The Compact obliges States to change their laws",
            "Nothing in the Compact obliges States to change their laws.",
            "en",
        ),
        (
            "Le Pacte oblige les États à changer leurs lois",
            "Rien dans le Pacte n’oblige les États à changer leurs lois.",
            "fr",
        ),
        ("All members left the Network", "None of the members left the Network.", "en"),
        ("The Council elects the Director", "Nobody but the Council elects the Director.", "en"),
        ("Tous quittent le Réseau", "Personne ne quitte le Réseau.", "fr"),
    ],
)
def test_nothing_and_nobody_negate_their_whole_clause(sentence, text, language):
    assert match(sentence, text, language).faults


def test_not_says_what_nothing_says():
    text = "Nothing in the Compact obliges States to change their laws."

    assert match("The Compact does not oblige States to change their laws", text).is_sound


OPPOSED = (
    "The five Member States that voted against the Compact on 19 December 2018 were Czechia, "
    "Hungary, Israel, Poland and the United States of America."
)
ABSTAINED = "The Member States that abstained in the vote on the Compact were Austria and Chile."
RESULT = (
    "The vote on the Compact went as follows:\n- 152 Member States voted in favour;\n"
    "- 5 Member States voted against;\n- 12 Member States abstained."
)
RESULTAT = (
    "Le vote sur le Pacte :\n- 152 États Membres ont voté pour ;\n"
    "- 5 États Membres ont voté contre ;\n- 12 États Membres se sont abstenus."
)


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        ("Hungary voted in favour of the Compact on 19 December 2018", OPPOSED, "en"),
        (
            "The five Member States that voted for the Compact were Hungary and Poland",
            OPPOSED,
            "en",
        ),
        ("Austria voted for the Compact", ABSTAINED, "en"),
        ("Hungary abstained in the vote on the Compact", OPPOSED, "en"),
        ("5 Member States voted in favour", RESULT, "en"),
        ("152 Member States voted against", RESULT, "en"),
        ("12 Member States voted against", RESULT, "en"),
        ("152 États Membres ont voté contre", RESULTAT, "fr"),
        ("12 États Membres ont voté pour", RESULTAT, "fr"),
        ("Le Pacte a été adopté par 152 voix contre et 5 voix pour", VOTED, "fr"),
    ],
)
def test_a_vote_that_was_cast_otherwise_is_a_fault(sentence, text, language):
    assert match(sentence, text, language).faults


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        ("Hungary voted against the Compact on 19 December 2018", OPPOSED, "en"),
        ("152 Member States voted in favour, 5 against and 12 abstained", RESULT, "en"),
        ("152 États Membres ont voté pour, 5 contre et 12 se sont abstenus", RESULTAT, "fr"),
        ("Le Pacte a été adopté par 152 voix pour et 5 contre", VOTED, "fr"),
    ],
)
def test_a_vote_that_was_cast_so_is_sound(sentence, text, language):
    assert match(sentence, text, language).is_sound


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        ("Sudan abstained in the vote", "South Sudan abstained in the vote.", "en"),
        (
            "Le Soudan s’est abstenu lors du vote",
            "Le Soudan du Sud s’est abstenu lors du vote.",
            "fr",
        ),
        ("Guinea abstained in the vote", "Equatorial Guinea abstained in the vote.", "en"),
        (
            "The Republic of Korea left the Network",
            "The Democratic People’s Republic of Korea left the Network.",
            "en",
        ),
    ],
)
def test_a_country_is_not_the_one_whose_name_holds_its_own(sentence, text, language):
    assert not match(sentence, text, language).is_sound


def test_a_country_with_a_longer_name_is_itself():
    text = "South Sudan and Sudan abstained in the vote."

    assert match("South Sudan abstained in the vote", text).is_sound
    assert match("Sudan abstained in the vote", text).is_sound


def test_votes_are_compared_across_languages_too():
    source = passage(RESULT)

    wrong = match("12 États Membres ont voté pour", "", claimed_in="fr", source=source)
    right = match("152 États Membres ont voté pour", "", claimed_in="fr", source=source)

    assert wrong.faults == ("12 voted otherwise",)
    assert right.faults == ()


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("In 2020, 48 international migrants were women", "In 2020, 48 % of migrants were women."),
        ("Migrants are 3.7 of the world population", "Migrants are 3.7 % of the population."),
        ("The Fund received €3 million", "The Fund received $3 million."),
        ("The Fund received 3 million euros", "The Fund received $3 million."),
        ("The Fund received 3 million people", "The Fund received $3 million."),
    ],
)
def test_a_share_or_money_is_not_a_count_nor_other_money(sentence, text):
    assert [one for one in match(sentence, text).faults if one.endswith("counts something else")]


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("In 2020, 48 per cent of migrants were women", "In 2020, 48 % of migrants were women."),
        ("The Fund received 3 million dollars", "The Fund received US$3 million."),
        ("The Fund received $3 million", "The Fund received 3 million US dollars."),
    ],
)
def test_a_share_and_money_may_be_written_in_signs_or_words(sentence, text):
    assert match(sentence, text).is_sound


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("The Compact isn’t legally binding", "The Compact is not legally binding."),
        ("The Compact isn't legally binding", "The Compact is not legally binding."),
        ("No State is obliged to admit anyone", "States are not obliged to admit anyone."),
    ],
)
def test_a_negation_on_both_sides_is_sound(sentence, text):
    assert match(sentence, text).is_sound


def test_a_negation_is_compared_across_languages_by_official_names():
    source = passage("The Compact does not bind States.")

    found = match("Le Pacte lie les États", "", claimed_in="fr", source=source)

    assert not found.is_sound


@pytest.mark.parametrize(
    "sentence",
    [
        "Le Réseau regroupe 38 États membres du système des Nations Unies",
        "Le Réseau regroupe 38 pays du système des Nations Unies",
        "Le Réseau regroupe 38 agences",
        "Le Réseau compte trente-huit pays membres",
    ],
)
def test_a_number_that_counts_something_else_is_another_wording(sentence):
    found = match(sentence, ENTITIES, "fr")

    assert found.wording == {"38 counts something else"}
    assert not found.is_sound


def test_the_first_thing_counted_may_have_another_word_before_it():
    text = "The Network brings together 38 United Nations entities."

    assert match("The Network brings together 38 entities", text).is_sound
    assert not match("The Network brings together 38 active entities", text).is_sound


def test_a_list_need_not_say_how_many_it_lists():
    assert match("Les membres du Comité de direction sont quatre", MEMBERS, "fr").is_sound
    assert match("Les membres du Comité de direction sont neuf", MEMBERS, "fr").missing == {
        "number 9"
    }


def test_clauses_between_commas_are_no_list():
    text = "The Committee, which meets every month, is chaired by IOM and guides the Network."

    found = match("The Committee is chaired by IOM and meets 4 times every month", text)

    assert found.missing == {"number 4"}


def test_a_bulleted_list_is_counted_too():
    text = "The members of the Committee are:\n- DESA\n- ILO\n- IOM\n- UNICEF"

    assert match("Members of the Committee are four: DESA, ILO, IOM and UNICEF", text).is_sound
    assert match("Members of the Committee are five: DESA, ILO, IOM and UNICEF", text).missing == {
        "number 5"
    }


STRANGE = "The Fund has paid for 12 successful programmes"
PAID = "The Fund has paid for 12 programmes."


def test_a_strange_word_of_the_question_is_another_wording():
    found = match(STRANGE, PAID, question=f"Which {STRANGE}?")

    assert found.wording == {"“success” is the question's word"}
    assert not found.is_sound


def test_a_word_that_the_unit_holds_is_not_strange_though_the_question_has_it():
    assert match("The Fund has paid for 12 programmes", PAID, question="Which programmes?").is_sound


def test_what_the_question_calls_a_counted_thing_is_another_wording():
    found = match("The Fund has paid for 12 schemes", PAID)

    assert found.wording == {"12 counts something else"}


def test_words_are_held_by_the_headings_but_the_unit_must_say_most_itself():
    headings = ("The Fund for the health of migrants in camps",)
    bare = passage("It is so.", headings=headings)
    full = passage("It pays for the health of migrants.", headings=headings)

    assert match("The Fund pays for the health of migrants", "", source=full).is_sound
    assert match("The Fund for the health of migrants in camps", "", source=bare).missing == {
        "enough of what it says"
    }


def test_what_stands_before_a_pronoun_names_its_subject():
    text = "The Network met. It brings together 38 entities. Members pay for 12 programmes."
    source = passage(text)
    second = (text.index("It"), text.index(" Members"))
    third = (text.index("Members"), len(text))

    claim = read_claim("The Network brings together 38 entities", "en", "")
    assert compare(claim, source, second).is_sound

    claim = read_claim("The Network pays for 12 programmes", "en", "")
    assert "name Network" in compare(claim, source, third).missing


def test_the_nearest_unit_comes_first_then_the_one_that_holds_most_then_the_shortest():
    sentence = "The Fund has paid for 12 programmes"

    sound = match(sentence, PAID)
    longer = match(sentence, f"In Rome and Oslo {PAID}")
    less = match(sentence, "The Fund has 12 programmes.")
    worded = match(sentence, "The Fund has paid for 12 schemes, all of them programmes.")
    lacking = match(sentence, "The Fund has paid for 13 programmes.")
    contrary = match(sentence, "The Fund has not paid for 12 programmes.")

    order = sorted([contrary, lacking, worded, less, longer, sound], key=lambda one: one.order)
    assert order == [sound, longer, less, worded, lacking, contrary]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "38",
        "[1]",
        "Le Réseau",
        "38 entités",
        "Oui",
        "À Genève",
        "OIT, OIM, UNICEF, HCR et 4",
        "Amy Pope, Directrice de l’OIM, à Genève",
        "Les objectifs du Pacte sont les suivants :",
    ],
)
def test_few_words_mere_names_and_what_announces_more_are_a_fragment(text):
    assert is_fragment(read_claim(text, "fr", ""))


@pytest.mark.parametrize(
    ("text", "language"),
    [("IOM has members", "en"), ("Pope est directrice", "fr"), ("38 entities pay it", "en")],
)
def test_a_subject_with_what_is_said_of_it_is_none(text, language):
    assert not is_fragment(read_claim(text, language, ""))


def test_a_full_name_that_the_passage_gives_elsewhere_counts():
    source = passage(
        "The General Assembly adopted the Compact in 2018. "
        "The Compact for Safe, Orderly and Regular Migration covers all of migration."
    )
    first = unit_spans(source)[0]
    full = "The Compact for Safe, Orderly and Regular Migration was adopted on 19 December"
    other = "The Compact for Safe, Orderly and Free Trade was adopted in 2018"

    known, unknown = (
        compare(read_claim(text, "en", ""), source, first).missing for text in (full, other)
    )

    assert not any(what.startswith("name ") for what in known)
    assert "name Free" in unknown
