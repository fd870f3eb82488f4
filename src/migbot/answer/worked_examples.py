"""The constant beginning of a prompt: instructions, then worked examples as earlier turns."""

from collections.abc import Iterable

from migbot.answer.generate.protocol import Message


def prompt_beginning(instructions: str, examples: Iterable[tuple[str, str]]) -> tuple[Message, ...]:
    """Return `instructions` and `examples`, pairs of a message and its reply, as messages."""
    messages = [Message(role="system", text=instructions)]
    for asked, reply in examples:
        messages.append(Message(role="user", text=asked))
        messages.append(Message(role="assistant", text=reply))
    return tuple(messages)
