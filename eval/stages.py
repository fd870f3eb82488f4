"""Finds the step at which a bad answer went wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.cases import Case, Stage, Verdict
from eval.replies import Reply, holds_any, said
from eval.text import plain


def failing_stage(
    case: Case, reply: Reply, verdict: Verdict, texts: Mapping[str, str]
) -> Stage | None:
    """Return the first step that failed; None for an answer that came without a trace.

    The key facts are looked for in what was found, then in what the model read, then in what it
    wrote and was left out. Only those count that stand in the supporting documents (`texts`, by
    path) in the words of the case.
    """
    answer = reply.answer
    if answer is None or answer["outcome"] == "failed":
        return "crashed"
    if case.expected != "answer":
        return "wrongly answered"
    if reply.trace is None:
        return None
    return _stage(case, answer, reply.trace, verdict, texts)


def _stage(
    case: Case,
    answer: Mapping[str, Any],
    trace: Mapping[str, Any],
    verdict: Verdict,
    texts: Mapping[str, str],
) -> Stage:
    wanted = _facts_in_documents(case, texts)
    read = plain(" ".join(text for _, text in trace["evidence"]))
    dropped = plain(" ".join(one["text"] for one in trace["considered"] if not one["shown"]))
    lacking = [group for group in wanted if not holds_any(said(answer), group)]
    stages: tuple[tuple[Stage, bool], ...] = (
        ("not retrieved", not _is_retrieved(case, answer, wanted)),
        ("not in the evidence", not _hold_all(read, wanted)),
        ("wrongly dropped", any(holds_any(dropped, group) for group in lacking)),
        ("wrongly declined", verdict == "declined_wrongly" and not dropped),
    )
    return next((stage for stage, failed in stages if failed), "wrongly generated")


def _is_retrieved(case: Case, answer: Mapping[str, Any], wanted: Sequence[Sequence[str]]) -> bool:
    found = {passage["document_id"] for passage in answer["passages"]}
    if case.documents and not found & set(case.documents):
        return False
    return _hold_all(plain(" ".join(_whole(passage) for passage in answer["passages"])), wanted)


def _facts_in_documents(case: Case, texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    given = [passage.text for passage in case.question.passages or ()]
    whole = plain(" ".join((*(texts.get(path, "") for path in case.documents), *given)))
    return [group for group in case.key_facts if holds_any(whole, group)]


def _whole(passage: Mapping[str, Any]) -> str:
    return f"{passage['title']} {passage['date'] or ''} {passage['text']}"


def _hold_all(text: str, groups: Sequence[Sequence[str]]) -> bool:
    return all(holds_any(text, group) for group in groups)
