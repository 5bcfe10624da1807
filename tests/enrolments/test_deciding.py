"""Deciding at the desk: one case, several, undo, stale pages, what stays among colleagues."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role, User
from enrolments import deciding
from enrolments.models import Enrolment, Note, Purpose, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, working
from enrolments.services.actions import ActionError
from enrolments.views.desk import BY_THE_HOST
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, case_in, case_of, fresh, make_cast, student_of

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def ready(cast: Cast, **fields: object) -> Enrolment:
    """A case that the coordinator can approve, of a student of its own."""
    fields = {"purpose": Purpose.ELECTIVE, "board": Board.GIVEN} | fields
    course = factories.CourseFactory.create(university=cast.host_university)
    edition = factories.EditionFactory.create(course=course)
    return case_in(State.SUBMITTED, edition, student_of(cast.faculty), **fields)


def seen(page: object) -> str:
    """When the case was last changed, as the page's forms say."""
    found = re.search(r'name="seen" value="([^"]+)"', page.content.decode())  # type: ignore[attr-defined]
    assert found
    return found[1]


class TestOneCase:
    def test_goes_on_to_the_next_of_the_queue(self, cast: Cast, sign_in: SignIn) -> None:
        now = timezone.now()
        first, second, third = (ready(cast, since=now - timedelta(days=9 - n)) for n in range(3))
        client = sign_in(cast.coordinator)
        page = client.get(f"/en/desk/{first.reference}/?view=mine&purpose=elective")

        answer = client.post(
            f"/en/desk/{first.reference}/approve/?view=mine&purpose=elective", {"seen": seen(page)}
        )

        event = Event.objects.get(action="approve")
        where = f"/en/desk/{second.reference}/?purpose=elective&view=mine&done={event.pk}"
        assert answer.headers["Location"] == where
        assert fresh(first).state == State.APPROVED
        assert "approved the application" in client.get(where).content.decode()
        client.post(f"/en/desk/{third.reference}/approve/?view=mine")
        answer = client.post(f"/en/desk/{second.reference}/approve/?view=mine")
        assert answer.headers["Location"].startswith("/en/desk/?view=mine&done=")

    def test_by_the_key_in_the_queue_one_stays_there(self, cast: Cast, sign_in: SignIn) -> None:
        first, second = ready(cast), ready(cast)

        answer = sign_in(cast.coordinator).post(f"/en/desk/{first.reference}/approve/?then=queue")

        assert answer.headers["Location"].startswith("/en/desk/?view=mine&done=")
        assert answer.headers["Location"].endswith(f"#{second.reference}")

    @pytest.mark.parametrize("action", ["return", "reject"])
    def test_asks_first_where_the_student_reads_something(
        self, cast: Cast, sign_in: SignIn, action: str
    ) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        path = f"/en/desk/{case.reference}/{action}/"
        assert client.get(path).status_code == 200
        for text in ("", "   ", "x" * 2001):
            answer = client.post(path, {"reason": text})
            assert (answer.status_code, fresh(case).state) == (422, State.SUBMITTED)

        client.post(path, {"reason": "Which parts overlap with your minor?"})

        assert fresh(case).state == {"return": State.RETURNED, "reject": State.REJECTED}[action]
        told = Notice.objects.get(recipient=case.student)
        assert "Which parts overlap" in told.text
        again = client.get(f"/en/desk/{ready(cast).reference}/{action}/?again=1")
        assert "Which parts overlap" in again.context["form"]["reason"].value()

    def test_a_stale_click_meets_what_has_happened(self, cast: Cast, sign_in: SignIn) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        page = client.get(f"/en/desk/{case.reference}/")
        acting.act(fresh(case), "withdraw", by=case.student)

        answer = client.post(
            f"/en/desk/{case.reference}/reject/", {"seen": seen(page), "reason": "I had typed."}
        )

        text = answer.content.decode()
        assert answer.status_code == 409
        assert "Somebody else was first" in text
        assert "withdrawn" in text
        assert "I had typed." in text
        assert fresh(case).state == State.WITHDRAWN

    def test_changed_and_changed_back_is_stale_too(self, cast: Cast, sign_in: SignIn) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        page = client.get(f"/en/desk/{case.reference}/")
        acting.act(fresh(case), "return", by=cast.coordinator, reason="Why?")
        acting.act(fresh(case), "answer", by=case.student, reason="Because.")

        stale = client.post(f"/en/desk/{case.reference}/approve/", {"seen": seen(page)})
        assert (stale.status_code, fresh(case).state) == (409, State.SUBMITTED)

        client.post(f"/en/desk/{case.reference}/approve/", {"seen": seen(stale)})
        assert fresh(case).state == State.APPROVED

    def test_what_hinders_is_said(self, cast: Cast, sign_in: SignIn) -> None:
        case = ready(cast, board=Board.MISSING)
        client = sign_in(cast.coordinator)

        assert "Record it first" in client.get(f"/en/desk/{case.reference}/").content.decode()
        answer = client.post(f"/en/desk/{case.reference}/approve/")

        assert (answer.status_code, fresh(case).state) == (409, State.SUBMITTED)
        assert "Record it first" in answer.content.decode()

    def test_the_board_is_recorded_by_hand(self, cast: Cast, sign_in: SignIn) -> None:
        case, client = ready(cast, board=Board.ASKED), sign_in(cast.coordinator)
        path = f"/en/desk/{case.reference}/board/"
        tomorrow = timezone.localdate() + timedelta(days=1)
        said = {"answer": "granted", "decided_on": timezone.localdate(), "name": "Dr. Bord"}
        for wrong in ({"answer": "maybe"}, {"name": ""}, {"decided_on": tomorrow}):
            assert client.post(path, said | wrong).status_code == 422, wrong
        assert fresh(case).board == Board.ASKED

        client.post(path, said)

        assert (fresh(case).board, fresh(case).board_name) == (Board.GIVEN, "Dr. Bord")

    def test_others_roles_are_named(self, cast: Cast, sign_in: SignIn) -> None:
        answer = sign_in(cast.office).post(f"/en/desk/{ready(cast).reference}/approve/")

        assert answer.status_code == 403
        assert "exchange coordinator" in answer.content.decode().lower()

    @pytest.mark.parametrize("reference", ["%00", "VX-NONE", "VX-TOOLONG", "é", "%F0%9F%92%A9"])
    def test_no_reference(self, cast: Cast, sign_in: SignIn, reference: str) -> None:
        client = sign_in(cast.office)
        for path in ("", "approve/", "reject/"):
            assert client.get(f"/en/desk/{reference}/{path}").status_code == 404

    @pytest.mark.parametrize("who", ["other_coordinator", "honours", "administration", "host"])
    def test_out_of_scope_there_is_no_such_page(
        self, cast: Cast, sign_in: SignIn, who: str
    ) -> None:
        case, client = ready(cast), sign_in(getattr(cast, who))
        for path in ("", "approve/", "reject/", "aside/"):
            assert client.get(f"/en/desk/{case.reference}/{path}").status_code == 404, path
        for path in ("approve/", "reject/", "undo/", "board/", "note/", "aside/"):
            assert client.post(f"/en/desk/{case.reference}/{path}").status_code == 404, path

    def test_a_host_does_not_read_the_motivation(self, cast: Cast, sign_in: SignIn) -> None:
        case = case_of(cast, State.APPROVED, purpose=Purpose.ELECTIVE)
        Enrolment.objects.update(since=timezone.now() - timedelta(hours=1))

        assert sign_in(cast.host).get(f"/en/desk/{case.reference}/").status_code == 404

    @pytest.mark.parametrize("number", [1, 3])
    def test_queries(self, cast: Cast, sign_in: SignIn, number: int) -> None:
        case = ready(cast)
        for text in range(number):
            working.add_note(case, f"Note {text}", by=cast.coordinator)
            acting.act(fresh(case), "return", by=cast.coordinator, reason="Why?")
            acting.act(fresh(case), "answer", by=case.student, reason="So.")
        client = sign_in(cast.coordinator)
        client.get("/en/desk/")

        with CaptureQueriesContext(connection) as asked:
            client.get(f"/en/desk/{case.reference}/")

        assert len(asked) <= 14, [query["sql"] for query in asked]  # one less on PostgreSQL


