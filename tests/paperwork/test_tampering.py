"""Whatever is done to the audit trail in the database itself is found, as often as one tries.

TAMPERS=5000 tries more. The control: without the seals that were carried out, nobody sees that the
end was cut off.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from paperwork import append_only, verifying
from paperwork.models import Event, EventDigest, Seal
from paperwork.services import chain as sealing
from paperwork.services.events import record
from paperwork.verifying import Anchor, verify
from tests import factories

TRIES = int(os.environ.get("TAMPERS", "400"))
SEALS, EACH = 6, 4
TABLES = [model._meta.db_table for model in (Event, EventDigest, Seal)]
STEPS = [timedelta(microseconds=1), timedelta(days=3)]
SAID = [
    *("uid", "subject_kind", "subject_id", "action", "from_state", "to_state", "actor_id"),
    *("actor_name", "role", "at", "reason", "details", "request_id", "digest"),
]
type Tamper = Callable[[random.Random], str]


@pytest.fixture
def anchors(db: None) -> Iterator[list[Anchor]]:
    """A chain of six seals over four events each, one event of which was let go; all anchored.

    The rules that stand in the way of whoever owns the database are switched off.
    """
    people = [factories.UserFactory.create(name=name) for name in ("Noor", "Sam")]
    course, edition = factories.CourseFactory.create(), factories.EditionFactory.create()
    for number in range(SEALS):
        for event in range(EACH):
            thing, action = (edition, "places") if event % 2 else (course, "publish")
            record(
                thing,
                action,
                by=people[event % 2],
                role="office",
                from_state="a",
                to_state="b",
                reason=f"Reason {number}.{event}",
                details={"n": number},
            )
        sealing.seal()
    sealing.let_go(Event.objects.filter(pk=Event.objects.order_by("pk")[5].pk))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which changes no table of which something is due
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, table, _what in append_only.GUARDS:
            cursor.execute(
                f"DROP TRIGGER {name}"
                if connection.vendor == "sqlite"
                else f"ALTER TABLE {table} DISABLE TRIGGER {name}"
            )
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    carried = Seal.objects.order_by("number").values_list("number", "seal")
    yield [Anchor(number, seal) for number, seal in carried]
    append_only.ensure_triggers()


def _one(chance: random.Random, model: type[models.Model]) -> Any:
    return chance.choice(list(model._default_manager.order_by("pk")))


def _other(chance: random.Random, field: Any, value: Any) -> Any:
    """Something else that the column can hold."""
    if isinstance(field, models.JSONField):
        return chance.choice([{}, {"n": 99}, {**value, "more": True}])
    if isinstance(field, models.DateTimeField):
        return value + chance.choice([-1, 1]) * chance.choice(STEPS)
    if isinstance(field, models.UUIDField):
        return type(value)(int=value.int ^ (1 << chance.randrange(128)))
    if isinstance(field, models.ForeignKey):
        numbers = field.related_model._default_manager.exclude(pk=value)
        return chance.choice([*numbers.values_list("pk", flat=True)])
    if isinstance(field, models.IntegerField):
        return value + chance.choice([1, 7, 1000])
    text = str(value)
    place = chance.randrange(len(text) + 1)
    others = {
        f"{text[:place]}x{text[place:]}"[: field.max_length or None],
        f"{text[:place]}é{text[place + 1 :]}"[: field.max_length or None],
        f"x{text[1:]}",
        text.swapcase(),
        text[:-1],
    }
    return chance.choice(sorted(others - {text}))


def change_a_field(chance: random.Random) -> str:
    """Any one field of any one row of the three tables."""
    model = chance.choice([Event, Event, Event, EventDigest, Seal])
    row = _one(chance, model)
    # Who is no event of its own; the day on which one was let go is empty on the others.
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    field = chance.choice(fields)
    before = getattr(row, field.attname)
    if before is None:
        field = model._meta.get_field("digest")
        before = getattr(row, field.attname)
    after = _other(chance, field, before)
    model._default_manager.filter(pk=row.pk).update(**{field.attname: after})
    return f"changed {model.__name__}.{field.name}"


def change_a_number(chance: random.Random) -> str:
    model = chance.choice([Event, EventDigest, Seal])
    row = _one(chance, model)
    model._default_manager.filter(pk=row.pk).update(
        **{model._meta.pk.attname: row.pk + chance.choice([100, 1000])}  # type: ignore[union-attr]
    )
    return f"renumbered {model.__name__}"


def delete(chance: random.Random) -> str:
    """An event alone, with its digest, a digest alone, or a seal with all that it holds."""
    what = chance.choice(["event", "both", "digest", "seal"])
    if what == "seal":
        seal = chance.choice(list(Seal.objects.order_by("number")))
        digests = EventDigest.objects.filter(seal=seal)
        Event.objects.filter(pk__in=[row.event for row in digests]).delete()
        digests.delete()
        Seal.objects.filter(pk=seal.pk).delete()
        return "deleted a seal"
    event = _one(chance, Event)
    if what in ("event", "both"):
        Event.objects.filter(pk=event.pk).delete()
    if what in ("digest", "both"):
        EventDigest.objects.filter(pk=event.pk).delete()
    return f"deleted {what}"


def insert(chance: random.Random) -> str:
    """A copy of an event, or one of one's own making, with a digest that was seen elsewhere."""
    event = _one(chance, Event)
    event.pk = None
    event.uid = event._meta.get_field("uid").get_default()
    if chance.random() < 0.5:
        event.reason = "Somebody else said so."
    if chance.random() < 0.5:
        event.digest = _one(chance, Event).digest
    event.save(force_insert=True)
    if chance.random() < 0.5:  # and among those that were sealed
        EventDigest.objects.create(event=event.pk, digest=event.digest, seal=_one(chance, Seal))
    return "inserted an event"


