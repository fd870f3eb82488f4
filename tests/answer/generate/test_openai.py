import json
import logging
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from itertools import islice

import pytest
import tiktoken
from llama_server import LlamaServer
from misbehaving import DONE, Behaviour, delta, endpoint, hang_up, status, stream

from migbot.answer.generate.openai import OpenAIGenerator
from migbot.answer.generate.protocol import Message
from migbot.errors import GeneratorError, SettingsError
from migbot.settings import load_settings

KEY = "secret-key-4711"
ASK = (Message(role="user", text="Où est l’OIM ?"),)
GOOD = stream(delta(None), delta("À "), delta("Genève"), delta("", finish="stop"), DONE)


def generator(url: str, **settings: object) -> OpenAIGenerator:
    values = {"generator_api_key": KEY, "generator_timeout_s": 5.0} | settings
    return OpenAIGenerator(load_settings(generator="openai", generator_url=url, **values))


def reply(url: str, **settings: object) -> str:
    pieces = generator(url, **settings).generate(ASK, max_tokens=10)
    return "".join(piece.text for piece in pieces)


def slow(part: bytes, *, pause_s: float, times: int) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(pause_s)

    return answer


def test_streams_the_reply_and_sends_the_key():
    with endpoint([GOOD]) as served:
        assert reply(served.url) == "À Genève"

    assert served.keys == [f"Bearer {KEY}"]
    body = served.bodies[0]
    assert body["messages"] == [{"role": "user", "content": "Où est l’OIM ?"}]
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (10, 0, True)


def test_no_key_no_authorization():
    with endpoint([GOOD]) as served:
        reply(served.url, generator_api_key="")

    assert served.keys == [None]


@pytest.mark.parametrize("sent", [True, False])
def test_grammar_is_sent_where_the_setting_says_so(sent: bool):  # noqa: FBT001 -- a parameter
    with endpoint([GOOD]) as served:
        asked = generator(served.url, generator_endpoint_grammar=sent)
        list(asked.generate(ASK, max_tokens=10, grammar='root ::= "x"'))

    assert ("grammar" in served.bodies[0]) is sent


def test_control_tokens_and_surrogates_of_a_message_are_broken_up():
    text = "<|im_end|></s><start_of_turn>[INST] [1] a < b, 3<4 \ud800"
    with endpoint([GOOD]) as served:
        list(generator(served.url).generate([Message(role="user", text=text)], max_tokens=1))

    content = served.bodies[0]["messages"][0]["content"]
    assert (
        content
        == "< |im_end|>< /s>< start_of_turn>[ INST] [1] a < b, 3<4 \N{REPLACEMENT CHARACTER}"
    )


def test_alternatives_come_as_probabilities():
    top = [{"token": "À", "logprob": 0.0}, {"token": "NONE", "logprob": -9999.0}]
    place = {"content": [{"token": "À", "logprob": 0.0, "top_logprobs": top}]}
    with endpoint([stream(delta("À", logprobs=place), delta("", finish="stop"), DONE)]) as served:
        pieces = list(generator(served.url).generate(ASK, max_tokens=1, alternatives=2))

    assert pieces[0].alternatives == {"À": 1.0, "NONE": 0.0}
    assert served.bodies[0]["top_logprobs"] == 2


def test_events_cut_anywhere_are_joined():
    whole = delta("é") + b": a comment\r\n\r\n" + delta("🇨🇭", finish="stop").replace(b"\n", b"\r\n")
    with endpoint([stream(*(whole[at : at + 1] for at in range(len(whole))))]) as served:
        assert reply(served.url) == "é🇨🇭"


@pytest.mark.parametrize(
    ("behaviour", "requests", "advice"),
    [
        (status(400), 1, "generator_endpoint_grammar"),
        (status(401), 1, "generator_api_key"),
        (status(403), 1, "generator_api_key"),
        (status(404), 1, "generator_model"),
        (status(418), 1, "own log"),
        (status(429), 2, "ask again in a while"),
        (status(500), 2, "own log"),
        (status(503), 2, "own log"),
        (status(307, Location="/v1/elsewhere"), 1, "another address"),
        (hang_up, 2, "broke off"),
        (stream(), 2, "broke off"),
        (stream(delta(None)), 2, "broke off"),
        (stream(b"data: {not json}\n\n"), 1, "OpenAI-compatible"),
        (stream(b"data: [1, 2]\n\n"), 1, "OpenAI-compatible"),
        (stream(b'data: {"choices": 7}\n\n'), 1, "OpenAI-compatible"),
        (stream(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), 1, "OpenAI-compatible"),
        (stream(b"data: " + b"[" * 200_000 + b"\n\n"), 1, "OpenAI-compatible"),
        (stream(b'data: {"error": {"message": "' + KEY.encode() + b'"}}\n\n'), 1, "own log"),
        (stream(b"<html>Not found</html>"), 2, "broke off"),
    ],
)
def test_each_failure_says_what_to_do_and_never_the_key(
    behaviour: Behaviour, requests: int, advice: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)

    with endpoint([behaviour]) as served, pytest.raises(GeneratorError, match=advice) as caught:
        reply(served.url)

    assert len(served.bodies) == requests
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert "OIM" not in caplog.text


def test_a_passing_failure_is_made_good_by_the_second_attempt():
    with endpoint([status(503), GOOD]) as served:
        assert reply(served.url) == "À Genève"


def test_no_second_attempt_once_a_piece_was_given():
    pieces = []
    with endpoint([stream(delta("À "))]) as served:
        asked = generator(served.url).generate(ASK, max_tokens=10)
        pieces.append(next(asked))
        with pytest.raises(GeneratorError, match="broke off"):
            next(asked)

    assert [piece.text for piece in pieces] == ["À "]
    assert len(served.bodies) == 1


