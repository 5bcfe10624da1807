"""A checked file beside the portal: what is new, what differs in which field, what has vanished."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import formats

from courses.imports.columns import (
    COURSE_COLUMNS,
    EDITION_COLUMNS,
    UNIVERSITY_COLUMNS,
    Column,
    shown,
    stored,
)
from courses.models import Course, Edition, PublicState, University

if TYPE_CHECKING:
    from courses.imports.checking import Values
    from courses.imports.columns import Value

NEW, CHANGED, VANISHED = "new", "changed", "vanished"


@dataclass
class Change:
    """One field of a known row that the file has another value for."""

    key: str
    column: Column
    old: Value
    new: Value
    accepted: bool = True

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The two texts word by word: what stays (""), what goes ("del") and what comes ("ins")."""
        return word_by_word(shown(self.column, self.old), shown(self.column, self.new))


@dataclass
class Entry:
    """A university, course or edition that differs; the key stays while it does."""

    key: str
    kind: str  # NEW, CHANGED or VANISHED; "" where only its editions differ
    what: type[models.Model]
    title: str
    university: str
    values: Values = field(default_factory=dict)
    row: Any = None  # the portal's, unless new
    changes: list[Change] = field(default_factory=list)
    editions: list[Entry] = field(default_factory=list)
    accepted: bool = True
    merged: bool = False  # the row carries what is accepted
    changed_at: datetime | None = None
    colour: str = ""  # the line colour of a university that the portal has

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS[self.what]

    @property
    def cells(self) -> list[tuple[Column, str]]:
        """What the file says of it, in the order of the columns and as a reader expects it."""
        return [(c, shown(c, self.values[c.name])) for c in self.columns if c.name in self.values]

    @property
    def is_course(self) -> bool:
        return self.what is Course

    @property
    def starts_on(self) -> date | None:
        """The first day, of an edition."""
        return date.fromisoformat(self.title) if self.what is Edition else None

    @property
    def name(self) -> str:
        """What to call it on its own: an edition by its course and first day."""
        if self.starts_on and self.row:
            return f"{self.row.course}, {formats.date_format(self.starts_on, 'DATE_FORMAT')}"
        return self.title

    @property
    def taken(self) -> list[Change]:
        return [change for change in self.changes if change.accepted]


COLUMNS: dict[type[models.Model], tuple[Column, ...]] = {
    University: UNIVERSITY_COLUMNS,
    Course: COURSE_COLUMNS,
    Edition: EDITION_COLUMNS,
}


@dataclass
class Comparison:
    """The differences between a file and the portal, and the portal's rows they are with."""

    entries: list[Entry]
    portal: Portal

    @property
    def parts(self) -> list[Entry]:
        """The entries and those of their editions."""
        return [part for entry in self.entries for part in (entry, *entry.editions)]

    @property
    def withdrawn(self) -> list[tuple[Course, Edition | None]]:
        """What the file names and the portal has withdrawn: an import leaves it so."""
        found: list[tuple[Course, Edition | None]] = []
        for course in self.portal.courses:
            if course.pk not in self.portal.matched:
                continue
            if course.state == PublicState.WITHDRAWN:
                found.append((course, None))
                continue
            editions = [e for e in self.portal.editions[course.pk] if e.pk in self.portal.in_file]
            found += [(course, e) for e in editions if e.state == PublicState.WITHDRAWN]
        return found


def compare(
    data: dict[str, Any], choices: dict[str, bool], *, today: date, lock: bool = False
) -> Comparison:
    """The differences, with what the office chose for each. A fixed number of queries.

    New and changed are accepted and vanished is left, unless `choices` has another word for the
    key. With `lock` nobody else can change what is compared until the transaction ends.
    """
    portal = Portal(data, lock=lock)
    entries = [*_universities(data, portal), *_courses(data, portal), *_vanished(data, portal)]
    if len(data["universities"]) > 1:  # one alone says nothing of the others
        entries += _vanished_universities(portal, today)
    if any(course["editions"] for course in data["courses"]):
        _vanished_editions(entries, portal, today)
    entries = [e for e in entries if e.kind or e.changes or e.editions]
    found = Comparison(entries, portal)
    for part in found.parts:
        if known := portal.universities.get(part.university):
            part.colour = known.line_colour
        part.accepted = choices.get(part.key, part.kind != VANISHED)
        for change in part.changes:
            change.accepted = choices.get(change.key, True)
    return found


class Portal:
    """Its universities, and what it holds of those that the file names."""

    def __init__(self, data: dict[str, Any], *, lock: bool) -> None:
        named = {course["values"]["university"] for course in data["courses"]}
        codes = named | {values["code"] for values in data["universities"]}
        universities = University.objects.order_by("code")
        rows = Course.objects.filter(university__code__in=named).order_by("pk")
        found = Edition.objects.filter(course__university__code__in=named)
        if lock:  # editions first, as everybody who changes an edition and its course does
            for locked in (found.order_by("pk"), rows):
                list(locked.select_for_update(of=("self",), no_key=True).values_list("pk"))
            universities = universities.select_for_update(no_key=True)
        self.universities = {u.code: u for u in universities}
        self.not_named = [u for code, u in self.universities.items() if code not in codes]
        self.courses = list(rows.select_related("university"))
        self.editions: dict[int, list[Edition]] = defaultdict(list)
        found = found.prefetch_related("live_sessions")
        courses = {course.pk: course for course in self.courses}
        for edition in found.order_by("course", "starts_on"):
            if edition.course_id not in courses:
                continue  # made a moment ago
            edition.course = courses[edition.course_id]
            self.editions[edition.course_id].append(edition)
        self.by_address = {(c.university.code, c.slug): c for c in self.courses}
        self.by_code = {(c.university.code, c.code.casefold()): c for c in self.courses if c.code}
        # Of those with one title the first, and one that is withdrawn only where there is no other.
        titled = sorted(self.courses, key=lambda c: (c.state != PublicState.WITHDRAWN, -c.pk))
        self.by_title = {(c.university.code, c.title.casefold()): c for c in titled}
        self.matched: dict[int, Entry] = {}  # the entry of each course that the file names
        self.in_file: set[int] = set()  # editions

    def course(self, values: Values) -> Course | None:
        """The course that a row of the file means: by address, else by code, else by title."""
        code = str(values["university"])
        if address := values.get("address"):
            return self.by_address.get((code, str(address)))
        if own := values.get("code"):
            if found := self.by_code.get((code, str(own).casefold())):
                return found
            found = self.by_title.get((code, str(values["title"]).casefold()))
            return found if found and not found.code else None
        return self.by_title.get((code, str(values["title"]).casefold()))


