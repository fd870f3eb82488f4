from hypothesis import given
from hypothesis import strategies as st

from migbot.serve.line import FairLine


def line_of(*joined):
    line = FairLine()
    for visitor, one in joined:
        line.join(visitor, one)
    return line


def taken(line):
    return list(iter(line.take, None))


def test_visitors_take_turns_and_keep_the_order_of_their_own_questions():
    line = line_of(("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("c", "c2"))

    assert taken(line) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_each_is_told_how_many_come_before():
    line = line_of(("a", "a1"), ("a", "a2"), ("b", "b1"))

    assert [line.ahead_of(one) for one in ("a1", "b1", "a2", "gone")] == [0, 1, 2, None]
    line.take()
    assert [line.ahead_of(one) for one in ("a1", "b1", "a2")] == [None, 0, 1]


def test_who_leaves_is_out_of_the_line_once():
    line = line_of(("a", "a1"), ("b", "b1"))

    assert line.leave("a", "a1")
    assert not line.leave("a", "a1")
    assert taken(line) == ["b1"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers()), unique=True))
def test_nobody_is_lost_and_the_place_told_is_the_place_had(joined):
    line = line_of(*((visitor, (visitor, number)) for visitor, number in joined))
    told = {one: line.ahead_of(one) for one in joined}

    order = taken(line)

    assert sorted(order) == sorted(joined)
    assert told == {one: place for place, one in enumerate(order)}
