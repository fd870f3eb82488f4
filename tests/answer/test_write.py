"""The writer alone: what a scripted model says, against extracts, by the shipped calibration."""

import pytest
from answer_parts import COMPACT, NETWORK, extracts, passage

from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.answer.reply import Reply
from migbot.answer.write import Writer
from migbot.errors import GeneratorError, GivenUpError
from migbot.index.fakes import HashEmbedder
from migbot.types import Question

HOW_MANY = "How many objectives does the Compact have?"
OBJECTIVES = "The Compact has 23 objectives."
WHOLE = f"“{COMPACT.text.removesuffix('.')}”."
NEAR = {
    "cosine": 0.95,
    "coverage": 1.0,
    "across": 0.0,
    "asks_for_kind": 0.0,
    "follow_up": 0.0,
    "lacking": 0.0,
    "extracts": 1.0,
}
FAR = {**NEAR, "cosine": 0.7, "coverage": 0.0}
SURE = 0.0
DOUBT = 0.2
AGAINST = 0.95


def writer(question, reply, passages, generator, signs, max_tokens=200, is_wanted=lambda: True):
    return Writer(
        question,
        extracts(*passages),
        reply,
        signs=signs or FAR,
        is_calibrated=signs is not None,
        embedder=HashEmbedder(),
        generator=generator,
        max_tokens=max_tokens,
        is_wanted=is_wanted,
    )


class Judging(ScriptedGenerator):
    """Writes one reply, then says yes once for each of `yes`, as surely as that."""

    def __init__(self, replied, first, yes):
        super().__init__([replied, *("yes" for _ in yes)], first_alternatives=first)
        self._sure = iter(yes)

    def generate(self, messages, **asked):
        pieces = super().generate(messages, **asked)
        if len(self.requests) > 1:
            sure = next(self._sure)
            self._first_alternatives = {} if sure is None else {"yes": sure, "no": 1 - sure}
        return pieces

    @property
    def claims(self):
        """The claims it was asked about, in order."""
        asked = [request.messages[-1].text for request in self.requests[1:]]
        return [text.partition("Claim: ")[2].partition("\n")[0] for text in asked]


class Written:
    """What a model's `replied` came to. `none` is its probability of NONE, None if it has none.

    `signs` are those of a calibrated pair of models; None stands for models without calibration.
    `yes` are the probabilities with which the model says, asked once more for each, that a passage
    states what it wrote; None for one that does not tell.
    """

    def __init__(
        self,
        question,
        sources,
        replied,
        *,
        none=SURE,
        yes=(),
        signs=None,
        language="en",
        max_tokens=200,
    ):
        self.reply = Reply(Question(question_id="q", text=question), question, language, lambda: 0)
        self.generator = Judging(replied, {} if none is None else {"NONE": none}, yes)
        passages = sources if isinstance(sources, list) else [sources]
        events = writer(question, self.reply, passages, self.generator, signs, max_tokens).write()
        self.texts = [event.sentence.text for event in events]
        self.trace = self.reply.trace
        self.dropped = sum(not one.shown for one in self.trace.considered)


def test_a_carried_sentence_is_stated_as_it_is_printed():
    written = Written(HOW_MANY, COMPACT, "The Compact has 23 objectives. [1]")

    assert written.texts == [OBJECTIVES]
    assert written.dropped == 0


@pytest.mark.parametrize("none", [SURE, DOUBT, AGAINST])
def test_the_probability_of_none_is_that_of_the_first_token(none):
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, none=none).trace.none == none


def test_without_probabilities_that_of_none_is_not_known_and_taken_to_be_small():
    written = Written(HOW_MANY, COMPACT, OBJECTIVES, none=None)

    assert written.trace.none is None
    assert written.texts == [OBJECTIVES]


def test_a_model_that_would_decline_is_stopped_and_what_it_says_is_not_read():
    written = Written("How many States left the Compact?", COMPACT, OBJECTIVES, none=AGAINST)

    assert written.generator.closed == 1
    assert (written.texts, written.dropped) == ([], 0)


def test_without_calibration_the_models_own_doubt_decides():
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, none=0.4).texts == [OBJECTIVES]
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, none=0.7).texts == []


