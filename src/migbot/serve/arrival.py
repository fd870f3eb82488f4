"""How a visit begins: what the address of the page and the browser ask for."""

from collections.abc import Mapping

from migbot.documents.clean import clean_text
from migbot.serve.conversation import Visit
from migbot.serve.strings import STRINGS, preferred_language
from migbot.settings import Settings
from migbot.types import LANGUAGES


def arrival(
    parameters: Mapping[str, str], headers: Mapping[str, str], settings: Settings
) -> tuple[Visit, str]:
    """Return a new visit and the question to put into its box, "" for none.

    `parameters` are those of the address: `lang`, `staff` and `q`. `headers` are the request's,
    with names in lower case.
    """
    named = parameters.get("lang")
    visit = visit_anew(headers)
    visit.language = next((known for known in LANGUAGES if known == named), visit.language)
    visit.is_staff = settings.staff_mode and bool(parameters.get("staff"))
    # A link may bring a question, but only the visitor asks it.
    question = clean_text(parameters.get("q", ""))[: settings.question_chars]
    if question:
        visit.notice = STRINGS[visit.language].linked_question
    return visit, question


def visit_anew(headers: Mapping[str, str]) -> Visit:
    """Return an empty visit in the browser's language: the first, or one that was forgotten."""
    return Visit(language=preferred_language(headers.get("accept-language", "")))
