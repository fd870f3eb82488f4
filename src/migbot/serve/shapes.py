"""What the server's JSON looks like, field by field: for its OpenAPI document and its MCP tools.

`migbot.answer.as_json` writes these; a test holds the two together.
"""

from typing import Literal

from pydantic import BaseModel, Field

from migbot.types import Language, Outcome, Reason


class Source(BaseModel):
    """What a text is and where it is from."""

    passage_id: str = Field(description="id of the passage, the given one where it was given")
    document_id: str = Field(description="id of its document")
    path: str = Field(description="file under the corpus folder; empty for a given passage")
    title: str = Field(description="title of the document")
    url: str | None = Field(description="where the document was published")
    language: Language = Field(description="language of the text")
    date: str | None = Field(description="ISO 8601, as precise as known")
    page: int | None = Field(description="page in the document, from 1")


class FoundPassage(Source):
    """A passage that a question found, best first."""

    rank: int = Field(description="place among the passages found, from 1")
    score: float = Field(description="higher is better, within one question")
    start: int = Field(description="where it begins in the document's text, in characters")
    end: int = Field(description="where it ends, exclusive")
    text: str = Field(description="the passage, word for word")


class CitedQuote(Source):
    """The words of a passage that support a sentence."""

    number: int = Field(description="the marker [n] in the text, from 1 in order of first use")
    start: int = Field(description="where the quote begins in the document's text, in characters")
    end: int = Field(description="where it ends, exclusive")
    quote: str = Field(description="the words themselves, verbatim")


class CheckedSentence(BaseModel):
    """A sentence that was found in a passage before it is shown."""

    text: str = Field(description="the sentence, without markers")
    citations: list[int] = Field(description="numbers of the quotes that support it")


class StreamedSentence(CheckedSentence):
    """A sentence as it is streamed."""

    new_citations: list[CitedQuote] = Field(description="the quotes it is the first to cite")


class AnswerSeconds(BaseModel):
    """How long an answer took from the question on, in seconds."""

    retrieval: float
    first_sentence: float | None = Field(description="null where nothing was stated")
    total: float


class CitedAnswer(BaseModel):
    """An answer with a source for each sentence, or the reason why there is none."""

    id: str = Field(description="the question's id")
    question: str = Field(description="the question as it was understood")
    language: Language = Field(description="language of the answer")
    outcome: Outcome = Field(
        description="answered; declined, because the documents do not answer; or failed"
    )
    text: str = Field(description="what a reader sees, markers [n] included")
    sentences: list[CheckedSentence]
    citations: list[CitedQuote]
    passages: list[FoundPassage] = Field(description="all passages found, best first")
    seconds: AnswerSeconds
    reason: Reason | None = Field(None, description="why it was declined; else left out")
    cut: bool = Field(default=False, description="more was to come, but the model stopped short")
    unsure: bool = Field(
        default=False, description="the passages may well not answer: to be checked before use"
    )
    cached: bool = Field(default=False, description="repeats an answer to the same question")


class FoundPassages(BaseModel):
    """The passages that bear on a question."""

    id: str = Field(description="the question's id")
    question: str = Field(description="the question as it was understood")
    language: Language = Field(description="the question's language")
    seconds: float = Field(description="how long the search took")
    passages: list[FoundPassage] = Field(description="the passages found, best first")


class ListedDocument(BaseModel):
    """A document that answers may come from."""

    document_id: str
    path: str = Field(description="file under the corpus folder")
    title: str
    language: Language
    date: str | None = Field(description="ISO 8601, as precise as known")
    url: str | None = Field(description="where it was published")
    topics: list[str]


class ListedDocuments(BaseModel):
    """A part of the list of documents."""

    total: int = Field(description="how many documents there are")
    offset: int = Field(description="how many come before the first one here")
    documents: list[ListedDocument]


class GradedClaim(BaseModel):
    """How surely a passage states a claim."""

    support: float = Field(description="0 to 1")
    verdict: Literal["supported", "contradicted", "not_found"]
    reasons: list[str] = Field(description="what is missing or said otherwise, in English")


class ErrorDetail(BaseModel):
    """What went wrong and what to do."""

    code: str = Field(description="a stable name, for programs")
    message: str = Field(description="what happened and what to do, for people")


class ErrorReply(BaseModel):
    """The shape of every error."""

    error: ErrorDetail
