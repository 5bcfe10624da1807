"""Whoever counts on an edition hears that it is withdrawn, offered again, or has other dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Model, Q
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from courses.forms.edition import EditionForm
from courses.imports import applying
from courses.imports.comparing import digest
from courses.models import Edition, PublicState
from courses.services import curation
from enrolments.models import Enrolment, State
from enrolments.services import changed, places, upkeep
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import case_in, fresh
from tests.factories import days

COUNT = ["draft", "submitted", "waiting", "returned", "approved", "enrolled"]


@pytest.fixture
def edition(db: None) -> Edition:
    return factories.EditionFactory.create(course__title="Topology", starts_on=days(60))


def told(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=f"enrolments.{kind}").order_by("pk"))


def stored(row: Model) -> Model:
    return type(row)._base_manager.get(pk=row.pk)


@pytest.mark.parametrize("whole_course", [False, True])
def test_a_withdrawn_edition_is_told_to_all_whose_application_goes_on(
    edition: Edition, whole_course: bool
) -> None:
    cases = [case_in(state, edition) for state in State]
    case_in("enrolled")  # of another edition
    row = edition.course if whole_course else edition

    (curation.withdraw_course if whole_course else curation.withdraw_edition)(row, by=None)

    notices = told("edition_withdrawn")
    theirs = {case.student for case in cases if case.state in COUNT}
    assert {notice.recipient for notice in notices} == theirs
    assert len(notices) == len(theirs)
    now = [State.EXPIRED if case.state == State.OFFERED else case.state for case in cases]
    assert [Enrolment.objects.get(pk=case.pk).state for case in cases] == now
    waiting = next(case for case in cases if case.state == "waiting")
    assert "wachtlijst" in next(n.text for n in notices if n.recipient == waiting.student)


@pytest.mark.parametrize("whole_course", [False, True])
def test_a_place_that_was_offered_on_it_is_gone_and_its_student_reads_why(
    edition: Edition, whole_course: bool, sign_in: Callable[[User], Client]
) -> None:
    Edition.objects.update(places=1)
    offered, waiting = case_in("offered", edition), case_in("waiting", edition)
    row = edition.course if whole_course else edition

    (curation.withdraw_course if whole_course else curation.withdraw_edition)(row, by=None)

    assert [fresh(case).state for case in (offered, waiting)] == ["expired", "waiting"]
    assert (Edition.objects.get().taken, places.imbalances()) == (0, [])
    (notice,) = told("expired")
    assert notice.recipient == offered.student
    assert "ingetrokken" in notice.text
    page = sign_in(offered.student).get(f"/en/exchange/{offered.reference}/").text
    assert "the place that was offered to you is gone" in page


def test_an_offer_that_came_at_that_moment_cannot_be_taken_and_ends(
    edition: Edition, sign_in: Callable[[User], Client]
) -> None:
    case = case_in("offered", edition)
    accept = f"/en/exchange/{case.reference}/accept/"
    Edition.objects.update(state=PublicState.WITHDRAWN)  # as seen by nobody who gave it out

    refused = sign_in(case.student).post(accept)

    assert (refused.status_code, fresh(case).state) == (409, "offered")
    assert "has been withdrawn, so this place" in refused.text
    assert upkeep.end_offers() == 1
    assert (fresh(case).state, places.imbalances()) == ("expired", [])


def test_offered_again_and_withdrawn_again_is_told_each_time(edition: Edition) -> None:
    case_in("enrolled", edition)

    for what in ("withdraw", "publish", "withdraw"):
        getattr(curation, f"{what}_edition")(stored(edition), by=None)

    assert [len(told(f"edition_{kind}")) for kind in ("withdrawn", "back")] == [2, 1]


def test_an_edition_of_a_withdrawn_course_is_not_withdrawn_twice(edition: Edition) -> None:
    case_in("enrolled", edition)
    curation.withdraw_course(edition.course, by=None)

    curation.withdraw_edition(stored(edition), by=None)

    assert len(told("edition_withdrawn")) == 1


def save(edition: Edition, **days_: object) -> None:
    row = stored(edition)
    form = EditionForm(instance=row)
    sent = {name: form[name].value() for name in form.fields} | days_
    form = EditionForm(
        {name: value for name, value in sent.items() if value is not None}, instance=stored(edition)
    )
    assert form.is_valid(), form.errors
    curation.save(form, by=None)


@pytest.mark.parametrize(
    ("field", "says"),
    [("starts_on", "begint"), ("ends_on", "eindigt"), ("withdraw_until", "terugtrekken")],
)
def test_another_date_is_told_with_what_it_was(edition: Edition, field: str, says: str) -> None:
    Edition.objects.update(withdraw_until=edition.starts_on)
    case = case_in("approved", edition)
    was = getattr(stored(edition), field)
    now = was + timedelta(days=3)

    save(edition, **{field: now})

    (notice,) = told("edition_dates")
    assert notice.recipient == case.student
    with translation.override("nl"):
        assert date_format(now, "DATE_FORMAT") in notice.text
        assert (date_format(was, "DATE_FORMAT") in notice.text) == (field != "withdraw_until")
    words = ["begint", "eindigt", "terugtrekken"]
    assert [word for word in words if word in notice.text] == [says]


def test_nothing_is_told_when_no_date_changes(edition: Edition) -> None:
    case_in("approved", edition)

    save(edition, host_period="Fall 2027")

    assert told("edition_dates") == []


def test_of_a_withdrawn_edition_no_dates_are_told(edition: Edition) -> None:
    case_in("approved", edition)
    Edition.objects.update(state=PublicState.WITHDRAWN)

    save(edition, ends_on=edition.ends_on + timedelta(days=1))

    assert told("edition_dates") == []


def test_an_import_that_withdraws_tells_too(edition: Edition) -> None:
    case = case_in("enrolled", edition)
    code = edition.course.university.code
    text = f"university,code,title\n{code},OTHER,Another course\n"
    run = applying.take_in("a.csv", text.encode(), by=None).run
    assert run is not None
    applying.choose(run, shown=[f"c{edition.course_id}"], accepted=[f"c{edition.course_id}"])
    run.refresh_from_db()

    applying.apply(run, seen=digest(applying.differences(run)), by=None)

    assert stored(edition.course).state == PublicState.WITHDRAWN  # type: ignore[attr-defined]
    assert [notice.recipient for notice in told("edition_withdrawn")] == [case.student]


@pytest.mark.parametrize(("what", "number"), [("withdrawn", 2), ("ends_on", 2), ("host_period", 0)])
def test_before_an_import_the_office_reads_how_many_hear_of_it(
    edition: Edition, what: str, number: int, office: User, sign_in: Callable[[User], Client]
) -> None:
    for state in ("waiting", "enrolled", "finished"):
        case_in(state, edition)
    course, client = edition.course, sign_in(office)
    row = {"university": course.university.code, "code": course.code, "title": course.title}
    if what == "withdrawn":
        row |= {"code": "OTHER", "title": "Another course"}
    else:
        dates = {"starts_on": edition.starts_on, "ends_on": edition.ends_on}
        dates |= {what: edition.ends_on + timedelta(days=3)} if what == "ends_on" else {}
        row |= {"period": edition.period, "host_period": "x", **dates}
    text = f"{','.join(row)}\n{','.join(map(str, row.values()))}\n"
    run, checked = applying.take_in("a.csv", text.encode(), by=None)
    assert run is not None, checked.faults
    if what == "withdrawn":
        applying.choose(run, shown=[f"c{course.pk}"], accepted=[f"c{course.pk}"])

    page = client.get(f"/en/office/imports/{run.pk}/apply/")

    assert page.context["concerned"] == number
    assert ("2 students have an application" in page.text) == bool(number)
    applying.apply(run, seen=page.context["seen"], by=None)
    assert len(told("edition_withdrawn")) + len(told("edition_dates")) == number


def test_who_applied_for_two_editions_is_one_student(edition: Edition) -> None:
    other = factories.EditionFactory.create(course=edition.course, starts_on=days(61))
    case_in("enrolled", other, case_in("waiting", edition).student)

    assert changed.concerned(Q(course=edition.course_id)) == 1


@pytest.mark.parametrize("what", ["editions", "courses"])
def test_the_office_reads_how_many_hear_of_it(
    edition: Edition, what: str, office: User, sign_in: Callable[[User], Client]
) -> None:
    client, row = sign_in(office), edition if what == "editions" else edition.course
    address = f"/en/office/{what}/{row.pk}/withdraw/"
    assert "get a message" not in client.get(address).text
    for state in ("waiting", "enrolled", "finished", "withdrawn"):
        case_in(state, edition)

    assert "2 students have an application" in client.get(address).text


@pytest.mark.parametrize("students", [1, 3])
def test_as_many_questions_for_three_as_for_one(
    edition: Edition, students: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _number in range(students):
        case_in("enrolled", edition)

    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        curation.withdraw_edition(edition, by=None)

    assert len(told("edition_withdrawn")) == students
