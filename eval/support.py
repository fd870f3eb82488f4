"""The support suite: does the claim check know whether a passage states a claim?

RTE-3 (Giampiccolo et al., 2007; French by Skandalis et al., LREC-COLING 2024) in four directions,
and WiCE (Kamoi et al., EMNLP 2023) with its oracle evidence. RTE-3's pairs are halved by the hash
of their id: one half is for fitting, the other for reporting.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from eval.cases import Figure, Item, SuiteResult
from eval.curves import auroc, calibration_error
from eval.intervals import figures, paired_interval
from eval.progress import progress_over
from eval.text import Half, half_of, hash_of
from eval.third_party import Text, read_set
from migbot.answer.support import Grade, Statement, SupportChecker, statement_of
from migbot.errors import UsageError
from migbot.types import LANGUAGES, Language


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledClaim:
    """A statement and whether its passage states it; `language` is "passage→claim"."""

    claim_id: str
    kind: str
    language: str
    statement: Statement
    is_supported: bool

    @property
    def is_same_language(self) -> bool:
        """Whether claim and passage are in one language."""
        return self.statement.language == self.statement.passage.language


class _Rte3Line(BaseModel):
    id: Text
    label: Literal["entailment", "neutral", "contradiction"]
    en_label2: Literal["YES", "NO"]
    premise_en: Text
    hypothesis_en: Text
    premise_fr: Text
    hypothesis_fr: Text


class _WiceLine(BaseModel):
    id: Text
    claim: Text
    evidence: list[str]
    label: Literal["supported", "partially_supported", "not_supported"]


def rte3_claims(folder: Path | None, half: Half) -> tuple[LabelledClaim, ...]:
    """Return the pairs of one half in four directions, without those whose two labels disagree.

    Raises:
        UsageError: the file is absent or faulty.
    """
    lines = [
        line
        for line in read_set(folder, "rte3_en_fr_parallel.jsonl", _Rte3Line)
        if half_of(line.id) == half and (line.label == "entailment") == (line.en_label2 == "YES")
    ]
    return tuple(
        _rte3_claim(line, of_passage, of_claim)
        for line in lines
        for of_passage, of_claim in product(LANGUAGES, repeat=2)
    )


def wice_claims(folder: Path | None) -> tuple[LabelledClaim, ...]:
    """Return each claim with each piece of evidence; rows of one claim share their id.

    Raises:
        UsageError: the file is absent or faulty.
    """
    return tuple(
        LabelledClaim(
            claim_id=f"wice-{line.id}",
            kind="wice",
            language="en→en",
            statement=statement_of(line.claim, " ".join(line.evidence), "en"),
            is_supported=line.label == "supported",
        )
        for line in read_set(folder, "wice_en_claims_oracle.jsonl", _WiceLine)
    )


def support_suite(
    folder: Path | None, checker: SupportChecker, *, limit: int | None
) -> SuiteResult:
    """Return how well the claim check does on RTE-3's reporting half and on WiCE.

    Args:
        folder: of the third-party sets.
        checker: the claim check.
        limit: how many claims of each direction and set, always the same; None for all.

    Raises:
        UsageError: a set is absent or faulty.
    """
    claims = _sample((*rte3_claims(folder, "reporting"), *wice_claims(folder)), limit)
    grades: list[Grade] = []
    with progress_over("support", len(claims)) as done:
        for claim in claims:
            grades += checker.grade((claim.statement,))
            done()
    best = _best_of_each_claim(claims, grades)
    items = tuple(_item(claim, grade) for claim, grade in best)
    return SuiteResult(
        suite="support",
        data_sha256=_data_sha256(claims),
        items=items,
        figures=(*figures(items), *_set_figures(best)),
        notes=("WiCE with oracle retrieval: its evidence was picked by its annotators.",),
    )


def _rte3_claim(line: _Rte3Line, of_passage: Language, of_claim: Language) -> LabelledClaim:
    premises = {"fr": line.premise_fr, "en": line.premise_en}
    hypotheses = {"fr": line.hypothesis_fr, "en": line.hypothesis_en}
    return LabelledClaim(
        claim_id=f"{line.id}/{of_passage}→{of_claim}",
        kind="rte3",
        language=f"{of_passage}→{of_claim}",
        statement=statement_of(
            hypotheses[of_claim], premises[of_passage], of_claim, passage_language=of_passage
        ),
        is_supported=line.label == "entailment",
    )


def _sample(claims: Sequence[LabelledClaim], limit: int | None) -> tuple[LabelledClaim, ...]:
    """Return all rows of the first `limit` claims of each kind and direction, by their hashes."""
    if limit is None:
        return tuple(claims)
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for claim in claims:
        groups[claim.kind, claim.language].add(claim.claim_id)
    kept = {name for names in groups.values() for name in sorted(names, key=hash_of)[:limit]}
    return tuple(claim for claim in claims if claim.claim_id in kept)


def _best_of_each_claim(
    claims: Sequence[LabelledClaim], grades: Sequence[Grade]
) -> list[tuple[LabelledClaim, Grade]]:
    """Return each claim once, with the evidence that supports it most."""
    best: dict[str, tuple[LabelledClaim, Grade]] = {}
    for claim, grade in zip(claims, grades, strict=True):
        known = best.get(claim.claim_id)
        if known is None or grade.support > known[1].support:
            best[claim.claim_id] = (claim, grade)
    return list(best.values())


def _item(claim: LabelledClaim, grade: Grade) -> Item:
    is_right = (grade.verdict == "supported") == claim.is_supported
    return Item(
        item_id=claim.claim_id,
        language=claim.language,
        kind=claim.kind,
        text=claim.statement.claim,
        scores={"accuracy": float(is_right)},
        verdict="right" if is_right else "wrong",
        detail={
            "passage": claim.statement.passage.text,
            "is_supported": claim.is_supported,
            "support": grade.support,
            "verdict": grade.verdict,
            "reasons": list(grade.reasons),
        },
    )


def _set_figures(graded: Sequence[tuple[LabelledClaim, Grade]]) -> Iterable[Figure]:
    """Yield what only a whole set has: AUROC and calibration error, by set and direction."""
    groups: dict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
    for claim, grade in graded:
        groups[claim.language, claim.kind].append((claim.is_supported, grade.support))
    for (language, kind), pairs in sorted(groups.items()):
        labels = [label for label, _ in pairs]
        supports = [support for _, support in pairs]
        for metric, statistic in (("auroc", auroc), ("calibration_error", calibration_error)):
            try:
                value = statistic(labels, supports)
                low, high = paired_interval(statistic, labels, supports)
            except UsageError:
                continue  # a sample of one class has no AUROC
            yield Figure(
                metric=metric,
                language=language,
                kind=kind,
                n=len(pairs),
                value=value,
                low=low,
                high=high,
            )


def _data_sha256(claims: Sequence[LabelledClaim]) -> str:
    rows: list[Mapping[str, object]] = [
        {
            "id": claim.claim_id,
            "claim": claim.statement.claim,
            "passage": claim.statement.passage.text,
            "supported": claim.is_supported,
        }
        for claim in claims
    ]
    return hash_of(json.dumps(rows, ensure_ascii=False))
