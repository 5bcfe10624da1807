"""Pass rates, credits, transcripts and registrations: counted by hand; who may read what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enrolments.models import Enrolment, HostRules
from enrolments.services import rules
from grades.models import Registration, Result
from tests import factories
from tests.grades.rows import registration_of, result_of, transcript_of
from tests.reports.made import YEAR, a_case, at, edition_of, filters, numbers, office
from vx_portal.reports.results import earned, passes, registrations, transcripts
from vx_portal.reports.tables import Few, Table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
type SignIn = Callable[[User], Client]
ON = date(2027, 2, 10)


def result(case: Enrolment, *, passed: bool = True, **fields: Any) -> Result:
    """A result from a transcript that was verified."""
    by = factories.MemberFactory.create(role="coordinator")
    paper = transcript_of(case, state="verified", verified_by=by, verified_at=at(ON))
    values: dict[str, Any] = {"transcript": paper, "dated_on": ON, "ec": Decimal("7.5")}
    if not passed:
        values |= {"grade": Decimal(4), "passed": False}
    return result_of(case, by, **values | fields)


@pytest.fixture
def world() -> dict[str, Any]:
    """At ONE seven of Law passed (one at a resit) and two did not; at TWO one of Arts passed."""
    one, two = (factories.UniversityFactory.create(code=code) for code in ("ONE", "TWO"))
    law, arts = (factories.FacultyFactory.create(name_en=name) for name in ("Law", "Arts"))
    first, second = edition_of(one), edition_of(two)
    found = [result(a_case(first, law, state="finished")) for _number in range(6)]
    found.append(result(a_case(first, law, state="finished", purpose="honours"), attempt="resit"))
    result(a_case(first, law, state="finished"), passed=False)
    result(a_case(first, law, state="finished"), passed=False, attempt="resit")
    found.append(result(a_case(second, arts, state="finished"), ec=Decimal(5)))
    result(a_case(second, arts, state="finished"), dated_on=date(2026, 7, 31))  # the year before
    wrong = result(a_case(second, arts, state="finished"), current=False)  # corrected: a fail
    result_of(
        wrong.enrolment,
        wrong.recorded_by,
        transcript=wrong.transcript,
        replaces=wrong,
        reason="Misread.",
        dated_on=ON,
        grade=Decimal(5),
        passed=False,
    )
    return {"one": one, "two": two, "law": law, "arts": arts, "passed": found}


def rates(table: Table) -> dict[str, tuple[object, ...]]:
    names = ("results", "passed", "failed", "rate", "resits", "resit_passed")
    return {label: tuple(row[name] for name in names) for label, row in numbers(table).items()}


def test_pass_rates(world: dict[str, Any]) -> None:
    auditor = factories.MemberFactory.create(role="auditor")
    table = passes(auditor, filters(YEAR, per="partner"))

    assert rates(table) == {
        "ONE": (9, 7, 2, Decimal("77.8"), 2, 1),
        "TWO": (2, 1, 1, 50, 0, 0),
    }
    assert table.total is not None
    assert (table.total.numbers["results"], table.total.numbers["rate"]) == (11, Decimal("72.7"))
    assert table.few == 0


def test_who_may_not_read_each_result_gets_no_small_numbers(world: dict[str, Any]) -> None:
    """The office: of TWO are two results, so of ONE it gets none either: the total would tell."""
    table = passes(office(), filters(YEAR, per="partner"))

    hidden = (Few(5),) * 6
    assert rates(table) == {"ONE": hidden, "TWO": hidden}
    assert table.total is not None
    assert table.total.numbers["results"] == 11


def test_a_coordinator_reads_the_own_faculty_and_not_honours(world: dict[str, Any]) -> None:
    coordinator = factories.MemberFactory.create(role="coordinator", faculty=world["law"])
    honours = factories.MemberFactory.create(role="honours")

    assert rates(passes(coordinator, filters(YEAR, per="faculty"))) == {"Law": (8, 6, 2, 75, 1, 0)}
    assert rates(passes(honours, filters(YEAR, per="purpose"))) == {
        "Honours programme": (1, 1, 0, 100, 1, 1)
    }


def test_the_office_cannot_ask_for_a_part_or_for_days(
    world: dict[str, Any], sign_in: SignIn
) -> None:
    """The difference of two answers would tell of one student."""
    office_page = sign_in(office()).get(
        "/en/reports/pass-rates/?period=2026-2027&purpose=honours&starts_on=2027-02-10"
    )
    auditor_page = sign_in(factories.MemberFactory.create(role="auditor")).get(
        "/en/reports/pass-rates/?period=2026-2027&purpose=honours"
    )

    same = sign_in(office()).get("/en/reports/pass-rates/?period=12-months").context["table"]
    table = office_page.context["table"]
    assert table.period == same.period == "1 August 2026 to 31 July 2027"
    assert table.total.numbers["results"] == 11
    assert 'name="purpose"' not in office_page.content.decode()
    assert 'name="starts_on"' not in office_page.content.decode()
    assert [row.numbers["results"] for row in auditor_page.context["table"].rows] == [1]


def test_credits(world: dict[str, Any]) -> None:
    auditor = factories.MemberFactory.create(role="auditor")
    administration = factories.MemberFactory.create(role="administration", faculty=world["law"])
    done = {
        "state": "registered",
        "registered_by": administration,
        "registered_on": ON,
        "board_decided_on": ON,
        "sent_at": at(ON),
    }
    for row in world["passed"][:2]:
        registration_of(row, **done)
    registration_of(world["passed"][2], state="sent", sent_at=at(ON))
    registration_of(world["passed"][3], current=False, **done)  # one that was taken back
    registration_of(world["passed"][3], state="prepared")

    table = earned(auditor, filters(YEAR, per="faculty"))

    assert {label: tuple(row.values()) for label, row in numbers(table).items()} == {
        "Law": (7, Decimal("52.5"), Decimal(15), Decimal("28.6")),
        "Arts": (1, Decimal(5), Decimal(0), Decimal(0)),
    }
    assert table.total is not None
    assert table.total.numbers["ec"] == Decimal("57.5")
    # The administration reads what was sent to it: two that it registered, one that waits, and one
    # that was taken back.
    theirs = earned(administration, filters(YEAR, per="faculty"))
    assert numbers(theirs)["Law"]["ec"] == Decimal(30)


def test_transcripts_that_are_awaited() -> None:
    """It is 10 March 2027; the portal's own rule is so many days after the course."""
    one, two = (factories.UniversityFactory.create(code=code) for code in ("ONE", "TWO"))
    law = factories.FacultyFactory.create(name_en="Law")
    rules.save_rules(HostRules(university=two, transcript_days=90))

    def over(host: Any, ended: date) -> Any:
        return edition_of(host, starts_on=date(2026, 9, 1), ends_on=ended, exam_on=None)

    late = over(one, date(2026, 11, 1))  # 129 days ago
    for _number in range(2):
        a_case(late, law, state="finished")
    a_case(over(one, date(2027, 3, 1)), law, state="finished")  # 9 days ago
    a_case(over(two, date(2027, 1, 1)), law, state="finished")  # 68 days ago
    transcript_of(a_case(late, law, state="finished"))  # here
    transcript_of(a_case(late, law, state="finished"), state="returned", reason="Unreadable")
    a_case(late, law, state="withdrawn")
    usual = rules.rulebook().portal
    assert (usual["transcript_days"], usual["alarm_days"]) == (42, 84)

    table = transcripts(office(), filters(per="partner"))

    names = ("awaited", "in_time", "overdue", "alarm", "longest")
    assert {code: tuple(row[n] for n in names) for code, row in numbers(table).items()} == {
        "ONE": (4, 1, 3, 3, 87),
        "TWO": (1, 1, 0, 0, None),
    }
    contact = factories.MemberFactory.create(role="partner", university=two)
    assert set(numbers(transcripts(contact, filters(per="partner")))) == {"TWO"}


