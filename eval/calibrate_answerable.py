"""Fits the weights that tell answerable questions, and prints them as TOML.

    python eval/calibrate_answerable.py

The section `[weights.index]` of `src/migbot/answer/calibration.toml` is fitted on the development
questions. Each counts twice: as it was asked, and with the passages of the other language alone,
where cosines and common words are lower; what the model thought is taken to be the same. False
premises are left out: both declining and correcting are right. `[weights.given]` is fitted on
third-party questions that bring their own passages, from the half that the abstention suite does
not report on.

The model writes a token or two a question, so that this takes about 20 minutes. On standard error
stands what each threshold would cost on questions that the fit has not seen.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.cases import Case
from eval.parts import Parts
from eval.progress import progress_over
from eval.suites import cases_of
from eval.third_party import abstention_cases, sample
from migbot.answer.answerable import none_probability, sign_of_none, sign_of_yes, signs_of
from migbot.answer.answerable_prompt import answerable_prompt
from migbot.answer.decline import refusal_on_sight, small_talk
from migbot.answer.evidence import Extract, select_evidence
from migbot.answer.prompt import build_prompt
from migbot.answer.retrieve import Retriever
from migbot.answer.rewrite import standalone_question
from migbot.answer.write import ALTERNATIVES
from migbot.answer.yesno import yes_probability
from migbot.errors import MigbotError
from migbot.index.collection import build_collection
from migbot.settings import load_settings
from migbot.types import LANGUAGES, Language

_FOLDS = 8
# What retrieval tells of passages that are near by choice adds nothing.
_OF_GIVEN = ("log_given", "log_none", "logit_yes")
_THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """The signs of one question; questions of one `group` are fitted or foreseen together."""

    group: str
    is_answerable: bool
    signs: Mapping[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the fitted weights."""
    parser = argparse.ArgumentParser(description="Fit the weights that tell answerable questions.")
    parser.add_argument("--given", type=int, default=170, help="third-party questions asked")
    asked = parser.parse_args(arguments).given
    parts = Parts(load_settings())
    signs = _Signs(parts)
    dev = [case for case in cases_of("dev", data=None, limit=None) if _is_weighed(case)]
    given = sample(abstention_cases(parts.settings.eval_data, "fitting"), asked)
    with progress_over("questions", len(dev) + len(given)) as done:
        own: list[_Seen] = []
        for case in dev:
            own += signs.of_own(case)
            done()
        others: list[_Seen] = []
        for case in given:
            others.append(signs.of_given(case))
            done()
    _print_weights("index", sorted(own[0].signs), own)
    _print_weights("given", _OF_GIVEN, others)
    return 0


def _is_weighed(case: Case) -> bool:
    text = case.question.text
    is_seen_through = small_talk(text) is not None or refusal_on_sight(text) is not None
    return case.expected != "correct" and not is_seen_through


class _Signs:
    """Finds the signs of questions, as an answer would."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._generator = parts.generator
        index, vectors = parts.index, parts.index.dense.vectors()
        self._retriever = Retriever(index, parts.embedder)
        self._across: dict[Language, Retriever] = {}
        for language, other in (LANGUAGES, LANGUAGES[::-1]):
            at = [place for place, one in enumerate(index.passages) if one.language == other]
            collection = build_collection([index.passages[place] for place in at], vectors[at])
            self._across[language] = Retriever(collection, parts.embedder)

    def of_own(self, case: Case) -> list[_Seen]:
        """Return the signs among all passages and among those of the other language."""
        question = standalone_question(case.question.text, case.question.history)
        found, extracts = self._found(case, question, self._retriever)
        none = self._none(question, extracts, case.language)
        across, _ = self._found(case, question, self._across[case.language])
        return [self._seen(case, case.topic, {**signs, **none}) for signs in (found, across)]

    def of_given(self, case: Case) -> _Seen:
        """Return the signs of a question that brings its passages."""
        passages = case.question.passages or ()
        retriever = Retriever.over(passages, self._parts.embedder)
        signs, extracts = self._found(case, case.question.text, retriever, given=len(passages))
        none = self._none(case.question.text, extracts, case.language)
        prompt = answerable_prompt(case.question.text, [one.text for one in extracts])
        yes = sign_of_yes(yes_probability(self._generator, prompt))
        return self._seen(case, case.case_id, {**signs, **none, **yes})

    @staticmethod
    def _seen(case: Case, group: str, signs: Mapping[str, float]) -> _Seen:
        return _Seen(group=group, is_answerable=case.expected == "answer", signs=signs)

    def _found(
        self,
        case: Case,
        question: str,
        retriever: Retriever,
        *,
        given: int | None = None,
    ) -> tuple[dict[str, float], tuple[Extract, ...]]:
        settings = self._parts.settings
        hits = retriever.search(question, language=case.language, top_k=settings.top_k)
        extracts = select_evidence(
            question,
            hits,
            language=case.language,
            count_tokens=self._generator.count_tokens,
            max_tokens=settings.evidence_tokens,
        )
        signs = signs_of(
            question,
            hits,
            extracts,
            asked=case.question.text,
            language=case.language,
            given=given,
        )
        return signs, extracts

    def _none(
        self, question: str, extracts: Sequence[Extract], language: Language
    ) -> dict[str, float]:
        prompt = build_prompt(question, extracts, language)
        pieces = self._generator.generate(prompt, max_tokens=1, alternatives=ALTERNATIVES)
        probabilities = [none_probability(one) for one in pieces if not one.is_empty]
        return sign_of_none(probabilities[0] or 0.0)


def _model() -> Pipeline:
    regression = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
    return make_pipeline(StandardScaler(), regression)


def _print_weights(section: str, names: Sequence[str], seen: Sequence[_Seen]) -> None:
    table = np.array([[one.signs[name] for name in names] for one in seen])
    answerable = np.array([one.is_answerable for one in seen])
    _tell_costs(section, table, answerable, [one.group for one in seen])
    model = _model().fit(table, answerable)
    scale, regression = model[0], model[-1]
    weights = regression.coef_[0] / scale.scale_
    bias = regression.intercept_[0] - float(weights @ scale.mean_)
    print(f"[weights.{section}]\nbias = {bias:.3f}")
    for name, weight in zip(names, weights, strict=True):
        print(f"{name} = {weight:.3f}")
    print()


def _tell_costs(
    section: str, table: np.ndarray, answerable: np.ndarray, groups: Sequence[str]
) -> None:
    found = cross_val_predict(
        _model(),
        table,
        answerable,
        groups=groups,
        cv=GroupKFold(_FOLDS),
        method="predict_proba",
    )[:, 1]
    auroc = roc_auc_score(answerable, found)
    print(f"{section}: {len(table)} questions, AUROC on unseen ones {auroc:.3f}", file=sys.stderr)
    for least in _THRESHOLDS:
        declined = found < least
        print(
            f"at_least {least:.2f}: declined wrongly {declined[answerable].mean():.2f}, "
            f"rightly {declined[~answerable].mean():.2f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MigbotError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
