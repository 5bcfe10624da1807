"""Why exams are impossible, and which rule to relax: found by planning with a rule relaxed.

Which exams stand in each other's way is narrowed down first. Then each rule in turn is relaxed for
them, by as little as is enough. What the plan that comes of it breaks is what must be allowed: the
check says so, which knows nothing of all this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta

from exams.planning.checking import check
from exams.planning.clock import kept
from exams.planning.conflicts import Conflict, ConflictKind, Facility
from exams.planning.instance import Instance, Kind
from exams.planning.model import Model, pin_minutes
from exams.planning.parts import around
from exams.planning.plan import Impossible, Relaxation, Rule, Sitting
from exams.planning.relaxing import RELAXED, steps
from exams.planning.search import Search, Stage

EFFORT = 1.0  # of one small search
RULES = {
    ConflictKind.TOO_FULL: Rule.PLACES,
    ConflictKind.STUDENT_TWICE: Rule.STUDENT_TWICE,
    ConflictKind.ROOM_CLOSED: Rule.ROOM_HOURS,
    ConflictKind.OUTSIDE_WINDOW: Rule.WINDOW,
    ConflictKind.OWN_EXAM_WEEK: Rule.OWN_EXAM_WEEK,
    ConflictKind.TOO_LATE_FOR_NOTICE: Rule.NOTICE,
    ConflictKind.SPLIT: Rule.SPLITTING,
    Facility.WHEELCHAIR: Rule.WHEELCHAIR,
    Facility.COMPUTER: Rule.COMPUTERS,
}


def reasons(
    instance: Instance, unplanned: Collection[int], search: Search
) -> tuple[Impossible, ...]:
    """Why the exams `unplanned` are; one that has no proven reason is not in it.

    What is wrong with sittings that stay comes first.
    """
    found = list(_of_pinned(instance))
    planned = [exam.id for exam in instance.exams if exam.id not in unplanned]
    for exam in sorted(unplanned) if search.left else ():
        search.tell(Stage.REASONS)
        core = _core(instance, exam, planned, search)
        if core:
            found.append(_explain(around(instance, core, ()), search))
    return tuple(found)


def _of_pinned(instance: Instance) -> Iterator[Impossible]:
    stay = []
    for pin in kept(instance):
        length = pin_minutes(instance.exam_by_id[pin.exam], pin)
        end = pin.start + timedelta(minutes=length)
        stay.append(
            Sitting(exam=pin.exam, room=pin.room, start=pin.start, end=end, students=pin.students)
        )
    beside = (ConflictKind.NO_INVIGILATOR, ConflictKind.NOT_SEATED)
    for conflict in check(stay, instance):
        if conflict.kind not in beside:
            exams = {conflict.exam, conflict.exam if conflict.other is None else conflict.other}
            yield Impossible(rule=Rule.PINNED, exams=tuple(sorted(exams)), conflicts=(conflict,))


def _impossible(instance: Instance, search: Search) -> bool:
    """Whether it is proven that not everything in `instance` can be planned."""
    model = Model(instance)
    model.plan_everything()
    found = search.run(model, Stage.REASONS, 0, effort=EFFORT)
    return found.sittings is None and found.proven


def _core(
    instance: Instance, exam: int, planned: list[int], search: Search
) -> tuple[int, ...] | None:
    """`exam` with as few of `planned` as are impossible together; None if that is not proven."""
    if _impossible(around(instance, {exam}, ()), search):
        return (exam,)
    near = list(planned)
    if not _impossible(around(instance, {exam, *near}, ()), search):
        return None
    size = (len(near) + 1) // 2
    while size:
        for first in range(0, len(near), size):  # can so many at once be left away?
            rest = near[:first] + near[first + size :]
            if _impossible(around(instance, {exam, *rest}, ()), search):
                near = rest
                break
        else:
            size //= 2
    return (exam, *near)


def _explain(instance: Instance, search: Search) -> Impossible:
    """The ways out for all exams of `instance`, which are impossible together."""
    ways = [way for rule in RELAXED for way in _ways(instance, rule, search)]
    if not ways:
        ways = [_together(instance, search)]
    ways = [way for way in dict.fromkeys(ways) if way]
    return Impossible(
        rule=ways[0][0].rule if ways else None,
        exams=tuple(exam.id for exam in instance.exams),
        relax=tuple(ways),
    )


def _ways(instance: Instance, rule: Rule, search: Search) -> Iterator[tuple[Relaxation, ...]]:
    """What of `rule` to relax: the first step that is enough, and of WINDOW each exam that is."""
    tried = list(steps(instance, rule))
    if rule is not Rule.WINDOW and len(tried) > 1 and _impossible(tried[-1], search):
        return  # the furthest step allows all that the others do
    for step in tried:
        sittings = _planned(step, rule is not Rule.STUDENT_TWICE, search)
        if sittings is not None:
            yield relaxations(sittings, instance, step)
            if rule is not Rule.WINDOW:
                return


def _planned(instance: Instance, apart: bool, search: Search) -> tuple[Sitting, ...] | None:
    model = Model(instance, apart=apart)
    model.plan_everything()
    found = search.run(model, Stage.REASONS, model.levels[0], effort=EFFORT)
    return found.sittings


def _together(instance: Instance, search: Search) -> tuple[Relaxation, ...]:
    """As few rules as are enough when relaxed as far as can be, those of hosts kept if possible."""
    rules, best = list(RELAXED), None
    for rule in (None, *reversed(RELAXED)):
        chosen = [each for each in rules if each is not rule]
        relaxed = instance
        for each in chosen:
            if each is Rule.WINDOW:
                exams = tuple(replace(e, start=None, windows=()) for e in relaxed.exams)
                relaxed = replace(relaxed, exams=exams)
                continue
            *_, relaxed = relaxed, *steps(relaxed, each)
        sittings = _planned(relaxed, Rule.STUDENT_TWICE not in chosen, search)
        if sittings is not None:
            rules, best = chosen, (sittings, relaxed)
    return relaxations(best[0], instance, best[1]) if best else ()


def relaxations(
    sittings: tuple[Sitting, ...], instance: Instance, relaxed: Instance
) -> tuple[Relaxation, ...]:
    """What of `instance` the `sittings`, planned for `relaxed`, break."""
    rooms = tuple(room for room in relaxed.rooms if room.id not in instance.room_by_id)
    known = instance.invigilator_by_id
    people = tuple(each for each in relaxed.invigilators if each.id not in known)
    judged = replace(
        instance,
        rooms=(*instance.rooms, *rooms),
        invigilators=(*instance.invigilators, *people),
    )
    found = [_of_conflict(each, sittings, instance) for each in check(sittings, judged)]
    for more, rule in ((rooms, Rule.ROOMS), (people, Rule.INVIGILATORS)):
        ids = {each.id for each in more}
        using = [s for s in sittings if s.room in ids or s.invigilators & ids]
        if not using:
            continue
        used = {s.room for s in using} if rule is Rule.ROOMS else set()
        if rule is Rule.INVIGILATORS:
            used = {person for s in using for person in s.invigilators & ids}
        found.append(
            Relaxation(
                rule=rule,
                exams=tuple(sorted({s.exam for s in using})),
                amount=len(used),
                start=min(s.start for s in using),
                until=max(s.end for s in using),
            )
        )
    return tuple(dict.fromkeys(found))


def _of_conflict(
    conflict: Conflict, sittings: tuple[Sitting, ...], instance: Instance
) -> Relaxation:
    kind = conflict.facility or conflict.kind
    own = [s for s in sittings if s.exam == conflict.exam]
    here = [s for s in own if s.room == conflict.room] or own
    sitting, students, amount = here[0], conflict.students, conflict.needed
    rule, room = RULES[kind], conflict.room
    exam = instance.exam_by_id[conflict.exam]
    if rule is Rule.ROOM_HOURS:
        candidates = (exam.by_student[student] for student in sorted(sitting.students))
        students = tuple(each.student for each in candidates if each.extra_minutes)
    if rule is Rule.PLACES and exam.kind is Kind.COMPUTERS:
        rule = Rule.COMPUTERS
    if rule is Rule.COMPUTERS and amount is None:
        amount = len(students)
    if rule in (Rule.WINDOW, Rule.NOTICE, Rule.OWN_EXAM_WEEK):
        room = None  # it would be the same anywhere
    exams = {conflict.exam, conflict.exam if conflict.other is None else conflict.other}
    return Relaxation(
        rule=rule,
        exams=tuple(sorted(exams)),
        students=students,
        room=room,
        amount=amount,
        start=sitting.start,
        until=sitting.end,
    )
