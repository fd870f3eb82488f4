"""Prompts in ChatML, the turn markers of the Qwen models, as token numbers.

The prompt is built here and not by the template in the model's file: a file's template is a
program. Text becomes tokens by itself, so nothing written in it can close a turn or open another.
"""

from collections.abc import Sequence

import tiktoken

from migbot.answer.generate.protocol import Message
from migbot.errors import SettingsError

START = "<|im_start|>"
END = "<|im_end|>"


def chatml_tokens(encoding: tiktoken.Encoding, messages: Sequence[Message]) -> list[int]:
    """Return the prompt of `messages`, open for the assistant's reply.

    Raises:
        SettingsError: the model has no such markers.
    """
    try:
        start, end = encoding.encode_single_token(START), encoding.encode_single_token(END)
    except KeyError as error:
        raise SettingsError(
            f"model {encoding.name} has no {START}: set generator_model to one that uses ChatML"
        ) from error
    newline = encoding.encode_ordinary("\n")
    prompt = []
    for message in messages:
        turn = encoding.encode_ordinary(f"{message.role}\n{message.text}")
        prompt += [start, *turn, end, *newline]
    return [*prompt, start, *encoding.encode_ordinary("assistant\n")]
