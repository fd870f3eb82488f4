from itertools import pairwise

import pytest
from gbnf import matcher
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.grammar import Draft, answer_grammar, read_drafts
from migbot.answer.prompt import NONE, constant_messages

THREE = matcher(answer_grammar(3))


def read(*pieces):
    return [(draft.text, draft.numbers) for draft in read_drafts(pieces)]


@pytest.mark.parametrize(
    "reply",
    [
        "NONE",
        "Le Réseau regroupe 38 entités [1].",
        "L’OIM est à Genève [3].",
        "« Le Pacte » a été adopté en 2018 [2].",
        "Émigrer est un droit de chacun [1].",
        "38 entités forment le Réseau [1].",
        "It is stated in both extracts [1][2].",
        "Its full stop comes before. [1]",
        "It has no full stop at all [1]",
        "It makes up 3.6 per cent of all people [1].",
        "It is led by Amy E. Pope since 2023 [1].",
        "The resolution is No. 73/195 of that year [1].",
        "It has 23 objectives [1]. It was adopted in 2018 [2].",
    ],
)
def test_the_grammar_accepts_cited_sentences_and_none(reply):
    assert THREE.fullmatch(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "none",
        "NONE.",
        "NONE [1].",
        "The Network has 38 entities.",
        "The Network has 38 entities [4].",
        "The Network has 38 entities [0].",
        "The Network has 38 entities [1, 2].",
        "The Network has 38 entities [1][2][3].",
        "The Network has 38 entities. It is led by IOM [1].",
        "The Network has 38 entities! It is led by IOM [1].",
        "Is it led by IOM? Yes it is [1].",
        "The Network [1] has 38 entities [2].",
        "the Network has 38 entities [1].",
        "Yes [1].",
        "- The Network has 38 entities [1].",
        "The Network has\n38 entities [1].",
        "One is here [1]. Two is here [1]. Three is here [1].",
        "The Network has 38 entities [1]. NONE",
        "The Network has 38 entities [1].\nIt is led by IOM [1].",
    ],
)
def test_the_grammar_refuses_all_else(reply):
    assert not THREE.fullmatch(reply)


def test_only_numbers_of_extracts_that_are_there_may_be_cited():
    twelve = matcher(answer_grammar(12))

    assert twelve.fullmatch("The Network has 38 entities [12].")
    assert not twelve.fullmatch("The Network has 38 entities [13].")
    assert not matcher(answer_grammar(1)).fullmatch("The Network has 38 entities [2].")


@given(st.from_regex(THREE, fullmatch=True))
def test_each_sentence_that_the_grammar_allows_is_read_with_its_citations(reply):
    drafts = read(reply)

    if reply == NONE:
        assert drafts == []
    else:
        assert 1 <= len(drafts) <= 4
        assert all(set(numbers) <= {1, 2, 3} and numbers for _, numbers in drafts)
        assert all("[" not in text and text.strip() == text for text, _ in drafts)
        assert not any(text.endswith(".") for text, _ in drafts)


def test_the_replies_of_the_worked_examples_obey_the_grammar():
    two = matcher(answer_grammar(2))

    for message in constant_messages():
        if message.role == "assistant":
            assert two.fullmatch(message.text)


@pytest.mark.parametrize(
    ("reply", "drafts"),
    [
        ("A b c [1].", [("A b c", (1,))]),
        ("A b c [1]. D e f [2].", [("A b c", (1,)), ("D e f", (2,))]),
        ("A b c [1][2].", [("A b c", (1, 2))]),
        ("A b c [1] [2].", [("A b c", (1, 2))]),
        ("A b c [1, 2].", [("A b c", (1, 2))]),
        ("A b c [1,2][3].", [("A b c", (1, 2, 3))]),
        ("A b c [2][2][1].", [("A b c", (2, 1))]),
        ("A b c[1].D e f[2].", [("A b c", (1,)), ("D e f", (2,))]),
        ("A b c. [1] D e f. [2]", [("A b c", (1,)), ("D e f", (2,))]),
        ("A b c [1]! D e f [2]?", [("A b c", (1,)), ("D e f", (2,))]),
        ("A b c [1]\n\nD e f [2]", [("A b c", (1,)), ("D e f", (2,))]),
        ("A 3.5 c [12].", [("A 3.5 c", (12,))]),
        ("A b c [99].", [("A b c", (99,))]),
        ("A b c [٣].", [("A b c", (3,))]),
        ("A b c.", [("A b c", ())]),
        ("A b c [1]. D e f.", [("A b c", (1,)), ("D e f", ())]),
    ],
)
def test_sentences_are_read_with_their_markers(reply, drafts):
    assert read(reply) == drafts


