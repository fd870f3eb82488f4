"""No text that a visitor sends keeps migbot busy for longer than its length is worth."""

import time

import pytest
from answer_parts import passage, scripted_assistant

from migbot.answer.assistant import final_answer
from migbot.types import Question, Turn

# What the API takes of a passage; where the time grew with its square, each of these took minutes.
CHARS = 50_000
SEEDS = ("a.", "a/", "A-", "A", "Ab for ", "1", "1 ", "[1]", "n'", "\n", ", ", "1 million ", "(")


def seconds_for(question: Question) -> float:
    assistant, _ = scripted_assistant("NONE")
    begun = time.perf_counter()
    final_answer(assistant.answer(question))
    return time.perf_counter() - begun


@pytest.mark.parametrize("seed", SEEDS)
def test_a_passage_of_any_characters_is_read_at_once(seed):
    text = seed * (CHARS // len(seed))
    passages = (passage(f"IOM has 175 members. {text}"),)
    question = Question(question_id="q", text="How many members has IOM?", passages=passages)

    assert seconds_for(question) < 10


@pytest.mark.parametrize("seed", SEEDS)
def test_an_earlier_turn_of_any_characters_is_read_at_once(seed):
    history = (Turn(role="user", text=f"Who leads IOM? {seed * (CHARS // len(seed))}"),)
    passages = (passage("IOM has 175 members."),)
    question = Question(
        question_id="q", text="and how many members?", history=history, passages=passages
    )

    assert seconds_for(question) < 10


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_of_any_characters_is_read_at_once(seed):
    passages = (passage("IOM has 175 members."),)
    text = f"IOM {seed * (900 // len(seed))}"

    assert seconds_for(Question(question_id="q", text=text, passages=passages)) < 5
