"""Who holds several roles works as one of them at a time, and may no more and no less for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, Role, User
from enrolments.models import StandIn
from tests import factories
from tests.enrolments.cases import Cast, case_of, make_cast
from tests.grades.rows import finished, transcript_of
from tests.homes.people import names, of_both, page

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def works_as(client: Client) -> tuple[str, list[str]]:
    """The role that the bar names, and those that it offers."""
    html = client.get("/en/work/", follow=True).text
    now = re.search(r"You work as <strong>([^<]+)</strong>", html)
    return now[1] if now else "", re.findall(r'name="role" value="(\w+)"', html)


def test_one_role_sees_nothing_of_it(cast: Cast, sign_in: SignIn) -> None:
    assert works_as(sign_in(cast.coordinator)) == ("", [])
    assert "You work as" not in sign_in(cast.owner).get("/en/exchange/").text


def test_two_faculties_in_one_role_are_one_role(cast: Cast, sign_in: SignIn) -> None:
    Membership.objects.create(
        user=cast.coordinator, role=Role.COORDINATOR, faculty=factories.FacultyFactory.create()
    )

    assert works_as(sign_in(cast.coordinator)) == ("", [])


def test_the_bar_names_roles_with_their_faculty(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(of_both(cast.faculty))

    assert works_as(client) == (f"exchange coordinator, {cast.faculty.name_en}", ["honours"])
    answer = client.post("/en/work/as/", {"role": "honours"})

    assert answer.headers["Location"] == "/en/work/"
    assert works_as(client) == (f"honours coordinator, {cast.faculty.name_en}", ["coordinator"])


def test_lists_show_one_role_and_cases_open_in_both(cast: Cast, sign_in: SignIn) -> None:
    elective = case_of(cast, "submitted")
    honours = case_of(cast, "submitted", purpose="honours")
    client = sign_in(of_both(cast.faculty))

    assert elective.reference in page(client, "/en/desk/")
    assert honours.reference not in page(client, "/en/desk/?view=all")
    assert len(names(page(client, "/en/work/"))) == 1
    assert client.get(f"/en/desk/{honours.reference}/").status_code == 200, "they may open it"

    client.post("/en/work/as/", {"role": "honours"})

    assert elective.reference not in page(client, "/en/desk/?view=all")
    assert honours.reference in page(client, "/en/desk/")
    assert client.get(f"/en/desk/{elective.reference}/").status_code == 200


def test_transcripts_too(cast: Cast, sign_in: SignIn) -> None:
    theirs = transcript_of(finished(cast)).enrolment
    honours = transcript_of(finished(cast, purpose="honours")).enrolment
    client = sign_in(of_both(cast.faculty))

    html = page(client, "/en/desk/transcripts/")
    assert theirs.reference in html
    assert honours.reference not in html
    client.post("/en/work/as/", {"role": "honours"})

    html = page(client, "/en/desk/transcripts/")
    assert theirs.reference not in html
    assert honours.reference in html


def test_a_decision_in_the_other_role_still_works(cast: Cast, sign_in: SignIn) -> None:
    honours = case_of(cast, "submitted", purpose="honours")
    client = sign_in(of_both(cast.faculty))

    client.post(f"/en/desk/{honours.reference}/approve/", {"seen": honours.changed_at.isoformat()})

    honours.refresh_from_db()
    assert honours.state == "approved"


def test_nobody_works_as_what_they_are_not(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")
    client = sign_in(cast.honours)

    for role in ("office", "auditor", "coordinator", "", "nobody"):
        assert client.post("/en/work/as/", {"role": role}).status_code == 404
    session = client.session
    session["works_as"] = "office"  # as if it had been theirs until today
    session.save()

    assert works_as(client) == ("", [])
    assert client.get("/en/office/").status_code == 403
    assert client.get(f"/en/desk/{case.reference}/").status_code == 404


def test_a_role_that_ends_is_no_longer_in_view(cast: Cast, sign_in: SignIn) -> None:
    user = of_both(cast.faculty)
    client = sign_in(user)
    client.post("/en/work/as/", {"role": "honours"})
    Membership.objects.filter(user=user, role=Role.HONOURS).update(
        starts_on=factories.days(-9), ends_on=factories.days(-1)
    )
    case_of(cast, "submitted")

    assert works_as(client) == ("", [])
    assert len(names(page(client, "/en/work/"))) == 1


def test_the_choice_ends_with_the_session(cast: Cast, sign_in: SignIn) -> None:
    user = of_both(cast.faculty)
    client = sign_in(user)
    client.post("/en/work/as/", {"role": "honours"})
    client.post("/en/account/logout/")

    assert works_as(sign_in(user))[1] == ["honours"]


def test_menu_and_landing_are_those_of_the_role(cast: Cast, sign_in: SignIn) -> None:
    user = of_both(cast.faculty)
    Membership.objects.create(user=user, role=Role.OFFICE)
    client = sign_in(user)
    assert client.get("/nl/account/start/").headers["Location"] == "/nl/office/"

    client.post("/nl/work/as/", {"role": "coordinator"})

    assert client.get("/nl/account/start/").headers["Location"] == "/nl/work/"
    menu = client.get("/nl/work/").text.split('aria-label="Hoofdmenu"')[1].split("</nav>")[0]
    assert re.findall(r">([^<>]+)</a>", menu)[0] == "Mijn werk"
    assert client.get("/nl/office/").status_code == 200, "still theirs"


def test_a_student_who_works_here_switches_too(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, "submitted")
    Membership.objects.create(user=cast.owner, role=Role.OFFICE)
    client = sign_in(cast.owner)
    assert works_as(client)[1] == ["student"]

    assert client.post("/en/work/as/", {"role": "student"}).headers["Location"] == "/en/exchange/"

    assert case.reference in page(client, "/en/exchange/")


def test_stand_ins_belong_to_a_role(cast: Cast, sign_in: SignIn) -> None:
    """Who stands in for an honours coordinator has those cases as long as they are in that role."""
    case_of(cast, "submitted", purpose="honours")
    user = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    Membership.objects.create(user=user, role=Role.ADMINISTRATION, faculty=cast.faculty)
    StandIn.objects.create(absent=cast.honours, stand_in=user, ends_on=factories.days(3))
    client = sign_in(user)

    assert len(names(page(client, "/en/work/"))) == 1
    client.post("/en/work/as/", {"role": "administration"})

    assert names(page(client, "/en/work/")) == []
