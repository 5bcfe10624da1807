"""What happens by itself: at the day, once, and for those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, places, upkeep
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import case_in, case_of, draft, fresh, make_cast, student_of
from tests.factories import days

LEIDEN = ZoneInfo("Europe/Amsterdam")


def test_an_offer_ends_and_the_place_goes_on(db: None) -> None:
    today = timezone.localdate()
    edition = factories.EditionFactory.create(
        places=1,
        starts_on=today + timedelta(days=5),
        applications_open_on=today - timedelta(days=9),
        applications_close_on=today,
    )
    offered = case_in("offered", edition)
    waiting = fresh(draft(edition, student_of(factories.FacultyFactory.create())))
    acting.act(waiting, "submit", by=waiting.student)

    assert upkeep.end_offers() == 0
    assert upkeep.end_offers(offered.offer_until) == 1

    assert [fresh(case).state for case in (offered, waiting)] == [State.EXPIRED, State.OFFERED]
    assert Notice.objects.filter(kind="enrolments.expired", recipient=offered.student).exists()
    assert places.imbalances() == []
    assert upkeep.end_offers() == 0


def test_more_places_move_the_line_up(db: None) -> None:
    edition = factories.EditionFactory.create(places=1)
    case_in("enrolled", edition)
    waiting = [case_in("waiting", edition) for _number in range(3)]
    assert upkeep.fill_free_places() == 0

    Edition.objects.update(places=3)

    assert upkeep.fill_free_places() == 2
    assert [fresh(case).state for case in waiting] == ["submitted", "submitted", "waiting"]
    assert upkeep.fill_free_places() == 0


@pytest.mark.parametrize(("after", "state"), [(0, State.RETURNED), (1, State.EXPIRED)])
def test_a_question_must_be_answered_by_its_last_day(db: None, after: int, state: State) -> None:
    case = case_in("returned", due_on=days(0))

    upkeep.expire_unanswered(timezone.now() + timedelta(days=after))

    assert fresh(case).state == state


@pytest.mark.parametrize(
    ("close", "touched", "state"),
    [(3, 0, State.DRAFT), (-1, 0, State.EXPIRED), (0, 0, State.DRAFT), (3, 91, State.EXPIRED)],
)
def test_drafts_end_with_the_applications_or_when_forgotten(
    db: None, close: int, touched: int, state: State
) -> None:
    case = draft()
    Edition.objects.update(applications_close_on=days(close))
    Enrolment.objects.update(changed_at=timezone.now() - timedelta(days=touched))

    upkeep.expire_drafts()

    assert fresh(case).state == state


@pytest.mark.parametrize(("ends", "state"), [(0, State.ENROLLED), (-1, State.FINISHED)])
def test_a_case_is_finished_when_its_course_has_ended(db: None, ends: int, state: State) -> None:
    edition = factories.EditionFactory.create()
    case = case_in("enrolled", edition)
    Edition.objects.update(
        starts_on=days(-90), ends_on=days(ends), withdraw_until=None, exam_on=None,
        applications_open_on=None, applications_close_on=None,
    )  # fmt: skip

    upkeep.finish_ended()

    assert fresh(case).state == state


@pytest.mark.parametrize(("left", "told"), [(8, 0), (7, 1), (6, 0), (1, 1), (0, 0)])
def test_who_has_not_sent_it_hears_so_once(db: None, left: int, told: int) -> None:
    draft()
    Edition.objects.update(applications_close_on=days(left))

    upkeep.remind_of_drafts()
    upkeep.remind_of_drafts()

    assert Notice.objects.filter(kind="enrolments.closing").count() == told


def test_a_question_is_asked_again_before_its_last_day(db: None) -> None:
    case = case_in("returned", due_on=days(3), question="Past het rooster?")

    upkeep.remind_of_questions()

    notice = Notice.objects.get(kind="enrolments.question", recipient=case.student)
    assert "Past het rooster?" in notice.text


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2027, 4, 26, 7, 59, tzinfo=LEIDEN), False),
        (datetime(2027, 4, 26, 8, 0, tzinfo=LEIDEN), True),
        (datetime(2027, 4, 27, 9, 0, tzinfo=LEIDEN), False),  # King's Day
        (datetime(2027, 4, 25, 9, 0, tzinfo=LEIDEN), False),  # a Sunday
    ],
)
def test_overdue_work_is_chased_on_working_days(db: None, moment: datetime, told: bool) -> None:
    with time_machine.travel(moment, tick=False):
        cast = make_cast()
        yesterday = moment.date() - timedelta(days=1)
        case_of(cast, "submitted", due_on=yesterday)
        case_of(cast, "submitted", due_on=moment.date())
        case_of(cast, "approved", due_on=yesterday)

        upkeep.chase()
        upkeep.chase()

    readers = {cast.coordinator.pk, cast.host.pk, cast.office.pk} if told else set()
    chased = Notice.objects.filter(kind="enrolments.overdue")
    assert sorted(chased.values_list("recipient", flat=True)) == sorted(readers)
    if told:
        assert chased.get(recipient=cast.host).link.endswith("/partner/")


def test_who_is_home_and_host_hears_which_list_it_is(db: None) -> None:
    """A partner with one student to approve and one to confirm reads two things, not one twice."""
    with time_machine.travel(datetime(2027, 4, 26, 9, 0, tzinfo=LEIDEN), tick=False):
        cast = make_cast()
        case_of(cast, "approved", due_on=days(-1))
        incoming = case_in("submitted", kind=Kind.INCOMING, due_on=days(-1))
        Enrolment.objects.filter(pk=incoming.pk).update(
            home_university=cast.host.memberships.get().university
        )
        upkeep.chase()

    said = Notice.objects.filter(kind="enrolments.overdue", recipient=cast.host)
    assert len({(one.subject, one.text) for one in said}) == 2


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_the_mail_about_what_is_late_leads_to_a_list_that_has_it(
    db: None, sign_in: Callable[[User], Client], state: str
) -> None:
    monday = datetime(2027, 4, 26, 9, 0, tzinfo=LEIDEN)
    with time_machine.travel(monday, tick=False):
        cast = make_cast()
        asked = {"purpose": "elective", "board": Board.ASKED, "board_asked_on": days(-20)}
        case = case_of(cast, state, due_on=days(-1), **asked)

        upkeep.chase()

        reader = cast.coordinator if state == "submitted" else cast.office
        notice = Notice.objects.get(kind="enrolments.overdue", recipient=reader)
        assert case.reference in sign_in(reader).get(notice.link).text


def test_one_rows_trouble_does_not_keep_the_others(db: None) -> None:
    first, second = case_in("offered"), case_in("offered")
    Enrolment.objects.update(offer_until=timezone.now())
    Edition.objects.filter(pk=first.edition_id).update(taken=0)  # giving back would go below zero

    assert upkeep.end_offers() == 1

    assert fresh(first).state == State.OFFERED
    assert fresh(second).state == State.EXPIRED


def test_a_stand_in_hears_too(db: None) -> None:
    cast = make_cast()
    colleague = factories.MemberFactory.create(role=Role.COORDINATOR)
    cast.coordinator.stand_ins.create(stand_in=colleague, ends_on=days(2))
    case = case_of(cast, "draft")

    acting.act(case, "submit", by=cast.owner)

    told = Notice.objects.filter(kind="enrolments.to_check").values_list("recipient", flat=True)
    assert set(told) == {cast.coordinator.pk, colleague.pk}


def test_who_asked_hears_that_nobody_answered(db: None) -> None:
    cast = make_cast()
    case_of(cast, "returned", due_on=days(-1))
    case_of(cast, "offered", offer_until=timezone.now())

    upkeep.expire_unanswered()
    upkeep.end_offers()

    told = Notice.objects.filter(recipient=cast.coordinator)
    assert [notice.kind for notice in told] == ["enrolments.unanswered"]
