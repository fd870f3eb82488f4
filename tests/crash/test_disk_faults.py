"""Every single thing that a build asks of the disk fails once, and from then on for good."""

import itertools
import os
from errno import EACCES, EIO, ENOSPC, EROFS

import pytest
from disk import Disk, failing
from scene import set_scene

from migbot.errors import MigbotError
from migbot.index.check import check_index
from migbot.index.fakes import HashEmbedder
from migbot.index.store import is_build_name


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return set_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def folder(scene, tmp_path):
    scene.lay(tmp_path / "indexes")
    return tmp_path / "indexes"


def error_of_build(scene, folder, disk):
    """Build on `disk`; return what the build says, which is empty where it went well."""
    with disk:
        try:
            scene.build(folder)
        except MigbotError as refused:
            return str(refused)
    return ""


@pytest.mark.parametrize(
    ("number", "for_good"), [(ENOSPC, False), (ENOSPC, True), (EIO, False), (EACCES, True)]
)
def test_a_whole_index_serves_whatever_the_disk_refuses(scene, folder, number, for_good):
    told = set()
    for step in itertools.count(1):
        scene.lay(folder)
        disk = Disk(folder, failing(number), at=step, for_good=for_good)
        error = error_of_build(scene, folder, disk)
        if not disk.fired:
            break
        at = f"step {step}: {disk.asked[step - 1]}: {error}"
        assert "\n" not in error, at
        assert scene.state(folder) in ({"old", "new"} if error else {"new"}), at
        with Disk(folder):
            scene.build(folder)
        assert (scene.state(folder), scene.left_over(folder)) == ("new", []), at
        assert len([path for path in folder.iterdir() if is_build_name(path.name)]) == 2, at
        told.add(error)

    assert step > 100
    assert any(os.strerror(number) in error and "cannot be written" in error for error in told)


@pytest.mark.parametrize(("number", "for_good"), [(EIO, False), (ENOSPC, True)])
def test_a_first_build_that_the_disk_refuses_leaves_no_index_or_a_whole_one(
    scene, folder, number, for_good
):
    states = set()
    for step in itertools.count(1):
        scene.clear(folder)
        disk = Disk(folder, failing(number), at=step, for_good=for_good)
        error = error_of_build(scene, folder, disk)
        if not disk.fired:
            break
        at = f"step {step}: {disk.asked[step - 1]}: {error}"
        state = scene.state(folder)
        assert "\n" not in error, at
        assert state in ({"none", "new"} if error else {"new"}), at
        with Disk(folder):
            scene.build(folder)
        assert (scene.state(folder), scene.left_over(folder)) == ("new", []), at
        states.add(state)

    assert step > 50
    assert states == {"none", "new"}


def test_a_file_is_on_the_disk_before_what_makes_it_count(scene, folder):
    with Disk(folder) as disk:
        scene.build(folder)

    (whole,) = (at for at, one in enumerate(disk.asked) if one.startswith("rename .tmp-"))
    (in_force,) = (at for at, one in enumerate(disk.asked) if one.startswith("replace .tmp-CURR"))
    temporary = disk.asked[whole].removeprefix("rename ")
    flushed = [one for one in disk.asked[:whole] if one.startswith(f"fsync {temporary}")]
    names = [one.rpartition("/")[2] for one in flushed[:-1]]
    assert sorted(names) == sorted(path.name for path in (folder / scene.new).iterdir())
    assert names[-1] == "manifest.json"
    assert flushed[-1] == f"fsync {temporary}"
    assert "fsync .tmp-CURRENT" in " ".join(disk.asked[whole:in_force])
    # The folder of all builds itself, whose name is empty.
    assert "fsync " in disk.asked[whole:in_force]
    assert "fsync " in disk.asked[in_force:]


def test_a_folder_that_cannot_be_written_still_serves_and_a_build_says_why(scene, folder):
    before = sorted(folder.rglob("*"))
    refused = pytest.raises(MigbotError, match=r"cannot be written.*Read-only file system")
    with refused, Disk(folder, failing(EROFS), at=1, for_good=True):
        scene.build(folder)

    assert sorted(folder.rglob("*")) == before
    assert scene.state(folder) == "old"


def test_nothing_is_written_where_an_index_is_only_opened_or_checked(scene, folder):
    with Disk(folder) as disk:
        scene.state(folder)
        assert check_index(folder, HashEmbedder()) == ()

    assert all(one.startswith("open rb ") for one in disk.asked)
