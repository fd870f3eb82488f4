import json
import os
import subprocess
import sys

import numpy as np
import pytest
from milvus_servers import KINDS, milvus_of

from migbot.errors import IndexIntegrityError, MigbotError
from migbot.index.dense import FaissIndex
from migbot.index.milvus import MilvusIndex, MilvusServer
from migbot.index.recall import nearest, recall

VECTORS = np.eye(3, 4, dtype=np.float32)


@pytest.fixture(params=["exact", "approximate", *KINDS])
def build(request, tmp_path):
    """Yield what indexes vectors, one kind at a time."""
    if request.param == "exact":
        yield FaissIndex.exact
    elif request.param == "approximate":
        yield lambda vectors: FaissIndex.approximate(vectors, vectors)
    else:
        with milvus_of(request.param, tmp_path) as server:
            yield lambda vectors: MilvusIndex.build(server, "migbot_test", vectors)


def opened_again(index, folder):
    """Return an index opened from the only file that another wrote."""
    ((_, path),) = index.write(folder).items()
    content = path.read_bytes()
    if isinstance(index, FaissIndex):
        return FaissIndex.from_content(content)
    return MilvusIndex.from_content(index._server, content)


def unit_vectors(number, *, seed, spread=0.3, dimension=16):
    """Return unit vectors around a tenth as many centres."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((number // 10, dimension))
    vectors = centres[random.integers(len(centres), size=number)]
    vectors = vectors + spread * random.standard_normal(vectors.shape)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / lengths).astype(np.float32)


def test_returns_positions_and_cosines_best_first(build):
    question = np.array([0.6, 0.8, 0, 0], dtype=np.float32)

    assert build(VECTORS).search(question, 2) == (
        (1, pytest.approx(0.8)),
        (0, pytest.approx(0.6)),
    )


def test_never_returns_a_position_that_is_not_there(build):
    index = build(VECTORS)

    assert [at for at, _ in index.search(VECTORS[1], 50)] == [1, 0, 2]
    assert index.search(np.full(4, np.nan, dtype=np.float32), 3) == ()


def test_ties_go_to_the_lower_position(build):
    index = build(np.repeat(VECTORS, 2, axis=0))

    assert [at for at, _ in index.search(VECTORS[0], 6)] == [0, 1, 2, 3, 4, 5]


def test_gives_vectors_back_by_position(build):
    index = build(VECTORS)

    assert np.allclose(index.vectors(), VECTORS, rtol=0, atol=1e-3)
    assert np.allclose(index.vectors(np.array([2, 0])), VECTORS[[2, 0]], rtol=0, atol=1e-3)


def test_opens_what_it_wrote(build, tmp_path):
    index = build(VECTORS)

    again = opened_again(index, tmp_path)

    assert (len(again), again.dimension) == (3, 4)
    assert again.search(VECTORS[2], 3) == index.search(VECTORS[2], 3)
    assert np.array_equal(again.vectors(), index.vectors())


def test_finds_nearly_all_of_what_is_nearest_among_thousands(build):
    vectors, questions = unit_vectors(3000, seed=1), unit_vectors(100, seed=2)

    index = build(vectors)

    assert recall(index.search, questions, nearest(vectors, questions)) >= 0.95


def test_looks_into_a_part_of_the_lists_and_says_so_in_the_file(tmp_path):
    vectors, questions = unit_vectors(5000, seed=1), unit_vectors(100, seed=2)

    index = FaissIndex.approximate(vectors, questions)

    again = opened_again(index, tmp_path)
    assert 1 < again._index.nprobe < again._index.nlist
    assert again._index.nprobe == index._index.nprobe


def test_what_was_rounded_once_stays_as_it_is():
    vectors = unit_vectors(500, seed=1)
    once = FaissIndex.approximate(vectors, vectors[:20]).vectors()

    twice = FaissIndex.approximate(once, vectors[:20]).vectors()

    assert np.array_equal(once, twice)
    assert np.allclose(once, vectors, rtol=0, atol=1e-3)


def test_vectors_of_a_mapped_file_are_indexed_as_those_in_memory(tmp_path):
    vectors, questions = unit_vectors(5000, seed=1), unit_vectors(20, seed=2)
    mapped = np.lib.format.open_memmap(
        tmp_path / "vectors.npy", mode="w+", dtype=np.float32, shape=vectors.shape
    )
    mapped[:] = vectors

    index = FaissIndex.approximate(mapped, questions)

    assert np.array_equal(index.vectors(), FaissIndex.approximate(vectors, questions).vectors())
    assert np.array_equal(mapped, vectors)


@pytest.mark.parametrize("content", [b"not an index at all", b"IxF2"])
def test_refuses_what_is_not_an_index(content):
    with pytest.raises(IndexIntegrityError, match="cannot be read"):
        FaissIndex.from_content(content)


def test_a_collection_is_found_only_where_it_was_put(tmp_path):
    record = json.dumps({"collection": "migbot_absent"}).encode()

    for server in (None, MilvusServer(uri=str(tmp_path / "milvus.db"))):
        with pytest.raises(IndexIntegrityError, match="MIGBOT_MILVUS_URI"):
            MilvusIndex.from_content(server, record)


def test_says_where_milvus_was_looked_for():
    nowhere = MilvusServer(uri="http://127.0.0.1:1")

    with pytest.raises(MigbotError, match=r"Milvus at http://127\.0\.0\.1:1 fails"):
        MilvusIndex.build(nowhere, "migbot_test", VECTORS)


LOCAL = """
import numpy as np, sys
from migbot.index.milvus import MilvusIndex, MilvusServer
server = MilvusServer(uri=sys.argv[1])
index = MilvusIndex.build(server, "migbot_test", np.eye(3, 4, dtype=np.float32))
print(index.search(np.eye(3, 4, dtype=np.float32)[1], 1)[0][0])
"""


def test_a_local_milvus_writes_nothing_outside_its_folder_and_says_nothing(tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    done = subprocess.run(
        [sys.executable, "-c", LOCAL, str(tmp_path / "milvus" / "vectors.db")],
        cwd=home,
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": "", "TMPDIR": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("1\n", "")
    assert list(home.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "milvus"]


@pytest.mark.parametrize("number", [3, 5000])
def test_a_full_disk_is_noticed_while_writing(number, tmp_path):
    (tmp_path / "vectors.faiss").symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left"):
        FaissIndex.exact(np.eye(number, 64, dtype=np.float32)).write(tmp_path)
