"""Planning and moving exams, what is refused, and the page itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, State
from enrolments.services.actions import ActionError
from exams import facts, timetable
from exams.instances import situation
from exams.models import Mode, Seat, Sitting, SlotChoice, SlotOffer
from exams.services import sittings
from paperwork.models import Event
from tests import factories
from tests.exams.planned import granted, plan_all, problems_of, publish_all, told
from tests.exams.sittings import (
    ExamFactory,
    InvigilatorFactory,
    PublishedSittingFactory,
    RoomFactory,
    SittingFactory,
    duty,
    enrolled,
    in_days,
    seat,
)

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


class TestPlanning:
    def test_numbers_the_seats_and_gives_each_their_own_time(self, staff: User) -> None:
        exam = ExamFactory.create()
        cases = [enrolled(exam) for _number in range(3)]
        granted(cases[1], extra_minutes=30, wheelchair=True)
        cases[2].state = State.DECLINED
        cases[2].save()

        row = plan_all(exam, staff)

        seats = list(row.seats.order_by("number"))
        assert [one.enrolment_id for one in seats] == [cases[1].pk, cases[0].pk]
        assert [one.ends_at - one.starts_at for one in seats] == [
            timedelta(minutes=150),
            timedelta(minutes=120),
        ]
        assert seats[0].arrangement == ["wheelchair"]
        assert row.ends_at == seats[0].ends_at

    def test_an_own_room_and_a_full_one_take_several_sittings(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        exam = ExamFactory.create()
        cases = [enrolled(exam) for _number in range(4)]
        granted(cases[0], own_room=True)
        sign_in(staff)
        page = reverse("planner:exam", args=[exam.pk])
        rooms = [RoomFactory.create(places=2) for _number in range(3)]
        at = timezone.localtime(exam.starts_at)
        for room, who in zip(rooms, ("shared", "shared", str(cases[0].pk)), strict=True):
            sent = {"day": at.date(), "at": at.strftime("%H:%M"), "room": room.pk, "who": who}
            now = situation()
            sent["seen"] = now.seen_of(now.tasks[exam.pk])
            assert client.post(page, sent).status_code == 302, who

        counts = {row.room_id: row.seats.count() for row in exam.sittings.all()}
        assert counts == {rooms[0].pk: 2, rooms[1].pk: 1, rooms[2].pk: 1}
        assert not situation().unseated(situation().tasks[exam.pk])
        assert "Iedereen die dit tentamen maakt" in client.get(page).content.decode()

    def test_students_of_a_chosen_moment_are_planned_together(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        exam = ExamFactory.create(
            mode=Mode.WINDOW, starts_at=None, window_from=in_days(40), window_until=in_days(42)
        )
        one, _other = enrolled(exam), enrolled(exam)
        slot = SlotOffer.objects.create(exam=exam, starts_at=in_days(41), places=2, taken=1)
        SlotChoice.objects.create(slot=slot, exam=exam, enrolment=one)
        room, at = RoomFactory.create(), timezone.localtime(slot.starts_at)
        sign_in(staff)
        now = situation()
        sent = {"day": at.date(), "at": at.strftime("%H:%M"), "room": room.pk}
        sent["seen"] = now.seen_of(now.tasks[-slot.pk])
        answer = client.post(reverse("planner:slot", args=[exam.pk, slot.pk]), sent)

        assert answer.status_code == 302
        assert [one.pk] == list(Seat.objects.values_list("enrolment", flat=True))
        assert client.get(reverse("planner:slot", args=[exam.pk, 0])).status_code == 404

    @pytest.mark.parametrize(
        ("day", "at", "words"),
        [
            (date(2027, 3, 28), "02:30", "bestaat niet"),
            (date(2027, 10, 31), "02:30", "komt twee keer"),
            (date(2020, 1, 6), "10:00", "voorbij"),
            ("", "10:00", "Kies een dag"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(
        self, staff: User, client: Client, sign_in: SignIn, day: Any, at: str, words: str
    ) -> None:
        row = SittingFactory.create()
        sign_in(staff)
        sent = {"day": day, "at": at, "room": row.room_id, "seen": row.version}
        answer = client.post(reverse("planner:move", args=[row.pk]), sent)

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{at}"' in answer.content.decode()


class TestMoving:
    def test_takes_the_other_rooms_of_the_exam_along(self, staff: User) -> None:
        exam = ExamFactory.create()
        first, second = (SittingFactory.create(exam=exam) for _number in range(2))
        seat(second), duty(first)
        room, at = RoomFactory.create(), in_days(41)

        sittings.move(first, room, at, seen=first.version, by=staff)

        second.refresh_from_db()
        assert (first.room, first.starts_at, second.starts_at) == (room, at, at)
        assert second.room != room
        assert second.seats.get().starts_at == first.duties.get().starts_at == at
        assert second.version == first.version == 2

    def test_of_two_planners_the_second_sees_both_versions(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        row, mine = SittingFactory.create(), RoomFactory.create(name="7.77")
        theirs = RoomFactory.create(name="8.88")
        other = factories.MemberFactory.create(role=Role.EXAMS, name="Noor")
        sittings.move(Sitting.objects.get(), theirs, row.starts_at, seen=1, by=other)
        sign_in(staff)
        at = timezone.localtime(row.starts_at)
        sent = {"day": at.date(), "at": at.strftime("%H:%M"), "room": mine.pk, "seen": 1}
        page = reverse("planner:move", args=[row.pk])
        answer = client.post(page, sent)

        html = answer.content.decode()
        assert answer.status_code == 409
        assert "Noor heeft dit tentamen" in html
        assert "8.88" in html
        assert f'value="{mine.pk}" selected' in html
        assert Sitting.objects.get().room == theirs
        assert client.post(page, sent | {"seen": 2}).status_code == 302  # knowing it
        assert Sitting.objects.get().room == mine

    @pytest.mark.parametrize("what", ["room", "student", "invigilator"])
    def test_nobody_and_nothing_is_in_two_places(self, staff: User, what: str) -> None:
        taken = SittingFactory.create()
        row = SittingFactory.create(exam__starts_at=in_days(50))
        case, person = enrolled(row.exam), InvigilatorFactory.create()
        other = enrolled(taken.exam, student=case.student)
        room = taken.room if what == "room" else RoomFactory.create()
        if what == "student":
            seat(taken, other), seat(row, case)
        if what == "invigilator":
            duty(taken, person), duty(row, person)

        with pytest.raises(ActionError):
            sittings.move(row, room, taken.starts_at, seen=row.version, by=staff)
        row.refresh_from_db()
        assert row.starts_at == in_days(50)

    def test_a_live_check_says_what_would_be_wrong(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        row = SittingFactory.create(exam__mode="instant")
        for _number in range(3):
            seat(row)
        small = RoomFactory.create(places=2)
        at = timezone.localtime(row.starts_at)
        sign_in(staff)
        asked = {"day": at.date(), "at": "06:00", "room": small.pk, "seen": 1}
        html = client.get(
            reverse("planner:move", args=[row.pk]), asked, headers={"HX-Request": "true"}
        ).content.decode()

        for words in ("Te vol", "niet het vastgestelde moment", "niet de hele tijd open"):
            assert words in html
        assert "<html" not in html


class TestAfterwards:
    def test_a_room_that_loses_places_is_shown_and_nothing_is_lost(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        row = PublishedSittingFactory.create()
        for _number in range(3):
            seat(row)
        row.room.places = 2
        row.room.save()
        sign_in(staff)

        html = client.get(reverse("planner:plan")).content.decode()
        assert "Te vol: 3 studenten, 2 plaatsen." in html
        assert row.seats.standing().count() == 3

    def test_seats_follow_who_sits_it_and_what_is_granted(self, staff: User) -> None:
        exam = ExamFactory.create()
        stays, leaves = enrolled(exam), enrolled(exam)
        row = plan_all(exam, staff)
        publish_all(staff)
        Enrolment.objects.filter(pk=leaves.pk).update(state=State.WITHDRAWN)
        comes = enrolled(exam)
        granted(stays, extra_minutes=20)
        row.refresh_from_db()
        assert {"gone", "facility", "not_seated"} <= set(problems_of(row))

        sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)

        assert set(problems_of(row)) <= {"no_invigilator"}
        assert set(row.seats.standing().values_list("enrolment", flat=True)) == {stays.pk, comes.pk}
        assert row.ends_at - row.starts_at == timedelta(minutes=140)
        assert told("moved") == [stays.student_id]
        assert comes.student_id in told("published")

    @pytest.mark.parametrize("seen", ["1", "²", "9" * 30])
    def test_of_a_sitting_that_somebody_has_just_cancelled(
        self, staff: User, client: Client, sign_in: SignIn, seen: str
    ) -> None:
        row = SittingFactory.create()
        seat(row)
        sign_in(staff)
        sittings.cancel(row, "", seen=row.version, by=staff)

        answer = client.post(reverse("planner:act", args=[row.pk, "seat"]), {"seen": seen})

        assert answer.status_code == 409
        assert "intussen veranderd" in answer.content.decode()

    def test_invigilators_are_chosen_from_those_who_can_come(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        row = SittingFactory.create()
        can, cannot = (InvigilatorFactory.create() for _number in range(2))
        can.hours.create(starts_at=row.starts_at, ends_at=row.ends_at)
        sign_in(staff)
        page = reverse("planner:duties", args=[row.pk])
        html = client.get(page).content.decode()
        assert can.name in html
        assert cannot.name not in html
        sent = {"lead": can.pk, "others": [can.pk], "seen": row.version}
        assert client.post(page, sent).status_code == 302

        assert list(row.duties.values_list("invigilator", "part")) == [(can.pk, "lead")]
        assert Event.objects.about(row).get().action == "duties"


class TestThePage:
    @pytest.mark.parametrize("query", ["", "?view=week"])
    def test_asks_as_much_for_many_as_for_few(
        self, staff: User, client: Client, sign_in: SignIn, query: str
    ) -> None:
        sign_in(staff)
        address = reverse("planner:plan") + query
        client.get(address)
        counts = []
        for _number in range(2):
            for hour in range(3):
                row = SittingFactory.create(exam__starts_at=in_days(40, 7 + 3 * hour))
                seat(row), duty(row)
            with CaptureQueriesContext(connection) as queries:
                html = client.get(address).content.decode()
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 15
        assert html.count('class="event') == 6

    def test_cancelled_sittings_are_loaded_where_they_are_asked_for_alone(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        stands = SittingFactory.create(exam__starts_at=in_days(40))
        gone = []
        for number in range(4):
            row = SittingFactory.create(exam=stands.exam, starts_at=in_days(40, 7 + number))
            sittings.cancel(row, f"Reason {number}.", seen=row.version, by=staff)
            gone.append(row)
        # Over, and nothing but a cancelled sitting still to come: not to be planned.
        over = SittingFactory.create(exam__starts_at=in_days(-3), starts_at=in_days(40, 12))
        assert over.exam_id in {exam.pk for exam in facts.read().exams}
        sittings.cancel(over, "Over.", seen=over.version, by=staff)
        sign_in(staff)
        address = f"{reverse('planner:plan')}?day={in_days(40).date()}"

        html = client.get(address).content.decode()
        listed = client.get(f"{address}&view=cancelled").content.decode()
        another = client.get(f"{reverse('planner:plan')}?day={in_days(60).date()}&view=cancelled")

        found = facts.read()
        assert [row.pk for row in found.standing] == [stands.pk]
        assert [exam.pk for exam in found.exams] == [stands.exam_id]
        assert "view=cancelled" in html
        for row in gone:
            page = reverse("planner:sitting", args=[row.pk])
            assert page not in html
            assert page in listed
        assert "Reason 3." in listed
        assert reverse("planner:sitting", args=[stands.pk]) not in listed
        assert another.context["cancelled"] == []

    def test_the_list_of_cancelled_ones_asks_as_much_for_many_and_has_an_end(
        self, staff: User, client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timetable, "MOST_CANCELLED", 3)
        sign_in(staff)
        address = f"{reverse('planner:plan')}?day={in_days(40).date()}&view=cancelled"
        client.get(address)
        counts = []
        for number in range(4):
            row = SittingFactory.create(exam__starts_at=in_days(40, 7 + number))
            sittings.cancel(row, "", seen=row.version, by=staff)
            if number == 3:
                Sitting.objects.filter(pk=row.pk).update(published_at=timezone.now())
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(address)
            counts.append(len(queries))

        # Those with many rooms ask the same: one more query than a page without the list.
        assert len(set(counts)) == 1
        assert len(shown.context["cancelled"]) == 3
        assert shown.context["cancelled"][0] == row, "what students knew of stands first"

    def test_times_that_are_no_quarters_and_nights_keep_the_table_whole(
        self, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        room = RoomFactory.create()
        for start, end in ((7, 20), (37, 50), (51, 100)):
            at = in_days(40, 6) + timedelta(minutes=start)
            SittingFactory.create(
                exam__starts_at=at, room=room, ends_at=at + timedelta(minutes=end - start)
            )
        late = in_days(40, 20)
        SittingFactory.create(exam__starts_at=late, ends_at=late + timedelta(hours=5), room=room)
        sign_in(staff)
        html = client.get(reverse("planner:plan")).content.decode()

        spans = [int(one.split('"')[0]) for one in html.split('<td colspan="')[1:]]
        hours = html.count('scope="col" colspan="4"')
        assert sum(spans) == hours * 4
        assert html.count('class="event') == 4
