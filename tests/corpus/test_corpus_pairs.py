import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
REQUIRED_KEYS = {"title", "language", "topics", "as_of", "pair", "sources"}

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
HEADING = re.compile(r"^(#+) \S", re.MULTILINE)
ADDRESS_OR_CODE = re.compile(r"https?://\S+|`[^`]*`")
NO_BREAK_SPACES = "\u00a0\u202f"
WRONG_FRENCH = {
    "a straight apostrophe": re.compile(r"'"),
    "an ordinary space before : ; ! ?": re.compile(r"[ \t][:;!?]"),
    "« without a no-break space after it": re.compile(f"«(?![{NO_BREAK_SPACES}])"),
    "» without a no-break space before it": re.compile(f"(?<![{NO_BREAK_SPACES}])»"),
}


def names_in(language: str) -> list[str]:
    return sorted(path.name for path in (CORPUS / language).glob("*.md"))


def read(language: str, name: str) -> tuple[dict[str, Any], str]:
    text = (CORPUS / language / name).read_text(encoding="utf-8")
    parts = FRONT_MATTER.match(text)
    assert parts is not None, f"{language}/{name} does not open with front matter"
    fields = yaml.safe_load(parts[1])
    assert isinstance(fields, dict)
    return fields, parts[2]


def heading_levels(body: str) -> list[int]:
    return [len(marks) for marks in HEADING.findall(body)]


def faults_in_french(text: str) -> list[str]:
    prose = ADDRESS_OR_CODE.sub("", text)
    return [
        f"{fault}: {prose[max(0, found.start() - 20) : found.end() + 20]!r}"
        for fault, pattern in WRONG_FRENCH.items()
        for found in pattern.finditer(prose)
    ]


NAMES = sorted({*names_in("en"), *names_in("fr")})
FILES = [(language, name) for language in ("en", "fr") for name in names_in(language)]


def test_both_languages_hold_the_same_files():
    assert NAMES
    assert names_in("en") == names_in("fr")


@pytest.mark.parametrize("name", NAMES)
def test_twins_share_their_pair_date_and_source_addresses(name: str):
    english, _ = read("en", name)
    french, _ = read("fr", name)

    assert english["pair"] == french["pair"] == Path(name).stem
    assert english["as_of"] == french["as_of"]
    assert len(english["sources"]) == len(french["sources"])


@pytest.mark.parametrize("name", NAMES)
def test_twins_have_the_same_headings_level_by_level(name: str):
    _, english = read("en", name)
    _, french = read("fr", name)

    levels = heading_levels(english)

    assert levels == heading_levels(french)
    assert levels.count(1) == 1
    assert levels.count(2) >= 2


@pytest.mark.parametrize(("language", "name"), FILES)
def test_front_matter_is_complete(language: str, name: str):
    fields, body = read(language, name)

    assert fields.keys() >= REQUIRED_KEYS
    assert fields["language"] == language
    assert body.startswith(f"# {fields['title']}\n")
    assert fields["topics"]
    assert all(isinstance(topic, str) and topic for topic in fields["topics"])


@pytest.mark.parametrize(("language", "name"), FILES)
def test_date_is_iso_and_as_precise_as_known(language: str, name: str):
    fields, _ = read(language, name)

    as_of = fields["as_of"]
    first_day = as_of + "2024-01-01"[len(as_of) :]

    assert len(as_of) in {4, 7, 10}
    assert date.fromisoformat(first_day).isoformat() == first_day


@pytest.mark.parametrize(("language", "name"), FILES)
def test_each_source_has_a_title_and_an_https_address(language: str, name: str):
    fields, _ = read(language, name)

    assert fields["sources"]
    for source in fields["sources"]:
        address = urlsplit(source["url"])
        assert source["title"].strip()
        assert address.scheme == "https"
        assert address.hostname


@pytest.mark.parametrize("name", names_in("fr"))
def test_french_keeps_its_typography(name: str):
    fields, body = read("fr", name)

    assert faults_in_french(f"{fields['title']}\n{body}") == []


@pytest.mark.parametrize(
    "text", ["l'OIM", "ainsi : oui", "quoi ?", "« oui\u00a0»", "«\u00a0oui »", "«oui»"]
)
def test_wrong_french_typography_is_noticed(text: str):
    assert faults_in_french(text)


def test_right_french_typography_passes():
    text = "L’OIM\u00a0: «\u00a0oui\u00a0» en 2018\u202f; voir https://www.iom.int/?a='b'."

    assert faults_in_french(text) == []
