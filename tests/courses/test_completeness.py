"""What a course lacks is counted the same way in Python and in the database."""

from __future__ import annotations

import pytest

from courses import completeness
from courses.models import Course
from tests import factories


@pytest.mark.parametrize("lacking", [(), ("ec",), ("about_nl", "source"), completeness.WANTED[1:]])
def test_the_database_counts_what_python_lists(lacking: tuple[str, ...], db: None) -> None:
    course = factories.CourseFactory.create(source="https://u.example/")
    facts = {name: "x" for name in completeness.WANTED if not getattr(course, name)}
    facts |= {name: None if name == "ec" else "" for name in lacking}
    Course.objects.filter(pk=course.pk).update(level_number=None, **facts)
    stored = Course.objects.annotate(n=completeness.missing_count()).get()
    assert {fact.field for fact in completeness.missing(stored)} == set(lacking)
    assert stored.n == len(lacking)  # type: ignore[attr-defined]
    assert Course.objects.filter(completeness.incomplete()).exists() == bool(lacking)


def test_what_publishing_waits_for_is_part_of_what_is_wanted(db: None) -> None:
    course = Course(title="")
    needed = [fact.field for fact in completeness.missing_to_publish(course)]
    assert needed == list(completeness.NEEDED)
    assert set(needed) < {fact.field for fact in completeness.missing(course)}
    assert all(fact.label for fact in completeness.missing(course))
