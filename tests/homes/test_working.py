"""The home of who decides: their work over all apps, what waits for others, what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, State
from enrolments.services import acting
from tests import factories
from tests.enrolments.cases import Cast, case_in, make_cast, student_of
from tests.grades.rows import finish, registration_of, result_of, transcript_of
from tests.homes.people import names, page, queries

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def asked(cast: Cast, name: str, **fields: object) -> Enrolment:
    """An application of a student of the cast's faculty."""
    student = student_of(cast.faculty, name=name)
    edition = factories.EditionFactory.create(course__university=cast.host_university)
    return case_in(str(fields.pop("state", "submitted")), edition, student, **fields)


def over(cast: Cast, name: str) -> Enrolment:
    return finish(asked(cast, name))


def test_work_of_all_apps_the_overdue_first(cast: Cast, sign_in: SignIn) -> None:
    asked(cast, "In time", due_on=factories.days(5))
    asked(cast, "Late", due_on=factories.days(-6))
    transcript_of(over(cast, "With a transcript"), due_on=factories.days(-2))
    result = result_of(over(cast, "With a result"), cast.coordinator)
    registration_of(result, filed_on=factories.days(-3), due_on=factories.days(9))

    html = page(sign_in(cast.coordinator), "/en/work/")

    assert names(html) == ["Late", "In time", "With a transcript", "With a result"]
    assert "2 applications to decide" in html
    assert "1 transcript to verify" in html
    assert "1 registration to handle" in html
    assert html.count("1 too late") == 2
    assert "working days too late" in html
    assert "Stop 2 of 6" in html
    assert "the exchange coordinator" in html
    assert "the Board of Examiners" in html, "who has the registration"
    for address in ("/en/desk/", "/en/desk/transcripts/", "/en/desk/registrations/"):
        assert f'href="{address}?view=mine"' in html


def test_counts_are_those_of_the_lists(cast: Cast, sign_in: SignIn) -> None:
    for number in range(6):
        asked(cast, f"Student {number}")
    client = sign_in(cast.coordinator)

    html = page(client, "/en/work/")

    assert "6 applications to decide" in html
    assert len(names(html)) == 4, "the list has the rest"
    assert "6 applications" in page(client, "/en/desk/?view=mine")


def test_what_waits_for_others(cast: Cast, sign_in: SignIn) -> None:
    asked(cast, "Asked", state="returned", due_on=factories.days(-1))
    asked(cast, "Approved", state="approved", due_on=factories.days(4))
    result = result_of(over(cast, "Not filed"), cast.coordinator)
    registration_of(result)

    html = page(sign_in(cast.coordinator), "/en/work/")

    waiting = html.split('id="waiting"')[1].split("</section>")[0]
    assert 'href="/en/desk/?view=student">Applications back with the student</a>' in waiting
    assert 'href="/en/desk/?view=host"' in waiting
    assert 'href="/en/desk/registrations/?view=student"' in waiting
    assert waiting.count("1 too late") == 1


def test_nothing_of_another_faculty(cast: Cast, sign_in: SignIn) -> None:
    asked(cast, "Not theirs", state="submitted")
    asked(cast, "Nor this", state="approved")
    transcript_of(over(cast, "Nor that"))

    html = page(sign_in(cast.other_coordinator), "/en/work/")

    assert "Done for today" in html
    assert "Nothing of yours waits for anybody else" in html
    assert names(html) == []


def test_honours_have_their_cases_and_nobody_elses(cast: Cast, sign_in: SignIn) -> None:
    asked(cast, "Elective")
    asked(cast, "Honours", purpose="honours")

    assert names(page(sign_in(cast.honours), "/en/work/")) == ["Honours"]
    assert names(page(sign_in(cast.coordinator), "/en/work/")) == ["Elective"]


def test_administration_has_what_was_sent_to_it(cast: Cast, sign_in: SignIn) -> None:
    """Its home does not say “done” while registrations wait, whatever the desk's queue holds."""
    asked(cast, "Not theirs")
    result = result_of(over(cast, "Sent"), cast.coordinator)
    registration_of(result, state="sent", sent_at=timezone.now())

    html = page(sign_in(cast.administration), "/en/work/")

    assert names(html) == ["Sent"]
    assert "1 registration to handle" in html
    assert "applications to decide" not in html


def test_empty_says_so_and_tells_of_last_week(cast: Cast, sign_in: SignIn) -> None:
    case = asked(cast, "Decided")
    acting.act(case, "approve", by=cast.coordinator)

    html = page(sign_in(cast.coordinator), "/nl/work/")

    assert "Klaar voor vandaag" in html
    assert "In de laatste zeven dagen: 1 goedgekeurd" in html


def test_last_decisions_and_the_way_back(cast: Cast, sign_in: SignIn) -> None:
    case = asked(cast, "Decided")
    event = acting.act(case, "approve", by=cast.coordinator)
    client = sign_in(cast.coordinator)

    html = page(client, "/en/work/")
    undo = f"/en/desk/{case.reference}/undo/"
    assert f'action="{undo}"' in html
    client.post(undo, {"event": event.pk})

    assert Enrolment.objects.get().state == State.SUBMITTED
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        html = page(client, "/en/work/")
    done = html.split('id="decisions"')[1]
    assert "took back the last decision" in done
    assert "approved the application" in done
    assert undo not in done, "ten seconds have passed"


def test_decisions_of_others_are_not_theirs(cast: Cast, sign_in: SignIn) -> None:
    acting.act(asked(cast, "Decided"), "approve", by=cast.coordinator)
    colleague = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)

    html = page(sign_in(colleague), "/en/work/")

    assert "Your decisions stand here" in html


@pytest.mark.parametrize("rows", [1, 3])
def test_constant_queries(cast: Cast, sign_in: SignIn, rows: int) -> None:
    for number in range(rows):
        acting.act(asked(cast, f"Approved {number}"), "approve", by=cast.coordinator)
        asked(cast, f"To decide {number}")
        transcript_of(over(cast, f"Transcript {number}"))
        result = result_of(over(cast, f"Result {number}"), cast.coordinator)
        registration_of(result, filed_on=factories.days(-3))
    client = sign_in(cast.coordinator)
    for case in Enrolment.objects.all()[:4]:
        assert client.get(f"/en/desk/{case.reference}/").status_code == 200

    assert queries(client, "/en/work/") == 12


def test_students_have_none(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.owner).get("/en/work/").status_code == 403


@pytest.mark.parametrize(("who", "lands"), [("office", "/en/office/"), ("exams", "/en/exams/")])
def test_who_has_a_home_elsewhere_goes_there(
    cast: Cast, sign_in: SignIn, who: str, lands: str
) -> None:
    assert sign_in(getattr(cast, who)).get("/en/work/").headers["Location"] == lands
