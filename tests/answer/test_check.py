"""Same-language checks; how one unit is compared is tested with `compare`."""

import pytest
from answer_parts import COMPACT, NETWORK, VOTE, carried, check, passage, quotes
from hypothesis import given
from hypothesis import strategies as st

FUND = passage("The Fund was set up in May 2019.", name="fund")
PROGRAMMES = passage("The Fund has paid for 12 programmes.", name="programmes")
MEMBERS = passage(
    "L’Organisation internationale du Travail (OIT), l’Organisation internationale pour les "
    "migrations (OIM) et le Fonds des Nations Unies pour l’enfance (UNICEF) sont membres du "
    "Comité de direction.",
    name="members",
    language="fr",
)
POPE = passage(
    "Amy E. Pope has been Director General of IOM since 1 October 2023. "
    "António Vitorino preceded her.",
    name="pope",
)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Le Réseau regroupe 38 entités du système des Nations Unies", NETWORK),
        ("Le Réseau regroupe trente-huit entités", NETWORK),
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
        ("The Compact has twenty-three objectives", COMPACT),
        ("The Compact isn’t legally binding", COMPACT),
        ("Amy Pope has been Director General of IOM since October 2023", POPE),
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
        ("The Compact was adopted by the Security Council", COMPACT, "Council"),
        ("The head of IOM since 1 October 2023 is Pope Francis", POPE, "Francis"),
        ("Today UNHCR has been General of IOM since 1 October 2023", POPE, "UNHCR"),
        ("Francis has been Director General of IOM since 1 October 2023", POPE, "Francis"),
        ("Marie Curie has been Director General of IOM since 1 October 2023", POPE, "Marie"),
    ],
)
def test_a_name_that_the_passage_lacks_drops_the_sentence(sentence, source, name):
    verdict = check(sentence, source)

    assert verdict.support is None
    assert f"name {name} is not in the passage" in verdict.reasons


def test_an_invented_name_that_opens_a_french_sentence_drops_it():
    sentence = "Guterres est le coordonnateur du Réseau des Nations Unies"

    assert not carried(sentence, NETWORK, language="fr")


def test_an_abbreviation_that_opens_the_sentence_is_a_name_too():
    assert carried("UNICEF est membre du Comité de direction", MEMBERS, language="fr")
    assert not carried("OMS est membre du Comité de direction", MEMBERS, language="fr")


def test_an_abbreviation_that_is_spelt_like_a_common_word_is_a_name_too():
    source = passage("ILO and IOM, who are members of the Executive Committee, met.")

    assert carried("ILO and IOM are members of the Executive Committee", source)
    assert not carried("WHO and IOM are members of the Executive Committee", source)


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
        ("The General Assembly refused to adopt the Compact", COMPACT, "en"),
        ("The Compact failed to be adopted by the General Assembly", COMPACT, "en"),
        ("The Compact was rejected by the General Assembly on 19 December 2018", COMPACT, "en"),
        ("Le Pacte a été rejeté le 19 décembre 2018 par 152 voix contre 5", VOTE, "fr"),
        (
            (
                "Le Réseau des Nations Unies sur les migrations a été dissous à la demande du "
                "Secrétaire général"
            ),
            NETWORK,
            "fr",
        ),
    ],
)
def test_a_sentence_that_is_turned_round_is_dropped(sentence, source, language):
    assert not carried(sentence, source, language=language)


@pytest.mark.parametrize(
    ("sentence", "text", "language"),
    [
        (
            "L’OIM ne fait pas partie du système des Nations Unies",
            "L’OIM fait partie du système des Nations Unies. Le Pacte ne crée aucun droit.",
            "fr",
        ),
        (
            "Le Pacte crée un droit à migrer",
            "Le Pacte ne crée aucun droit à migrer. Les États peuvent refuser.",
            "fr",
        ),
        (
            "States are obliged to admit anyone",
            "States are not obliged to admit anyone. The Compact creates no right.",
            "en",
        ),
    ],
)
def test_a_flipped_negation_is_not_hidden_by_the_next_sentence(sentence, text, language):
    assert not carried(sentence, passage(text, language=language), language=language)


def test_the_reason_says_that_a_number_counts_something_else():
    source = passage("The Network of the United Nations system brings together 38 entities.")

    verdict = check("The Network of the United Nations system brings together 38 states", source)

    assert verdict.support is None
    assert "38 counts something else" in verdict.reasons


def test_a_sentence_that_another_passage_carries_is_cited_there():
    verdict = check("The Fund has paid for 12 programmes", FUND, others=[PROGRAMMES])

    assert verdict.support is not None
    assert verdict.support.passage == PROGRAMMES


def test_the_cited_passage_comes_first_where_two_carry_a_sentence():
    twin = passage(PROGRAMMES.text, name="twin")

    verdict = check("The Fund has paid for 12 programmes", twin, others=[PROGRAMMES])

    assert verdict.support is not None
    assert verdict.support.passage == twin


