"""The books of cases: places, waiting lists, registrations, and what stands in uSis."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, F, Q

from bench.semester.evidence import Evidence
from courses.models import Edition
from enrolments import people
from enrolments.models import Enrolment, KeptPlaces, State
from enrolments.models.enrolment import Kind
from enrolments.services import places
from grades import registrars
from grades.models import Registration, RegistrationState, Result
from grades.models.registration import WITH_ADMINISTRATION
from paperwork.models import Event

CASE = Enrolment._meta.label_lower
HELD = {"submitted", "offered", "returned", "approved", "enrolled", "finished"}
R = RegistrationState


def places_(_evidence: Evidence) -> list[str]:
    """Places = cases that hold one, by the portal's own count and by ours."""
    wrong = [f"edition {one.edition}: {one}" for one in places.imbalances()]
    holding = Count("enrolments", filter=Q(enrolments__state__in=HELD))
    for row in Edition.objects.annotate(holding=holding):
        if row.taken != row.holding:
            wrong.append(f"edition {row.pk}: {row.taken} counted, {row.holding} hold a place")
        if row.places is not None and row.holding > row.places:
            wrong.append(f"edition {row.pk}: {row.holding} hold one of {row.places} places")
    kept = Count("enrolments", filter=Q(enrolments__state__in=HELD))
    rows = KeptPlaces.objects.annotate(holding=kept).exclude(taken=F("holding"))
    return wrong + [
        f"kept places {one.pk}: {one.taken} counted, {one.holding} hold one" for one in rows
    ]


def waiting_lists(_evidence: Evidence) -> list[str]:
    """Nobody waits beside a free place, and nobody was passed over: the events are gone through."""
    left = Q(places=None) | Q(taken__lt=F("places") - F("kept") + F("kept_taken"))
    held_back = Event.objects.filter(subject_kind=CASE, action="passed_over").values("subject_id")
    waiting = Enrolment.objects.filter(state=State.WAITING).exclude(pk__in=held_back)
    stuck = Edition.objects.filter(left, pk__in=waiting.values("edition"))
    wrong = [f"edition {row.pk}: somebody waits beside a free place" for row in stuck]
    cases = {case.pk: case for case in Enrolment.objects.all()}
    kept = set(KeptPlaces.objects.values_list("edition", flat=True))
    lines: dict[int, list[int]] = defaultdict(list)
    events = Event.objects.filter(subject_kind=CASE).order_by("pk")
    for event in events.only("subject_id", "action", "from_state", "to_state", "details"):
        case = cases.get(event.subject_id)
        if case is None or case.edition_id in kept:
            continue
        wrong += _follow(lines[case.edition_id], event)
    return wrong


def _follow(line: list[int], event: Event) -> list[str]:
    """Let `event` happen to the line of its edition; who was passed over by it."""
    pk = event.subject_id
    if event.action == "submit":
        if event.to_state == State.WAITING:
            line.append(pk)
        elif line:
            return [f"case {pk} got a place while {len(line)} waited"]
    elif event.action == "passed_over" and pk in line:
        line.remove(pk)  # too many credits: the next goes before, rightly
    elif event.action == "reorder" and pk in line:
        line.remove(pk)
        line.insert(event.details["to"] - 1, pk)
    elif event.from_state == State.WAITING and event.to_state != State.WAITING:
        first = line[0] if line else None
        if event.action == "promote" and pk in line and first != pk:
            return [f"case {pk} got the place of case {first}, who was first"]
        if pk in line:
            line.remove(pk)
    return []


# --- Registrations
def registrations(_evidence: Evidence) -> list[str]:
    """Every verified pass is registered, or stands in a queue with somebody who has it."""
    wrong = []
    current: dict[int, list[Registration]] = defaultdict(list)
    rows = Registration.objects.filter(current=True).select_related(
        "enrolment__student", "enrolment__edition__course__university", "result"
    )
    for row in rows:
        current[row.enrolment_id].append(row)
    holders: dict[tuple[Any, ...], bool] = {}
    for result in Result.objects.filter(current=True).exclude(enrolment__kind=Kind.INCOMING):
        own = current.pop(result.enrolment_id, [])
        if not result.passed and own:
            wrong.append(f"case {result.enrolment_id}: not passed, and it is being registered")
        if result.passed and len(own) != 1:
            wrong.append(f"case {result.enrolment_id}: passed, with {len(own)} registrations")
        for row in own:
            if row.result_id != result.pk:
                wrong.append(f"registration {row.pk}: of another result than holds")
            case = row.enrolment
            key = (row.state, row.route, case.faculty_id, case.programme_id, row.verified_by_id)
            if key not in holders:
                holders[key] = _has_holder(row)
            if not holders[key]:
                wrong.append(f"registration {row.pk}: {row.state}, and nobody has it")
    wrong += [f"case {pk}: registered without a result that holds" for pk in current]
    return wrong


def _has_holder(row: Registration) -> bool:
    match row.state:
        case R.REGISTERED | R.RECONCILED:
            return True
        case R.SENT:
            return registrars.recorders(row).exists()
        case _:
            return people.home_side(row.enrolment).exists()


def usis(evidence: Evidence) -> list[str]:
    """What the portal found in uSis stands there as it says, and all that stands there is known."""
    wrong = []
    found = Registration.objects.filter(state=R.RECONCILED, current=True).select_related(
        "enrolment", "result"
    )
    for row in found:
        entered = evidence.usis.get(row.enrolment.reference)
        if entered is None:
            wrong.append(f"registration {row.pk}: found in uSis, where it does not stand")
            continue
        recorded = row.result.mark or f"{row.result.grade:f}"
        ours = {
            "student_number": row.enrolment.student_number,
            "ec": _number(f"{row.result.ec:f}"),
            "result": _number(recorded),
            "title": row.result.title_printed,
        }
        for name, value in ours.items():
            theirs = _number(str(entered[name])) if name in {"ec", "result"} else entered[name]
            if theirs != value:
                wrong.append(f"registration {row.pk}: {name} {value}, in uSis {theirs}")
    # Of what was corrected since, the old result stands there until the new request has come.
    sent = Registration.objects.filter(state__in=WITH_ADMINISTRATION)
    known = set(sent.values_list("enrolment__reference", flat=True))
    wrong += [
        f"{one} stands in uSis and nobody sent it" for one in evidence.usis if one not in known
    ]
    return wrong


def _number(text: str) -> str:
    """8.0, 8,0 and 8 are one number."""
    plain = text.replace(",", ".")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
