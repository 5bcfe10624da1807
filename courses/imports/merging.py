"""What the portal's rows would be with everything that is accepted, and what then breaks a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Model
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.imports.checking import build, put
from courses.imports.comparing import NEW, VANISHED, Comparison, Entry
from courses.imports.rules import broken_rules
from courses.models import Course, Edition, PublicState, University
from courses.models.university import LineColour


class Problem(NamedTuple):
    """Why the accepted differences cannot be applied together, and which row it is about."""

    row: str
    message: str


def merge(found: Comparison) -> list[Problem]:
    """Put what is accepted on the rows of `found`, in memory; mark them; say what breaks a rule."""
    universities = dict(found.portal.universities)
    colours = Counter(u.line_colour for u in universities.values())
    problems: list[Problem] = []
    for entry in found.entries:
        if entry.what is University and _merged(entry) is not None:
            university = entry.row
            if entry.kind == NEW and "line_colour" not in entry.values:
                university.line_colour = min(LineColour.values, key=lambda c: colours[c])
            colours[university.line_colour] += 1
            universities[entry.university] = university
    for entry in found.entries:
        if entry.is_course:
            problems += _merge_course(entry, universities)
    _give_addresses(found)
    for part in found.parts:
        if part.merged:
            name = str(part.row.course) if isinstance(part.row, Edition) else part.title
            problems += [
                Problem(name, str(rule.get_violation_error_message()))
                for rule in broken_rules(part.row)
            ]
    return [*problems, *_doubled_codes(found)]


def _merged(entry: Entry) -> Model | None:
    """The entry's row with what is accepted of it, or None where nothing is."""
    if entry.kind == NEW and entry.accepted:
        entry.row = build(entry.what, entry.values, entry.columns)
    elif entry.kind == VANISHED and entry.accepted and entry.what is University:
        entry.row.participating_until = timezone.localdate()
    elif entry.kind == VANISHED and entry.accepted:
        entry.row.state = PublicState.WITHDRAWN
    elif entry.taken:
        put(entry.row, {c.column.name: c.new for c in entry.taken}, entry.columns)
    else:
        return None
    entry.merged = True
    return entry.row  # type: ignore[no-any-return]  # Entry holds rows of three models


def _merge_course(entry: Entry, universities: dict[str, University]) -> Iterator[Problem]:
    course = _merged(entry)
    if entry.kind == NEW:
        if course is None:
            return  # nor are its editions
        university = universities.get(entry.university)
        if university is None:
            entry.merged = False
            yield Problem(
                entry.title,
                _("Its university %(code)s is not in the portal. Accept the university too.")
                % {"code": entry.university},
            )
            return
        entry.row.university = university
    for edition in entry.editions:
        if _merged(edition) is not None and edition.kind == NEW:
            edition.row.course = entry.row


def _courses(found: Comparison) -> dict[str, list[Course]]:
    """Per university's code all courses that it would have."""
    after: dict[str, list[Course]] = {}
    for course in found.portal.courses:
        # The rows of the entries are the ones that were changed.
        after.setdefault(course.university.code, []).append(course)
    for entry in found.entries:
        if entry.is_course and entry.kind == NEW and entry.merged:
            after.setdefault(entry.university, []).append(entry.row)
    return after


def _give_addresses(found: Comparison) -> None:
    """Give each new course that has none an address of its own, made from its title."""
    for courses in _courses(found).values():
        taken = {course.slug for course in courses}
        for course in courses:
            if not course.slug:
                course.slug = free_address(course.title, taken)
                taken.add(course.slug)


def free_address(title: str, taken: set[str]) -> str:
    """An address for `title` that is not among `taken`."""
    base = slugify(title)[:70].strip("-") or "course"
    number, address = 1, base
    while address in taken:
        number += 1
        address = f"{base}-{number}"
    return address


def _doubled_codes(found: Comparison) -> Iterator[Problem]:
    for university, courses in _courses(found).items():
        for code, times in Counter(course.code for course in courses if course.code).items():
            if times > 1:
                yield Problem(
                    f"{university} {code}",
                    _("Two courses of this university would have this code."),
                )
