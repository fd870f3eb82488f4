import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import numpy as np
import pytest
from builds import CountingEmbedder, build, corpus_of, write
from milvus_servers import KINDS, SERVER, collections, milvus_of
from pymilvus import MilvusClient

from migbot.errors import IndexIntegrityError, MigbotError, VectorServerError
from migbot.index.check import check_index
from migbot.index.fakes import HashEmbedder
from migbot.index.live import LiveIndex
from migbot.index.milvus import MilvusServer, require_server
from migbot.index.publish import roll_back
from migbot.index.store import open_index

SHEETS = {
    "en/vote.md": "# The vote\n\nThe General Assembly adopted the Compact by 152 votes to 5.\n",
    "fr/vote.md": "# Le vote\n\nL’Assemblée générale a adopté le Pacte par 152 voix contre 5.\n",
    "en/seat.md": "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
}
NOWHERE = MilvusServer(uri="http://127.0.0.1:1")


@pytest.fixture
def corpus(tmp_path):
    return corpus_of(tmp_path / "corpus", SHEETS)


@pytest.fixture
def indexes(tmp_path):
    return tmp_path / "indexes"


@pytest.fixture(params=KINDS)
def milvus(request, tmp_path):
    with milvus_of(request.param, tmp_path) as server:
        yield server


def test_all_of_these_run_on_a_milvus_server_too():
    if SERVER is None:
        pytest.skip("needs a Milvus server for tests alone: set MIGBOT_TEST_MILVUS_URI")
    require_server(MilvusServer(uri=SERVER))
    assert len(KINDS) == 2


def test_vectors_in_milvus_answer_as_those_in_a_file(corpus, indexes, milvus, tmp_path):
    build(corpus, indexes, milvus=milvus)
    build(corpus, tmp_path / "others")

    ours, theirs = open_index(indexes, milvus=milvus), open_index(tmp_path / "others")
    assert ours.build_id != theirs.build_id
    for question in HashEmbedder().embed_questions(["the vote", "headquarters of IOM"]):
        found, expected = ours.dense.search(question, 3), theirs.dense.search(question, 3)
        assert [at for at, _ in found] == [at for at, _ in expected]
        assert np.allclose([one for _, one in found], [one for _, one in expected], atol=1e-5)
    assert check_index(indexes, HashEmbedder(), milvus) == ()


def test_each_build_in_milvus_has_a_collection_and_old_ones_go_with_their_builds(
    corpus, indexes, milvus, tmp_path
):
    build(corpus, tmp_path / "others", milvus=milvus)
    builds = []
    for number in range(3):
        write(corpus / "en/new.md", f"# Labour\n\nSheet {number} about labour migration.\n")
        embedder = CountingEmbedder()
        builds.append(build(corpus, indexes, embedder, milvus=milvus))
        assert len(embedder.embedded) == (4 if number == 0 else 1)

    an_hour_passes(indexes)
    build(corpus, indexes, milvus=milvus)
    names = collections(milvus)
    assert len(names) == 3
    assert not any(builds[0].build_id in name for name in names)
    assert all(any(one.build_id in name for name in names) for one in builds[1:])
    assert open_index(tmp_path / "others", milvus=milvus).fault is None


def test_a_collection_that_lost_vectors_is_noticed_and_the_build_before_serves(
    corpus, indexes, milvus
):
    first = build(corpus, indexes, milvus=milvus)
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration.\n")
    second = build(corpus, indexes, milvus=milvus)
    (name,) = [name for name in collections(milvus) if second.build_id in name]
    MilvusClient(uri=milvus.uri).delete(name, ids=[1])

    index = open_index(indexes, milvus=milvus)

    assert index.build_id == first.build_id
    assert "3 vectors and there should be 4" in index.fault


def test_nothing_is_built_where_milvus_does_not_answer(corpus, indexes):
    embedder = CountingEmbedder()

    with pytest.raises(MigbotError, match="MIGBOT_MILVUS_URI"):
        build(corpus, indexes, embedder, milvus=MilvusServer(uri="http://127.0.0.1:1"))

    assert embedder.embedded == []


def test_a_move_to_milvus_and_back_embeds_nothing(corpus, indexes, milvus):
    build(corpus, indexes)

    for server in (milvus, None):
        embedder = CountingEmbedder()
        report = build(corpus, indexes, embedder, milvus=server)
        assert (report.embedded, embedder.embedded) == (0, [])
        assert open_index(indexes, milvus=server).build_id == report.build_id


