"""A real client of the Model Context Protocol, and the server in a child process."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

SCRIPTED = Path(__file__).with_name("scripted_mcp.py")
PASSAGE = "IOM was founded on 5 December 1951 and has its seat in Geneva."


@pytest.fixture
def heard(tmp_path):
    """Where the standard error of the child process is kept."""
    return tmp_path / "stderr.txt"


@pytest.fixture
def talk(heard):
    """Run `conversation(session)` with a session that has begun, and return its result."""
    server = StdioServerParameters(
        command=sys.executable, args=[str(SCRIPTED)], env={"PYTHONWARNINGS": "ignore"}
    )

    def run(conversation):
        async def hold():
            with heard.open("w") as errors:
                async with (
                    stdio_client(server, errlog=errors) as (read, write),
                    ClientSession(read, write) as session,
                ):
                    await session.initialize()
                    return await conversation(session)

        return asyncio.run(asyncio.wait_for(hold(), 60))

    return run


def call(talk, tool, **arguments):
    return talk(lambda session: session.call_tool(tool, arguments))


def test_the_tools_are_listed_with_their_arguments_and_results_described(talk):
    listed = talk(lambda session: session.list_tools())

    tools = {tool.name: tool for tool in listed.tools}
    assert set(tools) == {"ask", "search", "check_claim"}
    for tool in tools.values():
        assert tool.description
        assert tool.annotations.read_only_hint
        assert all("description" in one for one in tool.input_schema["properties"].values())
        assert tool.output_schema["properties"]
    assert tools["ask"].input_schema["properties"]["language"]["enum"] == ["auto", "fr", "en"]
    assert tools["ask"].input_schema["required"] == ["question"]
    assert tools["check_claim"].input_schema["required"] == ["claim", "passage"]


def test_ask_answers_with_quotes(talk):
    result = call(talk, "ask", question="When was IOM founded?")

    answer = result.structured_content
    assert not result.is_error
    assert (answer["outcome"], answer["language"]) == ("answered", "en")
    assert [citation["number"] for citation in answer["citations"]] == [1, 2, 3]
    # For clients that read text alone.
    assert json.loads(result.content[0].text) == answer


def test_ask_says_why_it_declines(talk):
    answer = call(talk, "ask", question="Who won the lottery?").structured_content

    assert (answer["outcome"], answer["reason"]) == ("declined", "not_found")


def test_search_finds_passages(talk):
    found = call(talk, "search", question="Quand l’OIM a-t-elle été créée ?").structured_content

    assert found["language"] == "fr"
    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("IOM was founded on 5 December 1951.", "supported"),
        ("IOM was founded on 5 December 1961.", "contradicted"),
    ],
)
def test_check_claim_compares_a_claim_with_a_passage(talk, claim, verdict):
    grade = call(talk, "check_claim", claim=claim, passage=PASSAGE).structured_content

    assert grade["verdict"] == verdict
    assert 0 <= grade["support"] <= 1


WRONG_CALLS = (
    ("ask", {}),
    ("ask", {"question": None}),
    ("ask", {"question": ["Who?"]}),
    ("ask", {"question": ""}),
    ("ask", {"question": "x" * 5000}),
    ("ask", {"question": "Who?", "language": "de"}),
    ("search", {"question": " "}),
    ("check_claim", {"claim": "IOM is old."}),
    ("check_claim", {"claim": "\u200b", "passage": PASSAGE}),
    ("ask", {"question": "please crash"}),
)


def test_wrong_calls_and_crashes_are_errors_and_the_next_call_is_answered(talk):
    async def go_wrong_then_right(session):
        wrong = [await session.call_tool(*one) for one in WRONG_CALLS]
        return wrong, await session.call_tool("ask", {"question": "When was IOM founded?"})

    wrong, right = talk(go_wrong_then_right)

    for result in wrong:
        assert result.is_error
        assert "Traceback" not in result.content[0].text
        assert "script says" not in result.content[0].text
    assert not right.is_error


def test_a_call_that_is_given_up_frees_the_model(talk, heard):
    async def give_up_then_ask(session):
        with pytest.raises(MCPError, match=r"(?i)timed? ?out"):
            await session.call_tool("ask", {"question": "slow, please"}, read_timeout_seconds=0.3)
        return await session.call_tool("ask", {"question": "When was IOM founded?"})

    assert not talk(give_up_then_ask).is_error
    assert "closed early" in heard.read_text()


def test_nothing_but_the_protocol_is_on_standard_output():
    asked = [
        {
            "method": "initialize",
            "id": 1,
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {
            "method": "tools/call",
            "id": 2,
            "params": {"name": "ask", "arguments": {"question": "When was IOM founded?"}},
        },
    ]
    with subprocess.Popen(
        [sys.executable, SCRIPTED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as process:
        for message in asked:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        rest, told = process.communicate(timeout=20)

    assert [answer["id"] for answer in answers] == [1, 2]
    assert rest == ""
    assert "stray line" in told
    assert "stray bytes" in told


def test_what_engines_print_while_they_load_goes_to_standard_error():
    program = (
        "import os\n"
        "from migbot.cli.mcp import stray_output_on_standard_error\n"
        "with stray_output_on_standard_error():\n"
        "    os.write(1, b'loading')\n"
        "os.write(1, b'protocol')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"protocol", b"loading")
