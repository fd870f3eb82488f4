"""A prompt that is too long for its model: passages are left out from the end, nothing else is."""

import pytest
from answer_parts import COMPACT, NETWORK, VOTE, extracts

from migbot.answer.generate.llamacpp import LlamaCppGenerator
from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.answer.prompt import build_prompt, constant_messages
from migbot.answer.reply import Reply
from migbot.answer.write import Writer
from migbot.errors import GeneratorError, GeneratorMemoryError, PromptTooLongError
from migbot.index.fakes import HashEmbedder
from migbot.models.registry import verified_model
from migbot.settings import load_settings
from migbot.types import Question

PASSAGES = (COMPACT, VOTE, NETWORK)
ASKED = "How many objectives does the Compact have?"
SAID = "The Compact has 23 objectives [1]."
REPLY_TOKENS = 30
SIGNS = {"cosine": 0.95, "coverage": 1.0, "across": 0.0, "asks_for_kind": 0.0, "follow_up": 0.0}
NEAR = {**SIGNS, "lacking": 0.0, "extracts": 1.0}
SHORT_OF_MEMORY = GeneratorMemoryError("it ran out of memory")


class Told:
    """What came of a question to `generator`, with three passages to read."""

    def __init__(self, generator, signs=NEAR, passages=PASSAGES):
        self.reply = Reply(Question(question_id="q", text=ASKED), ASKED, "en", lambda: 0)
        writer = Writer(
            ASKED,
            extracts(*passages),
            self.reply,
            signs=signs,
            is_calibrated=True,
            embedder=HashEmbedder(),
            generator=generator,
            max_tokens=REPLY_TOKENS,
            is_wanted=lambda: True,
        )
        self.events = list(writer.write())

    @property
    def read(self):
        return len(self.reply.trace.evidence)

    @property
    def cited(self):
        return {one.passage.passage_id for event in self.events for one in event.citations}


def context_for(passages, spare=0):
    """Tokens, as the scripted generator counts them, that the prompt on `passages` just needs."""
    count = ScriptedGenerator([]).count_tokens
    prompt = build_prompt(ASKED, extracts(*passages), "en")
    return sum(count(message.text) for message in prompt) + REPLY_TOKENS + spare


@pytest.mark.parametrize("kept", [1, 2])
@pytest.mark.parametrize("spare", [0, 5])
def test_the_last_passages_are_left_out_until_the_rest_just_fits(kept, spare):
    generator = ScriptedGenerator([SAID], context_tokens=context_for(PASSAGES[:kept], spare))

    told = Told(generator)

    (request,) = generator.requests
    assert request.messages == build_prompt(ASKED, extracts(*PASSAGES[:kept]), "en")
    assert request.messages[:-1] == constant_messages()
    assert ASKED in request.messages[-1].text
    assert told.read == kept
    assert told.cited <= {one.passage_id for one in PASSAGES[:kept]}
    assert told.cited


def test_nothing_is_left_out_where_all_fits():
    generator = ScriptedGenerator([SAID], context_tokens=context_for(PASSAGES))

    Told(generator)

    (request,) = generator.requests
    assert all(one.text in request.messages[-1].text for one in PASSAGES)


def test_a_question_with_a_passage_that_has_no_room_is_an_error_and_no_half_a_prompt():
    generator = ScriptedGenerator([SAID], context_tokens=context_for(PASSAGES[:1], -1))

    with pytest.raises(PromptTooLongError):
        Told(generator)

    assert generator.requests == []


def test_the_question_whether_passages_answer_is_held_to_the_context_as_well():
    likely = {"yes": 0.9, "no": 0.05}
    room = context_for(PASSAGES[:2])
    generator = ScriptedGenerator(["yes", SAID], first_alternatives=likely, context_tokens=room)

    told = Told(generator, signs={**NEAR, "log_given": 0.0})

    assert told.read == 2
    assert told.events


def test_short_of_memory_the_model_is_asked_once_more_with_half_the_passages():
    generator = ScriptedGenerator([SHORT_OF_MEMORY, SAID])

    told = Told(generator)

    first, second = (request.messages for request in generator.requests)
    assert first == build_prompt(ASKED, extracts(*PASSAGES), "en")
    assert second == build_prompt(ASKED, extracts(*PASSAGES[:1]), "en")
    assert told.cited == {COMPACT.passage_id}


@pytest.mark.parametrize(
    ("replies", "passages", "times"),
    [
        ([SHORT_OF_MEMORY, SHORT_OF_MEMORY, SAID], PASSAGES, 2),
        ([SHORT_OF_MEMORY, SAID], PASSAGES[:1], 1),
        ([GeneratorError("it broke"), SAID], PASSAGES, 1),
    ],
)
def test_a_model_that_fails_again_or_otherwise_or_on_a_single_passage_is_not_asked_anew(
    replies, passages, times
):
    generator = ScriptedGenerator(replies)

    with pytest.raises(GeneratorError):
        Told(generator, passages=passages)

    assert len(generator.requests) == times


class Counting:
    """Takes and refuses prompts as `model` does, and writes nothing."""

    def __init__(self, model):
        self.name, self.count_tokens = model.name, model.count_tokens
        self._model = model

    def generate(self, messages, **options):
        self._model.generate(messages, **options)
        return iter(())


@pytest.mark.models
def test_what_fits_is_counted_in_the_models_own_tokens():
    settings = load_settings(generator_model="qwen2.5-coder-0.5b-instruct", context_tokens=1024)
    generator = LlamaCppGenerator(verified_model(settings, settings.generator_model), settings)
    long = tuple(PASSAGES[number % 3] for number in range(9))
    given = extracts(*long)

    def fits(count):
        try:
            generator.generate(build_prompt(ASKED, given[:count], "en"), max_tokens=REPLY_TOKENS)
        except PromptTooLongError:
            return False
        return True

    most = max(count for count in range(1, 10) if fits(count))
    told = Told(Counting(generator), passages=long)

    assert 1 < most < 9
    assert told.read == most
