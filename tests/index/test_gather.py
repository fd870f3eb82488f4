import threading
import time

import numpy as np
import pytest

from migbot.index.gather import Gatherer


class Work:
    """Gives each text its length as a row; `calls` holds what it was given at once."""

    def __init__(self):
        self.calls = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, texts):
        self.calls.append(list(texts))
        self.begun.set()
        assert self.go_on.wait(10)
        if "bad" in texts:
            raise ValueError("bad text")
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def ask_together(gatherer, work, asked):
    """Ask for the first, and for the others in threads of their own while that is being done."""
    found = {}

    def ask(texts):
        try:
            found[texts] = gatherer(texts)[:, 0].tolist()
        except ValueError as error:
            found[texts] = str(error)

    threads = [threading.Thread(target=ask, args=(texts,)) for texts in asked]
    threads[0].start()
    assert work.begun.wait(10)
    for count, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(gatherer._waiting) < count:
            time.sleep(0.001)
    work.go_on.set()
    for thread in threads:
        thread.join(10)
    return found


def test_what_is_asked_for_while_others_are_served_is_done_together():
    work = Work()
    asked = (("a",), ("bb",), ("ccc", "dddd"), ("eeeee",))

    found = ask_together(Gatherer(work, 16), work, asked)

    assert found == {texts: [float(len(text)) for text in texts] for texts in asked}
    assert work.calls == [["a"], ["bb", "ccc", "dddd", "eeeee"]]


def test_no_more_is_done_together_than_allowed_unless_one_caller_asks_for_it():
    work = Work()
    asked = (("a",), ("b",), ("c",), ("d", "e", "f"), ("g",))

    found = ask_together(Gatherer(work, 2), work, asked)

    assert len(found) == 5
    assert work.calls == [["a"], ["b", "c"], ["d", "e", "f"], ["g"]]


def test_a_failure_reaches_all_who_were_served_together_and_nobody_else():
    work = Work()

    found = ask_together(Gatherer(work, 2), work, (("a",), ("bad",), ("b",), ("c",)))

    assert found == {("a",): [1.0], ("bad",): "bad text", ("b",): "bad text", ("c",): [1.0]}
    assert work.calls == [["a"], ["bad", "b"], ["c"]]


@pytest.mark.parametrize("callers", [1, 40])
def test_everybody_gets_their_own(callers):
    work = Work()
    work.go_on.set()
    gatherer = Gatherer(work, 16)
    found = {}

    def ask(number):
        found[number] = gatherer(["x" * number])[0, 0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == {number: float(number) for number in range(callers)}
