"""Sealing what happened, carrying the seals out, and letting events go whose time is over."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership, Role, User
from paperwork import chain, verifying
from paperwork.models import ChainCheck, Event, EventDigest, Seal
from paperwork.models.event import EventQuerySet
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice

log = structlog.get_logger("paperwork.chain")

AT_ONCE = 5000  # events under one seal
TURN = 10.0  # seconds after which a check goes to the back of the queue: a task may last 50
PROGRESS = (
    *("seals", "events", "let_go", "unsealed", "faults"),
    *("found", "place", "went_on_at", "done_at"),
)
LONGEST_LINE = 2000  # bytes of a line in the file of seals


def unsealed() -> EventQuerySet:
    """Events that wait for the next seal."""
    sealed = EventDigest.objects.filter(event=OuterRef("pk"))
    return Event.objects.filter(~Exists(sealed), pk__gt=Seal.objects.low_mark()).order_by("pk")


def seal() -> int:
    """Seal all that is new; how many events that was. Of several at once one succeeds."""
    number = 0
    try:
        while done := _seal_some():
            number += done
    except IntegrityError:  # another sealed at the same moment: what is left is its, or the next's
        pass
    return number


@transaction.atomic
def _seal_some() -> int:
    rows = list(unsealed().values_list("pk", "digest")[:AT_ONCE])
    if not rows:
        return 0
    last = Seal.objects.order_by("-number").first()
    new = Seal(
        number=last.number + 1 if last else 1,
        first_event=rows[0][0],
        last_event=rows[-1][0],
        events=len(rows),
        root=chain.root_of(rows),
        previous=last.seal if last else chain.BEGINNING,
    )
    chain.close(new).save(force_insert=True)  # the number is taken once: of two sealers one fails
    EventDigest.objects.bulk_create(
        [EventDigest(event=pk, digest=digest, seal=new) for pk, digest in rows], batch_size=2000
    )
    return len(rows)


@transaction.atomic
def let_go(events: EventQuerySet) -> int:
    """Delete events whose retention period is over; how many. Their digests stay in the chain.

    The database lets an event go only when its digest says that this was meant, and `verify` takes
    that from nobody who has not the key.
    """
    numbers = list(events.order_by().values_list("pk", flat=True))
    if not numbers:
        return 0
    seal()
    now = timezone.now()
    for some in batched(numbers, 500):
        rows = list(EventDigest.objects.filter(event__in=some, taken=""))
        EventDigest.objects.bulk_update(
            [chain.let_go(row, now) for row in rows], ["taken", "taken_at"]
        )
        Event.objects.filter(pk__in=some).delete()
    return len(numbers)


# --- Out of the database's reach ------------------------------------------------------------------
def line_of(row: Seal) -> dict[str, Any]:
    """What leaves the portal of a seal: nothing in it is about anybody."""
    return {
        "number": row.number,
        "sealed_at": row.sealed_at.isoformat(),
        "first_event": row.first_event,
        "last_event": row.last_event,
        "events": row.events,
        "root": row.root,
        "previous": row.previous,
        "seal": row.seal,
    }


def export() -> int:
    """Write the seals that SEALS_FILE lacks behind those that it has, and log each; how many.

    Only ever appended to: whoever copies it away keeps what no database can take back.
    """
    path = Path(settings.SEALS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        written = 0
        for row in Seal.objects.filter(number__gt=_last_in(file)).order_by("number").iterator():
            file.write(json.dumps(line_of(row)).encode() + b"\n")
            log.info("events sealed", number=row.number, events=row.events, seal=row.seal)
            written += 1
        file.flush()
        os.fsync(file.fileno())
    return written


def _last_in(file: IO[bytes]) -> int:
    """The number of the last whole line; a line that was cut off is ended."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    for line in reversed(tail.splitlines()):
        try:
            return int(json.loads(line)["number"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0


# --- Looking at it --------------------------------------------------------------------------------
@transaction.atomic
def ask_check(by: User) -> ChainCheck:
    """Have the chain looked at by a worker; one that waits already is the same."""
    waiting = ChainCheck.objects.filter(done_at=None).first()
    if waiting is None:
        waiting = ChainCheck.objects.create(asked_by=by)
        record(waiting, "ask", by=by)
    return waiting


def begin_check() -> ChainCheck:
    """The check of this night; one that is under way is the same."""
    return ChainCheck.objects.filter(done_at=None).first() or ChainCheck.objects.create()


def check(row: ChainCheck | None = None) -> ChainCheck:
    """Look at the whole chain in one go, and keep what was found."""
    row = row or begin_check()
    while not go_on(row.pk, seconds=float("inf")):
        pass
    row.refresh_from_db()
    return row


def go_on(pk: int, *, seconds: float = TURN) -> bool:
    """Go on with one check for so long, a piece at least; whether it is done.

    What was found is kept with how far it is, or not at all: of two at once one counts. When it is
    done the office and auditors hear of faults.
    """
    until = time.monotonic() + seconds
    row = ChainCheck.objects.filter(pk=pk, done_at=None).first()
    if row is None:
        return True
    found = verifying.Found()
    anchors = verifying.anchors_in(Path(settings.SEALS_FILE))
    places = verifying.pieces(found, verifying.Place(*row.place), anchors)
    return _keep(row, found, next((place for place in places if time.monotonic() >= until), None))


def _keep(row: ChainCheck, found: verifying.Found, place: verifying.Place | None) -> bool:
    """Write what a turn found; without a `place` to go on from the check is done."""
    now = timezone.now()
    row.seals += found.seals
    row.events += found.events
    row.let_go += found.let_go
    row.unsealed += found.unsealed
    row.faults += len(found.faults)
    shown = [*row.found, *(fault._asdict() for fault in found.faults)][: verifying.SHOWN]
    row.found, row.place = shown, list(place or ())
    row.went_on_at, row.done_at = now, None if place else now
    values = {name: getattr(row, name) for name in PROGRESS}
    with transaction.atomic():
        mine = ChainCheck.objects.filter(pk=row.pk, turns=row.turns, done_at=None)
        if not mine.update(turns=row.turns + 1, **values):
            return True  # somebody else goes on with it
        if row.done_at and row.faults:
            log.error("the audit trail was tampered with", faults=row.faults)
            _tell(row)
    return place is None


def _tell(row: ChainCheck) -> None:
    for reader in _readers():
        owe_notice(
            "chain_broken",
            f"chain-check-{row.pk}-{reader.pk}",
            reader,
            {"faults": row.faults},
            about=row,
            link=Link("audit:seals"),
            asks=True,
        )


def _readers() -> Iterator[User]:
    people = User.objects.filter(
        memberships__in=Membership.objects.current().filter(role__in=[Role.OFFICE, Role.AUDITOR])
    )
    yield from people.distinct()
