"""The little order that a notice's text has, for the page and the mail's HTML.

Paragraphs stand between empty lines. A paragraph of lines that all begin with "- " is a list; with
"✓ ", "● " or "○ " a route: done, now, later. "[UQ] " before a line's words is a line bullet. Read
as plain text all of it says the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MARKS = {"- ": "item", "✓ ": "done", "● ": "now", "○ ": "later"}
BULLET = re.compile(r"\[([A-Z0-9]{2,8})\] ")


class Line(NamedTuple):
    """One line of a paragraph."""

    mark: str  # one of MARKS, or empty
    code: str  # of the university whose line it is, or empty
    words: str


class Block(NamedTuple):
    """One paragraph, list or route."""

    kind: str  # words, list, route
    lines: list[Line]


def blocks(text: str) -> list[Block]:
    """`text` in its parts. It is not escaped: a template does that."""
    paragraphs = re.split(r"\n[^\S\n]*\n\s*", text.strip())
    return [_block(paragraph.splitlines()) for paragraph in paragraphs if paragraph]


def _block(lines: list[str]) -> Block:
    marks = {MARKS.get(line[:2], "") for line in lines}
    if marks == {"item"}:
        return Block("list", [_line(line[2:], "item") for line in lines])
    if marks <= {"done", "now", "later"}:
        return Block("route", [_line(line[2:], MARKS[line[:2]]) for line in lines])
    return Block("words", [_line(line) for line in lines])


def _line(words: str, mark: str = "") -> Line:
    found = BULLET.match(words)
    return Line(mark, found[1], words[found.end() :]) if found else Line(mark, "", words)
