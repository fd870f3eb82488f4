from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.asked import question_of
from migbot.errors import QuestionError
from migbot.types import Question

NAMES = st.sampled_from(["question", "language", "history", "passages", "id", "text", "role"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["fr", "auto", "user", "assistant", "system"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(NAMES, JSON))
def test_any_json_is_a_question_that_can_be_printed_or_is_refused(fields):
    try:
        question = question_of("id", fields, 100)
    except QuestionError:
        return

    assert isinstance(question, Question)
    assert question.text
    # Half a surrogate pair would end whatever prints it.
    question.text.encode()
    for turn in question.history:
        turn.text.encode()
    for passage in question.passages or ():
        passage.text.encode()
