"""Counting in the generator's own tokens: a `tiktoken.Encoding` made from a GGUF file.

A GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3) opens with
its metadata, in which a byte-level BPE vocabulary stands whole: tokens in GPT-2's printable
alphabet, their kinds, and the merges in order. Only that part is read: about a second, no network.
"""

import mmap
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tiktoken

from migbot.errors import ModelIntegrityError, ModelMissingError, SettingsError

# How text is cut before the merges apply: one expression for each `tokenizer.ggml.pre`.
PRE_TOKENIZERS: Mapping[str, str] = {
    "qwen2": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}
_BYTES = 256
_CONTROL, _USER_DEFINED = 3, 4  # values of `tokenizer.ggml.token_type`
_BOOL, _STRING, _ARRAY = 7, 8, 9  # metadata value types; the others are numbers
_NUMBERS: Mapping[int, str] = dict(enumerate("BbHhIif")) | {_BOOL: "?", 10: "Q", 11: "q", 12: "d"}


def encoding_from_gguf(path: Path) -> tiktoken.Encoding:
    """Return the exact encoding of the model at `path`; its control tokens are the special ones.

    `encode_ordinary` never gives a control token, whatever the text holds.

    Raises:
        ModelMissingError: there is no such file.
        ModelIntegrityError: it is not a whole GGUF file.
        SettingsError: its vocabulary is not byte-level BPE of a kind in `PRE_TOKENIZERS`.
    """
    metadata = read_gguf_metadata(path)
    kind = bytes(metadata.get("tokenizer.ggml.pre", b"")).decode("ascii", "replace")
    if kind not in PRE_TOKENIZERS:
        raise SettingsError(
            f"{path} cuts text in a way unknown here ({kind or 'unnamed'}): set generator_model "
            f"to a model whose tokenizer.ggml.pre is {' or '.join(PRE_TOKENIZERS)}"
        )
    tokens = [token.decode() for token in metadata.get("tokenizer.ggml.tokens", ())]
    merges = [merge.decode() for merge in metadata.get("tokenizer.ggml.merges", ())]
    ordinary = tokens[: _BYTES + len(merges)]
    # tiktoken takes a token's number for the rank of the merge that makes it.
    if not merges or ordinary[_BYTES:] != [merge.replace(" ", "") for merge in merges]:
        raise SettingsError(f"{path} does not number its tokens in the order of their merges")
    alphabet = _printable_bytes()
    kinds: Sequence[int] = metadata.get("tokenizer.ggml.token_type", ())
    return tiktoken.Encoding(
        name=path.parent.name,
        pat_str=PRE_TOKENIZERS[kind],
        mergeable_ranks={
            bytes(alphabet[character] for character in token): rank
            for rank, token in enumerate(ordinary)
        },
        special_tokens={
            token: number
            for number, (token, kind_) in enumerate(zip(tokens, kinds, strict=False))
            if kind_ in (_CONTROL, _USER_DEFINED) and number >= len(ordinary)
        },
    )


def count_tokens(encoding: tiktoken.Encoding, text: str) -> int:
    """Return how many tokens `text` takes; what looks like a control token counts as plain text."""
    return len(encoding.encode_ordinary(text))


def read_gguf_metadata(path: Path) -> dict[str, Any]:
    """Return the metadata of the GGUF file at `path`; strings are bytes, arrays are tuples.

    Raises:
        ModelMissingError: there is no such file.
        ModelIntegrityError: it is not a GGUF file, or ends within its metadata.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).metadata()
    except FileNotFoundError as error:
        raise ModelMissingError(f"{path} is not there: run `migbot models install`") from error
    except (ValueError, KeyError, OverflowError, RecursionError, struct.error) as error:
        raise ModelIntegrityError(
            f"{path} is not a whole GGUF file: run `migbot models verify`"
        ) from error


class _Reader:
    """Reads the values of a GGUF file one after the other from its mapped bytes."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def metadata(self) -> dict[str, Any]:
        magic, version, _tensors, fields = self._unpack("4sIQQ")
        if magic != b"GGUF" or version not in (2, 3):
            raise ValueError(magic)
        return {self._string().decode(): self._value(self._one("I")) for _ in range(fields)}

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._one(_NUMBERS[kind])
        kind, length = self._unpack("IQ")
        if length > len(self._data):
            raise ValueError(length)
        if kind in (_STRING, _ARRAY):
            return tuple(self._value(kind) for _ in range(length))
        return self._unpack(f"{length}{_NUMBERS[kind]}")

    def _string(self) -> bytes:
        length = self._one("Q")
        text = self._data[self._at : self._at + length]
        if len(text) != length:
            raise ValueError(length)
        self._at += length
        return text

    def _one(self, layout: str) -> Any:
        return self._unpack(layout)[0]

    def _unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values


def _printable_bytes() -> dict[str, int]:
    """Return GPT-2's alphabet: the printable character that stands for each of the 256 bytes."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(_BYTES) if byte not in printable)
    return {chr(byte): byte for byte in printable} | {
        chr(_BYTES + place): byte for place, byte in enumerate(others)
    }
