"""The words of a PDF with their places, for whoever looks for values in it."""

from __future__ import annotations

from typing import Any

import pypdfium2

MOST_PAGES = 10  # a transcript has one to four
MOST_CHARACTERS = 8_000  # of a page
GAP = 0.25  # of the height of a letter: what is further apart is two words

type Box = tuple[float, float, float, float]  # left, top, right, bottom; parts of the page


def words(data: bytes) -> dict[str, Any]:
    """Of each page its words as [text, left, top, right, bottom, begins a column], in order.

    Places are parts of the page, so that they fit a picture of any size.
    """
    pdf = pypdfium2.PdfDocument(data)
    pages = [_words_of(pdf[number]) for number in range(min(len(pdf), MOST_PAGES))]
    return {"pages": pages}


def _words_of(page: pypdfium2.PdfPage) -> list[list[Any]]:
    width, height = max(page.get_width(), 0.01), max(page.get_height(), 0.01)
    text = page.get_textpage()
    number = min(text.count_chars(), MOST_CHARACTERS)
    letters = text.get_text_range(0, number) if number else ""
    found: list[list[Any]] = []
    word, box, new_column = "", None, True
    for at, letter in enumerate(letters):
        if letter.isspace() or not letter.isprintable():
            if word and box is not None:
                found.append(_said(word, box, new_column, width, height))
                new_column = letter in "\r\n"
            word, box = "", None
            new_column |= letter in "\r\n"
            continue
        left, bottom, right, top = text.get_charbox(at, loose=True)
        if box is not None and _is_apart((left, bottom, right, top), box):
            found.append(_said(word, box, new_column, width, height))
            word, box, new_column = "", None, True
        word += letter
        here = (left, bottom, right, top)
        box = here if box is None else _around(box, here)
    if word and box is not None:
        found.append(_said(word, box, new_column, width, height))
    return found


def _is_apart(letter: Box, word: Box) -> bool:
    tall = max(word[3] - word[1], 1.0)
    beside = letter[0] - word[2] > GAP * tall or letter[0] < word[0] - tall
    return beside or letter[1] > word[3] or letter[3] < word[1]


def _around(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _said(word: str, box: Box, new_column: bool, width: float, height: float) -> list[Any]:
    left, bottom, right, top = box
    placed = (left / width, 1 - top / height, right / width, 1 - bottom / height)
    return [word, *(round(min(max(part, 0.0), 1.0), 4) for part in placed), new_column]
