"""How gently hosts are asked."""

import threading

import pytest
from pdf_files import make_pdf
from pull_server import body, hang_up, pull_all, redirect, status
from pull_sources import make_source, write_sources

PDF = make_pdf(["The Network brings together the entities of the United Nations system."])
ROBOTS = "/robots.txt"


def robots(text, **headers):
    return body(text.encode(), "text/plain", **headers)


def list_two(corpus, site):
    write_sources(
        corpus,
        make_source("a", en=site.on("/open/a", body(PDF))),
        make_source("b", en=site.on("/closed/b", body(PDF))),
    )


def states(results):
    return [result.state for result in results.values()]


def test_what_robots_txt_forbids_is_not_asked_for(corpus, site):
    site.on(ROBOTS, robots("User-agent: *\nDisallow: /closed/"))
    list_two(corpus, site)

    results = pull_all(corpus, site)

    assert states(results) == ["new", "refused"]
    assert "robots.txt of docs.test forbids" in results["en/b.pdf"].reason
    assert not site.asked("/closed/b")


def test_a_redirect_leads_to_nothing_that_robots_txt_forbids(corpus, site):
    site.on(ROBOTS, robots("User-agent: migbot\nDisallow: /closed/"), host="files.test")
    there = site.on("/closed/b", body(PDF), host="files.test")
    write_sources(
        corpus,
        make_source("a", en=site.on("/a", redirect(there))),
        make_source("b", en=there),
    )

    assert states(pull_all(corpus, site)) == ["refused", "refused"]
    assert not site.asked("/closed/b", "files.test")


def test_robots_txt_is_read_once_and_may_be_absent(corpus, site):
    list_two(corpus, site)

    assert states(pull_all(corpus, site)) == ["new", "new"]
    assert len(site.asked(ROBOTS)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        status(500),
        status(503),
        status(429),
        status(403),
        hang_up,
        robots("", Content_Length=10),
        redirect("http://elsewhere.test/robots.txt"),
        redirect("/robots.txt"),
        body(b"x" * 600_000, "text/plain"),
    ],
)
def test_a_host_that_cannot_say_what_it_allows_is_passed_over(corpus, site, answer):
    site.on(ROBOTS, answer)
    list_two(corpus, site)

    results = pull_all(corpus, site)

    assert set(states(results)) <= {"refused", "failed"}
    assert all("robots.txt" in result.reason for result in results.values())
    assert {path for (_, path), _ in site.requests} == {ROBOTS}


def test_a_robots_txt_that_takes_too_long_is_given_up(corpus, site):
    stop = threading.Event()
    site.on(ROBOTS, lambda _: stop.wait(30))
    list_two(corpus, site)

    results = pull_all(corpus, site, transfer_s=0.3)
    stop.set()

    assert states(results) == ["failed", "failed"]
    assert "took more than 0.3 s" in results["en/a.pdf"].reason


def test_a_robots_txt_that_has_moved_within_its_host_is_read(corpus, site):
    site.on(ROBOTS, redirect("/files/robots.txt", 301))
    site.on("/files/robots.txt", robots("User-agent: *\nDisallow: /closed/"))
    list_two(corpus, site)

    assert states(pull_all(corpus, site)) == ["new", "refused"]


@pytest.mark.parametrize(
    ("wanted", "pauses"), [("", [1.0]), ("Crawl-delay: 10", [10.0]), ("Crawl-delay: 900", [30.0])]
)
def test_there_is_a_pause_between_two_requests_to_a_host(corpus, site, wanted, pauses):
    site.on(ROBOTS, robots(f"User-agent: *\n{wanted}"))
    list_two(corpus, site)

    pull_all(corpus, site)

    # After robots.txt, and after the first file.
    assert site.pauses == pauses * 2


def test_a_host_is_asked_one_thing_at_a_time_even_by_way_of_others(corpus, site):
    sources = []
    for number in range(4):
        there = site.on(f"/{number}", body(PDF), host="files.test")
        sources.append(make_source(f"direct-{number}", en=there))
        host = f"host{number}.test"
        sources.append(make_source(f"led-{number}", en=site.on("/", redirect(there), host=host)))
    write_sources(corpus, *sources)

    assert set(states(pull_all(corpus, site))) == {"new"}

    assert len([1 for (host, _), _ in site.requests if host == "files.test"]) == 9
    assert set(site.most_busy.values()) == {1}


def test_hosts_are_asked_side_by_side_within_the_bound(corpus, site):
    together = threading.Barrier(2, timeout=20)

    def wait_for_the_other(request):
        together.wait()
        body(PDF)(request)

    hosts = [f"host{number}.test" for number in range(4)]
    write_sources(
        corpus,
        *(
            make_source(f"s{number}", en=site.on("/", wait_for_the_other, host=host))
            for number, host in enumerate(hosts)
        ),
    )

    assert set(states(pull_all(corpus, site, hosts=2))) == {"new"}
