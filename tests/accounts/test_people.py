"""People in the office: who may look and who may change, the list, one person, the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import people
from accounts.models import Invitation, Membership, Role, User
from courses.models import Faculty, SignedLink
from tests.factories import (
    FacultyFactory,
    HomeUniversityFactory,
    MemberFactory,
    MembershipFactory,
    ProgrammeFactory,
    StudentFactory,
    UniversityFactory,
    UserFactory,
    days,
)
from tests.mails import letters

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]

LIST = "/en/office/people/"


@pytest.fixture
def client_of_office(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


def addresses(user: User) -> dict[str, list[str]]:
    """Every page about people: those that are read, and those that change something."""
    membership = MembershipFactory.create(user=user, role=Role.EXAMS)
    invitation = Invitation.objects.create(
        email="new@uni.example",
        name="N",
        language="nl",
        role=Role.EXAMS,
        digest=SignedLink.digest_of("t"),
        expires_at="2099-01-01T00:00Z",
    )
    return {
        "read": [LIST, f"{LIST}{user.pk}/", f"{LIST}invitations/", f"{LIST}export/"],
        "write": [
            f"{LIST}invite/",
            f"{LIST}{user.pk}/give/",
            f"{LIST}{user.pk}/close/",
            f"{LIST}{user.pk}/reopen/",
            f"{LIST}roles/{membership.pk}/",
            f"{LIST}roles/{membership.pk}/end/",
            f"{LIST}invitations/{invitation.pk}/resend/",
            f"{LIST}invitations/{invitation.pk}/revoke/",
        ],
    }


def test_a_visitor_is_asked_to_sign_in() -> None:
    known = addresses(UserFactory.create())

    for path in [*known["read"], *known["write"]]:
        assert "/account/login/" in Client().post(path)["Location"]
        assert "/account/login/" in Client().get(path)["Location"]


@pytest.mark.parametrize("role", ["student", *[r for r in Role if r not in {"office", "auditor"}]])
def test_other_roles_are_refused_and_told_whose_it_is(sign_in: SignIn, role: str) -> None:
    known = addresses(UserFactory.create())
    client = sign_in(
        StudentFactory.create() if role == "student" else MemberFactory.create(role=role)
    )

    for path in [*known["read"], *known["write"]]:
        answer = client.get(path) if path in known["read"] else client.post(path)
        assert answer.status_code == 403
        assert "rogramme office" in answer.text


def test_an_auditor_reads_and_changes_nothing(sign_in: SignIn) -> None:
    user = UserFactory.create()
    known = addresses(user)
    client = sign_in(MemberFactory.create(role=Role.AUDITOR))
    before = (list(Membership.objects.values()), list(Invitation.objects.values()))

    for path in known["read"]:
        assert client.get(path).status_code == 200
    for path in known["write"]:
        assert client.post(path).status_code == 403
    page = client.get(f"{LIST}{user.pk}/").text
    assert "/end/" not in page
    assert "/give/" not in page
    assert before == (list(Membership.objects.values()), list(Invitation.objects.values()))


# The list


def names_in(answer: Any) -> list[str]:
    return [user.name for user in answer.context["page_obj"]]


def test_search_minds_neither_accents_nor_case(client_of_office: Client) -> None:
    UserFactory.create(name="Łukasz Gonçalves", email="lg@uni.example")
    UserFactory.create(name="Aylin Yıldız", email="ay@elders.example")
    student = StudentFactory.create(name="Zoë", student_number="s2841190")

    for asked, found in [
        ("lukasz goncalves", ["Łukasz Gonçalves"]),
        ("GONÇALVES LUKASZ", ["Łukasz Gonçalves"]),
        ("yildiz", ["Aylin Yıldız"]),
        ("ay@elders", ["Aylin Yıldız"]),
        ("zoe", [student.name]),
        ("2841190", [student.name]),
        ("nobody at all", []),
    ]:
        assert names_in(client_of_office.get(LIST, {"q": asked})) == found


def test_the_views_and_filters(client_of_office: Client, office: User) -> None:
    faculty, university = FacultyFactory.create(), UniversityFactory.create()
    MemberFactory.create(name="coordinator", role=Role.COORDINATOR, faculty=faculty)
    MemberFactory.create(name="coming", role=Role.EXAMS, starts_on=days(9))
    MemberFactory.create(name="partner", role=Role.PARTNER, university=university)
    MemberFactory.create(name="ended", role=Role.EXAMS, starts_on=days(-9), ends_on=days(-1))
    MemberFactory.create(name="closed", role=Role.EXAMS, is_active=False)
    UserFactory.create(name="none")
    student = StudentFactory.create(name="student")
    student.student.faculty = faculty
    student.student.save()
    home = HomeUniversityFactory.create()

    def found(**asked: str) -> set[str]:
        return set(names_in(client_of_office.get(LIST, asked)))

    assert found(state="staff") == {"coordinator", "partner", office.name}
    assert found(state="students") == {"student"}
    assert found(state="none") == {"none", "ended", "coming"}
    assert found(state="ended") == {"ended"}
    assert found(state="closed") == {"closed"}
    assert found(role="coordinator") == {"coordinator"}
    assert found(role="exams") == {"coming", "closed"}
    assert found(faculty=faculty.code) == {"coordinator", "student"}
    assert found(faculty=faculty.code, role="coordinator") == {"coordinator"}
    assert found(university=university.code) == {"partner"}
    assert found(university=home.code) == {"student"}
    views = {v["state"]: v["number"] for v in client_of_office.get(LIST).context["views"]}
    assert views[""] == User.objects.count()
    for state, number in views.items():
        assert len(found(state=state)) == number


@pytest.mark.parametrize(
    "asked",
    [
        {"page": "abc"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"role": "emperor", "faculty": "no-such", "university": "\x00", "sort": "x", "state": "x"},
        {"q": "\x00"},
        {"q": "x" * 10_000},
        {"q": "%_'\"<script>"},
    ],
)
def test_nonsense_in_the_address_is_left_out(
    client_of_office: Client, asked: dict[str, str]
) -> None:
    answer = client_of_office.get(LIST, asked)

    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script ", "")
    assert client_of_office.get(f"{LIST}export/", asked).status_code == 200


def test_htmx_gets_the_results_alone(client_of_office: Client) -> None:
    answer = client_of_office.get(LIST, headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div id="results"')
    assert "HX-Request" in answer["Vary"]


def test_sorting(client_of_office: Client, office: User) -> None:
    UserFactory.create(name="Aaa")

    assert names_in(client_of_office.get(LIST))[0] == "Aaa"
    assert names_in(client_of_office.get(LIST, {"sort": "seen"}))[0] == office.name
    assert names_in(client_of_office.get(LIST, {"sort": "new"}))[0] == "Aaa"


def fill() -> Faculty:
    """One more of everything that a row can show."""
    faculty = FacultyFactory.create()
    coordinator = MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    coordinator.memberships.get().programmes.add(ProgrammeFactory.create(faculty=faculty))
    MemberFactory.create(role=Role.PARTNER)
    StudentFactory.create(home_university=UniversityFactory.create())
    return faculty


def test_the_list_costs_the_same_for_few_and_for_more(
    client_of_office: Client, django_assert_num_queries: Any
) -> None:
    code = fill().code
    client_of_office.get(LIST)
    for _round in range(2):
        with django_assert_num_queries(11):
            client_of_office.get(LIST)
        with django_assert_num_queries(8):
            client_of_office.get(f"{LIST}export/?faculty={code}&q=person")
        fill()
        fill()


def test_the_file_has_a_row_for_each_role_and_calculates_nothing(client_of_office: Client) -> None:
    evil = UserFactory.create(name="=HYPERLINK(1)", email="evil@uni.example")
    MembershipFactory.create(user=evil, role=Role.EXAMS)
    MembershipFactory.create(user=evil, role=Role.AUDITOR, ends_on=days(3))
    StudentFactory.create(name="\t@SUM(1)")

    answer = client_of_office.get(f"{LIST}export/")

    assert answer["Content-Disposition"].startswith('attachment; filename="people-')
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert list(rows[0]) == list(people.COLUMNS)
    theirs = [row for row in rows if row["email"] == "evil@uni.example"]
    assert [row["role"] for row in theirs] == ["auditor", "exams"]
    assert theirs[0]["until"] == days(3).isoformat()
    assert {row["name"] for row in theirs} == {"'=HYPERLINK(1)"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r")]


# One person


def test_a_person_shows_roles_of_now_later_and_before(client_of_office: Client) -> None:
    user = MemberFactory.create(role=Role.EXAMS, name="Noor")
    MembershipFactory.create(user=user, role=Role.AUDITOR, starts_on=days(10))
    MembershipFactory.create(
        user=user,
        role=Role.COORDINATOR,
        faculty=FacultyFactory.create(),
        starts_on=days(-90),
        ends_on=days(-10),
    )

    answer = client_of_office.get(f"{LIST}{user.pk}/")

    shown = {part: [one.role for one in answer.context[part]] for part in ("now", "coming", "over")}
    assert shown == {"now": ["exams"], "coming": ["auditor"], "over": ["coordinator"]}


def test_a_page_of_a_person_costs_the_same_for_more_roles(
    client_of_office: Client, django_assert_num_queries: Any
) -> None:
    user = UserFactory.create()

    def more() -> None:
        faculty = FacultyFactory.create()
        held = MembershipFactory.create(user=user, role=Role.COORDINATOR, faculty=faculty)
        held.programmes.add(ProgrammeFactory.create(faculty=faculty))

    more()
    client_of_office.get(f"{LIST}{user.pk}/")
    for _round in range(2):
        with django_assert_num_queries(12):
            client_of_office.get(f"{LIST}{user.pk}/")
        more()
        more()


@pytest.mark.parametrize("pk", ["0", "99999", "9" * 30])
def test_who_is_not_there_is_not_found(client_of_office: Client, pk: str) -> None:
    for path in (f"{pk}/", f"{pk}/give/", f"{pk}/close/", f"roles/{pk}/", f"roles/{pk}/end/"):
        assert client_of_office.get(LIST + path).status_code == 404


def test_giving_a_role_tells_the_person(client_of_office: Client) -> None:
    user, university = UserFactory.create(name="Camille"), UniversityFactory.create()
    data = {"role": "partner", "university": university.pk, "starts_on": days(0)}

    answer = client_of_office.post(f"{LIST}{user.pk}/give/", data, follow=True)

    assert "Camille has a role: partner contact" in answer.text
    assert letters()[-1].to == [user.email]
    again = client_of_office.post(f"{LIST}{user.pk}/give/", data)
    assert again.status_code == 422
    assert "has this role already" in again.text


FACULTY, PROGRAMME, OTHER, UNIVERSITY = "{faculty}", "{programme}", "{other}", "{university}"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"role": ""}, "role"),
        ({"role": "emperor"}, "role"),
        ({"role": "coordinator"}, "faculty"),
        ({"role": "administration", "faculty": ""}, "faculty"),
        ({"role": "coordinator", "faculty": "999"}, "faculty"),
        ({"role": "coordinator", "faculty": "x\x00"}, "faculty"),
        ({"role": "office", "faculty": FACULTY}, "faculty"),
        ({"role": "partner", "faculty": FACULTY, "university": UNIVERSITY}, "faculty"),
        ({"role": "partner"}, "university"),
        ({"role": "coordinator", "faculty": FACULTY, "university": UNIVERSITY}, "university"),
        ({"role": "honours", "university": UNIVERSITY}, "university"),
        ({"role": "exams", "starts_on": "soon"}, "starts_on"),
        ({"role": "exams", "starts_on": ""}, "starts_on"),
        ({"role": "exams", "starts_on": "2027-01-02", "ends_on": "2027-01-01"}, "ends_on"),
        ({"role": "exams", "starts_on": "2020-01-02", "ends_on": "2020-01-03"}, "ends_on"),
        ({"role": "coordinator", "faculty": FACULTY, "programmes": [OTHER]}, "programmes"),
        ({"role": "honours", "faculty": FACULTY, "programmes": [PROGRAMME]}, "programmes"),
        ({"role": "coordinator", "faculty": FACULTY, "programmes": ["x"]}, "programmes"),
    ],
)
def test_each_rule_speaks_at_its_field(
    client_of_office: Client, sent: dict[str, Any], field: str
) -> None:
    user, faculty = UserFactory.create(), FacultyFactory.create()
    real = {
        FACULTY: faculty.pk,
        PROGRAMME: ProgrammeFactory.create(faculty=faculty).pk,
        OTHER: ProgrammeFactory.create().pk,
        UNIVERSITY: UniversityFactory.create().pk,
    }
    data: dict[str, Any] = {"starts_on": "2027-01-01"}
    for name, value in sent.items():
        many = isinstance(value, list)
        data[name] = [real.get(one, one) for one in value] if many else real.get(value, value)

    answer = client_of_office.post(f"{LIST}{user.pk}/give/", data)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert f'id="id_{field}_error"' in answer.text
    assert not user.memberships.exists()


def test_ending_asks_first_then_ends_then_tells_who_comes_late(client_of_office: Client) -> None:
    user = MemberFactory.create(role=Role.EXAMS)
    path = f"{LIST}roles/{user.memberships.get().pk}/end/"

    page = client_of_office.get(path).text
    assert "It is the last role of" in page
    assert User.objects.get(pk=user.pk).roles == {"exams"}
    assert client_of_office.post(path).status_code == 302
    late = client_of_office.post(path)
    assert late.status_code == 409
    assert "has ended already" in late.text
    assert "has ended already" in client_of_office.get(path).text


def test_the_office_cannot_lock_itself_out(client_of_office: Client, office: User) -> None:
    answer = client_of_office.post(f"{LIST}roles/{office.memberships.get().pk}/end/")
    assert answer.status_code == 409
    assert "cannot end your own office role" in answer.text
    answer = client_of_office.post(f"{LIST}{office.pk}/close/")
    assert answer.status_code == 409
    assert "cannot close your own account" in answer.text


def test_a_last_day_can_be_set(client_of_office: Client) -> None:
    user = MemberFactory.create(role=Role.HONOURS)
    membership = user.memberships.get()
    path = f"{LIST}roles/{membership.pk}/"

    assert client_of_office.get(path).status_code == 200
    assert client_of_office.post(path, {"ends_on": days(-1)}).status_code == 422
    assert client_of_office.post(path, {"ends_on": days(7)}).status_code == 302
    membership.refresh_from_db()
    assert (membership.ends_on, membership.is_listed) == (days(7), False)
    client_of_office.post(f"{path}end/")
    assert client_of_office.post(path, {"ends_on": ""}).status_code == 409


def test_closing_and_opening_an_account(client_of_office: Client) -> None:
    user = MemberFactory.create(role=Role.EXAMS)
    path = f"{LIST}{user.pk}/"

    assert "Close the account of" in client_of_office.get(f"{path}close/").text
    assert "can no longer sign in" in client_of_office.post(f"{path}close/", follow=True).text
    assert client_of_office.post(f"{path}close/").status_code == 409
    assert client_of_office.get(f"{path}reopen/").status_code == 405
    assert "can sign in again" in client_of_office.post(f"{path}reopen/", follow=True).text
    assert client_of_office.post(f"{path}reopen/").status_code == 409
