"""Write multilingual-e5-small, published as one 4-bit file, as a sentence-transformers directory.

The published file ("E5S1", little endian) holds, in order: magic, u32 version; i32 hidden size,
layers, heads, feed-forward size, vocabulary, positions, types; f32 layer-norm epsilon; i32 block
size; i32 pieces, bos, eos, pad, unk; u64 blob length; u32 piece offsets (pieces + 1); f32 piece
scores (pieces); the blob; i32 count and u32 bytes of a normalisation map, then the map; i32 number
of tensors, and for each: u16 name length, name, u8 type, u32 count, u64 offset, u64 bytes.
The pieces are passed over: the tokenizer comes as a `tokenizer.json` of its own.

Every byte written is a function of the two files read, so the result has one sha256 everywhere.
"""

import json
import math
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from migbot.errors import ModelIntegrityError

MAGIC = b"E5S1"
VERSION = 1
BLOCK = 32  # weights that share a scale
BLOCK_BYTES = 2 + BLOCK // 2
BLOCKS_AT_ONCE = 1 << 16  # 8 MiB of float32 in memory at a time
MAX_TENSORS = 100_000
FLOAT32 = 0
Q4_0 = 1

Floats: TypeAlias = npt.NDArray[np.float32]


class Sink(Protocol):
    """What tensors are written to: a binary file open for writing."""

    def write(self, data: bytes, /) -> object:
        """Append `data`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The network's sizes, as the file's header gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pad: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tensor:
    """Where a tensor's bytes stand in the file, and how many weights they give."""

    name: str
    kind: int
    count: int
    offset: int
    size_bytes: int


class Reader:
    """Reads a byte string front to back and never beyond its end."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Read the values of a `struct` layout, little endian.

        Raises:
            ModelIntegrityError: the data end before the layout does.
        """
        layout = f"<{layout}"
        start = self._at
        self.skip(struct.calcsize(layout))
        return struct.unpack_from(layout, self._data, start)

    def skip(self, size_bytes: int) -> None:
        """Pass over `size_bytes` bytes.

        Raises:
            ModelIntegrityError: `size_bytes` is negative or more than what is left.
        """
        if not 0 <= size_bytes <= len(self._data) - self._at:
            raise ModelIntegrityError(
                f"{self._name}: wants {size_bytes} bytes at byte {self._at}, "
                f"but the file has {len(self._data)}; delete it and run `migbot models install`"
            )
        self._at += size_bytes


def convert(weights: Path, tokenizer: Path, folder: Path) -> None:
    """Write the model whose 4-bit file is `weights` into the empty or new folder `folder`.

    Args:
        weights: the E5S1 file.
        tokenizer: the model's `tokenizer.json`, copied as it is.
        folder: becomes a directory that `SentenceTransformer(str(folder))` loads: a BERT model
            in float32, mean pooling and unit norm.

    Raises:
        ModelIntegrityError: `weights` is not an E5S1 file, or is truncated or inconsistent.
    """
    data = weights.read_bytes()
    shape, tensors = read_index(data, name=str(weights))
    folder.mkdir(parents=True, exist_ok=True)
    _write_safetensors(data, shape, tensors, folder / "model.safetensors")
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    for path, content in _configuration(shape).items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_index(data: bytes, *, name: str) -> tuple[Shape, dict[str, Tensor]]:
    """Return the sizes and the tensors, by name, of an E5S1 file's bytes.

    Raises:
        ModelIntegrityError: the magic or version is another, or a length or offset points
            outside the file; `name` is how the message names the file.
    """
    reader = Reader(data, name)
    magic, version = reader.take("4sI")
    if magic != MAGIC or version != VERSION:
        raise ModelIntegrityError(
            f"{name}: begins with {magic!r} version {version}, expected {MAGIC!r} version {VERSION}"
        )
    hidden, layers, heads, feed_forward, vocabulary, positions, types = reader.take("7i")
    epsilon, block = reader.take("fi")
    pieces, _bos, _eos, pad, _unk = reader.take("5i")
    if block != BLOCK or not 0 <= pad < pieces or not epsilon > 0:
        raise ModelIntegrityError(
            f"{name}: block {block}, epsilon {epsilon} and padding {pad} of {pieces} pieces are "
            f"not what this format has (block {BLOCK}, epsilon above 0, padding among the pieces)"
        )
    (blob_bytes,) = reader.take("Q")
    reader.skip(4 * (pieces + 1))
    reader.skip(4 * pieces)
    reader.skip(blob_bytes)
    _count, map_bytes = reader.take("iI")
    reader.skip(map_bytes)
    shape = Shape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        types=types,
        # The shortest decimal of the float32: 1e-12, not 9.999999960041972e-13.
        epsilon=float(str(np.float32(epsilon))),
        pad=pad,
    )
    return shape, _read_tensors(reader, len(data), name)


