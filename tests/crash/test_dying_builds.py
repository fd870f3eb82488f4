"""Builds that are killed, or find no room, at one step after the other.

A step that fails is repeated by `python tests/crash/worker.py kill FOLDER STEP`.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migbot.cli import main

WORKER = Path(__file__).with_name("worker.py")
# With room for mounts of its own, which nobody else sees and which end with it.
APART = ["unshare", "--user", "--map-root-user", "--mount"]


def steps_of(mode, folder, *, within=()):
    """Return what came of each step, and what was told of builds that were refused."""
    done = subprocess.run(
        [*within, sys.executable, str(WORKER), mode, str(folder)],
        # Threads would not survive the fork that makes a build's process.
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = [line["told"] for line in lines if "told" in line]
    steps = [line for line in lines if "step" in line]
    assert len(told) + len(steps) == len(lines), lines
    return steps, told


def test_a_build_killed_at_any_step_leaves_one_index_whole_and_the_next_build_sweeps(tmp_path):
    steps, _ = steps_of("kill", tmp_path)

    *killed, through = steps
    assert len(killed) > 100
    assert through["status"] == 0
    for step in killed:
        assert step["status"] == -signal.SIGKILL, step
        assert step["serves"] in {"old", "new"}, step
        assert (step["then"], step["left_over"]) == ("new", []), step
    # Once the new index is in force, it stays so.
    served = [step["serves"] for step in steps]
    assert served == sorted(served, reverse=True)
    assert {"old", "new"} == set(served)


def test_a_first_build_killed_at_any_step_leaves_no_index_or_a_whole_one(tmp_path):
    steps, _ = steps_of("first", tmp_path)

    *killed, through = steps
    assert len(killed) > 50
    assert (through["status"], through["serves"]) == (0, "new")
    for step in killed:
        assert step["status"] == -signal.SIGKILL, step
        assert (step["then"], step["left_over"]) == ("new", []), step
    served = [step["serves"] for step in steps]
    assert served == sorted(served, key=["none", "new"].index)
    assert {"none", "new"} == set(served)


def assert_refused_until_there_is_room(steps, told, reason):
    *refused, through = steps
    assert (through["status"], through["serves"]) == (0, "new")
    assert len(refused) > 10
    assert len(told) == len(refused)
    for step, message in zip(refused, told, strict=True):
        assert step["status"] == 1, step
        assert (step["serves"], step["then"], step["left_over"]) == ("old", "new", []), step
        assert f"cannot be written to {message.split()[6]} ({reason})" in message
        assert "free space" in message


def test_a_file_that_may_not_grow_is_told_and_the_old_index_serves(tmp_path):
    steps, told = steps_of("limit", tmp_path)

    assert_refused_until_there_is_room(steps, told, "File too large")


def test_a_disk_that_is_really_full_is_told_and_the_old_index_serves(tmp_path):
    try:
        allowed = subprocess.run([*APART, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("a small disk cannot be mounted here: it takes unshare and its permission")

    steps, told = steps_of("full", tmp_path, within=APART)

    assert_refused_until_there_is_room(steps, told, "No space left on device")


TAKES_THE_LOCK = """
import sys, time
from pathlib import Path
from migbot.index.publish import only_builder
with only_builder(Path(sys.argv[1])):
    print("building", flush=True)
    time.sleep(600)
"""


def test_a_second_builder_is_told_who_builds_and_a_killed_one_frees_the_lock(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("MIGBOT_EMBEDDER", "hash")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/sheet.md").write_text("# Sheet\n\nA text.\n", encoding="utf-8")
    indexes = str(tmp_path / "indexes")
    command = ["index", "build", "--corpus", str(tmp_path / "corpus"), "--index", indexes]
    with subprocess.Popen(
        [sys.executable, "-c", TAKES_THE_LOCK, indexes], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "building\n"

        assert main(command) == 1

        told = capsys.readouterr().err
        assert re.search(rf"\(process {other.pid} since \d{{4}}-\d\d-\d\d [\d:]+ UTC\)", told)
        other.kill()
        other.wait()

        assert main(command) == 0
