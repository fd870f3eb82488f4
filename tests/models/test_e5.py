import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from toys import HIDDEN, WORDS, e5_file, e5_tensors, tokenizer_json

from migbot.errors import ModelIntegrityError
from migbot.models.e5 import convert, dequantise, read_index
from migbot.models.registry import verified_model
from migbot.settings import load_settings


def convert_bytes(tmp_path, data, name="out"):
    weights, tokenizer = tmp_path / "weights.bin", tmp_path / "tokenizer.json"
    weights.write_bytes(data)
    tokenizer.write_bytes(tokenizer_json())
    convert(weights, tokenizer, tmp_path / name)
    return tmp_path / name


def weights_one_by_one(data: bytes) -> list[float]:
    """Read Q4_0 blocks as slowly and plainly as the format's description."""
    weights = []
    for start in range(0, len(data), 18):
        (scale,) = struct.unpack_from("<e", data, start)
        packed = data[start + 2 : start + 18]
        weights += [(byte % 16 - 8) * scale for byte in packed]
        weights += [(byte // 16 - 8) * scale for byte in packed]
    return weights


@given(st.lists(st.binary(min_size=18, max_size=18), min_size=1, max_size=4))
def test_dequantises_blocks_as_the_format_says(blocks):
    data = b"".join(blocks)
    stored = np.frombuffer(data, dtype=np.uint8).reshape(-1, 18).copy()
    stored[:, 1] &= 0xBF  # keeps the scale finite

    weights = dequantise(stored)

    assert weights.dtype == np.float32
    assert weights.shape == (len(blocks), 32)
    np.testing.assert_array_equal(weights.ravel(), weights_one_by_one(stored.tobytes()))


def test_writes_the_weights_under_the_names_that_bert_expects(tmp_path):
    tensors = e5_tensors()

    written = load_file(convert_bytes(tmp_path, e5_file(tensors)) / "model.safetensors")

    word = written["embeddings.word_embeddings.weight"]
    assert word.shape == (WORDS, HIDDEN)
    np.testing.assert_array_equal(word.ravel(), weights_one_by_one(tensors["emb.word"][2]))
    np.testing.assert_array_equal(
        written["encoder.layer.1.intermediate.dense.weight"].ravel(),
        weights_one_by_one(tensors["l1.fi.w"][2]),
    )
    np.testing.assert_array_equal(
        written["encoder.layer.0.attention.output.LayerNorm.bias"],
        np.frombuffer(tensors["l0.aln.b"][2], dtype="<f4"),
    )
    assert len(written) == len(tensors) + 2  # the pooler that nothing uses


def test_bert_finds_every_weight_and_no_other(tmp_path):
    folder = convert_bytes(tmp_path, e5_file(e5_tensors()))
    from transformers import AutoTokenizer, BertModel  # noqa: PLC0415  # seconds to import

    model, told = BertModel.from_pretrained(folder, output_loading_info=True)

    assert {name for names in told.values() for name in names} == set()
    assert model.config.layer_norm_eps == 1e-12
    assert AutoTokenizer.from_pretrained(folder)("migration")["input_ids"] == [4]


def test_writes_the_same_bytes_each_time(tmp_path):
    data = e5_file(e5_tensors())

    first = convert_bytes(tmp_path, data, "first")
    second = convert_bytes(tmp_path, data, "second")

    files = sorted(path.relative_to(first) for path in first.rglob("*.*") if path.is_file())
    assert len(files) == 8
    assert [(first / path).read_bytes() for path in files] == [
        (second / path).read_bytes() for path in files
    ]


def test_refuses_a_file_cut_anywhere():
    data = e5_file(e5_tensors())
    head = read_head_bytes(data)

    for length in (*range(head), head + 1, len(data) - 1):
        with pytest.raises(ModelIntegrityError):
            read_index(data[:length], name="cut.bin")


def read_head_bytes(data: bytes) -> int:
    """Return where the first tensor's data begin: the end of everything that is parsed."""
    _, tensors = read_index(data, name="whole.bin")
    return min(tensor.offset for tensor in tensors.values())


@given(place=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_harmless_but_never_a_crash(place, value):
    data = bytearray(e5_file(e5_tensors()))
    data[place] = value

    try:
        shape, tensors = read_index(bytes(data), name="changed.bin")
    except ModelIntegrityError:
        return
    assert shape.pad >= 0
    assert all(tensor.offset + tensor.size_bytes <= len(data) for tensor in tensors.values())


def test_refuses_another_format(tmp_path):
    with pytest.raises(ModelIntegrityError, match="GGUF"):
        convert_bytes(tmp_path, e5_file(e5_tensors(), magic=b"GGUF"))


def test_names_the_tensor_that_is_missing(tmp_path):
    tensors = e5_tensors()
    del tensors["l1.fi.b"]

    with pytest.raises(ModelIntegrityError, match=r"l1\.fi\.b"):
        convert_bytes(tmp_path, e5_file(tensors))


def test_names_the_tensor_that_has_another_size(tmp_path):
    tensors = e5_tensors() | {"emb.ln.w": (0, 3, bytes(12))}

    with pytest.raises(ModelIntegrityError, match=r"emb\.ln\.w should have 32 weights"):
        convert_bytes(tmp_path, e5_file(tensors))


PAIRS = (
    ("Qui coordonne le Réseau sur les migrations ?", "Who coordinates the migration network?"),
    ("L’OIM a son siège à Genève.", "IOM has its headquarters in Geneva."),
    ("Le Pacte mondial compte 23 objectifs.", "The Global Compact has 23 objectives."),
    ("Le chat dort sur le canapé.", "The cat is sleeping on the sofa."),
)


@pytest.mark.models
def test_the_installed_embedder_finds_each_translation():
    folder = verified_model(load_settings(), "multilingual-e5-small")
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # seconds to import

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    french = model.encode([f"query: {pair[0]}" for pair in PAIRS])
    english = model.encode([f"query: {pair[1]}" for pair in PAIRS])

    similarities = french @ english.T
    assert list(similarities.argmax(axis=0)) == [0, 1, 2, 3]
    assert list(similarities.argmax(axis=1)) == [0, 1, 2, 3]
    assert model.max_seq_length == 512
    assert french.shape == (len(PAIRS), 384)
    np.testing.assert_allclose(np.linalg.norm(french, axis=1), 1, atol=1e-5)
