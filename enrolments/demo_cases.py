"""Writing the demo's cases: each with its history, its dates and the notices of its last step."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Role, StudentProfile, User
from courses.models import Edition
from enrolments.models import Enrolment, Note, Purpose, State
from enrolments.models.enrolment import HOLDING, Board, Kind, new_reference
from enrolments.rulebook import needs_consent
from enrolments.services import agreements, requests, rules, telling
from paperwork import chain
from paperwork.models import Event, Notice, Owed, subject_of
from paperwork.working_days import add_working_days

DATA = Path(__file__).parent / "demo_data"
DOMAIN = "demo.example"

S = State
# What happened before a case came to a state, without what an edition's own times say.
WAY: dict[str, list[tuple[str, str]]] = {
    S.DRAFT: [],
    S.SUBMITTED: [("submit", S.SUBMITTED)],
    S.WAITING: [("submit", S.WAITING)],
    S.OFFERED: [("submit", S.WAITING), ("promote", S.OFFERED)],
    S.RETURNED: [("submit", S.SUBMITTED), ("return", S.RETURNED)],
    S.APPROVED: [("submit", S.SUBMITTED), ("approve", S.APPROVED)],
    S.ENROLLED: [("submit", S.SUBMITTED), ("approve", S.APPROVED), ("confirm", S.ENROLLED)],
    S.REJECTED: [("submit", S.SUBMITTED), ("reject", S.REJECTED)],
    S.DECLINED: [("submit", S.SUBMITTED), ("approve", S.APPROVED), ("decline", S.DECLINED)],
    S.WITHDRAWN: [("submit", S.SUBMITTED), ("withdraw", S.WITHDRAWN)],
    S.EXPIRED: [("submit", S.WAITING), ("promote", S.OFFERED), ("expire", S.EXPIRED)],
}
WAY[S.FINISHED] = [*WAY[S.ENROLLED], ("finish", S.FINISHED)]


@dataclass
class Story:
    """One case to make: who, where, in which state since how many days."""

    student: StudentProfile
    edition: Edition
    state: str
    days: int
    purpose: str = Purpose.ELECTIVE
    board: str = Board.GIVEN
    motivation: str = ""
    reason: str = ""
    question: str = ""
    told: bool = False  # whether those concerned have a notice of the last step
    events: list[Event] = field(default_factory=list)


def read(name: str) -> Any:
    """What a file of the demo's data holds."""
    return json.loads((DATA / name).read_text())


def make(stories: list[Story], chance: random.Random) -> None:
    """Write the cases with their histories; the counts of the editions are those of their cases."""
    version = rules.version_of(rules.rulebook())
    texts = read("motivations.json")
    sequences: dict[int, int] = {}
    holding: dict[int, int] = {}
    cases = []
    stories.sort(key=lambda story: -story.days)
    for story in stories:
        edition = story.edition
        case = Enrolment(
            student=story.student.user,
            edition=edition,
            kind=requests.kind_of(story.student, edition),
            state=story.state,
            purpose="" if story.student.faculty_id is None else story.purpose,
            board=story.board,
            motivation=story.motivation or chance.choice(texts),
            question=story.question,
            rules=version,
            shared_items=list(requests.SHARED_ITEMS),
            **requests.identity(story.student),
        )
        if story.state != S.DRAFT:
            sequences[edition.pk] = sequences.get(edition.pk, 0) + 1
            case.sequence = case.rank = sequences[edition.pk]
            holding[edition.pk] = holding.get(edition.pk, 0) + (story.state in HOLDING)
        cases.append(case)
    _date(stories, cases, chance)
    while len({case.reference for case in cases}) < len(cases):  # two the same: once in 70 times
        for case in cases:
            case.reference = new_reference()
    Enrolment.objects.bulk_create(cases)
    for edition in {story.edition.pk: story.edition for story in stories}.values():
        taken = holding.get(edition.pk, 0)
        Edition.objects.filter(pk=edition.pk).update(
            taken=taken, arrivals=sequences.get(edition.pk, 0)
        )
    _write_histories(stories, cases)


