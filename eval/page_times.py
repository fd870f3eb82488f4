"""How long a visitor waits for the page, measured in a browser from the press of Enter.

    python -m eval.page_times http://127.0.0.1:7860 --limit 20

Asks development questions of a running page, each in a new visit, and prints as JSON, in
milliseconds, the median and the highest of the times until the first source is drawn, until the
first sentence or the reason for declining, and until the answer is whole.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from eval.cases import Case
from eval.questions import read_cases
from migbot.types import Language

_LOCALES: Mapping[Language, str] = {"fr": "fr-FR", "en": "en-GB"}
_WAIT_MS = 180_000
# What is awaited, by the name of its time.
_AWAITED = {
    "source_ms": ".mb-exchange:last-child .mb-card",
    "words_ms": ".mb-exchange:last-child :is(.mb-sentence, .mb-box p)",
    "whole_ms": ".mb-exchange:last-child[data-state=at-rest]",
}
# A time is taken in the frame after the change, which is when the reader can see it.
_CLOCK = """awaited => {
  window.times = {};
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const pressed = performance.now();
    new MutationObserver(() => {
      for (const [name, selector] of Object.entries(awaited)) {
        if (name in window.times || !document.querySelector(selector)) continue;
        window.times[name] = null;
        requestAnimationFrame(() => (window.times[name] = performance.now() - pressed));
      }
    }).observe(document.body, { attributes: true, childList: true, subtree: true });
  }, true);
}"""
_IS_WHOLE = "() => typeof window.times.whole_ms === 'number'"


def main(arguments: Sequence[str]) -> int:
    """Measure and print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m eval.page_times")
    parser.add_argument("url", help="address of the page, such as http://127.0.0.1:7860")
    parser.add_argument("--limit", type=int, default=20, help="how many questions are asked")
    options = parser.parse_args(arguments)
    cases = [case for case in read_cases("dev") if not case.question.history]
    step = max(1, len(cases) // options.limit)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        times = [_times(browser, options.url, case) for case in cases[::step][: options.limit]]
        browser.close()
    print(json.dumps(_figures(times), indent=2))
    return 0


def _browser() -> str | None:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def _times(browser: Browser, url: str, case: Case) -> Mapping[str, float]:
    context = browser.new_context(locale=_LOCALES[case.language])
    page = context.new_page()
    page.goto(url)
    page.locator(".mb-welcome h2").wait_for()
    page.evaluate(_CLOCK, _AWAITED)
    box = page.locator("#mb-question textarea")
    box.fill(case.question.text)
    box.press("Enter")
    page.wait_for_function(_IS_WHOLE, timeout=_WAIT_MS)
    times: dict[str, float] = page.evaluate("window.times")
    context.close()
    return times


def _figures(times: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {"questions": len(times)}
    for name in _AWAITED:
        found = [one[name] for one in times if one.get(name) is not None]
        figures[name] = {"median": round(median(found)), "highest": round(max(found))}
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
