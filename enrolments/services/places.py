"""Places: claimed in order of arrival, freed to the first in line, never given twice.

The edition's row is locked first by everything that touches its places, then the case, then its
messages, so nothing deadlocks. On PostgreSQL those are row locks; on SQLite a transaction holds the
only write lock from its start. Behind it stand conditional updates and CHECKs: `taken` cannot pass
`places`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BigIntegerField, Count, F, Q, QuerySet
from django.utils import timezone

from courses.models import Edition, PublicState
from courses.prepared import Given, Prepared
from enrolments.models import Enrolment, KeptPlaces, State
from enrolments.models.enrolment import OVER, EnrolmentQuerySet


class Claim(NamedTuple):
    """What a request got: a place (kept or for everybody), or a turn on the waiting list."""

    state: State
    sequence: int
    kept: KeptPlaces | None


def lock(edition_id: int) -> Edition:
    """The edition as it is now; nobody else moves its places until the transaction ends."""
    return _LOCKED.ask(edition=edition_id)[0]


_LOCKED = Prepared(
    lambda: Edition.objects.select_for_update().filter(pk=Given("edition", BigIntegerField()))
)


def claim(edition: Edition, university_id: int, *, is_last: bool = False) -> Claim:
    """Give a request of a student of that university its turn, and a place while there is one.

    `edition` must come from `lock`. First a place kept for the university, else one for everybody.
    `is_last`: somebody in line is still to get the place that is free.
    """
    edition.arrivals += 1
    if is_last:
        Edition.objects.filter(pk=edition.pk).update(arrivals=edition.arrivals)
        return Claim(State.WAITING, edition.arrivals, None)
    if edition.kept:
        for kept in KeptPlaces.objects.filter(edition=edition, university=university_id):
            if _take(edition, kept, arrivals=edition.arrivals):
                return Claim(State.SUBMITTED, edition.arrivals, kept)
    if _take(edition, None, arrivals=edition.arrivals):
        return Claim(State.SUBMITTED, edition.arrivals, None)
    Edition.objects.filter(pk=edition.pk).update(arrivals=edition.arrivals)
    return Claim(State.WAITING, edition.arrivals, None)


def _take(edition: Edition, kept: KeptPlaces | None, **also: int) -> bool:
    """Take one place by conditional updates, and set `also` with it; False when there is none."""
    rows = Edition.objects.filter(pk=edition.pk)
    if kept is not None:
        free = KeptPlaces.objects.filter(pk=kept.pk, taken__lt=F("places"))
        if not free.update(taken=F("taken") + 1):
            return False
        rows.update(taken=F("taken") + 1, kept_taken=F("kept_taken") + 1, **also)
        return True
    if not _has_room(edition):
        return False
    unlimited = Q(places=None)
    left = Q(taken__lt=F("places") - F("kept") + F("kept_taken"))
    return bool(rows.filter(unlimited | left).update(taken=F("taken") + 1, **also))


def _has_room(edition: Edition) -> bool:
    """Whether it is worth asking: counted when the edition was locked, and nobody else moves it."""
    if edition.places is None:
        return True
    return edition.taken < edition.places - edition.kept + edition.kept_taken


def free_for(edition: Edition, university_id: int | None) -> int | None:
    """How many places a student of that university could get: those kept for it count too.

    None without a limit. One query where places are kept, else none.
    """
    if edition.free is None or university_id is None or not edition.kept:
        return edition.free
    kept = KeptPlaces.objects.filter(edition=edition, university=university_id)
    return edition.free + sum(row.places - row.taken for row in kept)


def are_owed(edition: Edition) -> bool:
    """Whether a place is free while somebody waits; `edition` must come from `lock`."""
    return _has_room(edition) and moving(edition).exists()


def release(case: Enrolment) -> None:
    """Give back the place that `case` held; its edition must be locked."""
    give_back(case.edition_id, case.kept_id)


def give_back(edition: int, kept: int | None) -> None:
    """A place that was taken, kept or for everybody, is free again; the edition must be locked."""
    rows = Edition.objects.filter(pk=edition)
    if kept is None:
        rows.update(taken=F("taken") - 1)
    else:
        KeptPlaces.objects.filter(pk=kept).update(taken=F("taken") - 1)
        rows.update(taken=F("taken") - 1, kept_taken=F("kept_taken") - 1)


def last_day_of_line(edition: Edition) -> date:
    """The last day on which the line moves up.

    The one before the course starts, or the last one to apply where that comes later.
    """
    before = edition.starts_on - timedelta(days=1)
    return max(before, edition.applications_close_on or before)


def line_is_over(today: date) -> Q:
    """The same of many cases: those of editions whose line has ended."""
    closed = Q(edition__applications_close_on=None) | Q(edition__applications_close_on__lt=today)
    return closed & Q(edition__starts_on__lte=today)


def moving(edition: Edition) -> EnrolmentQuerySet:
    """Those in line who may get a place: nobody on a withdrawn course, or after the line's end."""
    line = Enrolment.objects.filter(edition=edition).in_line()
    if timezone.localdate() > last_day_of_line(edition):
        return line.none()
    shown = PublicState.PUBLISHED
    return line.filter(edition__state=shown, edition__course__state=shown)


