from dataclasses import replace

from scripted_assistant import ScriptedAssistant, hits

from migbot.serve.answers import answer_html
from migbot.serve.conversation import Exchange
from migbot.serve.strings import STRINGS
from migbot.serve.suggest import suggested_questions
from migbot.types import Finished, Hit, Language, Question, Reason, Trace


def headed(*headings: str, language: Language = "en") -> tuple[Hit, ...]:
    found = hits(language)
    return tuple(
        replace(hit, passage=replace(hit.passage, headings=(heading,)))
        for hit, heading in zip(found, headings, strict=False)
    )


def test_a_heading_becomes_a_question_in_the_readers_language():
    assert suggested_questions(headed("The vote"), "en") == ("What is known about “The vote”?",)
    assert suggested_questions(headed("Le vote", language="fr"), "fr") == (
        "Que sait-on de «\u00a0Le vote\u00a0»\u202f?",
    )


def test_a_heading_that_asks_is_the_question():
    assert suggested_questions(headed("Whose figure is it?"), "en") == ("Whose figure is it?",)


def test_no_question_is_made_of_a_passage_in_another_language():
    assert suggested_questions(headed("The vote"), "fr") == ()


def test_two_different_questions_are_enough():
    questions = suggested_questions(headed("A", "A", "B", "C"), "en")

    assert [question[-3] for question in questions] == ["A", "B"]


def declined(reason: Reason = "not_found", **changed: str) -> str:
    asked = Question(question_id="1", text="Qui a gagné au loto ?")
    *_, last = ScriptedAssistant(pause_s=0).answer(asked)
    assert isinstance(last, Finished)
    trace = Trace(standalone=changed.get("standalone", asked.text))
    answer = replace(last.answer, reason=reason)
    exchange = Exchange(number=1, question=asked.text).after(
        replace(last, answer=answer, trace=trace)
    )
    return answer_html(exchange, STRINGS["fr"])


def test_a_declined_follow_up_says_what_was_looked_for():
    assert "Recherché" not in declined()
    assert 'Recherché\u00a0: «\u00a0<span lang="fr">Qui a gagné au loto en 2018' in declined(
        standalone="Qui a gagné au loto en 2018 ?"
    )


def test_a_declined_answer_offers_what_the_documents_do_answer():
    assert declined().count("data-ask=") == 2


def test_a_question_about_something_else_is_offered_nothing():
    assert declined("out_of_scope").count("data-ask=") == 0
    assert declined("opinion").count("data-ask=") == 2
