"""One search at a time with CP-SAT, that can be watched and stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exams.planning.model import Model
from exams.planning.plan import Sitting
from exams.planning.seating import sittings_of

PAUSE = 0.05  # seconds between two looks at whether to stop


class Stage(StrEnum):
    """What is being sought, in this order."""

    EACH = "each"  # what each exam would cost by itself
    PARTS = "parts"  # some exams around the others, to have a good plan soon
    EVERYTHING = "everything"  # as many students as can be planned
    ROOMS = "rooms"
    DAYS = "days"
    INVIGILATORS = "invigilators"
    REASONS = "reasons"  # why some exams are impossible


LEVELS = (Stage.ROOMS, Stage.DAYS, Stage.INVIGILATORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is. `cost` and `bound` are those of the stage: minutes, or exams off their days.

    While parts are sought they are room minutes.
    """

    stage: Stage
    seconds: float
    cost: int | None = None
    bound: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How a search ended."""

    proven: bool  # that nothing is better
    bound: int
    sittings: tuple[Sitting, ...] | None = None
    cost: int = 0
    undone: Mapping[int, int] = field(default_factory=dict)  # by exam


class Search:
    """The time, the watchers and the settings of one proposal.

    `stop` and `progress` are called in the thread that asked for the proposal, a few times a
    second, never in one of the solver's.
    """

    def __init__(
        self,
        seconds: float,
        workers: int,
        seed: int,
        stop: Callable[[], bool] | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.began, self.seconds = time.monotonic(), seconds
        self.part(1.0)
        self.workers, self.seed = workers, seed
        self.stop, self.progress = stop or (lambda: False), progress or (lambda _: None)
        self.stopped = False

    def part(self, part: float) -> None:
        """From here on only a `part` of all the time may have passed at the end."""
        self.until = self.began + self.seconds * part

    @property
    def passed(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left; none once it was stopped."""
        return 0.0 if self.stopped else max(0.0, self.until - time.monotonic())

    def run(
        self,
        model: Model,
        stage: Stage,
        objective: Any,
        share: float = 1.0,
        effort: float | None = None,
    ) -> Found:
        """Seek the least `objective` in at most a `share` of the time that is left.

        With an `effort` it is a small search by one worker, that ends after so much of it, in the
        solver's own measure. A solution becomes the hint of the next search in `model`.
        """
        from ortools.sat.python import cp_model

        if self.stop():
            self.stopped = True
        if self.left <= 0:
            return Found(False, 0)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = self.left * share
        solver.parameters.random_seed = self.seed
        solver.parameters.num_workers = self.workers
        solver.parameters.interleave_search = self.workers > 1
        if effort is not None:
            solver.parameters.num_workers = 1
            solver.parameters.interleave_search = False
            solver.parameters.max_deterministic_time = effort
            solver.parameters.cp_model_probing_level = 0  # longer than it takes to solve
            solver.parameters.symmetry_level = 0
        model.cp.clear_objective()  # type: ignore[no-untyped-call]
        model.cp.minimize(objective)
        watch = _Watch(solver)
        status = self._watched(solver, model, watch, stage)
        if status == cp_model.MODEL_INVALID:
            raise RuntimeError(f"The solver refuses the model: {model.cp.validate()}")
        bound = _up(max(0.0, solver.best_objective_bound))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(status == cp_model.INFEASIBLE, bound)
        _hint(model, solver)
        return Found(
            proven=status == cp_model.OPTIMAL,
            bound=bound,
            sittings=sittings_of(model, solver.value),
            cost=round(solver.objective_value),
            undone={exam: solver.value(left) for exam, left in model.undone.items()},
        )

    def _watched(self, solver: Any, model: Model, watch: _Watch, stage: Stage) -> int:
        """Solve in another thread; tell progress and look whether to stop meanwhile."""
        ended: list[int] = []
        from ortools.sat.python import cp_model

        class Better(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                watch.cost = round(self.objective_value)

        solver.best_bound_callback = watch.see_bound
        thread = threading.Thread(target=lambda: ended.append(solver.solve(model.cp, Better())))
        thread.start()
        told: tuple[int | None, int | None] | None = None
        while thread.is_alive():
            thread.join(PAUSE)
            if not self.stopped and self.stop():
                self.stopped = True
            if self.stopped:
                solver.stop_search()
            if stage in LEVELS and told != (watch.cost, watch.bound):
                told = watch.cost, watch.bound
                self.tell(stage, *told)
        return ended[0]

    def tell(self, stage: Stage, cost: int | None = None, bound: int | None = None) -> None:
        self.progress(Progress(stage=stage, seconds=self.passed, cost=cost, bound=bound))


class _Watch:
    """What the solver's threads say, to be read by the one that waits."""

    def __init__(self, solver: Any) -> None:
        self.cost: int | None = None
        self.bound: int | None = None

    def see_bound(self, bound: float) -> None:
        self.bound = _up(bound)


def _up(bound: float) -> int:
    """The least whole cost that `bound` allows."""
    return -int(-(bound - 1e-6) // 1)


def _hint(model: Model, solver: Any) -> None:
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    for number, value in enumerate(solver.response_proto.solution):
        model.cp.add_hint(model.cp.get_int_var_from_proto_index(number), value)