def goes_at_once(case: Enrolment) -> bool:
    """Whether somebody in line gets the place that `case` holds as soon as it is free."""
    line = moving(case.edition)
    if case.kept is not None:  # then it is free for that university alone
        line = line.filter(home_university=case.kept.university_id)
    return line.exists()


class Promotion(NamedTuple):
    """Somebody who waited and has a place now."""

    case: Enrolment
    kept: KeptPlaces | None


def next_in_line(edition: Edition, but: Collection[int] = ()) -> Promotion | None:
    """Take the place that is free for the first in line who may have it; None when none is.

    `edition` must come from `lock`. `but`: cases that are passed over. The caller moves the case.
    """
    line = moving(edition).select_related("student", "edition__course__university")
    if but:
        line = line.exclude(pk__in=but)
    first = line.first()
    if first is None:
        return None
    for kept in KeptPlaces.objects.filter(edition=edition, taken__lt=F("places")):
        theirs = line.filter(home_university=kept.university_id).first()
        if theirs is not None and _take(edition, kept):
            return Promotion(theirs, kept)
    return Promotion(first, None) if _take(edition, None) else None


def is_near(edition: Edition, offer_days: int) -> bool:
    """Whether the start is so near that a place is offered, for a while, and not given."""
    return timezone.localdate() >= edition.starts_on - timedelta(days=offer_days)


def position(case: Enrolment) -> int | None:
    """Which in line `case` is, from 1; None when it does not wait."""
    if case.state != State.WAITING or case.rank is None:
        return None
    ahead = _AHEAD.ask(edition=case.edition_id, rank=case.rank, sequence=case.sequence)
    return sum(ahead) + 1


def _ahead() -> QuerySet[Any, int]:
    """How many wait before somebody with that rank and sequence; no row when nobody does."""
    edition, rank, sequence = (
        Given(name, BigIntegerField()) for name in ("edition", "rank", "sequence")
    )
    line = Enrolment.objects.filter(edition=edition, state=State.WAITING)
    before = line.filter(Q(rank__lt=rank) | Q(rank=rank, sequence__lt=sequence)).order_by()
    return before.values("edition").annotate(number=Count("pk")).values_list("number", flat=True)


_AHEAD = Prepared(_ahead)


def reorder(edition: Edition, order: Sequence[int]) -> bool:
    """Let the waiting cases with these keys have their turn in this order.

    `edition` must come from `lock`. False, and nothing changed, when others wait than `order` says.
    """
    line = list(Enrolment.objects.filter(edition=edition).in_line())
    if sorted(case.pk for case in line) != sorted(order):
        return False
    ranks = sorted(case.rank or 0 for case in line)
    by_pk = {case.pk: case for case in line}
    for rank, pk in zip(ranks, order, strict=True):
        by_pk[pk].rank = rank
    Enrolment.objects.bulk_update(line, ["rank"])
    return True


class Imbalance(NamedTuple):
    """An edition whose counts differ from its cases."""

    edition: int
    counted: int
    holding: int


def imbalances() -> list[Imbalance]:
    """Editions that count another number of places than their cases hold; none, if all is well."""
    holding = Count("enrolments", filter=Q(enrolments__state__in=Enrolment.HOLDING))
    rows = Edition.objects.annotate(holding=holding).exclude(taken=F("holding")).order_by("pk")
    values = rows.values_list("pk", "taken", "holding")
    return [Imbalance(*row) for row in values]


@transaction.atomic
def keep_places(edition: Edition, places: dict[int, int]) -> None:
    """Keep so many places for the students of each university, by its key; 0 keeps none.

    Raises IntegrityError (by the database) when more are taken, or kept than there are places.
    """
    locked = lock(edition.pk)
    for university, number in places.items():
        if number:
            KeptPlaces.objects.update_or_create(
                edition=locked, university_id=university, defaults={"places": number}
            )
        else:
            row = KeptPlaces.objects.filter(edition=locked, university=university)
            # Who had one of them and left has it no longer; who has one still keeps the row.
            Enrolment.objects.filter(kept__in=row, state__in=OVER).update(kept=None)
            row.delete()
    kept = sum(KeptPlaces.objects.filter(edition=locked).values_list("places", flat=True))
    Edition.objects.filter(pk=locked.pk).update(kept=kept)