@pytest.mark.parametrize(
    "sentence",
    [
        "The Fund was set up in May 2019 and has paid for 12 programmes",
        "The Fund that was set up in May 2019 has paid for programmes",
        "The Fund, set up in 2019, has paid for 12 programmes",
    ],
)
def test_a_sentence_of_which_each_passage_carries_a_half_is_dropped(sentence):
    assert not carried(sentence, FUND, PROGRAMMES)
    assert not carried(sentence, FUND, others=[PROGRAMMES])
    assert not carried(sentence, passage(f"{FUND.text} {PROGRAMMES.text}"))


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (
            "In 2017, IOM had 172 members",
            "In 2017, IOM had 166 members. In 2018, IOM had 172 members.",
        ),
        (
            "The vote was held on 7 May 2021",
            "The vote was held on 5 March 2019. The office opened on 7 May 2021.",
        ),
        ("António Vitorino has been Director General of IOM since 1 October 2023", POPE.text),
        (
            "The Committee has 38 entities",
            "The Network has 38 entities. The Committee has eight entities.",
        ),
    ],
)
def test_two_neighbouring_sentences_are_not_sewn_into_a_third(sentence, text):
    assert not carried(sentence, passage(text))


@pytest.mark.parametrize(
    ("sentence", "source", "language", "quote"),
    [
        ("The Compact has 23 objectives", COMPACT, "en", "The Compact has 23 objectives."),
        (
            "Le Réseau a été établi à la demande du Secrétaire général",
            NETWORK,
            "fr",
            (
                "Le Réseau des Nations Unies sur les migrations a été établi à la demande du "
                "Secrétaire général."
            ),
        ),
        (
            "Le Pacte a été adopté à Marrakech",
            passage("Le Pacte a été adopté à Marrakech. Il est suivi chaque an.", language="fr"),
            "fr",
            "Le Pacte a été adopté à Marrakech.",
        ),
        (
            "No State is obliged to admit anyone",
            passage("States are not obliged to admit anyone. The Compact creates no right."),
            "en",
            "States are not obliged to admit anyone.",
        ),
    ],
)
def test_the_quote_is_the_one_unit_that_says_it(sentence, source, language, quote):
    assert quotes(sentence, source, language=language) == [quote]


def test_a_unit_that_opens_with_a_pronoun_is_quoted_with_the_one_that_names_its_subject():
    source = passage("It was late. The Network met in Rome. It has 38 entities. They work there.")

    assert quotes("The Network has 38 entities", source) == [
        "The Network met in Rome. It has 38 entities."
    ]
    assert quotes("It has 38 entities", source) == ["It has 38 entities."]


def test_a_pronoun_stands_for_nothing_that_is_not_named_before_it():
    source = passage("The Alliance met in Rome. It has 38 entities. The Network has none.")

    assert not carried("The Network has 38 entities", source)


def test_a_word_taken_over_from_the_question_must_stand_in_the_passage():
    question = "How many secret programmes has the Fund paid for?"

    assert carried("The Fund has paid for 12 programmes", PROGRAMMES, question=question)
    verdict = check("The Fund has paid for 12 secret programmes", PROGRAMMES, question=question)
    assert verdict.support is None
    assert any("secret" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("sentence", "source", "question"),
    [
        (
            "The International Organization for Migration (IOM) was founded in 1951",
            "IOM was founded in 1951.",
            "When was IOM founded?",
        ),
        (
            "The UN Network on Migration has two roles",
            "The United Nations Network on Migration has two roles.",
            "How many roles does the UN Network have?",
        ),
        (
            "The migration compact was adopted in Marrakech",
            "The GCM was adopted in Marrakech.",
            "Where was the migration compact adopted?",
        ),
    ],
)
def test_a_thing_may_be_called_by_another_of_its_names(sentence, source, question):
    assert carried(sentence, passage(source), question=question)


def test_an_everyday_word_is_not_taken_for_the_official_one():
    source = passage("The Compact is binding.")

    assert not carried("The Compact forces States", source, question="Does it force States?")


@pytest.mark.parametrize(
    "sentence",
    [
        "The Fund has paid for 13 programmes",
        "The Fund has not paid for 12 programmes",
        "The Fund has paid for 12 programmes in Rome",
    ],
)
def test_a_number_name_or_negation_of_the_question_is_believed_no_more(sentence):
    assert not carried(sentence, PROGRAMMES, question=f"{sentence}?")


def test_a_word_of_the_question_may_stand_in_the_passage_under_its_other_name():
    source = passage("L’OIM est à Genève.", language="fr")

    assert carried("L’OIM est à Genève", source, language="fr", question="Where is IOM?")


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("The extracts say that the Compact has 23 objectives", "en"),
        ("The number of objectives of the Compact is not specified", "en"),
        ("The Compact has [23] objectives", "en"),
        ("Les extraits ne le disent pas", "fr"),
        ("Le nombre n’est pas précisé", "fr"),
    ],
)
def test_a_sentence_about_the_extracts_is_no_answer(sentence, language):
    assert not carried(sentence, COMPACT, VOTE, language=language)


@pytest.mark.parametrize("sentence", ["", " ", "Yes", "It is", "Oui", "!", "[1]"])
def test_a_sentence_that_says_nothing_is_dropped(sentence):
    assert not carried(sentence, COMPACT)


