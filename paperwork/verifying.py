"""Looking whether the audit trail is as it was written: which event or seal is not, and how.

Reads alone. What lies outside the database is given: the seals as they were carried out of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched, islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from paperwork import chain
from paperwork.models import Event, EventDigest, Seal

AT_ONCE = 5000  # events in memory
SHOWN = 50  # faults that a check keeps


class Fault(NamedTuple):
    """One thing that is not as it was. `number` is of an event or a seal, as the kind says."""

    kind: str
    number: int


KINDS: dict[str, str | Promise] = {
    "event_changed": _("Event %(number)s does not say any more what it said when it was written."),
    "event_missing": _(
        "Event %(number)s was sealed and is gone, and was not deleted by the portal."
    ),
    "event_inserted": _("Event %(number)s was put among those that had been sealed before."),
    "event_key": _("Event %(number)s cannot be checked: its key is not in the settings."),
    "seal_changed": _("Seal %(number)s does not say any more what it said when it was made."),
    "seal_missing": _("Seal %(number)s is gone."),
    "seal_broken": _("Seal %(number)s does not follow the one before it."),
    "seal_events": _("Seal %(number)s does not fit the digests of its events."),
    "seal_key": _("Seal %(number)s cannot be checked: its key is not in the settings."),
    "anchor_missing": _("Seal %(number)s was carried out of the portal and is not here any more."),
    "anchor_differs": _("Seal %(number)s is another one than was carried out of the portal."),
}


def in_words(fault: Fault) -> str:
    return str(KINDS[fault.kind]) % {"number": fault.number}


@dataclass
class Found:
    """How much was looked at, and what is wrong with it."""

    seals: int = 0
    events: int = 0  # sealed, and there
    let_go: int = 0  # whose digests alone are left
    unsealed: int = 0  # which wait for the next seal
    faults: list[Fault] = field(default_factory=list)

    def fault(self, kind: str, number: int) -> None:
        self.faults.append(Fault(kind, number))


class Anchor(NamedTuple):
    """A seal as it stands outside the database."""

    number: int
    seal: str


def anchors_in(path: Path) -> Iterator[Anchor]:
    """The seals in a file that `services.chain.export` wrote, or a copy of it.

    A line that was cut off while it was written says nothing.
    """
    if not path.exists():
        return
    with path.open() as lines:
        for line in lines:
            try:
                said: dict[str, Any] = json.loads(line)
                yield Anchor(int(said["number"]), str(said["seal"]))
            except (ValueError, KeyError, TypeError):
                continue


class Place(NamedTuple):
    """How far somebody has looked: what is next, and behind which number of it."""

    part: str = "seals"
    after: int = 0
    previous: str = chain.BEGINNING  # the last seal that was looked at


def verify(anchors: Iterable[Anchor] = ()) -> Found:
    """Look at every seal, every digest and every event, and compare the seals with `anchors`."""
    found = Found()
    for _place in pieces(found, Place(), anchors):
        pass
    return found


def pieces(found: Found, place: Place, anchors: Iterable[Anchor]) -> Iterator[Place]:
    """Look at the chain from `place` on, piece by piece, and add to `found` what there is.

    Given is where the next piece begins, to go on there another time, with a new `found`.
    """
    if place.part == "seals":
        for some in _batches(place.after):
            _look_at_seals(found, some, place)
            place = Place("seals", some[-1].number, some[-1].seal)
            yield place
        _look_for_lost_seals(found)
        place = Place("unsealed")
        yield place
    if place.part == "unsealed":
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for first in range(place.after, last, AT_ONCE):
            _look_at_unsealed(found, first)
            yield Place("unsealed", first + AT_ONCE)
        place = Place("anchors")
    for carried in batched(islice(anchors, place.after, None), AT_ONCE):
        _compare(found, carried)
        place = Place("anchors", place.after + len(carried))
        yield place


def _look_at_seals(found: Found, some: list[Seal], place: Place) -> None:
    """These seals with their events; `place` is where the ones before them ended."""
    expected, previous = place.after + 1, place.previous
    digests = _digests(some)
    events = Event.objects.in_bulk([row.event for rows in digests.values() for row in rows])
    for seal in some:
        found.seals += 1
        for number in range(expected, seal.number):
            found.fault("seal_missing", number)
        if expected == seal.number and seal.previous != previous:
            found.fault("seal_broken", seal.number)
        expected, previous = seal.number + 1, seal.seal
        _look_at_seal(found, seal, digests.get(seal.number, []))
        for row in digests.get(seal.number, []):
            _look_at_event(found, row, events.get(row.event))


def _look_for_lost_seals(found: Found) -> None:
    """Seals of which nothing is left but the digests of their events."""
    seal = Seal.objects.filter(pk=OuterRef("seal_id"))
    lost = EventDigest.objects.filter(~Exists(seal)).order_by("seal_id")
    for number in lost.values_list("seal_id", flat=True).distinct():
        found.fault("seal_missing", number)


def _batches(after: int) -> Iterator[list[Seal]]:
    """The seals behind that number, with at most AT_ONCE events together where that can be."""
    some: list[Seal] = []
    size = 0
    seals = Seal.objects.filter(number__gt=after).order_by("number")
    for seal in seals.iterator(chunk_size=AT_ONCE):
        if some and size + seal.events > AT_ONCE:
            yield some
            some, size = [], 0
        some.append(seal)
        size += seal.events
    if some:
        yield some


def _digests(seals: list[Seal]) -> dict[int, list[EventDigest]]:
    rows: dict[int, list[EventDigest]] = {}
    numbers = [seal.number for seal in seals]
    for some in batched(numbers, 500):  # SQLite takes so many parameters, and not many more
        for row in EventDigest.objects.filter(seal__in=some).order_by("event"):
            rows.setdefault(row.seal_id, []).append(row)
    return rows


def _look_at_seal(found: Found, seal: Seal, rows: list[EventDigest]) -> None:
    try:
        if not chain.holds(seal):
            found.fault("seal_changed", seal.number)
    except chain.UnknownKeyError:
        found.fault("seal_key", seal.number)
    pairs = [(row.event, row.digest) for row in rows]
    if len(pairs) != seal.events or chain.root_of(pairs) != seal.root:
        found.fault("seal_events", seal.number)


def _look_at_event(found: Found, row: EventDigest, event: Event | None) -> None:
    try:
        if event is None:
            if not row.taken:
                row.refresh_from_db()  # it may have been let go while we were looking
            if chain.was_let_go(row):
                found.let_go += 1
            else:
                found.fault("event_missing", row.event)
            return
        found.events += 1
        # One that is there and was let go besides was meant to look deleted.
        if event.digest != row.digest or not chain.is_genuine(event) or row.taken:
            found.fault("event_changed", row.event)
    except chain.UnknownKeyError:
        found.fault("event_key", row.event)


def _look_at_unsealed(found: Found, after: int) -> None:
    """What no seal has: fresh and genuine, or put there by somebody else. Of AT_ONCE numbers."""
    low = Seal.objects.low_mark()
    sealed = Seal.objects.filter(digests__event=OuterRef("pk"))
    events = Event.objects.filter(pk__gt=after, pk__lte=after + AT_ONCE)
    for event in events.filter(~Exists(sealed)).order_by("pk"):
        found.unsealed += 1
        try:
            if not chain.is_genuine(event):
                found.fault("event_changed", event.pk)
            elif event.pk <= low:
                found.fault("event_inserted", event.pk)
        except chain.UnknownKeyError:
            found.fault("event_key", event.pk)


def _compare(found: Found, anchors: Iterable[Anchor]) -> None:
    for some in batched(anchors, 500):
        rows = Seal.objects.filter(number__in=[anchor.number for anchor in some])
        seals = dict(rows.values_list("number", "seal"))
        for anchor in some:
            if anchor.number not in seals:
                found.fault("anchor_missing", anchor.number)
            elif seals[anchor.number] != anchor.seal:
                found.fault("anchor_differs", anchor.number)
