import os
import signal
import subprocess
import sys

import pytest
from pdf_files import make_pdf

from migbot.documents.child import Parsers
from migbot.errors import DocumentError

PDF = make_pdf(["Two words."])


def test_the_child_starts_with_the_first_file_and_ends_with_the_last():
    with Parsers() as parsers:
        assert parsers._child is None
        parsers.parse("pdf", PDF)
        child = parsers._child
        assert child.poll() is None

    assert child.poll() is not None


def test_one_child_reads_files_of_all_kinds():
    page = b"<html><body><article><p>Words on a page of the web.</p></article></body></html>"
    with Parsers() as parsers:
        parsed = [parsers.parse("pdf", PDF), parsers.parse("html", page)]
        parsed.append(parsers.parse("markdown", "# Été\n\nWords.".encode()))
        first = parsers._child
        parsers.parse("pdf", PDF)
        assert parsers._child is first

    assert [one.blocks[-1].text.strip() for one in parsed if one.blocks[-1].text.strip()]
    assert parsed[2].title == "Été"


def test_a_child_that_the_system_kills_costs_one_file():
    with Parsers() as parsers:
        parsers.parse("pdf", PDF)
        os.kill(parsers._child.pid, signal.SIGKILL)
        parsers._child.wait()

        with pytest.raises(DocumentError, match="ended by the system"):
            parsers.parse("pdf", PDF)

        assert parsers.parse("pdf", PDF).blocks[0].text == "Two words."


SLEEPS_IN_PLACE_OF_READING = """
import time
from migbot.documents.child import MEMORY_BYTES, _in_fork
print(_in_fork(lambda: time.sleep(600), "pdf", MEMORY_BYTES, 1).decode())
"""


def test_a_parser_that_waits_and_uses_no_processor_is_ended_too():
    done = subprocess.run(
        [sys.executable, "-c", SLEEPS_IN_PLACE_OF_READING],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "takes more than 1 s to read" in done.stdout
