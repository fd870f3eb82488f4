"""What an embedder's folder says of its tokens, read without loading the model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from migbot.errors import ModelIntegrityError

_SETTINGS = "sentence_bert_config.json"
_TOKENIZER = "tokenizer.json"


def stated_max_tokens(folder: Path) -> int | None:
    """Return the longest input in tokens, special tokens included; None where it is not stated.

    Raises:
        ModelIntegrityError: the folder's settings cannot be read.
    """
    stated = _settings(folder).get("max_seq_length")
    return None if stated is None else int(stated)


def token_counter(folder: Path) -> Callable[[str], int] | None:
    """Return what counts the tokens of a text, special tokens left out, as the model reads it.

    None where only the model itself knows: the folder has no `tokenizer.json`, or its settings
    change the text before that. The counter may serve several threads at once.

    Raises:
        ModelIntegrityError: the tokenizer or the folder's settings cannot be read.
    """
    file = folder / _TOKENIZER
    if not file.is_file() or _settings(folder).get("do_lower_case"):
        return None
    from tokenizers import Tokenizer  # noqa: PLC0415 - loaded only when tokens are counted

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises no narrower one
        raise ModelIntegrityError(
            f"{file} cannot be read ({error}): install the embedder anew"
        ) from error
    # Either may be stored in the file, and would then bound or fill up what is counted.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


def _settings(folder: Path) -> dict[str, Any]:
    file = folder / _SETTINGS
    if not file.is_file():
        return {}
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise ModelIntegrityError(
            f"{file} cannot be read ({error}): install the embedder anew"
        ) from error
