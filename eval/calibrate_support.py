"""Fits the weights of the sentence check on one half of RTE-3's pairs, and prints them as TOML.

    python eval/calibrate_support.py > src/migbot/answer/support.toml

Each pair is read in four directions: passage and claim in French or English. Same language and
across languages are fitted apart, as words can be compared in one and hardly in the other.
"""

import sys
from pathlib import Path

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.support import rte3_claims
from migbot.answer.support import SupportChecker
from migbot.errors import MigbotError
from migbot.index.embed import load_embedder
from migbot.settings import load_settings

_HEAD = """\
# Weights of the logistic regression that turns what the comparison of a claim with a passage finds
# into a probability that the passage states it. Fitted by eval/calibrate_support.py on one half of
# RTE-3, {n} pairs in French, English and across, with the default embedder.
"""
_LIMITS = """
[verdict]
support_at_least = 0.5
contradicted_nearness_at_least = 0.75
contradicted_support_at_most = 0.2
"""


def main() -> int:
    """Print the fitted weights."""
    settings = load_settings()
    claims = rte3_claims(settings.eval_data, "fitting")
    signs = SupportChecker(load_embedder(settings)).signs([one.statement for one in claims])
    print(_HEAD.format(n=len(claims)))
    for section, is_same in (("same", True), ("across", False)):
        chosen = [at for at, one in enumerate(claims) if one.is_same_language == is_same]
        values = [signs[at].values() for at in chosen]
        table = np.array([list(one.values()) for one in values])
        model = LogisticRegression(C=10.0, max_iter=5000)
        model.fit(table, [claims[at].is_supported for at in chosen])
        print(f"[{section}]\nbias = {model.intercept_[0]:.3f}")
        for name, weight in zip(values[0], model.coef_[0], strict=True):
            print(f"{name} = {weight:.3f}")
        print()
    print(_LIMITS.strip())
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MigbotError as error:
        print(f"calibrate: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
