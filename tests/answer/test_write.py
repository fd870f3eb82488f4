"""The writer alone: what a scripted model says, against evidence, by the shipped calibration."""

import pytest
from answer_parts import COMPACT, NETWORK, passage

from migbot.answer.evidence import select_evidence
from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.answer.reply import Reply
from migbot.answer.write import Writer
from migbot.errors import GeneratorError
from migbot.index.fakes import HashEmbedder
from migbot.types import Hit, Question

HOW_MANY = "How many objectives does the Compact have?"
OBJECTIVES = "The Compact has 23 objectives."
ADOPTED = "The Compact was adopted by the General Assembly on 19 December 2018."
SURE = 0.0
DOUBT = 0.2
AGAINST = 0.95


class Written:
    """What a model's `replied` came to. `none` is its probability of NONE, None if it has none."""

    def __init__(self, question, source, replied, *, none, language="en", max_tokens=200):
        hits = (Hit(rank=1, score=1.0, passage=source),)
        evidence = select_evidence(
            question,
            hits,
            language=language,
            embedder=HashEmbedder(),
            count_tokens=len,
            max_tokens=2000,
        )
        self.reply = Reply(Question(question_id="q", text=question), question, language, lambda: 0)
        self.generator = ScriptedGenerator(
            [replied], first_alternatives=None if none is None else {"NONE": none}
        )
        self.writer = Writer(
            question,
            evidence,
            self.reply,
            embedder=HashEmbedder(),
            generator=self.generator,
            max_tokens=max_tokens,
        )
        self.texts = [event.sentence.text for event in self.writer.write()]
        self.dropped = sum(not one.shown for one in self.reply.trace.considered)
        self.none = self.reply.trace.none


def test_a_carried_sentence_is_stated_as_it_is_printed():
    written = Written(HOW_MANY, COMPACT, "The Compact has 23 objectives. [1]", none=SURE)

    assert written.texts == [OBJECTIVES]
    assert written.dropped == 0


@pytest.mark.parametrize("none", [SURE, DOUBT, AGAINST])
def test_the_probability_of_none_is_that_of_the_first_token(none):
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, none=none).none == none


def test_without_probabilities_that_of_none_is_not_known():
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, none=None).none is None


@pytest.mark.parametrize("replied", ["NONE", " NONE "])
def test_a_reply_of_none_without_probabilities_counts_as_certain(replied):
    written = Written("How many States left the Compact?", COMPACT, replied, none=None)

    assert written.none == 1
    assert written.texts == []


def test_a_model_that_would_decline_is_stopped_and_what_it_says_is_not_read():
    written = Written("How many States left the Compact?", COMPACT, OBJECTIVES, none=AGAINST)

    assert written.generator.closed == 1
    assert (written.texts, written.dropped) == ([], 0)


def test_against_none_only_a_quote_that_holds_the_question_stands_in():
    assert Written(HOW_MANY, COMPACT, "NONE", none=AGAINST).texts == [
        "“The Compact has 23 objectives”."
    ]
    question = "How many objectives does the Compact have for children?"
    assert Written(question, COMPACT, "NONE", none=AGAINST).texts == []


STRANGE = "The Compact has 23 ambitious objectives [1]."
AMBITIOUS = "How many ambitious objectives does the Compact have?"


def test_a_word_of_the_question_alone_is_excused_of_a_model_that_is_sure():
    assert Written(AMBITIOUS, COMPACT, STRANGE, none=SURE).texts == [
        "The Compact has 23 ambitious objectives."
    ]


@pytest.mark.parametrize("none", [DOUBT, None])
def test_a_word_of_the_question_alone_is_not_excused_of_one_that_doubts_or_does_not_tell(none):
    written = Written(AMBITIOUS, COMPACT, STRANGE, none=none)

    assert written.dropped == 1
    assert STRANGE.removesuffix(" [1].") not in " ".join(written.texts)