def _read_tensors(reader: Reader, file_bytes: int, name: str) -> dict[str, Tensor]:
    (count,) = reader.take("i")
    if not 0 < count <= MAX_TENSORS:
        raise ModelIntegrityError(f"{name}: says it holds {count} tensors")
    tensors = {}
    for _ in range(count):
        (name_bytes,) = reader.take("H")
        (raw_name,) = reader.take(f"{name_bytes}s")
        kind, weights, offset, size_bytes = reader.take("BIQQ")
        tensor = Tensor(
            name=raw_name.decode("ascii", errors="replace"),
            kind=kind,
            count=weights,
            offset=offset,
            size_bytes=size_bytes,
        )
        if offset + size_bytes > file_bytes:
            raise ModelIntegrityError(
                f"{name}: tensor {tensor.name} ends at byte {offset + size_bytes}, "
                f"but the file has {file_bytes}"
            )
        expected_bytes = {FLOAT32: 4 * weights, Q4_0: weights // BLOCK * BLOCK_BYTES}.get(kind)
        if size_bytes != expected_bytes or (kind == Q4_0 and weights % BLOCK):
            raise ModelIntegrityError(
                f"{name}: tensor {tensor.name} of type {kind} has {size_bytes} bytes for "
                f"{weights} weights, expected {expected_bytes}"
            )
        tensors[tensor.name] = tensor
    return tensors


def dequantise(blocks: npt.NDArray[np.uint8]) -> Floats:
    """Return the weights `(n, 32)` of Q4_0 blocks `(n, 18)`.

    A block is a float16 scale and 16 bytes; byte j holds weight j in its low half and weight
    j + 16 in its high half, each plus 8 and divided by the scale.
    """
    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    weights = np.concatenate((packed & 0x0F, packed >> 4), axis=1).astype(np.float32)
    return (weights - np.float32(8)) * scale


def _bert_tensors(shape: Shape) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield each tensor's name in the file, its name in transformers' BERT, and its shape."""
    hidden, wide = shape.hidden, shape.feed_forward
    yield "emb.word", "embeddings.word_embeddings.weight", (shape.vocabulary, hidden)
    yield "emb.pos", "embeddings.position_embeddings.weight", (shape.positions, hidden)
    yield "emb.type", "embeddings.token_type_embeddings.weight", (shape.types, hidden)
    yield "emb.ln.w", "embeddings.LayerNorm.weight", (hidden,)
    yield "emb.ln.b", "embeddings.LayerNorm.bias", (hidden,)
    for layer in range(shape.layers):
        for short, long, rows, columns in (
            ("q", "attention.self.query", hidden, hidden),
            ("k", "attention.self.key", hidden, hidden),
            ("v", "attention.self.value", hidden, hidden),
            ("ao", "attention.output.dense", hidden, hidden),
            ("fi", "intermediate.dense", wide, hidden),
            ("fo", "output.dense", hidden, wide),  # codespell:ignore fo
        ):
            bert = f"encoder.layer.{layer}.{long}"
            yield f"l{layer}.{short}.w", f"{bert}.weight", (rows, columns)
            yield f"l{layer}.{short}.b", f"{bert}.bias", (rows,)
        for short, long in (("aln", "attention.output"), ("oln", "output")):
            bert = f"encoder.layer.{layer}.{long}.LayerNorm"
            yield f"l{layer}.{short}.w", f"{bert}.weight", (hidden,)
            yield f"l{layer}.{short}.b", f"{bert}.bias", (hidden,)


def _write_safetensors(data: bytes, shape: Shape, tensors: dict[str, Tensor], path: Path) -> None:
    """Write the tensors one after the other behind a JSON header padded to 8 bytes.

    Layout: https://github.com/huggingface/safetensors#format. Written here, not by the library,
    so that the bytes stay the same whatever release of it is installed.
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    chosen = []
    end = 0
    # transformers makes a pooling layer that mean pooling never uses; without weights for it,
    # it would warn that the model is incomplete.
    pooler = (
        ("pooler.dense.weight", (shape.hidden, shape.hidden)),
        ("pooler.dense.bias", (shape.hidden,)),
    )
    for short, long, dimensions in _bert_tensors(shape):
        tensor = tensors.get(short)
        if tensor is None or tensor.count != math.prod(dimensions):
            raise ModelIntegrityError(
                f"tensor {short} should have {math.prod(dimensions)} weights, "
                f"and has {tensor.count if tensor else 'none'}"
            )
        chosen.append(tensor)
        start, end = end, end + 4 * tensor.count
        header[long] = _entry(dimensions, start, end)
    for long, dimensions in pooler:
        start, end = end, end + 4 * math.prod(dimensions)
        header[long] = _entry(dimensions, start, end)
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in chosen:
            _write_weights(data, tensor, file)
        file.write(bytes(sum(4 * math.prod(dimensions) for _, dimensions in pooler)))


def _entry(dimensions: tuple[int, ...], start: int, end: int) -> dict[str, Any]:
    return {"dtype": "F32", "shape": list(dimensions), "data_offsets": [start, end]}


def _write_weights(data: bytes, tensor: Tensor, file: Sink) -> None:
    stored = memoryview(data)[tensor.offset : tensor.offset + tensor.size_bytes]
    if tensor.kind == FLOAT32:
        file.write(bytes(stored))
        return
    blocks = np.frombuffer(stored, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        file.write(dequantise(blocks[start : start + BLOCKS_AT_ONCE]).astype("<f4").tobytes())


def _configuration(shape: Shape) -> dict[str, object]:
    """Return the JSON files of the directory, by path."""
    types = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "attention_probs_dropout_prob": 0.1,
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": shape.hidden,
            "initializer_range": 0.02,
            "intermediate_size": shape.feed_forward,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "model_type": "bert",
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": shape.pad,
            "type_vocab_size": shape.types,
            "vocab_size": shape.vocabulary,
        },
        "tokenizer_config.json": {
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "mask_token": "<mask>",
            "model_max_length": shape.positions,
            "pad_token": "<pad>",
            "sep_token": "</s>",
            "tokenizer_class": "PreTrainedTokenizerFast",
            "unk_token": "<unk>",
        },
        "sentence_bert_config.json": {"do_lower_case": False, "max_seq_length": shape.positions},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{types}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{types}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{types}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "pooling_mode_mean_tokens": True,
            "word_embedding_dimension": shape.hidden,
        },
        # A folder must hold a file to be copied and hashed; the layer has no options.
        "2_Normalize/config.json": {},
    }
