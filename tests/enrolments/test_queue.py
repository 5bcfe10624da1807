"""The queue of the desk: who sees what in which view and order, and at which cost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments import people, queue
from enrolments.colleagues import may_open
from enrolments.models import Enrolment, Purpose, SavedView, State
from enrolments.models.enrolment import Board, Kind
from enrolments.scopes import scopes_of
from enrolments.services import acting
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, make_cast, student_of

type SignIn = Callable[[User], Client]
MOST_QUERIES = 12


def references(client: Client, query: str = "") -> list[str]:
    """The cases that the queue shows, in its order."""
    page = client.get(f"/en/desk/?{query}")
    assert page.status_code == 200
    return [row.case.reference for row in page.context["rows"]]


def counts(client: Client) -> dict[str, int]:
    return {one["view"].name: one["number"] for one in client.get("/en/desk/").context["views"]}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def states(cast: Cast) -> dict[str, Enrolment]:
    """One case in each state for the coordinator's faculty, each of another student."""
    made = {}
    for state in State:
        course = factories.CourseFactory.create(university=cast.host_university)
        edition = factories.EditionFactory.create(course=course)
        student = student_of(cast.faculty)
        made[state.value] = case_in(state, edition, student, purpose=Purpose.ELECTIVE)
    asked: dict[str, Any] = {"purpose": Purpose.ELECTIVE, "board": Board.ASKED}
    with_board = case_of(cast, State.SUBMITTED, **asked, board_asked_on=factories.days(-1))
    to_ask = case_in(State.SUBMITTED, with_board.edition, student_of(cast.faculty), **asked)
    return made | {"board": with_board, "board to ask": to_ask}


def test_each_view_shows_its_cases_and_counts_them(
    cast: Cast, states: dict[str, Enrolment], sign_in: SignIn
) -> None:
    client = sign_in(cast.coordinator)
    expected = {
        "mine": {"submitted", "board to ask"},
        "late": set(),
        "student": {"returned", "offered"},
        "board": {"board"},
        "host": {"approved"},
        "waiting": {"waiting"},
        "all": states.keys() - {"draft"},
    }
    for view, names in expected.items():
        shown = set(references(client, f"view={view}"))
        assert shown == {states[name].reference for name in names}, view

    assert counts(client) == {view: len(names) for view, names in expected.items()}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("coordinator", 13),
        ("other_coordinator", 0),
        ("honours", 0),
        ("administration", 2),
        ("office", 13),
        ("auditor", 13),
        ("host", 0),  # hosts have a page of their own
        ("home", 0),
    ],
)
def test_the_desk_shows_what_is_in_sight(
    cast: Cast, states: dict[str, Enrolment], sign_in: SignIn, who: str, sees: int
) -> None:
    assert len(references(sign_in(getattr(cast, who)), "view=all")) == sees


def test_who_decides_is_the_same_in_sql_and_in_the_rules(db: None) -> None:
    """`decided_by` says as a condition what `people.home_role` says of one case."""
    for kind in (Kind.OUTGOING, Kind.INCOMING):
        cast = make_cast(kind)
        for purpose in [""] if kind == Kind.INCOMING else [Purpose.MINOR, Purpose.HONOURS]:
            case_of(cast, State.SUBMITTED, purpose=purpose)
        narrow = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
        narrow.memberships.get().programmes.add(factories.ProgrammeFactory.create())
        for name, user in {**cast.people(), "narrow": narrow}.items():
            by_sql = set(Enrolment.objects.filter(queue.decided_by(scopes_of(user))))
            by_rule = {c for c in Enrolment.objects.all() if people.home_role(user, c)}
            assert by_sql == by_rule, (kind, name)


def test_the_desk_lists_what_it_opens(
    cast: Cast, states: dict[str, Enrolment], sign_in: SignIn
) -> None:
    """`on_desk` says as a condition what `colleagues.may_open` says of one case."""
    for name, user in cast.people().items():
        listed = set(queue.on_desk(user))
        sent = Enrolment.objects.exclude(state=State.DRAFT)
        assert listed == {case for case in sent if may_open(user, case)}, name