def test_with_calibration_all_signs_decide_together():
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, signs=NEAR).texts
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, signs=FAR, none=DOUBT).texts == []
    assert Written(HOW_MANY, COMPACT, OBJECTIVES, signs=NEAR, none=AGAINST).trace.signs == {
        **NEAR,
        "log_none": pytest.approx(-0.0513, abs=1e-4),
    }


def test_the_trace_tells_how_probable_an_answer_was():
    sure, doubting = (
        Written(HOW_MANY, COMPACT, OBJECTIVES, signs=NEAR, none=none).trace.answerable
        for none in (SURE, DOUBT)
    )

    assert 0 < doubting < sure < 1


def test_a_word_of_the_question_that_the_passage_lacks_is_not_taken_over():
    written = Written(
        "How many ambitious objectives does the Compact have?",
        COMPACT,
        "The Compact has 23 ambitious objectives [1].",
    )

    assert written.dropped == 1
    assert "ambitious" not in " ".join(written.texts)


def test_a_sentence_must_speak_of_what_was_asked():
    question = "Are the headquarters of IOM in the canton of Geneva?"

    written = Written(question, COMPACT, "The Compact is not legally binding [1].")

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
    written = Written(question, COMPACT, f"{says} [1]")

    assert written.dropped == 1
    assert says not in written.texts


def test_a_question_for_two_things_may_be_answered_by_either():
    question = "When was the Compact adopted, and what does it have?"

    assert Written(question, COMPACT, f"{OBJECTIVES} [1]").texts == [OBJECTIVES]


def test_a_percentage_answers_a_question_for_a_share():
    source = passage("Women make up 48 per cent of all migrants.")

    written = Written(
        "What share of migrants are women?", source, "Women make up 48 per cent of migrants [1]."
    )

    assert written.texts == ["Women make up 48 per cent of migrants."]


def test_the_passage_is_quoted_before_the_model_has_written_a_sentence():
    written = Written("What is the Compact?", COMPACT, f"{OBJECTIVES} [1]", signs=NEAR)

    assert written.texts == [WHOLE, OBJECTIVES]


def test_the_quote_needs_no_more_than_the_first_token_of_the_model():
    reply = Reply(Question(question_id="q", text=HOW_MANY), HOW_MANY, "en", lambda: 0)
    events = writer(HOW_MANY, reply, [COMPACT], ScriptedGenerator([OBJECTIVES]), NEAR).write()

    assert next(events).sentence.text == WHOLE
    assert reply.trace.answer_tokens == 1


def test_the_passage_is_quoted_where_no_sentence_stands():
    for replied in ("NONE", "The Compact has 99 articles [1]."):
        assert Written(HOW_MANY, COMPACT, replied, signs=NEAR).texts == [WHOLE]


def test_a_sentence_that_says_no_more_than_the_quote_is_not_shown_beside_it():
    source = passage("The Compact has 23 objectives.")

    written = Written("What is the Compact?", source, f"{OBJECTIVES} [1]", signs=NEAR)

    assert (written.texts, written.dropped) == (["“The Compact has 23 objectives”."], 0)


def test_a_list_that_is_wanted_is_quoted_whole_and_not_copied_by_the_model():
    source = passage("The three aims of the plan are: data; drivers; identity.")
    said = "The plan has three aims, namely data, drivers and identity [1]."

    listed = Written("What are the aims of the plan?", source, said, signs=NEAR)
    told = Written("Does the plan have aims?", source, said, signs=NEAR)

    assert listed.texts == ["“The three aims of the plan are: data; drivers; identity”."]
    assert (listed.trace.answer_tokens, listed.dropped) == (1, 0)
    assert told.trace.answer_tokens > 1


def test_a_passage_that_the_sentences_have_told_is_not_quoted_again():
    told = passage("The Fund pays for the objectives of the Compact.", name="told")

    written = Written(
        "What is the Compact?",
        [COMPACT, told],
        "The Fund pays for the objectives of the Compact [2].",
        signs=NEAR,
    )

    assert written.texts == [WHOLE, "The Fund pays for the objectives of the Compact."]


FUND = passage("The Fund has 23 members and pays for the objectives.", name="fund")


def test_all_passages_are_quoted_where_more_than_one_thing_was_asked():
    written = Written("What is the Compact?", [COMPACT, FUND], OBJECTIVES, signs=NEAR)

    assert written.texts == [WHOLE, OBJECTIVES, f"“{FUND.text.removesuffix('.')}”."]