@pytest.mark.parametrize("reply", ["", " ", ".", "NONE", "NONE.", " NONE ", "A b c [1]. NONE"])
def test_nothing_is_read_from_none_and_from_silence(reply):
    assert [text for text, _ in read(reply)] == (["A b c"] if "A" in reply else [])


def test_a_word_that_begins_like_none_is_read():
    assert read("Nonetheless IOM leads [1].") == [("Nonetheless IOM leads", (1,))]


def test_a_sentence_comes_before_the_next_one_is_written():
    written = []

    def pieces():
        for piece in ("A b c", " [1]", ".", " D", " e f [2]."):
            written.append(piece)
            yield piece

    first = next(read_drafts(pieces()))

    assert first == Draft(text="A b c", numbers=(1,))
    assert " e f [2]." not in written


@pytest.mark.parametrize("reply", ["[1]", "[1] [2]", "[1] A b c [1]."])
def test_a_marker_is_never_text(reply):
    assert not any("[" in text for text, _ in read(reply))


@pytest.mark.parametrize("reply", ["A b c", "A b c [1]. D e", "A b c [1]. D e [", "A b c [1"])
def test_a_sentence_that_was_cut_off_is_not_read(reply):
    assert read(reply) in ([], [("A b c", (1,))])


def test_half_characters_are_left_out():
    assert read("A\ud800 b c [1].") == [("A b c", (1,))]


@pytest.mark.parametrize(
    ("reply", "drafts"),
    [
        ("<think>D e f [2].</think>A b c [1].", [("A b c", (1,))]),
        ("<think>\nD e.\n</think>\n\nA b c [1].", [("A b c", (1,))]),
        ("A b c [1]. <think>D e f [2].", [("A b c", (1,))]),
        ("<think>D e f [2].", []),
        ("A b c [1]<|im_end|>", [("A b c", (1,))]),
        ("<|start|>A b c [1].</s>", [("A b c", (1,))]),
        ("<pad><pad>A b c [1].<end_of_turn>", [("A b c", (1,))]),
        ("<tool_call>A b c [1].</tool_call>", [("A b c", (1,))]),
        ("A < b > c [1]. 3 <4 [2].", [("A < b > c", (1,)), ("3 <4", (2,))]),
    ],
)
def test_thoughts_and_control_tokens_are_no_part_of_a_sentence(reply, drafts):
    assert read(reply) == drafts


REPLIES = (
    "<think>D e f [2].</think>A b c [1]. D <e f [2].<|im_end|>",
    "A b c [1]. <think>D e f [2]",
    "A b c [2][3]. D e f [1].",
    "A b c [2] [3]. D e f [1].",
    "Le Réseau regroupe 38 entités [1]. Il a 3.5 % de tout [2]. Amy E. Pope le dit [1, 2].",
    "A b c [1]. D e f [12]. G h i",
    "NONE",
    "A b c. [1] D e f. [2]",
    "[1] A b c [2].",
)


@given(st.sampled_from(REPLIES), st.data())
def test_how_the_reply_is_cut_into_pieces_does_not_matter(reply, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=12)))
    bounds = [0, *cuts, len(reply)]
    pieces = [reply[start:end] for start, end in pairwise(bounds)]

    assert read(*pieces) == read(reply)


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_cut_in_two_at_any_place_is_read_alike(reply):
    for cut in range(len(reply) + 1):
        assert read(reply[:cut], reply[cut:]) == read(reply)


@given(st.lists(st.text(alphabet=st.sampled_from("Ab 1[],.!?\n")), max_size=8))
def test_any_stream_can_be_read(pieces):
    for draft in read_drafts(pieces):
        assert draft.text in "".join(pieces)
        assert draft.text == draft.text.strip()
        assert len(set(draft.numbers)) == len(draft.numbers)
