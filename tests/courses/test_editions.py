"""Editions in the office: every rule at its field, live sessions in rows, the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from courses.forms.edition import EditionForm, SessionRows, session_values
from courses.models import Edition, LiveSession, PublicState
from courses.services import curation
from courses.services.offer import offer_version
from tests import factories


@pytest.fixture
def client_of_office(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


@translation.override("en")
def fields_of(*forms: Any) -> dict[str, Any]:
    """What a browser sends from `forms` as an English page shows them."""
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            widget, value = field.field.widget, field.value()
            if getattr(widget, "input_type", "") == "checkbox":
                data |= {field.html_name: "on"} if value else {}
            elif value is not None:
                shown = widget.format_value(value)
                data[field.html_name] = shown[0] if isinstance(shown, list) else shown
    return {name: value for name, value in data.items() if value is not None}


def posted(edition: Edition, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the form of `edition`."""
    sessions = session_values(list(edition.live_sessions.all())) if edition.pk else []
    rows = SessionRows(initial=sessions, prefix="sessions")
    return fields_of(EditionForm(instance=edition), rows.management_form, *rows) | changes


def edit(client: Client, edition: Edition, **changes: Any) -> Any:
    return client.post(f"/en/office/editions/{edition.pk}/", posted(edition, **changes))


