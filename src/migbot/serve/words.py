"""Which words of its own the page has, in whichever language."""

from collections.abc import Mapping
from dataclasses import dataclass

from migbot.types import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Strings:
    """The page's words in one language. Names in braces are filled in by `str.format`."""

    language: Language
    title: str
    headline: str
    statement: str
    examples_label: str
    examples: tuple[str, str, str, str]
    question_label: str
    placeholder: str
    send: str
    stop: str
    new_conversation: str
    switch: str
    switch_to: Language
    you_asked: str
    answer: str
    quotes_label: str
    sources: str
    cited: str
    others: str
    found: str
    nearest: str
    source_marker: str
    reveal: str
    back: str
    uses: str
    copy_reference: str
    copied: str
    not_copied: str
    sheet: str
    listed: str
    based_on: str
    official: str
    more_sources: str
    new_tab: str
    page: str
    undated: str
    document_languages: Mapping[Language, str]
    percent: str
    quote_open: str
    quote_close: str
    as_of_day: str
    as_of_period: str
    actions_label: str
    copy_answer: str
    copy_link: str
    export: str
    export_formats: Mapping[str, str]
    print: str
    linked_question: str
    looked_for: str
    suggestions: str
    suggestion: str
    searching: str
    preparing: str
    waiting: str
    ahead: str
    reading: str
    writing: str
    done: str
    done_cut: str
    done_unsure: str
    done_declined: str
    done_small_talk: str
    stopped: str
    interrupted: str
    failed_heading: str
    empty_question: str
    long_question: str
    busy: str
    wait_seconds: str
    wait_minute: str
    wait_minutes: str
    too_many: str
    failed: str
    limits_heading: str
    limits: tuple[str, ...]
    quotes_alone: str
    questions_stay: str
    questions_beside: str
    questions_leave: str
    staff: str
    trace: Mapping[str, str]
    claim_heading: str
    claim_text: str
    claim_label: str
    claim_check: str
    claim_checking: str
    claim_waiting: str
    empty_claim: str
    long_claim: str
    verdicts: Mapping[str, str]
    feedback_label: str
    feedback_ask: str
    feedback_judgements: tuple[str, str, str]
    feedback_word: str
    feedback_thanks: str
    feedback_full: str
    about: str
    about_heading: str
    about_close: str
    about_documents: str
    about_counts: str
    about_list: str
    about_first: str
    about_models: str
    about_models_text: str
    about_quotes_alone: str
    about_measured: str
    about_measured_text: str
    about_other_models: str
    about_figures: Mapping[str, str]
    about_privacy: str
    about_kept: str
    about_feedback: str
    skip: str
