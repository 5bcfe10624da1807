"""A prepared query says the same as the query set that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, CharField, Count, DateField
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from courses.models import Course, Edition
from courses.prepared import Given, Prepared
from tests import factories

CODE = Given("code", CharField())


@pytest.mark.django_db
def test_each_answer_has_the_values_that_were_given_for_it() -> None:
    first, second = factories.EditionFactory.create(), factories.EditionFactory.create()
    prepared = Prepared(
        lambda: Edition.objects.filter(
            starts_on__gte=Given("day", DateField()), course=Given("course", BigIntegerField())
        ).select_related("course__university")
    )

    for edition in (first, second, first):
        with CaptureQueriesContext(connection) as queries:
            [found] = prepared.ask(day=edition.starts_on, course=edition.course_id)
            assert found.course.university == edition.course.university
        assert (found, len(queries)) == (edition, 1)
        assert found.starts_on == edition.starts_on  # read as Django reads it
    assert prepared.ask(day=first.starts_on, course=0) == []
    Course.objects.filter(pk=first.course_id).update(title="As it is now")
    assert prepared.ask(day=first.starts_on, course=first.course_id)[0].course.title == (
        "As it is now"
    )


@pytest.mark.django_db
def test_plain_values_counts_and_unions() -> None:
    course = factories.CourseFactory.create(code="A", honours=True)
    factories.EditionFactory.create(course=course)
    rows = Course.objects.order_by()
    counted = Prepared(
        lambda: rows.filter(code=CODE).values("code").annotate(n=Count("editions")).values_list("n")
    )
    titles = rows.filter(code=CODE).values_list("title", flat=True)
    codes = rows.filter(honours=Given("honours", BooleanField())).values_list("code", flat=True)
    either = Prepared(lambda: titles.union(codes).order_by())

    assert counted.ask(code="A") == [(1,)]
    assert counted.ask(code="B") == []
    assert set(either.ask(code="A", honours=True)) == {course.title, "A"}
    assert either.ask(code="B", honours=False) == []


@pytest.mark.django_db
def test_what_is_given_is_never_sql() -> None:
    factories.CourseFactory.create(code="A")
    prepared = Prepared(lambda: Course.objects.filter(code=CODE))

    for text in ("' OR 1=1 --", "%s", "%", "A'; DROP TABLE courses_course; --"):
        assert prepared.ask(code=text) == []
    assert Course.objects.count() == 1


@pytest.mark.django_db
def test_the_sql_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    before: Callable[..., Any] = SQLCompiler.as_sql

    def as_sql(compiler: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        built.append(compiler)
        return before(compiler, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", as_sql)
    prepared = Prepared(lambda: Course.objects.filter(code=CODE))
    for _time in range(3):
        prepared.ask(code="A")

    assert len(built) == 1
