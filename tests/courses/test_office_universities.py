"""Universities, faculties and programmes in the office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses.forms.faculty import FacultyForm, ProgrammeForm
from courses.forms.university import DomainRows, UniversityForm
from courses.forms.video import VideoForm
from courses.models import EmailDomain, Faculty, Programme, University
from courses.services.offer import offer_version
from tests import factories
from tests.courses.test_editions import fields_of


@pytest.fixture
def client_of_office(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def posted(university: University, **changes: Any) -> dict[str, Any]:
    domains = university.email_domains.all() if university.pk else []
    rows = DomainRows(initial=[{"domain": row.domain} for row in domains], prefix="domains")
    forms = [UniversityForm(instance=university), VideoForm(instance=university.video)]
    return fields_of(*forms, rows.management_form, *rows) | changes


def edit(client: Client, university: University, **changes: Any) -> Any:
    return client.post(f"/en/office/universities/{university.pk}/", posted(university, **changes))


def test_saving_keeps_what_was_not_touched(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create(ec_per_credit="0.5")
    factories.EmailDomainFactory.create(university=university, domain="student.u.example")
    was = University.objects.values().get()
    before = offer_version()
    assert edit(client_of_office, university).status_code == 302
    assert University.objects.values().get() == was
    assert EmailDomain.objects.get().domain == "student.u.example"
    assert offer_version() == before + 1


def test_a_new_university(client_of_office: Client) -> None:
    data = posted(University()) | {
        "code": "NEW", "name": "New", "city": "Oslo", "country": "NO",
        "time_zone": "Europe/Oslo", "domains-0-domain": " @Student.New.Example ",
    }  # fmt: skip
    answer = client_of_office.post("/en/office/universities/new/", data)
    made = University.objects.get()
    assert answer["Location"].endswith(f"/universities/{made.pk}/")
    assert made.email_domains.get().domain == "student.new.example"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "lower"}, "code"),
        ({"code": "\x00"}, "code"),
        ({"country": "XX"}, "country"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"line_colour": "pink"}, "line_colour"),
        ({"ec_per_credit": "-1"}, "ec_per_credit"),
        ({"ec_per_credit": "NaN"}, "ec_per_credit"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"website": "javascript:alert(1)"}, "website"),
        (
            {"participating_from": "2027-01-02", "participating_until": "2027-01-01"},
            "participating_until",
        ),
        ({"name": ""}, "name"),
        ({"name": "a" * 10000}, "name"),
    ],
)
def test_every_rule_speaks_at_its_field(
    changes: dict[str, str], field: str, client_of_office: Client
) -> None:
    university = factories.UniversityFactory.create()
    was = University.objects.values().get()
    answer = edit(client_of_office, university, **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert University.objects.values().get() == was


def test_the_code_is_fixed_once_it_has_courses(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create(code="OLD")
    assert edit(client_of_office, university, code="NEW").status_code == 302
    factories.CourseFactory.create(university=university)
    university.refresh_from_db()
    assert university.code == "NEW"
    edit(client_of_office, university, code="OTHER")
    university.refresh_from_db()
    assert university.code == "NEW"


@pytest.mark.parametrize(
    "domain",
    ["nodot", "a b.example", "x@y.example", "\x00", "a" * 200 + ".example", "taken.example"],
)
def test_a_wrong_domain_is_refused(domain: str, client_of_office: Client) -> None:
    factories.EmailDomainFactory.create(domain="taken.example")
    university = factories.UniversityFactory.create()
    answer = edit(client_of_office, university, **{"domains-0-domain": domain})
    assert answer.status_code == 422
    assert 'id="id_domains-0-domain_error"' in answer.text
    assert not university.email_domains.exists()


def test_domains_are_added_and_taken_away(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create()
    factories.EmailDomainFactory.create(university=university, domain="a.example")
    more = edit(client_of_office, university, more="1", **{"domains-1-domain": "b.example"})
    assert more.status_code == 200
    assert 'name="domains-2-domain"' in more.text
    two = {"domains-1-domain": "b.example", "domains-0-DELETE": "on"}
    assert edit(client_of_office, university, **two).status_code == 302
    assert [row.domain for row in university.email_domains.all()] == ["b.example"]
    double = {"domains-1-domain": "b.example"}
    assert edit(client_of_office, university, **double).status_code == 422


def test_an_edit_of_somebody_else_is_shown(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create(city="Before")
    mine = posted(university, city="Mine")
    University.objects.update(city="Theirs")
    factories.EmailDomainFactory.create(university=university, domain="theirs.example")
    answer = client_of_office.post(f"/en/office/universities/{university.pk}/", mine)
    assert answer.status_code == 409
    for words in ("Mine", "Theirs", "theirs.example"):
        assert words in answer.text
    university.refresh_from_db()
    assert university.city == "Theirs"


def test_what_is_in_use_is_not_deleted_and_says_by_what(client_of_office: Client) -> None:
    university = factories.CourseFactory.create().university
    factories.MemberFactory.create(role=Role.PARTNER, university=university)
    url = f"/en/office/universities/{university.pk}/delete/"
    for answer in (client_of_office.get(url), client_of_office.post(url)):
        assert "Courses: 1" in answer.text
        assert "Memberships: 1" in answer.text
    assert client_of_office.post(url).status_code == 409
    free = factories.EmailDomainFactory.create().university
    assert client_of_office.get(f"/en/office/universities/{free.pk}/delete/").status_code == 200
    assert client_of_office.post(f"/en/office/universities/{free.pk}/delete/").status_code == 302
    assert not University.objects.filter(pk=free.pk).exists()
    assert University.objects.filter(pk=university.pk).exists()


def test_a_programme_that_limits_a_coordinator_is_not_deleted(client_of_office: Client) -> None:
    programme = factories.ProgrammeFactory.create()
    coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=programme.faculty)
    coordinator.memberships.get().programmes.add(programme)
    url = f"/en/office/programmes/{programme.pk}/delete/"
    assert client_of_office.post(url).status_code == 409
    coordinator.memberships.get().programmes.clear()
    assert client_of_office.post(url).status_code == 302
    assert not Programme.objects.exists()


def test_faculties_and_programmes_are_made_and_changed(client_of_office: Client) -> None:
    new = {"code": "FGW", "name_nl": "Letteren", "name_en": "Humanities"}
    client_of_office.post("/en/office/faculties/new/", new)
    faculty = Faculty.objects.get()
    url = f"/en/office/faculties/{faculty.pk}/"
    data = fields_of(FacultyForm(instance=faculty)) | {"no_extracurricular": "on"}
    before = offer_version()
    assert client_of_office.post(url, data).status_code == 302
    faculty.refresh_from_db()
    assert faculty.no_extracurricular
    assert offer_version() == before + 1
    wrong = client_of_office.post(url, fields_of(FacultyForm(instance=faculty)) | {"code": "a b"})
    assert wrong.status_code == 422
    made = {"name_nl": "Wijsbegeerte", "name_en": "Philosophy", "level": "bachelor"}
    assert client_of_office.post(f"{url}programmes/new/", made).status_code == 302
    assert client_of_office.post(f"{url}programmes/new/", made).status_code == 422
    programme = Programme.objects.get()
    data = fields_of(ProgrammeForm(instance=programme)) | {"level": "master"}
    client_of_office.post(f"/en/office/programmes/{programme.pk}/", data)
    programme.refresh_from_db()
    assert programme.level == "master"
    assert client_of_office.post(f"{url}delete/").status_code == 409
    stale = fields_of(FacultyForm(instance=faculty)) | {"name_en": "Mine"}
    Faculty.objects.update(name_en="Theirs")
    assert client_of_office.post(url, stale).status_code == 409


@pytest.mark.parametrize("path", ["universities/", "faculties/"])
def test_lists_ask_the_same_number_of_questions_for_more_rows(
    path: str, client_of_office: Client
) -> None:
    def row() -> None:
        factories.EmailDomainFactory.create(university=factories.CourseFactory.create().university)
        factories.ProgrammeFactory.create()

    row()
    client_of_office.get("/en/office/")
    with CaptureQueriesContext(connection) as one:
        client_of_office.get(f"/en/office/{path}")
    row()
    row()
    with CaptureQueriesContext(connection) as three:
        client_of_office.get(f"/en/office/{path}")
    assert len(one) == len(three) <= 12


@pytest.mark.parametrize(("state", "count"), [("now", 2), ("ending", 1), ("past", 1), ("", 3)])
def test_universities_by_participation(state: str, count: int, client_of_office: Client) -> None:
    factories.UniversityFactory.create()
    factories.UniversityFactory.create(participating_until=factories.days(30))
    factories.UniversityFactory.create(participating_until=factories.days(-1))
    page = client_of_office.get("/en/office/universities/", {"taking_part": state})
    assert page.context["page_obj"].paginator.count == count
