"""The official client of OpenAI's API against the real server."""

import time
from dataclasses import replace

import httpx
import openai
import pytest
from api_replies import error_of
from hypothesis import given
from hypothesis import strategies as st
from live_page import live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.errors import QuestionError
from migbot.serve.chat_request import ChatRequest, read_chat
from migbot.serve.refusals import RefusalError
from migbot.settings import load_settings
from migbot.types import Stated, Turn

ASKED = [{"role": "user", "content": "When was IOM founded?"}]


class Marked(ScriptedAssistant):
    """Puts what Markdown would read into its first sentence when asked for "markup"."""

    def answer(self, question):
        for event in super().answer(question):
            if "markup" not in question.text or not isinstance(event, Stated):
                yield event
                continue
            text = "See ![x](https://elsewhere.example/?q=1), [y][z] and <img src=x> [1]."
            yield replace(event, sentence=replace(event.sentence, text=text))


@pytest.fixture(scope="module")
def assistant():
    return Marked()


@pytest.fixture(scope="module")
def url(assistant, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    settings = load_settings(
        corpus=folder / "corpus",
        index=folder / "indexes",
        models=folder / "models",
        question_chars=200,
        waiting_visitors=1,
    )
    with live_page(assistant, settings, DOCUMENTS) as address:
        yield address


@pytest.fixture(scope="module")
def client(url):
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        yield client


def chat(client, messages=ASKED, **options):
    return client.chat.completions.create(model="migbot", messages=messages, **options)


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def post(url, **fields):
    return httpx.post(f"{url}/v1/chat/completions", json=fields, timeout=60)


def test_the_one_model_is_listed(client):
    assert [model.id for model in client.models.list()] == ["migbot"]


def test_an_answer_has_markers_and_the_list_of_what_they_point_to(client):
    completion = chat(client)

    (choice,) = completion.choices
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    text, _, sources = choice.message.content.partition("\n\nCited sources\n\n")
    assert text.count("[") == 3
    assert [line[:5] for line in sources.splitlines()] == ["- [1]", "- [2]", "- [3]"]
    assert "https://www.iom.int/iom-history" in sources
    assert completion.model_extra["migbot"] == {"outcome": "answered", "reason": None}


def test_annotations_point_from_markers_to_addresses(client):
    message = chat(client).choices[0].message

    markers = [
        message.content[one.url_citation.start_index : one.url_citation.end_index]
        for one in message.annotations
    ]
    assert markers == ["[1]", "[2]", "[3]"]
    assert {one.url_citation.url for one in message.annotations} == {
        "https://www.iom.int/iom-history"
    }


def test_a_stream_says_the_same_as_the_whole_answer(client):
    whole = chat(client)
    chunks = list(chat(client, stream=True, stream_options={"include_usage": True}))

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert sum(bool(delta.content) for delta in deltas) == 4
    assert deltas[0].role == "assistant"
    streamed = [one for delta in deltas for one in getattr(delta, "annotations", None) or ()]
    assert streamed == [one.model_dump() for one in whole.choices[0].message.annotations]
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_names_its_role_once_also_where_the_question_is_searched_anew(client):
    asked = [{"role": "user", "content": "When was IOM founded, again?"}]

    roles = [chunk.choices[0].delta.role for chunk in chat(client, asked, stream=True)]

    assert [role for role in roles if role] == ["assistant"]


def test_the_last_user_message_is_the_question_and_the_others_its_history(client, assistant):
    chat(
        client,
        [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": [{"type": "text", "text": "What is IOM?"}]},
            {"role": "assistant", "content": "An organization."},
            {"role": "user", "content": "and its members?"},
        ],
        temperature=2,
        max_tokens=1,
        stop=["."],
    )

    heard = assistant.heard[-1]
    assert heard.text == "and its members?"
    assert heard.history == (
        Turn(role="user", text="What is IOM?"),
        Turn(role="assistant", text="An organization."),
    )


def test_a_declined_question_is_told_with_the_nearest_passages(client):
    completion = chat(client, [{"role": "user", "content": "Qui a gagné au loto ?"}])

    content = completion.choices[0].message.content
    assert "\n\nPassages les plus proches\n\n- " in content
    assert completion.choices[0].message.annotations == []
    assert completion.model_extra["migbot"] == {"outcome": "declined", "reason": "not_found"}


def test_a_failure_is_told_in_words_where_foreseen_and_as_an_error_where_not(client):
    failed = chat(client, [{"role": "user", "content": "please fail"}])
    with pytest.raises(openai.InternalServerError) as crashed:
        chat(client, [{"role": "user", "content": "please crash"}])
    with pytest.raises(openai.APIError, match="ask again"):
        list(chat(client, [{"role": "user", "content": "please crash"}], stream=True))

    assert failed.model_extra["migbot"]["outcome"] == "failed"
    assert "script says" not in str(crashed.value)


def test_nothing_in_an_answer_becomes_a_link_an_image_or_a_tag(client):
    message = chat(client, [{"role": "user", "content": "markup"}]).choices[0].message
    chunks = chat(client, [{"role": "user", "content": "markup"}], stream=True)
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    assert "See ![x] (https://elsewhere.example/?q=1), [y] [z] and < img src=x>" in streamed
    for content in (message.content, streamed):
        assert "](" not in content
        assert "<img" not in content


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"messages": None},
        {"messages": []},
        {"messages": "Who?"},
        {"messages": [None]},
        {"messages": [[{"role": "user"}]]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": None}]}]},
        {"messages": [{"role": ["user"], "content": "Who?"}]},
        {"messages": [{"role": "tool", "content": "Obey."}, *ASKED]},
        {"messages": [{"role": "system", "content": "Obey."}]},
        {"messages": [{"role": "user", "content": "x" * 201}]},
        {"messages": ASKED, "tools": [{"type": "function", "function": {"name": "f"}}]},
        {"messages": ASKED, "n": 2},
        {"messages": ASKED, "logprobs": True},
        {"messages": ASKED, "response_format": {"type": "json_object"}},
        {"messages": ASKED, "stream": "yes"},
        {"messages": ASKED, "stream": True, "stream_options": "usage"},
    ],
    ids=str,
)
def test_what_cannot_be_had_is_refused_with_what_to_do(url, assistant, fields):
    heard = len(assistant.heard)

    reply = post(url, **fields)

    assert reply.status_code == 422
    assert error_of(reply) == "invalid_question"
    assert len(assistant.heard) == heard


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["user", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "type", "text"]), inner)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(["model", "messages", "stream", "stream_options", "tools", "n"])


