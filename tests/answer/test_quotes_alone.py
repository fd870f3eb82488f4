"""Answers without a language model: the passages speak for themselves, or nothing does."""

import logging

import pytest
from answer_parts import COMPACT, NETWORK, VOTE, extracts

from migbot.answer.assistant import Assistant, final_answer, load_assistant
from migbot.answer.generate import make_generator
from migbot.answer.reply import Reply
from migbot.answer.write import Writer
from migbot.errors import ModelMissingError
from migbot.index.fakes import HashEmbedder
from migbot.settings import load_settings
from migbot.types import Question

ASKED = "How many objectives does the Compact have?"
SIGNS = {"cosine": 0.95, "coverage": 1.0, "across": 0.0, "asks_for_kind": 0.0, "follow_up": 0.0}
NEAR = {**SIGNS, "lacking": 0.0, "extracts": 1.0}
FAR = {**NEAR, "cosine": 0.7, "coverage": 0.0}
SETTINGS = load_settings(generator="extractive")


def answered(signs, passages=(COMPACT, VOTE), *, is_calibrated=True):
    reply = Reply(Question(question_id="q", text=ASKED), ASKED, "en", lambda: 0)
    writer = Writer(
        ASKED,
        extracts(*passages),
        reply,
        signs=signs,
        is_calibrated=is_calibrated,
        embedder=HashEmbedder(),
        generator=make_generator(SETTINGS),
        max_tokens=200,
        is_wanted=lambda: True,
    )
    list(writer.write())
    return reply.finish().answer


def asked(text, *passages):
    assistant = Assistant(
        index=None,
        embedder=HashEmbedder(),
        generator=make_generator(SETTINGS),
        settings=SETTINGS,
    )
    assistant.warm_up()
    return final_answer(
        assistant.answer(Question(question_id="q", text=text, passages=tuple(passages)))
    )


def test_what_answers_is_quoted_word_for_word_and_nothing_is_written():
    answer = answered(NEAR)

    assert answer.outcome == "answered"
    assert all(sentence.is_quote for sentence in answer.sentences)
    assert [one.quote for one in answer.citations] == [COMPACT.text, VOTE.text]
    assert [one.citations for one in answer.sentences] == [(1,), (2,)]


def test_what_seems_not_to_answer_is_declined():
    assert answered(FAR).outcome == "declined"


@pytest.mark.parametrize(("cosine", "is_unsure"), [(0.95, False), (0.82, True)])
def test_what_may_not_answer_is_quoted_with_a_caveat(cosine, is_unsure):
    answer = answered({**NEAR, "cosine": cosine})

    assert answer.outcome == "answered"
    assert answer.is_unsure is is_unsure


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(ASKED, "answered"), ("Who is the coordinator of the Compact?", "declined")],
)
def test_of_passages_that_a_question_brings_the_best_is_quoted_where_it_holds_the_question(
    text, outcome
):
    answer = asked(text, COMPACT, NETWORK)

    assert answer.outcome == outcome
    assert [one.quote for one in answer.citations] == [COMPACT.text] * (outcome == "answered")


def test_the_embedder_alone_decides_whether_the_signs_can_be_read():
    assert answered(FAR, is_calibrated=False).outcome == "answered"


@pytest.mark.models
def test_quotes_answer_where_the_model_is_not_there_and_that_was_allowed(caplog):
    absent = {"generator_model": "absent.gguf"}

    with pytest.raises(ModelMissingError, match=r"absent\.gguf"):
        load_assistant(load_settings(**absent), with_index=False)
    with caplog.at_level(logging.ERROR):
        assistant = load_assistant(
            load_settings(**absent, generator_fallback="extractive"), with_index=False
        )

    assert assistant.settings.generator == "extractive"
    assert "absent.gguf" in caplog.text
    assert "quotes alone" in caplog.text
