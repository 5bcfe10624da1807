"""A good plan soon: exam by exam, then a few exams at a time anew, while that makes it better."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple

from exams.planning.instance import Instance
from exams.planning.model import Model
from exams.planning.parts import around
from exams.planning.plan import Cost, Sitting, cost_of
from exams.planning.search import Found, Search, Stage

EFFORT = 2.0  # of one small search, in the solver's own measure, so that it ends where it ended
PATIENCE = 60  # small searches that made nothing better, before the whole is searched
MOST_AT_ONCE = 7  # exams of a small search
NOT_YET = 10**6  # what an exam that was not tried yet leaves undone


class Standing(NamedTuple):
    """How good a plan is: less is better."""

    undone: int  # students without a seat, exams without a sitting, invigilators that lack
    cost: Cost


class Draft:
    """The best plan so far, with what each exam leaves undone in it."""

    def __init__(self, instance: Instance, search: Search, alone: Mapping[int, Standing]) -> None:
        self.instance, self.search, self.alone = instance, search, alone
        self.sittings: dict[int, tuple[Sitting, ...]] = dict.fromkeys(alone, ())
        self.undone = dict.fromkeys(alone, NOT_YET)
        self.dice = random.Random(search.seed)  # noqa: S311  # a choice of exams is no secret
        self.floor = floor_of(alone)

    @property
    def all_sittings(self) -> tuple[Sitting, ...]:
        return tuple(each for own in self.sittings.values() for each in own)

    @property
    def standing(self) -> Standing:
        return Standing(sum(self.undone.values()), cost_of(self.all_sittings, self.instance))

    def perfect(self) -> bool:
        """Whether each exam costs as little as it would by itself: then no plan is better."""
        return self.standing <= self.floor

    def keep_pinned(self) -> None:
        """Begin with the sittings that stay, and invigilators for them."""
        model = Model(self.instance)
        for part in model.parts.values():
            if part.groups:
                model.cp.add(part.planned == 0)
        self._take(self.search.run(model, Stage.PARTS, model.all_undone, effort=EFFORT))

    def build(self, order: list[int]) -> None:
        """Place the exams in this order, each as well as those before it allow."""
        for exam in order:
            if not self.search.left:
                return
            self._anew(frozenset({exam}))

    def improve(self) -> None:
        """Plan a few exams anew, with one among them that costs more than it would by itself."""
        in_vain = 0
        while in_vain < PATIENCE and self.search.left and not self.perfect():
            poor = self._poor()
            exam = self.dice.choice(poor)
            size = 1 + min(MOST_AT_ONCE - 1, 2 + in_vain // 8)
            before = self.standing
            self._anew(frozenset({exam, *self._near(exam, size)}))
            in_vain = 0 if self.standing < before else in_vain + 1
            rooms = self.standing.cost.room_minutes
            self.search.tell(Stage.PARTS, rooms, min(rooms, self.floor.cost.room_minutes))

    def _poor(self) -> list[int]:
        """Exams that leave something to wish for; those without a sitting before all others."""
        undone = [e for e, count in self.undone.items() if count > self.alone[e].undone]
        if undone:
            return undone
        costs = {exam: cost_of(own, self.instance) for exam, own in self.sittings.items()}
        for level in range(len(Cost._fields)):
            poor = [e for e, cost in costs.items() if cost[level] > self.alone[e].cost[level]]
            if poor:
                return poor
        return list(self.sittings)

    def _near(self, exam: int, size: int) -> list[int]:
        """Other exams, those more often that are when it could be."""
        own = self.instance.exam_by_id[exam]
        others = [each for each in self.sittings if each != exam and self.sittings[each]]
        weights = []
        for other in others:
            start = self.sittings[other][0].start
            near = any(span.start <= start < span.end for span in own.windows) or (
                own.start is not None and start.date() == own.start.date()
            )
            weights.append(5 if near else 1)
        chosen: list[int] = []
        while others and len(chosen) < size:
            (number,) = self.dice.choices(range(len(others)), weights)
            chosen.append(others.pop(number))
            weights.pop(number)
        return chosen

    def _anew(self, exams: frozenset[int]) -> None:
        """Plan `exams` anew around all others, and keep that if it is no worse."""
        placed = [s for exam, own in self.sittings.items() if exam not in exams for s in own]
        model = Model(around(self.instance, exams, placed))
        found = self.search.run(model, Stage.PARTS, model.weighted, effort=EFFORT)
        if found.sittings is None:
            return
        before = [each for exam in exams for each in self.sittings[exam]]
        was = Standing(sum(self.undone[e] for e in exams), cost_of(before, self.instance))
        now = Standing(sum(found.undone.values()), cost_of(found.sittings, self.instance))
        if now <= was:
            self._take(found)

    def _take(self, found: Found) -> None:
        for exam, undone in found.undone.items():
            self.undone[exam] = undone
            self.sittings[exam] = tuple(s for s in found.sittings or () if s.exam == exam)


def floor_of(alone: Mapping[int, Standing]) -> Standing:
    """What a plan costs at least, level by level, given what each exam costs by itself."""
    levels = zip(*(each.cost for each in alone.values()), strict=True)
    return Standing(sum(each.undone for each in alone.values()), Cost(*map(sum, levels)))