class TestUndo:
    def test_in_the_banner_and_in_the_history(self, cast: Cast, sign_in: SignIn) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        onward = client.post(f"/en/desk/{case.reference}/approve/").headers["Location"]
        event = Event.objects.get(action="approve")
        for path in (onward, f"/en/desk/{case.reference}/"):
            page = " ".join(client.get(path).content.decode().split())
            assert f'name="event" value="{event.pk}"' in page, path

        client.post(f"/en/desk/{case.reference}/undo/", {"event": event.pk})

        assert fresh(case).state == State.SUBMITTED
        assert {n.state for n in Notice.objects.filter(kind="enrolments.approved")} == {"cancelled"}

    def test_after_ten_seconds_it_is_too_late(self, cast: Cast, sign_in: SignIn) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        client.post(f"/en/desk/{case.reference}/approve/")
        event = Event.objects.get(action="approve")
        with time_machine.travel(timezone.now() + acting.UNDO):
            answer = client.post(f"/en/desk/{case.reference}/undo/", {"event": event.pk})
            page = client.get(f"/en/desk/{case.reference}/?done={event.pk}").content.decode()

        assert (answer.status_code, fresh(case).state) == (409, State.APPROVED)
        assert 'name="event"' not in page

    @pytest.mark.parametrize("event", ["", "x", "999999", "9" * 30, "²"])
    def test_nonsense(self, cast: Cast, sign_in: SignIn, event: str) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)

        assert client.post(f"/en/desk/{case.reference}/undo/", {"event": event}).status_code == 404
        assert client.get(f"/en/desk/?done={event}").status_code == 200

    def test_somebody_else_s(self, cast: Cast, sign_in: SignIn) -> None:
        case = ready(cast)
        event = acting.act(case, "approve", by=cast.coordinator)
        other = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)

        answer = sign_in(other).post(f"/en/desk/{case.reference}/undo/", {"event": event.pk})

        assert (answer.status_code, fresh(case).state) == (404, State.APPROVED)


