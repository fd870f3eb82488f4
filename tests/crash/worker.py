"""Builds that die or run out of room, each in a process of its own; one line of JSON tells of each.

`python tests/crash/worker.py kill FOLDER [N]`: `kill -9` at the N-th thing asked of the disk, or at
one after the other until a build comes through. `first` is the same where there is no index yet.
`limit` and `full` stand for a limit on the size of
any file, and for a disk of that many free bytes; N and what they begin with is in bytes.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from disk import Disk, dying
from scene import Scene, set_scene

from migbot.errors import MigbotError

# A disk hands out room in pages of this size.
PAGE_BYTES = 4096
LIMIT_BYTES = 512


def main() -> None:
    """Run the command line."""
    mode, folder, *chosen = sys.argv[1:]
    scene = set_scene(Path(folder) / "scene")
    index = Path(folder) / "indexes"
    step = {"kill": kill, "first": first_killed, "limit": limit, "full": full}[mode]
    first = int(chosen[0]) if chosen else 1
    for number in range(first, first + 1 if chosen else 10_000):
        if step(scene, index, number):
            break


def kill(scene: Scene, folder: Path, number: int) -> bool:
    """Kill the build at thing `number` asked of the disk; return whether it had ended before."""
    scene.lay(folder)
    return killed(scene, folder, number)


def first_killed(scene: Scene, folder: Path, number: int) -> bool:
    """Kill the first build of all as `kill` does a later one."""
    scene.clear(folder)
    return killed(scene, folder, number)


def killed(scene: Scene, folder: Path, number: int) -> bool:
    """Build in what lies at `folder`; return whether the build ended before it was killed."""

    def build() -> None:
        with Disk(folder, dying, at=number):
            scene.build(folder)

    status = in_a_child(build)
    tell(scene, folder, number, status)
    return status == 0


def limit(scene: Scene, folder: Path, number: int) -> bool:
    """Let no file grow beyond `number` times 512 bytes; return whether the build came through."""
    scene.lay(folder)

    def build() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (number * LIMIT_BYTES, number * LIMIT_BYTES))
        scene.build(folder)

    status = in_a_child(build)
    tell(scene, folder, number, status)
    return status == 0


def full(scene: Scene, folder: Path, number: int) -> bool:
    """Build where `number` pages are free beside the old index; return whether it came through."""
    folder.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", folder)
    try:
        inside = folder / "indexes"
        scene.lay(inside)
        used = os.statvfs(folder)
        bytes_in_all = (used.f_blocks - used.f_bfree + number) * PAGE_BYTES
        mount("-o", f"remount,size={bytes_in_all}", folder)
        status = in_a_child(lambda: scene.build(inside))
        mount("-o", "remount,size=64m", folder)
        tell(scene, inside, number, status)
    finally:
        subprocess.run([program("umount"), folder], check=True)
    return status == 0


def mount(*arguments: object) -> None:
    """Run `mount`."""
    subprocess.run([program("mount"), *map(str, arguments)], check=True)


def program(name: str) -> str:
    """Return where a program is."""
    found = shutil.which(name)
    assert found is not None, name
    return found


def in_a_child(build: Callable[[], object]) -> int:
    """Return the exit status: 0 built, 1 refused with a message, -9 killed."""
    child = os.fork()
    if not child:
        try:
            build()
        except MigbotError as error:
            say({"told": str(error)})
            os._exit(1)
        except BaseException as error:  # noqa: BLE001 - a child must not go on as its parent
            say({"crashed": repr(error)})
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tell(scene: Scene, folder: Path, number: int, status: int) -> None:
    """Print what serves now, then what serves and what is left over after the next build."""
    serves = scene.state(folder)
    scene.build(folder)
    then = {"then": scene.state(folder), "left_over": scene.left_over(folder)}
    say({"step": number, "status": status, "serves": serves, **then})


def say(fields: Mapping[str, object]) -> None:
    """Print one line of JSON, at once: a child ends without a farewell."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
