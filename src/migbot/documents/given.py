"""A text that comes with a question or a claim, as the passage that it is then compared as."""

from migbot.documents.language import detect_language
from migbot.types import Language, Passage


def given_passage(
    text: str, *, passage_id: str = "", title: str = "", language: Language | None = None
) -> Passage:
    """Return `text` as a passage that is its own document; a language not given is found out."""
    return Passage(
        passage_id=passage_id,
        document_id=passage_id,
        path="",
        title=title,
        url=None,
        language=language or detect_language(text),
        date=None,
        page=None,
        start=0,
        end=len(text),
        text=text,
        headings=(),
        section=0,
        translation_key=None,
    )