def test_a_closed_port_is_an_error_that_names_the_setting():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    with pytest.raises(GeneratorError, match="generator_url"):
        reply(f"http://127.0.0.1:{port}/v1")


def test_a_body_without_end_is_cut_short():
    with (
        endpoint([slow(b"x" * 2**20, pause_s=0.0, times=64)]) as served,
        pytest.raises(GeneratorError, match="over 16 MB"),
    ):
        reply(served.url)


@pytest.mark.parametrize("part", [b"", b": still here\n\n"], ids=["silent", "only comments"])
def test_an_endpoint_that_does_not_answer_in_time_is_left(part: bytes):
    with endpoint([slow(part, pause_s=0.1, times=30)]) as served:
        start = time.monotonic()
        with pytest.raises(GeneratorError, match="generator_timeout_s"):
            reply(served.url, generator_timeout_s=0.5)
        waited_s = time.monotonic() - start

    assert waited_s < 2.0


@pytest.mark.parametrize("part", [b"", b": still here\n\n"], ids=["silent", "only comments"])
def test_an_endpoint_that_writes_no_word_in_time_is_left(part: bytes):
    with (
        endpoint([slow(part, pause_s=0.1, times=30)]) as served,
        pytest.raises(GeneratorError, match="generator_first_token_s"),
    ):
        reply(served.url, generator_first_token_s=0.5)


def test_an_endpoint_that_stops_in_the_middle_is_left():
    def stalled(handler: BaseHTTPRequestHandler) -> None:
        slow(delta("mot "), pause_s=0.2, times=4)(handler)
        time.sleep(2)

    with endpoint([stalled]) as served:
        pieces = generator(served.url, generator_first_token_s=0.5).generate(ASK, max_tokens=10)
        assert "".join(piece.text for piece in islice(pieces, 4)) == "mot " * 4
        with pytest.raises(GeneratorError, match=r"stood still for 0\.5 s"):
            list(pieces)


def test_closing_the_iterator_hangs_up():
    with endpoint([slow(delta("mot "), pause_s=0.01, times=1000)]) as served:
        pieces = generator(served.url).generate(ASK, max_tokens=1000)
        assert len(list(islice(pieces, 2))) == 2
        del pieces

        assert served.hung_up.wait(5.0)


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    with endpoint([GOOD]) as served:
        assert reply(served.url) == "À Genève"


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080/v1",
        "ftp://host/v1",
        "http://[::1/v1",
        "http:///v1",
        "http://me:word@host/v1",
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str):
    with pytest.raises(SettingsError, match="generator_url"):
        generator(url)


@pytest.mark.parametrize("key", ["clé-secrète", "two\nlines"])
def test_a_malformed_key_is_refused_without_being_repeated(key: str):
    with pytest.raises(SettingsError, match="generator_api_key") as caught:
        generator("http://127.0.0.1:1/v1", generator_api_key=key)

    assert key not in str(caught.value)


def test_tokens_are_estimated_on_the_high_side_without_an_encoding():
    assert generator("http://127.0.0.1:1/v1").count_tokens("Où est l’OIM ?") == 6


@pytest.mark.models
def test_estimate_is_not_below_the_count(encoding: tiktoken.Encoding):
    text = "Le Pacte mondial pour des migrations sûres, ordonnées et régulières, adopté en 2018."
    exact = OpenAIGenerator(load_settings(), encoding)

    assert exact.count_tokens(text) == len(encoding.encode_ordinary(text))
    assert generator("http://127.0.0.1:1/v1").count_tokens(text) >= exact.count_tokens(text)


@pytest.fixture
def real(llama_server: LlamaServer) -> Callable[..., OpenAIGenerator]:
    def make(key: str = llama_server.key) -> OpenAIGenerator:
        return generator(llama_server.url, generator_api_key=key, generator_timeout_s=300.0)

    return make


@pytest.mark.models
def test_a_real_server_obeys_the_grammar_and_tells_probabilities(
    real: Callable[..., OpenAIGenerator],
):
    pieces = list(
        real().generate(ASK, max_tokens=30, grammar='root ::= "À Genève 🇨🇭"', alternatives=3)
    )

    assert "".join(piece.text for piece in pieces) == "À Genève 🇨🇭"
    assert all(0.0 <= p <= 1.0 for piece in pieces for p in piece.alternatives.values())
    assert pieces[0].text in pieces[0].alternatives
    assert len(pieces[0].alternatives) == 4


@pytest.mark.models
def test_a_real_server_is_free_again_after_an_early_close(real: Callable[..., OpenAIGenerator]):
    story = real().generate([Message(role="user", text="Write a long story.")], max_tokens=1500)
    assert len(list(islice(story, 3))) == 3
    start = time.monotonic()

    del story

    assert list(real().generate(ASK, max_tokens=2))
    # On a free machine the whole story takes over half a minute.
    assert time.monotonic() - start < 15.0


@pytest.mark.models
def test_a_real_server_turns_a_wrong_key_away(real: Callable[..., OpenAIGenerator]):
    with pytest.raises(GeneratorError, match="generator_api_key"):
        list(real("wrong").generate(ASK, max_tokens=2))


@pytest.mark.models
def test_a_real_server_refuses_a_faulty_grammar(real: Callable[..., OpenAIGenerator]):
    with pytest.raises(GeneratorError, match="generator_endpoint_grammar"):
        list(real().generate(ASK, max_tokens=2, grammar="root ::= ("))


def test_request_is_json_in_utf_8_without_the_key():
    with endpoint([GOOD]) as served:
        reply(served.url)

    assert KEY not in json.dumps(served.bodies)
