"""A real browser on the real server; every request to another host fails the test."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

# The scripted assistant and the live server are shared with the tests of the serving room, the
# browser's options with the script that takes the pictures.
sys.path.insert(0, str(Path(__file__).parents[1] / "serve"))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from live_page import live_page
from screenshots import BROWSER_OPTIONS, find_browser
from scripted_assistant import DOCUMENTS, ScriptedAssistant, checker

from migbot.answer.assistant import load_assistant
from migbot.settings import load_settings

# A busy machine takes its time; no test waits for something not to happen.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def chromium():
    found = find_browser()
    if found is None:
        pytest.fail("the tests of the page need Chromium: install `chromium-headless-shell`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(BROWSER_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def scripted():
    return ScriptedAssistant(pause_s=0.1)


@pytest.fixture(scope="module")
def feedback_file(tmp_path_factory):
    return tmp_path_factory.mktemp("feedback") / "feedback.jsonl"


@pytest.fixture(scope="module")
def scripted_url(scripted, feedback_file):
    settings = load_settings(feedback_file=feedback_file)
    with live_page(scripted, settings, DOCUMENTS, checker=checker()) as url:
        yield url


@pytest.fixture(scope="module")
def real_url():
    settings = load_settings()
    assistant = load_assistant(settings)
    with live_page(assistant, settings, assistant.index.documents) as url:
        yield url


@pytest.fixture
def open_page(chromium):
    """Open the page as a new visitor; at the end, no foreign request and no script error."""
    contexts, foreign, errors = [], [], []

    def open_new(url, *, locale="fr-FR", width=1440, height=900, path="/", **options):
        context = chromium.new_context(
            locale=locale,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        own = urlsplit(url).netloc

        def watch(route):
            asked = urlsplit(route.request.url)
            if asked.netloc == own or asked.scheme in {"data", "blob"}:
                route.continue_()
            else:
                foreign.append(route.request.url)
                route.abort()

        context.route("**/*", watch)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(url + path)
        page.locator(".mb-welcome h2").wait_for()
        return page

    yield open_new
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []
