"""After the courses: transcripts in, returned, verified, too late; fails; results of our own."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from bench.semester import days, papers
from bench.semester.applying import SHOWN, cases_in, home_side
from bench.semester.semester import Semester
from bench.semester.world import World
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from exams.models import Attendance, Seat
from grades import records
from grades.dutch import understood
from grades.models import Result, Transcript, TranscriptState
from grades.services import own_results, receiving, sending, verifying
from grades.services.verifying import Statement

HANDS = 4  # people who send a transcript at the same moment
GRADES = ("6", "6.5", "7", "7", "7.5", "8", "8.5", "9")
S = TranscriptState


def together(do: Callable[[Enrolment], str], cases: Sequence[Enrolment]) -> Counter[str]:
    """Do it for all of them, several at the same moment, each with a connection of its own."""

    def one(part: Sequence[Enrolment]) -> Counter[str]:
        try:
            return Counter(do(case) for case in part)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        parts = pool.map(one, [cases[number::HANDS] for number in range(HANDS)])
        return sum(parts, Counter())


def grade_of(case: Enrolment, dice: random.Random, chance: float = 0.85) -> str:
    """What the host gives; who was not at the exam has failed."""
    seats = Seat.objects.standing().filter(enrolment=case).order_by("-starts_at")
    last = seats.first()
    if last is not None and last.attendance == Attendance.ABSENT:
        return "1"
    return dice.choice(GRADES) if dice.random() < chance else dice.choice(("3", "4", "5"))


class Hosts:
    """What hosts have printed, so that whoever verifies types what stands there."""

    def __init__(self, semester: Semester) -> None:
        self.semester = semester
        self.grades: dict[int, str] = {}

    def give(self, cases: list[Enrolment], name: str, chance: float = 0.85) -> None:
        dice = self.semester.dice(f"grades {name}")
        for case in cases:
            self.grades[case.pk] = grade_of(case, dice, chance)


def awaited(*, late: bool) -> list[Enrolment]:
    """Cases of partners' courses whose transcript has yet to come; one in twelve comes late."""
    here = Transcript.objects.counting().values("enrolment")
    rows = Enrolment.objects.filter(kind=Kind.OUTGOING, state=State.FINISHED)
    rows = rows.exclude(pk__in=here).select_related(*SHOWN).order_by("pk")
    return [case for case in rows if late or case.pk % 12]


def send(semester: Semester, world: World, hosts: Hosts, cases: list[Enrolment]) -> None:
    """Hosts send many at once, students one or photographs of one, coordinators some by mail."""
    by_host: dict[int, list[Enrolment]] = defaultdict(list)
    by_people: list[Enrolment] = []
    for case in cases:
        contact = world.contact(case.edition.course.university)
        if contact is not None and case.pk % 5:
            by_host[case.edition.course.university_id].append(case)
        else:
            by_people.append(case)

    def by_hand(case: Enrolment) -> str:
        said = papers.said_of(case, hosts.grades[case.pk])
        if case.pk % 17 == 0:
            receiving.receive(case, [papers.photograph(said)], by=case.student)
            return "photographs"
        if case.pk % 7 == 0:
            wrong = said._replace(title="Another course", code="X1")
            receiving.receive(case, [papers.transcript(case, wrong)], by=case.student)
            return "of another course"
        by = case.student if case.pk % 3 else home_side(world, case)
        file = papers.transcript(case, said, pages=2 if case.pk % 4 == 0 else 0)
        receiving.receive(case, [file], by=by, grade_typed=said.grade)
        return "by students" if case.pk % 3 else "by coordinators"

    with semester.step("Students send transcripts", kill=True) as done:
        done.update(together(by_hand, by_people))
    with semester.step("Hosts send transcripts, many at once") as done:
        for host, own in by_host.items():
            contact = next(one for one in world.staff[f"partner {host}"])
            files = []
            for case in own:
                said = papers.said_of(case, hosts.grades[case.pk])
                if case.pk % 29 == 0:  # nobody can tell whose this is
                    said = said._replace(name="A student", number="")
                files.append(papers.transcript(case, said))
            choices = {}
            for case, sent in zip(own, sending.send_many(files, by=contact), strict=True):
                done["sent" if sent.case else "to be settled"] += 1
                if sent.case is not None and sent.case.pk != case.pk:
                    raise SystemExit(f"the transcript of {case} went to {sent.case}")
                if sent.case is None:
                    choices[sent.name] = case.reference
            if choices:
                waiting = {str(one.pk): choices[one.name] for one in sending.unsettled(contact)}
                for settled in sending.settle(waiting, by=contact):
                    if settled.case is None:
                        raise SystemExit(f"{settled.name}: {settled.why}")


