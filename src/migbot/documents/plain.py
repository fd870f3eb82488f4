"""Plain text: paragraphs from wrapped lines, and headings and menus from the shape of lines.

Plain text says nothing of its structure. A page copied from a web site often opens with the
site's menus: many short lines, some bullets, no sentence. Those become menus, apart from prose.
A short line without a full stop just before prose is taken for its heading.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text

_BULLET = re.compile(r"(?:[-–—•*·▪►]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]+)[.)])\s")
_SENTENCE_END = re.compile(r"[.!?…:;][\s»”\"')\]]*$")
_HAS_WORD = re.compile(r"\w")
_FEWEST_WORDS_OF_PROSE = 5
_LONGEST_HEADING_CHARS = 200
_FEWEST_LINES_OF_MENU = 3
_WRAP_WIDTHS_CHARS = (40, 160)
_FULL_LINE = 0.7


def parse_plain(text: str) -> Parsed:
    """Return the blocks of a plain text and the line that names it, if one stands out.

    The title is the heading of the stretch, between menus, that holds most prose.
    """
    blocks = blocks_of_lines(unwrap(clean_text(text).split("\n")))
    title = _title(blocks)
    return Parsed(
        blocks=tuple(replace(block, level=1) if block is title else block for block in blocks),
        title=title.text if title else None,
    )


def unwrap(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the paragraphs of cleaned `lines`: lines cut at a fixed width are joined again.

    A blank line ends a paragraph, and so does a line that is well short of the width.
    """
    joined: list[str] = []
    for is_text, group in groupby(lines, key=lambda line: bool(_HAS_WORD.search(line))):
        if is_text:
            joined += _unwrap_group(list(group))
    return tuple(joined)


def blocks_of_lines(lines: Sequence[str]) -> tuple[Block, ...]:
    """Return the blocks of `lines`, each a whole paragraph, heading, list item or menu entry."""
    blocks: list[Block] = []
    runs = [(prose, list(run)) for prose, run in groupby(lines, key=_is_prose)]
    for position, (prose, run) in enumerate(runs):
        if prose:
            blocks += [Block(text=line) for line in run]
        else:
            introduced = bool(blocks) and blocks[-1].text.endswith(":")
            blocks += _blocks_of_short_lines(
                run, introduced=introduced, before_prose=position + 1 < len(runs)
            )
    return tuple(blocks)


def _unwrap_group(lines: list[str]) -> list[str]:
    width = max(len(line) for line in lines)
    narrowest, widest = _WRAP_WIDTHS_CHARS
    goes_on = any(_goes_on(line, following) for line, following in pairwise(lines))
    if not (narrowest <= width <= widest and goes_on):
        return lines
    # Joined once: adding line by line takes time that grows with the square of a paragraph.
    paragraphs = [lines[:1]]
    for line, following in pairwise(lines):
        if _BULLET.match(following) or len(line) < _FULL_LINE * width:
            paragraphs.append([following])
        else:
            paragraphs[-1].append(following)
    return [" ".join(paragraph) for paragraph in paragraphs]


def _goes_on(line: str, following: str) -> bool:
    return following[0].islower() and not _SENTENCE_END.search(line)


def _is_prose(line: str) -> bool:
    if _BULLET.match(line) and len(line) <= _LONGEST_HEADING_CHARS:
        return bool(re.match(r"\(?\d", line)) and bool(re.search(r"[.!?][\s»”\"')]*$", line))
    sentence = bool(_SENTENCE_END.search(line)) and len(line.split()) >= _FEWEST_WORDS_OF_PROSE
    return sentence or len(line) > _LONGEST_HEADING_CHARS


def _blocks_of_short_lines(
    run: list[str], *, introduced: bool, before_prose: bool
) -> Iterator[Block]:
    if introduced or all(_BULLET.match(line) for line in run):
        yield Block(text="\n".join(run))
        return
    last_is_heading = before_prose and _looks_like_heading(run[-1])
    entries = run[:-1] if last_is_heading else run
    if len(entries) >= _FEWEST_LINES_OF_MENU:
        yield Block(text="\n".join(entries), kind="menu")
        entries = []
    elif last_is_heading and _looks_like_heading(run[0]):
        # A title with a line or two under it: an author, a place, a date.
        yield Block(text=run[0], kind="heading", level=2)
        if run[1:]:
            yield Block(text="\n".join(run[1:]))
        return
    if entries:
        yield Block(text="\n".join(entries))
    if last_is_heading:
        yield Block(text=run[-1], kind="heading", level=2)


def _looks_like_heading(line: str) -> bool:
    return not line[0].islower() and not _BULLET.match(line) and not line.endswith((",", ";"))


def _title(blocks: Sequence[Block]) -> Block | None:
    """Return the heading that opens the stretch between menus that holds most prose."""
    best, most = None, 0
    for is_menu, group in groupby(blocks, key=lambda block: block.kind == "menu"):
        stretch = list(group)
        prose = sum(len(block.text) for block in stretch if block.kind == "body")
        if not is_menu and prose > most:
            best, most = stretch[0], prose
    return best if best is not None and best.kind == "heading" else None
