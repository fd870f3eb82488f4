"""From a file's bytes to text, without ever dropping a byte that is not understood."""

import codecs
import re
from dataclasses import dataclass

from migbot.errors import DocumentError

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LETTERS = re.compile(r"[^\W\d_]")
# What Windows-1252 has beyond ASCII and French or English prose uses. Bytes of another encoding
# read as Windows-1252 give mostly others: Ã, ƒ, ¼, ¶ and their like.
_PLAUSIBLE = frozenset(
    "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆáíóúñÁÍÓÚÑãõß«»‹›’‘“”„…–—•€°§ºª·©®™²³½\xa0"
)
_GUESSED = "windows-1252"
_LEAST_PLAUSIBLE = 0.9
_MOST_CONTROLS = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A file's text and the encoding that it was read in."""

    text: str
    encoding: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know: whether the encoding was guessed."""
        if self.encoding != _GUESSED:
            return ()
        return ("read as Windows-1252; save it as UTF-8 to be sure",)


def decode(data: bytes) -> Decoded:
    """Return the text of `data`: by its byte order mark, as UTF-8, or as Windows-1252.

    Raises:
        DocumentError: `data` is not text, or in an encoding that is not one of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(text=_checked(_strictly(data, encoding)), encoding=encoding)
    try:
        return Decoded(text=_checked(data.decode("utf-8")), encoding="utf-8")
    except UnicodeDecodeError:
        return Decoded(text=_windows_1252(data), encoding=_GUESSED)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"not text: its byte order mark says {encoding}, its bytes do not; save it as UTF-8"
        ) from error


def _windows_1252(data: bytes) -> str:
    try:
        text = _checked(data.decode(_GUESSED))
    except UnicodeDecodeError as error:
        raise DocumentError("not text in a known encoding: save it as UTF-8") from error
    beyond_ascii = [character for character in text if not character.isascii()]
    plausible = sum(character in _PLAUSIBLE for character in beyond_ascii)
    if plausible < _LEAST_PLAUSIBLE * len(beyond_ascii):
        raise DocumentError("not text in a known encoding: save it as UTF-8")
    return text


def _checked(text: str) -> str:
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > _MOST_CONTROLS * len(text):
        raise DocumentError("not text: it holds binary data")
    if text.strip() and not _LETTERS.search(text):
        raise DocumentError("not text: it holds no letter")
    return text