@pytest.mark.parametrize("fragment", ["38 entités", "38", "Le Réseau des Nations Unies"])
def test_a_fragment_is_dropped_though_the_passage_holds_it(fragment):
    assert check(fragment, NETWORK, language="fr").reasons == ("no whole sentence",)


def test_a_sentence_that_differs_in_wording_alone_is_dropped():
    source = passage("The Network brings together 38 entities.")

    assert not carried("The Network brings together 38 countries", source)


def test_a_sound_passage_is_preferred_to_one_of_another_wording():
    source = passage("The Network brings together 38 entities.", name="entities")
    sound = passage("The Network brings together 38 countries.", name="countries")

    verdict = check("The Network brings together 38 countries", source, others=[sound])

    assert verdict.support is not None
    assert verdict.support.passage == sound


def test_without_passages_nothing_is_carried():
    assert check("The Compact has 23 objectives").reasons == ("there is no passage",)


@given(
    st.lists(st.sampled_from([*COMPACT.text.split(), "not", "1999", "Rome"]), max_size=12),
    st.sampled_from(["fr", "en"]),
)
def test_every_quote_is_verbatim_in_its_passage_and_document(words, language):
    documents = {"network": "x" * 100 + NETWORK.text, "compact": COMPACT.text}

    verdict = check(" ".join(words), COMPACT, others=[NETWORK], language=language)

    support = verdict.support
    assert (support is None) == bool(verdict.reasons)
    if support is not None:
        assert support.quote
        assert support.quote == documents[support.passage.document_id][support.start : support.end]
        assert support.passage.start <= support.start < support.end <= support.passage.end


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (
            "The General Assembly adopted the Compact in 2018",
            "The General Assembly refused to adopt the Compact in 2018.",
        ),
        ("The Fund has more than 172 members", "The Fund has fewer than 172 members."),
        ("The Fund has at least 38 members", "The Fund has at most 38 members."),
        ("Only States take part in the Fund", "States take part in the Fund."),
    ],
)
def test_words_that_turn_a_sentence_round_must_stand_on_both_sides(sentence, text):
    assert not carried(sentence, passage(text))
    assert carried(text.rstrip("."), passage(text))


def test_a_pronoun_stands_for_the_subject_of_the_sentence_before_it_alone():
    source = passage("The Network met. The Fund met. It has 38 entities.")

    assert not carried("The Network has 38 entities", source)
    assert carried("The Fund has 38 entities", source)


def test_a_word_that_often_opens_a_sentence_is_no_name():
    source = passage("Le Réseau regroupe 38 entités.", language="fr")

    assert carried("Aujourd’hui le Réseau regroupe 38 entités", source, language="fr")


def test_the_date_of_a_document_dates_what_it_says_but_no_event():
    source = passage("The Network brings together 38 entities.", date="2018-12-19")

    assert carried("In December 2018 the Network brings together 38 entities", source)
    assert not carried("On 19 December 2018 the Network brings together 38 entities", source)


def test_a_word_of_the_question_must_be_known_in_the_other_language_too():
    source = passage("Tel. 1917484264 du Réseau", language="fr")
    question = "What is the annual budget of the Network?"

    assert not carried("The annual budget of the Network is 1917484264", source, question=question)


@pytest.mark.parametrize(
    ("text", "language", "source"),
    [
        ("The Network has 38 members.", "en", "In December 2018 the Network had 38 members."),
        ("Le Réseau compte 38 membres.", "fr", "Le Réseau comptait 38 membres en décembre 2018."),
        ("Le Réseau compte 38 membres.", "fr", "In December 2018 the Network had 38 members."),
    ],
)
def test_what_was_so_at_a_date_is_not_said_of_today(text, language, source):
    said_in = "en" if source.startswith("In ") else "fr"
    verdict = check(text, passage(source, language=said_in), language=language)

    assert verdict.support is None
    assert "says of today what was so at a date" in verdict.reasons


def test_what_was_so_at_the_date_of_its_heading_is_not_said_of_today():
    text = "The Network had 38 members at that time."
    source = passage(text, headings=("The Network in December 2018",))

    assert not carried("The Network has 38 members.", source)
    assert carried("The Network had 38 members.", source)


def test_a_heading_in_the_present_makes_nothing_so_today():
    heading = "How many entities the Network has"
    text = f"{heading}\nIn December 2018 the Network had 38 members."
    source = passage(text, headings=(heading,))

    assert carried("In December 2018 the Network had 38 members.", source)
    assert not carried("The Network has 38 members.", source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The Network had 38 members.", "In December 2018 the Network had 38 members."),
        ("In 2018 the Network has 38 members.", "In December 2018 the Network had 38 members."),
        ("The Network has 38 members.", "Since 2018 the Network has 38 members."),
        ("The Network has 38 members.", "The Network has 38 members; in 2017 it was smaller."),
        ("The Compact was adopted in Marrakech.", "The Compact was adopted in Marrakech in 2018."),
    ],
)
def test_a_sentence_in_the_tense_of_its_passage_or_with_its_date_stands(text, source):
    assert check(text, passage(source)).support is not None