@pytest.mark.parametrize("none", [DOUBT, None])
def test_a_model_that_doubts_or_does_not_tell_must_speak_of_what_was_asked(none):
    question = "Are the headquarters of IOM in the canton of Geneva?"

    written = Written(question, COMPACT, "The Compact is not legally binding [1].", none=none)

    assert (written.texts, written.dropped) == ([], 1)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("When was the Compact adopted?", OBJECTIVES),
        ("How many objectives does the Compact have?", "The Compact is not legally binding."),
        ("Who adopted the Compact?", "They have been at it."),
        ("What percentage of objectives does the Compact have?", OBJECTIVES),
    ],
)
def test_a_question_for_one_kind_of_thing_is_not_answered_by_another(question, says):
    written = Written(question, COMPACT, f"{says} [1]", none=SURE)

    assert written.dropped == 1
    assert says not in written.texts


def test_a_question_for_two_things_may_be_answered_by_either():
    question = "When was the Compact adopted, and what does it have?"

    assert Written(question, COMPACT, f"{OBJECTIVES} [1]", none=SURE).texts == [OBJECTIVES]


def test_a_percentage_answers_a_question_for_a_share():
    source = passage("Women make up 48 per cent of all migrants.")

    written = Written(
        "What share of migrants are women?",
        source,
        "Women make up 48 per cent of all migrants [1].",
        none=SURE,
    )

    assert written.texts == ["Women make up 48 per cent of all migrants."]


def test_the_best_quote_is_of_the_kind_that_was_asked_for():
    written = Written("When was the Compact adopted?", COMPACT, f"{OBJECTIVES} [1]", none=SURE)

    assert written.texts == [f"“{ADOPTED.removesuffix('.')}”."]


@pytest.mark.parametrize(
    "question", ["When was the Network set up?", "How many set up the Network?"]
)
def test_no_quote_of_another_kind_stands_in(question):
    source = passage("Network: it was set up.")

    assert Written(question, source, "It was set up [1].", none=SURE).texts == []
    assert Written("Was the Network set up?", source, "It was, you see [1].", none=SURE).texts


def test_no_quote_stands_in_beside_a_sentence():
    written = Written(HOW_MANY, COMPACT, f"{OBJECTIVES} [1] It has 99 articles [1].", none=SURE)

    assert written.texts == [OBJECTIVES]
    assert written.dropped == 1


def test_of_a_fragment_the_quote_is_shown():
    written = Written(
        "Combien d’entités regroupe le Réseau ?",
        NETWORK,
        "38 entités [1].",
        none=SURE,
        language="fr",
    )

    (text,) = written.texts
    assert text.startswith("«\u00a0")
    assert "38 entités du système des Nations Unies" in text
    assert written.dropped == 0


@pytest.mark.parametrize(
    "replied",
    [
        "[1]",
        "[1] [1]",
        "Objective 1 [is] to collect data [1].",
        "Objective [1] is to collect data [1].",
    ],
)
def test_no_marker_of_the_model_reaches_the_text(replied):
    source = passage("Objective 1 is to collect data.")

    written = Written("What is objective 1?", source, replied, none=SURE)

    assert not any("[" in text or "]" in text for text in written.texts)


def test_a_sentence_cut_off_by_the_token_limit_is_not_shown():
    replied = "The Compact has 23 objectives of which many are good [1]."

    for max_tokens in range(1, 11):
        written = Written(HOW_MANY, COMPACT, replied, none=SURE, max_tokens=max_tokens)
        assert written.texts == ["“The Compact has 23 objectives”."]
        assert written.dropped == 0


def test_half_a_character_of_the_model_is_left_out():
    written = Written(HOW_MANY, COMPACT, "The Compact\ud800 has 23 objectives [1].", none=SURE)

    assert written.texts == [OBJECTIVES]


def test_what_is_dropped_is_not_logged_above_debug(caplog):
    with caplog.at_level("INFO"):
        Written(HOW_MANY, COMPACT, "The Compact has 99 secrets [1].", none=SURE)

    assert caplog.records == []


def test_a_failure_of_the_model_reaches_the_caller():
    with pytest.raises(GeneratorError, match="it broke"):
        Written(HOW_MANY, COMPACT, GeneratorError("it broke"), none=SURE)
