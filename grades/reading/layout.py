"""Words on a page, put back into rows and cells as an eye sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

GAP = 0.5  # of a word's height: what is further apart stands in another cell


class Box(NamedTuple):
    """A place on a page; parts of its width and height, from the left and the top."""

    left: float
    top: float
    right: float
    bottom: float

    def around(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


class Cell(NamedTuple):
    """What stands together in one row."""

    text: str
    page: int  # counted from 1
    box: Box


class Row(NamedTuple):
    """The cells at one height, from the left."""

    page: int
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        return "  ".join(cell.text for cell in self.cells)


class _Word(NamedTuple):
    text: str
    box: Box


def rows_of(pages: Sequence[Iterable[Sequence[Any]]]) -> list[Row]:
    """The rows of all pages, from the top, of words as `paperwork.inside.words` gives them."""
    found = []
    for number, words in enumerate(pages, start=1):
        said = [_Word(str(word[0]), Box(*map(float, word[1:5]))) for word in words]
        found += [Row(number, _cells(line, number)) for line in _lines(said)]
    return found


def _lines(words: list[_Word]) -> list[list[_Word]]:
    """Words whose middles are at one height, lines from the top."""
    lines: list[list[_Word]] = []
    for word in sorted(words, key=lambda word: (word.box.top + word.box.bottom, word.box.left)):
        if lines and _beside(lines[-1][-1].box, word.box):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box.left) for line in lines]


def _beside(one: Box, other: Box) -> bool:
    middle = (other.top + other.bottom) / 2
    return one.top <= middle <= one.bottom


def _cells(line: list[_Word], page: int) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for word in line:
        before = cells[-1] if cells else None
        tall = word.box.bottom - word.box.top
        if before is not None and word.box.left - before.box.right < GAP * tall:
            cells[-1] = Cell(f"{before.text} {word.text}", page, before.box.around(word.box))
        else:
            cells.append(Cell(word.text, page, word.box))
    return tuple(cells)


def windows(cell: Cell, words: int) -> list[Cell]:
    """Every run of so many words in `cell`; its place is the cell's, for that is what one looks at.

    All of it when it has no more words.
    """
    parts = cell.text.split()
    if len(parts) <= words:
        return [cell]
    return [
        cell._replace(text=" ".join(parts[at : at + words])) for at in range(len(parts) - words + 1)
    ]
