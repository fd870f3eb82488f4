import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from live_page import live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "packaging/migbot.service").read_text(encoding="utf-8")
CONTAINERFILE = (ROOT / "packaging/Containerfile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions():
    """Return the instructions of the Containerfile, each on one line, in order."""
    lines = "\n".join(line for line in CONTAINERFILE.splitlines() if not line.startswith("#"))
    return [line for line in lines.replace("\\\n", " ").splitlines() if line.strip()]


def test_the_unit_is_one_that_systemd_reads(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    # Its program and its folder are on the machine that it is for.
    here = re.sub("^ExecStart=.*", "ExecStart=/bin/true", UNIT, flags=re.MULTILINE)
    here = re.sub("^WorkingDirectory=.*", "WorkingDirectory=/", here, flags=re.MULTILINE)
    (tmp_path / "migbot.service").write_text(here, encoding="utf-8")

    done = subprocess.run(
        [analyze, "verify", tmp_path / "migbot.service"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "MemoryMax=4G",
    ],
)
def test_the_service_is_held_to_what_it_needs(line):
    assert line in UNIT.splitlines()


def test_the_container_has_the_python_and_the_torch_of_the_project():
    stages = [line.split()[1] for line in instructions() if line.startswith("FROM ")]
    (torch,) = (one for one in PYPROJECT["project"]["dependencies"] if one.startswith("torch"))

    assert stages == ["python:3.11-slim", "python:3.11-slim", "program", "program"]
    assert f"pip install {torch}\n" in CONTAINERFILE
    assert f'"{PYPROJECT["project"]["requires-python"]}"' == '">=3.11"'


def test_the_container_copies_what_exists_and_is_let_in():
    copied = [
        name
        for line in instructions()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    let_in = (ROOT / "packaging/Containerfile.dockerignore").read_text(encoding="utf-8").split("\n")

    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert {name for name in copied if f"!{name}" not in let_in} == set()


def test_the_container_does_not_run_as_root():
    lines = instructions()

    assert lines.index("USER migbot") < lines.index('ENTRYPOINT [".venv/bin/migbot"]')


def test_the_health_check_of_the_container_tells_a_server_from_none(tmp_path):
    check = next(line for line in instructions() if line.startswith("HEALTHCHECK"))
    program = json.loads(check.partition("CMD ")[2])
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)

    def is_healthy(port):
        return subprocess.run(
            [sys.executable, *program[1:]],
            env={**os.environ, "MIGBOT_PORT": str(port)},
            capture_output=True,
            check=False,
        )

    with live_page(ScriptedAssistant(), settings, DOCUMENTS) as url:
        healthy = is_healthy(url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as unheard:
        port = unheard.getsockname()[1]
    assert healthy.returncode == 0, healthy.stderr
    assert is_healthy(port).returncode == 1
