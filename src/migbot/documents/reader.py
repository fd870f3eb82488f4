"""What decides how a file is read: its bytes, its name, what is stated of it, and what reads it."""

import hashlib
import json
import sys
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from migbot.documents.frontmatter import FrontMatter

# All that a parser here, or a parser that it uses, is made of.
_LIBRARIES = (
    "charset-normalizer",
    "courlan",
    "htmldate",
    "justext",
    "lxml",
    "markdown-it-py",
    "pypdf",
    "python-docx",
    "pyyaml",
    "trafilatura",
)


def reading_key(path: str, sha256: str, stated: FrontMatter | None) -> str:
    """Return what is equal only where reading a file gives the same document, in hexadecimal.

    Args:
        path: the file's path under the corpus folder.
        sha256: the hash of its bytes.
        stated: what is known of it from elsewhere.
    """
    front = None if stated is None else asdict(stated)
    inputs = [reader_version(), path, sha256, front]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


@cache
def reader_version() -> str:
    """Return a hash of all code that reads: this package's, and its libraries' versions."""
    package = Path(__file__).parent
    code = hashlib.sha256()
    for path in (*sorted(package.glob("*.py")), package.parent / "types.py"):
        code.update(path.read_bytes())
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    code.update("\n".join((sys.version, *libraries)).encode())
    return code.hexdigest()
