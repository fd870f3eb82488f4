import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.web


def test_the_waits_of_visitors_are_measured_in_a_browser(scripted_url):
    done = subprocess.run(
        [sys.executable, "-m", "eval.page_times", scripted_url, "--limit", "2"],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )

    figures = json.loads(done.stdout)
    assert figures.pop("questions") == 2
    medians = [figures[name]["median"] for name in ("source_ms", "words_ms", "whole_ms")]
    assert 0 < medians[0] <= medians[1] <= medians[2]
