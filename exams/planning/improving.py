"""A good plan soon: exam by exam, then a few exams at a time anew, while that makes it better."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from exams.planning.instance import Instance
from exams.planning.model import Model
from exams.planning.parts import around
from exams.planning.plan import Cost, Sitting, cost_of
from exams.planning.search import Found, Search, Stage

EFFORT = 2.0  # for an exam by itself, in the solver's own measure: it ends where it ended before
SMALL_EFFORT = 0.5  # for some exams around the others
PATIENCE = 24  # small searches that made nothing better, before the whole is searched
MOST_AT_ONCE = 6  # exams of a small search
HARDEST = {
    2: 3,
    4: 6,
    8: 10,
    14: 14,
}  # after how many in vain, an exam is looked at with how many others
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
        # What exams cost at least together, in groups that have none in common.
        self.groups = {frozenset({exam}): standing for exam, standing in alone.items()}

    @property
    def floor(self) -> Standing:
        """What no plan costs less than, each level given that those before it are reached."""
        return total(self.groups.values())

    @property
    def all_sittings(self) -> tuple[Sitting, ...]:
        return tuple(each for own in self.sittings.values() for each in own)

    @property
    def standing(self) -> Standing:
        return Standing(sum(self.undone.values()), cost_of(self.all_sittings, self.instance))

    def perfect(self) -> bool:
        """Whether all cost as little as they would by themselves: then no plan is better."""
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
            self.search.tell(Stage.PARTS)
            self._anew(frozenset({exam}))

    def improve(self, hardest: list[int]) -> None:
        """Plan a few exams anew, with one among them that costs more than it would by itself.

        Where that is in vain, see whether it must cost more because of the `hardest` others.
        """
        in_vain = 0
        while in_vain < PATIENCE and self.search.left and not self.perfect():
            exam = self.dice.choice(self._poor())
            before = self.standing
            self._anew(frozenset({exam, *self._near(exam, 2 + in_vain // 6)}))
            in_vain = 0 if self.standing < before else in_vain + 1
            if in_vain in HARDEST:
                self._raise_floor(exam, [e for e in hardest if e != exam][: HARDEST[in_vain]])
            rooms = self.standing.cost.room_minutes
            self.search.tell(Stage.PARTS, rooms, min(rooms, self.floor.cost.room_minutes))

    def _poor(self) -> list[int]:
        """Exams that leave something to wish for; those without a sitting before all others."""
        now = {group: self._of(group) for group in self.groups}
        poor = [group for group in now if now[group].undone > self.groups[group].undone]
        for level in range(len(Cost._fields)):
            poor = poor or [
                group for group in now if now[group].cost[level] > self.groups[group].cost[level]
            ]
        return sorted(exam for group in poor or self.groups for exam in group)

    def _of(self, exams: frozenset[int]) -> Standing:
        own = [each for exam in exams for each in self.sittings[exam]]
        return Standing(sum(self.undone[e] for e in exams), cost_of(own, self.instance))

    def _raise_floor(self, exam: int, others: list[int]) -> None:
        """What `exam` and `others` cost at least together, as if there were no more exams."""
        together = {exam, *others}
        touched = [group for group in self.groups if group & together]
        whole = frozenset().union(*touched)
        model = Model(around(self.instance, whole, ()))
        found = self.search.run(model, Stage.PARTS, model.weighted, effort=EFFORT)
        if found.sittings is None or not found.proven:
            return
        least = Standing(sum(found.undone.values()), cost_of(found.sittings, self.instance))
        if least > total(self.groups[group] for group in touched):
            for group in touched:
                del self.groups[group]
            self.groups[whole] = least

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
        while others and len(chosen) < min(size, MOST_AT_ONCE - 1):
            (number,) = self.dice.choices(range(len(others)), weights)
            chosen.append(others.pop(number))
            weights.pop(number)
        return chosen

    def _anew(self, exams: frozenset[int]) -> None:
        """Plan `exams` anew around all others, and keep that if it is no worse."""
        placed = [s for exam, own in self.sittings.items() if exam not in exams for s in own]
        model = Model(around(self.instance, exams, placed))
        found = self.search.run(model, Stage.PARTS, model.weighted, effort=SMALL_EFFORT)
        if found.sittings is None:
            return
        was = self._of(exams)
        now = Standing(sum(found.undone.values()), cost_of(found.sittings, self.instance))
        if now <= was:
            self._take(found)

    def _take(self, found: Found) -> None:
        for exam, undone in found.undone.items():
            self.undone[exam] = undone
            self.sittings[exam] = tuple(s for s in found.sittings or () if s.exam == exam)


def total(standings: Iterable[Standing]) -> Standing:
    """The sum, level by level."""
    undone, cost = 0, [0] * len(Cost._fields)
    for each in standings:
        undone += each.undone
        cost = [one + other for one, other in zip(cost, each.cost, strict=True)]
    return Standing(undone, Cost(*cost))
