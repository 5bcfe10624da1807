"""Rooms and invigilators: who changes them, and what a change hits is named before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from exams.fitting import hits_of
from exams.models import Building, Invigilator, InvigilatorHours, Room, RoomClosure
from exams.services import rooms as services
from paperwork.models import Notice
from tests import factories
from tests.exams.sittings import (
    BuildingFactory,
    InvigilatorFactory,
    PublishedSittingFactory,
    RoomFactory,
    SittingFactory,
    duty,
    seat,
)

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def client_of_staff(staff: User, sign_in: SignIn) -> Client:
    return sign_in(staff)


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """What a browser sends back when nothing was typed."""
    form = client.get(address).context["form"]
    shown = {field.html_name: field.value() for field in form}
    return {
        name: "on" if value is True else value
        for name, value in shown.items()
        if value is not None and value is not False
    }


def test_a_building_and_a_room_are_made(client_of_staff: Client) -> None:
    client_of_staff.post(
        reverse("exams:new-building"),
        {"name_nl": "Oude UB", "name_en": "Old UB", "address": "Rapenburg 70", "city": "Leiden"},
    )
    building = Building.objects.get()
    response = client_of_staff.post(
        reverse("exams:new-room", args=[building.pk]),
        {
            "name": "0.01",
            "places": "12",
            "computers": "0",
            "for_paper": "on",
            "is_in_use": "on",
            "opens_0": "08:00",
            "closes_0": "18:00",
        },
    )

    room = Room.objects.get()
    assert response.status_code == 302
    assert (room.places, room.kinds, room.hours.count()) == (12, {"paper"}, 1)
    page = client_of_staff.get(reverse("exams:rooms")).content.decode()
    assert "Oude UB" in page
    assert "0.01" in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"places": "0"}, "places"),
        ({"closes_0": ""}, "closes_0"),
        ({"closes_0": "06:00"}, "closes_0"),
        ({"opens_1": "25:00"}, "opens_1"),
        ({"name": ""}, "name"),
    ],
)
def test_wrong_input_gets_a_message_at_its_field(
    client_of_staff: Client, typed: dict[str, str], field: str
) -> None:
    address = reverse("exams:room", args=[RoomFactory.create().pk])

    response = client_of_staff.post(address, as_shown(client_of_staff, address) | typed)

    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_two_who_change_a_room_see_each_other(client_of_staff: Client) -> None:
    room = RoomFactory.create()
    address = reverse("exams:room", args=[room.pk])
    before = as_shown(client_of_staff, address)
    Room.objects.update(places=31)

    response = client_of_staff.post(address, before | {"places": "35"})

    assert response.status_code == 409
    assert "31" in response.content.decode()
    assert Room.objects.get().places == 31


def test_a_room_that_loses_places_after_publishing_names_who_no_longer_fits(
    client_of_staff: Client,
) -> None:
    other = factories.MemberFactory.create(role=Role.EXAMS)
    sitting = PublishedSittingFactory.create(room__places=12)
    for _number in range(3):
        seat(sitting)
    address = reverse("exams:room", args=[sitting.room_id])
    typed = as_shown(client_of_staff, address) | {"places": "2"}

    asked = client_of_staff.post(address, typed)
    assert asked.status_code == 422
    assert [hit.why for hit in asked.context["asked"]] == ["3 studenten voor 2 plaatsen"], (
        asked.context["form"].errors
    )
    assert Room.objects.get(pk=sitting.room_id).places == 12  # nothing is saved yet

    client_of_staff.post(address, typed | {"sure": "1"})
    assert Room.objects.get(pk=sitting.room_id).places == 2
    notice = Notice.objects.get(kind="exams.room_problem")
    assert (notice.recipient, notice.asks) == (other, True)
    assert sitting.exam.edition.course.local_title in notice.text


def test_a_closed_room_names_what_it_hits_and_can_open_again(client_of_staff: Client) -> None:
    sitting = SittingFactory.create()
    room = sitting.room
    day = timezone.localdate(sitting.starts_at).isoformat()
    address = reverse("exams:close-room", args=[room.pk])
    typed = {"first": day, "last": day, "why": "Verbouwing"}

    assert "Verbouwing" in client_of_staff.post(address, typed).content.decode()
    assert not RoomClosure.objects.exists()
    client_of_staff.post(address, typed | {"sure": "1"})

    closure = RoomClosure.objects.get()
    assert closure.ends_at - closure.starts_at >= timedelta(hours=23)
    assert [hit.why for hit in hits_of(room)] == ["de zaal is dicht (Verbouwing)"]
    client_of_staff.post(reverse("exams:reopen-room", args=[closure.pk]))
    assert hits_of(room) == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"last": "2020-01-01"}, "last"),
        ({"first": "2020-01-01", "last": "2020-01-02"}, "last"),
        ({"opens": "02:30", "first": "2027-03-28", "last": "2027-03-29"}, "opens"),
        ({"why": ""}, "why"),
        ({"last": "9999-12-31"}, "last"),
    ],
)
def test_a_wrong_closure_is_refused_at_its_field(
    client_of_staff: Client, typed: dict[str, str], field: str
) -> None:
    day = factories.days(3).isoformat()
    address = reverse("exams:close-room", args=[RoomFactory.create().pk])

    response = client_of_staff.post(address, {"first": day, "last": day, "why": "x"} | typed)

    assert response.status_code == 422
    assert field in response.context["form"].errors


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_in_use": False}, "niet in gebruik"),
        ({"for_paper": False}, "niet voor dit soort"),
        ({"places": 1}, "2 studenten voor 1 plaats"),
        ({"is_accessible": False}, "rolstoel"),
    ],
)
def test_what_does_not_fit_is_said_in_words(db: None, change: dict[str, Any], why: str) -> None:
    sitting = SittingFactory.create(room__is_accessible=True)
    seat(sitting, arrangement=["wheelchair"])
    seat(sitting)
    assert hits_of(sitting.room) == []

    Room.objects.filter(pk=sitting.room_id).update(**change)

    assert [why in hit.why for hit in hits_of(Room.objects.get(pk=sitting.room_id))] == [True]


def test_what_is_over_or_cancelled_is_no_hit(db: None) -> None:
    room = RoomFactory.create(hours=False)
    SittingFactory.create(room=room, state="cancelled")

    assert hits_of(room) == []
    SittingFactory.create(room=room)
    assert len(hits_of(room)) == 1  # the control: it is not open at all


def test_a_room_in_use_is_not_deleted(client_of_staff: Client) -> None:
    used, free = SittingFactory.create().room, RoomFactory.create()

    for room, status in ((used, 409), (free, 302)):
        response = client_of_staff.post(reverse("exams:delete-room", args=[room.pk]))
        assert response.status_code == status
    assert list(Room.objects.all()) == [used]
    client_of_staff.post(reverse("exams:delete-building", args=[BuildingFactory.create().pk]))
    assert Building.objects.count() == 2


def test_an_invigilator_is_made_and_can_come_on_some_days(client_of_staff: Client) -> None:
    client_of_staff.post(
        reverse("exams:new-invigilator"),
        {"name": "Noor", "email": "noor@university.example", "speaks_nl": "on", "is_in_use": "on"},
    )
    noor = Invigilator.objects.get()
    first = factories.days(7)
    typed = {
        "hours-first": first.isoformat(),
        "hours-last": (first + timedelta(days=13)).isoformat(),
        "hours-weekdays": ["0", "2"],
        "hours-opens": "09:00",
        "hours-closes": "17:00",
    }

    for _twice in range(2):
        client_of_staff.post(reverse("exams:add-hours", args=[noor.pk]), typed)

    assert noor.hours.count() == 4
    assert {timezone.localtime(row.starts_at).hour for row in noor.hours.all()} == {9}
    row = InvigilatorHours.objects.first()
    assert row
    client_of_staff.post(reverse("exams:remove-hours", args=[row.pk]))
    assert noor.hours.count() == 3


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"hours-weekdays": []}, "weekdays"),
        ({"hours-closes": "08:00"}, "closes"),
        ({"hours-last": "2020-01-01"}, "last"),
        ({"hours-last": "2099-01-01"}, "last"),
    ],
)
def test_wrong_hours_are_refused_at_their_field(
    client_of_staff: Client, typed: dict[str, Any], field: str
) -> None:
    noor, day = InvigilatorFactory.create(), factories.days(7).isoformat()
    good = {
        "hours-first": day,
        "hours-last": day,
        "hours-weekdays": ["0"],
        "hours-opens": "09:00",
        "hours-closes": "17:00",
    }

    response = client_of_staff.post(reverse("exams:add-hours", args=[noor.pk]), good | typed)

    assert response.status_code == 422
    assert field in response.context["hours_form"].errors


def test_a_duty_outside_the_hours_is_named(client_of_staff: Client) -> None:
    one = duty(SittingFactory.create())
    noor = one.invigilator
    assert services.duties_outside(noor) == [one]
    page = client_of_staff.get(reverse("exams:invigilator", args=[noor.pk])).content.decode()
    assert one.sitting.exam.edition.course.local_title in page

    InvigilatorHours.objects.create(invigilator=noor, starts_at=one.starts_at, ends_at=one.ends_at)
    assert services.duties_outside(noor) == []


def test_an_address_of_another_invigilator_is_refused(client_of_staff: Client) -> None:
    InvigilatorFactory.create(email="noor@university.example")

    response = client_of_staff.post(
        reverse("exams:new-invigilator"), {"name": "x", "email": "noor@university.example"}
    )

    assert {"email", "speaks_nl"} <= set(response.context["form"].errors)


def test_an_auditor_reads_and_does_not_write(sign_in: SignIn, db: None) -> None:
    room = RoomFactory.create()
    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    assert client.get(reverse("exams:room", args=[room.pk])).status_code == 200
    assert client.post(reverse("exams:room", args=[room.pk]), {}).status_code == 403


def test_the_home_page_has_what_needs_doing(client_of_staff: Client) -> None:
    late = factories.EditionFactory.create(starts_on=factories.days(-60))
    assert isinstance(late, Edition)

    page = client_of_staff.get(reverse("exams:home")).content.decode()

    assert "niet vastgelegd door de gastuniversiteit" in page
