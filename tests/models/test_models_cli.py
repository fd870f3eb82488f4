import argparse
import json

import pytest
from toys import sha256, write_registry

from migbot.cli import models
from migbot.errors import UsageError


@pytest.fixture
def toy(settings, hub, monkeypatch):
    """A toy model at the hub, and a command line that knows of no other; returns its bytes."""
    monkeypatch.setenv("MIGBOT_MODELS", str(settings.models))
    monkeypatch.setenv("MIGBOT_MODELS_FILE", str(settings.models_file))
    monkeypatch.setenv("MIGBOT_HUB_URL", hub.url)
    whole = write_registry(settings.models_file, sources=["hub"])
    hub.publish("toy.gguf", whole)
    return whole


def migbot(*arguments):
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers())
    options = parser.parse_args(["models", *arguments])
    return options.run(options)


def test_installs_once_and_leaves_a_whole_model_alone(toy, hub, settings, capsys):
    assert migbot("install", "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert migbot("install", "--json") == 0
    second = json.loads(capsys.readouterr().out)

    path = settings.models / "toy" / "model.gguf"
    assert path.read_bytes() == toy
    assert first == {"models": [{"name": "toy", "outcome": "installed", "path": str(path)}]}
    assert second["models"][0]["outcome"] == "already installed"
    assert len(hub.ranges) == 1


def test_leaves_the_tests_model_out_unless_asked(toy, settings, capsys):
    write_registry(settings.models_file, sources=["hub"], needed_for="tests")

    assert migbot("install") == 0
    assert not (settings.models / "toy").exists()
    assert migbot("verify") == 0
    assert migbot("install", "--for-tests") == 0

    assert (settings.models / "toy" / "model.gguf").read_bytes() == toy
    assert "toy: installed" in capsys.readouterr().out


def test_lists_models_with_whether_they_are_installed(toy, capsys):
    migbot("list", "--json")
    before = json.loads(capsys.readouterr().out)["models"]
    migbot("install")
    capsys.readouterr()
    migbot("list", "--json")
    after = json.loads(capsys.readouterr().out)["models"]

    assert [model["installed"] for model in (*before, *after)] == [False, True]
    assert after[0]["name"] == "toy"
    assert after[0]["licence"] == "MIT"
    assert after[0]["size_bytes"] == len(toy)


def test_verify_tells_whole_altered_and_missing_apart(toy, settings, capsys):
    assert migbot("verify") == 3
    assert "run `migbot models install toy`" in capsys.readouterr().err

    migbot("install")
    assert migbot("verify") == 0
    capsys.readouterr()

    file = settings.models / "toy" / "model.gguf"
    file.write_bytes(toy[:-1])
    assert migbot("verify", "--json") == 1
    said = capsys.readouterr()
    found = {"path": str(file), "expected_sha256": sha256(toy), "found_sha256": sha256(toy[:-1])}
    assert json.loads(said.out)["models"] == [{"name": "toy", "state": "damaged", "files": [found]}]
    assert sha256(toy) in said.err
    assert sha256(toy[:-1]) in said.err


@pytest.mark.parametrize("action", ["install", "verify"])
@pytest.mark.usefixtures("toy")
def test_names_the_models_there_are_when_asked_for_another(action):
    with pytest.raises(UsageError, match="'other': the models are toy"):
        migbot(action, "other")
