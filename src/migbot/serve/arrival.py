"""How a visit begins: what the address of the page and the browser ask for."""

from collections.abc import Mapping

from migbot.documents.clean import clean_text
from migbot.serve.conversation import Visit
from migbot.serve.strings import STRINGS, preferred_language
from migbot.settings import Settings
from migbot.types import LANGUAGES, Language


def arrival(
    parameters: Mapping[str, str], accept_language: str, settings: Settings
) -> tuple[Visit, str]:
    """Return a new visit and the question to put into its box, "" for none.

    `parameters` are those of the address: `lang`, `staff` and `q`.
    """
    named = parameters.get("lang")
    wished = preferred_language(accept_language)
    language: Language = next((known for known in LANGUAGES if known == named), wished)
    is_staff = settings.staff_mode and bool(parameters.get("staff"))
    visit = Visit(language=language, is_staff=is_staff)
    # A link may bring a question, but only the visitor asks it.
    question = clean_text(parameters.get("q", ""))[: settings.question_chars]
    if question:
        visit.notice = STRINGS[language].linked_question
    return visit, question