def build_after_a_change(corpus, indexes, milvus, number):
    write(corpus / "en/new.md", f"# Labour\n\nSheet {number} about labour migration.\n")
    return build(corpus, indexes, milvus=milvus)


def an_hour_passes(indexes):
    path = indexes / ".milvus-unused.json"
    since = json.loads(path.read_text(encoding="utf-8"))
    aged = {name: told - 3601 for name, told in since.items()}
    path.write_text(json.dumps(aged), encoding="utf-8")


def test_a_build_that_a_server_still_searches_outlives_two_quick_builds(corpus, indexes, milvus):
    first = build(corpus, indexes, milvus=milvus)
    serving = open_index(indexes, milvus=milvus)
    (question,) = HashEmbedder().embed_questions(["headquarters of IOM"])
    before = serving.dense.search(question, 3)
    for number in range(2):
        build_after_a_change(corpus, indexes, milvus, number)
    assert not (indexes / first.build_id).exists()

    assert serving.dense.search(question, 3) == before

    an_hour_passes(indexes)
    build_after_a_change(corpus, indexes, milvus, 2)
    assert not any(first.build_id in name for name in collections(milvus))
    assert len(collections(milvus)) == 3


def test_a_damaged_build_is_made_anew_beside_the_server_that_searches_it(corpus, indexes, milvus):
    first = build(corpus, indexes, milvus=milvus)
    serving = open_index(indexes, milvus=milvus)
    (question,) = HashEmbedder().embed_questions(["headquarters of IOM"])
    before = serving.dense.search(question, 3)
    (indexes / first.build_id / "passages.jsonl").unlink()

    again = build(corpus, indexes, milvus=milvus)

    assert (again.build_id, again.published) == (first.build_id, True)
    assert len(collections(milvus)) == 2
    assert serving.dense.search(question, 3) == before
    assert check_index(indexes, HashEmbedder(), milvus) == ()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"migbot": "x"}'])
def test_a_torn_note_of_what_waits_only_makes_it_wait_anew(corpus, indexes, milvus, content):
    first = build(corpus, indexes, milvus=milvus)
    for number in range(2):
        build_after_a_change(corpus, indexes, milvus, number)
    (indexes / ".milvus-unused.json").write_text(content, encoding="utf-8")

    build_after_a_change(corpus, indexes, milvus, 2)

    assert any(first.build_id in name for name in collections(milvus))


def assert_tells_to_try_again(error):
    assert not isinstance(error, IndexIntegrityError)
    assert str(error).startswith("Milvus at http://127.0.0.1:")
    assert str(error).endswith("then try again")
    assert "\n" not in str(error)


def test_a_server_that_is_away_is_no_damage_and_no_reason_to_embed_anew(corpus, indexes, milvus):
    for number in range(2):
        build_after_a_change(corpus, indexes, milvus, number)
    current = (indexes / "CURRENT").read_bytes()
    embedder = CountingEmbedder()

    for ask in (
        partial(open_index, indexes, milvus=NOWHERE),
        partial(check_index, indexes, HashEmbedder(), NOWHERE),
        partial(roll_back, indexes, NOWHERE),
        partial(build, corpus, indexes, embedder, milvus=NOWHERE),
    ):
        with pytest.raises(VectorServerError) as caught:
            ask()
        assert_tells_to_try_again(caught.value)

    assert embedder.embedded == []
    assert (indexes / "CURRENT").read_bytes() == current
    assert check_index(indexes, HashEmbedder(), milvus) == ()


def test_a_server_that_never_answers_is_given_up(monkeypatch, corpus, indexes, milvus):
    monkeypatch.setattr("migbot.index.milvus._TIMEOUT_S", 1)
    build(corpus, indexes, milvus=milvus)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(VectorServerError) as caught:
            open_index(indexes, milvus=MilvusServer(uri=uri))

    assert_tells_to_try_again(caught.value)


