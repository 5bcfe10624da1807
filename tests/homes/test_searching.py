"""The search for staff: what it finds, for whom, and what it costs; cases opened last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, make_cast, student_of
from tests.grades.rows import finish
from tests.homes.people import names, page, queries
from vx_portal.homes import recent
from vx_portal.homes.searching import reference_in

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def of(cast: Cast, name: str, title: str = "Solar energy", **fields: object) -> Enrolment:
    """A submitted case of a student of the cast's faculty."""
    student = student_of(cast.faculty, name=name)
    edition = factories.EditionFactory.create(
        course__title=title, course__university=cast.host_university
    )
    return case_in(str(fields.pop("state", "submitted")), edition, student, **fields)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("VX-7K3M9", "VX-7K3M9"),
        ("vx-7k3m9", "VX-7K3M9"),
        ("7k3m9", "VX-7K3M9"),
        (" VX 7K3 M9 ", "VX-7K3M9"),
        ("vx_7k3m9", "VX-7K3M9"),
        ("VX–7K3M9", "VX-7K3M9"),
        ("vx7k3m9", "VX-7K3M9"),
        ("VX-7K3M", ""),
        ("VX-7K3M99", ""),
        ("VX-0K3M9", ""),
        ("s2841190", ""),
        ("", ""),
    ],
)
def test_a_reference_however_it_is_written(typed: str, found: str) -> None:
    assert reference_in(typed) == found


def test_a_reference_leads_straight_to_its_case(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")
    client = sign_in(cast.coordinator)

    answer = client.get("/en/search/", {"q": case.reference.lower().replace("vx-", "vx ")})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/en/desk/{case.reference}/"


def test_a_reference_out_of_scope_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")

    answer = sign_in(cast.other_coordinator).get("/en/search/", {"q": case.reference})

    assert answer.status_code == 200
    assert f"There is no case {case.reference} that you may see" in answer.text
    assert str(cast.owner) not in answer.text


@pytest.mark.parametrize(
    "typed",
    ["łukasz", "Lukasz", "NOWAK", "nowak luk", "zoe solar", "s0099", "0099887", "ASTR", "Zonne"],
)
def test_finds_students_numbers_and_courses(cast: Cast, sign_in: SignIn, typed: str) -> None:
    student = student_of(cast.faculty, name="Zoë Łukasz Nowak", student_number="s0099887")
    edition = factories.EditionFactory.create(
        course__title="Solar energy",
        course__title_nl="Zonne-energie",
        course__code="ASTR-102",
        course__university=cast.host_university,
    )
    case_in("submitted", edition, student)
    of(cast, "Somebody else", "History")

    html = page(sign_in(cast.coordinator), f"/en/search/?q={typed}")

    assert names(html) == ["Zoë Łukasz Nowak"]
    assert "1 case" in html
    assert "Stop 2 of 6" in html
    assert "the exchange coordinator" in html


def test_each_role_finds_what_it_may_see(cast: Cast, sign_in: SignIn) -> None:
    of(cast, "Solar elective")
    of(cast, "Solar honours", purpose="honours")
    of(cast, "Solar approved", state="approved")
    of(cast, "Solar enrolled", state="enrolled")
    draft = of(cast, "Solar draft")
    Enrolment.objects.filter(pk=draft.pk).update(state="draft")
    Enrolment.objects.update(since=timezone.now() - timedelta(minutes=1))  # no longer to take back
    roles = "coordinator other_coordinator honours administration exams host other_host"

    found = {
        who: sorted(names(page(sign_in(getattr(cast, who)), "/en/search/?q=solar")))
        for who in [*roles.split(), "office", "auditor"]
    }

    everything = ["Solar approved", "Solar elective", "Solar enrolled", "Solar honours"]
    assert found == {
        "coordinator": ["Solar approved", "Solar elective", "Solar enrolled"],
        "other_coordinator": [],
        "honours": ["Solar honours"],
        "administration": ["Solar enrolled"],
        "exams": ["Solar enrolled"],
        "host": ["Solar approved", "Solar enrolled"],
        "other_host": [],
        "office": everything,
        "auditor": everything,
    }


def test_every_line_leads_somewhere(cast: Cast, sign_in: SignIn) -> None:
    case = of(cast, "Solar enrolled", state="enrolled")

    for who in ("coordinator", "administration", "exams", "host", "office", "auditor"):
        client = sign_in(getattr(cast, who))
        address = client.get("/en/search/", {"q": case.reference}).headers["Location"]
        assert f'href="{address.replace("&", "&amp;")}"' in page(client, "/en/search/?q=solar")
        assert "Solar enrolled" in page(client, address) or who == "exams", (who, address)


def test_an_incoming_student_is_found_at_home(db: None, sign_in: SignIn) -> None:
    cast = make_cast(Kind.INCOMING)
    case = case_of(cast, "submitted")

    answer = sign_in(cast.home).get("/en/search/", {"q": case.reference})

    assert answer.headers["Location"] == f"/en/desk/{case.reference}/"


def test_the_office_finds_people_universities_and_courses(cast: Cast, sign_in: SignIn) -> None:
    person = factories.UserFactory.create(name="Réka Delft", email="reka@university.example")
    university = factories.UniversityFactory.create(name="Delft University", code="TUD")
    course = factories.CourseFactory.create(title="Water in Delft")

    for who in ("office", "auditor"):
        html = page(sign_in(getattr(cast, who)), "/en/search/?q=delft")
        assert f'href="/en/office/people/{person.pk}/"' in html
        assert f'href="/en/office/universities/{university.pk}/"' in html
        assert f'href="/en/office/courses/{course.pk}/"' in html
    html = page(sign_in(cast.coordinator), "/en/search/?q=delft")
    assert "Réka Delft" not in html
    assert "No case with “delft”" in html


def test_more_people_than_fit_lead_to_their_list(cast: Cast, sign_in: SignIn) -> None:
    for number in range(6):
        factories.UserFactory.create(name=f"Delft {number}")

    html = page(sign_in(cast.office), "/en/search/?q=delft+%26")

    assert 'href="/en/office/people/?q=delft%20%26"' not in html, "no name has an ampersand"
    html = page(sign_in(cast.office), "/en/search/?q=delft")
    assert 'href="/en/office/people/?q=delft"' in html
    assert html.count("/en/office/people/") == 6


def test_odd_words_find_nothing_and_break_nothing(cast: Cast, sign_in: SignIn) -> None:
    of(cast, "Somebody")
    client = sign_in(cast.office)

    for typed in ("%", "_", "\x00", "'; drop table", "<script>", "x" * 300, "  ", "\U0001f600"):
        answer = client.get("/en/search/", {"q": typed})
        assert answer.status_code == 200, typed
        assert "<script>" not in answer.text.split("<main")[1]
        assert names(answer.text) == [], typed


def test_pages(cast: Cast, sign_in: SignIn) -> None:
    edition = factories.EditionFactory.create(course__title="Solar energy", places=None)
    for number in range(27):
        case_in("submitted", edition, student_of(cast.faculty, name=f"Student {number}"))
    client = sign_in(cast.coordinator)

    first, second = (page(client, f"/en/search/?q=solar&page={number}") for number in (1, 2))

    assert "27 cases" in first
    assert (len(names(first)), len(names(second))) == (25, 2)
    assert not set(names(first)) & set(names(second))
    assert "?q=solar&amp;page=2" in first


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "most"), [("coordinator", 17), ("office", 20)])
def test_constant_queries(cast: Cast, sign_in: SignIn, rows: int, who: str, most: int) -> None:
    for number in range(rows):
        of(cast, f"Solar {number}")
        finish(of(cast, f"Solar finished {number}"))
        factories.UserFactory.create(name=f"Solar person {number}")
        factories.CourseFactory.create(title=f"Solar course {number}")
    client = sign_in(getattr(cast, who))
    client.get("/en/search/?q=solar")  # reads the rules and how long steps take, once for many

    assert queries(client, "/en/search/?q=solar") == most