def test_only_the_first_is_quoted_where_the_one_number_asked_for_was_told():
    written = Written(HOW_MANY, [COMPACT, FUND], f"{OBJECTIVES} [1]", signs=NEAR)

    assert written.texts == [WHOLE, OBJECTIVES]


def test_without_calibration_a_quote_stands_in_only_where_nothing_else_does():
    assert Written(HOW_MANY, COMPACT, "It has 99 [1].").texts == [WHOLE]
    assert Written(HOW_MANY, COMPACT, f"{OBJECTIVES} [1]").texts == [OBJECTIVES]
    assert Written("Which States left the fund of the Compact?", COMPACT, "NONE").texts == []


def test_a_fragment_is_not_shown():
    written = Written(
        "Combien d’entités regroupe le Réseau ?", NETWORK, "38 entités [1].", language="fr"
    )

    assert written.dropped == 1
    assert all("\u00a0Le Réseau" in text for text in written.texts)


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

    written = Written("What is objective 1?", source, replied)

    assert not any("[" in text or "]" in text for text in written.texts)


def test_a_sentence_cut_off_by_the_token_limit_is_not_shown():
    replied = "The Compact has 23 objectives of which many are good [1]."

    for max_tokens in range(1, 11):
        written = Written(HOW_MANY, COMPACT, replied, max_tokens=max_tokens)
        assert written.texts == [WHOLE]
        assert written.dropped == 0


def test_half_a_character_of_the_model_is_left_out():
    written = Written(HOW_MANY, COMPACT, "The Compact\ud800 has 23 objectives [1].")

    assert written.texts == [OBJECTIVES]


def test_what_is_dropped_is_not_logged_above_debug(caplog):
    with caplog.at_level("INFO"):
        Written(HOW_MANY, COMPACT, "The Compact has 99 secrets [1].")

    assert caplog.records == []


def test_a_failure_of_the_model_reaches_the_caller():
    with pytest.raises(GeneratorError, match="it broke"):
        Written(HOW_MANY, COMPACT, GeneratorError("it broke"))


def test_a_model_that_goes_round_in_circles_is_stopped_and_the_answer_says_so():
    circles = f"{OBJECTIVES} [1]. The Compact has " + "many, " * 200

    written = Written(HOW_MANY, COMPACT, circles, signs=NEAR, max_tokens=1000)

    assert written.texts == [WHOLE, OBJECTIVES]
    assert written.reply.finish().answer.is_cut
    assert written.trace.answer_tokens < 100
    assert written.generator.closed == 1


def test_an_answer_that_the_token_limit_ends_says_so():
    long = Written(HOW_MANY, COMPACT, f"{OBJECTIVES} [1]. It is", signs=NEAR, max_tokens=9)
    short = Written(HOW_MANY, COMPACT, f"{OBJECTIVES} [1].", signs=NEAR)

    assert long.reply.finish().answer.is_cut
    assert not short.reply.finish().answer.is_cut


def test_the_model_is_stopped_at_the_first_token_after_nobody_waits():
    generator = ScriptedGenerator([f"{OBJECTIVES} [1]. " * 20])
    reply = Reply(Question(question_id="q", text=HOW_MANY), HOW_MANY, "en", lambda: 0)

    def is_wanted():
        return reply.trace.answer_tokens < 3

    events = writer(HOW_MANY, reply, [COMPACT], generator, NEAR, is_wanted=is_wanted).write()
    with pytest.raises(GivenUpError):
        list(events)

    assert reply.trace.answer_tokens == 3
    assert generator.closed == 1


@pytest.mark.parametrize(
    ("word", "other", "is_answered"), [("yes", "no", True), ("no", "yes", False)]
)
def test_of_passages_that_a_question_brings_the_model_says_whether_they_answer(
    word, other, is_answered
):
    reply = Reply(Question(question_id="q", text=HOW_MANY), HOW_MANY, "en", lambda: 0)
    likely = {"NONE": 0.01, word: 0.9, other: 0.05}
    generator = ScriptedGenerator([word, OBJECTIVES], first_alternatives=likely)
    signs = {**NEAR, "log_given": 0.0}

    shown = list(writer(HOW_MANY, reply, [COMPACT], generator, signs).write())

    first, second = generator.requests
    assert first.messages[-1].text.endswith("Do the extracts answer the question? Reply yes or no.")
    assert COMPACT.text in first.messages[-1].text
    assert second.messages[-1].text.endswith("Answer in English.")
    assert bool(shown) is is_answered


