import sys
from subprocess import PIPE, Popen

import pytest

from eval.load import measure
from eval.load_process import ProcessLog, held_by
from eval.load_visitors import come_back_s
from migbot.serve.strings import ENGLISH, spoken_wait

VISITORS, PAGE = 40, 12
# Far more than any machine needs that works: tests measure no speed.
SOURCES_MS = 30_000
# The server's own threads, for searching and for the toolkit, are begun with the first visitors
# and kept; each visitor's connection, though, is a descriptor, and would show.
OWN_THREADS, OWN_DESCRIPTORS = 60, 10


@pytest.fixture(scope="module")
def figures():
    return measure(VISITORS, 5, 0.15, page=PAGE)


@pytest.mark.parametrize(("way", "visitors"), [("api", VISITORS - PAGE), ("page", PAGE)])
def test_many_visitors_at_once_get_their_own_answers(figures, way, visitors):
    seen = figures[way]

    assert seen["errors"] == 0, seen["first_error"]
    assert seen["crossed"] == 0
    assert seen["answered"] == visitors * figures["rounds"]


@pytest.mark.parametrize("way", ["api", "page"])
def test_everyone_who_waits_is_told_the_place_in_line(figures, way):
    seen = figures[way]

    assert seen["waited"] > 0
    assert seen["waited_untold"] == 0


@pytest.mark.parametrize("way", ["api", "page"])
def test_sources_come_before_the_first_sentence_and_that_before_the_answer(figures, way):
    seen = figures[way]

    assert seen["sources_ms_p95"] < SOURCES_MS
    assert seen["sources_ms_p50"] / 1000 <= seen["first_sentence_s_p50"] <= seen["answer_s_p50"]


@pytest.mark.parametrize("name", ["threads", "descriptors"])
def test_threads_and_descriptors_are_given_back_when_the_visitors_have_left(figures, name):
    held = figures[name]
    own = {"threads": OWN_THREADS, "descriptors": OWN_DESCRIPTORS}[name]

    assert held["first"] <= held["highest"]
    assert held["last"] <= held["first"] + own


def test_each_visitor_took_a_descriptor(figures):
    held = figures["descriptors"]

    assert held["highest"] >= held["first"] + VISITORS / 2


# Takes a thread and a file, and gives them back, each when told to.
TAKER = """
import os, sys, threading, time
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
print("ready", flush=True)
sys.stdin.readline()
with open(sys.argv[1], "w"):
    thread.start()
    print("taken", flush=True)
    sys.stdin.readline()
    stop.set()
    thread.join()
# A joined thread may be seen a moment longer.
while len(os.listdir("/proc/self/task")) > 1:
    time.sleep(0.01)
print("given back", flush=True)
sys.stdin.readline()
"""


def test_a_process_is_seen_to_take_and_give_back_what_it_holds(tmp_path):
    command = [sys.executable, "-c", TAKER, tmp_path / "one"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, bufsize=1) as taker:
        assert taker.stdout.readline() == "ready\n"
        log = ProcessLog(taker.pid)
        for done in ("taken\n", "given back\n"):
            taker.stdin.write("go on\n")
            assert taker.stdout.readline() == done
            log.end_round()
        log.settle()
        rss_mb = held_by(taker.pid).rss_mb
        taker.stdin.write("end\n")

    told = log.figures()
    for name in ("threads", "descriptors"):
        assert told[name]["highest"] == told[name]["first"] + 1
        assert told[name]["last"] == told[name]["first"]
    assert rss_mb > 1


@pytest.mark.parametrize("seconds", [20, 60, 180])
def test_a_visitor_of_the_page_understands_when_to_come_back(seconds):
    told = ENGLISH.busy.format(wait=spoken_wait(seconds, ENGLISH))

    assert come_back_s(told) == seconds
    assert come_back_s(ENGLISH.done) is None
