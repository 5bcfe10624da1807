"""Exams: fixed by hosts, planned, published, held with whoever comes, and closed."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from bench.semester import days, papers
from bench.semester.applying import cases_in
from bench.semester.semester import Semester
from bench.semester.world import World, at
from courses.models import Edition
from enrolments.models import State
from enrolments.services import acting
from enrolments.services.actions import ActionError
from exams.instances import situation
from exams.models import Exam, Facility, Mode, Paper, PaperStep, Plan, Resit, Seat, Sitting
from exams.models.exam import FIRST_ATTEMPT
from exams.services import (
    adopting,
    closing,
    facilities,
    fixing,
    marking,
    proposing,
    publishing,
    resits,
    sheets,
    sittings,
)
from exams.services import (
    papers as exam_papers,
)
from exams.services.marking import NewMark

LINK = "exam"  # the page of a host's link
AT_ONCE = 40  # exams that one proposal plans
FORMS = {"extra_minutes": 30, "own_room": False, "large_print": False, "own_laptop": False}


# --- What hosts say -------------------------------------------------------------------------------
def facts_of(edition: Edition, day: date, dice: random.Random) -> dict[str, Any]:
    """Some at one instant, some at the same local time, most within the week."""
    mode = dice.choices((Mode.WINDOW, Mode.INSTANT, Mode.LOCAL), (5, 2, 1))[0]
    hour = dice.choice((9, 11, 13, 15, 17))
    monday = day - timedelta(days=day.weekday())
    facts: dict[str, Any] = {
        "mode": mode,
        "held": "leiden",
        "starts_at": None if mode == Mode.WINDOW else at(day, hour),
        "local_date": day if mode == Mode.LOCAL else None,
        "local_time": at(day, hour).time() if mode == Mode.LOCAL else None,
        "window_from": at(monday, 8) if mode == Mode.WINDOW else None,
        "window_until": at(monday + timedelta(days=4), 21) if mode == Mode.WINDOW else None,
        "minutes": dice.choice((90, 120, 120, 150)),
        "kind": edition.exam_kind,
        "language": "en",
        "contact_name": "The examiner",
        "contact_email": f"exams@{edition.course.university.code.lower()}.example",
    }
    return facts


def fix(semester: Semester, world: World, editions: list[Edition], attempt: int) -> None:
    """By the host's account, by a link, or by the office."""
    dice = semester.dice(f"fixing {attempt}")
    by_link = []
    weeks = (days.EXAMS, days.WEEKS) if attempt == 1 else (days.RESITS, days.RESIT_WEEKS)
    possible = days.working_days(*weeks)
    with semester.step(
        f"Hosts fix exams, attempt {attempt}",
    ) as done:
        for edition in editions:
            day = edition.exam_on if attempt == FIRST_ATTEMPT else dice.choice(possible)
            assert day is not None
            facts = facts_of(edition, day, dice)
            host = edition.course.university
            contact = world.contact(host)
            if contact is None and host.contact_email and not host.is_home:
                to = f"exams-{edition.pk}-{attempt}@{host.code.lower()}.example"
                office = world.staff["office"][0]
                fixing.ask(edition, attempt, email=to, language="en", by=office)
                by_link.append((to, facts))
                done["asked by link"] += 1
            else:
                by = contact or world.staff["exams"][0]
                fixing.fix(edition, attempt, facts, seen="", by=by)
                done["fixed"] += 1
    with semester.step("Hosts fix exams by their links") as done:
        for to, facts in by_link:
            (token,) = semester.processes.post.take_links(to, LINK)
            fixing.fix_by_link(token, facts, seen="", name="The examiner")
            done["fixed"] += 1


def ask_for_facilities(semester: Semester, world: World) -> None:
    """One in twelve has extra time or a wheelchair; exam staff look at the decision."""
    dice = semester.dice("facilities")
    with semester.step("Facilities are asked for and checked") as done:
        for case in cases_in(State.ENROLLED):
            if case.edition.has_exam and dice.random() < 1 / 12:
                facts = FORMS | {"wheelchair": dice.random() < 0.1, "other": ""}
                facilities.ask(case, 1, facts, papers.letter(), by=case.student)
                done["asked"] += 1
        for number, facility in enumerate(Facility.objects.to_check()):
            granted = dice.random() < 0.95
            facilities.check(
                facility,
                granted=granted,
                refusal="" if granted else "The decision is of another student.",
                seen=facility.changed_at.isoformat(),
                by=world.staff["exams"][number % 2],
            )
            done["granted" if granted else "refused"] += 1