def test_saving_keeps_what_was_not_touched(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create(resit_offered=False)
    factories.LiveSessionFactory.create(edition=edition, required=True)
    was = {field.name: getattr(edition, field.name) for field in Edition._meta.fields}
    before = offer_version()
    assert edit(client_of_office, edition).status_code == 302
    edition.refresh_from_db()
    assert {name: getattr(edition, name) for name in was} == was
    session = edition.live_sessions.get()
    assert (session.weekday, session.starts_at, session.required) == (1, time(8), True)
    assert offer_version() == before + 1


def days(number: int) -> str:
    return str(factories.days(number))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": days(1)}, "ends_on"),
        ({"applications_open_on": days(40)}, "applications_close_on"),
        ({"applications_close_on": days(400)}, "applications_close_on"),
        ({"withdraw_until": days(400)}, "withdraw_until"),
        ({"exam_on": days(1)}, "exam_on"),
        ({"resit_on": days(100)}, "resit_on"),
        ({"assessment": "assignment"}, "assessment"),
        ({"places": "2"}, "places"),
        ({"places": "-1"}, "places"),
        ({"places": "9" * 30}, "places"),
        ({"period": "never"}, "period"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"host_period": "a" * 10000}, "host_period"),
        ({"host_period": "\x00"}, "host_period"),
    ],
)
def test_every_rule_speaks_at_its_field(
    changes: dict[str, str], field: str, client_of_office: Client
) -> None:
    edition = factories.EditionFactory.create(taken=3)
    was = Edition.objects.values().get()
    answer = edit(client_of_office, edition, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'id="id_{field}_error"' in answer.text
    assert Edition.objects.values().get() == was


def test_a_second_edition_on_the_same_day_is_refused_at_the_day(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create()
    twin = Edition(course=edition.course)
    data = posted(twin, period="spring", starts_on=str(edition.starts_on), ends_on=days(200))
    answer = client_of_office.post(f"/en/office/courses/{edition.course_id}/editions/new/", data)
    assert answer.status_code == 422
    assert "starts_on" in answer.context["form"].errors
    assert Edition.objects.count() == 1


def test_sessions_are_added_changed_and_taken_away(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create()
    factories.LiveSessionFactory.create(edition=edition)
    data = posted(edition)
    assert data["sessions-TOTAL_FORMS"] == "2"
    data |= {"sessions-0-DELETE": "on", "sessions-1-weekday": "3",
             "sessions-1-starts_at": "10:00", "sessions-1-ends_at": "11:30"}  # fmt: skip
    assert edit(client_of_office, edition, **data).status_code == 302
    session = LiveSession.objects.get()
    assert (session.weekday, session.ends_at) == (3, time(11, 30))
    # A row that was emptied goes too.
    emptied = {f"sessions-0-{name}": "" for name in ("weekday", "starts_at", "ends_at")}
    assert edit(client_of_office, edition, **emptied).status_code == 302
    assert not LiveSession.objects.exists()


def test_another_row_without_saving_and_without_script(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create()
    answer = edit(client_of_office, edition, more="1", host_period="Typed")
    assert answer.status_code == 200
    assert 'name="sessions-1-weekday"' in answer.text
    assert 'value="Typed"' in answer.text
    edition.refresh_from_db()
    assert edition.host_period == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"sessions-0-weekday": "1"},
        {"sessions-0-weekday": "9", "sessions-0-starts_at": "10:00", "sessions-0-ends_at": "11:00"},
        {"sessions-0-weekday": "1", "sessions-0-starts_at": "11:00", "sessions-0-ends_at": "10:00"},
        {"sessions-0-weekday": "1", "sessions-0-starts_at": "\x00", "sessions-0-ends_at": "25:00"},
        {"sessions-TOTAL_FORMS": "x"},
        {"sessions-TOTAL_FORMS": "99999999"},
    ],
)
def test_wrong_sessions_are_refused(changes: dict[str, str], client_of_office: Client) -> None:
    edition = factories.EditionFactory.create()
    assert edit(client_of_office, edition, **changes).status_code == 422
    assert edit(client_of_office, edition, more="1", **changes).status_code in {200, 422}
    assert not LiveSession.objects.exists()


def test_an_edit_of_somebody_else_is_shown(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create(places=25)
    mine = posted(edition, places="30")
    Edition.objects.filter(pk=edition.pk).update(places=40, host_period="Fall")
    factories.LiveSessionFactory.create(edition=edition)
    answer = client_of_office.post(f"/en/office/editions/{edition.pk}/", mine)
    assert answer.status_code == 409
    assert 'value="30"' in answer.text
    assert 'value="Fall"' in answer.text
    assert "Tuesday 08:00" in answer.text
    edition.refresh_from_db()
    assert edition.places == 40


def test_publishing_and_withdrawing(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create(state=PublicState.DRAFT, taken=2)
    url = f"/en/office/editions/{edition.pk}"
    before = offer_version()
    assert client_of_office.post(f"{url}/publish/").status_code == 302
    assert client_of_office.post(f"{url}/publish/").status_code == 409
    assert offer_version() == before + 1
    assert "get a message" not in client_of_office.get(f"{url}/withdraw/").text
    assert Edition.objects.get().state == PublicState.PUBLISHED
    assert client_of_office.post(f"{url}/withdraw/").status_code == 302
    assert client_of_office.post(f"{url}/withdraw/").status_code == 409
    assert client_of_office.post(f"{url}/delete/").status_code == 409
    Edition.objects.update(state=PublicState.DRAFT)
    assert client_of_office.get(f"{url}/delete/").status_code == 200
    assert client_of_office.post(f"{url}/delete/").status_code == 302
    assert not Edition.objects.exists()


# The next edition


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 9, 7), date(2027, 9, 6)),  # 52 weeks: first Monday to first Monday
        (date(2027, 9, 6), date(2028, 9, 4)),  # over 29 February 2028
        (date(2028, 2, 28), date(2029, 2, 26)),
        (date(2024, 2, 29), date(2025, 2, 27)),  # a fifth Thursday that February 2025 lacks
        (date(2025, 9, 1), date(2026, 9, 7)),  # 53 weeks: 52 would end in August
        (date(2031, 9, 1), date(2032, 9, 6)),  # the same in a leap year
        (date(2026, 1, 1), date(2027, 1, 7)),
    ],
)
def test_a_year_later_is_the_same_weekday_of_the_month(day: date, later: date) -> None:
    assert day + curation.a_year_later(day) == later
    assert later.weekday() == day.weekday()


def test_no_start_drifts_over_the_years() -> None:
    start = date(2024, 9, 2)
    for _year in range(40):
        start += curation.a_year_later(start)
        assert start.weekday() == 0
        assert start.month == 9
        assert start.day <= 7