def test_students_and_visitors_search_elsewhere(
    cast: Cast, sign_in: SignIn, client: Client
) -> None:
    assert "/account/login/" in client.get("/en/search/?q=x").headers["Location"]
    assert 'action="/en/search/"' not in client.get("/en/courses/").text

    client = sign_in(cast.owner)

    assert client.get("/en/search/?q=x").status_code == 403
    assert 'action="/en/search/"' not in client.get("/en/exchange/").text


# --- Cases opened last ----------------------------------------------------------------------------
def opened(client: Client) -> list[str]:
    """The references that the search page shows as opened last."""
    html = page(client, "/en/search/").split('id="recent"')[1]
    return [part[:8] for part in html.split('nowrap">')[1:]]


def test_the_last_ten_the_latest_first(cast: Cast, sign_in: SignIn) -> None:
    cases = [of(cast, f"Student {number}") for number in range(11)]
    client = sign_in(cast.coordinator)
    assert opened(client) == []
    for case in [*cases, cases[5]]:
        client.get(f"/en/desk/{case.reference}/")

    wanted = [case.reference for case in reversed(cases) if case != cases[5]]
    assert opened(client) == [cases[5].reference, *wanted][:10]
    assert cases[5].reference in page(client, "/en/work/").split('id="recent"')[1]


def test_only_what_was_shown_counts(cast: Cast, sign_in: SignIn) -> None:
    case = of(cast, "Somebody")
    client = sign_in(cast.other_coordinator)

    assert client.get(f"/en/desk/{case.reference}/").status_code == 404

    assert recent.COOKIE not in client.cookies
    assert opened(client) == []


def test_they_go_with_the_session(cast: Cast, sign_in: SignIn) -> None:
    """On a shared device the next one sees nothing, even with the same browser and scope."""
    case = of(cast, "Somebody")
    client = sign_in(cast.coordinator)
    client.get(f"/en/desk/{case.reference}/")
    cookie = client.cookies[recent.COOKIE]
    assert (cookie["max-age"], cookie["expires"]) == ("", ""), "it ends with the browser"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert str(cast.owner) not in cookie.value

    client.post("/en/account/logout/")
    sign_in(cast.office)

    assert opened(client) == []
    assert client.cookies[recent.COOKIE].value == "", "and it is taken away"


def test_what_is_no_longer_in_scope_is_not_shown(cast: Cast, sign_in: SignIn) -> None:
    case = of(cast, "Somebody")
    client = sign_in(cast.coordinator)
    client.get(f"/en/desk/{case.reference}/")
    cast.coordinator.memberships.update(faculty=factories.FacultyFactory.create())

    assert opened(client) == []


def test_a_forged_cookie_is_nothing(cast: Cast, sign_in: SignIn) -> None:
    case = of(cast, "Somebody")
    client = sign_in(cast.coordinator)
    client.cookies[recent.COOKIE] = f"{case.reference}:forged"

    assert opened(client) == []


def test_a_search_for_a_reference_counts_as_opening(cast: Cast, sign_in: SignIn) -> None:
    case = of(cast, "Solar", state="enrolled")
    client = sign_in(cast.exams)
    client.get("/en/search/", {"q": case.reference})

    assert opened(client) == [case.reference]