class TestNotes:
    def test_stay_among_colleagues(self, cast: Cast, sign_in: SignIn) -> None:
        case = case_of(cast, State.ENROLLED, purpose=Purpose.ELECTIVE)
        secret = "Her study adviser has told us why."
        sign_in(cast.coordinator).post(f"/en/desk/{case.reference}/note/", {"text": secret})
        assert Note.objects.get().author == cast.coordinator
        reads = {}
        for name, user in cast.people().items():
            client = sign_in(user)
            pages = [f"/en/desk/{case.reference}/", f"/en/exchange/{case.reference}/"]
            pages += ["/en/partner/", "/en/notices/", "/en/exchange/"]
            reads[name] = any(secret in client.get(page).content.decode() for page in pages)

        readers = {"coordinator", "administration", "office", "auditor"}
        assert {name for name, has_read in reads.items() if has_read} == readers

    def test_a_contact_at_home_abroad_is_no_colleague(self, db: None, sign_in: SignIn) -> None:
        cast = make_cast(Kind.INCOMING)
        case = case_of(cast, State.SUBMITTED)
        working.add_note(case, "Among us.", by=cast.office)
        client = sign_in(cast.home)

        page = client.get(f"/en/desk/{case.reference}/")

        assert page.status_code == 200
        assert "Among us." not in page.content.decode()
        assert client.post(f"/en/desk/{case.reference}/note/", {"text": "Hi"}).status_code == 403

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
    def test_needs_a_text_that_fits(self, cast: Cast, sign_in: SignIn, text: str) -> None:
        answer = sign_in(cast.office).post(
            f"/en/desk/{ready(cast).reference}/note/", {"text": text}
        )

        assert (answer.status_code, Note.objects.count()) == (422, 0)

    def test_an_auditor_only_reads(self, cast: Cast) -> None:
        with pytest.raises(ActionError):
            working.add_note(ready(cast), "x", by=cast.auditor)


