"""What was up to exam staff leaves "now up to you" when it is done, or over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Role, User
from enrolments.services import acting
from exams.instances import situation
from exams.models import Exam, Mode, Room, RoomClosure, Sitting
from exams.services import done, fixing, papers, rooms, sittings, slots
from exams.tasks import every_hour
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.planned import plan_all, publish_all
from tests.exams.sittings import ExamFactory, RoomFactory, enrolled, in_days
from tests.exams.test_facilities import asked, checked
from tests.paperwork.files.samples import plain


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def other(db: None) -> User:
    """Who makes a change of which `staff` hears."""
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def row(staff: User) -> Sitting:
    """A published sitting with a student."""
    exam = ExamFactory.create()
    enrolled(exam)
    plan_all(exam, staff)
    publish_all(staff)
    return Sitting.objects.get()


def to_do(kind: str, by: User) -> int:
    return Notice.objects.to_do().filter(kind=f"exams.{kind}", recipient=by).count()


def bring_up_to_date(row: Sitting, by: User) -> None:
    row.refresh_from_db()
    sittings.bring_up_to_date(situation(), row, seen=row.version, by=by)


def move(row: Sitting, by: User) -> None:
    row.refresh_from_db()
    room = RoomFactory.create()
    sittings.move(row, room, row.starts_at, seen=row.version, by=by)


def cancel(row: Sitting, by: User) -> None:
    row.refresh_from_db()
    sittings.cancel(row, "De zaal is weg.", seen=row.version, by=by)


def long_ago(row: Sitting, _by: User) -> None:
    past = timezone.now() - timedelta(days=1)
    row.seats.update(starts_at=past - timedelta(hours=2), ends_at=past)
    Sitting.objects.update(starts_at=past - timedelta(hours=2), ends_at=past)
    Exam.objects.update(starts_at=past - timedelta(hours=2))
    every_hour()


type Way = Callable[[Sitting, User], None]


@pytest.mark.parametrize("way", [bring_up_to_date, cancel, long_ago])
def test_a_seat_that_does_not_have_what_was_granted(row: Sitting, staff: User, way: Way) -> None:
    checked(asked(fresh(row.seats.get().enrolment)), staff)
    done.settle_done()
    assert to_do("facility_after_seating", staff) == 1

    way(row, staff)

    assert to_do("facility_after_seating", staff) == 0


def change(exam: Exam, by: User, **facts: Any) -> None:
    exam = Exam.objects.get(pk=exam.pk)
    fixing.fix(exam.edition, 1, facts, seen=fixing.seen_of(exam), by=by)


@pytest.mark.parametrize("way", [bring_up_to_date, move, cancel, long_ago])
def test_an_exam_that_has_changed_after_planning(
    row: Sitting, staff: User, other: User, way: Way
) -> None:
    change(row.exam, other, minutes=150)
    done.settle_done()
    assert to_do("changed_after_planning", staff) == 1

    way(row, staff)

    assert to_do("changed_after_planning", staff) == 0


def test_who_leaves_does_not_see_to_what_the_host_changed(
    row: Sitting, staff: User, other: User
) -> None:
    case = enrolled(row.exam)
    bring_up_to_date(row, staff)
    change(row.exam, other, minutes=150)

    office = factories.MemberFactory.create(role=Role.OFFICE)
    acting.act(fresh(case), "withdraw_late", by=office, reason="Ziek.")
    done.settle_done()

    assert to_do("changed_after_planning", staff) == 1


def test_another_moment_is_to_do_until_it_is_held_then(
    row: Sitting, staff: User, other: User
) -> None:
    later = row.starts_at + timedelta(hours=2)
    change(row.exam, other, starts_at=later)
    row.refresh_from_db()
    sittings.pin(row, seen=row.version, by=staff)
    bring_up_to_date(row, staff)
    assert to_do("changed_after_planning", staff) == 1

    row.refresh_from_db()
    sittings.move(row, row.room, later, seen=row.version, by=staff)

    assert to_do("changed_after_planning", staff) == 0


def test_every_room_of_a_changed_exam_is_looked_at(row: Sitting, staff: User, other: User) -> None:
    enrolled(row.exam)
    second = plan_all(row.exam, staff)
    change(row.exam, other, minutes=150)

    bring_up_to_date(row, staff)
    assert to_do("changed_after_planning", staff) == 1
    bring_up_to_date(second, staff)
    assert to_do("changed_after_planning", staff) == 0


def test_what_no_plan_depends_on_is_told_and_is_nothing_to_do(
    row: Sitting, staff: User, other: User
) -> None:
    change(row.exam, other, materials="Een woordenboek.", contact_email="x@host.example")

    notice = Notice.objects.get(kind="exams.changed_after_planning", recipient=staff)
    assert not notice.asks


def test_moments_that_were_taken_back_are_offered_anew(staff: User, other: User) -> None:
    first, last = in_days(150, 8), in_days(152, 8)
    exam = ExamFactory.create(
        mode=Mode.WINDOW, starts_at=None, window_from=first, window_until=last
    )
    slots.offer(exam, first, 1, by=staff)
    change(exam, other, window_from=first + timedelta(hours=3))
    done.settle_done()
    assert to_do("changed_after_planning", staff) == 1

    slots.offer(Exam.objects.get(), first + timedelta(hours=4), 1, by=staff)

    assert to_do("changed_after_planning", staff) == 0


def closed(row: Sitting, by: User) -> RoomClosure:
    day = datetime.combine(timezone.localdate(row.starts_at), time(0))
    closure = RoomClosure(
        room=row.room,
        starts_at=timezone.make_aware(day),
        ends_at=timezone.make_aware(day + timedelta(days=1)),
        why="Verbouwing",
    )
    rooms.close_room(closure, by=by, sure=True)
    return closure


def open_again(row: Sitting, by: User) -> None:
    rooms.reopen(RoomClosure.objects.get(room=row.room), by=by)


@pytest.mark.parametrize("way", [open_again, move, cancel, long_ago])
def test_a_room_that_does_not_fit_what_is_planned(
    row: Sitting, staff: User, other: User, way: Way
) -> None:
    closed(row, other)
    assert to_do("room_problem", staff) == 1
    bring_up_to_date(row, staff)
    assert to_do("room_problem", staff) == 1, "the room is still closed"

    way(row, staff)

    assert to_do("room_problem", staff) == 0
    assert Room.objects.filter(pk=row.room_id).exists()


@pytest.fixture
def swapped(row: Sitting, staff: User, other: User, settings: LazySettings, tmp_path: Path) -> Any:
    """The version that counts, after one that was in use."""
    settings.MEDIA_ROOT = tmp_path
    office = factories.MemberFactory.create(role=Role.OFFICE)
    first = new_version(row.exam, office)
    papers.name_readers(first, staff, other, None, by=staff)
    papers.open_paper(first, by=staff)
    paper = new_version(row.exam, office)
    done.settle_done()
    assert to_do("paper_swapped", staff) == 1
    return paper


def new_version(exam: Exam, by: User) -> Any:
    upload = SimpleUploadedFile("exam.pdf", plain(), "application/pdf")
    return papers.receive(exam, upload, by=by).paper


def test_a_new_version_of_a_paper_in_use_is_opened(swapped: Any, staff: User, other: User) -> None:
    Exam.objects.update(starts_at=timezone.now() + timedelta(hours=1))
    type(swapped).objects.filter(pk=swapped.pk).update(readable_from=None)
    papers.open_paper(swapped, by=staff)
    assert to_do("paper_swapped", staff) == 1

    papers.open_paper(swapped, by=other)

    assert to_do("paper_swapped", staff) == 0


def test_of_two_new_versions_the_last_is_to_be_opened(swapped: Any, staff: User) -> None:
    new_version(swapped.exam, factories.MemberFactory.create(role=Role.OFFICE))

    assert to_do("paper_swapped", staff) == 1


def test_a_paper_of_an_exam_that_has_been_is_up_to_nobody(
    swapped: Any, row: Sitting, staff: User
) -> None:
    long_ago(row, staff)

    assert to_do("paper_swapped", staff) == 0


def test_looking_costs_one_query_while_nothing_is_asked(
    row: Sitting, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        done.settle_done()