def test_one_s_own_case_is_not_on_one_s_desk(cast: Cast, sign_in: SignIn) -> None:
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE)
    factories.MembershipFactory.create(user=cast.owner, role=Role.OFFICE)
    client = sign_in(cast.owner)

    assert references(client, "view=all") == []
    assert client.get(f"/en/desk/{case.reference}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_queries(cast: Cast, sign_in: SignIn, rows: int) -> None:
    for number in range(rows):
        case_in(
            State.SUBMITTED,
            factories.EditionFactory.create(),
            student_of(cast.faculty),
            purpose=Purpose.ELECTIVE,
            due_on=timezone.localdate() - timedelta(days=number),
        )
    client = sign_in(cast.coordinator)
    client.get("/en/desk/")
    found = {}
    for query in ("", "view=all", "view=late&q=person&sort=student", "view=host"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"/en/desk/?{query}")
        found[query] = len(asked)

    assert found[""] == 10
    assert max(found.values()) <= MOST_QUERIES, found


def test_filters_and_orders(cast: Cast, sign_in: SignIn) -> None:
    now = timezone.now()
    first = case_of(cast, State.SUBMITTED, purpose=Purpose.MINOR, since=now - timedelta(days=3))
    second = case_in(
        State.SUBMITTED,
        factories.EditionFactory.create(course__title="Alpine Bötany"),
        student_of(cast.faculty, name="Aaltje Äåp", student_number="s7654321"),
        purpose=Purpose.ELECTIVE,
        since=now,
        due_on=timezone.localdate() - timedelta(days=1),
    )
    one, two = first.reference, second.reference
    client = sign_in(cast.coordinator)
    expected = {
        "": [one, two],
        "sort=newest": [two, one],
        "sort=due": [two, one],
        "sort=student": [two, one],
        "sort=course": [two, one],
        "purpose=minor": [one],
        "overdue=1": [two],
        "q=7654321": [two],
        "q=aaltje+alpine": [two],
        "q=AAP+botany": [two],  # neither accents nor capitals matter,
        "q=%C3%84%C3%85p+BO%CC%88TANY": [two],  # however they are written
        f"q={one.lower()}": [one],
        "q=nobody": [],
        f"host={cast.host_university.pk}": [one],
        f"course={second.edition.course_id}": [two],
        f"edition={first.edition_id}": [one],
        f"programme={first.programme_id}": [one, two],
        "kind=incoming": [],
        "state=rejected": [],
        "view=nonsense&sort=nonsense&course=x&host=999999&page=oo": [one, two],
        f"q={'a+' * 200}": [one, two],
        "q=%00": [one, two],
    }

    assert {query: references(client, query) for query in expected} == expected


def test_pages_and_partials(cast: Cast, sign_in: SignIn) -> None:
    edition = factories.EditionFactory.create(places=None)
    for _number in range(26):
        case_in(State.SUBMITTED, edition, student_of(cast.faculty), purpose=Purpose.ELECTIVE)
    client = sign_in(cast.coordinator)

    assert (len(references(client)), len(references(client, "page=2"))) == (25, 1)
    part = client.get("/en/desk/?page=2", headers={"HX-Request": "true"})
    assert part.content.lstrip().startswith(b'<section id="results"')
    assert "HX-Request" in part.headers["Vary"]


def test_hostile_text_is_shown_as_text(cast: Cast, sign_in: SignIn) -> None:
    cast.owner.name = "<script>alert(1)</script>"
    cast.owner.save()
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE)
    Enrolment.objects.update(motivation="<img src=x onerror=alert(1)>", question="</p><b>hi")
    SavedView.objects.create(user=cast.coordinator, name="<i>mine", query="view=all")
    client = sign_in(cast.coordinator)

    for path in ("/en/desk/?q=<script>", f"/en/desk/{case.reference}/"):
        text = client.get(path).content.decode()
        assert "&lt;script&gt;" in text
        for bad in ("<script>alert", "<img src=x", "<b>hi", "<i>mine"):
            assert bad not in text, (path, bad)


def test_the_file_has_the_filtered_list_and_no_formula(cast: Cast, sign_in: SignIn) -> None:
    cast.owner.name = "=HYPERLINK(1)"
    cast.owner.save()
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.MINOR)
    case_in(State.APPROVED, None, student_of(cast.faculty), purpose=Purpose.ELECTIVE)
    client = sign_in(cast.coordinator)

    answer = client.get("/en/desk/export/?view=mine")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [row["reference"] for row in rows] == [case.reference]
    assert rows[0]["student"] == "'=HYPERLINK(1)"
    assert (rows[0]["now_with"], rows[0]["purpose"]) == ("coordinator", "minor")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(b"".join(client.get("/en/desk/export/?view=all")).splitlines()) == 3


def test_done_for_today_says_what_was_done(cast: Cast, sign_in: SignIn) -> None:
    for action in ("approve", "reject"):
        case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.GIVEN)
        acting.act(case, action, by=cast.coordinator, reason="Why.")

    page = sign_in(cast.coordinator).get("/en/desk/").content.decode()

    assert "Done for today" in page
    assert "you approved 1, asked 0 and rejected 1" in page


