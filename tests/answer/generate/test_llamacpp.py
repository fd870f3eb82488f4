import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import cast

import httpx
import pytest

from migbot.answer.generate.llamacpp import LlamaCppGenerator, memory_bytes
from migbot.answer.generate.protocol import Message, Piece
from migbot.errors import GeneratorError, ModelIntegrityError
from migbot.settings import Settings

pytestmark = pytest.mark.models

STORY = (Message(role="user", text="Write a very long story about a migrating bird."),)
LONG = (Message(role="user", text="The bird flies north again. " * 250),)
ENDLESS = 'root ::= "a" root'
YES_OR_NO = 'root ::= "NONE" | "Yes"'


def text_of(pieces: Iterator[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def first_of(pieces: Iterator[Piece]) -> Piece:
    """Return the first piece with something in it: those of a prompt being read are empty."""
    return next(piece for piece in pieces if not piece.is_empty)


def give_up(pieces: Iterator[Piece]) -> None:
    with closing(cast("closing[object]", pieces)):
        pass


def test_writes_french_whole_characters_at_a_time(llamacpp: LlamaCppGenerator):
    grammar = 'root ::= "Été à Genève 🇨🇭 œuvre"'

    pieces = list(llamacpp.generate(STORY, max_tokens=40, grammar=grammar))

    assert "".join(piece.text for piece in pieces) == "Été à Genève 🇨🇭 œuvre"
    assert len(pieces) > 3
    assert not any("\N{REPLACEMENT CHARACTER}" in piece.text for piece in pieces)


def test_the_same_prompt_gives_the_same_reply(llamacpp: LlamaCppGenerator):
    first = text_of(llamacpp.generate(STORY, max_tokens=20))
    text_of(llamacpp.generate([Message(role="user", text="Hello")], max_tokens=1))

    assert first
    assert text_of(llamacpp.generate(STORY, max_tokens=20)) == first


def test_max_tokens_ends_the_reply(llamacpp: LlamaCppGenerator):
    assert 0 < llamacpp.count_tokens(text_of(llamacpp.generate(STORY, max_tokens=5))) <= 5


def test_reply_obeys_the_grammar(llamacpp: LlamaCppGenerator):
    reply = text_of(llamacpp.generate(STORY, max_tokens=10, grammar=YES_OR_NO))

    assert reply in ("NONE", "Yes")


def test_alternatives_are_those_of_the_model_before_the_grammar(llamacpp: LlamaCppGenerator):
    free = first_of(llamacpp.generate(STORY, max_tokens=1, alternatives=5))
    held = first_of(llamacpp.generate(STORY, max_tokens=1, alternatives=5, grammar=YES_OR_NO))

    assert free.text == max(free.alternatives, key=lambda token: free.alternatives[token])
    assert held.text not in free.alternatives
    assert 0.0 < held.alternatives[held.text] < 0.5
    for token, probability in free.alternatives.items():
        assert held.alternatives[token] == pytest.approx(probability, abs=0.02)
    assert 0.3 < sum(free.alternatives.values()) <= 1.0 + 1e-6


def test_no_alternatives_unless_asked_for(llamacpp: LlamaCppGenerator):
    assert all(not piece.alternatives for piece in llamacpp.generate(STORY, max_tokens=3))


def test_the_end_of_a_reply_is_named_by_the_empty_string(llamacpp: LlamaCppGenerator):
    pieces = llamacpp.generate(STORY, max_tokens=9, alternatives=2, grammar='root ::= "Yes"')
    *_, last = (piece for piece in pieces if not piece.is_empty)

    assert last.text == ""
    assert "" in last.alternatives


def test_lone_surrogates_are_read_without_harm(llamacpp: LlamaCppGenerator):
    question = [Message(role="user", text="Hello \ud800 there \udfff")]

    text_of(llamacpp.generate(question, max_tokens=5)).encode("utf-8")


def test_a_reply_given_up_frees_the_model_at_once(llamacpp: LlamaCppGenerator):
    story = llamacpp.generate(STORY, max_tokens=1500, grammar=ENDLESS)
    assert len(list(islice(story, 3))) == 3

    start = time.monotonic()
    give_up(story)
    closed_s = time.monotonic() - start
    reply = text_of(llamacpp.generate(STORY, max_tokens=3))

    # On a free machine the whole story takes over half a minute, what is asserted far less.
    assert reply
    assert closed_s < 1.0
    assert time.monotonic() - start < 15.0


def test_a_prompt_being_read_is_given_up_between_batches(
    small_gguf: Path, small_settings: Settings
):
    hasty = small_settings.model_copy(update={"generator_timeout_s": 0.5})
    generator = LlamaCppGenerator(small_gguf, hasty)

    with pytest.raises(GeneratorError, match=r"longer than 0\.5 s.*generator_timeout_s"):
        list(generator.generate(LONG, max_tokens=5))

    # The prompt takes many seconds to read; the engine has left it long before.
    assert generator._busy.acquire(timeout=6.0)


def test_a_prompt_being_read_gives_empty_pieces_at_which_it_can_be_given_up(
    small_gguf: Path, small_settings: Settings
):
    generator = LlamaCppGenerator(small_gguf, small_settings)
    pieces = generator.generate(LONG, max_tokens=5)

    assert next(pieces).is_empty
    give_up(pieces)

    # The prompt takes many seconds to read; the engine has left it long before.
    assert generator._busy.acquire(timeout=6.0)


class Listening:
    """An engine that notes at which of its events it was told to stop."""

    def __init__(self, engine):
        self.engine = engine
        self.stops: list[bool] = []

    def handle_completions(self, request, hear):
        def noting(event):
            self.stops.append(hear(event))
            return self.stops[-1]

        self.engine.handle_completions(request, noting)


def test_who_gives_up_at_an_empty_piece_has_no_further_batch_read(
    small_gguf: Path, small_settings: Settings
):
    generator = LlamaCppGenerator(small_gguf, small_settings)
    generator._engine = engine = Listening(generator._engine)
    pieces = generator.generate(LONG, max_tokens=5)

    assert next(pieces).is_empty
    give_up(pieces)

    assert generator._busy.acquire(timeout=6.0)
    assert engine.stops == [True]


def test_an_iterator_never_begun_holds_nothing(llamacpp: LlamaCppGenerator):
    unread = llamacpp.generate(STORY, max_tokens=5)

    assert text_of(llamacpp.generate(STORY, max_tokens=5))
    give_up(unread)


def test_an_iterator_left_open_does_not_hold_the_model(llamacpp: LlamaCppGenerator):
    left = llamacpp.generate(STORY, max_tokens=20)
    next(left)

    assert text_of(llamacpp.generate(STORY, max_tokens=5))
    assert text_of(left)


def test_two_threads_get_their_own_replies_one_after_the_other(llamacpp: LlamaCppGenerator):
    words = ("Geneva", "Marrakech", "Dakar", "Manila")
    replies: dict[str, str] = {}

    def ask(word: str) -> None:
        grammar = f'root ::= "{word}. {word}!"'
        replies[word] = text_of(llamacpp.generate(STORY, max_tokens=20, grammar=grammar))

    threads = [threading.Thread(target=ask, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert replies == {word: f"{word}. {word}!" for word in words}


def test_a_waiting_caller_gives_up_at_its_time_limit(small_gguf: Path, small_settings: Settings):
    hasty = small_settings.model_copy(update={"generator_timeout_s": 0.3})
    generator = LlamaCppGenerator(small_gguf, hasty)

    with generator._busy, pytest.raises(GeneratorError, match="longer than"):
        next(generator.generate(STORY, max_tokens=5))


def test_a_constant_beginning_is_read_once(llamacpp: LlamaCppGenerator):
    beginning = Message(role="system", text="You answer from extracts about migration. " * 60)

    def seconds_to_first_piece(question: str) -> float:
        start = time.monotonic()
        first_of(llamacpp.generate([beginning, Message(role="user", text=question)], max_tokens=1))
        return time.monotonic() - start

    cold = seconds_to_first_piece("Where is IOM?")

    assert seconds_to_first_piece("What is the Compact?") < cold / 3


def test_too_long_a_prompt_is_refused_with_its_count(llamacpp: LlamaCppGenerator):
    with pytest.raises(GeneratorError, match=r"prompt takes \d+ tokens.*context_tokens, now 2048"):
        llamacpp.generate(LONG, max_tokens=1500)


def test_faulty_grammar_is_an_error_and_the_model_goes_on(llamacpp: LlamaCppGenerator):
    with pytest.raises(GeneratorError, match="grammar"):
        list(llamacpp.generate(STORY, max_tokens=5, grammar="root ::= ("))

    assert text_of(llamacpp.generate(STORY, max_tokens=2))


def test_a_file_that_is_no_whole_model_is_refused(
    small_gguf: Path, small_settings: Settings, tmp_path: Path
):
    cut = tmp_path / "model.gguf"
    with small_gguf.open("rb") as file:
        cut.write_bytes(file.read(20_000_000))

    with pytest.raises(ModelIntegrityError, match="migbot models verify"):
        LlamaCppGenerator(cut, small_settings)


def test_interrupting_stops_a_reply_and_the_model_goes_on(llamacpp: LlamaCppGenerator):
    # A shell starts what runs in the background with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))

    timer.start()
    with pytest.raises(KeyboardInterrupt):
        text_of(llamacpp.generate(STORY, max_tokens=1500, grammar=ENDLESS))

    signal.signal(signal.SIGINT, before)
    assert text_of(llamacpp.generate(STORY, max_tokens=2))


def test_a_program_ends_without_waiting_for_a_reply_left_open(small_gguf: Path):
    code = f"""
from pathlib import Path
from migbot.answer.generate.llamacpp import LlamaCppGenerator
from migbot.answer.generate.protocol import Message
from migbot.settings import load_settings
generator = LlamaCppGenerator(Path({str(small_gguf)!r}), load_settings(threads=2))
ask = [Message(role="user", text="Tell a long story.")]
story = generator.generate(ask, max_tokens=3900, grammar={ENDLESS!r})
print(bool(next(piece.text for piece in story if piece.text)), flush=True)
"""

    # The whole story would take a minute and more.
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=40, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "True\n", "")


def test_other_programs_of_this_machine_cannot_use_the_engine(llamacpp: LlamaCppGenerator):
    address = llamacpp._engine.listening_address

    for path in ("/v1/completions", "/v1/chat/completions", "/completion", "/tokenize"):
        assert httpx.post(f"{address}{path}", json={"prompt": "Hi"}).status_code == 401
    for path in ("/props", "/slots", "/v1/models", "/metrics"):
        assert httpx.get(f"{address}{path}").status_code == 401


def test_a_prompt_that_takes_too_long_to_read_is_given_up(
    small_gguf: Path, small_settings: Settings
):
    hasty = small_settings.model_copy(update={"generator_first_token_s": 0.2})
    generator = LlamaCppGenerator(small_gguf, hasty)

    with pytest.raises(GeneratorError, match="generator_first_token_s"):
        text_of(generator.generate(LONG, max_tokens=5))

    assert generator._busy.acquire(timeout=6.0)


def test_the_limit_of_the_first_token_is_none_of_the_others(
    small_gguf: Path, small_settings: Settings
):
    patient = small_settings.model_copy(update={"generator_first_token_s": 5.0})
    pieces = LlamaCppGenerator(small_gguf, patient).generate(STORY, max_tokens=40, grammar=ENDLESS)

    first_of(pieces)
    time.sleep(5.0)

    assert text_of(pieces)


def test_the_memory_of_a_model_is_told_before_it_is_loaded(small_gguf: Path):
    small, large = (memory_bytes(small_gguf, tokens) for tokens in (1024, 2048))

    # Of 24 layers with 2 heads of 64 numbers, each twice and in 16 bits.
    assert large - small == 1024 * 24 * 2 * 64 * 2 * 2
    assert small > small_gguf.stat().st_size
