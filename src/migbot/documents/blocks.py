"""What every parser returns, and how it becomes the cleaned text that offsets count in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from migbot.documents.clean import clean_text
from migbot.types import Section


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A heading, a stretch of body text (a paragraph, a list, a table) or a menu.

    `level` is a heading's depth from 1. `page` counts from 1 and is None where there are no pages.
    `continues` marks a paragraph that began on the page before.
    """

    text: str
    kind: Literal["heading", "body", "menu"] = "body"
    level: int = 1
    page: int | None = None
    continues: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """A file's blocks in reading order, and what its format says about the whole.

    `language` is a tag or a name of any language, as the format states it. `warnings` are what a
    person should know about how it was read, a line each.
    """

    blocks: tuple[Block, ...]
    title: str | None = None
    language: str | None = None
    date: str | None = None
    url: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The cleaned text of a document with its sections and the offset at which each page begins."""

    text: str
    sections: tuple[Section, ...]
    page_starts: tuple[int, ...]


def lay_out(blocks: Sequence[Block], *, title: str) -> Layout:
    """Join `blocks` into one cleaned text and say where its sections and pages lie.

    Headings are lines of their own without marks; list items keep theirs. Headings that follow
    each other without text between open one section together, so that no section is a heading
    alone. A menu is a section apart. The document's title is left out of the paths of headings.
    """
    draft = _Draft(title=title, main_heading=_main_heading(blocks))
    for block in blocks:
        draft.add(block)
    return draft.finish()


@dataclass(kw_only=True, slots=True)
class _Draft:
    title: str
    main_heading: Block | None
    parts: list[str] = field(default_factory=list)
    length: int = 0
    path: dict[int, str] = field(default_factory=dict)
    opened: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    last_kind: str = ""

    def add(self, block: Block) -> None:
        text = clean_text(block.text)
        if not text:
            return
        if block.kind == "heading":
            text = " ".join(text.split())
        glue = self._glue(block) if self.parts else ""
        start = self.length + len(glue)
        self._turn_page(block.page, start)
        self._enter_section(block, text, start)
        self.parts += (glue, text)
        self.length = start + len(text)
        self.last_kind = block.kind

    def finish(self) -> Layout:
        if self.last_kind == "heading" and len(self.opened) > 1:
            self.opened.pop()  # headings at the very end close the section before them
        starts = [start for start, _ in self.opened]
        sections = tuple(
            Section(start=start, end=end, headings=headings)
            for (start, headings), end in zip(self.opened, (*starts, self.length)[1:], strict=True)
        )
        return Layout(text="".join(self.parts), sections=sections, page_starts=tuple(self.pages))

    def _glue(self, block: Block) -> str:
        if block.continues and self.last_kind == "body":
            return " "
        return "\n" if self.last_kind == "heading" else "\n\n"

    def _turn_page(self, page: int | None, start: int) -> None:
        if page is not None:
            self.pages += [start] * (page - len(self.pages))

    def _enter_section(self, block: Block, text: str, start: int) -> None:
        if block.kind == "heading":
            self.path = {level: name for level, name in self.path.items() if level < block.level}
            if block is not self.main_heading and text != self.title:
                self.path[block.level] = text
        if block.kind == "menu":
            # A heading just before a menu is its first line, not a promise of prose.
            self.path = {}
        headings = tuple(self.path[level] for level in sorted(self.path))
        if block.kind != "body" and self.last_kind == "heading":
            self.opened[-1] = (self.opened[-1][0], headings)
        elif block.kind != "body" or self.last_kind in ("", "menu"):
            self.opened.append((start, headings))


def _main_heading(blocks: Iterable[Block]) -> Block | None:
    """Return the first heading where it is the only one of level 1: it names the document."""
    headings = [block for block in blocks if block.kind == "heading"]
    top = [block for block in headings if block.level == 1]
    return top[0] if len(top) == 1 and top[0] is headings[0] else None
