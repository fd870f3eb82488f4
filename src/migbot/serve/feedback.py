"""What visitors say of answers, kept on this machine where `feedback_file` names a file.

A line holds the question, those before it that it leans on, what was answered and the visitor's
judgement: no name, no address, no time but the day. What looks like an address or a number of
somebody is taken out of the words.
"""

import json
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from migbot.documents.clean import clean_text
from migbot.serve.conversation import Exchange, Visit
from migbot.serve.strings import STRINGS

logger = logging.getLogger(__name__)

Judgement = Literal["right", "wrong", "source_wrong"]
JUDGEMENTS: tuple[Judgement, ...] = ("right", "wrong", "source_wrong")

WORD_CHARS = 300
# Some ten thousand judgements; a fuller file takes no more, so that nobody can fill the disk.
FILE_BYTES = 10_000_000

_PERSONAL = re.compile(r"\S+@\S+|https?://\S+|\+?\d(?:[\s().\u00a0/-]?\d){7,}")
_REMOVED = "[…]"


def judge(visit: Visit, file: Path | None, judgement: Judgement, word: object) -> None:
    """Keep what the visitor says of the newest answer, once, and tell them."""
    exchange = visit.to_judge
    if file is None or exchange is None:
        return
    words = STRINGS[visit.language]
    visit.judged = exchange.number
    try:
        kept = keep(file, exchange, judgement, word if isinstance(word, str) else "")
    except OSError as error:
        logger.error("feedback_file cannot be written: %s", error.strerror)  # noqa: TRY400
        kept = False
    visit.notice = words.feedback_thanks if kept else words.feedback_full


def keep(file: Path, exchange: Exchange, judgement: Judgement, word: str) -> bool:
    """Add a judgement to `file`; return whether it was kept, which it is not in a full file.

    Raises:
        OSError: the file cannot be written.
    """
    line = json.dumps(record_of(exchange, judgement, word), ensure_ascii=False) + "\n"
    data = line.encode("utf-8")
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size + len(data) > FILE_BYTES:
            return False
        # One write, so that two servers on one file do not mix their lines.
        return os.write(descriptor, data) == len(data)
    finally:
        os.close(descriptor)


def record_of(exchange: Exchange, judgement: Judgement, word: str) -> dict[str, Any]:
    """Return what is kept of a judgement."""
    answer = exchange.answer
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "judgement": judgement,
        "word": _impersonal(clean_text(word)[:WORD_CHARS]),
        "language": exchange.language,
        "question": _impersonal(exchange.question),
        "earlier": [_impersonal(question) for question in exchange.earlier],
        "outcome": answer.outcome if answer else "failed",
        "answer": _impersonal(answer.text if answer else ""),
        "documents": sorted({one.passage.document_id for one in exchange.citations}),
    }


def _impersonal(text: str) -> str:
    """Return `text` without what looks like an address or a number of somebody."""
    return _PERSONAL.sub(_REMOVED, text)
