"""The pages of the reports and their files: the same table in all of them, for the right people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Role, User
from courses.models import Course
from tests import factories
from tests.reports.made import a_case, edition_of
from vx_portal.reports.registry import READERS, REPORTS

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


def lines_of(answer: HttpResponse, delimiter: str = ",") -> list[list[str]]:
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.fixture
def filled() -> None:
    """Two cases of today's academic year at one host, whose names want to be calculated."""
    host = factories.UniversityFactory.create(name="=1+1", code="AB")
    edition = edition_of(host, starts_on=factories.days(20), places=5)
    Course.objects.update(title='=HYPERLINK("http://evil")')
    law = factories.FacultyFactory.create(name_nl="@law", name_en="-law")
    a_case(edition, law, state="enrolled", sent=factories.days(-3))
    a_case(edition, law, state="submitted", sent=factories.days(-3))


@pytest.mark.parametrize("role", Role.values)
def test_everybody_of_the_staff_finds_reports(sign_in: SignIn, role: str) -> None:
    client = sign_in(factories.MemberFactory.create(role=role))
    menu = client.get("/en/account/display/").content.decode()
    assert '<a href="/en/reports/">Reports</a>' in menu

    home = client.get("/en/reports/").content.decode()

    shown = set(re.findall(r'href="/en/reports/([a-z-]+)/"', home))
    assert shown == {name for name, report in REPORTS.items() if role in report.roles}
    for name, report in REPORTS.items():
        wanted = 200 if role in report.roles else 403
        for end in ("", "csv/", "xlsx/"):
            assert client.get(f"/en/reports/{name}/{end}").status_code == wanted, name
    assert client.get("/en/reports/unknown/").status_code == 404


def test_students_have_none(sign_in: SignIn) -> None:
    client = sign_in(factories.StudentFactory.create())

    assert client.get("/en/reports/").status_code == 403
    assert "/reports/" not in client.get("/en/account/display/").content.decode()


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_page_picture_and_files_say_the_same(
    filled: None, sign_in: SignIn, name: str, language: str
) -> None:
    from openpyxl import load_workbook

    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))
    for per in REPORTS[name].per or ("",):
        days = f"starts_on={factories.days(-9)}&ends_on={factories.days(40)}"
        query = f"?per={per}&period=days&{days}"
        base = f"/{language}/reports/{name}/"
        page = client.get(f"{base}{query}").content.decode()
        head, *lines = lines_of(client.get(f"{base}csv/{query}"), ";" if language == "nl" else ",")
        book = load_workbook(io.BytesIO(b"".join(client.get(f"{base}xlsx/{query}"))))

        sheet, about = book.worksheets
        assert [cell.value for cell in sheet[1]] == head
        assert sheet.max_row == 1 + len(lines)
        assert page.count('<th scope="row">') == len(lines)
        assert page.count('role="img"') == page.count("<figure")
        assert 'style="' not in page
        assert about.max_row >= 5
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "n", "d"}  # no formula
        for line in lines:
            assert not [c for c in line if c[:1] in "=+@\t\r" and c], line
            assert not [c for c in line if c.startswith("-") and not re.fullmatch(r"-[\d.,]+", c)]


def test_an_empty_report_says_what_to_do(sign_in: SignIn) -> None:
    page = sign_in(factories.MemberFactory.create()).get("/en/reports/applications/?purpose=minor")

    assert "Nothing to count here" in page.content.decode()
    assert '<a class="btn sec" href="/en/reports/applications/">' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "per=nonsense&period=1066-1067&faculty=x&partner=-1&level=%00&purpose=0",
        "period=days&starts_on=2027-13-45&ends_on=",
        "period=days&starts_on=2027-05-01&ends_on=2027-04-01",
        "starts_on=0001-01-01&ends_on=9999-12-31",
        "faculty=99999999999999999999&partner=1e9",
    ],
)
def test_what_is_unknown_is_left_out(sign_in: SignIn, query: str) -> None:
    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    for name in REPORTS:
        assert client.get(f"/en/reports/{name}/?{query}").status_code == 200


def test_a_part_for_htmx(filled: None, sign_in: SignIn) -> None:
    client = sign_in(factories.MemberFactory.create())

    answer = client.get("/en/reports/applications/", headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<section id="figures"')
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("role", READERS)
def test_queries_do_not_grow(
    sign_in: SignIn, django_assert_max_num_queries: Callable[..., object], role: str
) -> None:
    """However many faculties, hosts and cases there are."""
    law, host = factories.FacultyFactory.create(), factories.UniversityFactory.create()
    scope = {"faculty": law} if role in {"coordinator", "administration"} else {}
    scope |= {"university": host} if role == "partner" else {}  # type: ignore[dict-item]
    client = sign_in(factories.MemberFactory.create(role=role, **scope))
    client.get("/en/account/display/")
    for number in (1, 3):
        for _n in range(number):
            edition = edition_of(host, starts_on=factories.days(10), places=9)
            a_case(edition, law, state="enrolled", sent=factories.days(0))
        for name, report in REPORTS.items():
            if role in report.roles:
                with django_assert_max_num_queries(20):
                    client.get(f"/en/reports/{name}/")
