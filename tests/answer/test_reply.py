import pytest
from answer_parts import COMPACT, NETWORK

from migbot.answer.check import Support
from migbot.answer.decline import decline_message, failure_message
from migbot.answer.reply import Reply
from migbot.types import Hit, Question

HITS = (Hit(rank=1, score=1.0, cosine=0.9, passage=NETWORK),)


class Clock:
    """A clock that moves on by what the test says."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def reply(clock=None):
    question = Question(question_id="q7", text=" Who  leads? ")
    return Reply(question, "Who leads?", "en", clock or Clock())


def support(quote, passage=COMPACT):
    start = passage.text.index(quote)
    return Support(
        passage=passage,
        start=passage.start + start,
        end=passage.start + start + len(quote),
        quote=quote,
    )


ADOPTED = support("The Compact was adopted")
OBJECTIVES = support("The Compact has 23 objectives.")
ENTITIES = support("Il regroupe 38 entités", NETWORK)


def test_each_new_quote_gets_the_next_number():
    growing = reply()

    first = growing.state("A.", (ADOPTED,))
    second = growing.state("B.", (OBJECTIVES,))
    third = growing.state("C.", (ENTITIES,))

    assert [event.sentence.citations for event in (first, second, third)] == [(1,), (2,), (3,)]
    assert [citation.number for citation in third.citations] == [3]
    assert third.citations[0].passage == NETWORK
    assert third.citations[0].quote == ENTITIES.quote


def test_a_quote_that_was_cited_before_keeps_its_number_and_is_not_told_again():
    growing = reply()
    growing.state("A.", (ADOPTED,))
    growing.state("B.", (OBJECTIVES,))

    again = growing.state("C.", (ADOPTED,))

    assert again.sentence.citations == (1,)
    assert again.citations == ()


def test_the_same_characters_of_two_passages_are_two_citations():
    growing = reply()
    growing.state("A.", (support("Le Réseau", NETWORK),))

    event = growing.state("B.", (support("The Compact", COMPACT), support("Le Réseau", NETWORK)))

    assert event.sentence.citations == (2, 1)


def test_a_quote_shows_the_words_of_the_passage_and_is_told_from_a_sentence():
    growing = reply()

    stated = growing.state("It has objectives.", (OBJECTIVES,))
    quote = growing.quote(ADOPTED)
    again = growing.quote(OBJECTIVES)

    assert [event.sentence.is_quote for event in (stated, quote, again)] == [False, True, True]
    assert quote.sentence.text == "“The Compact was adopted”."
    assert [citation.quote for citation in quote.citations] == [ADOPTED.quote]
    assert (again.sentence.citations, again.citations) == ((1,), ())


def test_a_sentence_has_been_said_once_it_is_stated_word_for_word():
    growing = reply()
    assert growing.is_empty

    growing.state("It leads.", (ADOPTED,))

    assert not growing.is_empty
    assert growing.has_said("It leads.")
    assert not growing.has_said("It leads")


def test_the_text_has_the_markers_before_each_full_stop():
    growing = reply()
    growing.state("It leads.", (ADOPTED,))
    growing.state("It is “so”.", (ADOPTED, OBJECTIVES))

    answer = growing.finish().answer

    assert answer.text == "It leads [1]. It is “so” [1][2]."
    assert [sentence.text for sentence in answer.sentences] == ["It leads.", "It is “so”."]


def test_an_answer_holds_the_question_the_passages_and_what_was_dropped():
    growing = reply()
    growing.found(HITS)
    growing.consider("It follows.", ("name It is not in the passage",))
    growing.consider("It ends.", ("turned round (end)",))
    growing.consider("It leads.")
    growing.state("It leads.", (ADOPTED,))

    answer = growing.finish().answer

    assert (answer.question_id, answer.question, answer.language) == ("q7", "Who leads?", "en")
    assert (answer.outcome, answer.reason) == ("answered", None)
    assert answer.hits == HITS
    assert answer.dropped == 2


def test_where_nothing_was_stated_the_answer_is_declined_as_not_found():
    growing = reply()
    growing.found(HITS)

    answer = growing.finish().answer

    assert (answer.outcome, answer.reason) == ("declined", "not_found")
    assert answer.text == decline_message("not_found", "en")
    assert answer.sentences == answer.citations == ()
    assert answer.hits == HITS


@pytest.mark.parametrize("reason", ["out_of_scope", "personal", "opinion"])
def test_an_answer_is_declined_for_the_reason_given(reason):
    answer = reply().decline(reason).answer

    assert (answer.outcome, answer.reason) == ("declined", reason)
    assert answer.text == decline_message(reason, "en")


def test_a_failure_keeps_what_was_stated_before_it():
    growing = reply()
    growing.found(HITS)
    growing.state("It leads.", (ADOPTED,))

    answer = growing.fail().answer

    assert (answer.outcome, answer.is_cut) == ("answered", True)
    assert answer.text == "It leads [1]."
    assert [sentence.text for sentence in answer.sentences] == ["It leads."]
    assert [citation.number for citation in answer.citations] == [1]
    assert answer.hits == HITS


def test_a_failure_before_anything_was_stated_is_one():
    answer = reply().fail().answer

    assert (answer.outcome, answer.is_cut) == ("failed", False)
    assert answer.text == failure_message("en")


def test_a_declined_answer_was_not_cut():
    cut = reply()
    cut.cut()

    assert not cut.finish().answer.is_cut


def test_times_run_from_the_question_to_the_first_passages_the_first_sentence_and_the_end():
    clock = Clock()
    growing = reply(clock)

    clock.now += 1
    growing.found(HITS)
    clock.now += 2
    growing.found(HITS)
    growing.state("A.", (ADOPTED,))
    clock.now += 4
    growing.state("B.", (OBJECTIVES,))
    clock.now += 8
    seconds = growing.finish().answer.seconds

    assert (seconds.retrieval, seconds.first_sentence, seconds.total) == (1, 3, 15)


def test_without_a_sentence_there_is_no_time_of_the_first():
    assert reply().finish().answer.seconds.first_sentence is None
