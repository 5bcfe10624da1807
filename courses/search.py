"""Finding courses by words: accents, case and the order of the words do not matter."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum
from functools import lru_cache

MAX_QUERY = 200  # characters; what follows is not read
_WORD = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
# Words of both languages that say nothing about a course; they count only when nothing else does.
_SMALL = {
    *("a", "an", "and", "at", "by", "course", "courses", "for", "in", "of", "on", "or", "over"),
    *("the", "to", "with", "cursus", "de", "een", "en", "het", "vak", "vakken", "van", "voor"),
}


class Weight(IntEnum):
    """Where a word was found: the lower, the more it says about the course."""

    TITLE = 0
    CODE = 1
    UNIVERSITY = 2
    FIELD = 3
    DESCRIPTION = 4


def plain(text: str) -> str:
    """`text` in small letters without accents."""
    if text.isascii():  # most are
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words of `text`, plain, in order; letters and digits of a code count apart too."""
    return _WORD.findall(plain(text))


def read_query(text: str) -> list[str]:
    """The words to look for: at most the first MAX_QUERY characters, small words left out."""
    words = list(dict.fromkeys(words_of(text[:MAX_QUERY])))
    return [word for word in words if word not in _SMALL] or words


type Hits = tuple[int, int, int, int, int]  # a bit mask of courses for each Weight


class Index:
    """Which courses have a word, as bit masks: course n is bit n."""

    def __init__(self, courses: Iterable[Iterable[tuple[Weight, str]]]) -> None:
        """Each course is a list of its texts, with where they stand."""
        found: dict[str, list[int]] = {}
        self.size = 0
        for position, texts in enumerate(courses):
            self.size += 1
            for weight, text in texts:
                words = set(words_of(text))
                if weight == Weight.CODE:  # "ASTR-102" is found as astr102, astr 102 and 102
                    words |= {"".join(words_of(text)), *_PIECES.findall(plain(text))}
                for word in words:
                    found.setdefault(word, [0] * len(Weight))[weight] |= 1 << position
        self._words = sorted(found)
        self._masks: list[Hits] = [tuple(found[word]) for word in self._words]  # type: ignore[misc]
        self._title_words = [
            w for w, masks in zip(self._words, self._masks, strict=True) if masks[0]
        ]
        self.hits = lru_cache(maxsize=2000)(self._hits)

    def _hits(self, word: str) -> Hits:
        """Courses with `word`, or from three letters on, with a word that begins with it."""
        first = bisect_left(self._words, word)
        last = first + 1
        exact = first < len(self._words) and self._words[first] == word
        if len(word) >= 3 or not exact:  # "to" while typing "topology" finds something already
            last = bisect_left(self._words, word + "\U0010ffff", first)
        masks = [0] * len(Weight)
        for found in self._masks[first:last]:
            for weight in Weight:
                masks[weight] |= found[weight]
        return tuple(masks)  # type: ignore[return-value]

    def search(self, words: list[str]) -> list[int]:
        """Masks of the courses that have all `words`, the most relevant first.

        A course's place is the sum over the words of the best Weight each was found at.
        """
        ranked = {0: (1 << self.size) - 1}
        for word in words:
            hits = self.hits(word)
            closer: dict[int, int] = {}
            for rank, courses in ranked.items():
                left = courses
                for weight in Weight:
                    if here := left & hits[weight]:
                        closer[rank + weight] = closer.get(rank + weight, 0) | here
                        left &= ~here
            ranked = closer
        return [ranked[rank] for rank in sorted(ranked)]

    def suggest(self, words: list[str]) -> list[str]:
        """`words` with each one that nobody has replaced by the closest word of a title.

        The same list when there is nothing better.
        """
        return [
            word
            if any(self.hits(word))
            else next(iter(get_close_matches(word, self._title_words, n=1, cutoff=0.75)), word)
            for word in words
        ]