def test_every_day_of_ten_years_moves_by_52_or_53_weeks() -> None:
    for number in range(3653):
        day = date(2024, 1, 1) + timedelta(days=number)
        shift = curation.a_year_later(day)
        assert shift in {timedelta(weeks=52), timedelta(weeks=53)}
        assert abs((day + shift - day).days - 365) <= 6


@time_machine.travel("2026-11-24 12:00", tick=False)
def test_the_next_edition_keeps_weekdays_and_distances(db: None) -> None:
    earlier = factories.EditionFactory.create(
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 12, 18),
        resit_on=date(2027, 2, 1),
        host_period="Fall 2026",
        taken=7,
        is_demo=True,
    )
    factories.LiveSessionFactory.create(edition=earlier)
    made, sessions = curation.next_edition(earlier)
    assert made.pk is None
    assert (made.state, made.taken, made.places) == (PublicState.DRAFT, 0, 25)
    assert made.starts_on == date(2027, 9, 6)
    assert made.host_period == "Fall 2027"
    assert made.is_demo
    shift = made.starts_on - earlier.starts_on
    for name in curation.DATES:
        assert getattr(made, name) - getattr(earlier, name) == shift, name
    assert [session.weekday for session in sessions] == [1]


@time_machine.travel("2026-11-24 12:00", tick=False)
def test_from_an_old_edition_the_next_one_lies_ahead(db: None) -> None:
    earlier = factories.EditionFactory.create(
        starts_on=date(2023, 9, 4), exam_on=None, assessment="", exam_kind="", host_period="2023"
    )
    made, _sessions = curation.next_edition(earlier)
    assert made.starts_on == date(2027, 9, 6)
    assert made.host_period == "2027"
    assert made.exam_on is None


def test_the_next_edition_is_shown_before_it_is_saved(client_of_office: Client) -> None:
    earlier = factories.EditionFactory.create()
    factories.LiveSessionFactory.create(edition=earlier)
    url = f"/en/office/courses/{earlier.course_id}/editions/new/"
    page = client_of_office.get(f"{url}?from={earlier.pk}")
    made, sessions = curation.next_edition(earlier)
    assert f'value="{made.starts_on}"' in page.text
    assert f'value="{made.exam_on}"' in page.text
    assert Edition.objects.count() == 1
    rows = SessionRows(initial=session_values(sessions), prefix="sessions")
    data = fields_of(EditionForm(instance=made), rows.management_form, *rows)
    answer = client_of_office.post(f"{url}?from={earlier.pk}", data | {"places": "30"})
    assert answer.status_code == 302
    saved = Edition.objects.exclude(pk=earlier.pk).get()
    assert (saved.starts_on, saved.places, saved.state) == (made.starts_on, 30, "draft")
    assert saved.live_sessions.count() == 1


@pytest.mark.parametrize("number", ["abc", "", "-1", "9" * 40])
def test_a_strange_earlier_edition_is_left_out(number: str, client_of_office: Client) -> None:
    course = factories.CourseFactory.create()
    url = f"/en/office/courses/{course.pk}/editions/new/?from={number}"
    assert client_of_office.get(url).status_code == 200
    other = factories.EditionFactory.create()
    url = f"/en/office/courses/{course.pk}/editions/new/?from={other.pk}"
    assert client_of_office.get(url).status_code == 404


def test_more_sessions_and_editions_ask_no_more_questions(client_of_office: Client) -> None:
    edition = factories.EditionFactory.create()
    factories.LiveSessionFactory.create(edition=edition)
    urls = [f"/en/office/editions/{edition.pk}/", f"/en/office/courses/{edition.course_id}/"]
    for url in urls:
        client_of_office.get(url)
    counts = []
    for _round in range(2):
        counted = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                client_of_office.get(url)
            counted.append(len(queries))
        counts.append(counted)
        for number in (2, 3):
            factories.LiveSessionFactory.create(edition=edition, weekday=number)
            day = factories.days(300 * number + len(counts))
            factories.EditionFactory.create(course=edition.course, starts_on=day)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12