def _date(stories: list[Story], cases: list[Enrolment], chance: random.Random) -> None:
    """Give each case and its steps their times: the last one `days` ago, the others before."""
    actors = _Actors()
    book = rules.rulebook()
    for story, case in zip(stories, cases, strict=True):
        at = _moment(story.days, chance)
        case.since = case.changed_at = at
        steps: list[tuple[str, str, datetime]] = []
        for action, state in reversed(WAY[story.state]):
            steps.insert(0, (action, state, at))
            pause = {"finish": 130, "confirm": chance.randint(2, 12)}.get(action)
            at -= timedelta(days=pause or chance.randint(1, 8), hours=chance.randint(0, 5))
        case.created_at = at
        before = S.DRAFT
        story.events.append(_event(case, "begin", "", S.DRAFT, at, actors, ""))
        for number, (action, state, moment) in enumerate(steps, 1):
            reason = (story.question or story.reason) if number == len(steps) else ""
            story.events.append(_event(case, action, before, state, moment, actors, reason))
            before = S(state)
            if action == "submit":
                case.submitted_at = case.acknowledged_at = moment
                host = case.edition.course.university
                if case.kind == Kind.OUTGOING and needs_consent(book.host(host.pk), host.country):
                    case.consent_at = moment
            if action == "approve":
                case.home_approved_at, case.home_approved_by = moment, actors.of(action, case)[0]
        case.due_on = _due(case)
        if case.board == Board.ASKED:
            case.board_asked_on = timezone.localdate(case.submitted_at)
        elif case.board == Board.GIVEN:
            case.board_decided_on = timezone.localdate(case.created_at)
            case.board_reference = f"EC {case.created_at.year}-{chance.randint(100, 999)}"
        if story.state == S.OFFERED:
            case.offer_until = case.since + timedelta(hours=story.edition.offer_hours)
            case.due_on = timezone.localdate(case.offer_until)


def _moment(days: int, chance: random.Random) -> datetime:
    """A time in office hours so many days ago; today's is before now."""
    now = timezone.now()
    hour, minute = chance.randint(8, 19), chance.randint(0, 59)
    day = timezone.localdate() - timedelta(days=days)
    at = datetime.combine(day, time(hour, minute), timezone.get_current_timezone())
    return at if at < now else now - timedelta(minutes=chance.randint(20, 300))


def _due(case: Enrolment) -> date | None:
    since = timezone.localdate(case.since)
    book = rules.rulebook()
    match case.state:
        case S.DRAFT:
            return case.edition.applications_close_on
        case S.SUBMITTED:
            return add_working_days(since, book.portal["decision_days"] or 5)
        case S.RETURNED:
            return since + timedelta(days=book.portal["answer_days"])
        case S.APPROVED:
            return add_working_days(since, book.portal["host_days"])
        case _:
            return None


class _Actors:
    """Who did what in the demo: found once for each faculty and university."""

    def __init__(self) -> None:
        self.held = list(Membership.objects.current().select_related("user").order_by("pk"))
        self.known: dict[object, tuple[User | None, str]] = {}

    def of(self, action: str, case: Enrolment) -> tuple[User | None, str]:
        """The person and the role."""
        if action in {"begin", "submit", "withdraw", "answer", "accept", "pass"}:
            return case.student, "student"
        if action in {"promote", "expire", "finish"}:
            return None, "portal"
        wanted: tuple[str, int | None, int | None]
        if action in {"confirm", "decline"}:
            host = case.edition.course.university
            wanted = (Role.OFFICE, None, None) if host.is_home else (Role.PARTNER, None, host.pk)
        elif case.kind == Kind.INCOMING:
            wanted = (Role.PARTNER, None, case.home_university_id)
        elif case.is_honours:
            wanted = (Role.HONOURS, None, None)
        else:
            wanted = (Role.COORDINATOR, case.faculty_id, None)
        if wanted not in self.known:
            self.known[wanted] = self._find(wanted)
        return self.known[wanted]

    def _find(self, wanted: tuple[str, int | None, int | None]) -> tuple[User | None, str]:
        for membership in self.held:
            if (membership.role, membership.faculty_id, membership.university_id) == wanted:
                return membership.user, wanted[0]
        return next(m.user for m in self.held if m.role == Role.OFFICE), str(Role.OFFICE)


def _event(
    case: Enrolment,
    action: str,
    before: str,
    after: str,
    at: datetime,
    actors: _Actors,
    reason: str,
) -> Event:
    who, role = actors.of(action, case)
    return Event(
        action=action,
        from_state=before,
        to_state=after,
        actor=who,
        actor_name=str(who or ""),
        role=role,
        at=at,
        reason=reason,
    )


def _write_histories(stories: list[Story], cases: list[Enrolment]) -> None:
    """The events, a note among staff, and the notices of what happened last."""
    for story, case in zip(stories, cases, strict=True):
        kind, pk = subject_of(case)
        for event in story.events:
            event.subject_kind, event.subject_id = kind, pk
            chain.sign(event)
    Event.objects.bulk_create([event for story in stories for event in story.events])
    for story, case in zip(stories, cases, strict=True):
        if story.told:
            telling.tell(story.events[-1], case)
            _as_told_then(story.events[-1])
            if story.state == S.ENROLLED:
                agreements.owe(case, story.events[-1])
        if story.question:
            Note.objects.create(
                enrolment=case,
                author=story.events[-1].actor or case.student,
                text="Heb de student ook even gemaild over het rooster.",
                at=case.since,
            )


def _as_told_then(event: Event) -> None:
    """The notices of `event` were owed and mailed when it happened."""
    told = Notice.objects.filter(key__startswith=telling.key_of(event))
    told.update(due_at=event.at, created_at=event.at, state=Owed.State.DONE, done_at=event.at)
