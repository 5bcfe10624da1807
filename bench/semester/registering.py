"""From a result to uSis: filed, decided, sent in batches, entered, and laid beside uSis' list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from bench.semester.applying import home_side
from bench.semester.semester import Semester
from bench.semester.world import World
from grades import form
from grades.models import Registration, RegistrationState
from grades.services import batches, honours, reconciling, registering

S = RegistrationState
Route = Registration.Route


def rows_in(state: str, *routes: str) -> list[Registration]:
    rows = Registration.objects.current().filter(state=state)
    if routes:
        rows = rows.filter(route__in=routes)
    return list(rows.select_related(*form.SHOWN).order_by("pk"))


def file_requests(semester: Semester) -> None:
    """Students file what they ask for in uSis; some have yet to do so when the semester ends."""
    with semester.step("Students file their requests") as done:
        for row in rows_in(S.REQUESTED, Route.PETITION, Route.OWN_FORM):
            if row.filed_on is None and row.pk % 25:
                today = timezone.localdate()
                registering.act(row, "file", by=row.enrolment.student, also={"filed_on": today})
                done["filed"] += 1


def decide(semester: Semester, world: World) -> None:
    """Coordinators write down what the Board decided; one asks for another type, some refuse."""
    with semester.step("The Board's decisions are written down", kill=True) as done:
        for row in rows_in(S.REQUESTED, Route.PETITION, Route.OWN_FORM):
            if row.filed_on is None:
                continue
            by = home_side(world, row.enrolment)
            if row.pk % 31 == 0 and row.refusal == "":
                registering.act(row, "refuse", by=by, reason="It overlaps with another course.")
                registering.act(row, "again", by=by, reason="The student has appealed.")
                done["refused, and begun again"] += 1
                continue
            decided = {
                "board_decided_on": timezone.localdate(),
                "board_reference": f"EC {row.pk}",
            }
            registering.act(row, "decide", by=by, also=decided)
            done["decided"] += 1


def honours_route(semester: Semester, world: World) -> None:
    """The overview goes to the Academy; another honours coordinator records its answer."""
    first, second = world.staff["honours"]
    with semester.step("Overviews for the honours programme") as done:
        for row in rows_in(S.REQUESTED, Route.HONOURS):
            registering.act(row, "prepare", by=first, also={"honours_ec": Decimal(15)})
            done["made"] += 1
    with semester.step("Overviews are sent and answered") as done:
        for row in rows_in(S.PREPARED, Route.HONOURS):
            honours.send_overview(row, by=first)
            done["sent"] += 1
        for row in rows_in(S.SENT, Route.HONOURS):
            by = second if row.verified_by_id == first.pk else first
            if row.pk % 13 == 0:
                registering.act(row, "decline", by=by, reason="Not part of this track.")
                done["declined"] += 1
            else:
                registering.act(row, "register", by=by, also=_entered(row))
                done["registered"] += 1


def _entered(row: Registration) -> dict[str, Any]:
    return {"registered_on": timezone.localdate(), "usis_reference": f"U{row.pk:06}"}


def send_batches(semester: Semester, world: World) -> None:
    """Each faculty's coordinator sends what is ready; forms are made by the workers."""
    for code, faculty in world.faculties.items():
        by = world.staff[f"coordinator {code}"][0]
        while keys := [
            ready.row.pk for ready in batches.dry_run(faculty, by=by) if not ready.missing
        ]:
            with semester.step(f"A batch of {code}", kill=code == "FGW") as done:
                done["registrations"] += batches.begin(faculty, keys, by=by).total


def recorder(world: World, row: Registration) -> User:
    """The administration; where there is none, the coordinator who did not verify."""
    assert row.enrolment.faculty is not None
    code = row.enrolment.faculty.code
    own = world.staff.get(f"administration {code}") or world.staff[f"coordinator {code}"]
    return next(one for one in own if one.pk != row.verified_by_id)


def enter(semester: Semester, world: World) -> None:
    """The administration enters what came in uSis; some it records by hand, some it sends back."""
    with semester.step("The administration enters results in uSis") as done:
        for row in rows_in(S.SENT, Route.PETITION, Route.OWN_FORM):
            by = recorder(world, row)
            if row.pk % 37 == 0 and not _was_back(row):
                registering.act(row, "back", by=by, reason="Which programme?")
                done["sent back"] += 1
                continue
            in_usis = semester.ledger.setdefault(row.enrolment.reference, {})
            in_usis.update(
                faculty=row.enrolment.faculty_id,
                student_number=row.enrolment.student_number,
                **{name: reconciling.ours_of(row)[name] for name in reconciling.COMPARED},
            )
            if row.pk % 41 == 0:
                in_usis["ec"] = "6"  # a slip, put right when the list shows it
            done["entered"] += 1
            if row.pk % 4 == 0:
                registering.act(row, "take", by=by)
                registering.act(row, "register", by=by, also=_entered(row))
                done["recorded by hand"] += 1
    for row in rows_in(S.PREPARED, Route.PETITION, Route.OWN_FORM):
        registering.act(row, "send", by=home_side(world, row.enrolment))


def _was_back(row: Registration) -> bool:
    return any(event.action == "back" for event in registering.history(row))


def reconcile(semester: Semester, world: World) -> None:
    """uSis' list of each faculty is laid beside what was sent: twice, for what was mistyped."""
    for turn in ("first", "second"):
        with semester.step(f"uSis' lists are laid beside what was sent, {turn}") as done:
            for code, faculty in world.faculties.items():
                by = next(iter(world.staff.get(f"administration {code}", [])), None)
                by = by or world.staff[f"coordinator {code}"][1]
                lines = list(_lines(semester, faculty.pk))
                if not lines:
                    continue
                brought = reconciling.bring(faculty, f"usis-{turn}.csv", lines, by=by)
                outcomes = brought.usis_list.rows.values_list("outcome", flat=True)
                done.update(str(one) for one in outcomes)
                done["recorded by the list"] += brought.recorded
                done["refused"] += len(brought.refused)
        for said in semester.ledger.values():
            if said["ec"] == "6":
                said["ec"] = "5"


def _lines(semester: Semester, faculty: int) -> Iterable[dict[str, str]]:
    number = 1
    for said in semester.ledger.values():
        if said["faculty"] == faculty:
            number += 1
            cells = {name: str(value) for name, value in said.items() if name != "faculty"}
            yield {"line": str(number), **cells}


def everything(semester: Semester, world: World) -> None:
    """What there is to register now, all the way."""
    file_requests(semester)
    honours_route(semester, world)
    semester.night(timezone.localdate() + timedelta(days=1))
    decide(semester, world)
    semester.night(timezone.localdate() + timedelta(days=2))
    file_requests(semester)
    decide(semester, world)
    send_batches(semester, world)
    semester.night(timezone.localdate() + timedelta(days=2))
    enter(semester, world)
    enter(semester, world)
    reconcile(semester, world)
