"""Tools for other assistants by the Model Context Protocol, over standard input and output."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import Annotated, Literal, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from migbot import __version__
from migbot.answer.as_json import answer_to_json
from migbot.answer.asked import language_of, question_of, text_of
from migbot.answer.support import SupportChecker, statement_of
from migbot.documents.clean import clean_text
from migbot.errors import GeneratorError, MigbotError, QuestionError
from migbot.serve.desk import Desk
from migbot.serve.search import search
from migbot.serve.shapes import CitedAnswer, FoundPassages, GradedClaim
from migbot.settings import Settings
from migbot.types import Finished, Question

_INSTRUCTIONS = (
    "Answers in French and English about migration governance (IOM, the Global Compact for "
    "Migration, the United Nations Network on Migration), from a local folder of documents. Every "
    "sentence has a verbatim quote: give the quotes and their sources along with the answer. Where "
    "the outcome is `declined`, the documents do not answer: say so, and do not answer from memory."
)
_ID = "q1"
_READS_ALONE = ToolAnnotations(read_only_hint=True, open_world_hint=False)

AskedLanguage = Annotated[
    Literal["auto", "fr", "en"],
    Field(description="language of the answer; auto takes the question's own"),
]
ClaimLanguage = Annotated[
    Literal["auto", "fr", "en"], Field(description="language of the claim; auto finds it out")
]
StandaloneQuestion = Annotated[
    str, Field(description="a question in French or English that can be understood by itself")
]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Tools:
    """What is offered: an answer, the passages alone, and a second look at a claim."""

    def __init__(self, desk: Desk, checker: SupportChecker, settings: Settings) -> None:
        self._desk = desk
        self._checker = checker
        self._question_chars = settings.question_chars

    async def ask(
        self, question: StandaloneQuestion, language: AskedLanguage = "auto"
    ) -> CitedAnswer:
        """Answer a question from the documents, each sentence with its quote and source.

        Takes several seconds. Declines where the documents do not answer, and then shows the
        nearest passages.
        """
        async with aclosing(self._desk.ask(self._question(question, language))) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return CitedAnswer.model_validate(answer_to_json(event.answer))
        raise GeneratorError("the answer ended before it was finished: ask again")

    async def search(
        self, question: StandaloneQuestion, language: AskedLanguage = "auto"
    ) -> FoundPassages:
        """Find the passages of the documents that bear on a question, best first, and no more.

        Fast, and no language model is asked.
        """
        found = await search(self._desk, self._question(question, language))
        return FoundPassages.model_validate(found)

    async def check_claim(
        self,
        claim: Annotated[str, Field(description="one sentence that claims something")],
        passage: Annotated[str, Field(description="the text that may state it")],
        language: ClaimLanguage = "auto",
    ) -> GradedClaim:
        """Tell whether a passage states a claim; the two may be in different languages."""
        fields = {"claim": claim, "passage": passage}
        claim, passage = (clean_text(text_of(fields, name)) for name in fields)
        if not claim or not passage:
            raise QuestionError('"claim" and "passage" should be text that can be read')
        statement = statement_of(claim, passage, language_of(language))
        (grade,) = await self._desk.run(lambda: self._checker.grade([statement]))
        return GradedClaim(
            support=round(grade.support, 4), verdict=grade.verdict, reasons=list(grade.reasons)
        )

    def _question(self, question: str, language: str) -> Question:
        fields = {"question": question, "language": language}
        return question_of(_ID, fields, self._question_chars)


def build_mcp_server(desk: Desk, checker: SupportChecker, settings: Settings) -> MCPServer:
    """Return a server of the tools, ready to `run("stdio")`."""
    server = MCPServer(
        "migbot",
        title="migbot",
        version=__version__,
        instructions=_INSTRUCTIONS,
        # Below, the library logs why calls were refused, in the words that were sent.
        log_level="WARNING",
    )
    tools = Tools(desk, checker, settings)
    for tool in (_told(tools.ask), _told(tools.search), _told(tools.check_claim)):
        server.add_tool(tool, annotations=_READS_ALONE)
    return server


def _told(tool: Callable[Given, Awaitable[Result]]) -> Callable[Given, Awaitable[Result]]:
    """Return `tool` with what migbot's errors say told to the program that calls."""

    @wraps(tool)
    async def call(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return await tool(*args, **kwargs)
        except MigbotError as error:
            raise ToolError(str(error)) from error

    return call