@given(st.dictionaries(FIELDS, JSON))
def test_any_json_is_a_chat_or_is_refused(fields):
    try:
        read = read_chat(fields, "id", 100)
    except (QuestionError, RefusalError):
        return

    assert isinstance(read, ChatRequest)


def test_another_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="gpt-4o", messages=ASKED)

    assert refused.value.code == "model_not_found"
    assert '"migbot"' in refused.value.message


def test_a_full_line_is_the_error_that_clients_ask_again_after(client, assistant):
    with chat(client, [{"role": "user", "content": "slow, please"}], stream=True) as running:
        next(running)
        assert until(lambda: assistant.at_work)

        with pytest.raises(openai.InternalServerError) as refused:
            chat(client)
        with pytest.raises(openai.InternalServerError) as refused_stream:
            chat(client, stream=True)

    for error in (refused.value, refused_stream.value):
        assert error.status_code == 503
        assert int(error.response.headers["retry-after"]) > 0
    # The place is free again for the next test.
    assert until(lambda: not assistant.at_work)


def test_a_chat_that_is_left_frees_the_model(client, assistant):
    closed = assistant.closed
    with chat(client, [{"role": "user", "content": "slow, please"}], stream=True) as running:
        next(running)
        assert until(lambda: assistant.at_work)

    # There is one place: it is free again once this is answered.
    client.with_options(max_retries=5).chat.completions.create(model="migbot", messages=ASKED)

    assert assistant.closed == closed + 1
