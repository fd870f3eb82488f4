import threading
from dataclasses import replace
from functools import partial

import pytest

from migbot.errors import IndexIntegrityError, IndexMissingError
from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder
from migbot.index.live import LiveIndex, following
from migbot.index.store import open_index

EMBEDDER = HashEmbedder()


class OtherEmbedder(HashEmbedder):
    """Stands for a build with another setting."""

    @property
    def identity(self):
        return replace(super().identity, name="other")


@pytest.fixture
def build(tmp_path):
    """Put the index of one sheet with this text in force; return the id of its build."""

    def build_one(text, embedder=EMBEDDER):
        sheet = tmp_path / "corpus/sheet.md"
        sheet.parent.mkdir(exist_ok=True)
        sheet.write_text(f"# Sheet\n\n{text}\n", encoding="utf-8")
        report = build_index(
            sheet.parent,
            tmp_path / "indexes",
            embedder=embedder,
            passage_tokens=160,
            document_bytes=1_000_000,
        )
        return report.build_id

    return build_one


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "indexes"


@pytest.fixture
def live(build, folder):
    build("The first text about migration.")
    return LiveIndex(folder, partial(open_index, folder, embedder=EMBEDDER.identity))


def damage(folder, build_id):
    path = folder / build_id / "passages.jsonl"
    path.write_bytes(path.read_bytes().replace(b"migration", b"Migration"))


def test_a_newly_published_build_serves_after_the_next_look(live, build):
    first = live.index
    second = build("The second text about migration.")

    assert live.look()

    assert live.index.build_id == second != first.build_id
    assert live.fault is None
    assert "second" in live.documents["sheet.md"].text


def test_nothing_is_opened_where_nothing_changed(live, build):
    first = live.index
    build("The first text about migration.")

    assert not live.look()
    assert live.index is first


def test_a_build_that_cannot_be_opened_is_logged_once_and_the_old_one_stays(
    live, build, folder, caplog
):
    first = live.index
    second = build("The second text about migration.")
    damage(folder, second)

    looks = [live.look() for _ in range(3)]

    assert (looks, live.index) == ([False] * 3, first)
    assert second in live.fault
    told = [record for record in caplog.records if record.name == "migbot.index.live"]
    assert [record.levelname for record in told] == ["ERROR"]
    assert "passages.jsonl was altered" in told[0].getMessage()


def errors_told(caplog):
    return [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_build_whose_trouble_passes_serves_at_a_later_look(live, build, folder, caplog):
    second = build("The second text about migration.")
    away = (folder / second / "passages.jsonl").rename(folder / "away")
    assert not any(live.look() for _ in range(10))
    assert "passages.jsonl cannot be read" in live.fault

    away.rename(folder / second / "passages.jsonl")

    assert any(live.look() for _ in range(20))
    assert (live.index.build_id, live.fault) == (second, None)
    assert len(errors_told(caplog)) == 1


def test_an_error_of_the_disk_is_tried_again_and_logged_once_a_kind(build, folder, caplog):
    troubles = []

    def open_if_possible(**options):
        if troubles:
            raise troubles.pop(0)
        return open_index(folder, **options)

    build("The first text about migration.")
    live = LiveIndex(folder, open_if_possible)
    second = build("The second text about migration.")
    troubles += [OSError(24, "Too many open files"), OSError(5, "Input/output error")] * 3

    looks = [live.look() for _ in range(200)]

    assert looks.count(True) == 1
    assert (live.index.build_id, live.fault) == (second, None)
    assert len(errors_told(caplog)) == 2


def test_a_build_that_stays_damaged_is_read_again_ever_more_seldom(build, folder):
    tries = []

    def open_and_count(**options):
        tries.append(options)
        return open_index(folder, **options)

    build("The first text about migration.")
    live = LiveIndex(folder, open_and_count)
    damage(folder, build("The second text about migration."))

    assert not any(live.look() for _ in range(1000))
    assert len(tries) < 25


def test_a_server_that_starts_on_an_earlier_build_goes_over_once_it_can(build, folder):
    build("The first text about migration.")
    second = build("The second text about migration.")
    away = (folder / second / "passages.jsonl").rename(folder / "away")
    live = LiveIndex(folder, partial(open_index, folder))

    away.rename(folder / second / "passages.jsonl")

    assert live.look()
    assert (live.index.build_id, live.fault) == (second, None)


def test_a_build_that_was_made_anew_serves(live, build, folder):
    second = build("The second text about migration.")
    damage(folder, second)
    live.look()
    build("The second text about migration.")

    assert live.look()
    assert (live.index.build_id, live.fault) == (second, None)


def test_a_fault_is_over_when_the_serving_build_is_put_in_force_again(live, build, folder):
    first = live.index
    damage(folder, build("The second text about migration."))
    live.look()
    build("The first text about migration.")

    assert not live.look()
    assert (live.index, live.fault) == (first, None)


def test_a_build_of_another_embedder_does_not_serve(live, build):
    first = live.index
    build("The first text about migration.", OtherEmbedder())

    assert not live.look()
    assert live.index is first
    assert "another embedder" in live.fault


def test_an_index_that_is_taken_away_goes_on_serving(live, folder, tmp_path):
    folder.rename(tmp_path / "away")

    assert not live.look()
    assert "no index" in live.fault
    assert "first" in live.documents["sheet.md"].text

    (tmp_path / "away").rename(folder)
    assert not live.look()
    assert live.fault is None


def test_starts_degraded_where_an_earlier_build_serves(build, folder):
    first = build("The first text about migration.")
    second = build("The second text about migration.")
    damage(folder, second)

    live = LiveIndex(folder, partial(open_index, folder))

    assert live.index.build_id == first
    assert second in live.fault


def test_says_so_where_nothing_can_be_opened(build, folder):
    with pytest.raises(IndexMissingError):
        LiveIndex(folder, partial(open_index, folder))
    damage(folder, build("The only text about migration."))
    with pytest.raises(IndexIntegrityError):
        LiveIndex(folder, partial(open_index, folder))


def test_documents_are_those_of_the_build_that_serves(live, build, tmp_path):
    documents = live.documents
    (tmp_path / "corpus/other.md").write_text("# Other\n\nMore text.\n", encoding="utf-8")
    build("The second text about migration.")
    assert sorted(documents) == ["sheet.md"]

    live.look()

    assert sorted(documents) == ["other.md", "sheet.md"]
    assert len(documents) == 2


def test_following_hands_each_new_build_over_and_survives_a_crash(live, build, caplog):
    used = threading.Semaphore(0)
    builds = []

    def use(index):
        builds.append(index.build_id)
        used.release()
        if len(builds) == 1:
            raise RuntimeError("out of luck")

    with following(live, use, every_s=0.01):
        second = build("The second text about migration.")
        assert used.acquire(timeout=30)
        third = build("The third text about migration.")
        assert used.acquire(timeout=30)

    assert builds == [second, third]
    assert "looking for a new index failed" in caplog.text
    assert not [thread for thread in threading.enumerate() if thread.name == "index"]
