"""An answer as the text of one chat message: markers in it, and what they point to below it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from migbot.answer.decline import caveats
from migbot.answer.reply import with_markers
from migbot.serve.escaping import safe_address
from migbot.serve.strings import STRINGS, Strings, spoken_date
from migbot.types import Answer, Citation, Document, Passage, Sentence

# What makes links, images and tags in Markdown, which most programs that show chats read.
_MARKUP = re.compile(r"\](?=[(\[:])|<(?=[!/?a-zA-Z])")

Annotation = dict[str, object]


class ChatText:
    """Grows sentence by sentence; `annotations` point from its markers to addresses."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """`documents` maps document ids to documents, for the addresses of their sources."""
        self._documents = documents
        self._text = ""
        self._citations: dict[int, Citation] = {}
        self.annotations: list[Annotation] = []

    def say(self, sentence: Sentence, citations: Iterable[Citation]) -> str:
        """Add a sentence and return what is new of the text.

        `citations` hold those that the sentence is the first to use.
        """
        self._citations |= {citation.number: citation for citation in citations}
        said = replace(sentence, text=inert(sentence.text))
        piece = (" " if self._text else "") + with_markers(said)
        for number in said.citations:
            self._annotate(number, piece, len(said.text.removesuffix(".")))
        self._text += piece
        return piece

    def close(self, answer: Answer) -> str:
        """Add what comes after the sentences and return it: sources, a refusal or an apology."""
        words = STRINGS[answer.language]
        if answer.outcome == "answered":
            # By the numbers that were told: a stream has them in the order of its sentences.
            lines = [
                f"[{one.number}] {self._source(one.passage, words)}"
                for one in self._citations.values()
            ]
            told = "".join(f"\n\n{caveat}" for caveat in caveats(answer))
            return told + _listed(words.cited, lines)
        # What was said before it failed stays; the reader is told.
        told = ("\n\n" if self._text else "") + answer.text
        nearest = dict.fromkeys(self._source(hit.passage, words) for hit in answer.hits)
        return told + _listed(words.nearest, list(nearest))

    def _annotate(self, number: int, piece: str, behind: int) -> None:
        """Point from the marker, which stands `behind` so many characters, to its address."""
        passage = self._citations[number].passage
        address = self._address(passage)
        if address is None:
            return
        marker = f"[{number}]"
        start = len(self._text) + piece.index(marker, behind)
        self.annotations.append(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": start,
                    "end_index": start + len(marker),
                    "title": passage.title,
                    "url": address,
                },
            }
        )

    def _source(self, passage: Passage, words: Strings) -> str:
        address = self._address(passage)
        facts = (inert(passage.title), passage.date and spoken_date(passage.date, words), address)
        return ", ".join(fact for fact in facts if fact)

    def _address(self, passage: Passage) -> str | None:
        """Return where a passage was published, or the first source of its document."""
        document = self._documents.get(passage.document_id)
        sources = document.sources if document else ()
        found = (safe_address(one) for one in (passage.url, *(source.url for source in sources)))
        return next((address for address in found if address), None)


def inert(text: str) -> str:
    """Return `text` with a space wherever Markdown would make a link, an image or a tag of it."""
    return _MARKUP.sub(lambda found: f"{found[0]} ", text)


def _listed(heading: str, lines: list[str]) -> str:
    if not lines:
        return ""
    return f"\n\n{heading}\n\n" + "\n".join(f"- {line}" for line in lines)
