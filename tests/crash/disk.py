"""A disk that fails, or a process that dies, at the n-th thing asked of a folder.

It stands where Python meets the operating system, so that a write is met whoever asks for it. What
FAISS writes by itself is met by a disk that is really full, and by a limit on the size of files.
"""

import builtins
import io
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from unittest.mock import patch

Act = Callable[[], None]


def failing(number: int) -> Act:
    """Return what raises the error of this number."""

    def act() -> None:
        raise OSError(number, os.strerror(number))

    return act


def dying() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class Disk:
    """While entered, counts what is asked of the files under `folder`; `act`s at number `at`.

    `asked` holds all that was asked, in order. With `for_good`, everything from number `at` on is
    met in the same way, as on a disk that stays full. A write that is met does half its work.
    Nothing is really flushed: a process that dies loses nothing of what it wrote, and it is slow.
    """

    def __init__(
        self, folder: Path, act: Act = lambda: None, *, at: int = 0, for_good: bool = False
    ) -> None:
        self.asked: list[str] = []
        self._folder = str(folder)
        self._act = act
        self._at = at
        self._for_good = for_good
        self._patches = ExitStack()

    @property
    def fired(self) -> bool:
        """Tell whether number `at` was reached."""
        return len(self.asked) >= self._at > 0

    def __enter__(self) -> Self:
        opens = self._opening(builtins.open)
        for module in (builtins, io):
            self._patches.enter_context(patch.object(module, "open", opens))
        for name in ("mkdir", "open", "remove", "rename", "replace", "rmdir", "unlink"):
            watched = self._watching(name, getattr(os, name))
            self._patches.enter_context(patch.object(os, name, watched))
        self._patches.enter_context(
            patch.object(os, "fsync", lambda file: self.meet("fsync", file))
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()

    def meet(self, what: str, target: object) -> None:
        """Count `what`, which is about to be done to `target`, where that is under the folder."""
        path = str(
            Path(f"/proc/self/fd/{target}").readlink() if isinstance(target, int) else target
        )
        if not path.startswith(self._folder):
            return
        self.asked.append(f"{what} {path.removeprefix(self._folder).lstrip('/')}")
        if len(self.asked) == self._at or (self._for_good and self.fired):
            self._act()

    def _watching(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        def watched(target: object, *more: object, **named: object) -> object:
            # Names that are relative to a folder stand for that folder.
            within = named.get("dir_fd")
            self.meet(name, target if within is None else within)
            return function(target, *more, **named)

        return watched

    def _opening(self, function: Callable[..., object]) -> Callable[..., object]:
        def opens(file: object, mode: str = "r", *more: object, **named: object) -> object:
            if isinstance(file, int):
                return function(file, mode, *more, **named)
            self.meet(f"open {mode}", file)
            opened = function(file, mode, *more, **named)
            under = str(file).startswith(self._folder)
            return (
                _Watched(opened, self, str(file)) if under and set(mode) & set("wax+") else opened
            )

        return opens


class _Watched:
    """A file that is being written."""

    def __init__(self, file: object, disk: Disk, path: str) -> None:
        self._file = file
        self._disk = disk
        self._path = path

    def write(self, content: object) -> object:
        half = len(content) // 2
        try:
            done = self._file.write(content[:half])
            self._file.flush()
            self._disk.meet("write", self._path)
        except OSError:
            # What is buffered is not written a second time when the file is closed.
            self._file.flush()
            raise
        return done + self._file.write(content[half:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> object:
        return iter(self._file)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