class TestClock:
    @pytest.mark.parametrize(
        ("state", "since", "due", "words", "late"),
        [
            ("submitted", 0, 0, "", False),
            ("submitted", -1, -400, "more than a year too late", True),
            ("returned", 0, 3, "3 days left", False),
            ("returned", -9, -2, "2 days too late", True),
            ("offered", 0, 0, "until today", False),
            ("rejected", -9, -2, "", False),
        ],
    )
    def test_far_from_a_weekend(
        self, cast: Cast, sign_in: SignIn, state: str, since: int, due: int, words: str, late: bool
    ) -> None:
        fields: dict[str, Any] = {"due_on": timezone.localdate() + timedelta(days=due)}
        fields |= {"since": timezone.now() + timedelta(days=since), "purpose": Purpose.ELECTIVE}
        if not words and state == "submitted":
            fields["due_on"] = None
        if due == -400:
            fields["due_on"] -= timedelta(days=1)
        case_of(cast, state, **fields)

        row = sign_in(cast.coordinator).get("/en/desk/?view=all").context["rows"][0]

        assert (row.clock.words, row.clock.is_late) == (words, late)

    @pytest.mark.parametrize(
        ("now", "words"),
        [
            ("2027-04-24T12:00", "new"),  # a Saturday, sent that day
            ("2027-04-26T12:00", "new"),
            ("2027-04-28T12:00", "day 1 of 5"),  # the 27th is King's Day
            ("2027-05-04T12:00", "day 5 of 5"),
            ("2027-05-05T12:00", "1 working day too late"),
            ("2027-05-07T12:00", "2 working days too late"),  # the 6th is Ascension Day
        ],
    )
    def test_counts_working_days(self, cast: Cast, time_machine: Any, now: str, words: str) -> None:
        from django.utils import translation

        from enrolments.clock import clock

        case = Enrolment(
            state=State.SUBMITTED,
            since=timezone.make_aware(timezone.datetime(2027, 4, 24, 10)),
            due_on=timezone.datetime(2027, 5, 4).date(),
        )
        time_machine.move_to(f"{now}:00+02:00", tick=False)
        with translation.override("en"):
            assert clock(case).words == words


class TestSavedViews:
    def test_is_kept_renamed_and_deleted(self, cast: Cast, sign_in: SignIn) -> None:
        client = sign_in(cast.coordinator)

        client.post("/en/desk/views/new/?purpose=minor&view=all&page=3&x=y", {"name": "Minors"})

        view = SavedView.objects.get()
        assert (view.user, view.query) == (cast.coordinator, "purpose=minor&view=all")
        assert "Minors" in client.get("/en/desk/").content.decode()
        client.post(f"/en/desk/views/{view.pk}/", {"name": "My minors"})
        assert SavedView.objects.get().name == "My minors"
        client.post(f"/en/desk/views/{view.pk}/", {"do": "delete"})
        assert not SavedView.objects.exists()

    def test_a_name_is_had_once(self, cast: Cast, sign_in: SignIn) -> None:
        client = sign_in(cast.coordinator)
        client.post("/en/desk/views/new/?view=all", {"name": "All"})

        for name in ("All", "", "x" * 41):
            answer = client.post("/en/desk/views/new/?view=late", {"name": name})
            assert answer.status_code == 422, name

        assert SavedView.objects.count() == 1

    def test_says_how_many_as_its_list_does(self, cast: Cast, sign_in: SignIn) -> None:
        case = case_of(cast, State.SUBMITTED, purpose=Purpose.MINOR, due_on=factories.days(-1))
        case_of(cast, State.ENROLLED, purpose=Purpose.ELECTIVE)
        case_in(State.SUBMITTED, purpose=Purpose.MINOR)  # another faculty's
        client = sign_in(cast.coordinator)
        client.get("/en/desk/")
        with CaptureQueriesContext(connection) as before:
            client.get("/en/desk/")
        course = case.edition.course_id
        for number, query in {
            1: "purpose=minor&view=all",
            2: "view=all",
            0: "purpose=minor&view=host",
            10: f"course={course}&overdue=1&q={case.student.name}&view=mine",
            20: "faculty=99999&host=x&view=nonsense",
        }.items():
            SavedView.objects.create(user=cast.coordinator, name=f"v{number}", query=query)

        with CaptureQueriesContext(connection) as after:
            page = client.get("/en/desk/")

        said = {view.name: number for view, number, _current in page.context["saved"]}
        assert said == {"v1": 1, "v2": 2, "v0": 0, "v10": 1, "v20": 1}
        for view, number, _current in page.context["saved"]:
            assert (
                client.get(f"/en/desk/?{view.query}").context["page_obj"].paginator.count == number
            )
            assert f"{view.name} <b>{number}</b>" in page.text
        assert len(after) == len(before)

    def test_other_people_s_are_out_of_sight(self, cast: Cast, sign_in: SignIn) -> None:
        view = SavedView.objects.create(user=cast.honours, name="Theirs", query="view=all")
        client = sign_in(cast.coordinator)

        assert client.post(f"/en/desk/views/{view.pk}/", {"do": "delete"}).status_code == 404
        assert "Theirs" not in client.get("/en/desk/").content.decode()


def test_keys_can_be_switched_off_and_on(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.coordinator)
    assert "data-keys" in client.get("/en/desk/").content.decode()

    answer = client.post("/en/desk/keys/", {"keys": "off", "back": "/en/desk/?view=late"})
    assert answer.headers["Location"] == "/en/desk/?view=late"
    assert "data-keys" not in client.get("/en/desk/").content.decode()

    answer = client.post("/en/desk/keys/", {"keys": "on", "back": "https://evil.example/"})
    assert answer.headers["Location"] == "/en/desk/"
    assert "data-keys" in client.get("/en/desk/").content.decode()


def test_the_office_places_students_on_our_own_courses(db: None, sign_in: SignIn) -> None:
    cast = make_cast(Kind.INCOMING)
    case = case_of(cast, State.APPROVED)

    assert references(sign_in(cast.office)) == [case.reference]
    assert Edition.objects.get().course.university.is_home
