"""Every change by an address leaves an event, by whoever made it. A new address without one fails.

A form is sent as it stands on its page, or with nothing when it needs nothing. What leaves no event
says why (`trail.py`). What needs more than its page gives is sent by a test of its own, which is
watched meanwhile (`vouched.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from paperwork.models import Event
from tests.addresses import ADDRESSES, OTHERS, STUDENT, VISITOR
from tests.filling import Forms
from tests.trail import ELSEWHERE, NO_CHANGE, NO_EVENT, changed, changes
from tests.vouched import VOUCHED, vouched
from tests.watching import unkept, watching
from tests.world import World, build_world

ORDER = [STUDENT, Role.OFFICE, Role.EXAMS, Role.COORDINATOR, Role.PARTNER, *Role.values, VISITOR]


def who_may(name: str) -> str:
    row = ADDRESSES[name]
    return next((w for w in ORDER if w in (row.post or ()) and w not in row.hidden), "")


def sent(client: Client, world: World, name: str, who: str) -> HttpResponse:
    """The form at the address `name` as it stands there, sent by `who`."""
    row, path = ADDRESSES[name], world.path(name)
    data: dict[str, Any] = {}
    if row.get is not None and who in row.get:
        page = client.get(path)
        text = b"".join(page) if page.streaming else page.content
        forms = [form for form in Forms(text.decode()).found if form.method == "post"]
        here = [form for form in forms if form.action.partition("?")[0] in ("", path)]
        data = here[0].filled() if here else {}
    return client.post(path, data)


def tried(world: World, client: Client, name: str, who: str) -> str:
    """What is wrong with it; empty when something changed and an event says so."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with changes() as counted:
        answer = sent(client, world, name, who)
    if answer.status_code >= 400:
        fields = re.findall(r'href="#id_([^"]+)"', answer.content.decode())
        return f"status {answer.status_code} {' '.join(fields)}"
    if not (tables := changed(counted)):
        return "nothing changed"
    events = list(Event.objects.filter(pk__gt=last))
    if not events:
        return f"no event, changed {tables}"
    if VISITOR not in (ADDRESSES[name].post or ()):
        user = world.people[who]
        if not any(event.actor_id == user.pk for event in events):
            return f"events {[event.action for event in events]}, none by {who}"
    return ""


def test_every_change_leaves_an_event(db: None) -> None:
    world = build_world()
    clients: dict[str, Client] = {}
    wrong = {}
    names = {name for name, row in ADDRESSES.items() if row.post is not None}
    for name in sorted(names - NO_EVENT.keys() - NO_CHANGE.keys() - vouched()):
        who = who_may(name)
        if who not in clients:
            clients[who] = world.client(who) if who else Client()
            clients[who].get("/nl/account/")
        before = transaction.savepoint_create()
        problem = tried(world, clients[who], name, who) if who else "nobody may"
        transaction.savepoint_rollback(before)
        if problem:
            wrong[name] = problem

    assert wrong == {}, "\n".join(f"{name}: {problem}" for name, problem in wrong.items())


def test_a_change_without_an_event_is_seen(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the event is left out of one service."""
    from accounts.services import accounts

    world = build_world()
    monkeypatch.setattr(accounts, "note", lambda *_args, **_how: None)
    client = world.client(STUDENT)
    client.get("/nl/account/")

    assert tried(world, client, "accounts:profile", STUDENT).startswith("no event")


def test_every_address_is_tried_or_says_why_not() -> None:
    """Those of the matrix are tried above; the others are vouched for, or say why not."""
    said = [NO_EVENT.keys(), NO_CHANGE.keys(), vouched(), *ELSEWHERE.values()]
    reasons = Counter(name for names in said for name in names)
    addresses = ADDRESSES.keys() | OTHERS.keys()

    assert OTHERS.keys() - reasons.keys() == set(), "say in trail.py or vouched.py where"
    assert reasons.keys() - addresses == set()
    assert [name for name, times in reasons.items() if times > 1] == []


def test_every_test_that_vouches_is_there() -> None:
    gone = []
    for file, tests in VOUCHED.items():
        source = (settings.BASE_DIR / file).read_text()
        names = {test: test.partition("[")[0].rpartition("::")[2] for test in tests}
        gone += [f"{file}::{test}" for test in tests if f"def {names[test]}(" not in source]

    assert gone == []


def test_a_test_that_vouches_is_held_to_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: its address is not sent; it is sent and the event is left out."""
    from accounts.services import accounts

    client = build_world().client(STUDENT)
    page = reverse("accounts:profile")
    with watching() as nothing:
        client.get(page)
    with watching() as kept:
        client.post(page, Forms(client.get(page).text).found[-1].filled())
    monkeypatch.setattr(accounts, "note", lambda *_args, **_how: None)
    with watching() as taken_away:
        client.post(page, Forms(client.get(page).text).found[-1].filled())

    names = ["accounts:profile"]
    assert unkept(names, nothing) == {"accounts:profile": "not sent, or not taken"}
    assert unkept(names, kept) == {}
    assert unkept(names, taken_away)["accounts:profile"].startswith("no event")
