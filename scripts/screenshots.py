"""Take the pictures of the READMEs from a running page: `python scripts/screenshots.py URL`.

They go into docs/images/: a desktop in English and a phone in French, each with an answer and its
first source opened. `--all FOLDER` takes instead, into FOLDER, both languages at every width, light
and dark, before and after a question. Exits with 1 if the page asked any other host for anything.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The first is the others without windows: it starts sooner and draws the same pages.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZES = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1440, 900)}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
README_PICTURES = (
    (
        "answer-desktop",
        "en",
        (1280, 800),
        "What does the Network’s statement of December 2018 say about the Global Compact?",
    ),
    (
        "answer-phone",
        "fr",
        (390, 844),
        "Quels sont les huit membres du Comité de direction du Réseau ?",
    ),
)
ANSWER_TIMEOUT_MS = 180_000


class Camera:
    """Opens the page at `url` as new visitors; `foreign` holds what it asked of other hosts."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.foreign: set[str] = set()
        self._browser = browser
        self._url = url

    @contextmanager
    def visit(self, language: str, size: tuple[int, int], scheme: str = "light") -> Iterator[Page]:
        """Give the page as a visitor with this language, window and colour scheme finds it."""
        context = self._browser.new_context(
            locale=LOCALES[language],
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.on("request", lambda request: self._note(request.url))
        page.goto(self._url)
        page.locator(".mb-welcome h2").wait_for()
        yield page
        context.close()

    def _note(self, asked: str) -> None:
        parts = urlsplit(asked)
        if parts.scheme in {"http", "https", "ws", "wss"} and (
            parts.netloc != urlsplit(self._url).netloc
        ):
            self.foreign.add(asked)


def take_for_readmes(camera: Camera, folder: Path) -> None:
    """Take the two pictures that the READMEs show."""
    for name, language, size, question in README_PICTURES:
        with camera.visit(language, size) as page:
            ask(page, question)
            if page.locator(".mb-pair").last.evaluate(SIDE_BY_SIDE):
                open_source(page)
                page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=folder / f"{name}.png")


def take_all(camera: Camera, folder: Path, questions: Sequence[str]) -> None:
    """Take every kind of picture: at the start, with the answer, with a source opened."""
    for language, size, scheme in product(LOCALES, SIZES, ("light", "dark")):
        name = f"{language}-{size}-{scheme}"
        with camera.visit(language, SIZES[size], scheme) as page:
            page.screenshot(path=folder / f"{name}-start.png")
            for question in questions:
                ask(page, question)
            if not questions:
                page.locator(".mb-example").first.click()
                wait(page)
            page.screenshot(path=folder / f"{name}-answer.png")
            if page.locator(".mb-marker").count():
                open_source(page)
                page.screenshot(path=folder / f"{name}-source.png")


def ask(page: Page, question: str) -> None:
    """Ask a question and wait until its answer is complete."""
    asked = page.locator(".mb-exchange").count()
    page.locator("#mb-question textarea").fill(question)
    page.locator("#mb-question textarea").press("Enter")
    page.locator(".mb-exchange").nth(asked).wait_for()
    wait(page)
    page.locator("#mb-question textarea").blur()


def wait(page: Page) -> None:
    """Wait until the newest answer is complete."""
    page.locator(".mb-exchange:last-child[data-state=at-rest]").wait_for(timeout=ANSWER_TIMEOUT_MS)
    page.locator("#mb-send").wait_for()


def open_source(page: Page) -> None:
    """Open the source of the newest answer's first marker."""
    page.locator(".mb-exchange:last-child .mb-marker").first.click()
    page.wait_for_timeout(300)


SIDE_BY_SIDE = "pair => getComputedStyle(pair).gridTemplateColumns.split(' ').length === 2"


def find_browser() -> str | None:
    """Return the path of a browser for taking pictures; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Take pictures of a running page.")
    parser.add_argument("url", help="address of the page, such as http://127.0.0.1:7860")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every kind, into FOLDER")
    parser.add_argument("--ask", action="append", default=[], help="with --all: ask this")
    options = parser.parse_args()
    folder = options.all or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=list(BROWSER_OPTIONS)
        )
        camera = Camera(browser, options.url)
        if options.all:
            take_all(camera, folder, options.ask)
        else:
            take_for_readmes(camera, folder)
        browser.close()
    for asked in sorted(camera.foreign):
        sys.stderr.write(f"the page asked another host: {asked}\n")
    return 1 if camera.foreign else 0


if __name__ == "__main__":
    sys.exit(main())
