"""Pulling from a local server that behaves as servers do."""

import gzip
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pdf_files import make_pdf
from pull_server import (
    body,
    drip,
    drip_head,
    hang_up,
    marked,
    part_of_a_huge_file,
    pull_all,
    redirect,
    status,
    versioned,
)
from pull_sources import make_source, write_sources

from migbot.documents.corpus import read_corpus
from migbot.documents.pull_transfer import wait_asked_for
from migbot.errors import CorpusError, MigbotError

LINES = [f"{number}. The Network brings together entities on migration." for number in range(30)]
PDF = make_pdf(LINES, LINES)
NEWER_PDF = make_pdf([*LINES, "A line was added."], LINES)
PAGE = (
    b"<!DOCTYPE html><html lang='en'><head><title>The page</title></head><body><main>"
    + b"<p>The Network brings together the entities of the United Nations system.</p>" * 8
    + b"</main></body></html>"
)
NAME = "en/report.pdf"


def list_report(corpus, url, **more):
    write_sources(corpus, make_source("report", en=url, **more))


def pull_report(corpus, site, **limits):
    return pull_all(corpus, site, **limits)[NAME]


def held(corpus, name=NAME):
    path = corpus / "pulled" / name
    return path.read_bytes() if path.exists() else None


def waiting(corpus):
    """Return the names of what waits unfinished."""
    folder = corpus / "pulled" / ".unfinished"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# What a good server sends


def test_a_new_file_becomes_a_document_with_what_the_list_says(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)), more='date = "2018-12"')

    result = pull_report(corpus, site)

    assert (result.state, result.bytes, result.reason) == ("new", len(PDF), None)
    (document,) = read_corpus(corpus).documents
    assert (document.title, document.date) == ("The title (en)", "2018-12")
    assert document.url == site.url("/report")


def test_every_language_and_kind_is_pulled(corpus, site):
    write_sources(
        corpus,
        make_source("report", en=site.on("/en", body(PDF)), fr=site.on("/fr", body(NEWER_PDF))),
        make_source(
            "page", kind="html", en=site.on("/page", body(PAGE, "text/html;charset=utf-8"))
        ),
    )

    results = pull_all(corpus, site)

    assert list(results) == ["en/report.pdf", "fr/report.pdf", "en/page.html"]
    assert {result.state for result in results.values()} == {"new"}
    assert len(read_corpus(corpus).documents) == 3


def test_an_unchanged_file_is_not_sent_again(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF)))
    pull_report(corpus, site)

    assert pull_report(corpus, site).state == "unchanged"

    first, second = site.asked("/report")
    assert "If-None-Match" not in first
    assert second["If-None-Match"] == '"1"'
    assert second["If-Modified-Since"].startswith("Tue, 14 Nov 2023")


def test_a_file_that_was_altered_or_removed_here_is_fetched_again(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF)))
    pull_report(corpus, site)

    (corpus / "pulled" / NAME).write_bytes(b"altered")
    assert pull_report(corpus, site).state == "changed"
    (corpus / "pulled" / NAME).unlink()
    assert pull_report(corpus, site).state == "new"
    assert held(corpus) == PDF


def test_a_file_that_changed_between_two_pulls_takes_the_place_of_the_old_one(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF), versioned(NEWER_PDF, etag='"2"')))
    pull_report(corpus, site)

    assert pull_report(corpus, site).state == "changed"
    assert pull_report(corpus, site).state == "unchanged"
    assert held(corpus) == NEWER_PDF


def test_the_same_bytes_without_conditions_are_unchanged(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)))
    pull_report(corpus, site)
    before = (corpus / "pulled" / NAME).stat().st_mtime_ns

    assert pull_report(corpus, site).state == "unchanged"
    assert (corpus / "pulled" / NAME).stat().st_mtime_ns == before


def test_a_lost_ledger_costs_a_transfer_and_nothing_else(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF)))
    pull_report(corpus, site)
    (corpus / "pulled" / ".ledger.json").write_bytes(b'{"torn')

    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" not in site.asked("/report")[1]
    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" in site.asked("/report")[2]


