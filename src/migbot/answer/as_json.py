"""Answers and passages as the JSON that commands print and the server sends."""

from typing import Any

from migbot.types import Answer, Citation, Hit, Passage, Sentence


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as `ask --json` prints it.

    `reason` is there only where it was declined, `cut` only where more was to come, and
    `unsure` only where the passages may well not answer.
    """
    seconds = answer.seconds
    fields: dict[str, Any] = {
        "id": answer.question_id,
        "question": answer.question,
        "language": answer.language,
        "outcome": answer.outcome,
        "text": answer.text,
        "sentences": [sentence_to_json(sentence) for sentence in answer.sentences],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "passages": [hit_to_json(hit) for hit in answer.hits],
        "seconds": {
            "retrieval": round(seconds.retrieval, 4),
            "first_sentence": seconds.first_sentence and round(seconds.first_sentence, 4),
            "total": round(seconds.total, 4),
        },
    }
    if answer.reason is not None:
        fields["reason"] = answer.reason
    if answer.is_cut:
        fields["cut"] = True
    if answer.is_unsure:
        fields["unsure"] = True
    return fields


def sentence_to_json(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence with the numbers of its citations."""
    return {"text": sentence.text, "citations": list(sentence.citations)}


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """Return a citation; `start` and `end` are the quote's own place in its document's text."""
    return {
        "number": citation.number,
        **source_to_json(citation.passage),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as `search` and `ask` print it: `text` is `start:end` of the document's text."""
    return {"rank": hit.rank, "score": hit.score, **passage_to_json(hit.passage)}


def passage_to_json(passage: Passage) -> dict[str, Any]:
    """Return a passage as commands print it, with its place in its document and its text."""
    return {
        **source_to_json(passage),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }


def source_to_json(passage: Passage) -> dict[str, Any]:
    """Return what a passage is and where it is from, without its place in its document."""
    return {
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "path": passage.path,
        "title": passage.title,
        "url": passage.url,
        "language": passage.language,
        "date": passage.date,
        "page": passage.page,
    }
