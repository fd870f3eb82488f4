"""Take pictures of a running page: `python scripts/screenshots.py URL [FOLDER]`.

Both languages, phone, tablet and desktop, light and dark, before and after a question, into
docs/images/. Exits with 1 if the page asked any other host for anything.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
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
WIDTHS = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1440, 900)}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
ANSWER_TIMEOUT_MS = 180_000


def take(browser: Browser, url: str, folder: Path, questions: Sequence[str]) -> set[str]:
    """Take every picture and return the foreign addresses that the page asked for."""
    foreign: set[str] = set()
    for language, width, scheme in product(LOCALES, WIDTHS, ("light", "dark")):
        context = browser.new_context(
            locale=LOCALES[language],
            viewport=dict(zip(("width", "height"), WIDTHS[width], strict=True)),
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.on("request", lambda request: foreign.add(request.url))
        name = f"{language}-{width}-{scheme}"
        page.goto(url)
        page.locator(".mb-welcome h1").wait_for()
        page.screenshot(path=folder / f"{name}-start.png")
        if questions:
            for question in questions:
                ask(page, question)
        else:
            page.locator(".mb-example").first.click()
            wait(page)
        page.screenshot(path=folder / f"{name}-answer.png")
        marker = page.locator(".mb-marker")
        if marker.count():
            marker.last.click()
            page.wait_for_timeout(300)
            page.screenshot(path=folder / f"{name}-source.png")
        context.close()
    own = urlsplit(url).netloc
    return {
        asked
        for asked in foreign
        if urlsplit(asked).netloc != own
        and urlsplit(asked).scheme in {"http", "https", "ws", "wss"}
    }


def ask(page: Page, question: str) -> None:
    """Ask a question and wait until its answer is complete."""
    page.locator("#mb-question textarea").fill(question)
    page.locator("#mb-question textarea").press("Enter")
    page.get_by_text(question, exact=True).last.wait_for()
    wait(page)


def wait(page: Page) -> None:
    """Wait until the newest answer is complete."""
    page.locator(".mb-exchange[data-state=at-rest]").last.wait_for(timeout=ANSWER_TIMEOUT_MS)
    page.locator("#mb-send").wait_for()


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Take pictures of a running page.")
    parser.add_argument("url", help="address of the page, such as http://127.0.0.1:7860")
    parser.add_argument("folder", nargs="?", default="docs/images", type=Path)
    parser.add_argument("--ask", action="append", default=[], help="ask this, not an example")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(BROWSER_OPTIONS)
        )
        foreign = take(browser, options.url, options.folder, options.ask)
        browser.close()
    for asked in sorted(foreign):
        sys.stderr.write(f"the page asked another host: {asked}\n")
    return 1 if foreign else 0


if __name__ == "__main__":
    sys.exit(main())