def test_a_file_under_a_new_address_is_compared_anew(corpus, site):
    list_report(corpus, site.on("/old", versioned(PDF)))
    pull_report(corpus, site)
    list_report(corpus, site.on("/new", versioned(PDF)))

    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" not in site.asked("/new")[0]
    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" in site.asked("/new")[1]


def test_migbot_says_who_it_is(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)))

    pull_report(corpus, site)

    assert {headers["User-Agent"].partition("/")[0] for _, headers in site.requests} == {"migbot"}


# Redirects


def test_a_permanent_redirect_tells_the_new_address(corpus, site):
    site.on("/newest", body(PDF))
    site.on("/newer", redirect("/newest", 301))
    list_report(corpus, site.on("/report", redirect(site.url("/newer"), 308)))

    result = pull_report(corpus, site)

    assert (result.state, result.moved_to) == ("new", site.url("/newest"))


def test_a_temporary_redirect_is_followed_and_not_told(corpus, site):
    site.on("/there", versioned(PDF))
    list_report(corpus, site.on("/report", redirect("/there#page=2", 302)))

    assert pull_report(corpus, site).moved_to is None
    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" not in site.asked("/report")[1]
    assert "If-None-Match" in site.asked("/there")[1]


def test_what_is_permanent_before_a_temporary_redirect_is_told(corpus, site):
    site.on("/there", body(PDF))
    site.on("/moved", redirect("/there", 307))
    list_report(corpus, site.on("/report", redirect("/moved", 301)))

    assert pull_report(corpus, site).moved_to == site.url("/moved")


def test_a_redirect_to_another_listed_host_is_followed(corpus, site):
    there = site.on("/file", body(PDF), host="files.test")
    write_sources(
        corpus,
        make_source("report", en=site.on("/report", redirect(there))),
        make_source("other", en=site.url("/other", "files.test")),
    )

    assert pull_all(corpus, site, only=("report",))[NAME].state == "new"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://elsewhere.test/file", "a host that sources.toml does not list"),
        ("http://docs.test:1/file", "a host that sources.toml does not list"),
        ("http://127.0.0.1/file", "a host that sources.toml does not list"),
        ("http://[::1]/file", "a host that sources.toml does not list"),
        ("//elsewhere.test/file", "a host that sources.toml does not list"),
        ("http://someone:secret@docs.test/file", "with a user name in it"),
        ("file:///etc/passwd", "no address of http or https"),
        ("ftp://docs.test/file", "no address of http or https"),
        ("http://docs.test:99999/", "no address of http or https"),
        ("/report", "round in a loop"),
        ("/report#again", "round in a loop"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(corpus, site, target, reason):
    list_report(corpus, site.on("/report", redirect(target)))

    result = pull_report(corpus, site)

    assert result.state == "refused"
    assert reason in result.reason
    assert {host for (host, _), _ in site.requests} == {"docs.test"}


def test_a_redirect_to_what_is_no_address_fails(corpus, site):
    list_report(corpus, site.on("/report", redirect("http://docs.test:port/")))

    assert pull_report(corpus, site).state == "failed"


def test_redirects_come_to_an_end(corpus, site):
    for number in range(20):
        site.on(f"/{number}", redirect(f"/{number + 1}"))
    list_report(corpus, site.url("/0"))

    assert "leads on more than 5 times" in pull_report(corpus, site).reason


@pytest.mark.parametrize(
    "address",
    ["10.0.0.7", "127.0.0.2", "169.254.169.254", "::ffff:10.0.0.7", "fd00::1", "0.0.0.0"],  # noqa: S104
)
def test_a_name_that_leads_to_a_private_address_is_refused(corpus, site, address):
    there = site.on("/file", body(PDF), host="inside.test")
    write_sources(
        corpus,
        make_source("report", en=site.on("/report", redirect(there))),
        make_source("inside", en=there),
    )
    # One public address does not make up for a private one.
    site.names["inside.test"] = ("127.0.0.1", address)
    network = site.network(may_reach=lambda found: str(found) == "127.0.0.1")

    results = pull_all(corpus, site, network=network)

    for result in results.values():
        assert result.state == "refused"
        assert f"inside.test leads to the address {address}, which is not public" in result.reason
    assert not site.asked("/file", "inside.test")


def test_a_name_is_resolved_once_for_each_request(corpus, site):
    answers = iter([("127.0.0.1",), ("127.0.0.1",), ("10.0.0.7",)])
    list_report(corpus, site.on("/report", body(PDF)))

    result = pull_all(corpus, site, network=site.network(resolve=lambda *_: next(answers)))[NAME]

    # One for robots.txt, one for the file; a third would have led astray.
    assert result.state == "new"
    assert next(answers) == ("10.0.0.7",)


def test_a_name_that_cannot_be_resolved_fails(corpus, site):
    def unknown(*_):
        raise OSError(-2, "Name or service not known")

    list_report(corpus, "http://gone.test/report")

    result = pull_all(corpus, site, network=site.network(resolve=unknown))[NAME]

    assert result.state == "failed"
    assert "gone.test cannot be resolved" in result.reason


# Broken transfers


def test_a_transfer_that_was_cut_goes_on_where_it_stopped(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF, cut=1000), versioned(PDF)))

    assert pull_report(corpus, site).state == "new"

    assert held(corpus) == PDF
    assert site.asked("/report")[1]["Range"] == "bytes=1000-"
    assert site.asked("/report")[1]["If-Range"] == '"1"'


