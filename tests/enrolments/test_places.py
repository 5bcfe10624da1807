"""Places and the waiting list: never one too many, nobody passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment, KeptPlaces, State
from enrolments.services import acting, places
from enrolments.services.acting import ActionError, StaleError
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import case_in, draft, fresh, student_of
from tests.races import at_once

FULL = "Alle plaatsen zijn bezet."


def edition_with(places_: int | None, **fields: object) -> Edition:
    return factories.EditionFactory.create(places=places_, **fields)


def submitted(edition: Edition, number: int) -> list[Enrolment]:
    """So many students who have sent their request, one after the other."""
    faculty = factories.FacultyFactory.create()
    cases = [fresh(draft(edition, student_of(faculty))) for _number in range(number)]
    for case in cases:
        acting.act(case, "submit", by=case.student)
    return cases


def test_first_come_first_served(db: None) -> None:
    cases = submitted(edition_with(2), 4)

    assert [case.state for case in cases] == ["submitted", "submitted", "waiting", "waiting"]
    assert [case.sequence for case in cases] == [1, 2, 3, 4]
    assert [places.position(case) for case in cases] == [None, None, 1, 2]
    assert places.imbalances() == []


def test_without_a_number_of_places_nobody_waits(db: None) -> None:
    assert {case.state for case in submitted(edition_with(None), 3)} == {"submitted"}


def test_who_waits_goes_before_who_comes_when_the_host_gives_more(db: None) -> None:
    """Also in the minute in which the portal has not given the new places yet."""
    edition = edition_with(1)
    _first, second, third = submitted(edition, 3)
    Edition.objects.filter(pk=edition.pk).update(places=2)

    (newcomer,) = submitted(edition, 1)

    assert [fresh(case).state for case in (second, third)] == ["submitted", "waiting"]
    assert newcomer.state == "waiting"
    assert places.imbalances() == []


@pytest.mark.parametrize(
    ("leaves", "state"),
    [("withdraw", "submitted"), ("reject", "submitted"), ("decline", "approved")],
)
def test_who_leaves_makes_room_for_the_first_in_line(db: None, leaves: str, state: str) -> None:
    edition = edition_with(1)
    first, second, third = submitted(edition, 3)
    Enrolment.objects.filter(pk=first.pk).update(state=state)
    first = fresh(first)
    by = {
        "withdraw": first.student,
        "reject": factories.MemberFactory.create(role=Role.COORDINATOR, faculty=first.faculty),
        "decline": factories.MemberFactory.create(role=Role.OFFICE),
    }[leaves]

    acting.act(first, leaves, by=by, reason="Another plan.")

    assert fresh(second).state == State.SUBMITTED
    assert fresh(third).state == State.WAITING
    assert places.position(fresh(third)) == 1
    assert Notice.objects.filter(recipient=second.student, kind="enrolments.promoted").count() == 1
    assert places.imbalances() == []


def test_who_was_approved_while_waiting_goes_on_at_once(db: None) -> None:
    edition = edition_with(1)
    first, second = submitted(edition, 2)
    coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=first.faculty)
    acting.act(second, "approve_waiting", by=coordinator)

    acting.act(first, "withdraw", by=first.student)

    assert fresh(second).state == State.APPROVED
    assert [e.action for e in acting.history(second)][-2:] == ["promote", "approve"]


def test_near_the_start_a_place_is_offered_and_the_offer_ends(db: None) -> None:
    today = timezone.localdate()
    edition = edition_with(
        1,
        starts_on=today + timedelta(days=7),
        applications_open_on=today - timedelta(days=9),
        applications_close_on=today,
        offer_hours=24,
    )
    first, second, third = submitted(edition, 3)

    acting.act(first, "withdraw", by=first.student)
    second = fresh(second)
    hours = (second.offer_until - timezone.now()) / timedelta(hours=1)
    acting.act(second, "pass", by=second.student)

    assert 23.9 < hours <= 24
    assert fresh(second).state == State.WITHDRAWN
    assert fresh(third).state == State.OFFERED
    third = fresh(third)
    third.offer_until = timezone.now()
    with pytest.raises(ActionError, match="voorbij"):
        acting.act(third, "accept", by=third.student)
    assert places.imbalances() == []


class TestKeptPlaces:
    def test_are_for_their_university_first(self, db: None) -> None:
        edition = edition_with(2, course__university=factories.HomeUniversityFactory.create())
        epfl = factories.UniversityFactory.create()
        places.keep_places(edition, {epfl.pk: 1})
        leiden = submitted(edition, 2)

        theirs = fresh(draft(edition, student_of(None, home_university=epfl)))
        acting.act(theirs, "submit", by=theirs.student)

        assert [case.state for case in leiden] == ["submitted", "waiting"]
        assert theirs.state == State.SUBMITTED
        assert theirs.kept == KeptPlaces.objects.get()
        assert Edition.objects.get().free == 0
        assert places.imbalances() == []

    def test_come_free_for_their_university(self, db: None) -> None:
        edition = edition_with(1, course__university=factories.HomeUniversityFactory.create())
        epfl = factories.UniversityFactory.create()
        places.keep_places(edition, {epfl.pk: 1})
        (leiden,) = submitted(edition, 1)
        one, two = (
            fresh(draft(edition, student_of(None, home_university=epfl))) for _number in range(2)
        )
        acting.act(one, "submit", by=one.student)
        acting.act(two, "submit", by=two.student)

        acting.act(one, "withdraw", by=one.student)

        assert [fresh(case).state for case in (leiden, two)] == ["waiting", "submitted"]
        assert KeptPlaces.objects.get().taken == 1

    def test_can_be_given_up_when_who_had_one_has_left(self, db: None) -> None:
        edition = edition_with(2, course__university=factories.HomeUniversityFactory.create())
        epfl = factories.UniversityFactory.create()
        places.keep_places(edition, {epfl.pk: 1})
        theirs = fresh(draft(edition, student_of(None, home_university=epfl)))
        acting.act(theirs, "submit", by=theirs.student)
        with pytest.raises(IntegrityError), transaction.atomic():
            places.keep_places(edition, {epfl.pk: 0})  # the control: it is taken

        acting.act(theirs, "withdraw", by=theirs.student)
        places.keep_places(edition, {epfl.pk: 0})

        assert not KeptPlaces.objects.exists()
        assert Edition.objects.get().free == 2
        assert places.imbalances() == []

    def test_who_has_one_reads_that_it_is_free(
        self, db: None, sign_in: Callable[[User], Client]
    ) -> None:
        edition = edition_with(2, course__university=factories.HomeUniversityFactory.create())
        epfl = factories.UniversityFactory.create()
        places.keep_places(edition, {epfl.pk: 1})
        submitted(edition, 1)
        start = reverse(
            "exchange:apply",
            args=[
                edition.course.university.code.lower(),
                edition.course.slug,
                edition.starts_on.isoformat(),
            ],
        )
        said = {}
        for name, student in {
            "theirs": student_of(None, home_university=epfl),
            "ours": student_of(factories.FacultyFactory.create()),
        }.items():
            client = sign_in(student)
            begun = client.get(start).text
            case = draft(edition, student)
            sends = client.get(f"/nl/exchange/{case.reference}/check/").text
            said[name] = [FULL in begun, FULL in sends, "1 van 2" in begun]

        assert said == {"theirs": [False, False, True], "ours": [True, True, False]}

    def test_the_database_refuses_to_keep_more_than_there_are(self, db: None) -> None:
        edition = edition_with(1)

        with pytest.raises(IntegrityError), transaction.atomic():
            places.keep_places(edition, {factories.UniversityFactory.create().pk: 2})


class TestOrder:
    def test_staff_who_change_it_give_a_reason_that_is_kept(self, db: None) -> None:
        edition = edition_with(1)
        _first, second, third = submitted(edition, 3)
        office = factories.MemberFactory.create(role=Role.OFFICE)

        acting.change_order(edition.pk, [third.pk, second.pk], by=office, reason="Must graduate.")

        assert [places.position(fresh(case)) for case in (third, second)] == [1, 2]
        event = Event.objects.about(third).latest("pk")
        assert (event.reason, event.details) == ("Must graduate.", {"from": 2, "to": 1})

    @pytest.mark.parametrize("fault", ["no reason", "not office", "somebody joined"])
    def test_is_refused(self, db: None, fault: str) -> None:
        edition = edition_with(1)
        _first, second, third = submitted(edition, 3)
        role = Role.EXAMS if fault == "not office" else Role.OFFICE
        by = factories.MemberFactory.create(role=role)
        order = [third.pk] if fault == "somebody joined" else [third.pk, second.pk]

        with pytest.raises((ActionError, StaleError)):
            acting.change_order(
                edition.pk, order, by=by, reason="" if fault == "no reason" else "Why."
            )

        assert [places.position(fresh(case)) for case in (second, third)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_for_three_places() -> None:
    edition = edition_with(3)
    faculty = factories.FacultyFactory.create()
    cases = [fresh(draft(edition, student_of(faculty))) for _number in range(12)]

    results = at_once(
        [lambda case=case: acting.act(case, "submit", by=case.student) for case in cases]
    )

    assert all(isinstance(result, Event) for result in results), results
    stored = list(Enrolment.objects.order_by("sequence"))
    assert [case.sequence for case in stored] == list(range(1, 13))
    assert [case.state for case in stored] == ["submitted"] * 3 + ["waiting"] * 9
    assert Edition.objects.get().taken == 3


@pytest.mark.django_db(transaction=True)
def test_withdrawals_and_requests_at_once_keep_the_books() -> None:
    edition = edition_with(4)
    held = submitted(edition, 8)
    faculty = factories.FacultyFactory.create()
    new = [fresh(draft(edition, student_of(faculty))) for _number in range(4)]

    leave = [
        lambda case=case: acting.act(fresh(case), "withdraw", by=case.student) for case in held[:6]
    ]
    come = [lambda case=case: acting.act(case, "submit", by=case.student) for case in new]
    results = at_once(leave + come)

    # One who waits may be promoted between reading and withdrawing: told so, and nothing is lost.
    assert all(isinstance(result, (Event, StaleError)) for result in results), results
    assert places.imbalances() == []
    assert Edition.objects.get().taken == 4
    waiting = Enrolment.objects.filter(state=State.WAITING)
    assert waiting.count() == Enrolment.objects.live().count() - 4


@pytest.mark.django_db(transaction=True)
def test_checking_first_and_writing_then_would_sell_too_many() -> None:
    """The control: counts read before they are written pass the limit, on PostgreSQL by far."""
    edition = edition_with(3)
    taken: list[int] = []

    def naive() -> None:
        row = Edition.objects.get(pk=edition.pk)
        if len(taken) < 3 or row.taken < 3:
            taken.append(1)

    at_once([naive] * 12)

    assert len(taken) > 3


def test_the_database_holds_the_number_of_places(db: None) -> None:
    edition = edition_with(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(taken=2)


def test_a_difference_between_counts_and_cases_is_found(db: None) -> None:
    case = case_in("submitted")
    Edition.objects.filter(pk=case.edition_id).update(taken=2)

    assert [row[1:] for row in places.imbalances()] == [(2, 1)]
