"""What was up to exam staff or a host and is done, or over: it leaves "now up to you"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from exams import places
from exams.fitting import hits_of
from exams.models import Exam, Facility, Held, Mode, Paper, Room, Sitting, SlotOffer
from exams.services.facilities import unfit
from paperwork.models import Notice


def settle_done() -> None:
    """Look whether what was asked for is still to be done; settle what is not. May run twice.

    One query while nothing was asked for.
    """
    labels = [model._meta.label_lower for model in (Exam, Facility, Paper, Room)]
    waiting = Notice.objects.to_do().filter(subject_kind__in=labels, kind__in=STILL)
    known = list(waiting.values_list("pk", "kind", "subject_id"))
    asked: defaultdict[str, set[int]] = defaultdict(set)
    for _pk, kind, about in known:
        asked[kind].add(about)
    still = {kind: STILL[kind](about) for kind, about in asked.items()}
    done = [pk for pk, kind, about in known if about not in still[kind]]
    if done:  # and not what has been asked since
        waiting.filter(pk__in=done).update(settled_at=timezone.now())


def _rooms(pks: set[int]) -> set[int]:
    """Those that do not fit what is planned there."""
    return {room.pk for room in Room.objects.filter(pk__in=pks) if hits_of(room)}


def _exams(pks: set[int]) -> set[int]:
    """Those with a sitting to come that nobody has touched since the host changed the exam.

    Or that does not begin at the one moment that the host has fixed, whoever touched it. Of those
    without one: where students could choose a moment, and now have none to choose.
    """
    now = timezone.now()
    standing = Sitting.objects.standing().filter(exam=OuterRef("pk"))
    untouched = standing.filter(starts_at__gt=now, changed_at__lt=OuterRef("changed_at"))
    elsewhen = standing.filter(starts_at__gt=now).exclude(starts_at=OuterRef("starts_at"))
    misplaced = Q(Exists(elsewhen), starts_at__isnull=False)
    moments = SlotOffer.objects.filter(exam=OuterRef("pk"), starts_at__gt=now)
    unchosen = Q(~Exists(standing), ~Exists(moments), mode=Mode.WINDOW, window_until__gt=now)
    rows = Exam.objects.filter(Q(Exists(untouched)) | misplaced | unchosen, pk__in=pks)
    return set(rows.values_list("pk", flat=True))


def _wanted(pks: set[int]) -> set[int]:
    """Those to come that somebody sits here; a paper that comes in is settled at once."""
    rows = Exam.objects.upcoming().filter(places.sat_here(), pk__in=pks, held=Held.LEIDEN)
    return set(rows.values_list("pk", flat=True))


def _papers(pks: set[int]) -> set[int]:
    """Those that count, for an exam to come."""
    coming = Paper.objects.current().filter(pk__in=pks, exam__in=Exam.objects.upcoming())
    return set(coming.values_list("pk", flat=True))


STILL: dict[str, Callable[[set[int]], set[int]]] = {  # which of them are still to be seen to
    "exams.changed_after_planning": _exams,
    "exams.facility_after_seating": unfit,
    "exams.paper_late": _wanted,
    "exams.paper_wanted": _wanted,
    "exams.paper_swapped": _papers,
    "exams.room_problem": _rooms,
}
