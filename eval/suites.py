"""The suites: what each asks, and what its answers add up to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.answering import data_sha256
from eval.cases import ALL, RIGHTLY_ANSWERED, Case, Figure, Item, SuiteResult
from eval.curves import area_under_risk_coverage
from eval.injection import injection_cases
from eval.intervals import figures, paired_interval
from eval.judge import Judge
from eval.questions import read_cases
from eval.replies import Reply
from eval.third_party import abstention_cases, sample
from migbot.types import LANGUAGES

SUITES = ("dev", "test", "attacks", "retrieval", "abstention", "support", "injection")
ANSWER_SUITES = ("dev", "test", "attacks", "abstention", "injection")
THIRD_PARTY = ("abstention", "support", "injection")


def cases_of(suite: str, *, data: Path | None, limit: int | None) -> tuple[Case, ...]:
    """Return what an answer suite asks: all of it, or a sample that is always the same.

    Args:
        suite: one of `ANSWER_SUITES`.
        data: folder of the third-party sets, which abstention and injection need.
        limit: how many cases at most; None for all.

    Raises:
        UsageError: a set is absent or faulty.
    """
    cases: tuple[Case, ...]
    if suite == "dev":
        cases = read_cases("dev")
    elif suite == "test":
        cases = read_cases("test")
    elif suite == "attacks":
        cases = read_cases("attacks")
    elif suite == "abstention":
        cases = abstention_cases(data, "reporting")
    else:
        cases = injection_cases(data)
    return cases if limit is None else sample(cases, limit)


def answer_result(
    suite: str, cases: Sequence[Case], replies: Mapping[str, Reply], judge: Judge
) -> SuiteResult:
    """Return the judged replies to `cases` with all figures."""
    unanswered = Reply(answer=None, error="there is no answer")
    items = tuple(judge.judge(case, replies.get(case.case_id, unanswered)) for case in cases)
    return SuiteResult(
        suite=suite,
        data_sha256=data_sha256(cases),
        items=items,
        figures=(*figures(items), *_risk_figures(items)),
    )


def _risk_figures(items: Sequence[Item]) -> list[Figure]:
    """Return the area under the risk–coverage curve of what was answered, by language."""
    found = []
    for language in (ALL, *LANGUAGES):
        answered = [
            item
            for item in items
            if "confidence" in item.scores and language in {ALL, item.language}
        ]
        if not answered:
            continue
        confidences = [item.scores["confidence"] for item in answered]
        wrong = [item.verdict not in RIGHTLY_ANSWERED for item in answered]
        low, high = paired_interval(area_under_risk_coverage, confidences, wrong)
        found.append(
            Figure(
                metric="area_under_risk_coverage",
                language=language,
                kind=ALL,
                n=len(answered),
                value=area_under_risk_coverage(confidences, wrong),
                low=low,
                high=high,
            )
        )
    return found
