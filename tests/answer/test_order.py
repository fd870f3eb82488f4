from migbot.answer.order import as_read
from migbot.types import Citation, Sentence


def said(text, *numbers, is_quote=False):
    return Sentence(text=text, citations=numbers, is_quote=is_quote)


def cited(number):
    return Citation(number=number, passage=None, start=number, end=number, quote=f"quote {number}")


def places(citations):
    """Which of the citations, as they came, are in which order, under which numbers."""
    return [(one.quote, one.number) for one in citations]


def test_what_is_written_comes_before_what_is_quoted_and_numbers_rise():
    stated = (said("q", 1, is_quote=True), said("a", 2), said("b", 3), said("r", 4, is_quote=True))

    sentences, citations = as_read(stated, [cited(number) for number in (1, 2, 3, 4)])

    assert [one.text for one in sentences] == ["a", "b", "q", "r"]
    assert [one.citations for one in sentences] == [(1,), (2,), (3,), (4,)]
    assert places(citations) == [("quote 2", 1), ("quote 3", 2), ("quote 1", 3), ("quote 4", 4)]


def test_a_citation_that_is_used_twice_has_the_number_of_its_first_use():
    stated = (said("q", 1, is_quote=True), said("a", 2, 1), said("b", 2))

    sentences, citations = as_read(stated, [cited(1), cited(2)])

    assert [one.citations for one in sentences] == [(1, 2), (1,), (2,)]
    assert places(citations) == [("quote 2", 1), ("quote 1", 2)]


def test_what_is_in_order_stays_as_it_is():
    stated = (said("a", 1), said("b", 2, 1), said("q", 3, is_quote=True))
    citations = tuple(cited(number) for number in (1, 2, 3))

    assert as_read(stated, citations) == (stated, citations)


def test_a_number_without_its_citation_is_left_out():
    sentences, citations = as_read((said("a", 99, 2),), [cited(2)])

    assert sentences[0].citations == (1,)
    assert places(citations) == [("quote 2", 1)]
