import json
import subprocess
import sys
from pathlib import Path

import pytest

MIGBOT = Path(sys.executable).with_name("migbot")
PASSAGE = "The Global Compact for Migration has 23 objectives."


def check(tmp_path, *lines, options=("--json",)):
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    command = [MIGBOT, "check", "--claims", str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def claim(**changes):
    fields = {"id": "c1", "claim": "The Compact has 23 objectives.", "passage": PASSAGE}
    return json.dumps({**fields, **changes})


@pytest.mark.models
def test_each_claim_gets_a_line_in_order_and_a_faulty_one_its_error(tmp_path):
    done = check(
        tmp_path,
        claim(),
        claim(id="c2", passage=""),
        "{",
        claim(id="c4", claim="Le Pacte compte 23 objectifs.", language="fr"),
        claim(id="c5", claim="The Compact has 40 objectives."),
        claim(id="c6", language="de"),
    )

    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [one["id"] for one in found] == ["c1", "c2", None, "c4", "c5", "c6"]
    assert ["error" in one for one in found] == [False, True, True, False, False, True]
    assert set(found[0]) == {"id", "support", "verdict", "reasons"}
    assert [found[at]["verdict"] for at in (0, 3)] == ["supported", "supported"]
    assert found[4]["verdict"] != "supported"
    assert 0 <= found[4]["support"] < 0.5 <= found[0]["support"] <= 1


@pytest.mark.models
def test_without_json_a_person_reads_the_verdict_and_the_reasons(tmp_path):
    done = check(tmp_path, claim(claim="The Compact has 40 objectives."), options=())

    assert done.stdout.startswith("c1  ")
    assert "number 40 is not in the passage" in done.stdout


def test_where_every_line_is_faulty_the_exit_status_is_2_without_loading_a_model(tmp_path):
    done = check(tmp_path, "{", claim(claim=" "))

    assert done.returncode == 2
    assert "loading" not in done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [None, "c1"]


def test_a_file_that_is_not_there_is_told(tmp_path):
    command = [MIGBOT, "check", "--claims", str(tmp_path / "no.jsonl")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "cannot be read" in done.stderr
