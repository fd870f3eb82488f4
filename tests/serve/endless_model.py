"""A model that never comes to an end, for tests of what stops it."""

import time
from collections.abc import Iterator
from typing import Any

from migbot.answer.generate.protocol import Piece


class EndlessModel:
    """Gives an empty piece every `pause_s` seconds, as one does that reads a prompt.

    `is_at_work` while it does; `freed_at` is the monotonic time at which it was stopped.
    """

    name = "endless"

    def __init__(self, pause_s: float = 0.05) -> None:
        self.is_at_work = False
        self.freed_at = 0.0
        self._pause_s = pause_s

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def generate(self, _messages: object, **_options: Any) -> Iterator[Piece]:
        self.is_at_work = True
        try:
            while True:
                time.sleep(self._pause_s)
                yield Piece(text="")
        finally:
            self.freed_at = time.monotonic()
            self.is_at_work = False
