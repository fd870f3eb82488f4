import json
import re
import resource
import subprocess
import sys

import pytest
from hostile_files import (
    CATALOG,
    FONT,
    ONE_PAGE,
    WORDS,
    one_page_pdf,
    packed,
    page,
    raw_pdf,
    shown,
    stream,
)

from migbot.documents.child import Parsers
from migbot.errors import DocumentError

GOOD = one_page_pdf(stream(shown(WORDS)))


@pytest.fixture(scope="module")
def parsers():
    with Parsers() as opened:
        yield opened


def text_of(parsers, pdf):
    return "\n".join(block.text for block in parsers.parse("pdf", pdf).blocks)


def refusal(parsers, pdf):
    with pytest.raises(DocumentError) as caught:
        parsers.parse("pdf", pdf)
    return str(caught.value)


def of_pages(number, content):
    """Return a PDF of so many pages that all draw `content`."""
    kids = b" ".join(b"%d 0 R" % (5 + at) for at in range(number))
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, number)
    return raw_pdf(CATALOG, tree, b"null", content, *[page()] * number)


def of_distinct_pages(number):
    """Return a PDF of so many pages, none of which says what another says."""
    words = (f"{at:b}".translate(str.maketrans("01", "ab")) for at in range(number))
    contents = [stream(shown(f"{word} {WORDS}")) for word in words]
    kids = b" ".join(b"%d 0 R" % (3 + number + at) for at in range(number))
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, number)
    pages = [page(contents=3 + at) for at in range(number)]
    return raw_pdf(CATALOG, tree, *contents, *pages)


def form_that_draws_itself():
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<%s/XObject<</X 5 0 R>>>>" % FONT
    form = stream(shown(WORDS) + b" /X Do", entries=entries)
    return one_page_pdf(stream(b"/X Do"), form, resources=b"/XObject<</X 5 0 R>>")


def outline_that_leads_to_itself():
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>",
        ONE_PAGE,
        page(),
        stream(shown(WORDS)),
        b"<</Type/Outlines/First 5 0 R/Last 5 0 R/Next 5 0 R/Title(a)>>",
    )


# In a process of its own: what is counted of children would be that of other tests too.
READS_A_HOSTILE_AND_A_GOOD_FILE = """
import json, resource, sys
from pathlib import Path
from migbot.documents.child import Parsers
from migbot.errors import DocumentError

hostile, good = (Path(name).read_bytes() for name in sys.argv[1:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Parsers() as parsers:
    try:
        came = "\\n".join(block.text for block in parsers.parse("pdf", hostile).blocks)
    except DocumentError as error:
        came = str(error)
    then = parsers.parse("pdf", good).blocks[0].text
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "came": came,
    "then": then,
    "grown": after - before,
    "child_memory": children.ru_maxrss,
    "child_s": children.ru_utime + children.ru_stime,
}))
"""


@pytest.mark.parametrize(
    ("make", "outcome"),
    [
        (lambda: one_page_pdf(packed(b"\0" * 200_000_000)), "unreadable PDF"),
        (lambda: one_page_pdf(packed(b"\0" * 200_000_000, times=2)), "unreadable PDF"),
        (lambda: one_page_pdf(packed(shown(WORDS), times=50)), "unreadable PDF"),
        # On a slow machine they may take longer than any file may.
        (lambda: of_distinct_pages(10_000), f"{WORDS}|takes more than 25 s"),
        (outline_that_leads_to_itself, WORDS),
        (form_that_draws_itself, WORDS),
    ],
    ids=["bomb", "bomb packed twice", "nested filters", "10,000 pages", "outline", "form"],
)
def test_a_hostile_file_costs_30_s_and_1_gb_of_a_child_at_most_and_the_next_one_is_read(
    tmp_path, make, outcome
):
    (tmp_path / "hostile.pdf").write_bytes(make())
    (tmp_path / "good.pdf").write_bytes(GOOD)

    done = subprocess.run(
        [
            *(sys.executable, "-c", READS_A_HOSTILE_AND_A_GOOD_FILE),
            *(tmp_path / "hostile.pdf", tmp_path / "good.pdf"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    told = json.loads(done.stdout)
    unit = 1 if sys.platform == "darwin" else 1024
    assert re.search(outcome, told["came"])
    assert told["then"] == WORDS
    assert told["child_s"] < 30
    assert told["child_memory"] * unit < 1_000_000_000
    assert told["grown"] * unit < 50_000_000


def test_a_stream_that_unfolds_into_too_many_numbers_costs_its_own_process_alone():
    pdf = one_page_pdf(packed(b"1 " * 30_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with Parsers(memory_bytes=400_000_000) as small:
        assert refusal(small, pdf).startswith("unreadable PDF")

    unit = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 50_000_000


def test_a_file_of_many_slow_pages_is_refused_once_its_time_is_over():
    pdf = of_pages(10_000, packed(shown(WORDS) * 500))

    with Parsers(limit_s=2) as hasty:
        assert refusal(hasty, pdf) == ("takes more than 2 s to read: split it, or save it anew")
        assert text_of(hasty, GOOD) == WORDS


def test_forms_that_draw_each_other_without_measure_end():
    forms = [
        stream(
            (b"/X Do " * 40) + shown(WORDS),
            entries=b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
            b"/Resources<<%s/XObject<</X %d 0 R>>>>" % (FONT, number + 6),
        )
        for number in range(8)
    ]
    last = stream(shown(WORDS), entries=b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    pdf = one_page_pdf(stream(b"/X Do"), *forms, last, resources=b"/XObject<</X 5 0 R>>")

    with Parsers(limit_s=3) as hasty:
        try:
            assert WORDS in text_of(hasty, pdf)
        except DocumentError as error:
            assert "takes more than 3 s" in str(error)  # noqa: PT017 - either end will do


@pytest.mark.parametrize(
    "pages",
    [b"<</Type/Pages/Kids[2 0 R]/Count 1>>", b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 3>>"],
)
def test_a_tree_of_pages_that_holds_itself_is_refused(parsers, pages):
    pdf = raw_pdf(CATALOG, pages, page(), stream(shown(WORDS)))

    assert refusal(parsers, pdf).startswith(("unreadable PDF", "no text", "takes more"))


@pytest.mark.parametrize(
    "pdf",
    [
        b"%PDF-1.7\n" + bytes(range(256)) * 100,
        GOOD[: len(GOOD) // 2],
        b"%PDF-1.7\n" + b"<<" * 100_000,
        b"%PDF-1.7\n" + b"[" * 100_000,
        GOOD.replace(b"/Kids", b"/Kidz"),
        GOOD.replace(b"/Length", b"/Lengthe"),
        GOOD.replace(b"startxref\n", b"startxref\n9999"),
    ],
)
def test_junk_is_refused_or_read_and_never_more(parsers, pdf):
    try:
        assert text_of(parsers, pdf) == WORDS
    except DocumentError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either end will do


def test_black_after_white_is_black(parsers):
    pdf = one_page_pdf(stream(b"q 1 g Q " + shown(WORDS) + b" 0 g 1 g 0 g " + shown("More.")))

    assert parsers.parse("pdf", pdf).warnings == ()
