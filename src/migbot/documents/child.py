"""Files that need a parser of other people's making, each read in a process of its own.

Such parsers meet files made to exhaust them. Here such a file ends its own process, at its limits
of memory and time, and never the program that asked. A child process keeps the parsers loaded and
forks for each file, so that a file costs milliseconds and leaves nothing behind for the next one.
Run as `python -m migbot.documents.child MEMORY_BYTES LIMIT_S`.
"""

import contextlib
import importlib
import json
import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

from migbot.documents.blocks import Block, Parsed
from migbot.errors import DocumentError

Kind = Literal["docx", "html", "markdown", "pdf"]

MEMORY_BYTES = 1_000_000_000
LIMIT_S = 25
# Text that would take much memory where it arrives; no document that people read comes near it.
_MOST_REPLY_BYTES = 50_000_000
# The library is loaded before the first fork, so that no file waits for it again.
_LIBRARIES: dict[str, str] = {
    "docx": "docx",
    "html": "trafilatura",
    "markdown": "markdown_it",
    "pdf": "pypdf",
}
_CLOCK = 4  # times the limit of processor time
_OUT_OF_TIME = frozenset({signal.SIGALRM, signal.SIGXCPU})


class Parsers:
    """What reads files in a child process; the child starts with the first file.

    Args:
        memory_bytes: the most address space that one file may take.
        limit_s: the most processor time that one file may take, in seconds.
    """

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES, limit_s: int = LIMIT_S) -> None:
        self._limits = (str(memory_bytes), str(limit_s))
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Return the parsers; nothing is started yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child process."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def parse(self, kind: Kind, data: bytes) -> Parsed:
        """Return what the parser of `kind` makes of a file's bytes; of Markdown, text in UTF-8.

        Raises:
            DocumentError: the parser refuses the file, or reached a limit.
        """
        child = self._child = self._child or self._start()
        reply: dict[str, Any] | None = None
        # The pipes end where the system has killed the child itself.
        with contextlib.suppress(OSError, ValueError):
            reply = _ask(child, kind, data)
        if reply is None:
            self.__exit__(None, None, None)
            raise DocumentError(f"unreadable {kind.upper()}: what reads it was ended by the system")
        if "refused" in reply:
            raise DocumentError(str(reply["refused"]))
        blocks = tuple(Block(**block) for block in reply.pop("blocks"))
        return Parsed(**{**reply, "blocks": blocks, "warnings": tuple(reply["warnings"])})

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "migbot.documents.child", *self._limits]
        return subprocess.Popen(  # noqa: S603 - this very interpreter, a fixed module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )


def _ask(child: subprocess.Popen[bytes], kind: Kind, data: bytes) -> dict[str, Any] | None:
    if child.stdin is None or child.stdout is None:
        return None
    child.stdin.write(json.dumps([kind, len(data)]).encode() + b"\n")
    child.stdin.write(data)
    child.stdin.flush()
    line = child.stdout.readline()
    return dict(json.loads(child.stdout.read(int(line)))) if line else None


def main() -> None:
    """Answer each file on standard input: a line with its kind and size, then its bytes."""
    memory_bytes, limit_s = (int(argument) for argument in sys.argv[1:])
    logging.disable(logging.CRITICAL)
    # Whatever a parser prints must not get among the replies.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while line := sys.stdin.buffer.readline():
        kind, size = json.loads(line)
        data = sys.stdin.buffer.read(size)
        work = partial(_reply, _parser(kind), data, kind)
        reply = _in_fork(work, kind, memory_bytes, limit_s)
        replies.write(b"%d\n%s" % (len(reply), reply))
        replies.flush()


def _parser(kind: str) -> Callable[[bytes], Parsed]:
    importlib.import_module(_LIBRARIES[kind])
    module = importlib.import_module(f"migbot.documents.{kind}")
    parse: Callable[[Any], Parsed] = getattr(module, f"parse_{kind}")
    if kind == "markdown":
        return lambda data: parse(data.decode("utf-8"))
    return parse


def _reply(parse: Callable[[bytes], Parsed], data: bytes, kind: str) -> bytes:
    try:
        return json.dumps(asdict(parse(data))).encode()
    except DocumentError as error:
        return _refusal(str(error))
    except (MemoryError, RecursionError):
        return _refusal(f"unreadable {kind.upper()}: reading it takes too much memory")
    # A parser meets hostile bytes; whatever it stumbles over, the file is unreadable.
    except Exception as error:  # noqa: BLE001
        return _refusal(f"unreadable {kind.upper()} ({type(error).__name__}): save it anew")


def _refusal(reason: str) -> bytes:
    return json.dumps({"refused": reason}).encode()


def _in_fork(work: Callable[[], bytes], kind: str, memory_bytes: int, limit_s: int) -> bytes:
    """Return what `work` gives in a process of its own, or why it gave nothing."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        _work_and_leave(work, writer, memory_bytes, limit_s)
    os.close(writer)
    with os.fdopen(reader, "rb") as replies:
        reply = replies.read(_MOST_REPLY_BYTES + 1)
    _, status = os.waitpid(process, 0)
    if len(reply) > _MOST_REPLY_BYTES:
        return _refusal(f"holds more than {_MOST_REPLY_BYTES} bytes of text: split it")
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _OUT_OF_TIME:
        return _refusal(f"takes more than {limit_s} s to read: split it, or save it anew")
    if status != 0 or not reply:
        return _refusal(f"unreadable {kind.upper()}: its parser broke down; save it anew")
    return reply


def _work_and_leave(
    work: Callable[[], bytes], writer: int, memory_bytes: int, limit_s: int
) -> None:
    """Write the reply of `work` and end this process."""
    status = 1
    try:
        _limit_resources(memory_bytes, limit_s)
        with os.fdopen(writer, "wb") as file:
            file.write(work())
        status = 0
    finally:
        # Without the usual end of a program, which would be that of the process forked from.
        os._exit(status)


def _limit_resources(memory_bytes: int, limit_s: int) -> None:
    # macOS knows no limit of address space; the limits of time still hold there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nobody handles it, so that it ends the process whatever library it is in. On a busy machine
    # the clock runs faster than the processor, and what is read must not depend on that.
    signal.alarm(_CLOCK * limit_s)


if __name__ == "__main__":
    main()