# --- Planning -------------------------------------------------------------------------------------
def plan(semester: Semester, world: World, first: date, weeks: int) -> None:
    """The portal proposes, exam staff take it over; what is left they plan by hand if they can."""
    by = world.staff["exams"][0]
    spans = [(first, first + timedelta(days=7 * weeks - 3))]
    if len(situation().tasks) > AT_ONCE:
        mondays = [first + timedelta(days=7 * number) for number in range(weeks)]
        spans = [(monday, monday + timedelta(days=4)) for monday in mondays]
    for begin, end in spans:
        with semester.step("A plan is proposed") as done:
            made = proposing.ask(begin, end, by=by)
            done["plans"] += 1
        made.refresh_from_db()
        if made.state not in (Plan.State.DONE, Plan.State.STOPPED):
            raise SystemExit(f"the plan of {begin} is {made.state}")
        with semester.step("The plan is taken over") as done:
            done["sittings"] += adopting.adopt(made, by=by).made
    by_hand(semester, world)


def by_hand(semester: Semester, world: World) -> None:
    """Whoever has no seat yet gets one where a room is free at a moment of the exam."""
    by = world.staff["exams"][1]
    with semester.step("What was left is planned by hand") as done:
        now = situation()
        rooms = sorted(now.rooms.values(), key=lambda room: -room.places)
        for task in now.tasks.values():
            unseated = now.unseated(task)
            if not unseated:
                continue
            days_ = range((task.exam.latest_end_at - task.exam.earliest_at).days + 1)
            moments = (
                [task.start]
                if task.start
                else [
                    task.exam.earliest_at + timedelta(days=day, hours=hour)
                    for day in days_
                    for hour in (1, 4, 7, 10)
                ]
            )
            if not _seat_somewhere(now, task, unseated, rooms, moments, by):
                done["students left"] += len(unseated)
            else:
                done["students"] += len(unseated)


def _seat_somewhere(now: Any, task: Any, who: Any, rooms: Any, moments: Any, by: Any) -> bool:
    for moment in moments:
        for room in rooms:
            if room.places_for(task.exam.kind) < len(who):
                continue
            try:
                sittings.plan(now, task, who, room, moment, by=by)
            except ActionError:
                continue  # the room or a student is taken then
            return True
    return False


def publish(semester: Semester, world: World) -> None:
    """Students hear where and when."""
    by = world.staff["exams"][0]
    with semester.step("Exams are published", kill=True) as done:
        for one in publishing.announcements(situation()):
            if one.stops:
                done["stopped"] += 1
                continue
            seen = {row.pk: row.version for row in one.rows}
            done["students told"] += publishing.publish(one, seen=seen, by=by)
            done["exams"] += 1


