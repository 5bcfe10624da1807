"""A planner takes back a move, while nothing else has happened to the exam."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from exams.models import Room, Sitting
from exams.services import sittings
from tests import factories
from tests.exams.sittings import PublishedSittingFactory, RoomFactory, SittingFactory, in_days

FORM = re.compile(r'<form class="row" method="post" action="(/[^"]+/move/)">(.*?)</form>', re.S)
HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')


@pytest.fixture
def staff(client: Client, sign_in: Callable[[User], Client]) -> User:
    user = factories.MemberFactory.create(role=Role.EXAMS)
    sign_in(user)
    return user


def moved(client: Client, row: Sitting, room: Room, at: datetime) -> str:
    """The address of the planner after `row` was moved by its page."""
    clock = timezone.localtime(at)
    sent = {"day": clock.date(), "at": f"{clock:%H:%M}", "room": room.pk, "seen": row.version}
    answer = client.post(reverse("planner:move", args=[row.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url.partition("#")[0]


def undo_on(client: Client, address: str) -> tuple[str, dict[str, str], str] | None:
    """Where the button posts to, what it sends, and the form; None where there is none."""
    found = FORM.search(client.get(address).content.decode())
    return (found[1], dict(HIDDEN.findall(found[2])), found[2]) if found else None


def test_it_goes_back_to_its_room_and_moment(staff: User, client: Client) -> None:
    row = SittingFactory.create(room__name="1.11")
    was = (row.room_id, row.starts_at)

    address = moved(client, row, RoomFactory.create(), in_days(41))
    undo = undo_on(client, address)

    assert undo is not None
    action, sent, html = undo
    assert "1.11" in html
    assert "krijgt dat ook te horen" not in html
    assert client.post(action, sent).status_code == 302
    row.refresh_from_db()
    assert (row.room_id, row.starts_at, row.version) == (*was, 3)
    assert undo_on(client, address) is None  # it is used up


def test_it_is_gone_once_somebody_else_has_moved_it(staff: User, client: Client) -> None:
    row = SittingFactory.create()
    address = moved(client, row, RoomFactory.create(), row.starts_at)
    undo = undo_on(client, address)
    theirs = RoomFactory.create()
    row.refresh_from_db()
    sittings.move(row, theirs, row.starts_at, seen=2, by=factories.MemberFactory(role=Role.EXAMS))

    assert undo is not None  # it was there a moment ago
    assert undo_on(client, address) is None
    assert client.post(undo[0], undo[1]).status_code == 409
    row.refresh_from_db()
    assert row.room == theirs


def test_of_a_published_exam_it_says_who_hears_of_it(staff: User, client: Client) -> None:
    row = PublishedSittingFactory.create()

    undo = undo_on(client, moved(client, row, RoomFactory.create(), row.starts_at))

    assert undo is not None
    assert "krijgt dat ook te horen" in undo[2]


def test_what_moves_nothing_offers_nothing(staff: User, client: Client) -> None:
    row = SittingFactory.create()

    assert "moved" not in moved(client, row, row.room, row.starts_at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"moved": "x"},
        {"seen": "9"},
        {"room": "0"},
        {"from": "yesterday"},
        {"from": "2026-02-31T10:00:00+01:00"},
        {"from": "2026-02-20T10:00:00"},
    ],
)
def test_an_address_that_tells_nonsense_offers_nothing(
    staff: User, client: Client, wrong: dict[str, str]
) -> None:
    row = SittingFactory.create()
    right = {"moved": row.pk, "seen": row.version, "room": row.room_id}
    right |= {"from": in_days(3).isoformat()}
    plan = reverse("planner:plan")

    assert undo_on(client, f"{plan}?{urlencode(right)}") is not None
    assert undo_on(client, f"{plan}?{urlencode({**right, **wrong})}") is None
