"""What a run was made with: enough to make it again, and to know what changed between two."""

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from migbot.models.registry import folder_sha256, load_registry, sha256_of
from migbot.settings import PROJECT, Settings

_LIBRARIES = (
    "bm25s",
    "faiss-cpu",
    "numpy",
    "sentence-transformers",
    "tiktoken",
    "torch",
    "transformers",
    "xllamacpp",
)
_SECRET = {"generator_api_key", "milvus_token"}


def provenance(settings: Settings, index_id: str) -> dict[str, Any]:
    """Return commit, code, index, models, settings, versions and machine, as JSON values."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "src", "eval", "corpus")),
        "code_sha256": _code_sha256(PROJECT / "src"),
        "index_id": index_id,
        "models": _models(settings),
        "settings": settings.model_dump(mode="json", exclude=_SECRET),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "machine": {"cores": os.cpu_count(), "platform": platform.platform()},
    }


def identity(made_with: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must be equal for a run to go on where another one stopped."""
    names = ("code_sha256", "index_id", "models", "settings", "versions")
    return {name: made_with[name] for name in names}


def _git(*arguments: str) -> str | None:
    """Return what git says, or None where this is no clone."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the git of whoever runs this
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _code_sha256(folder: Path) -> str:
    """Return one hash over every file of code and settings that answers depend on."""
    whole = hashlib.sha256()
    for file in sorted((*folder.rglob("*.py"), *folder.rglob("*.toml"))):
        whole.update(file.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(file.read_bytes() + b"\0")
    return whole.hexdigest()


def _models(settings: Settings) -> dict[str, str]:
    """Return the hash of each model in use; of one that is only at an endpoint, its address."""
    known = {model.name: model.sha256 for model in load_registry(settings.models_file).models}
    hashes = {}
    for name in (settings.embedder, settings.generator_model):
        path = Path(name)
        if name in known:
            hashes[name] = known[name]
        elif path.is_dir():
            hashes[name] = folder_sha256(path)
        elif path.is_file():
            hashes[name] = sha256_of(path)
        else:
            hashes[name] = settings.generator_url
    return hashes
