"""The values that pass from one room to the next, all frozen.

A `Document` is a cleaned file; a `Passage` is a run of its characters; a `Hit` is a passage that
a question found; a `Sentence` of an answer points to `Citation`s, each a verbatim quote.
Offsets count Unicode code points of the document's cleaned text, end exclusive, as Python slices.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

Outcome = Literal["answered", "declined", "failed"]
Reason = Literal["not_found", "out_of_scope", "personal", "opinion"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """An official publication that a document's facts come from."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One headed part of a document: characters `start:end` of its text, heading line included.

    `headings` is the path of headings above and including it, without the document's title;
    empty for text before the first heading.
    """

    start: int
    end: int
    headings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One file of the corpus, read and cleaned.

    `document_id` and `path` are the file's path under the corpus folder, with forward slashes;
    see `stored_path` for names that are no UTF-8.
    `date` is ISO 8601, as precise as known (`2018`, `2018-12` or `2018-12-19`). `page_starts`
    holds the offset at which each page begins and is empty where the format has no pages.
    `url` is where this very text was published, None where it was written for the corpus or that
    is not known. `translation_key` is equal for documents that say the same in two languages,
    section by section; None where no such pairing is known. `sha256` is of the file's bytes.
    """

    document_id: str
    path: str
    title: str
    language: Language
    date: str | None
    url: str | None
    sources: tuple[Source, ...]
    topics: tuple[str, ...]
    translation_key: str | None
    text: str
    sections: tuple[Section, ...]
    page_starts: tuple[int, ...]
    sha256: str

    @property
    def retells(self) -> bool:
        """Whether it says in words of its own what its sources say: no address holds its text."""
        return self.url is None and bool(self.sources)

    @property
    def source_url(self) -> str | None:
        """Return where it was published, or the first of the sources that it retells."""
        return self.sources[0].url if self.retells else self.url


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Characters `start:end` of a document's text: what is embedded, retrieved and cited.

    `text` is exactly that slice. `url` is the document's `source_url`. `page` counts from 1.
    `section` is the position of its section in the document's `sections`, `headings` that
    section's path.
    """

    passage_id: str
    document_id: str
    path: str
    title: str
    url: str | None
    language: Language
    date: str | None
    page: int | None
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    section: int
    translation_key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A passage that a question found; `rank` counts from 1, a higher `score` is better.

    `cosine` is of the embeddings of question and passage, or of the passage's twin in the other
    language; where dense search did not find it, that of the furthest passage it found.
    """

    rank: int
    score: float
    cosine: float
    passage: Passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Role
    text: str


def always() -> bool:
    """Return True: what nobody can withdraw is always wanted."""
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a visitor asks.

    `language` None means: find out. `passages`, where given, are the only evidence: no index is
    searched. `is_wanted` is asked between two tokens, from any thread: False once nobody waits for
    the answer any more.
    """

    question_id: str
    text: str
    language: Language | None = None
    history: Sequence[Turn] = ()
    passages: Sequence[Passage] | None = None
    is_wanted: Callable[[], bool] = field(default=always, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A numbered, verbatim quote: characters `start:end` of the document that `passage` is from."""

    number: int
    passage: Passage
    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One checked sentence of an answer, without markers, and the numbers of its citations.

    Where `is_quote`, it is the words of its only citation between quotation marks, perhaps
    several sentences or a list. `note` is what ends `text` without being checked or quoted: when
    that was so.
    """

    text: str
    citations: tuple[int, ...]
    is_quote: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seconds:
    """How long an answer took from the question on, in seconds."""

    retrieval: float
    first_sentence: float | None
    total: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The whole outcome of one question.

    `text` is what the reader sees, markers included; sentences, quotes and the numbers of citations
    are in the order in which they are read, see `answer.order`. `reason` is set when `outcome` is
    "declined", and `message` then says why in the reader's language. `dropped` counts sentences
    that the model wrote and no passage carried. `is_cut` tells that more was to come: the model
    failed, ran out of time or tokens, or repeated itself; `is_unsure` that the passages may well be
    about something else than what was asked.
    """

    question_id: str
    question: str
    language: Language
    outcome: Outcome
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    seconds: Seconds
    reason: Reason | None = None
    dropped: int = 0
    is_cut: bool = False
    is_unsure: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """A sentence that the model wrote, whether it was shown, and why not."""

    text: str
    shown: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """How an answer came about: what finds the step at which one went wrong.

    `standalone` is the question as it was searched. `evidence` holds what the model read, each
    extract's text by its number. `none` is the model's probability of replying NONE; None where it
    was not asked or cannot say. `signs` are what speaks for and against the documents' answering,
    and `answerable` the probability that they do, None where the model was not asked. Tokens are
    the model's own, those that its cache spares it included; `first_token_s` and `last_token_s`
    count from the question on, None without a reply. `is_cached` tells that all this is of an
    earlier answer to the same question.
    """

    standalone: str
    evidence: tuple[tuple[int, str], ...] = ()
    none: float | None = None
    signs: Mapping[str, float] = field(default_factory=dict)
    answerable: float | None = None
    considered: tuple[Considered, ...] = ()
    prompt_tokens: int = 0
    answer_tokens: int = 0
    first_token_s: float | None = None
    last_token_s: float | None = None
    is_cached: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieved:
    """First event of an answer: the passages found, before any word is written."""

    language: Language
    hits: tuple[Hit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A sentence passed its check; `citations` holds those that it uses for the first time.

    Numbers count in the order of these events; the whole answer has them in that of reading.
    """

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """Last event of an answer."""

    answer: Answer
    trace: Trace


Event = Retrieved | Stated | Finished