def verify(semester: Semester, world: World, hosts: Hosts) -> None:
    """Whoever handles the case verifies what stands on paper, or returns it."""
    dice = semester.dice(f"verifying {timezone.localdate()}")
    rows = Transcript.objects.filter(state=S.RECEIVED).select_related(
        "enrolment__student", "enrolment__edition__course__university",
        "enrolment__faculty", "enrolment__programme", "enrolment__home_university", "file",
    ).order_by("pk")  # fmt: skip
    with semester.step("Results are verified") as done:
        for row in rows:
            case = row.enrolment
            by = home_side(world, case)
            found = row.findings.get("found", {}) if row.findings else {}
            if case.pk % 7 == 0 and row.version == 1 and _is_of_another(row):
                verifying.send_back(row, by=by, reason="This course does not stand on it.")
                done["returned"] += 1
                continue
            before = Result.objects.filter(enrolment=case).current().exists()
            said = statement(case, hosts.grades[case.pk], resit=before)
            reason = "The resit." if before else ""
            verifying.verify(row, said, by=by, reason=reason)
            done["passed" if said.recorded.passed else "failed"] += 1
            done["read by the portal"] += bool(found)
    with semester.step("Results are corrected") as done:
        verified = rows.model.objects.filter(state=S.VERIFIED).select_related(
            "enrolment__student", "enrolment__edition__course__university",
            "enrolment__faculty", "enrolment__programme", "enrolment__home_university",
        ).order_by("pk")  # fmt: skip
        for row in verified:
            case, result = row.enrolment, row.results.current().first()
            if result is None or not result.passed or dice.random() > 0.02:
                continue
            said = statement(case, "8.5")
            verifying.correct(row, said, by=home_side(world, case), reason="A slip of the pen.")
            hosts.grades[case.pk] = "8.5"
            done["corrected"] += 1


def _is_of_another(row: Transcript) -> bool:
    return row.given_by_id == row.enrolment.student_id and row.enrolment.pk % 17 != 0


def statement(case: Enrolment, grade: str, *, resit: bool = False) -> Statement:
    """What a person types who looks at the paper."""
    said = papers.said_of(case, grade)
    recorded = understood(grade)
    exam_on = case.edition.exam_on
    return Statement(
        grade_printed=said.grade,
        credits_printed=said.credits,
        title_printed=said.title,
        code_printed=said.code,
        dated_on=said.on,
        recorded=recorded,
        ec=case.edition.course.ec or Decimal(5),
        scale=said.scale,
        credit_system="ECTS",
        exam_on=exam_on if exam_on and exam_on <= said.on else None,
        attempt=Result.Attempt.RESIT if resit else Result.Attempt.FIRST,
    )


def send_again(semester: Semester, hosts: Hosts) -> None:
    """Who got a transcript back sends the right one."""
    rows = Transcript.objects.filter(state=S.RETURNED).select_related(
        *(f"enrolment__{name}" for name in SHOWN)
    )
    cases = [row.enrolment for row in rows.order_by("pk")]

    def again(case: Enrolment) -> str:
        said = papers.said_of(case, hosts.grades[case.pk])
        receiving.receive(case, [papers.transcript(case, said)], by=case.student)
        return "sent again"

    with semester.step("Students send the right transcript") as done:
        done.update(together(again, cases))


def own_courses(semester: Semester, world: World) -> None:
    """One person of the office enters results of our own courses, another confirms them."""
    dice = semester.dice("own results")
    first, second = world.staff["office"]
    rows = Enrolment.objects.filter(edition__course__university=world.home, state=State.FINISHED)
    lists: dict[int, list[Enrolment]] = defaultdict(list)
    for case in rows.select_related(*SHOWN).order_by("pk"):
        lists[case.edition_id].append(case)
    with semester.step("Results of our own courses") as done:
        for cases in lists.values():
            entries = [
                (
                    case,
                    own_results.Entry(
                        recorded=understood(grade_of(case, dice)),
                        ec=Decimal(5),
                        dated_on=days.ENDS,
                    ),
                )
                for case in cases
            ]
            done["entered"] += len(own_results.enter_list(entries, by=first))
            waiting = Result.objects.filter(enrolment__in=cases, confirmed_at=None)
            outcome = own_results.confirm_several(
                waiting.select_related(*records.SHOWN).order_by("pk"), by=second
            )
            done["confirmed"] += len(outcome.done)
            if outcome.refused:
                raise SystemExit(f"{outcome.refused[0]}")


def resit_results(semester: Semester, world: World, hosts: Hosts) -> None:
    """Hosts give a second grade to whoever sat the resit; a newer transcript comes."""
    closed = Seat.objects.standing().filter(
        sitting__state="closed", sitting__exam__attempt=2, enrolment__kind=Kind.OUTGOING
    ).exclude(attendance=Attendance.ABSENT)  # fmt: skip
    cases = [case for case in cases_in(State.FINISHED) if case.pk in set(
        closed.values_list("enrolment", flat=True)
    )]  # fmt: skip
    hosts.give(cases, "resits", 0.7)

    def newer(case: Enrolment) -> str:
        said = papers.said_of(case, hosts.grades[case.pk])
        receiving.receive(case, [papers.transcript(case, said)], by=case.student)
        return "sent"

    with semester.step("Transcripts after the resit") as done:
        done.update(together(newer, cases))


def first_round(semester: Semester, world: World) -> Hosts:
    """From the end of the courses until most results are verified."""
    hosts = Hosts(semester)
    semester.night(days.ENDS + timedelta(days=3))  # the cases are finished, and asked for
    own_courses(semester, world)
    semester.night(days.TRANSCRIPTS)
    hosts.give(awaited(late=True), "first")
    send(semester, world, hosts, awaited(late=False))
    verify(semester, world, hosts)
    semester.night(days.TRANSCRIPTS + timedelta(days=4))
    send_again(semester, hosts)
    verify(semester, world, hosts)
    return hosts


def late_ones(semester: Semester, world: World, hosts: Hosts) -> None:
    """What came after the alarm."""
    late = awaited(late=True)
    semester.night(days.LATE)
    send(semester, world, hosts, late)
    semester.night(days.LATE + timedelta(days=2))
    verify(semester, world, hosts)
    send_again(semester, hosts)
    semester.night(days.LATE + timedelta(days=4))
    verify(semester, world, hosts)
