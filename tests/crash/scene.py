"""The scene of all crash tests: an index in force, an older one that it took the place of, and a
corpus that a third is to be built of, which will sweep the oldest.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from migbot.errors import IndexMissingError
from migbot.index.build import build_index
from migbot.index.document_cache import CACHE
from migbot.index.fakes import HashEmbedder
from migbot.index.store import CURRENT, is_build_name, open_index

_OLDER = {"vote.md": "# The vote\n\nThe Compact will be put to a vote in December 2018.\n"}
_OLD = {
    "vote.md": "# The vote\n\nThe Compact was adopted by 152 votes to 5 in December 2018.\n",
    "seat.md": "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
    "gone.md": "# Gone\n\nA sheet about migration that the next build no longer has.\n",
}
_NEW = {
    "vote.md": _OLD["vote.md"],
    "seat.md": "# Headquarters\n\nThe seat of IOM is in Geneva, where it was in 1951 already.\n",
    # Enough that every file takes several pages of a disk.
    "more.md": "# Labour\n\n"
    + "\n\n".join(f"Rule {n} for labour migration: {'word ' * 100}" for n in range(12)),
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Corpora, a folder with the index of the old one, and the ids of the builds that may serve."""

    corpora: Path
    index: Path
    old: str
    new: str

    def lay(self, folder: Path) -> None:
        """Put the old index in force under `folder`, in place of what is there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.index, folder)

    def clear(self, folder: Path) -> None:
        """Leave nothing at `folder`, as before the first build."""
        shutil.rmtree(folder, ignore_errors=True)

    def build(self, folder: Path) -> str:
        """Build the new index under `folder`, and return its id."""
        return _build(self.corpora / "new", folder)

    def state(self, folder: Path) -> str:
        """Return which of the two indexes serves, "old" or "new", and what is wrong.

        "none" where none was ever put in force, and whoever asks is told how to make one.
        """
        try:
            index = open_index(folder, embedder=HashEmbedder().identity)
        except IndexMissingError as error:
            told = f"no index at {folder}: run `make setup` or `migbot index build`"
            return "none" if str(error) == told else str(error)
        which = {self.old: "old", self.new: "new"}[index.build_id]
        texts = " ".join(passage.text for passage in index.passages)
        assert ("labour" in texts) == (which == "new")
        return which if index.fault is None else f"{which}: {index.fault}"

    def left_over(self, folder: Path) -> list[str]:
        """Return the names of what is neither a build nor kept beside the builds."""
        return sorted(
            path.name
            for path in folder.iterdir()
            if not is_build_name(path.name) and path.name not in {CURRENT, CACHE, ".lock"}
        )


def set_scene(folder: Path) -> Scene:
    """Write the corpora and build both indexes under `folder`."""
    for name, sheets in (("older", _OLDER), ("old", _OLD), ("new", _NEW)):
        (folder / "corpora" / name).mkdir(parents=True)
        for sheet, content in sheets.items():
            (folder / "corpora" / name / sheet).write_text(content, encoding="utf-8")
    _build(folder / "corpora/older", folder / "index")
    old = _build(folder / "corpora/old", folder / "index")
    new = _build(folder / "corpora/new", folder / "other")
    return Scene(corpora=folder / "corpora", index=folder / "index", old=old, new=new)


def _build(corpus: Path, folder: Path) -> str:
    report = build_index(
        corpus,
        folder,
        embedder=HashEmbedder(),
        passage_tokens=160,
        document_bytes=1_000_000,
    )
    return report.build_id