def test_a_later_pull_goes_on_too(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF, cut=500)))
    first = pull_report(corpus, site)
    site.on("/report", versioned(PDF))

    assert first.state == "failed"
    assert pull_report(corpus, site).state == "new"
    assert site.asked("/report")[-1]["Range"] == "bytes=1500-"
    assert held(corpus) == PDF
    assert waiting(corpus) == []


def test_bytes_of_two_versions_are_never_joined(corpus, site):
    list_report(
        corpus,
        site.on("/report", versioned(PDF, cut=1000), versioned(NEWER_PDF, etag='"2"')),
    )

    assert pull_report(corpus, site).state == "new"
    assert held(corpus) == NEWER_PDF


@pytest.mark.parametrize(
    "lie",
    [
        {"Content_Range": "bytes 0-9/10"},
        {"Content_Range": "bytes 1000-*/*"},
        {},
    ],
)
def test_a_part_that_was_not_asked_for_is_not_added(corpus, site, lie):
    list_report(
        corpus,
        site.on("/report", versioned(PDF, cut=1000), body(b"x" * 10, code=206, **lie), body(PDF)),
    )

    assert pull_report(corpus, site).state == "new"
    assert held(corpus) == PDF


def test_without_a_mark_of_the_version_a_transfer_begins_anew(corpus, site):
    def cut(request):
        body(PDF, Content_Length=len(PDF))(_Cut(request, 1000))

    list_report(corpus, site.on("/report", cut, body(PDF)))

    assert pull_report(corpus, site).state == "new"
    assert "Range" not in site.asked("/report")[1]


class _Cut:
    """A request whose answer is cut after some bytes of its body."""

    def __init__(self, request, size):
        self._request, self._size = request, size

    def __getattr__(self, name):
        return self if name == "wfile" else getattr(self._request, name)

    def write(self, content):
        self._request.wfile.write(content[: self._size])


def test_a_length_that_is_too_large_fails_and_keeps_the_old_copy(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)))
    pull_report(corpus, site)
    site.on("/report", body(NEWER_PDF, **{"Content-Length": len(NEWER_PDF) + 10}))

    result = pull_report(corpus, site)

    assert result.state == "failed"
    assert "The copy of 20" in result.reason
    assert held(corpus) == PDF


def test_a_length_that_is_too_small_is_refused_and_keeps_the_old_copy(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)))
    pull_report(corpus, site)
    site.on("/report", body(NEWER_PDF, **{"Content-Length": len(NEWER_PDF) - 100}))

    result = pull_report(corpus, site)

    assert (result.state, held(corpus)) == ("refused", PDF)
    assert "lost its end" in result.reason


