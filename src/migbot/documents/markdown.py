"""Markdown (CommonMark and tables) to blocks of the text that a reader sees."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text

_UNSEEN_HTML = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_BREAKING_TAG = re.compile(r"</?(?:br|p|div|li|tr|h[1-6])\b", re.IGNORECASE)


def parse_markdown(text: str) -> Parsed:
    """Return the blocks of a Markdown text; its title is the first heading.

    Marks of emphasis, links, images and code go, their words stay; list items keep `- ` or their
    number, the cells of a table row are set apart by ` | `. Tags of inline HTML go, and scripts,
    styles and comments go whole.
    """
    # Without the rule for HTML blocks, their words are read like any other paragraph's.
    parser = MarkdownIt("commonmark").enable("table").disable("html_block")
    tokens = parser.parse(_UNSEEN_HTML.sub("", text.replace("\x00", "")))
    blocks = tuple(_blocks(tokens))
    headings = [clean_text(block.text) for block in blocks if block.kind == "heading"]
    return Parsed(blocks=blocks, title=next((name for name in headings if name), None))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inside = tokens[position : end + 1]
        if token.type == "heading_open":
            yield Block(text=_words(inside), kind="heading", level=int(token.tag[1:]))
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            yield Block(text=_list(inside))
        elif token.type == "table_open":
            yield Block(text=_table(inside))
        elif token.type == "blockquote_open":
            yield from _blocks(inside[1:-1])
        elif token.type in {"fence", "code_block"}:
            yield Block(text=token.content)
        elif token.type == "paragraph_open":
            yield Block(text=_words(inside))
        position = end + 1


def _closing(tokens: Sequence[Token], position: int) -> int:
    depth = 0
    for index in range(position, len(tokens)):
        depth += tokens[index].nesting
        if depth <= 0:
            return index
    return len(tokens) - 1


def _list(tokens: Sequence[Token]) -> str:
    lines: list[str] = []
    mark = ""
    for token in tokens:
        if token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline" or token.content:
            lines.append(mark + _inline(token))
            mark = ""
    return "\n".join(lines)


def _table(tokens: Sequence[Token]) -> str:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token).replace("\n", " "))
    return "\n".join(" | ".join(row) for row in rows)


def _words(tokens: Sequence[Token]) -> str:
    return "\n".join(_inline(token) for token in tokens if token.type == "inline")


def _inline(token: Token) -> str:
    if token.children is None:
        return token.content
    return "".join(_visible(child) for child in token.children)


def _visible(token: Token) -> str:
    if token.type in {"text", "code_inline", "text_special"}:
        return token.content
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak":
        return "\n"
    return " " if token.type == "html_inline" and _BREAKING_TAG.match(token.content) else ""
