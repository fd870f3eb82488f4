"""Of which date a sentence is, where the question asks how things are today."""

import pytest
from answer_parts import passage

from migbot.answer.check import support_from
from migbot.answer.dated import date_note, without_note
from migbot.answer.reply import Reply
from migbot.answer.typography import with_note
from migbot.types import Question

MEMBERS = "The Network has 38 members."
EN_MEMBRES = "Le Réseau compte 38 membres."


def support(text, date=None, headings=(), language="en"):
    source = passage(text, date=date, headings=headings, language=language)
    return support_from(source, (0, len(text)))


@pytest.mark.parametrize(
    ("date", "english", "french"),
    [
        ("2018-12-01", "(as of 1 December 2018)", "(au 1er décembre 2018)"),
        ("2018-12-19", "(as of 19 December 2018)", "(au 19 décembre 2018)"),
        ("2018-08", "(as of August 2018)", "(en août 2018)"),
        ("2018", "(as of 2018)", "(en 2018)"),
        (None, "(undated source)", "(source sans date)"),
    ],
)
def test_what_names_no_year_is_as_old_as_its_document(date, english, french):
    assert date_note(MEMBERS, support(MEMBERS, date), "en") == english
    assert date_note(EN_MEMBRES, support(MEMBERS, date), "fr") == french


@pytest.mark.parametrize(
    ("said", "headings", "note"),
    [
        ("In December 2018 the Network had 38 members.", (), "(as of December 2018)"),
        ("On 19 December 2018 the Network had 38 members.", (), "(as of 19 December 2018)"),
        ("The Network had 38 members in 2018.", (), "(as of 2018)"),
        (MEMBERS, ("The Network in May 2019",), "(as of May 2019)"),
        ("Between 2018 and 2020 the Network had 38 members.", (), "(as of March 2024)"),
        ("The Network has had 38 members since 2018.", (), "(as of March 2024)"),
    ],
)
def test_the_one_date_that_the_words_name_goes_before_that_of_their_document(said, headings, note):
    assert date_note(MEMBERS, support(said, "2024-03", headings), "en") == note


def test_what_names_its_year_needs_no_note():
    assert date_note("It had 38 members in 2018.", support(MEMBERS, "2024"), "en") == ""


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("How many members does the Network have now?", " (as of December 2018)"),
        ("How many members did the Network have?", ""),
    ],
)
def test_only_a_question_about_today_gets_dates(question, note):
    reply = Reply(Question(question_id="q", text=question), question, "en", lambda: 0)
    source = support(MEMBERS, "2018-12")

    written = reply.state(MEMBERS, (source,)).sentence
    quote = reply.quote(source).sentence

    assert written.text == f"The Network has 38 members{note}."
    assert quote.text == f"“The Network has 38 members”{note}."
    assert written.note == quote.note == note.strip()
    assert reply.has_said(MEMBERS)


def test_a_follow_up_is_about_today_where_its_standalone_question_is():
    reply = Reply(Question(question_id="q", text="And IOM?"), "And IOM?", "en", lambda: 0)
    reply.note(standalone="How many members does the Network have today? And IOM?")

    assert reply.state(MEMBERS, (support(MEMBERS, "2018"),)).sentence.note == "(as of 2018)"


@pytest.mark.parametrize("date", ["2018-12-01", "2018-08", "2018", None])
@pytest.mark.parametrize(("language", "text"), [("en", MEMBERS), ("fr", EN_MEMBRES)])
def test_a_note_can_be_taken_off_again(date, language, text):
    note = date_note(text, support(text, date), language)

    assert with_note(text, note) != text
    assert without_note(with_note(text, note)) == text


def test_other_words_in_parentheses_stay():
    for text in ("It leads IOM (Geneva).", "It was so (as of 2018) before.", "L’OIM (en anglais)."):
        assert without_note(text) == text