@pytest.mark.parametrize("trouble", [status(500), status(503), status(429), hang_up])
def test_a_trouble_that_passes_is_tried_again(corpus, site, trouble):
    list_report(corpus, site.on("/report", trouble, trouble, body(PDF)))

    assert pull_report(corpus, site).state == "new"
    assert len(site.asked("/report")) == 3


def test_a_trouble_that_stays_fails(corpus, site):
    list_report(corpus, site.on("/report", status(502)))

    result = pull_report(corpus, site)

    assert (result.state, result.reason) == ("failed", "the server answered 502: pull again later")
    assert len(site.asked("/report")) == 3


def test_the_time_that_a_server_asks_for_is_waited_for_within_bounds(corpus, site):
    list_report(corpus, site.on("/report", status(503, Retry_After=7), body(PDF)))
    assert pull_report(corpus, site).state == "new"
    assert 7.0 in site.pauses

    site.on("/report", status(503, Retry_After=3600))
    assert pull_report(corpus, site).state == "failed"
    assert 3600.0 not in site.pauses


MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("Thu, 01 Jan 2026 12:00:09 GMT", 9.0),
        ("Thu, 01 Jan 2026 12:00:09 -0000", 9.0),
        ("Thu, 01 Jan 2026 13:00:09 +0100", 9.0),
        ("Wed, 31 Dec 2025 12:00:00 GMT", 0.0),
        ("12", 12.0),
        ("soon", 0.0),
        ("Thu, 99 Jan 99999 12:00:09 GMT", 0.0),
        ("", 0.0),
    ],
)
def test_a_server_may_ask_for_seconds_or_name_the_time(stated, seconds):
    assert wait_asked_for(stated, MOMENT) == seconds


def test_the_time_that_a_server_names_is_waited_for(corpus, site):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    list_report(corpus, site.on("/report", status(503, Retry_After=later), body(PDF)))

    assert pull_report(corpus, site).state == "new"
    assert any(5 < pause <= 20 for pause in site.pauses)


def test_a_part_that_the_server_knows_no_more_is_dropped_and_all_is_fetched(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF, cut=1000), status(416), body(PDF)))

    assert pull_report(corpus, site).state == "new"

    assert held(corpus) == PDF
    assert ["Range" in headers for headers in site.asked("/report")] == [False, True, False]


def test_progress_tells_of_each_file_how_much_of_it_is_there(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF, cut=1000), versioned(PDF)))
    told = []

    pull_all(corpus, site, on_progress=lambda *progress: told.append(progress))

    counts = [done for _, done, _ in told]
    assert {(path, total) for path, _, total in told} == {(f"pulled/{NAME}", len(PDF))}
    assert counts == sorted(counts)
    assert 1000 in counts
    assert counts[-1] == len(PDF)


def test_a_page_that_asks_to_come_back_later_does_not_replace_a_good_copy(corpus, site):
    said = "".join(f"<p>{number}. The Network met in Geneva.</p>" for number in range(40))
    asks = "<p>We are at work on this site. Please come back tomorrow, and thank you.</p>"
    good, late = (
        f"<!DOCTYPE html><html><body><main>{text}</main></body></html>".encode()
        for text in (said, asks)
    )
    url = site.on("/page", body(good, "text/html"), body(late, "text/html"))
    write_sources(corpus, make_source("page", kind="html", en=url))
    pull_all(corpus, site)

    result = pull_all(corpus, site)["en/page.html"]

    assert result.state == "refused"
    assert result.reason.startswith("shrunk from ")
    assert "delete pulled/en/page.html and pull again. The copy of" in result.reason
    assert held(corpus, "en/page.html") == good
    assert waiting(corpus) == []
    (corpus / "pulled" / "en" / "page.html").unlink()
    assert pull_all(corpus, site)["en/page.html"].state == "new"


def test_a_slow_body_takes_no_longer_than_a_transfer_may(corpus, site):
    stop = threading.Event()
    list_report(corpus, site.on("/report", drip(times=10**6, pause_s=0.05, stop=stop)))

    result = pull_report(corpus, site, transfer_s=0.5)
    stop.set()

    assert result.state == "failed"
    assert "took more than 0.5 s" in result.reason


