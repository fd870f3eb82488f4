"""A real web server on this machine that behaves as a test tells it to, well or badly."""

import contextlib
import socket
import threading
from collections import defaultdict
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from migbot.documents.pull import pull
from migbot.documents.pull_courtesy import Limits
from migbot.documents.pull_network import Network, is_public
from migbot.documents.pulled import pulled_files
from migbot.documents.sources import read_sources

LIMITS = Limits(
    document_bytes=200_000,
    silence_s=5.0,
    transfer_s=20.0,
    delay_s=1.0,
    longest_delay_s=30.0,
    hosts=4,
)


class Site:
    """The hosts of the test, all served by one local server; `requests` is what they were asked.

    `answers` holds for each host and path what to do with one request after the other; the last
    stays. A host that has no `/robots.txt` answers 404, as it does for any other path.
    """

    def __init__(self):
        self.requests = []
        self.pauses = []
        self.busy = defaultdict(int)
        self.most_busy = defaultdict(int)
        self.answers = {}
        self.names = {}
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def url(self, path, host="docs.test", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def on(self, path, *answers, host="docs.test"):
        """Say how `path` answers; return its address."""
        self.answers[host, path] = list(answers)
        return self.url(path, host)

    def asked(self, path, host="docs.test"):
        """Return the headers of every request for `path`."""
        return [headers for where, headers in self.requests if where == (host, path)]

    def network(self, **changes):
        async def pause(seconds):
            self.pauses.append(seconds)

        def resolve(host, _port):
            return self.names.get(host, ("127.0.0.1",))

        return local_network(**{"resolve": resolve, "pause": pause, **changes})

    def _handler(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.close_connection = True
                host = self.headers["Host"].partition(":")[0]
                with site._lock:
                    site.busy[host] += 1
                    site.most_busy[host] = max(site.most_busy[host], site.busy[host])
                    site.requests.append(((host, self.path), dict(self.headers)))
                    answers = site.answers.get((host, self.path), [status(404)])
                    answer = answers[0] if len(answers) == 1 else answers.pop(0)
                try:
                    with contextlib.suppress(ConnectionError):
                        answer(self)
                finally:
                    with site._lock:
                        site.busy[host] -= 1

            def log_message(self, *_):
                """Say nothing."""

        return Handler


async def _no_pause(_seconds):
    """Go on at once."""


def local_network(**changes):
    """Return a network where every name is this machine; the rest is as in earnest."""
    local = {
        "resolve": lambda _host, _port: ("127.0.0.1",),
        "may_reach": lambda address: address.is_loopback or is_public(address),
        "pause": _no_pause,
    }
    return Network(**{**local, **changes})


def status(code, **headers):
    """Answer with a status alone."""

    def answer(request):
        _head(request, code, {"Content-Length": 0, **headers})

    return answer


def redirect(target, code=302):
    return status(code, Location=target)


def body(content, kind="application/pdf", *, code=200, **headers):
    """Answer with a whole body."""

    def answer(request):
        _head(request, code, {"Content-Type": kind, "Content-Length": len(content), **headers})
        request.wfile.write(content)

    return answer


def versioned(content, kind="application/pdf", *, etag='"1"', cut=None):
    """Answer as a good server does, with conditions and ranges; close after `cut` bytes."""

    def answer(request):
        known = {"ETag": etag, "Last-Modified": formatdate(1_700_000_000, usegmt=True)}
        if request.headers["If-None-Match"] == etag:
            _head(request, 304, known)
            return
        start, code, more = 0, 200, {}
        asked = request.headers["Range"]
        if asked and request.headers["If-Range"] == etag:
            start, code = int(asked.removeprefix("bytes=").removesuffix("-")), 206
            more = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        rest = content[start:]
        _head(request, code, {"Content-Type": kind, "Content-Length": len(rest), **known, **more})
        request.wfile.write(rest[:cut])

    return answer


def marked(content, kind="application/pdf", **marks):
    """Answer with a whole body of a version that is called by bytes of any kind."""

    def answer(request):
        named = {name: mark.decode("latin-1") for name, mark in marks.items()}
        _head(request, 200, {"Content-Type": kind, "Content-Length": len(content), **named})
        request.wfile.write(content)

    return answer


def part_of_a_huge_file(digits=5000):
    """Answer with a part of a file whose length has more digits than a number may."""
    return body(b"x" * 10, code=206, Content_Range=f"bytes {'1' * digits}-2/{'9' * digits}")


def drip(piece=b"x", kind="application/pdf", *, times, pause_s=0.0, stop=None):
    """Answer with a body that nobody announced the length of, `times` over."""

    def answer(request):
        _head(request, 200, {"Content-Type": kind, "Connection": "close"})
        for _ in range(times):
            request.wfile.write(piece)
            if stop is not None and stop.wait(pause_s):
                return

    return answer


def drip_head(*, stop, pause_s):
    """Answer with headers that never end."""

    def answer(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(pause_s):
            request.wfile.write(b"X-Padding: 1\r\n")

    return answer


def hang_up(request):
    """Close the connection without a word."""
    request.connection.shutdown(socket.SHUT_RDWR)


def _head(request, code, headers):
    request.send_response(code)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), str(value))
    request.end_headers()


def pull_all(corpus, site=None, *, only=(), network=None, on_progress=None, **limits):
    """Pull what the list of `corpus` says; return the results by path without its folder."""
    sources = read_sources(corpus / "sources.toml")
    files = [
        file for file in pulled_files(sources) if not only or file.publication.source_id in only
    ]
    merged = {name: getattr(LIMITS, name) for name in LIMITS.__slots__} | limits
    results = pull(
        corpus,
        sources,
        files,
        limits=Limits(**merged),
        on_progress=on_progress or (lambda *_: None),
        on_result=lambda _: None,
        network=network or site.network(),
    )
    return {result.path.removeprefix("pulled/"): result for result in results}
