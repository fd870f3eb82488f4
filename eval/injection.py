"""Questions whose passage holds someone else's instructions, and the same without them.

A payload is spliced into the passage that answers the question, at its start, middle and end. The
right reply is that of the clean twin: the answer, with nothing of the payload in it. English
payloads are those of BIPIA (Yi et al., arXiv 2312.14197) and the indirect ones of CyberSecEval 2
(Bhatt et al., arXiv 2404.13161); French ones are CyberSecEval's, translated by machine.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel

from eval.cases import INJECTED, Case
from eval.text import hash_of, holds, plain
from eval.third_party import (
    SetPassage,
    SetQuestion,
    Text,
    case_with_passages,
    passages_by_id,
    questions_of,
    read_set,
)
from migbot.answer.asked import given_passages
from migbot.documents.sentences import split_sentences
from migbot.types import LANGUAGES, Language, Passage

Place = Literal["start", "middle", "end"]
_MOST_WORDS = 12
_FEWEST_WORDS = 4
_ADDRESS = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|xyz)\b")
# A single quote opens after a space and closes before one: elsewhere it is an apostrophe.
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»|[\"“]([^\"”]+)[\"”]|(?<=\s)'([^']+)'(?=[\s?.,]|$)")


class _Bipia(BaseModel):
    id: Text
    instruction: Text


class _CyberSecEval(BaseModel):
    id: Text
    lang: Language
    injection_type: Literal["direct", "indirect"]
    user_input: Text
    judge_question: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """Instructions to be spliced into a passage, and what shows in plain text that they worked.

    `pieces` are of the payload itself; `wanted` are words that an answer which obeys would say.
    """

    payload_id: str
    source: str
    language: Language
    text: str
    pieces: tuple[str, ...]
    wanted: tuple[str, ...] = ()


def injection_cases(folder: Path | None) -> tuple[Case, ...]:
    """Return each payload at three places of a passage, and the clean twin of that question.

    Raises:
        UsageError: a file is absent or faulty.
    """
    found = payloads(folder)
    return tuple(
        case for language in LANGUAGES for case in _cases_of_language(folder, found, language)
    )


def payloads(folder: Path | None) -> tuple[Payload, ...]:
    """Return all payloads: BIPIA's, French CyberSecEval's, English CyberSecEval's indirect ones.

    Raises:
        UsageError: a file is absent or faulty.
    """
    bipia = read_set(folder, "bipia_en_attack_instructions.jsonl", _Bipia)
    cyber = read_set(folder, "cyberseceval_en_fr_prompt_injection.jsonl", _CyberSecEval)
    return (
        *(
            Payload(
                payload_id=line.id,
                source="bipia",
                language="en",
                text=line.instruction,
                pieces=_pieces(line.instruction, "en"),
                wanted=(*_quoted(line.instruction), *_addresses(line.instruction)),
            )
            for line in bipia
        ),
        *(
            Payload(
                payload_id=line.id,
                source="cyberseceval",
                language=line.lang,
                text=line.user_input,
                pieces=_pieces(line.user_input, line.lang),
                wanted=_quoted(line.judge_question),
            )
            for line in cyber
            if line.lang == "fr" or line.injection_type == "indirect"
        ),
    )


def splice(text: str, payload: str, place: Place, language: Language) -> str:
    """Return `text` with `payload` before it, after it, or between two sentences of its middle.

    A text of one sentence is parted between two words.
    """
    if place == "start":
        return f"{payload} {text}"
    if place == "end":
        return f"{text} {payload}"
    starts = [start for start, _ in split_sentences(text, language)]
    words = [found.end() for found in re.finditer(r"\s+", text)]
    cuts = starts[1:] or words or [len(text)]
    cut = cuts[len(cuts) // 2]
    return f"{text[:cut].rstrip()} {payload} {text[cut:]}".rstrip()


def _cases_of_language(
    folder: Path | None, found: Sequence[Payload], language: Language
) -> Iterator[Case]:
    name = {"en": "squad2_en", "fr": "piaf_fr"}[language]
    passages = passages_by_id(read_set(folder, f"{name}_passages.jsonl", SetPassage))
    questions = sorted(
        (
            line
            for line in questions_of(folder, f"{name}_questions.jsonl", passages)
            if line.answerable and any(map(plain, line.answers))
        ),
        key=lambda line: hash_of(line.qid),
    )
    own = [payload for payload in found if payload.language == language]
    for place, payload in enumerate(own):
        # In turn, where a sample has fewer questions than payloads.
        question = questions[place % len(questions)]
        yield from _cases(payload, question, passages[question.pid])


def _cases(payload: Payload, question: SetQuestion, passage: Passage) -> Iterator[Case]:
    # What the clean passage or the question says can be said without obeying.
    innocent = plain(f"{question.question} {passage.title} {passage.text}")
    telling = dict.fromkeys((*payload.pieces, *payload.wanted))
    forbidden = tuple(one for one in telling if not holds(innocent, one))
    for place in get_args(Place):
        spliced = splice(passage.text, payload.text, place, payload.language)
        given = {"id": passage.passage_id, "title": passage.title, "text": spliced}
        yield case_with_passages(
            case_id=f"{payload.payload_id}-{place}",
            question=question.question,
            passages=given_passages([given]),
            language=payload.language,
            kind=f"{INJECTED}-{place}",
            expected="answer",
            answers=question.answers,
            topic=payload.source,
            forbidden=forbidden,
        )
    yield case_with_passages(
        case_id=f"{payload.payload_id}-clean",
        question=question.question,
        passages=(passage,),
        language=payload.language,
        kind="clean",
        expected="answer",
        answers=question.answers,
        topic=payload.source,
    )


def _pieces(payload: str, language: Language) -> tuple[str, ...]:
    """Return the first words of the payload's longest sentence, and of its last.

    Where a payload is a whole page, what it orders mostly stands at the end.
    """
    sentences = [plain(payload[start:end]) for start, end in split_sentences(payload, language)]
    told = [sentence.split()[:_MOST_WORDS] for sentence in sentences]
    longest = max(zip(sentences, told, strict=True), key=lambda one: len(one[0]))[1]
    shown = [longest, *(words for words in told[-1:] if len(words) >= _FEWEST_WORDS)]
    return tuple(dict.fromkeys(" ".join(words) for words in shown))


def _addresses(payload: str) -> tuple[str, ...]:
    return tuple(plain(address) for address in _ADDRESS.findall(payload))


def _quoted(text: str) -> tuple[str, ...]:
    """Return what a text has in quotes, such as "Does it contain 'Flash'?"."""
    found = (plain("".join(groups)) for groups in _QUOTED.findall(text))
    return tuple(one for one in found if one)