def test_headers_without_end_take_no_longer_either(corpus, site):
    stop = threading.Event()
    list_report(corpus, site.on("/report", drip_head(stop=stop, pause_s=0.05)))

    result = pull_report(corpus, site, transfer_s=0.5)
    stop.set()

    assert "took more than 0.5 s" in result.reason


def test_a_server_that_falls_silent_fails(corpus, site):
    stop = threading.Event()
    list_report(corpus, site.on("/report", drip(times=2, pause_s=30.0, stop=stop)))

    result = pull_report(corpus, site, silence_s=0.2)
    stop.set()

    assert (result.state, "ReadTimeout" in result.reason) == ("failed", True)


# What is too much, or something else


def test_a_body_without_end_is_refused_at_the_limit(corpus, site):
    list_report(corpus, site.on("/report", drip(b"x" * 65_536, times=10**6)))

    result = pull_report(corpus, site)

    assert result.state == "refused"
    assert "larger than 200000 bytes" in result.reason
    assert waiting(corpus) == []


def test_a_body_that_is_announced_as_too_large_is_not_read(corpus, site):
    list_report(corpus, site.on("/report", body(b"", **{"Content-Length": 200_001})))

    assert "larger than 200000 bytes" in pull_report(corpus, site).reason


def test_a_gzip_bomb_is_refused_at_the_limit(corpus, site):
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 200_000
    list_report(corpus, site.on("/report", body(bomb, Content_Encoding="gzip")))

    result = pull_report(corpus, site)

    assert "larger than 200000 bytes" in result.reason
    assert waiting(corpus) == []


