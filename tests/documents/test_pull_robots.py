import httpx
import pytest

from migbot.documents.pull_robots import Robots

PAGE = "https://docs.example.org/fr/node/12.pdf?l=fr"


def rules(*lines, agent="*"):
    return Robots(text="\r\n".join((f"User-agent: {agent}", *lines)))


@pytest.mark.parametrize(
    "lines",
    [
        ("Disallow: /",),
        ("Disallow: /fr/",),
        ("disallow:/fr/node/12.pdf # no",),
        ("Disallow: /*.pdf",),
        ("Disallow: /*/node/*.pdf?l=fr$",),
        ("Disallow: *l=fr$",),
        ("Disallow: /fr%2Fnode",),
        ("Allow: /", "Disallow: /fr/node"),
        ("", "Disallow: /"),
        ("Disallow: /fr", "Crawl-delay: 2", "Disallow: /en"),
        ("Disallow: /en", "Crawl-delay: 2", "Disallow: /fr"),
    ],
)
def test_what_is_forbidden_is_not_asked_for(lines):
    assert not rules(*lines).allows(httpx.URL(PAGE))


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Disallow:",),
        ("Disallow: /en/",),
        ("Disallow: /*.pdf$",),
        ("Disallow: /*node/13",),
        ("Disallow: /node",),
        ("Disallow: /", "Allow: /fr/"),
        ("Disallow: /fr/node", "Allow: /fr/node"),
        ("no rule at all", "Sitemap: https://docs.example.org/map"),
    ],
)
def test_what_is_not_forbidden_is_allowed(lines):
    assert rules(*lines).allows(httpx.URL(PAGE))


def test_a_group_that_names_migbot_wins_over_the_group_for_all():
    allowed = Robots(text="User-agent: *\nDisallow: /\n\nUser-agent: MigBot\nDisallow: /en\n")
    forbidden = Robots(text="User-agent: migbot\nDisallow: /\nUser-agent: *\nDisallow:\n")

    assert allowed.allows(httpx.URL(PAGE))
    assert not forbidden.allows(httpx.URL(PAGE))


def test_groups_for_other_programs_do_not_count():
    assert rules("Disallow: /", agent="otherbot").allows(httpx.URL(PAGE))


def test_a_hostile_file_is_judged_as_fast_as_any_other():
    pattern = "Disallow: /" + "*a" * 200 + "*b"

    assert rules(pattern).allows(httpx.URL("https://docs.example.org/" + "a" * 2000))


@pytest.mark.parametrize(
    ("lines", "delay_s"),
    [
        (("Crawl-delay: 10",), 10),
        (("Disallow: /en", "crawl-delay: 2.5"), 3),
        (("Crawl-delay: soon",), 0),
        (("Crawl-delay: -5",), 0),
        ((), 0),
    ],
)
def test_the_delay_is_read_in_seconds_rounded_up(lines, delay_s):
    assert rules(*lines).delay_s == delay_s
