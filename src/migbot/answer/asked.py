"""A question as JSON, read the same way from a line of a file and from a request.

    {"id": "q1", "question": "…", "language": "fr", "history": [{"role": "user", "text": "…"}],
     "passages": [{"id": "p1", "text": "…", "title": "…"}]}

All but `question` may be left out, and other fields are passed over.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from migbot.documents.clean import clean_text
from migbot.documents.given import given_passage
from migbot.errors import QuestionError
from migbot.types import LANGUAGES, Language, Passage, Question, Role, Turn


def question_of(question_id: str, fields: Mapping[str, Any], question_chars: int) -> Question:
    """Return the question that `fields` hold; it may have `question_chars` characters.

    Raises:
        QuestionError: a field is missing, malformed or too long.
    """
    passages = fields.get("passages")
    return Question(
        question_id=question_id,
        text=clean_question(text_of(fields, "question"), question_chars),
        language=language_of(fields.get("language")),
        history=tuple(_turn(item) for item in _list(fields.get("history", []), "history")),
        passages=None if passages is None else given_passages(_list(passages, "passages")),
    )


def clean_question(text: str, question_chars: int) -> str:
    """Return the words of a question, cleaned.

    Raises:
        QuestionError: there are none, or more than `question_chars` characters.
    """
    if len(text) > question_chars:
        raise QuestionError(
            f"the question has {len(text)} characters: it may have {question_chars}"
        )
    cleaned = clean_text(text)
    if not cleaned:
        raise QuestionError("the question is empty: write what you want to know")
    return cleaned


def id_of(fields: Mapping[str, Any]) -> str:
    """Return the field `id`.

    Raises:
        QuestionError: it is absent, empty or no text.
    """
    question_id = text_of(fields, "id")
    _refuse_surrogates(question_id)
    return question_id


def given_passages(values: Iterable[object]) -> tuple[Passage, ...]:
    """Return the passages that a question brings, each from an object with `id` and `text`.

    Raises:
        QuestionError: there is none, one is malformed, or two have the same id.
    """
    passages = tuple(_passage(object_of(value, "a passage")) for value in values)
    if not passages:
        raise QuestionError('"passages" is empty: give at least one, or leave the field out')
    if len({passage.passage_id for passage in passages}) < len(passages):
        raise QuestionError('two passages have the same "id": give each its own')
    return passages


def language_of(value: object) -> Language | None:
    """Return the language that a question names; None where it is to be found out.

    Raises:
        QuestionError: it is no language of migbot's.
    """
    if value is None or value == "auto":
        return None
    for language in LANGUAGES:
        if value == language:
            return language
    raise QuestionError(f'"language" is {value!r}: it should be "fr", "en" or "auto"')


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return the text of one field.

    Raises:
        QuestionError: it is absent, empty or no text.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise QuestionError(f'"{name}" should be text that is not empty')
    return value


def object_of(value: object, what: str) -> Mapping[str, Any]:
    """Return `value`, which `what` names, as an object.

    Raises:
        QuestionError: it is none.
    """
    if not isinstance(value, dict):
        raise QuestionError(f"{what} should be a JSON object")
    return value


def _turn(value: object) -> Turn:
    fields = object_of(value, "a turn of the history")
    for role in get_args(Role):
        if fields.get("role") == role:
            return Turn(role=role, text=clean_text(text_of(fields, "text")))
    raise QuestionError('"role" of a turn should be "user" or "assistant"')


def _passage(fields: Mapping[str, Any]) -> Passage:
    """Return a given passage as it stands: its text is quoted back, so it is not cleaned."""
    passage_id, text = text_of(fields, "id"), text_of(fields, "text")
    title = fields.get("title") or ""
    if not isinstance(title, str):
        raise QuestionError('"title" of a passage should be text')
    for value in (passage_id, text, title):
        _refuse_surrogates(value)
    return given_passage(text, passage_id=passage_id, title=title)


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QuestionError("a text holds half a character (a lone surrogate)") from error


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise QuestionError(f'"{name}" should be a list')
    return value
