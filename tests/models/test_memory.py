import subprocess
import sys

import pytest

from migbot.errors import MemoryMissingError
from migbot.models.memory import available_bytes, require_memory

MB = 1_000_000


@pytest.fixture
def machine(tmp_path):
    """Make the files in which a kernel says what is free; a limit is of a unit's group."""

    def make(free_mb, *, limit_mb=None, used_mb=0, kept_mb=0):
        proc = tmp_path / "proc"
        (proc / "self").mkdir(parents=True)
        (proc / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable: {free_mb * MB // 1024} kB\n")
        (proc / "self" / "cgroup").write_text("0::/system.slice/migbot.service\n")
        inner = tmp_path / "sys" / "fs" / "cgroup" / "system.slice" / "migbot.service"
        inner.mkdir(parents=True)
        (inner / "memory.max").write_text("max\n")
        (inner / "memory.current").write_text("7\n")
        limit = "max" if limit_mb is None else str(limit_mb * MB)
        (inner.parent / "memory.max").write_text(f"{limit}\n")
        (inner.parent / "memory.current").write_text(f"{used_mb * MB}\n")
        (inner.parent / "memory.stat").write_text(f"anon 5\ninactive_file {kept_mb * MB}\n")
        return tmp_path

    return make


def test_what_the_machine_has_free_counts(machine):
    assert available_bytes(machine(500)) == pytest.approx(500 * MB, abs=1024)


def test_what_is_left_of_a_groups_limit_counts_with_what_is_only_kept_of_files(machine):
    assert available_bytes(machine(500, limit_mb=300, used_mb=250, kept_mb=100)) == 150 * MB


def test_a_limit_that_is_reached_leaves_nothing(machine):
    assert available_bytes(machine(500, limit_mb=300, used_mb=310)) == 0


def test_nothing_is_known_and_nothing_refused_where_the_kernel_does_not_say(tmp_path):
    assert available_bytes(tmp_path) is None
    require_memory("big", 10**15, tmp_path)


def test_a_model_that_has_room_is_let_in_and_another_is_told_in_one_line(machine):
    root = machine(500)

    require_memory("small", 400 * MB, root)
    with pytest.raises(
        MemoryMissingError, match=r"big needs about 0\.6 GB .* 0\.5 GB are free"
    ) as e:
        require_memory("big", 600 * MB, root)

    assert "\n" not in str(e.value)


REFUSED = """
import resource
from migbot.answer.generate.llamacpp import LlamaCppGenerator
from migbot.errors import MemoryMissingError
from migbot.models.registry import verified_model
from migbot.settings import load_settings
settings = load_settings(generator_model="qwen2.5-coder-0.5b-instruct")
path = verified_model(settings, settings.generator_model)
pages = int(open("/proc/self/statm", encoding="ascii").read().split()[0])
# Room to look into the file, and not to load it.
limit = pages * resource.getpagesize() + path.stat().st_size + 200_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    LlamaCppGenerator(path, settings)
except MemoryMissingError as error:
    print(error)
"""


@pytest.mark.models
def test_a_process_with_a_limit_refuses_the_model_before_it_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", REFUSED], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "qwen2.5-coder-0.5b-instruct needs about" in done.stdout
