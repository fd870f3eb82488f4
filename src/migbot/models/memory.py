"""Whether a model finds room: looked at before it is loaded, not when the machine is out of memory.

Known on Linux alone: what the machine has free, what a container or a unit may still take, and what
the process itself may. Elsewhere nothing is known and nothing refused.
"""

import resource
from collections.abc import Iterator
from pathlib import Path

from migbot.errors import MemoryMissingError

_ROOT = Path("/")
_CGROUPS = Path("sys/fs/cgroup")
_KILO = 1024


def require_memory(name: str, needed_bytes: int, root: Path = _ROOT) -> None:
    """Return where `needed_bytes` are free for the model called `name`, or nothing is known.

    Raises:
        MemoryMissingError: they are not.
    """
    free_bytes = available_bytes(root)
    if free_bytes is not None and free_bytes < needed_bytes:
        raise MemoryMissingError(
            f"model {name} needs about {needed_bytes / 1e9:.1f} GB of memory and "
            f"{free_bytes / 1e9:.1f} GB are free: stop other programs, allow this one more, or set "
            "generator_model to a smaller one"
        )


def available_bytes(root: Path = _ROOT) -> int | None:
    """Return how much memory this process may still take, None where that is not known.

    `root` is where `proc` and `sys` are, as of proc(5) and the kernel's cgroup-v2 documentation.
    """
    known = [*_of_machine(root), *_of_cgroups(root), *_of_process(root)]
    return max(0, min(known)) if known else None


def _of_machine(root: Path) -> Iterator[int]:
    for line in _lines(root / "proc" / "meminfo"):
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            yield int(value.split()[0]) * _KILO


def _of_cgroups(root: Path) -> Iterator[int]:
    """Yield what is left of the limit of each group that this process is in."""
    for line in _lines(root / "proc" / "self" / "cgroup"):
        if not line.startswith("0::"):
            continue
        inner = root / _CGROUPS / line.removeprefix("0::").strip().lstrip("/")
        for group in (inner, *inner.parents):
            if not group.is_relative_to(root / _CGROUPS):
                break
            limit = _lines(group / "memory.max")
            used = _lines(group / "memory.current")
            if limit and used and limit[0].isdecimal():
                yield int(limit[0]) - int(used[0]) + _reclaimable(group)


def _reclaimable(group: Path) -> int:
    """Return what is only kept of files and given back when memory is asked for."""
    return sum(
        int(line.split()[1])
        for line in _lines(group / "memory.stat")
        if line.startswith("inactive_file ")
    )


def _of_process(root: Path) -> Iterator[int]:
    """Yield what is left of the limit of addresses (`ulimit -v`)."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = _lines(root / "proc" / "self" / "statm")
    if limit != resource.RLIM_INFINITY and pages:
        yield limit - int(pages[0].split()[0]) * resource.getpagesize()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