def change(semester: Semester, world: World) -> None:
    """After publishing: some exams go to another room, and a student leaves."""
    by = world.staff["exams"][1]
    dice = semester.dice("moving")
    with semester.step("Published exams are moved") as done:
        now = situation()
        told = [row for row in now.rows.values() if row.is_told]
        for row in dice.sample(told, min(len(told), 1 + len(told) // 20)):
            task = now.task_of(row)
            many = len(now.seated[row.pk])
            for room in dice.sample(list(now.rooms.values()), len(now.rooms)):
                if room.pk == row.room_id or room.places_for(task.exam.kind) < many:
                    continue
                try:
                    sittings.move(row, room, row.starts_at, seen=row.version, by=by)
                except ActionError:
                    row.refresh_from_db()
                    continue
                done["moved"] += 1
                break
        seat = Seat.objects.standing().filter(sitting__state="published").order_by("pk").first()
        if seat is not None:
            office = world.staff["office"][0]
            acting.act(seat.enrolment, "withdraw_late", by=office, reason="Moves abroad.")
            sitting = Sitting.objects.get(pk=seat.sitting_id)
            sittings.bring_up_to_date(situation(), sitting, seen=sitting.version, by=by)
            done["seats given up"] += 1


# --- The day --------------------------------------------------------------------------------------
def hold(semester: Semester, world: World) -> None:
    """Day by day: papers opened by two, the ill, those who come, late or not at all; closed."""
    waiting = Sitting.objects.filter(state="published").order_by("starts_at")
    on = sorted({timezone.localdate(row.starts_at) for row in waiting})
    dice = semester.dice(f"the days from {on[:1]}")
    receive_papers(semester, world)
    for day in on:
        rows = [row for row in waiting if timezone.localdate(row.starts_at) == day]
        semester.go_to(day, 7)
        with semester.step("An exam day begins") as done:
            _report_ill(rows, dice, done)
            _open_papers(world, rows, done)
        semester.go_to(day, 22)
        with semester.step("The day's exams are marked and closed") as done:
            for row in rows:
                _mark(world, row, dice, done)


def receive_papers(semester: Semester, world: World) -> None:
    """One in three exams comes as a paper, one of them twice; two people are named for each."""
    first, second = world.staff["exams"]
    with semester.step("Papers are received and locked away") as done:
        exams = Exam.objects.filter(sittings__state="published").distinct().order_by("pk")
        for number, exam in enumerate(exams.select_related("edition__course__university")):
            if number % 3:
                continue
            by = world.contact(exam.edition.course.university) or first
            for _version in range(1 + (number == 0)):
                exam_papers.receive(exam, papers.letter("paper.pdf"), by=by)
                done["received"] += 1
            paper = Paper.objects.current().get(exam=exam)
            exam_papers.name_readers(paper, first, second, paper.readable_from, by=first)
        for row in Sitting.objects.filter(state="published"):
            done["sheets"] += len(sheets.lay_ready(row, by=first))


def _report_ill(rows: list[Sitting], dice: random.Random, done: Counter[str]) -> None:
    seats = Seat.objects.standing().filter(sitting__in=rows).order_by("pk")
    for seat in seats.select_related("student", "enrolment", "sitting__exam__edition__course"):
        if dice.random() < 0.03:
            resits.report_ill(seat, by=seat.student)
            done["ill"] += 1


def _open_papers(world: World, rows: list[Sitting], done: Counter[str]) -> None:
    first, second = world.staff["exams"]
    for paper in Paper.objects.current().filter(exam__sittings__in=rows).distinct():
        if exam_papers.is_open(paper) or paper.readable_from > timezone.now():
            continue
        exam_papers.open_paper(paper, by=first)
        exam_papers.open_paper(paper, by=second)
        exam_papers.read(paper, by=first)
        exam_papers.note(paper, PaperStep.Kind.PRINTED, by=first, number=30)
        done["papers opened"] += 1


def _mark(world: World, row: Sitting, dice: random.Random, done: Counter[str]) -> None:
    by = world.staff["exams"][row.pk % 2]
    marks = []
    for seat in Seat.objects.standing().filter(sitting=row):
        chance = dice.random()
        kind, minutes = "present", None
        if seat.ill_reported_at or chance < 0.04:
            kind = "absent"
        elif chance < 0.1:
            kind, minutes = "late", 10
        key = uuid.UUID(int=dice.getrandbits(128), version=4)
        marks.append(NewMark(key, kind, seat.pk, seat.starts_at, minutes))
        done[kind] += 1
        if kind != "absent":
            key = uuid.UUID(int=dice.getrandbits(128), version=4)
            marks.append(NewMark(key, "identity", seat.pk, seat.starts_at))
    if dice.random() < 0.2:
        key = uuid.UUID(int=dice.getrandbits(128), version=4)
        marks.append(NewMark(key, "incident", None, row.starts_at, text="The lights went out."))
        done["incidents"] += 1
    device = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    outcome = marking.mark(row, marks, by=by, device=device)
    again = marking.mark(row, marks[:5], by=by, device=device)  # a phone that sends twice
    if outcome.refused or again.refused:
        raise SystemExit(f"marks refused: {outcome.refused or again.refused}")
    closing.close(row, by=by, report="All went well.")
    done["closed"] += 1


# --- In their order -------------------------------------------------------------------------------
def exams(semester: Semester, world: World) -> None:
    """The first chance, from what hosts fix until the last sitting is closed."""
    semester.night(days.EXAMS - timedelta(days=55))
    taken = {case.edition_id for case in cases_in(State.ENROLLED)}
    editions = [one for one in _fresh(taken) if one.has_exam]
    fix(semester, world, editions, FIRST_ATTEMPT)
    ask_for_facilities(semester, world)
    semester.night(days.EXAMS - timedelta(days=26))
    plan(semester, world, days.EXAMS, days.WEEKS)
    publish(semester, world)
    semester.night(days.EXAMS - timedelta(days=12))
    change(semester, world)
    hold(semester, world)


def _fresh(keys: set[int]) -> list[Edition]:
    rows = Edition.objects.filter(pk__in=keys).select_related("course__university")
    return list(rows.order_by("pk"))


def answer_resits(semester: Semester) -> None:
    """Most of those who may sit it again do."""
    dice = semester.dice(f"resits {timezone.localdate()}")
    with semester.step("Students answer the offer of a resit") as done:
        rows = Resit.objects.filter(answer="").select_related("enrolment__edition")
        for resit in rows.order_by("pk"):
            takes = dice.random() < 0.85
            resits.answer(resit, takes_part=takes, by=resit.enrolment.student)
            done["yes" if takes else "no"] += 1


def hold_resits(semester: Semester, world: World) -> None:
    """The second chance."""
    wanted = set(Resit.objects.taking().values_list("enrolment__edition", flat=True))
    with_exam = set(Exam.objects.filter(attempt=2).values_list("edition", flat=True))
    fix(semester, world, _fresh(wanted - with_exam), FIRST_ATTEMPT + 1)
    plan(semester, world, days.RESITS, days.RESIT_WEEKS)
    publish(semester, world)
    hold(semester, world)
