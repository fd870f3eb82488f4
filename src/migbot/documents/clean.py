"""One normal form for all text, so that a question and the passage it seeks are spelt alike.

Documents when they are read and questions when they are asked pass through the same `clean_text`,
and quotes are shown from its result. No-break spaces become plain spaces: French typography puts
them before « : ; ! ? » and into numbers, readers seldom type them, and a match must not hang on
them.
"""

import re
import unicodedata

# Letters that only look different: typographic ligatures, full-width forms and mathematical
# alphabets. Other compatibility characters (½, ², №) mean something and stay.
_LOOK_ALIKE = re.compile("[\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff]+")
_LINE_BREAKS = frozenset("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})
_LONGEST_RUN_OF_MARKS = 4


def clean_text(text: str) -> str:
    r"""Return `text` in the project's normal form; cleaning twice changes nothing.

    NFC; ligatures spelt out; control characters, soft hyphens, zero-width and bidirectional
    controls, private-use characters and lone surrogates removed; every kind of space one plain
    space, runs of them collapsed, none at the ends of lines; line ends `\n`, at most one blank
    line in a row, none at either end.
    """
    text = _replace_characters(text.replace("\r\n", "\n"))
    text = _LOOK_ALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    # Ordering a long run of combining marks takes time that grows with its square, so the run is
    # cut before normalising, and after it, since one character may decompose into two marks.
    text = _cut_marks(unicodedata.normalize("NFC", _cut_marks(text)))
    text = re.sub(" {2,}", " ", text)
    text = re.sub(" ?\n ?", "\n", text)
    return re.sub("\n{3,}", "\n\n", text).strip(" \n")


def clean_line(text: str) -> str:
    """Return `text` in the project's normal form on one line."""
    return " ".join(clean_text(text).split())


def _replace_characters(text: str) -> str:
    table = {ord(character): _replacement(character) for character in set(text)}
    changed = {code: new for code, new in table.items() if new != chr(code)}
    # Even with an empty table, each character would be looked up.
    return text.translate(changed) if changed else text


def _replacement(character: str) -> str:
    if character == "\n" or character in _LINE_BREAKS:
        return "\n"
    category = unicodedata.category(character)
    if character == "\t" or category == "Zs":
        return " "
    return "" if category in _REMOVED_CATEGORIES else character


def _cut_marks(text: str) -> str:
    marks = "".join(sorted(mark for mark in set(text) if unicodedata.combining(mark)))
    if not marks:
        return text
    run = f"([{re.escape(marks)}]{{{_LONGEST_RUN_OF_MARKS}}})[{re.escape(marks)}]+"
    return re.sub(run, r"\1", text)