def test_a_running_server_keeps_what_it_serves_while_milvus_is_away(corpus, indexes, milvus):
    reached = [milvus]

    def open_in_force(*, falls_back=True):
        return open_index(indexes, milvus=reached[0], falls_back=falls_back)

    first = build(corpus, indexes, milvus=milvus)
    live = LiveIndex(indexes, open_in_force)
    second = build_after_a_change(corpus, indexes, milvus, 1)
    reached[0] = NOWHERE

    assert not live.look()
    assert live.index.build_id == first.build_id
    assert live.fault.startswith("Milvus at http://127.0.0.1:1 fails")

    reached[0] = milvus
    assert any(live.look() for _ in range(5))
    assert (live.index.build_id, live.fault) == (second.build_id, None)


def test_a_removed_file_is_gone_from_the_vectors_and_nothing_is_embedded(corpus, indexes, milvus):
    build(corpus, indexes, milvus=milvus)
    (corpus / "en/seat.md").unlink()

    report = build(corpus, indexes, milvus=milvus)

    index = open_index(indexes, milvus=milvus)
    (question,) = HashEmbedder().embed_questions(["The headquarters of IOM are in Geneva."])
    found = [index.passages[at].path for at, _ in index.dense.search(question, 50)]
    assert report.embedded == 0
    assert sorted(found) == ["en/vote.md", "fr/vote.md"]
    assert len(index.dense) == len(index.passages) == len(index.dense.vectors()) == 2
    assert check_index(indexes, HashEmbedder(), milvus) == ()


def test_a_reader_meets_one_whole_build_after_the_other(corpus, indexes, milvus):
    numbers = {build_after_a_change(corpus, indexes, milvus, 0).build_id: 0}
    live = LiveIndex(indexes, partial(open_index, indexes, milvus=milvus))
    (question,) = HashEmbedder().embed_questions(["A sheet about labour migration"])
    found, ended = [], Event()

    def read():
        while not ended.is_set():
            index = live.index
            (best, _), *_ = index.dense.search(question, 3)
            found.append((index.build_id, index.passages[best].text))

    with ThreadPoolExecutor(1) as readers:
        reader = readers.submit(read)
        try:
            for number in (1, 2):
                numbers[build_after_a_change(corpus, indexes, milvus, number).build_id] = number
                assert live.look()
                read_so_far, end = len(found), time.monotonic() + 60
                while len(found) < read_so_far + 3 and not reader.done():
                    assert time.monotonic() < end
                    time.sleep(0.01)
        finally:
            ended.set()
    reader.result()

    assert {build_id for build_id, _ in found} == set(numbers)
    for build_id, text in found:
        assert f"Sheet {numbers[build_id]} " in text


BUILDS = """
import os, signal, sys
from pathlib import Path
from pymilvus import MilvusClient
from migbot.index import milvus
from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder

corpus, indexes, uri, dies = sys.argv[1:]
insert = MilvusClient.insert

def insert_and_die(*arguments, **options):
    insert(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)

if dies == "dies":
    MilvusClient.insert = insert_and_die
    milvus._BLOCK = 2
build_index(
    Path(corpus),
    Path(indexes),
    embedder=HashEmbedder(),
    passage_tokens=160,
    document_bytes=1_000_000,
    milvus=milvus.MilvusServer(uri=uri),
)
"""


def build_elsewhere(corpus, indexes, milvus, *, how):
    """Build in a process of its own, as milvus-lite lets in one at a time; return its status."""
    command = [sys.executable, "-c", BUILDS, str(corpus), str(indexes), milvus.uri, how]
    return subprocess.run(command, check=False, timeout=120).returncode


def test_a_build_that_is_killed_while_it_inserts_leaves_the_old_one_and_the_next_ends_it(
    corpus, indexes, milvus
):
    assert build_elsewhere(corpus, indexes, milvus, how="lives") == 0
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration.\n")

    status = build_elsewhere(corpus, indexes, milvus, how="dies")

    assert status == -signal.SIGKILL
    old = open_index(indexes, milvus=milvus)
    assert (old.fault, len(old.dense), len(old.passages)) == (None, 3, 3)
    half = set(collections(milvus))
    assert len(half) == 2
    report = build(corpus, indexes, milvus=milvus)
    assert (report.embedded, report.passages) == (0, 4)
    assert check_index(indexes, HashEmbedder(), milvus) == ()
    an_hour_passes(indexes)
    build(corpus, indexes, milvus=milvus)
    assert len(collections(milvus)) == 2
    assert len(half & set(collections(milvus))) == 1
