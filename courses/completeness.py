"""What a course still lacks: which facts a reader needs, and which of them publishing waits for."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from courses.models import Course, Edition

# Without these a student cannot decide whether to apply: publishing waits for them.
NEEDED = ("title", "about_nl", "about_en", "level", "ec", "language", "field", "assessment")
# These make the page whole.
WANTED = (
    *NEEDED,
    "outcomes_nl",
    "outcomes_en",
    "assessed_nl",
    "assessed_en",
    "entry_nl",
    "entry_en",
    "source",
)


# Without these nobody can apply for an edition.
EDITION_NEEDED = ("applications_open_on", "applications_close_on")


class Fact(NamedTuple):
    """A field of a course, with the name that people know it by."""

    field: str
    label: str


def label_of(field: str) -> str:
    """What the form calls `field`, in the reader's language."""
    return str(getattr(Course._meta.get_field(field), "verbose_name", field))


def missing(course: Course) -> list[Fact]:
    """The facts of `course` that are empty, in the order of the form."""
    return [Fact(name, label_of(name)) for name in WANTED if _is_empty(course, name)]


def missing_to_publish(course: Course) -> list[Fact]:
    """Those of them that publishing waits for."""
    return [Fact(name, label_of(name)) for name in NEEDED if _is_empty(course, name)]


def missing_in_edition(edition: Edition) -> list[Fact]:
    """The facts that are empty and that an edition needs before it is published with others."""
    return [
        Fact(name, str(getattr(Edition._meta.get_field(name), "verbose_name", name)))
        for name in EDITION_NEEDED
        if getattr(edition, name) is None
    ]


def _is_empty(course: Course, field: str) -> bool:
    return getattr(course, field) in {None, ""}


def _lacks(field: str) -> Q:
    return Q(ec=None) if field == "ec" else Q(**{field: ""})


def incomplete() -> Q:
    """Courses of which `missing` lists something."""
    lacks = Q()
    for name in WANTED:
        lacks |= _lacks(name)
    return lacks


def missing_count() -> Combinable:
    """An annotation that counts what `missing` lists, for filtering and sorting in the database."""
    total: Combinable = Value(0)
    for name in WANTED:
        total = total + Case(When(_lacks(name), then=1), default=0, output_field=IntegerField())
    return total
