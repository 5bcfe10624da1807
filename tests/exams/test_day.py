"""The exam day: what is marked counts once, in its own order, and nothing is lost."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import sessions
from enrolments.later import history_of, news_of
from enrolments.route import stops
from exams.models import Mark, Seat, Sitting
from exams.services import closing, marking
from exams.services.marking import NewMark
from paperwork.models import Event
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, seat
from tests.races import at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def sitting(db: None) -> Sitting:
    """One that began half an hour ago, with two students."""
    return begun()


def begun(students: int = 2, **fields: Any) -> Sitting:
    starts = timezone.now() - 30 * MINUTE
    exam = ExamFactory.create(starts_at=starts)
    row = PublishedSittingFactory.create(exam=exam, starts_at=starts, **fields)
    for _number in range(students):
        seat(row)
    return row


def new(about: Seat | None, kind: str, at: datetime | None = None, **more: Any) -> NewMark:
    return NewMark(uuid.uuid4(), kind, about.pk if about else None, at, **more)


def first(sitting: Sitting) -> Seat:
    return sitting.seats.order_by("number")[0]


@pytest.mark.parametrize(
    ("kind", "state"),
    [("incident", "published"), ("identity", "published"), ("present", "held")],
)
def test_before_the_start_it_is_held_once_somebody_came(staff: User, kind: str, state: str) -> None:
    starts = timezone.now() + 30 * MINUTE
    row = PublishedSittingFactory.create(exam__starts_at=starts, starts_at=starts)
    one = seat(row)

    marking.mark(row, [new(None if kind == "incident" else one, kind, text="x")], by=staff)

    row.refresh_from_db()
    assert row.state == state
    assert Mark.objects.count() == 1


@pytest.mark.parametrize(
    ("kinds", "attendance", "identified"),
    [
        ([], "expected", False),
        (["present"], "present", False),
        (["identity", "present"], "present", True),
        (["present", "identity", "left_early"], "left_early", True),
        (["absent", "late"], "late", False),
        (["late", "absent"], "absent", False),
        (["identity", "late", "expected"], "expected", False),
        (["present", "incident"], "present", False),
    ],
)
def test_what_marks_come_to(kinds: list[str], attendance: str, identified: bool) -> None:
    now = timezone.now()
    marks = [
        Mark(kind=kind, at=now + number * MINUTE, received_at=now, minutes=5, pk=number)
        for number, kind in enumerate(kinds)
    ]

    for order in (marks, marks[::-1]):  # in whatever order they came in
        said = marking.fold(order)
        assert (said.attendance, said.is_identified) == (attendance, identified)
        assert (said.minutes_late is not None) == (attendance == "late")
        assert (said.left_at is not None) == (attendance == "left_early")


def test_a_tablet_that_comes_back_does_not_overwrite_what_was_marked_later(
    staff: User, sitting: Sitting
) -> None:
    now, about = timezone.now(), first(sitting)
    marking.mark(sitting, [new(about, "present", now - 5 * MINUTE)], by=staff, device="B")

    marking.mark(sitting, [new(about, "absent", now - 25 * MINUTE)], by=staff, device="A")

    about.refresh_from_db()
    assert about.attendance == "present"
    marks = list(sitting.marks.all())
    assert [mark.kind for mark in marks] == ["absent", "present"], "both are kept"
    latest = max(marks, key=lambda mark: mark.received_at)
    assert marking.fold([latest]).attendance == "absent", "the control: by arrival it would win"


def test_who_sends_an_older_mark_hears_that_a_later_one_counts(
    staff: User, sitting: Sitting, sign_in: Callable[[User], Client]
) -> None:
    now, about = timezone.now(), first(sitting)
    other = sitting.seats.order_by("number").last()
    assert other is not None
    many = [new(other, "identity", now - MINUTE) for _number in range(70)]
    marking.mark(sitting, [new(about, "present", now - 5 * MINUTE), *many], by=staff, device="B")
    late = [
        {"key": str(uuid.uuid4()), "kind": kind, "seat": pk, "at": at.isoformat()}
        for kind, pk, at in (
            ("absent", about.pk, now - 25 * MINUTE),
            ("absent", other.pk, now - 20 * MINUTE),  # its own next one puts this right
            ("present", other.pk, now - 10 * MINUTE),
        )
    ]
    sent = {"device": "A", "now": timezone.now().isoformat(), "marks": json.dumps(late)}
    client = sign_in(staff)
    page = f"/en/exams/day/{sitting.pk}/"

    answer = client.post(f"{page}marks/", sent).json()

    assert list(answer["overruled"]) == [late[0]["key"]]
    assert "later mark" in answer["overruled"][late[0]["key"]]
    assert answer["refused"] == {}
    tagged = [mark["what"] for mark in answer["marks"] if mark["is_overruled"]]
    assert [what.split(", ")[0] for what in tagged] == [str(other.number), str(about.number)]
    assert client.get(page).content.decode().count("a later mark counts<") == 2


def test_a_clock_that_is_wrong_is_put_right(staff: User, sitting: Sitting) -> None:
    """This tablet is two hours slow: what it marked just now is the later mark all the same."""
    now, about = timezone.now(), first(sitting)
    marking.mark(sitting, [new(about, "absent", now - 5 * MINUTE)], by=staff, device="B")
    slow = now - timedelta(hours=2)

    marking.mark(sitting, [new(about, "late", slow - MINUTE)], by=staff, device="A", clock=slow)

    about.refresh_from_db()
    assert (about.attendance, about.minutes_late) == ("late", 29)


def test_sent_twice_counts_once_and_the_first_mark_begins_it(staff: User, sitting: Sitting) -> None:
    marks = [new(first(sitting), "present"), new(None, "incident", text="Fire alarm")]

    outcomes = [marking.mark(sitting, marks, by=staff) for _time in range(2)]

    assert [outcome.kept for outcome in outcomes] == [[mark.key for mark in marks]] * 2
    assert sitting.marks.count() == 2
    sitting.refresh_from_db()
    assert (sitting.state, sitting.version) == ("held", 2)
    assert Event.objects.about(sitting).filter(action="hold").count() == 1


def test_one_mark_that_cannot_be_kept_does_not_take_the_others_along(
    staff: User, sitting: Sitting
) -> None:
    elsewhere = first(begun(1))
    good = new(first(sitting), "present")
    bad = [
        new(elsewhere, "present"),
        new(None, "present"),
        new(first(sitting), "asleep"),
        new(None, "incident", text=" "),
        new(first(sitting), "late", minutes=-1),
    ]

    outcome = marking.mark(sitting, [*bad, good], by=staff)

    assert outcome.kept == [good.key]
    assert list(outcome.refused) == [mark.key for mark in bad]
    assert sitting.marks.count() == 1


def test_not_before_the_day_and_not_by_others(staff: User, sitting: Sitting) -> None:
    marks = [new(first(sitting), "present")]
    for who in (factories.MemberFactory.create(role=Role.AUDITOR), first(sitting).student):
        with pytest.raises(marking.MarkError):
            marking.mark(sitting, marks, by=who)
    Sitting.objects.filter(pk=sitting.pk).update(
        starts_at=timezone.now() + timedelta(hours=4), ends_at=timezone.now() + timedelta(hours=6)
    )
    with pytest.raises(marking.MarkError):
        marking.mark(sitting, marks, by=staff)
    assert not Mark.objects.exists()


def test_closing_needs_every_seat_marked_and_moves_the_cases_on(
    staff: User, sitting: Sitting
) -> None:
    one, two = sitting.seats.order_by("number")
    marking.mark(sitting, [new(one, "present")], by=staff)
    with pytest.raises(closing.CloseError, match="2"):
        closing.close(sitting, by=staff)
    marking.mark(sitting, [new(two, "absent")], by=staff)

    closed = closing.close(sitting, by=staff, report=" Quiet. ")

    assert (closed.state, closed.report, closed.signed_off_by) == ("closed", "Quiet.", staff)
    cases = [fresh(seat.enrolment) for seat in (one, two)]
    here = [
        next(s.name for s in stops(case, news=told[case.pk]) if s.state == "now")
        for told in [news_of(cases)]
        for case in cases
    ]
    assert here == ["transcript", "exam"], "who was there goes on, who was not stays"
    (happened,) = history_of(cases[1], staff)
    assert happened.who == str(staff)
    with pytest.raises(closing.ClosedError):
        closing.close(sitting, by=staff)


def test_what_comes_in_after_closing_is_kept_and_changes_nothing(
    staff: User, sitting: Sitting
) -> None:
    marking.mark(sitting, [new(one, "absent") for one in sitting.seats.all()], by=staff)
    closing.close(sitting, by=staff)

    outcome = marking.mark(sitting, [new(first(sitting), "present")], by=staff)

    assert outcome.is_closed
    assert len(outcome.kept) == 1
    assert first(sitting).attendance == "absent"
    assert sitting.marks.count() == 3


def test_a_page_without_javascript(
    staff: User, sitting: Sitting, sign_in: Callable[[User], Client]
) -> None:
    client, about = sign_in(staff), first(sitting)
    page = f"/en/exams/day/{sitting.pk}/"
    assert "not marked yet" in client.get(page).text

    client.post(f"{page}mark/", {"seat": about.pk, "kind": "late", "minutes": "7"})
    failed = client.post(f"{page}mark/", {"seat": "", "kind": "incident", "text": ""})

    assert failed.status_code == 422
    shown = client.get(page)
    assert "7 minutes late" in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert client.post(f"{page}close/").status_code == 409


def test_a_page_that_is_open_sends_and_learns(
    staff: User, sitting: Sitting, sign_in: Callable[[User], Client]
) -> None:
    client, about = sign_in(staff), first(sitting)
    now = timezone.now().isoformat()
    mark = {"key": str(uuid.uuid4()), "kind": "present", "seat": about.pk, "at": now}
    sent = {"device": "tablet", "now": now, "marks": json.dumps([mark])}
    page = f"/en/exams/day/{sitting.pk}/"

    answer = client.post(f"{page}marks/", sent).json()

    assert answer["kept"] == [mark["key"]]
    assert answer["seats"][str(about.pk)]["words"] == "present"
    assert client.get(f"{page}state/").json()["seats"] == answer["seats"]
    for bad in ("x", "[1]", '[{"key": "1"}]', json.dumps([{"key": mark["key"]}]), "[" * 9999):
        assert client.post(f"{page}marks/", sent | {"marks": bad}).status_code == 422
    for bad in ("x", "2026-02-31T00:00:00Z", "2026-02-01T00:00:00"):
        assert client.post(f"{page}marks/", sent | {"now": bad}).status_code == 422


def test_two_tablets_at_once_agree(transactional_db: None) -> None:
    """Eight devices mark the same two seats at the same moment; the latest mark stands."""
    staff = factories.MemberFactory.create(role=Role.EXAMS)
    sitting = begun()
    seats = list(sitting.seats.order_by("number"))
    now = timezone.now()
    kinds = ["present", "absent"]

    def send(tablet: int) -> marking.Outcome:
        at = now - MINUTE * (8 - tablet)
        marks = [new(one, kinds[tablet % 2], at) for one in seats]
        return marking.mark(sitting, marks, by=staff, device=str(tablet), clock=timezone.now())

    results = at_once([lambda tablet=tablet: send(tablet) for tablet in range(8)])

    assert all(isinstance(one, marking.Outcome) for one in results), results
    assert sitting.marks.count() == 16
    assert {one.attendance for one in sitting.seats.all()} == {"absent"}
    assert Event.objects.about(sitting).filter(action="hold").count() == 1
    connection.close()


def test_the_device_in_the_room_stays_signed_in_for_this_page_alone(
    staff: User, sitting: Sitting, sign_in: Callable[[User], Client]
) -> None:
    def hours_pass(number: float) -> None:
        session = client.session
        session[sessions.SEEN] = time.time() - number * 3600
        session.save()

    client, page = sign_in(staff), f"/en/exams/day/{sitting.pk}/"
    client.get(page)
    hours_pass(1)
    assert client.get(page).status_code == 302, "the control: otherwise it ends after half an hour"

    client = sign_in(staff)
    client.get(page)
    client.post(f"{page}hold/")
    hours_pass(2)
    assert client.get(page).status_code == 200
    assert client.get(page.replace("/en/", "/nl/") + "state/").status_code == 200
    marking.mark(sitting, [new(one, "present") for one in sitting.seats.all()], by=staff)
    assert client.get("/en/exams/day/").status_code == 302, "nothing else is kept open"
    assert client.get(page).status_code == 302, "and whoever went elsewhere signs in again"

    client = sign_in(staff)
    client.post(f"{page}hold/")
    closed = client.post(f"{page}close/")

    assert closed["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in closed["Cache-Control"]
    assert client.get(page).status_code == 302, "signed out with the sitting"
    sitting.refresh_from_db()
    assert sitting.state == "closed"


def test_who_leaves_a_device_is_signed_out_on_it(
    client: Client, sign_in: Callable[[User], Client], staff: User, sitting: Sitting
) -> None:
    sign_in(staff)
    page = f"/nl/exams/day/{sitting.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(f"{page}leave/").status_code == 200
    assert client.get(page).status_code == 302
