"""Fits the weights of the claim check on one half of RTE-3's pairs, and prints them as TOML.

    python eval/calibrate_support.py > src/migbot/answer/support.toml

Each pair is read in four directions: passage and claim in French or English. Same language and
across languages are fitted apart, as words can be compared in one and hardly in the other; and
each once more with what the generator says, which is asked about `--pairs` of them alone, as it
takes one to two seconds a claim: all of them, with which the shipped weights were fitted, are an
hour's work.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from eval.support import LabelledClaim, rte3_claims
from migbot.answer.generate import make_generator
from migbot.answer.support import Signs, SupportChecker
from migbot.errors import MigbotError
from migbot.index.embed import load_embedder
from migbot.settings import load_settings

_HEAD = """\
# Weights of the logistic regression that turns what the comparison of a claim with a passage finds
# into a probability that the passage states it. Fitted by eval/calibrate_support.py on one half of
# RTE-3, {n} pairs of text in French, English and across, {asked} where the generator is asked, with
# the default models.
"""
_LIMITS = """
[verdict]
support_at_least = 0.5
contradicted_nearness_at_least = 0.75
contradicted_support_at_most = 0.2
"""
_DIRECTIONS = 4
_FOLDS = 8


def main(arguments: Sequence[str]) -> int:
    """Print the fitted weights, and on standard error how well they rank unseen pairs."""
    parser = argparse.ArgumentParser(description="Fit the weights of the claim check.")
    parser.add_argument("--pairs", type=int, default=100, help="pairs that the generator reads")
    pairs = parser.parse_args(arguments).pairs
    settings = load_settings()
    embedder = load_embedder(settings)
    claims = rte3_claims(settings.eval_data, "fitting")
    asked = _spread(claims, pairs)
    with_generator = SupportChecker(embedder, make_generator(settings))
    print(_HEAD.format(n=len(claims), asked=len(asked)))
    alone = SupportChecker(embedder).signs([one.statement for one in claims])
    _print_weights("", claims, alone, inverse_regularisation=10.0)
    together = with_generator.signs([one.statement for one in asked])
    # Where few pairs are asked about, the weights are held closer to nothing.
    _print_weights("_with_generator", asked, together, inverse_regularisation=1.0)
    print(_LIMITS.strip())
    return 0


def _spread(claims: Sequence[LabelledClaim], pairs: int) -> list[LabelledClaim]:
    """Return all directions of `pairs` pairs, evenly spread, as the set is ordered by task."""
    step = max(1, len(claims) // (_DIRECTIONS * pairs))
    return [one for at, one in enumerate(claims) if (at // _DIRECTIONS) % step == 0]


def _print_weights(
    suffix: str,
    claims: Sequence[LabelledClaim],
    signs: Sequence[Signs],
    *,
    inverse_regularisation: float,
) -> None:
    for section, is_same in (("same", True), ("across", False)):
        chosen = [at for at, one in enumerate(claims) if one.is_same_language == is_same]
        values = [signs[at].values() for at in chosen]
        table = np.array([list(one.values()) for one in values])
        labels = np.array([claims[at].is_supported for at in chosen])
        model = LogisticRegression(C=inverse_regularisation, max_iter=5000)
        found = cross_val_predict(model, table, labels, cv=_FOLDS, method="predict_proba")[:, 1]
        auroc = roc_auc_score(labels, found)
        print(f"{section}{suffix}: AUROC on unseen pairs {auroc:.3f}", file=sys.stderr)
        model.fit(table, labels)
        print(f"[{section}{suffix}]\nbias = {model.intercept_[0]:.3f}")
        for name, weight in zip(values[0], model.coef_[0], strict=True):
            print(f"{name} = {weight:.3f}")
        print()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MigbotError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
