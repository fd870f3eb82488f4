"""What a reader may do with an answer: copy it, save it, print it, link to its question."""

from migbot.serve.conversation import Exchange
from migbot.serve.escaping import plain
from migbot.serve.feedback import JUDGEMENTS, WORD_CHARS
from migbot.serve.strings import Strings


def actions_html(exchange: Exchange, words: Strings) -> str:
    """Return the buttons below an answer that has come to its end; the browser does the work."""
    buttons = []
    if exchange.can_be_taken:
        buttons += [
            _button(words.copy_answer, 'data-take="copy" data-format="text"'),
            _menu(exchange, words),
        ]
    buttons.append(_button(words.copy_link, f'data-link="{plain(exchange.standalone)}"'))
    return (
        f'<div class="mb-actions" role="group" data-key="actions-{exchange.number}" '
        f'aria-label="{plain(words.actions_label)}">{"".join(buttons)}</div>'
    )


def feedback_html(exchange: Exchange, words: Strings) -> str:
    """Return the buttons for what a visitor makes of an answer; the browser presses the page's."""
    buttons = "".join(
        _button(name, f'data-judge="mb-{judgement}"')
        for judgement, name in zip(JUDGEMENTS, words.feedback_judgements, strict=True)
    )
    return (
        f'<div class="mb-feedback" role="group" data-key="feedback-{exchange.number}" '
        f'aria-label="{plain(words.feedback_label)}"><p>{plain(words.feedback_ask)}</p>'
        f'<input type="text" maxlength="{WORD_CHARS}" aria-label="{plain(words.feedback_word)}" '
        f'placeholder="{plain(words.feedback_word)}">{buttons}</div>'
    )


def _menu(exchange: Exchange, words: Strings) -> str:
    saves = "".join(
        _button(name, f'data-take="save" data-format="{form}"')
        for form, name in words.export_formats.items()
    )
    return (
        f'<details class="mb-menu" data-key="export-{exchange.number}">'
        f'<summary class="mb-act">{plain(words.export)}</summary><div class="mb-menu-items">{saves}'
        f"{_button(words.print, 'data-print')}</div></details>"
    )


def _button(name: str, attributes: str) -> str:
    return f'<button type="button" class="mb-act" {attributes}>{plain(name)}</button>'
