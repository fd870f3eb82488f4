"""A scripted assistant with realistic texts, for the page's tests and for looking at the page.

`python tests/serve/scripted_assistant.py [PORT [PAUSE_S]]` serves it.
"""

import re
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from migbot.answer.rewrite import standalone_question
from migbot.answer.support import SupportChecker
from migbot.index.fakes import HashEmbedder
from migbot.types import (
    Answer,
    Citation,
    Considered,
    Document,
    Event,
    Finished,
    Hit,
    Language,
    Outcome,
    Passage,
    Question,
    Reason,
    Retrieved,
    Seconds,
    Section,
    Sentence,
    Source,
    Stated,
    Trace,
)

TEXTS: dict[Language, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "scripted_texts.toml").read_text("utf-8")
)


def document(language: Language, title: str, text: str, kind: str = "md") -> Document:
    """Return a sheet, or a published document of another kind."""
    name = re.sub(r"\W+", "-", title.lower())
    url = "https://www.iom.int/iom-history"
    source = Source(title="IOM History" if kind == "md" else "IOM", url=url)
    return Document(
        document_id=f"{language}/{name}.{kind}",
        path=f"{language}/{name}.{kind}",
        title=title,
        language=language,
        date="2022-11-30",
        url=None if kind == "md" else url,
        sources=(source,),
        topics=(),
        translation_key=None,
        text=text,
        sections=(Section(start=0, end=len(text), headings=()),),
        page_starts=(),
        sha256="0" * 64,
    )


def passage(of: Document, start: int = 0, end: int | None = None, **changed: object) -> Passage:
    end = len(of.text) if end is None else end
    values: dict[str, object] = {
        "passage_id": f"{of.document_id}#{start}-{end}",
        "document_id": of.document_id,
        "path": of.path,
        "title": of.title,
        "url": of.source_url,
        "language": of.language,
        "date": of.date,
        "page": None,
        "start": start,
        "end": end,
        "text": of.text[start:end],
        "headings": (),
        "section": 0,
        "translation_key": None,
    }
    return Passage(**(values | changed))  # type: ignore[arg-type]


MAIN = {
    language: document(language, texts["title"], texts["text"]) for language, texts in TEXTS.items()
}
OTHERS = {
    language: tuple(
        document(language, item["title"], item["text"], kind)
        for item, kind in zip(texts["neighbours"], ("html", "pdf"), strict=True)
    )
    for language, texts in TEXTS.items()
}
DOCUMENTS = {
    item.document_id: item for language in MAIN for item in (MAIN[language], *OTHERS[language])
}


def hits(language: Language) -> tuple[Hit, ...]:
    main = MAIN[language]
    breaks = [found.end() for found in re.finditer("\n\n", main.text)]
    found = [
        passage(main, start, end)
        for start, end in zip([0, *breaks], [*(b - 2 for b in breaks), None], strict=True)
    ]
    page, report = OTHERS[language]
    found += [passage(page), passage(report, page=4)]
    return tuple(
        Hit(rank=rank, score=1 / rank, cosine=0.9, passage=item)
        for rank, item in enumerate(found, start=1)
    )


def checker() -> SupportChecker:
    """Return a check of claims that needs no model."""
    return SupportChecker(HashEmbedder())


class ScriptedAssistant:
    """Answers by a script: words of the question choose it.

    "lottery"/"loto" is declined, "fail" fails politely, "crash" raises, "echo" repeats the
    question as its only sentence, "slow" waits long between sentences, "unsure" gives an answer
    that may be none, "again" is searched twice, first with the passages in another order; all else
    is answered.
    `closed` counts the answers that were given up before their last event (whoever has that one
    may close the iterator too), `heard` holds every question.
    """

    def __init__(self, *, pause_s: float = 0.02) -> None:
        self.pause_s = pause_s
        self.heard: list[Question] = []
        self.closed = 0
        self.at_work = 0
        self.most_at_work = 0
        self._lock = threading.Lock()

    def answer(self, question: Question) -> Iterator[Event]:
        self.heard.append(question)
        started = time.monotonic()
        text = question.text.lower()
        language: Language = "fr" if re.search(r"\b(l[ae’]|qu\w*|un|de)\b|[éèà]", text) else "en"
        time.sleep(self.pause_s)
        found = hits(language)
        yield Retrieved(language=language, hits=found[::-1] if "again" in text else found)
        with self._lock:
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        is_whole = False
        try:
            for event in self._write(question, text, language, found, started):
                is_whole = isinstance(event, Finished)
                yield event
        except GeneratorExit:
            self.closed += not is_whole
            raise
        finally:
            with self._lock:
                self.at_work -= 1

    def _write(
        self,
        question: Question,
        text: str,
        language: Language,
        found: tuple[Hit, ...],
        started: float,
    ) -> Iterator[Event]:
        outcome: Outcome = "answered"
        reason: Reason | None = None
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        if "crash" in text:
            raise RuntimeError("the script says crash")
        time.sleep(self.pause_s)
        if "again" in text:
            yield Retrieved(language=language, hits=found)
        if "loto" in text or "lottery" in text:
            outcome, reason, shown = "declined", "not_found", TEXTS[language]["refusal"]
        elif "fail" in text:
            outcome, shown = "failed", TEXTS[language]["failure"]
        else:
            pairs = tuple((item["said"], item["quote"]) for item in TEXTS[language]["answer"])
            if "echo" in text:
                pairs = ((question.text, pairs[0][1]),)
            for number, (said, quote) in enumerate(pairs, start=1):
                time.sleep(self.pause_s * (20 if "slow" in text else 2))
                hit = next(item for item in found if quote in item.passage.text)
                start = hit.passage.start + hit.passage.text.index(quote)
                citation = Citation(
                    number=number,
                    passage=hit.passage,
                    start=start,
                    end=start + len(quote),
                    quote=quote,
                )
                sentence = Sentence(text=said, citations=(number,))
                sentences.append(sentence)
                citations.append(citation)
                yield Stated(sentence=sentence, citations=(citation,))
            shown = " ".join(f"{item.text} [{item.citations[0]}]" for item in sentences)
        total = time.monotonic() - started
        yield Finished(
            answer=Answer(
                question_id=question.question_id,
                question=question.text,
                language=language,
                outcome=outcome,
                text=shown,
                sentences=tuple(sentences),
                citations=tuple(citations),
                hits=found,
                seconds=Seconds(retrieval=self.pause_s, first_sentence=None, total=total),
                reason=reason,
                is_unsure="unsure" in text,
            ),
            trace=Trace(
                standalone=standalone_question(question.text, question.history),
                evidence=((1, found[0].passage.text),),
                none=0.02,
                signs={"coverage": 0.75},
                answerable=0.91,
                considered=(
                    *(Considered(text=item.text, shown=True) for item in sentences),
                    Considered(text="175 <b>years</b>.", shown=False, reasons=("number 175",)),
                ),
                prompt_tokens=700,
                answer_tokens=60,
            ),
        )


if __name__ == "__main__":
    from migbot.serve.server import build_server, claim
    from migbot.settings import load_settings

    with suppress(KeyboardInterrupt):
        port, pause_s = (*sys.argv[1:], *("7870", "0.3")[len(sys.argv) - 1 :])
        server = build_server(
            ScriptedAssistant(pause_s=float(pause_s)), load_settings(), DOCUMENTS, checker=checker()
        )
        server.run(sockets=[claim("127.0.0.1", int(port))])
