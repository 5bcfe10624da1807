"""What the planner's page shows, kept as long as the facts that it is made from stay the same.

Checking all sittings to come, and writing them into a table, takes longer than reading what they
are. So the facts are read for each page, and nothing is made anew while they are as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from exams import conflicts, facts, timetable
from exams.facts import Facts
from exams.instances import made_from
from exams.timetable import Entry

MOST_TABLES = 50  # kept of one board


class Board:
    """A situation as the page shows it, in one language. Nobody changes what is in it."""

    def __init__(self, found: Facts, seen: Any) -> None:
        self.seen = seen
        self.situation = made_from(found)
        self._tables: dict[object, SafeString] = {}

    @cached_property
    def entries(self) -> list[Entry]:
        """All sittings to come, with what is wrong with each."""
        return timetable.entries(self.situation, conflicts.by_sitting(self.situation))

    def table(self, which: object, make: Callable[[], SafeString]) -> SafeString:
        """The table of a day or a week, made when it is first asked for."""
        if which not in self._tables:
            if len(self._tables) >= MOST_TABLES:
                self._tables.clear()
            self._tables[which] = make()
        return self._tables[which]


_kept: dict[str | None, Board] = {}  # by language


def board() -> Board:
    """The board of now: the kept one when the database says the same as when it was made."""
    found = facts.read()
    seen = found.seen()
    language = get_language()
    kept = _kept.get(language)
    if kept is None or kept.seen != seen:
        kept = _kept[language] = Board(found, seen)
    return kept