def swap(chance: random.Random) -> str:
    """Two events, or two digests, change places."""
    model, names = chance.choice([(Event, SAID), (EventDigest, ["digest"])])
    rows = list(model._default_manager.order_by("pk"))
    one, two = chance.sample(rows, 2)
    for name in names:
        a, b = getattr(one, name), getattr(two, name)
        setattr(one, name, b)
        setattr(two, name, a)
    if model is Event:  # of which no two have the same
        Event.objects.filter(pk__in=[one.pk, two.pk]).delete()
        Event.objects.bulk_create([one, two])
    else:
        EventDigest.objects.bulk_update([one, two], names)
    return f"swapped two of {model.__name__}"


def let_go(chance: random.Random) -> str:
    """Say that its time was over, as the database wants to hear it."""
    gone = EventDigest.objects.exclude(taken="").get()
    event = _one(chance, Event)
    taken = chance.choice([gone.taken, gone.taken[:-1] + "0", "x"])
    EventDigest.objects.filter(pk=event.pk).update(taken=taken, taken_at=gone.taken_at)
    if chance.random() < 0.7:
        Event.objects.filter(pk=event.pk).delete()
    return "pretended that it was let go"


def cut_off(chance: random.Random) -> str:
    """The end of the trail: seals, digests and events, as if they had never been."""
    last = chance.randrange(SEALS)
    digests = EventDigest.objects.filter(seal__number__gt=last)
    Event.objects.filter(pk__in=[row.event for row in digests]).delete()
    EventDigest.objects.filter(seal__number__gt=last).delete()
    Seal.objects.filter(number__gt=last).delete()
    return "cut off the end"


TAMPERS: list[Tamper] = [
    *[change_a_field] * 5,
    *(change_a_number, delete, delete, insert, insert, swap, swap, let_go, cut_off),
]


def undone[Seen](
    tampers: list[Tamper], chance: random.Random, look: Callable[[], Seen]
) -> tuple[str, Seen]:
    """What `look` sees after one of `tampers`, which is taken back then.

    What the database itself refuses (a number twice, an empty digest) is tried otherwise.
    """
    while True:
        seen: list[tuple[str, Seen]] = []
        try:
            with transaction.atomic():
                what = chance.choice(tampers)(chance)
                connection.check_constraints(table_names=TABLES)
                seen.append((what, look()))
                transaction.set_rollback(True)
        except DatabaseError:
            continue
        return seen[0]


def test_all_of_it_is_found(anchors: list[Anchor]) -> None:
    assert verify(anchors).faults == []
    chance = random.Random(20261128)
    unseen, tried = Counter[str](), Counter[str]()
    for _time in range(TRIES):
        what, faults = undone(TAMPERS, chance, lambda: verify(anchors).faults)
        tried[what.split()[0]] += 1
        if not faults:
            unseen[what] += 1

    print(f"AUDIT-TAMPER {sum(tried.values()) - sum(unseen.values())}/{TRIES} found {dict(tried)}")
    assert dict(unseen) == {}
    assert verify(anchors).faults == []  # each was taken back


def test_without_anchors_a_cut_off_end_is_not_seen(anchors: list[Anchor]) -> None:
    """The control: what makes the difference are the seals outside the database."""
    chance = random.Random(20261128)
    for _time in range(20):
        _what, faults = undone([cut_off], chance, lambda: verify().faults)
        assert faults == []
        _what, faults = undone([cut_off], chance, lambda: verify(anchors).faults)
        assert {fault.kind for fault in faults} == {"anchor_missing"}


@pytest.mark.parametrize("blind", ["is_genuine", "holds"])
def test_the_keys_make_the_difference(
    anchors: list[Anchor], blind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: whoever does not look with the key finds the numbers in order."""
    monkeypatch.setattr(verifying.chain, blind, lambda _row: True)
    chance = random.Random(1)
    tries = [undone([change_a_field], chance, lambda: verify(anchors)) for _time in range(60)]

    assert not all(found.faults for _what, found in tries)
