"""Places: claimed in order of arrival, freed to the first in line, never given twice.

The edition's row is locked first by everything that touches its places, so nothing deadlocks. On
PostgreSQL that is a row lock; on SQLite a transaction holds the only write lock from its start.
Behind it stand conditional updates and CHECKs: `taken` cannot pass `places`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from courses.models import Edition
from enrolments.models import Enrolment, KeptPlaces, State


class Claim(NamedTuple):
    """What a request got: a place (kept or for everybody), or a turn on the waiting list."""

    state: State
    sequence: int
    kept: KeptPlaces | None


def lock(edition_id: int) -> Edition:
    """The edition as it is now; nobody else moves its places until the transaction ends."""
    return Edition.objects.select_for_update().get(pk=edition_id)


def claim(edition: Edition, university_id: int) -> Claim:
    """Give a request of a student of that university its turn, and a place while there is one.

    `edition` must come from `lock`. First a place kept for the university, else one for everybody.
    """
    edition.arrivals += 1
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


def release(case: Enrolment) -> None:
    """Give back the place that `case` held; its edition must be locked."""
    rows = Edition.objects.filter(pk=case.edition_id)
    if case.kept_id is None:
        rows.update(taken=F("taken") - 1)
    else:
        KeptPlaces.objects.filter(pk=case.kept_id).update(taken=F("taken") - 1)
        rows.update(taken=F("taken") - 1, kept_taken=F("kept_taken") - 1)


class Promotion(NamedTuple):
    """Somebody who waited and has a place now."""

    case: Enrolment
    kept: KeptPlaces | None


def next_in_line(edition: Edition) -> Promotion | None:
    """Take the place that is free for the first in line who may have it; None when none is.

    `edition` must come from `lock`. The caller moves the case.
    """
    line = Enrolment.objects.filter(edition=edition).in_line()
    first = line.select_related("student").first()
    if first is None:
        return None
    for kept in KeptPlaces.objects.filter(edition=edition, taken__lt=F("places")):
        theirs = line.filter(home_university=kept.university_id).select_related("student").first()
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
    line = Enrolment.objects.filter(edition=case.edition_id, state=State.WAITING)
    return (
        line.filter(Q(rank__lt=case.rank) | Q(rank=case.rank, sequence__lt=case.sequence)).count()
        + 1
    )


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
            KeptPlaces.objects.filter(edition=locked, university=university).delete()
    kept = sum(KeptPlaces.objects.filter(edition=locked).values_list("places", flat=True))
    Edition.objects.filter(pk=locked.pk).update(kept=kept)