@pytest.mark.django_db
def test_transcripts_ask_as_much_for_many_courses_as_for_one() -> None:
    """How many days a host has for them is one question, not one for each day a course ended."""
    reader, host = office(), factories.UniversityFactory.create()

    def asked(awaited: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            table = transcripts(reader, filters(per="faculty"))
        assert sum(row["awaited"] for row in numbers(table).values()) == awaited
        return len(queries)

    def over(day: int) -> None:
        ended = date(2027, 1, day)
        edition = edition_of(host, starts_on=date(2026, 9, 1), ends_on=ended, exam_on=None)
        a_case(edition, factories.FacultyFactory.create(), state="finished")

    over(9)
    asked(1)
    one = asked(1)
    for day in range(10, 15):
        over(day)

    assert asked(6) == one


def test_registrations(world: dict[str, Any]) -> None:
    auditor = factories.MemberFactory.create(role="auditor")
    other = factories.MemberFactory.create(role="administration", faculty=world["law"])
    passed = world["passed"]
    registration_of(passed[0], created_at=at(ON))
    registration_of(passed[1], created_at=at(ON), filed_on=ON)
    registration_of(passed[2], created_at=at(ON), state="prepared")
    registration_of(passed[3], created_at=at(ON), state="sent", sent_at=at(ON))
    done = {"registered_by": other, "registered_on": ON, "board_decided_on": ON}
    registration_of(passed[4], created_at=at(ON), state="registered", **done)
    registration_of(passed[5], created_at=at(ON), state="reconciled", **done)
    registration_of(passed[7], created_at=at(ON), state="refused", refusal="No.")
    registration_of(passed[6], created_at=at(date(2026, 7, 31)))  # the year before

    table = registrations(auditor, filters(YEAR, per="faculty"))

    names = ("registrations", "requested", "board", "prepared", "sent", "registered", "refused")
    assert {label: tuple(row[n] for n in names) for label, row in numbers(table).items()} == {
        "Law": (6, 1, 1, 1, 1, 2, 0),
        "Arts": (1, 0, 0, 0, 0, 0, 1),
    }
    assert numbers(table)["Law"]["share"] == Decimal("33.3")
    # The administration sees what was sent to it; the coordinator of Arts the own one.
    theirs = numbers(registrations(other, filters(YEAR, per="faculty")))
    assert theirs["Law"]["registrations"] == 3
    arts = factories.MemberFactory.create(role="coordinator", faculty=world["arts"])
    assert set(numbers(registrations(arts, filters(YEAR, per="faculty")))) == {"Arts"}
    assert Registration.objects.count() == 8
