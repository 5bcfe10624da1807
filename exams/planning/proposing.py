"""Propose a plan: everything that can be planned, as cheaply as possible, and how sure that is.

What each exam would cost by itself bounds every plan from below. Exam by exam, and then a few at a
time, a plan is sought that costs no more: it is the best. Where it is not found, the whole is given
to the solver, with the plan so far to begin from.
"""

from __future__ import annotations

from collections.abc import Callable

from exams.planning.improving import EFFORT, Draft, Standing
from exams.planning.instance import Instance
from exams.planning.model import Model
from exams.planning.parts import around
from exams.planning.plan import Cost, Plan, Sitting, Status, cost_of
from exams.planning.reasons import reasons
from exams.planning.search import LEVELS, Progress, Search, Stage
from exams.planning.seating import begin_from

SOON, PLANNED = 0.7, 0.85  # of the time: until the whole is searched, and until reasons are sought
SHARES = (0.7, 0.6, 1.0)  # of the time that is left, for each level of the whole


def propose(
    instance: Instance,
    *,
    seconds: float = 30,
    workers: int = 2,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """The best plan that is found in so many `seconds`.

    Never with a conflict among what it plans; of all such plans the one with the fewest room
    minutes, then the fewest exams off their preferred days, then the fewest invigilator minutes.
    Sittings that stay (pinned, or published and too soon to be changed) are in it whatever they
    conflict with. `stop` ends the search with the best so far; the same instance and settings give
    the same plan, unless time or `stop` ended the search. Both callables are called in this thread.
    """
    search = Search(seconds, workers, seed, stop, progress)
    alone, tightness = _each_alone(instance, search)
    draft = Draft(instance, search, alone)
    draft.keep_pinned()
    hardest = sorted(alone, key=lambda exam: tightness[exam])
    draft.build(hardest)
    search.part(SOON)
    draft.improve(hardest)
    search.part(PLANNED)
    if draft.perfect():
        sittings, undone, bounds = draft.all_sittings, draft.undone, draft.standing.cost
    else:
        sittings, undone, bounds = _whole(instance, search, draft)
    search.part(1.0)
    cost = cost_of(sittings, instance)
    bounds = Cost(*map(min, bounds, cost))
    left = tuple(sorted(exam for exam, count in undone.items() if count))
    status = Status.OPTIMAL if bounds == cost else Status.FEASIBLE
    if left:
        status = Status.PARTIAL if sittings else Status.NONE
    return Plan(
        status=status,
        sittings=tuple(sorted(sittings, key=lambda each: (each.start, each.exam, each.room))),
        cost=cost,
        bounds=bounds,
        unplanned=left,
        impossible=reasons(instance, left, search) if left or instance.pinned else (),
        seconds=search.passed,
    )


def _each_alone(
    instance: Instance, search: Search
) -> tuple[dict[int, Standing], dict[int, tuple[int, int]]]:
    """What each exam costs at least, and what makes it hard to place: few starts, many people."""
    alone, tightness = {}, {}
    for exam in instance.exams:
        search.tell(Stage.EACH)
        model = Model(around(instance, {exam.id}, ()))
        found = search.run(model, Stage.EACH, model.weighted, effort=EFFORT)
        cost = cost_of(found.sittings, instance) if found.sittings and found.proven else None
        alone[exam.id] = Standing(sum(found.undone.values()), cost or Cost(0, 0, 0))
        tightness[exam.id] = len(model.parts[exam.id].moments), -len(exam.candidates)
    return alone, tightness


def _whole(
    instance: Instance, search: Search, draft: Draft
) -> tuple[tuple[Sitting, ...], dict[int, int], Cost]:
    """All exams at once, level by level, each level at most what it was: sittings and bounds.

    What is at its floor already needs no search, as long as all levels before it are.
    """
    sittings, undone = draft.all_sittings, dict(draft.undone)
    model = Model(instance, {exam: each.cost.room_minutes for exam, each in draft.alone.items()})
    begin_from(model, sittings)
    floor = draft.floor
    at_floor = sum(undone.values()) <= floor.undone
    if not at_floor:
        found = search.run(model, Stage.EVERYTHING, model.all_undone, 0.5)
        if found.sittings is not None and found.cost <= sum(undone.values()):
            sittings, undone = found.sittings, dict(found.undone)
    model.cp.add(model.all_undone <= sum(undone.values()))
    bounds = [0, 0, 0]
    for number, (stage, share) in enumerate(zip(LEVELS, SHARES, strict=True)):
        reached = cost_of(sittings, instance)[number]
        bounds[number] = floor.cost[number] if at_floor else 0
        at_floor = at_floor and reached <= floor.cost[number]
        if not at_floor:
            found = search.run(model, stage, model.levels[number], share)
            bounds[number] = max(bounds[number], found.bound)
            if found.sittings is not None and found.cost <= reached:
                sittings, undone = found.sittings, dict(found.undone)
                reached = found.cost
        model.cp.add(model.levels[number] <= reached)
    return sittings, undone, Cost(*bounds)
