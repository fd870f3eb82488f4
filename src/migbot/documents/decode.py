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
_LATIN_9 = "iso-8859-15"
_NAMES = {_GUESSED: "Windows-1252", _LATIN_9: "Latin-9 (ISO 8859-15)"}
# In Latin-9 these bytes are Œ, œ and Ÿ. In Windows-1252 they are fractions, which follow a figure
# or stand alone.
_FRACTION_IN_WORD = re.compile(r"(?<!\d)[¼½¾](?=[^\W\d_])")
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
# Of a single byte a letter: those of web pages in the languages that use these letters.
_STATED = re.compile(r"iso-?8859-\d{1,2}|latin-?\d{1,2}|windows-125\d|cp125\d", re.IGNORECASE)
# What web pages call Latin-1 is read by every browser as this.
_LATIN_1 = frozenset({"iso8859-1", "latin1"})
_LEAST_PLAUSIBLE = 0.9
_MOST_CONTROLS = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A file's text and the encoding that it was read in."""

    text: str
    encoding: str
    is_guessed: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know: whether the encoding was guessed."""
        if not self.is_guessed:
            return ()
        return (f"read as {_NAMES[self.encoding]}; save it as UTF-8 to be sure",)


def decode(data: bytes, *, stated: str | None = None) -> Decoded:
    """Return the text of `data`: by its byte order mark, as UTF-8, as stated, or by a guess.

    What is UTF-8 is hardly ever anything else, so that this goes before what a page states. The
    guess is Windows-1252, or Latin-9 where œ would be a fraction within a word.

    Args:
        data: the bytes.
        stated: the encoding that the file itself names; one that is not known is passed over.

    Raises:
        DocumentError: `data` is not text, or in an encoding that is not one of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(text=_checked(_strictly(data, encoding)), encoding=encoding)
    try:
        return Decoded(text=_checked(data.decode("utf-8")), encoding="utf-8")
    except UnicodeDecodeError:
        return _as_stated(data, stated or "") or _guessed(data)


def _as_stated(data: bytes, stated: str) -> Decoded | None:
    if not _STATED.fullmatch(stated):
        return None
    try:
        encoding = codecs.lookup(stated).name
        encoding = _GUESSED if encoding in _LATIN_1 else encoding
        return Decoded(text=_checked(data.decode(encoding)), encoding=encoding)
    except (LookupError, UnicodeDecodeError):
        return None


def _guessed(data: bytes) -> Decoded:
    encoding = _GUESSED
    try:
        text = _checked(data.decode(_GUESSED))
        if _FRACTION_IN_WORD.search(text) and not _WINDOWS_ONLY.search(data):
            text, encoding = data.decode(_LATIN_9), _LATIN_9
    except UnicodeDecodeError as error:
        raise DocumentError("not text in a known encoding: save it as UTF-8") from error
    beyond_ascii = [character for character in text if not character.isascii()]
    plausible = sum(character in _PLAUSIBLE for character in beyond_ascii)
    if plausible < _LEAST_PLAUSIBLE * len(beyond_ascii):
        raise DocumentError("not text in a known encoding: save it as UTF-8")
    return Decoded(text=text, encoding=encoding, is_guessed=True)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"not text: its byte order mark says {encoding}, its bytes do not; save it as UTF-8"
        ) from error


def _checked(text: str) -> str:
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > _MOST_CONTROLS * len(text):
        raise DocumentError("not text: it holds binary data")
    if text.strip() and not _LETTERS.search(text):
        raise DocumentError("not text: it holds no letter")
    return text
