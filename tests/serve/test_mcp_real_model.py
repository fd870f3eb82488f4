"""The command `migbot mcp` itself, with a real client, on the index and models in use."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

pytestmark = pytest.mark.models

COMMAND = Path(sys.executable).with_name("migbot")
QUESTION = "When was the International Organization for Migration founded?"
CLAIM = "IOM was founded on 5 December 1951."
PASSAGE = "IOM was founded on 5 December 1951 in Brussels. Its seat is in Geneva."
WAIT_S = 500


async def call_each_tool(errors):
    """Return what `search`, `ask` and `check_claim` say, and what was no message of the protocol.

    The client hands on as an exception each line that it cannot read.
    """
    strays = []

    async def heed(message):
        if isinstance(message, Exception):
            strays.append(message)

    # A client passes few variables on by itself: the settings of this run are among the others.
    environment = {**os.environ, "MIGBOT_GENERATOR_TIMEOUT_S": str(WAIT_S)}
    server = StdioServerParameters(command=str(COMMAND), args=["mcp"], env=environment)
    calls = (
        ("search", {"question": QUESTION}),
        ("ask", {"question": QUESTION}),
        ("check_claim", {"claim": CLAIM, "passage": PASSAGE}),
    )
    async with (
        stdio_client(server, errlog=errors) as (read, write),
        ClientSession(read, write, message_handler=heed) as session,
    ):
        await session.initialize()
        results = [await session.call_tool(name, arguments) for name, arguments in calls]
    return results, strays


@pytest.mark.timeout(WAIT_S + 100)
def test_a_real_client_searches_asks_and_checks_and_reads_nothing_but_the_protocol(tmp_path):
    with (tmp_path / "stderr.txt").open("w") as errors:
        talking = call_each_tool(errors)
        results, strays = asyncio.run(asyncio.wait_for(talking, WAIT_S))

    assert strays == []
    assert [result.is_error for result in results] == [False] * 3, results
    found, answer, grade = (result.structured_content for result in results)
    assert "1951" in "".join(passage["text"] for passage in found["passages"])
    assert answer["outcome"] == "answered", answer
    assert "1951" in answer["text"]
    texts = {passage["passage_id"]: passage["text"] for passage in answer["passages"]}
    for citation in answer["citations"]:
        assert citation["quote"] in texts[citation["passage_id"]]
    assert grade["verdict"] == "supported"
    told = (tmp_path / "stderr.txt").read_text()
    assert "loading the models" in told
    assert "Traceback" not in told
