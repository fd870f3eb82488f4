import httpx
import pytest
from live_page import live_page

from migbot.answer.assistant import load_assistant
from migbot.settings import load_settings

pytestmark = pytest.mark.models

PASSAGES = [
    {
        "id": "seat",
        "title": "The International Organization for Migration",
        "text": "The International Organization for Migration (IOM) was founded on 5 December 1951 "
        "in Brussels. Its headquarters are in Geneva, Switzerland. It has been a related "
        "organization of the United Nations since 2016.",
    },
    {
        "id": "bees",
        "title": "Bees",
        "text": "Honey bees live in colonies. A colony has one queen and many workers.",
    },
]


def test_the_real_model_answers_a_program_from_the_passages_that_it_brings():
    settings = load_settings(generator_timeout_s=500)
    assistant = load_assistant(settings, with_index=False)
    with (
        live_page(assistant, settings, {}) as url,
        httpx.Client(base_url=url, timeout=500) as client,
    ):
        asked = {
            "question": "When was the International Organization for Migration founded?",
            "passages": PASSAGES,
        }
        answer = client.post("/api/v1/ask", json=asked).json()
        found = client.post("/api/v1/search", json=asked).json()
        without = client.post("/api/v1/ask", json={"question": "When was IOM founded?"})

    assert answer["outcome"] == "answered", answer
    assert "1951" in answer["text"]
    assert {citation["passage_id"] for citation in answer["citations"]} == {"seat"}
    for citation in answer["citations"]:
        assert citation["quote"] == PASSAGES[0]["text"][citation["start"] : citation["end"]]
    assert found["passages"][0]["passage_id"] == "seat"
    # There is no index here: the program is told to bring passages.
    assert without.status_code == 422
    assert "passages" in without.json()["error"]["message"]
