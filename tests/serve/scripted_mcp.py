"""An MCP server on scripted parts, which print where they should not, for the tests to start."""

import os
from collections.abc import Iterator

from scripted_assistant import ScriptedAssistant

from migbot.answer.support import SupportChecker
from migbot.index.fakes import HashEmbedder
from migbot.serve.desk import Desk
from migbot.serve.mcp_tools import build_mcp_server
from migbot.settings import load_settings
from migbot.types import Event, Question


class Talkative(ScriptedAssistant):
    """Prints as careless libraries do; says on standard error when an answer was closed early."""

    def answer(self, question: Question) -> Iterator[Event]:
        print("stray line")  # noqa: T201 - what is tested
        os.write(1, b"stray bytes\n")
        try:
            yield from super().answer(question)
        except GeneratorExit:
            os.write(2, b"closed early\n")
            raise


if __name__ == "__main__":
    desk = Desk(Talkative(), places=3)
    try:
        build_mcp_server(desk, SupportChecker(HashEmbedder()), load_settings()).run("stdio")
    finally:
        desk.close()
