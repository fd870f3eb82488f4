"""Files read through a map, so that what is not looked at takes no memory."""

import mmap
from pathlib import Path

from migbot.index.types import Buffer


def map_file(path: Path) -> Buffer:
    """Return what a file holds, mapped.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # which cannot be mapped
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def release_pages(content: object) -> None:
    """Give back the memory of what was read of a mapped file; reading it again works as before.

    Anything that is not mapped, such as the base of an array that holds its own numbers, stays.
    """
    if isinstance(content, mmap.mmap):
        content.madvise(mmap.MADV_DONTNEED)
