"""What anybody reads about how long it takes: no small numbers, and cheap."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Faculty
from enrolments.models import Enrolment
from tests import factories
from tests.reports.made import a_case, at, edition_of
from tests.reports.test_hiding import can_hide, found_out
from vx_portal import kept
from vx_portal.reports import public
from vx_portal.reports.periods import Period
from vx_portal.reports.tables import Few

pytestmark = pytest.mark.django_db
TODAY, MONDAY = date(2027, 3, 10), date(2027, 2, 22)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def checked(faculty: Faculty, number: int, days: int = 7, to: date = MONDAY) -> None:
    """So many applications of `faculty` that the home side approved on `to`, after so many days."""
    edition = edition_of(starts_on=date(2027, 4, 1) + timedelta(days=faculty.pk))
    for _number in range(number):
        case = a_case(edition, faculty, state="approved")
        Enrolment.objects.filter(pk=case.pk).update(
            submitted_at=at(to - timedelta(days=days)), home_approved_at=at(to)
        )


@pytest.fixture
def world() -> dict[str, Faculty]:
    """Law 24, Arts 12, Science 4."""
    made = {
        name: factories.FacultyFactory.create(code=name.upper(), name_en=name, name_nl=name)
        for name in ("Law", "Arts", "Science")
    }
    checked(made["Law"], 24)
    checked(made["Arts"], 12, 14)
    checked(made["Science"], 4, 21)
    return made


def lines(client: Client) -> dict[str, list[str]]:
    """The rows of the file, by faculty."""
    text = b"".join(client.get("/en/turnaround/csv/")).decode("utf-8-sig")
    return {row[2]: row[3:] for row in list(csv.reader(io.StringIO(text)))[1:]}


def test_anybody_reads_it(client: Client, world: dict[str, Faculty]) -> None:
    """Of Science are too few; without Arts, the total less Law would tell of Science."""
    page = client.get("/en/turnaround/").content.decode()

    assert "Where fewer than 10 cases" in page
    assert "1 March 2026 to 28 February 2027" in page
    assert lines(client) == {
        "Law": ["20", "5", "5"],
        "Arts": ["<10", "<10", "<10"],
        "Science": ["<10", "<10", "<10"],
        "Together": ["40", "5", "10"],
    }
    assert "hidden: fewer than 10, or would give others away" in page


def test_without_hiding_it_would_be_read(
    client: Client, world: dict[str, Faculty], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what is hidden above is there."""
    monkeypatch.setattr(public, "without_few", lambda table, _by, _fewest: table)
    monkeypatch.setattr(public, "_rounded", lambda table, _fewest: table)

    assert lines(client)["Science"] == ["4", "15", "15"]
    assert "hidden:" not in client.get("/en/turnaround/").content.decode()


def test_pages_lead_to_it(client: Client) -> None:
    for language in ("nl", "en"):
        for page in ("how-it-works/", "help/"):
            found = client.get(f"/{language}/{page}").content.decode()
            assert f'href="/{language}/turnaround/"' in found


@pytest.mark.parametrize("day", [date(2026, 2, 27), date(2027, 3, 1)])
def test_only_whole_months_that_are_over_count(client: Client, day: date) -> None:
    """So nobody sees a figure move by one case from one day to the next."""
    checked(factories.FacultyFactory.create(), 30, to=day)

    assert lines(client) == {}
    assert "No figures yet" in client.get("/en/turnaround/").content.decode()


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2027, 3, 10), date(2026, 3, 1), date(2027, 2, 28)),
        (date(2027, 3, 1), date(2026, 3, 1), date(2027, 2, 28)),
        (date(2028, 3, 31), date(2027, 3, 1), date(2028, 2, 29)),
        (date(2027, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_twelve_whole_months(today: date, first: date, last: date) -> None:
    assert public.months(today) == Period(first, last)


def test_it_is_cheap(
    client: Client, world: dict[str, Faculty], sign_in: Callable[..., Client]
) -> None:
    with CaptureQueriesContext(connection) as first:
        client.get("/en/turnaround/")
    with CaptureQueriesContext(connection) as again:
        client.get("/en/turnaround/")
    student = sign_in(factories.StudentFactory.create())
    student.get("/en/account/display/")
    public.forget()
    with CaptureQueriesContext(connection) as signed_in:
        student.get("/en/turnaround/")
    kept.shelf.clear()
    with CaptureQueriesContext(connection) as other_language:
        client.get("/nl/turnaround/")

    assert len(first) <= 12
    assert len(again) <= 2  # kept: it asks whether the offer has changed
    assert len(signed_in) <= 14  # besides the session and who it is
    assert len(other_language) <= 6  # the days are kept in memory


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), max_size=7))
def test_nobody_can_work_out_a_small_part(sizes: list[int]) -> None:
    """Whatever the sizes: from the total and the parts that are shown no few cases follow."""
    days = {("check", f"F{place}"): [place + 1] * size for place, size in enumerate(sizes)}
    period = public.months(TODAY)
    public._kept.period, public._kept.days = period, days
    public._kept.until = float("inf")
    Faculty.objects.all().delete()
    for place in range(len(sizes)):
        factories.FacultyFactory.create(code=f"F{place}", name_nl=f"F{place}", name_en=f"F{place}")

    table = next((one for _per, made in public.tables(TODAY) for one in made), None)

    if table is None:
        assert not sizes
        return
    shown = {row.label.text: row.numbers["cases"] for row in table.rows}
    places = {n for n in range(len(sizes)) if isinstance(shown[f"F{n}"], Few)}
    for place, size in enumerate(sizes):
        if place not in places:
            assert size >= 10
            assert 0 <= size - shown[f"F{place}"] < 10  # type: ignore[operator]
    if can_hide(sizes, 10):
        assert not found_out(sizes, places, 10)
    if table.total is not None:
        assert isinstance(table.total.numbers["cases"], Few) == (sum(sizes) < 10)