def _changes(
    key: str, row: models.Model, values: Values, columns: Iterable[Column]
) -> list[Change]:
    return [
        Change(f"{key}.{column.name}", column, old, values[column.name])
        for column in columns
        if column.name in values and (old := stored(column, row)) != values[column.name]
    ]


def _universities(data: dict[str, Any], portal: Portal) -> Iterator[Entry]:
    for values in data["universities"]:
        code = values["code"]
        known = portal.universities.get(code)
        entry = Entry(f"u{code}", "", University, values["name"], code, values, known)
        if known is None:
            entry.kind = NEW
        else:
            entry.changes = _changes(entry.key, known, values, UNIVERSITY_COLUMNS)
            entry.kind = CHANGED if entry.changes else ""
        yield entry


def _courses(data: dict[str, Any], portal: Portal) -> Iterator[Entry]:
    for number, course in enumerate(data["courses"]):
        values = course["values"]
        known = portal.course(values)
        if known is not None and known.pk in portal.matched:
            known = None  # two rows of the file mean one course: the second one is another
        entry = Entry(f"n{number}", NEW, Course, values["title"], values["university"], values)
        if known is not None:
            entry = Entry(
                f"c{known.pk}", "", Course, known.title, values["university"], values, known
            )
            entry.changes = _changes(entry.key, known, values, COURSE_COLUMNS)
            entry.kind = CHANGED if entry.changes else ""
            entry.changed_at = known.changed_at
            portal.matched[known.pk] = entry
        entry.editions = list(_editions(entry, course["editions"], portal))
        yield entry


def _editions(course: Entry, editions: list[Values], portal: Portal) -> Iterator[Entry]:
    known = (
        {e.starts_on.isoformat(): e for e in portal.editions[course.row.pk]} if course.row else {}
    )
    for values in editions:
        starts = str(values["starts_on"])
        row = known.get(starts)
        entry = Entry(
            f"{course.key}.{starts}", NEW, Edition, starts, course.university, values, row
        )
        if row is not None:
            portal.in_file.add(row.pk)
            entry.key = f"e{row.pk}"
            entry.changes = _changes(entry.key, row, values, EDITION_COLUMNS)
            entry.kind = CHANGED
            if not entry.changes:
                continue
        yield entry


def _vanished(data: dict[str, Any], portal: Portal) -> Iterator[Entry]:
    for course in portal.courses:
        if course.pk not in portal.matched and course.state != PublicState.WITHDRAWN:
            yield Entry(
                f"c{course.pk}",
                VANISHED,
                Course,
                course.title,
                course.university.code,
                row=course,
                changed_at=course.changed_at,
            )


def _vanished_universities(portal: Portal, today: date) -> Iterator[Entry]:
    """Partners that take part beyond today, and that a file with several does not name."""
    for university in portal.not_named:
        last = university.participating_until
        if not university.is_home and (last is None or last > today):
            yield Entry(
                f"u{university.code}",
                VANISHED,
                University,
                university.name,
                university.code,
                row=university,
            )


def _vanished_editions(entries: list[Entry], portal: Portal, today: date) -> None:
    """Add to their courses the editions that have not ended and that the file does not name."""
    for pk, entry in portal.matched.items():
        for edition in portal.editions[pk]:
            gone = edition.pk not in portal.in_file and edition.state != PublicState.WITHDRAWN
            if gone and edition.ends_on >= today:
                starts = edition.starts_on.isoformat()
                entry.editions.append(
                    Entry(
                        f"e{edition.pk}", VANISHED, Edition, starts, entry.university, row=edition
                    )
                )


def word_by_word(old: str, new: str) -> list[tuple[str, str]]:
    """The pieces of both texts; texts with little in common are shown one after the other."""
    before, after = re.split(r"(\s+)", old), re.split(r"(\s+)", new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > 600 or matcher.ratio() < 0.4:
        return [(mark, text) for mark, text in (("del", old), ("ins", new)) if text]
    pieces = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("", "".join(before[i1:i2])))
            continue
        pieces.append(("del", "".join(before[i1:i2])))
        pieces.append(("ins", "".join(after[j1:j2])))
    return [(mark, text) for mark, text in pieces if text]


def digest(found: Comparison) -> str:
    """A mark of the differences and of what is chosen: the same as long as both are."""
    said = [
        [part.key, part.kind, part.accepted, part.values if part.kind == NEW else ""]
        + [[c.key, c.old, c.new, c.accepted] for c in part.changes]
        for part in found.parts
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
