"""The office's pages: rules, kept places, the order of a waiting list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import (
    Enrolment,
    FacultyRules,
    HostRules,
    KeptPlaces,
    PortalRules,
    ProgrammeRules,
    State,
)
from enrolments.services import acting, places, rules
from paperwork.models import Event
from tests import factories
from tests.enrolments.cases import draft, fresh, student_of

type SignIn = Callable[[User], Client]
SETTINGS = {
    "board_for_elective": "",
    "board_for_minor": "",
    "board_for_extracurricular": "",
    "credit_cap": "",
    "decision_days": "",
    "board_days": "",
}


@pytest.fixture
def client_of_office(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


def sent_with(client: Client, path: str, **fields: object) -> dict[str, object]:
    """What a browser would send of the form at `path`, with some fields changed."""
    form = client.get(path).context["form"]
    values = {
        field.html_name: "" if field.value() is None else field.value()
        for field in form
        if not (isinstance(field.field, forms.BooleanField) and not field.value())
    }
    return values | fields


def test_empty_means_as_the_rule_above(client_of_office: Client) -> None:
    faculty = factories.FacultyFactory.create()
    programme = factories.ProgrammeFactory.create(faculty=faculty)
    client = client_of_office
    path = f"/en/office/rules/faculties/{faculty.pk}/"
    assert "As the rule above: yes" in client.get(path).content.decode()

    client.post(path, sent_with(client, path, board_for_elective="False", credit_cap="7.5"))

    assert FacultyRules.objects.get().board_for_elective is False
    assert FacultyRules.objects.get().board_for_minor is None
    page = client.get(f"/en/office/rules/programmes/{programme.pk}/").content.decode()
    assert "As the rule above: no" in page
    assert "Empty: 7.5, as the rule above" in page
    client.post(
        f"/en/office/rules/programmes/{programme.pk}/", SETTINGS | {"board_for_elective": "True"}
    )
    assert ProgrammeRules.objects.get().board_for_elective is True
    assert rules.rulebook().setting("board_for_elective", faculty.pk, programme.pk) is True


def test_portal_and_host(client_of_office: Client) -> None:
    host, client = factories.UniversityFactory.create(country="CH"), client_of_office
    path = "/en/office/rules/portal/"

    answer = client.post(path, sent_with(client, path, motivation_words=150, decision_days=4))
    assert answer.status_code == 302, answer.context["form"].errors
    assert PortalRules.now().motivation_words == 150
    assert rules.rulebook().portal["decision_days"] == 4

    path = f"/en/office/rules/hosts/{host.pk}/"
    client.post(path, sent_with(client, path, credit_cap="6", needs_consent="True"))
    assert (HostRules.objects.get().credit_cap, HostRules.objects.get().needs_consent) == (6, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"decision_days": "0"},
        {"decision_days": ""},
        {"decision_days": "101"},
        {"motivation_words": "1001"},
        {"credit_cap": "0"},
        {"credit_cap": "much"},
        {"board_for_elective": ""},
        {"offer_days": "-1"},
    ],
)
def test_wrong_input(client_of_office: Client, fields: dict[str, str]) -> None:
    path = "/en/office/rules/portal/"

    answer = client_of_office.post(path, sent_with(client_of_office, path, **fields))

    assert answer.status_code == 422
    assert not PortalRules.objects.exists()


def test_two_at_once_lose_nothing(client_of_office: Client) -> None:
    faculty, client = factories.FacultyFactory.create(), client_of_office
    path = f"/en/office/rules/faculties/{faculty.pk}/"
    mine = sent_with(client, path, credit_cap="7.5")
    client.post(path, sent_with(client, path, decision_days="3"))

    answer = client.post(path, mine)

    assert answer.status_code == 409
    assert FacultyRules.objects.get().credit_cap is None
    again = sent_with(client, path) | {"seen": answer.context["form"].token()}
    client.post(path, again | {"credit_cap": "7.5"})
    row = FacultyRules.objects.get()
    assert (row.credit_cap, row.decision_days) == (Decimal("7.5"), 3)


def test_versions_say_what_changed(client_of_office: Client) -> None:
    faculty = factories.FacultyFactory.create(name_en="Humanities")
    rules.save_rules(PortalRules.now())
    row = FacultyRules(faculty=faculty, credit_cap=Decimal("7.5"))
    rules.save_rules(row)
    row.credit_cap, row.own_form = None, True
    rules.save_rules(row)

    versions = client_of_office.get("/en/office/rules/versions/").context["versions"]

    found = [[(c.where, c.before, c.after) for c in version.changes] for version in versions]
    assert found == [
        [("Humanities", "7.5", "as the rule above"), ("Humanities", "no", "yes")],
        [("Humanities", "as the rule above", "7.5")],
        [],
    ]
    assert versions[-1].is_first


@pytest.mark.parametrize("path", ["", "programmes/", "hosts/", "versions/"])
@pytest.mark.parametrize("rows", [1, 3])
def test_queries(client_of_office: Client, path: str, rows: int) -> None:
    for number in range(rows):
        programme = factories.ProgrammeFactory.create()
        rules.save_rules(FacultyRules(faculty=programme.faculty, decision_days=number + 1))
        rules.save_rules(HostRules(university=factories.UniversityFactory.create(), credit_cap=6))
    client_of_office.get("/en/office/rules/")

    with CaptureQueriesContext(connection) as asked:
        client_of_office.get(f"/en/office/rules/{path}")

    assert len(asked) == {"": 7, "programmes/": 8, "hosts/": 7, "versions/": 12}[path]


class TestPlaces:
    def test_are_kept_and_freed_to_who_waits(self, client_of_office: Client) -> None:
        edition = factories.EditionFactory.create(places=2)
        home = factories.HomeUniversityFactory.create()
        partner = factories.UniversityFactory.create()
        path = f"/en/office/editions/{edition.pk}/places/"
        sent = {"university": partner.pk, "number": 1, "offer_hours": 24}

        assert client_of_office.post(path, sent).status_code == 302

        assert KeptPlaces.objects.get().places == 1
        assert Edition.objects.get().offer_hours == 24
        faculty = factories.FacultyFactory.create()
        cases = [fresh(draft(edition, student_of(faculty))) for _number in range(2)]
        for case in cases:
            acting.act(case, "submit", by=case.student)
        assert [case.state for case in cases] == [State.SUBMITTED, State.WAITING]
        assert home

        client_of_office.post(path, {f"kept-{partner.pk}": 0, "offer_hours": 24})

        assert fresh(cases[1]).state == State.SUBMITTED, "the place is for everybody again"
        assert not KeptPlaces.objects.exists()
        assert places.imbalances() == []

    @pytest.mark.parametrize(
        "sent",
        [
            {"number": 1},
            {"university": "first"},
            {"university": "first", "number": 3},
            {"university": "first", "number": 0},
            {"offer_hours": 0},
            {"offer_hours": 337},
        ],
    )
    def test_wrong_input(self, client_of_office: Client, sent: dict[str, object]) -> None:
        edition = factories.EditionFactory.create(places=2)
        if sent.get("university") == "first":
            sent = sent | {"university": edition.course.university_id}

        answer = client_of_office.post(
            f"/en/office/editions/{edition.pk}/places/", {"offer_hours": 48} | sent
        )

        assert answer.status_code == 422
        assert not KeptPlaces.objects.exists()
        assert Edition.objects.get().offer_hours == 48


class TestLine:
    @pytest.fixture
    def line(self, db: None) -> list[Enrolment]:
        """Three that wait, of two faculties."""
        edition = factories.EditionFactory.create(places=1)
        faculties = factories.FacultyFactory.create_batch(2)
        cases = [fresh(draft(edition, student_of(faculties[n % 2]))) for n in range(4)]
        for case in cases:
            acting.act(case, "submit", by=case.student)
        return cases[1:]

    def path(self, line: list[Enrolment]) -> str:
        return f"/en/desk/waiting-list/{line[0].edition_id}/"

    def order(self, line: list[Enrolment]) -> list[int]:
        rows = Enrolment.objects.filter(edition=line[0].edition_id).in_line()
        return [line.index(case) for case in rows]

    def sent(self, line: list[Enrolment], **more: object) -> dict[str, object]:
        return {"order": ",".join(str(case.pk) for case in line)} | more

    def test_up_and_down_then_saved_with_a_reason(
        self, client_of_office: Client, line: list[Enrolment]
    ) -> None:
        path, (_first, _second, third) = self.path(line), line

        moved = client_of_office.post(path, self.sent(line, move=f"{third.pk}:up"))

        assert [turn.case for turn in moved.context["turns"]] == [line[0], line[2], line[1]]
        assert self.order(line) == [0, 1, 2], "nothing is saved yet"
        order = ",".join(str(turn.pk) for turn in moved.context["turns"])
        assert client_of_office.post(path, {"order": order}).status_code == 422
        client_of_office.post(path, {"order": order, "reason": "Graduates this year."})
        assert self.order(line) == [0, 2, 1]
        event = Event.objects.filter(action="reorder", subject_id=third.pk).get()
        assert (event.reason, event.details) == ("Graduates this year.", {"from": 3, "to": 2})
        assert "Graduates this year." in client_of_office.get(path).content.decode()

    @pytest.mark.parametrize(
        ("who", "turn", "order"), [(2, "1", [2, 0, 1]), (0, "3", [1, 2, 0]), (1, "x", [0, 1, 2])]
    )
    def test_by_number(
        self, client_of_office: Client, line: list[Enrolment], who: int, turn: str, order: list[int]
    ) -> None:
        fields = {f"turn-{line[who].pk}": turn}

        client_of_office.post(self.path(line), self.sent(line, reason="Why.", **fields))

        assert self.order(line) == order

    def test_who_left_meanwhile_makes_it_stale(
        self, client_of_office: Client, line: list[Enrolment]
    ) -> None:
        acting.act(fresh(line[1]), "pass", by=line[1].student)

        answer = client_of_office.post(self.path(line), self.sent(line[::-1], reason="Why."))

        assert answer.status_code == 409
        assert self.order([line[0], line[2]]) == [0, 1]

    def test_a_coordinator_reads_and_knows_only_their_own(
        self, sign_in: SignIn, line: list[Enrolment]
    ) -> None:
        coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=line[1].faculty)
        client = sign_in(coordinator)

        page = client.get(self.path(line))

        assert [turn.case for turn in page.context["turns"]] == [None, line[1], None]
        assert "a student of another faculty" in page.content.decode()
        assert line[0].student.name not in page.content.decode()
        sent = self.sent(line[::-1], reason="Mine first.")
        assert client.post(self.path(line), sent).status_code == 403
        assert self.order(line) == [0, 1, 2]

    def test_nobody_of_theirs_waits(self, sign_in: SignIn, line: list[Enrolment]) -> None:
        stranger = factories.MemberFactory.create(role=Role.COORDINATOR)

        assert sign_in(stranger).get(self.path(line)).status_code == 404
