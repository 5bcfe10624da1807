"""The demo's offer: complete, in every state, and harmless to load twice."""

from __future__ import annotations

from datetime import date, timedelta
from unittest import mock

import pytest
from django.db.models import F, Q
from django.utils import timezone

from courses import demo
from courses.imports import applying
from courses.models import Course, Edition, EmailDomain, Faculty, ImportRun, Programme, University

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    models = (University, Course, Edition, EmailDomain, Faculty, Programme, ImportRun)
    return [model._default_manager.count() for model in models]


def test_what_it_loads() -> None:
    """One load for all that is asked of it: each takes a second."""
    demo.load()

    it_shows_every_state()
    every_text_is_there_in_both_languages()
    an_import_waits_for_the_office()
    loaded_again_it_keeps_what_people_changed()


def it_shows_every_state() -> None:
    today = timezone.localdate()
    assert University.objects.count() == 14
    assert Course.objects.filter(state="published").count() == Course.objects.count() == 29
    open_now = Edition.objects.filter(
        applications_open_on__lte=today, applications_close_on__gte=today
    )
    assert open_now.filter(taken__lt=F("places")).count() >= 8
    assert open_now.filter(taken=F("places")).exists()
    assert open_now.filter(taken=F("places") - 2).exists()
    assert open_now.filter(applications_close_on__lte=today + timedelta(days=7)).exists()
    for rows in (
        Edition.objects.filter(applications_open_on__gt=today),
        Edition.objects.filter(applications_close_on__lt=today, starts_on__gt=today),
        Edition.objects.filter(starts_on__lte=today, ends_on__gte=today),
        Edition.objects.filter(ends_on__lt=today),
        Edition.objects.filter(period="summer"),
        Edition.objects.filter(live_sessions__isnull=False, course__university__code="UOA"),
    ):
        assert rows.exists(), rows.query
    assert set(Edition.objects.values_list("exam_kind", flat=True)) >= set(Edition.ExamKind.values)


def every_text_is_there_in_both_languages() -> None:
    texts = [
        f"{n}_{lang}"
        for n in ("about", "outcomes", "method", "assessed", "entry")
        for lang in ("nl", "en")
    ]
    for name in texts:
        assert not Course.objects.filter(**{name: ""}).exists(), name
    assert not Course.objects.filter(Q(ec=None) | Q(field="") | Q(level="")).exists()
    assert not University.objects.filter(Q(about_nl="") | Q(about_en="")).exists()
    assert University.objects.get(is_home=True).code == "LEI"
    assert Faculty.objects.get(no_extracurricular=True).code == "FSW"
    assert Faculty.objects.count() == 7
    assert not University.objects.filter(email_domains=None).exists()


def loaded_again_it_keeps_what_people_changed() -> None:
    before = counts()
    Course.objects.filter(title="Solar Energy").update(ec=3, about_en="Changed.")
    University.objects.filter(code="UQ").update(city="Toowong")

    demo.load()

    assert counts() == before
    solar = Course.objects.get(title="Solar Energy")
    assert (solar.ec, solar.about_en) == (3, "Changed.")
    assert University.objects.get(code="UQ").city == "Toowong"


@pytest.mark.parametrize("month", range(1, 13))
def test_the_dates_hold_on_any_day_of_the_year(month: int) -> None:
    for when in [*demo.TIMES, "summer"]:
        for spread in (-10, 0, 10):
            dates = demo.dates_of(when, date(2028, month, 29), spread=spread)
            edition = Edition(**dates)
            assert edition.applications_open_on < edition.applications_close_on  # type: ignore[operator]
            assert edition.applications_close_on < edition.ends_on  # type: ignore[operator]
            assert edition.starts_on.weekday() == 0
            assert edition.withdraw_until < edition.ends_on  # type: ignore[operator]


def test_it_loads_on_another_day() -> None:
    with mock.patch.object(demo.timezone, "localdate", return_value=date(2028, 6, 15)):
        demo.load()

    assert Course.objects.count() == 29


def an_import_waits_for_the_office() -> None:
    run = ImportRun.objects.get(state="open")
    kinds = {part.kind for part in applying.differences(run).parts}
    assert kinds >= {"new", "changed", "vanished"}
