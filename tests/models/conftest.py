"""Small models, wheels and a hub on this machine, so that installation runs as it does outside."""

import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from toys import REPOSITORY, REVISION

from migbot.settings import Settings


@dataclass
class Hub:
    """A model hub: `files` by path, `cuts` the bytes after which the next replies break off."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    honours_ranges: bool = True

    def publish(self, name: str, data: bytes) -> None:
        self.files[f"/{REPOSITORY}/resolve/{REVISION}/{name}"] = data


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = hub.files.get(self.path)
            wanted = self.headers.get("Range", "bytes=0-")
            hub.ranges.append(wanted)
            if data is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if hub.honours_ranges:
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                data = data[start:]
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: hub.cuts.pop(0)] if hub.cuts else data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output to the tests."""

    return Handler


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub)) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield hub
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path, hub: Hub) -> Settings:
    return Settings(
        models=tmp_path / "models", models_file=tmp_path / "models.toml", hub_url=hub.url
    )


WheelMaker = Callable[..., Path]


@pytest.fixture
def make_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelMaker:
    """Make wheels that pip finds without any index; `make_wheel("toy", {"toy/a.bin": b"…"})`."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def make(package: str, files: dict[str, bytes], *, tag: str = "py3-none-any") -> Path:
        info = f"{package}-1.0.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        wheel = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"
        path = folder / f"{package}-1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
            archive.writestr(f"{info}/METADATA", metadata)
            archive.writestr(f"{info}/WHEEL", wheel)
            archive.writestr(f"{info}/RECORD", "")
        return path

    return make
