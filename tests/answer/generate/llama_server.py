from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class LlamaServer:
    """A llama.cpp server of this process that listens; `engine` keeps it alive."""

    url: str
    key: str
    engine: Any
