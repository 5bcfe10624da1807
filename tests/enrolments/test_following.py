"""A student's own cases: the truth about each, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from enrolments import usual
from enrolments.holding import what_next
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board, Kind
from enrolments.route import stops
from enrolments.services import acting, places
from enrolments.services.rules import one_rulebook
from enrolments.usual import usual_days
from paperwork.models import Attachment
from paperwork.services.events import record
from paperwork.working_days import add_working_days
from tests import factories
from tests.enrolments.cases import case_in, case_of, fresh, make_cast, student_of
from tests.paperwork.files import samples

BACKEND = "accounts.backends.Backend"


@pytest.fixture
def student(db: None, sign_in: Callable[[User], Client]) -> User:
    user = student_of(factories.FacultyFactory.create())
    sign_in(user)
    return user


def page(client: Client, case: Enrolment, path: str = "") -> str:
    response = client.get(f"/nl/exchange/{case.reference}/{path}")
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, case: Enrolment, path: str, **data: Any) -> HttpResponse:
    return client.post(f"/nl/exchange/{case.reference}/{path}", data)


def test_without_cases_there_is_one_thing_to_do(client: Client, student: User) -> None:
    assert "Nog geen aanmeldingen" in client.get("/nl/exchange/").content.decode()


def test_what_is_up_to_the_student_comes_first(client: Client, student: User) -> None:
    over = case_in("rejected", student=student)
    later = case_in("submitted", student=student)
    asked = case_in("returned", student=student, question="Welk niveau?")

    listed = client.get("/nl/exchange/").content.decode()
    assert listed.index(asked.reference) < listed.index(later.reference)
    assert listed.index(later.reference) < listed.index(over.reference)
    assert listed.count("Nu aan jou") == 1
    assert re.findall(r"halte (\d) van \d", listed) == ["2", "2"]  # of those that are under way
    assert over.reference not in client.get("/nl/exchange/?view=open").content.decode()
    assert later.reference not in client.get("/nl/exchange/?view=over").content.decode()


def test_the_home_page_shows_two_things_to_do_at_most(client: Client, student: User) -> None:
    for _number in range(3):
        case_in("returned", student=student)
    case_in("submitted", student=student)

    home = client.get("/nl/").content.decode()
    assert home.count("Beantwoord de vraag</a>") == 2
    client.logout()
    assert "Nu aan jou" not in client.get("/nl/").content.decode()


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_page(client: Client, student: User, state: State) -> None:
    case = case_in(state, student=student)
    html = page(client, case)

    assert case.reference in html
    assert ("Nu aan jou" in html) is (state in {State.DRAFT, State.RETURNED, State.OFFERED})
    now = [stop for stop in stops(case) if stop.state == "now"]
    assert len(now) == 1
    assert 'aria-current="step"' in html


@pytest.mark.parametrize("kind", [Kind.OUTGOING, Kind.OWN, Kind.INCOMING])
@pytest.mark.parametrize("state", ["approved", "declined", "enrolled"])
def test_a_course_of_our_own_has_no_host_university(
    client: Client, sign_in: Callable[[User], Client], db: None, kind: Kind, state: str
) -> None:
    cast = make_cast(kind)
    case = case_of(cast, state)
    sign_in(cast.owner)

    said = " ".join([what_next(case), case.get_state_display()])
    said += page(client, case).partition("What happened")[0]

    assert ("gastuniversiteit" in said) is (kind == Kind.OUTGOING and state != "enrolled")
    if kind != Kind.OUTGOING and state != "enrolled":
        assert "programmabureau" in said


def test_the_route_follows_what_happened(db: None) -> None:
    cast = make_cast()
    case = case_of(cast, "submitted", purpose=Purpose.EXTRACURRICULAR)
    acting.act(case, "approve", by=cast.coordinator)
    acting.act(case, "confirm", by=cast.host)

    line = [(stop.name, stop.state) for stop in stops(case, acting.history(case))]
    assert line == [
        ("sent", "done"),
        ("checked", "done"),
        ("enrolled", "done"),
        ("exam", "now"),
        ("transcript", ""),
        ("registered", ""),
    ]


def test_a_rejection_says_who_and_why(client: Client, student: User) -> None:
    case = fresh(case_in("submitted", student=student))
    coordinator = factories.MemberFactory.create(
        role=Role.COORDINATOR, faculty=case.faculty, name="Marieke van den Berg"
    )
    acting.act(case, "reject", by=coordinator, reason="Het overlapt met <Logica>.")

    html = page(client, case)
    assert "Het overlapt met &lt;Logica&gt;." in html
    assert "Marieke van den Berg (uitwisselingscoördinator)" in html
    assert coordinator.email in html


def test_the_position_is_the_true_one(client: Client, student: User) -> None:
    edition = factories.EditionFactory.create(places=1)
    case_in("submitted", edition)
    case_in("waiting", edition)
    mine = case_in("waiting", edition, student)

    assert "nummer 2 op de wachtlijst" in page(client, mine)
    assert "nummer 2 op de wachtlijst" in page(client, mine, "sent/")


class TestAnswer:
    def test_goes_with_its_file(self, client: Client, student: User) -> None:
        case = case_in("returned", student=student, question="Welk <niveau>?")
        assert "Welk &lt;niveau&gt;?" in page(client, case)
        file = SimpleUploadedFile("bewijs.pdf", samples.plain())
        response = post(client, case, "answer/", answer="Niveau 300.", file=file)

        assert response.url == case.get_absolute_url()
        assert fresh(case).state == State.SUBMITTED
        assert fresh(case).answer == "Niveau 300."
        kept = Attachment.objects.about(case).get()
        assert "bewijs.pdf" in page(client, case)
        other = Client()
        other.force_login(student_of(case.faculty), backend=BACKEND)
        address = f"/nl/exchange/{case.reference}/files/{kept.pk}/"
        assert other.get(address).status_code == 404
        download = client.get(address)
        assert b"".join(download.streaming_content).startswith(b"%PDF")

    @pytest.mark.parametrize("answer", ["", "  ", "x" * 20_001])
    def test_that_says_nothing_or_too_much(
        self, client: Client, student: User, answer: str
    ) -> None:
        case = case_in("returned", student=student)
        response = post(client, case, "answer/", answer=answer)

        assert response.status_code == 422
        assert answer.strip() in response.content.decode()
        assert fresh(case).state == State.RETURNED

    def test_to_a_question_that_is_gone(self, client: Client, student: User) -> None:
        case = case_in("submitted", student=student)
        response = post(client, case, "answer/", answer="Te laat.")

        assert response.status_code == 409
        assert "Te laat." in response.content.decode()


class TestOffer:
    def test_is_taken(self, client: Client, student: User) -> None:
        case = case_in("offered", student=student)
        assert "Neem de plaats" in page(client, case)

        assert post(client, case, "accept/").status_code == 302
        assert fresh(case).state == State.SUBMITTED

    def test_is_declined_after_a_page_that_asks(self, client: Client, student: User) -> None:
        case = case_in("offered", student=student)
        assert "niet terugdraaien" in page(client, case, "pass/")
        assert fresh(case).state == State.OFFERED

        post(client, case, "pass/")
        assert fresh(case).state == State.WITHDRAWN
        assert places.imbalances() == []

    def test_that_is_over(self, client: Client, student: User) -> None:
        case = case_in("offered", student=student, offer_until=timezone.now())
        response = post(client, case, "accept/")

        assert response.status_code == 409
        assert "voorbij" in response.content.decode()


class TestWithdrawing:
    def test_says_what_follows(self, client: Client, student: User) -> None:
        edition = factories.EditionFactory.create(places=1)
        case = case_in("enrolled", edition, student)
        assert "Je plaats komt vrij" in page(client, case, "withdraw/"), "nobody waits"
        case_in("waiting", edition)
        html = page(client, case, "withdraw/")

        assert "eerste op de wachtlijst" in html
        assert f"{edition.course.university} hoort dat je niet komt" in html
        assert fresh(case).state == State.ENROLLED
        assert post(client, case, "withdraw/").url == "/nl/exchange/"
        assert fresh(case).state == State.WITHDRAWN

    def test_after_the_date_says_whom_to_ask(self, client: Client, student: User) -> None:
        edition = factories.EditionFactory.create(
            starts_on=timezone.localdate() - timedelta(days=20), applications_close_on=None
        )
        edition.applications_close_on = timezone.localdate() + timedelta(days=1)
        edition.save()
        case = case_in("enrolled", edition, student)
        edition.withdraw_until = timezone.localdate() - timedelta(days=1)
        edition.save()

        assert "programmabureau" in page(client, case)
        assert "programmabureau" in page(client, case, "withdraw/")
        response = post(client, case, "withdraw/")
        assert response.status_code == 409
        assert fresh(case).state == State.ENROLLED

    def test_twice_meets_what_is(self, client: Client, student: User) -> None:
        case = case_in("submitted", student=student)
        post(client, case, "withdraw/")
        response = post(client, case, "withdraw/")

        assert response.status_code == 409
        assert "ingetrokken" in response.content.decode()


class TestUsual:
    def make(self, case: Enrolment, days: int) -> None:
        """An earlier case of the same faculty that was decided after so many working days."""
        other = case_in("approved", student=student_of(case.faculty))
        start = timezone.now() - timedelta(days=60)
        end = add_working_days(timezone.localdate(start), days)
        at = start + timedelta(days=(end - timezone.localdate(start)).days)
        for action, came, went, when in (
            ("submit", "draft", "submitted", start),
            ("approve", "submitted", "approved", at),
        ):
            record(other, action, by=None, from_state=came, to_state=went, at=when)

    def test_is_the_median_from_five_cases_on(self, db: None) -> None:
        case = case_in("submitted")
        assert usual_days(case) == 5  # the rule's
        for days in (1, 2, 2, 9):
            self.make(case, days)
        usual.forget()
        assert usual_days(case) == 5
        self.make(case, 3)
        usual.forget()
        assert usual_days(case) == 2

    def test_is_looked_up_once_in_a_while(
        self, db: None, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        first, second = case_in("submitted"), case_in("submitted")
        with one_rulebook():
            usual_days(first)
            with django_assert_num_queries(0):
                usual_days(first)
            with django_assert_num_queries(1):  # another faculty's cases
                usual_days(second)

    def test_of_the_board_is_the_rules(self, db: None) -> None:
        case = case_in("submitted", board=Board.ASKED, board_asked_on=timezone.localdate())

        assert usual_days(case) == 15


@pytest.mark.parametrize("where", ["/nl/exchange/", "/nl/", "case"])
def test_as_many_queries_for_three_as_for_one(client: Client, student: User, where: str) -> None:
    case = case_in("returned", student=student)
    path = case.get_absolute_url() if where == "case" else where
    asked = []
    for _round in range(2):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        asked.append(len(queries))
        for state in ("returned", "waiting"):
            case_in(state, student=student)

    assert asked[0] == asked[1] <= 22
