"""Sentences and markers of a reply, told apart simply."""

import re

MARKER = re.compile(r"\[(\d+)\]")
# One or more, with the commas between them and the spaces before.
_MARKERS = r"(?:\s*\[\d+\](?:\s*[,;](?=\s*\[\d))?)"
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
# Full stops after initials and a few abbreviations end no sentence.
_SENTENCE_END = re.compile(
    r"(?<!\b[A-ZÀ-Þ])(?<!\bMr)(?<!\bDr)(?<!\bart)(?<!\bno)"
    rf"[.!?…]+[\"”»’)*]*{_MARKERS}*(?=\s+[A-ZÀ-Þ«“\"(*])"
)


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text`, simply: at line ends and at full stops before a capital.

    Markers after the full stop belong to the sentence before; marks of a list are left out.
    """
    sentences: list[str] = []
    for line in text.split("\n"):
        rest = _LIST_MARK.sub("", line)
        start = 0
        for end in [match.end() for match in _SENTENCE_END.finditer(rest)] + [len(rest)]:
            sentence = rest[start:end].strip()
            start = end
            if sentences and sentence and not without_markers(sentence):
                sentences[-1] += sentence
            elif sentence:
                sentences.append(sentence)
    return tuple(sentences)


def without_markers(text: str) -> str:
    """Return `text` without its markers, the commas between them and the spaces before."""
    return re.sub(_MARKERS, "", text).strip()