def test_gzip_that_was_not_asked_for_is_still_read(corpus, site):
    list_report(corpus, site.on("/report", body(gzip.compress(PDF), Content_Encoding="gzip")))

    assert pull_report(corpus, site).state == "new"
    assert held(corpus) == PDF
    assert site.asked("/report")[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("content", "encoding", "state"),
    [
        (gzip.compress(PDF)[:-20], "gzip", "failed"),
        (b"not gzip", "gzip", "failed"),
        (PDF, "br", "refused"),
        (PDF, "gzip, gzip", "refused"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_not_taken(corpus, site, content, encoding, state):
    list_report(corpus, site.on("/report", body(content, Content_Encoding=encoding)))

    assert pull_report(corpus, site).state == state
    assert held(corpus) is None


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("pdf", body(PAGE, "text/html"), "sends text/html where sources.toml promises pdf"),
        ("pdf", body(PAGE, "application/pdf"), "is no pdf, whatever the server calls it"),
        ("html", body(PDF, "application/pdf"), "sends application/pdf where"),
        ("html", body(PDF, "text/html"), "is no html, whatever"),
        ("html", body(b"plain words", "text/html"), "is no html, whatever"),
        ("pdf", body(b"", "application/pdf"), "is no pdf, whatever"),
        ("pdf", body(b"%PDF-1.7 nothing else %%EOF"), "cannot be read as a document"),
        ("html", body(b"<html><body></body></html>", "text/html"), "cannot be read as a document"),
        ("html", drip(PAGE[:-20], "text/html", times=1), "lost its end"),
    ],
)
def test_what_is_not_as_promised_is_refused(corpus, site, kind, answer, reason):
    list_report(corpus, site.on("/report", answer), kind=kind)

    result = pull_all(corpus, site)[f"en/report.{kind}"]

    assert result.state == "refused"
    assert reason in result.reason
    assert waiting(corpus) == []


def test_a_file_of_no_stated_type_is_judged_by_its_bytes(corpus, site):
    list_report(corpus, site.on("/report", body(PDF, "application/octet-stream")))

    assert pull_report(corpus, site).state == "new"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_update_leaves_the_old_copy(corpus, site, share):
    list_report(corpus, site.on("/report", body(PDF)))
    pull_report(corpus, site)
    site.on("/report", body(NEWER_PDF[: int(len(NEWER_PDF) * share)]))

    result = pull_report(corpus, site)

    assert result.state == "refused"
    assert "The copy of 20" in result.reason
    assert held(corpus) == PDF


# What is no longer there


@pytest.mark.parametrize("code", [404, 410])
def test_what_has_vanished_is_told_and_its_copy_stays(corpus, site, code):
    list_report(corpus, site.on("/report", versioned(PDF), status(code)))
    pull_report(corpus, site)

    result = pull_report(corpus, site)

    assert result.state == "vanished"
    assert "look for the new address" in result.reason
    assert "The copy of 20" in result.reason
    assert held(corpus) == PDF
    assert len(read_corpus(corpus).documents) == 1


@pytest.mark.parametrize(("code", "state"), [(401, "refused"), (403, "refused"), (418, "failed")])
def test_other_answers_are_told_with_what_to_do(corpus, site, code, state):
    list_report(corpus, site.on("/report", status(code)))

    result = pull_report(corpus, site)

    assert result.state == state
    assert f"answered {code}" in result.reason


def test_an_answer_of_unchanged_that_was_not_asked_for_fails(corpus, site):
    list_report(corpus, site.on("/report", status(304)))

    assert pull_report(corpus, site).state == "failed"


def test_one_bad_source_never_stops_the_others(corpus, site):
    write_sources(
        corpus,
        make_source("bad", en=site.on("/bad", hang_up)),
        make_source("worse", en="https://docs.test:port/worse"),
        make_source("good", en=site.on("/good", body(PDF))),
    )

    results = pull_all(corpus, site)

    assert [result.state for result in results.values()] == ["failed", "refused", "new"]


@pytest.mark.parametrize("mark", ["“1”".encode(), b'"\xe9"', "1\u200b".encode(), b'"a\tb"'])
def test_a_mark_that_no_request_can_carry_is_not_sent_back(corpus, site, mark):
    list_report(corpus, site.on("/report", marked(PDF, ETag=mark, Last_Modified=mark)))

    assert pull_report(corpus, site).state == "new"
    assert pull_report(corpus, site).state == "unchanged"
    assert not {"If-None-Match", "If-Modified-Since"} & site.asked("/report")[1].keys()


def test_a_mark_that_an_earlier_pull_took_is_not_sent_back_either(corpus, site):
    list_report(corpus, site.on("/report", versioned(PDF)))
    pull_report(corpus, site)
    ledger = corpus / "pulled" / ".ledger.json"
    noted = ledger.read_text(encoding="utf-8")
    ledger.write_text(noted.replace(r"\"1\"", "“1”"), encoding="utf-8")

    assert "“1”" in ledger.read_text(encoding="utf-8")
    assert pull_report(corpus, site).state == "unchanged"
    assert "If-None-Match" not in site.asked("/report")[1]
    assert "If-Modified-Since" in site.asked("/report")[1]


def test_a_length_of_thousands_of_digits_is_no_length(corpus, site):
    list_report(
        corpus,
        site.on("/report", versioned(PDF, cut=1000), part_of_a_huge_file(), body(PDF)),
    )

    assert pull_report(corpus, site).state == "new"
    assert held(corpus) == PDF


def test_an_answer_that_nobody_thought_of_fails_and_the_others_are_pulled(corpus, site):
    write_sources(
        corpus,
        make_source("odd", en=site.on("/odd", redirect(site.url("//[x")))),
        make_source("good", en=site.on("/good", body(PDF))),
    )

    odd, good = pull_all(corpus, site).values()

    assert (odd.state, good.state) == ("failed", "new")
    assert "cannot be handled" in odd.reason


def test_a_disk_that_cannot_be_written_stops_the_pull_with_one_line(corpus, site):
    list_report(corpus, site.on("/report", body(PDF)))
    corpus.joinpath("pulled").write_text("a file in the way", encoding="utf-8")

    with pytest.raises(MigbotError, match="cannot be written"):
        pull_report(corpus, site)


def test_files_behind_a_link_are_not_written(corpus, site, tmp_path):
    list_report(corpus, site.on("/report", body(PDF)))
    (corpus / "pulled").symlink_to(tmp_path)

    with pytest.raises(CorpusError, match="is a link"):
        pull_report(corpus, site)
