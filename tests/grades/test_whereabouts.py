"""Where is my grade: the stops, who has it, when it usually comes; and how it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Edition
from courses.services.offer import offer_version
from enrolments.holding import Who
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.route import stops
from enrolments.services.actions import ActionError
from grades import durations, meanings, whereabouts
from grades.models import Experience
from grades.services import experience
from paperwork.working_days import add_working_days
from tests import factories
from tests.enrolments.cases import Cast, case_in, make_cast, student_of
from tests.grades.rows import (
    finish,
    finished,
    registration_of,
    result_of,
    transcript_of,
    verified,
)

type SignIn = Callable[[User], Client]


def line(case: Enrolment) -> list[tuple[str, str]]:
    """The stops after the exam, as (name, state)."""
    told = whereabouts.news([case])[case.pk]
    found = [(stop.name, stop.state) for stop in stops(case, news=told)]
    return found[[name for name, _state in found].index("exam") + 1 :]


def who(case: Enrolment) -> str:
    holder = whereabouts.news([case])[case.pk].holder
    return holder.who if holder else ""


def at_stop(case: Enrolment, name: str) -> object:
    steps = whereabouts.news([case])[case.pk].steps["registered"]
    return next(step.at for step in steps if step.name == name)


def what_next(case: Enrolment) -> str:
    holder = whereabouts.news([case])[case.pk].holder
    return holder.next if holder else ""


LONG_AGO = timezone.now() - timedelta(days=2)
DONE, NOW, LATER = "done", "now", ""


def test_from_the_transcript_to_usis(cast: Cast, case: Enrolment) -> None:
    names = ("transcript", "verified", "filed", "decided", "sent", "registered")

    def shown(*states: str) -> bool:
        assert line(case) == list(zip(names, states, strict=True))
        return True

    assert shown(NOW, LATER, LATER, LATER, LATER, LATER)
    assert who(case) == Who.HOST
    row = transcript_of(case)
    assert shown(DONE, NOW, LATER, LATER, LATER, LATER)
    assert who(case) == Who.COORDINATOR
    rows = type(row).objects.filter(pk=row.pk)
    rows.update(state="returned", reason="?", changed_at=LONG_AGO)
    assert shown(NOW, LATER, LATER, LATER, LATER, LATER)
    assert who(case) == Who.STUDENT
    by = cast.coordinator
    rows.update(state="verified", verified_by=by, verified_at=timezone.now())
    rows.update(changed_at=timezone.now())
    assert shown(DONE, NOW, LATER, LATER, LATER, LATER)  # it can still be taken back
    rows.update(verified_at=LONG_AGO, changed_at=LONG_AGO)
    result = result_of(case, by, transcript=row, recorded_at=LONG_AGO)
    registration = registration_of(result, created_at=LONG_AGO)
    assert shown(DONE, DONE, NOW, LATER, LATER, LATER)
    assert who(case) == Who.STUDENT

    def move(**fields: Any) -> None:
        type(registration).objects.filter(pk=registration.pk).update(**fields)

    by_when = timezone.localdate() + timedelta(days=9)
    move(filed_on=LONG_AGO.date(), due_on=by_when)
    assert shown(DONE, DONE, DONE, NOW, LATER, LATER)
    assert (who(case), at_stop(case, "decided")) == (Who.BOARD, by_when)
    move(board_decided_on=LONG_AGO.date())  # of a result that was corrected since
    assert who(case) == Who.BOARD
    move(state="prepared", board_decided_on=LONG_AGO.date())
    assert shown(DONE, DONE, DONE, DONE, NOW, LATER)
    assert (who(case), at_stop(case, "decided")) == (Who.COORDINATOR, LONG_AGO.date())
    move(state="sent", sent_at=LONG_AGO)
    assert shown(DONE, DONE, DONE, DONE, DONE, NOW)
    assert who(case) == Who.ADMINISTRATION
    move(state="registered", registered_on=LONG_AGO.date(), registered_by=cast.administration)
    assert shown(DONE, DONE, DONE, DONE, DONE, DONE)
    assert who(case) == Who.NOBODY
    assert "staat in uSis" in what_next(case)


def test_after_a_fail_nothing_is_registered(cast: Cast, case: Enrolment) -> None:
    row = verified(case, cast.coordinator, changed_at=LONG_AGO)
    result_of(case, cast.coordinator, transcript=row, grade=5, passed=False, recorded_at=LONG_AGO)
    assert line(case) == [("transcript", "done"), ("verified", "done")]
    assert "niets om te registreren" in what_next(case)


@pytest.mark.parametrize(
    ("sent_at", "stops_before"),
    [(LONG_AGO, [("sent", DONE)]), (None, [])],
    ids=["the Academy's no", "a coordinator's, before it was sent"],
)
def test_a_refusal_on_the_honours_route_is_the_end(
    cast: Cast, sent_at: datetime | None, stops_before: list[tuple[str, str]]
) -> None:
    case = finished(cast, purpose="honours")
    row = verified(case, cast.honours, changed_at=LONG_AGO)
    result = result_of(case, cast.honours, transcript=row, recorded_at=LONG_AGO)
    values = {"route": "honours", "request_type": "", "proposed_type": "", "created_at": LONG_AGO}
    registration_of(result, state="refused", refusal="No.", sent_at=sent_at, **values)

    checked = [("transcript", DONE), ("verified", DONE)]
    assert line(case) == [*checked, *stops_before, ("refused", DONE)]
    assert who(case) == Who.NOBODY
    assert "geweigerd" in what_next(case)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.OWN, ["result", "filed", "decided", "sent", "registered"]),
        (Kind.INCOMING, ["result", "records"]),
    ],
)
def test_a_course_of_our_own_has_a_result_list(db: None, kind: Kind, names: list[str]) -> None:
    cast = make_cast(kind)
    case = finished(cast)
    assert [name for name, _state in line(case)] == names
    assert who(case) == Who.OFFICE
    result_of(case, cast.office, recorded_at=LONG_AGO)
    assert dict(line(case))["result"] == "done"


def test_as_many_queries_for_many_cases_and_none_for_applications(cast: Cast) -> None:
    made = [finish(case_in("finished")) for _number in range(3)]
    cases = list(Enrolment.objects.filter(pk__in=[case.pk for case in made]).for_list())
    whereabouts.news(cases)  # reads the rules and the durations, which are kept
    counts = []
    for some in (cases[:1], cases, [case_in("submitted")]):
        with CaptureQueriesContext(connection) as queries:
            whereabouts.news(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[2] == 0


# --- How long it takes ----------------------------------------------------------------------------
def span(step: str, days: int, faculty: str = "FGW", host: str = "EPFL") -> durations.Span:
    return durations.Span(step, faculty, host, days)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> list[durations.Span]:
    found = [span("verify", number) for number in (3, 5, 12, 14, 40)]
    found += [span("verify", 2, "FSW") for _number in range(4)]
    monkeypatch.setattr(durations, "_read", lambda: iter(found))
    return found


def test_few_cases_give_no_figure_of_their_own(spans: list[durations.Span]) -> None:
    assert durations.usual("verify", faculty="FGW") == 12
    assert durations.usual("verify", faculty="FSW") == 3  # of all, since four are too few
    assert durations.usual("send", faculty="FGW") is None


def test_the_student_reads_when_it_usually_comes(
    cast: Cast, case: Enrolment, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    code = cast.faculty.code
    monkeypatch.setattr(durations, "_read", lambda: iter([span("verify", 12, code)] * 5))
    transcript_of(case)

    page = sign_in(cast.owner).get(f"/nl/exchange/{case.reference}/").content.decode()
    day = add_working_days(timezone.localdate(), 12)
    assert f"Meestal binnen 12 werkdagen: rond {day.day} " in page
    assert "Nu bij de uitwisselingscoördinator" in page


def test_the_steps_are_read_from_what_happened(cast: Cast, case: Enrolment) -> None:
    today = timezone.now()
    row = verified(case, cast.coordinator, received_at=today - timedelta(days=7))
    result = result_of(case, cast.coordinator, transcript=row)
    registration_of(
        result,
        state="registered",
        created_at=today - timedelta(days=7),
        filed_on=(today - timedelta(days=7)).date(),
        sent_at=today - timedelta(days=7),
        registered_on=timezone.localdate(),
        registered_by=cast.administration,
        board_decided_on=timezone.localdate(),
    )
    Enrolment.objects.filter(pk=case.pk).update(home_approved_at=today)

    now = timezone.now()
    found = {one.step: one for one in durations.read(None, now - durations.SINCE, now)}
    assert {"check", "transcript", "verify", "file", "send", "register", "whole"} <= set(found)
    assert found["verify"].days in {4, 5}  # a week, perhaps with a holiday
    assert found["file"].days == 0
    assert found["whole"].faculty == cast.faculty.code
    assert found["whole"].host == cast.host_university.code


# --- What a grade has meant -----------------------------------------------------------------------
def test_a_line_stands_for_at_least_five_results() -> None:
    rows: list[tuple[str, Decimal | None, str]] = [
        *[("6", Decimal(9), "")] * 3,
        *[("5,5", Decimal(8), "")] * 2,
        *[("4.5", Decimal("6.5"), "")] * 6,
        ("3", Decimal(4), ""),
        *[("Pass", None, "V")] * 5,
        *[("D", Decimal(7), "")] * 4,
    ]
    found = [tuple(line) for line in meanings._meanings(rows)]
    assert found == [
        ("5,5", "6", 5, "8 tot 9", "9"),
        ("3", "4,5", 7, "4 tot 6,5", "6,5"),
        ("pass", "", 5, "V", "V"),
    ]
    assert meanings._meanings(rows[:4]) == []


def test_it_is_read_beforehand_by_who_has_signed_in(
    cast: Cast, client: Client, sign_in: SignIn
) -> None:
    case = case_in("enrolled", student=cast.owner)
    course = case.edition.course
    for _number in range(5):
        other = case_in("enrolled", case.edition)
        row = verified(other, cast.coordinator)
        result_of(other, cast.coordinator, transcript=row)

    address = f"/nl/courses/{course.university.code.lower()}/{course.slug}/"
    assert "Wat cijfers van" not in client.get(address).content.decode()
    client = sign_in(cast.owner)
    for page in (address, f"/nl/exchange/{case.reference}/"):
        assert "Wat cijfers van" in client.get(page).content.decode()


# --- How it went ----------------------------------------------------------------------------------
def done(edition: Edition, cast: Cast) -> Enrolment:
    """A student of a partner with a result of our own course: all is done."""
    case = case_in("enrolled", edition, student_of(None, home_university=cast.home_university))
    result_of(case, cast.office)
    return case


@pytest.fixture
def edition(db: None) -> Edition:
    course = factories.CourseFactory.create(university=factories.HomeUniversityFactory.create())
    return factories.EditionFactory.create(course=course)


def test_one_click_and_others_read_it_from_five(
    client: Client, edition: Edition, sign_in: SignIn
) -> None:
    cast = make_cast(Kind.INCOMING)
    cases = [done(edition, cast) for _number in range(5)]
    course = edition.course
    address = f"/nl/courses/{course.university.code.lower()}/{course.slug}/"
    for number, case in enumerate(cases[:4]):
        experience.answer(case, "well", words=f"Zin {number}", by=case.student)
    version = offer_version()
    assert "beantwoordden" not in client.get(address).content.decode()
    sign_in(cast.office)
    assert "Zin 1" not in client.get("/nl/office/experiences/").content.decode()

    sign_in(cases[4].student)
    where = f"/nl/exchange/{cases[4].reference}/"
    assert "Hoe ging het?" in client.get(where).content.decode()
    assert client.post(f"{where}experience/", {"answer": "mixed"}).status_code == 302
    assert client.post(f"{where}experience/", {"answer": "badly", "words": "Te druk"}).url
    assert "Te druk" in client.get(where).content.decode()
    assert Experience.objects.get(enrolment=cases[4]).answer == "badly"
    assert offer_version() > version
    client.logout()
    assert "5 studenten beantwoordden" in client.get(address).content.decode()
    sign_in(cast.office)
    page = client.get("/nl/office/experiences/").content.decode()
    assert "Zin 1" in page
    assert cases[0].student.name not in page


def test_it_is_asked_when_all_is_done_and_of_its_student(cast: Cast, case: Enrolment) -> None:
    for by, said in ((cast.owner, "well"), (cast.other_student, "well")):
        with pytest.raises(ActionError):
            experience.answer(case, said, by=by)
    row = verified(case, cast.coordinator)
    result = result_of(case, cast.coordinator, transcript=row)
    registration = registration_of(result)
    assert not experience.is_asked(case)
    type(registration).objects.filter(pk=registration.pk).update(
        state="registered",
        registered_on=timezone.localdate(),
        registered_by=cast.administration,
        board_decided_on=timezone.localdate(),
    )
    with pytest.raises(ActionError, match="drie"):
        experience.answer(case, "great", by=cast.owner)
    experience.answer(case, "well", by=cast.owner)
    assert Experience.objects.visible_to(cast.owner).count() == 1
    assert not Experience.objects.visible_to(cast.coordinator).exists()