class TestAside:
    @pytest.mark.parametrize("until", ["tomorrow", "week"])
    def test_leaves_the_queue_and_comes_back(
        self, cast: Cast, sign_in: SignIn, until: str, time_machine: object
    ) -> None:
        case, client = ready(cast), sign_in(cast.coordinator)
        client.post(f"/en/desk/{case.reference}/aside/", {"until": until})

        def shown(view: str) -> bool:
            return bool(client.get(f"/en/desk/?view={view}").context["rows"])

        assert (shown("mine"), shown("aside"), shown("all")) == (False, True, True)
        day = fresh(case).snoozed_until
        assert day is not None
        client.post(f"/en/desk/{case.reference}/aside/", {"until": "back"})
        assert (shown("mine"), shown("aside")) == (True, False)
        back, put = deciding.history_in_words(case, cast.coordinator)[:2]
        assert back.words == "took the application back into the queue"
        assert put.words == f"put the application aside until {date_format(day, 'DATE_FORMAT')}"
        Enrolment.objects.update(snoozed_until=timezone.localdate())
        assert shown("mine"), "on that day it is back"

    def test_a_decision_ends_it(self, cast: Cast, sign_in: SignIn) -> None:
        case = ready(cast, snoozed_until=timezone.localdate() + timedelta(days=3))

        sign_in(cast.coordinator).post(f"/en/desk/{case.reference}/approve/")

        assert fresh(case).snoozed_until is None


def test_decided_like_this_before(cast: Cast, sign_in: SignIn) -> None:
    case = ready(cast)
    course = case.edition.course
    now = timezone.now()
    decisions = (("approved", True), ("declined", True), ("rejected", False))
    for number, (state, approved) in enumerate(decisions):
        edition = factories.EditionFactory.create(
            course=course, starts_on=factories.days(50 + number)
        )
        case_in(
            state,
            edition,
            student_of(cast.faculty),
            purpose=Purpose.ELECTIVE,
            home_approved_at=now if approved else None,
        )
    edition = factories.EditionFactory.create(course=course, starts_on=factories.days(80))
    other = student_of(factories.FacultyFactory.create())
    case_in("rejected", edition, other, purpose=Purpose.ELECTIVE)

    before = sign_in(cast.coordinator).get(f"/en/desk/{case.reference}/").context["before"]

    assert (before.approved, before.rejected, before.declined) == (2, 1, 1)


def test_files_are_for_who_decides(cast: Cast, sign_in: SignIn) -> None:
    from paperwork import filing
    from paperwork.models import Attachment

    case, other = ready(cast), ready(cast)
    path = filing.write("given", ".pdf", b"%PDF-1.7 permission")
    file = Attachment.objects.create(
        subject_kind="enrolments.enrolment",
        subject_id=case.pk,
        purpose="board_permission",
        file=path,
        name="permission.pdf",
        content_type="application/pdf",
        size=19,
        sha256="0" * 64,
        given_by_name="A",
    )
    download = f"/en/desk/{case.reference}/files/{file.pk}/download/"
    client = sign_in(cast.coordinator)

    assert "permission.pdf" in client.get(f"/en/desk/{case.reference}/").content.decode()
    answer = client.get(download)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 permission"  # type: ignore[attr-defined]
    assert "attachment" in answer.headers["Content-Disposition"]
    wrong = download.replace(case.reference, other.reference)
    assert client.get(wrong).status_code == 404, "a file belongs to its own case"
    assert sign_in(cast.other_coordinator).get(download).status_code == 404


class TestWhatAHostAnswers:
    @pytest.mark.parametrize("state", ["approved", "enrolled"])
    def test_elsewhere_is_recorded_with_its_mail_alone(
        self, cast: Cast, sign_in: SignIn, state: str
    ) -> None:
        case = case_of(cast, state)
        client = sign_in(cast.office)
        url = f"/en/desk/{case.reference}/"

        page = client.get(url).text
        answers = [client.post(f"{url}{name}/", {"reason": "No."}) for name in BY_THE_HOST]

        assert f"{url}host-answer/" in page
        assert f"{url}confirm/" not in page
        assert f"{url}decline/" not in page
        assert [answer.status_code for answer in answers] == [404, 404]
        assert fresh(case).state == state

    @pytest.mark.parametrize("kind", [Kind.OWN, Kind.INCOMING])
    def test_for_our_own_courses_is_decided_here(
        self, db: None, sign_in: SignIn, kind: str
    ) -> None:
        cast = make_cast(kind)
        case = case_of(cast, "approved")
        client = sign_in(cast.office)
        url = f"/en/desk/{case.reference}/"

        page = client.get(url).text
        client.post(f"{url}confirm/")

        assert f"{url}decline/" in page
        assert f"{url}host-answer/" not in page
        assert fresh(case).state == State.ENROLLED
