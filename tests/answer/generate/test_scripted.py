import pytest

from migbot.answer.generate.protocol import Generator, Message
from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.errors import GeneratorError

ASK = (Message(role="user", text="Qui ?"),)


def test_gives_its_replies_in_order_and_in_pieces():
    script: Generator = ScriptedGenerator(["L’OIM, en 1951 [1].", "NONE"])

    first = [piece.text for piece in script.generate(ASK, max_tokens=50)]
    second = [piece.text for piece in script.generate(ASK, max_tokens=50)]

    assert len(first) > 3
    assert "".join(first) == "L’OIM, en 1951 [1]."
    assert second == ["NONE"]


def test_records_what_it_was_asked():
    script = ScriptedGenerator(["a"])

    list(script.generate(ASK, max_tokens=7, grammar="root ::= [a-z]", alternatives=2))

    request = script.requests[0]
    assert (request.messages, request.max_tokens) == (ASK, 7)
    assert (request.grammar, request.alternatives) == ("root ::= [a-z]", 2)


def test_max_tokens_bounds_the_reply():
    script = ScriptedGenerator(["one two three"])

    assert [piece.text for piece in script.generate(ASK, max_tokens=2)] == ["one", " two"]


def test_first_piece_has_the_alternatives_where_they_are_wanted():
    script = ScriptedGenerator(["a b", "a b"], first_alternatives={"NONE": 0.4})

    wanted = [piece.alternatives for piece in script.generate(ASK, max_tokens=9, alternatives=1)]
    unwanted = [piece.alternatives for piece in script.generate(ASK, max_tokens=9)]

    assert wanted == [{"NONE": 0.4}, {}]
    assert unwanted == [{}, {}]


def test_counts_the_replies_given_up():
    script = ScriptedGenerator(["a b c"])

    pieces = script.generate(ASK, max_tokens=9)
    next(pieces)
    del pieces

    assert script.closed == 1


def test_raises_an_error_of_the_script_in_its_turn():
    script = ScriptedGenerator([GeneratorError("the model is on strike"), "well"])

    with pytest.raises(GeneratorError, match="strike"):
        list(script.generate(ASK, max_tokens=9))

    assert [piece.text for piece in script.generate(ASK, max_tokens=9)] == ["well"]


def test_an_empty_script_is_an_error():
    with pytest.raises(GeneratorError, match="no reply left"):
        ScriptedGenerator([]).generate(ASK, max_tokens=9)