def test_of_passages_of_the_index_the_model_is_not_asked_whether_they_answer():
    assert len(Written(HOW_MANY, COMPACT, OBJECTIVES, signs=NEAR).generator.requests) == 1


@pytest.mark.parametrize(("cosine", "is_unsure"), [(0.95, False), (0.84, True)])
def test_an_answer_that_may_be_none_is_shown_with_a_caveat(cosine, is_unsure):
    written = Written(HOW_MANY, COMPACT, OBJECTIVES, signs={**NEAR, "cosine": cosine}, none=DOUBT)

    assert written.texts
    assert written.reply.finish().answer.is_unsure is is_unsure


def test_without_calibration_nothing_is_known_of_how_sure_an_answer_is():
    assert not Written(HOW_MANY, COMPACT, OBJECTIVES, none=0.4).reply.finish().answer.is_unsure


ADOPTED = passage(
    "The General Assembly adopted the Compact in December 2018. It has 23 objectives.",
    name="adopted",
    title="The Compact",
)
IN_OTHER_WORDS = "The Compact was adopted by the General Assembly in December 2018."
WHEN = "When was the Compact adopted, and by whom?"


@pytest.mark.parametrize(("yes", "is_shown"), [(0.9, True), (0.4, False), (None, True)])
def test_a_sentence_in_words_of_its_own_is_shown_unless_the_model_doubts_it(yes, is_shown):
    written = Written(WHEN, [NETWORK, ADOPTED], IN_OTHER_WORDS + " [2]", yes=[yes], signs=NEAR)

    assert (IN_OTHER_WORDS in written.texts) is is_shown
    assert written.generator.claims == [IN_OTHER_WORDS]
    assert written.dropped == (not is_shown)


def test_the_doubt_is_told_with_its_figure():
    written = Written(WHEN, [NETWORK, ADOPTED], IN_OTHER_WORDS + " [2]", yes=[0.4], signs=NEAR)

    (considered,) = written.trace.considered
    assert considered.reasons == ("the model doubts that the passage states it (0.40)",)


def test_the_model_reads_the_words_that_carry_the_sentence_under_their_heading():
    source = passage(ADOPTED.text, name="adopted", headings=("The Compact", "Its adoption"))

    written = Written(WHEN, [NETWORK, source], IN_OTHER_WORDS + " [2]", yes=[0.9], signs=NEAR)

    asked = written.generator.requests[1].messages[-1].text
    assert "Passage: Its adoption: The General Assembly adopted the Compact in December" in asked
    assert "objectives" not in asked


@pytest.mark.parametrize(
    ("reply", "signs"),
    [
        ("The Compact has 23 objectives. [2]", NEAR),
        (IN_OTHER_WORDS + " [2]", None),
        ("The Compact was adopted by the European Union. [2]", NEAR),
    ],
)
def test_the_model_is_not_asked_about_a_passages_words_a_dropped_sentence_or_without_calibration(
    reply, signs
):
    assert Written(WHEN, [NETWORK, COMPACT], reply, signs=signs).generator.claims == []


def test_sentences_keep_their_order_while_the_model_is_asked_about_one():
    said = f"{IN_OTHER_WORDS} [2] The General Assembly adopted the Compact in December 2018. [2]"

    written = Written(WHEN, [NETWORK, ADOPTED], said, yes=[0.9], signs=NEAR)

    assert written.texts[1:3] == [
        IN_OTHER_WORDS,
        "The General Assembly adopted the Compact in December 2018.",
    ]


def test_the_model_is_not_asked_about_a_sentence_once_nobody_waits():
    reply = Reply(Question(question_id="q", text=WHEN), WHEN, "en", lambda: 0)
    generator = Judging(IN_OTHER_WORDS + " [2]", {"NONE": SURE}, [0.9])
    is_wanted = lambda: len(generator.requests) < 2  # noqa: E731 -- a name would say no more

    with pytest.raises(GivenUpError):
        list(writer(WHEN, reply, [NETWORK, ADOPTED], generator, NEAR, is_wanted=is_wanted).write())

    assert len(generator.requests) == 2
    assert reply.trace.considered == ()
