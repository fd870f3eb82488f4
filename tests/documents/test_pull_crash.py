"""A pull that is killed leaves the old file or the new one, and the next pull goes on."""

import subprocess
import sys
import time
from pathlib import Path

from pdf_files import make_pdf
from pull_server import pull_all, versioned
from pull_sources import make_source, write_sources

from migbot.documents.corpus import read_corpus

LINES = [f"{number}. The Network brings together entities on migration." for number in range(30)]
OLD, NEW = make_pdf(LINES), make_pdf(["A line was added.", *LINES])

# Counts what changes a name in the corpus, and is killed before the change of that number.
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from pull_server import local_network, pull_all

corpus, last = Path(sys.argv[2]), int(sys.argv[3])
changes = 0

def count(event, arguments):
    global changes
    if event in ("os.rename", "os.remove") and str(arguments[0]).startswith(str(corpus)):
        changes += 1
        if changes == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
pull_all(corpus, network=local_network())
print(changes)
"""


def start(corpus, last):
    here = str(Path(__file__).parent)
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, here, str(corpus), str(last)],
        stdout=subprocess.PIPE,
        text=True,
    )


def list_report(corpus, site, *answers):
    write_sources(corpus, make_source("report", en=site.on("/report", *answers)))


def held(corpus):
    return (corpus / "pulled" / "en" / "report.pdf").read_bytes()


def test_a_kill_at_any_change_leaves_a_whole_file(tmp_path, site):
    def begin(name):
        corpus = tmp_path / name
        list_report(corpus, site, versioned(OLD))
        pull_all(corpus, site)
        list_report(corpus, site, versioned(NEW, etag='"2"'))
        return corpus

    with start(begin("count"), 0) as whole:
        changes = int(whole.stdout.read())
    assert changes > 3

    for last in range(1, changes + 1):
        corpus = begin(f"kill-{last}")
        with start(corpus, last) as killed:
            assert killed.wait() == -9
        assert held(corpus) in {OLD, NEW}
        assert len(read_corpus(corpus).documents) == 1
        assert pull_all(corpus, site)["en/report.pdf"].state in {"changed", "unchanged"}
        assert held(corpus) == NEW
        assert pull_all(corpus, site)["en/report.pdf"].state == "unchanged"
        assert site.asked("/report")[-1]["If-None-Match"] == '"2"'


def test_a_kill_while_bytes_arrive_costs_only_what_had_not_arrived(corpus, site):
    def stay(request):
        versioned(NEW, cut=1000)(request)
        killed.wait()

    list_report(corpus, site, stay, versioned(NEW))
    with start(corpus, 0) as killed:
        unfinished = corpus / "pulled" / ".unfinished" / "en" / "report.pdf"
        while not (unfinished.exists() and unfinished.stat().st_size == 1000):
            assert killed.poll() is None
            time.sleep(0.01)
        killed.kill()

    assert pull_all(corpus, site)["en/report.pdf"].state == "new"
    assert held(corpus) == NEW
    assert site.asked("/report")[-1]["Range"] == "bytes=1000-"
