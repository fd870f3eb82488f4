"""Fits the weights that tell answerable questions, from the answers of a development run.

    python eval/calibrate_answerable.py eval/reports/<time>

Each question counts twice: as it was asked, and with the passages of the other language alone,
where cosines and common words are lower; what the model thought is taken to be the same.

Prints the section `[weights]` of `src/migbot/answer/calibration.toml` and, on standard error, what
each threshold would cost on questions of topics that the fit has not seen. False premises are left
out: both declining and correcting are right.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.answering import AnswerStore
from eval.cases import Case
from eval.parts import Parts
from eval.suites import cases_of
from migbot.answer.answerable import signs_of
from migbot.answer.evidence import select_evidence
from migbot.answer.generate import make_generator
from migbot.answer.retrieve import Retriever
from migbot.index.collection import build_collection
from migbot.settings import load_settings
from migbot.types import LANGUAGES, Language

_FOLDS = 8
_THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def main(arguments: Sequence[str]) -> int:
    """Print the weights fitted to the run in the folder that `arguments` name."""
    parser = argparse.ArgumentParser(description="Fit the weights that tell answerable questions.")
    parser.add_argument("report", type=Path, help="folder of a run of the dev suite")
    store = AnswerStore(parser.parse_args(arguments).report)
    across = _Across(Parts(load_settings()))
    cases: list[Case] = []
    signs: list[dict[str, float]] = []
    for case in cases_of("dev", data=None, limit=None):
        reply = store.get(case)
        # Questions declined on sight never reach the signs.
        if reply and reply.trace and reply.trace["signs"] and case.expected != "correct":
            cases += [case, case]
            signs += [{"across": 0.0, **reply.trace["signs"]}, across.signs(case, reply.trace)]
    if not cases:
        print("calibrate: the folder holds no answers to development questions", file=sys.stderr)
        return 2
    names = sorted(signs[0])
    table = np.array([[one[name] for name in names] for one in signs])
    answerable = np.array([case.expected == "answer" for case in cases])
    topics = [case.topic for case in cases]
    _tell_costs(table, answerable, topics)
    model = _model().fit(table, answerable)
    scale, regression = model[0], model[-1]
    weights = regression.coef_[0] / scale.scale_
    bias = regression.intercept_[0] - float(weights @ scale.mean_)
    print(f"[weights]\nbias = {bias:.3f}")
    for name, weight in zip(names, weights, strict=True):
        print(f"{name} = {weight:.3f}")
    return 0


class _Across:
    """Finds the signs of a question among the passages of the other language alone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._generator = make_generator(parts.settings)
        index, vectors = parts.index, parts.index.dense.vectors()
        self._retrievers: dict[Language, Retriever] = {}
        for language, other in (LANGUAGES, LANGUAGES[::-1]):
            at = [place for place, one in enumerate(index.passages) if one.language == other]
            collection = build_collection([index.passages[place] for place in at], vectors[at])
            self._retrievers[language] = Retriever(collection, parts.embedder)

    def signs(self, case: Case, trace: Mapping[str, Any]) -> dict[str, float]:
        """Return the signs, with the model's own of the answer that `trace` is of."""
        settings = self._parts.settings
        question = trace["standalone"]
        hits = self._retrievers[case.language].search(
            question, language=case.language, top_k=settings.top_k
        )
        extracts = select_evidence(
            question,
            hits,
            language=case.language,
            count_tokens=self._generator.count_tokens,
            max_tokens=settings.evidence_tokens,
        )
        return {
            **trace["signs"],
            **signs_of(
                question,
                hits,
                extracts,
                language=case.language,
                is_follow_up=bool(trace["signs"]["follow_up"]),
            ),
        }


def _model() -> Pipeline:
    regression = LogisticRegression(C=0.03, class_weight="balanced", max_iter=1000)
    return make_pipeline(StandardScaler(), regression)


def _tell_costs(table: np.ndarray, answerable: np.ndarray, topics: Sequence[str]) -> None:
    found = cross_val_predict(
        _model(),
        table,
        answerable,
        groups=topics,
        cv=GroupKFold(_FOLDS),
        method="predict_proba",
    )[:, 1]
    auroc = roc_auc_score(answerable, found)
    print(f"{len(table)} questions, AUROC on unseen topics {auroc:.3f}", file=sys.stderr)
    for least in _THRESHOLDS:
        declined = found < least
        print(
            f"at_least {least:.2f}: declined wrongly {declined[answerable].mean():.2f}, "
            f"rightly {declined[~answerable].mean():.2f}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
