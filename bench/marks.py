"""Whether marks of exam days slow down as they grow: `make bench ONLY=marks`, on PostgreSQL.

A month of exam days: 20,000 marks at 200 sittings of 40 seats, all written by the same service as
on the day. A mark at a sitting that has none is timed before the first and after the last of them.
BENCH_MARKS= makes another number.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.deliveries import measure_on
from bench.figures import Run

MOST = 1.3  # times as long with all marks as with none
MARKS = int(os.environ.get("BENCH_MARKS", "20000"))
SITTINGS, SEATS = MARKS // 100, 40
TIMED, SPARE = 320, 24  # single marks that are timed at once, and sittings that are left for them
ROUNDS = ("present", "identity", "left_early")


def measure(_folder: Path, run: Run) -> list[str]:
    """Print what a mark takes with none and with all of them; whether that is too much longer."""
    facts = measure_on("postgresql", "bench.marks")
    ratio = facts["after"] / facts["before"]
    print(f"\n{'Marks of exam days':<24}{'none, ms':>10}{'all, ms':>10}{'ratio':>8}{'limit':>8}")
    print(
        f"{facts['marks']:<24,}{facts['before']:>10.2f}{facts['after']:>10.2f}{ratio:>8.2f}{MOST:>8.2f}"
        f"  {'too slow' if ratio > MOST else ''}  p95 {facts['p95_before']:.1f} and"
        f" {facts['p95_after']:.1f} ms; load {os.getloadavg()[0]:.1f}"
    )
    what = f"a mark of an exam day, with {facts['marks']:,} kept to none"
    run.note(what, round(ratio, 2), "", f"at most {MOST}", shown=True)
    return [f"marks: {ratio:.2f} > {MOST}"] if ratio > MOST else []


def here() -> dict[str, Any]:
    """Measure in this process, on the database of the settings."""
    import django  # noqa: PLC0415  # the settings read what measure_on() put into the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.models import Membership, Role, User  # noqa: PLC0415
    from exams.models import Mark, Sitting  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    by = User.objects.create_user("exams@university.example", name="Exams")
    Membership.objects.create(user=by, role=Role.EXAMS)
    sittings = _sittings()
    assert Sitting.objects.count() == SITTINGS + SPARE
    full, spare = sittings[:SITTINGS], sittings[SITTINGS:]
    _timed(spare[:8], by)  # what is made once: connections, plans, caches
    before = _timed(spare[8:16], by)
    number = 0
    while (left := MARKS - Mark.objects.count()) > 0:
        sitting, seats = full[number % SITTINGS]
        _mark(sitting, seats[:left], ROUNDS[number // SITTINGS % len(ROUNDS)], by)
        number += 1
    after = _timed(spare[16:], by)
    return {
        "marks": MARKS,
        "before": statistics.median(before),
        "after": statistics.median(after),
        "p95_before": statistics.quantiles(before, n=20)[-1],
        "p95_after": statistics.quantiles(after, n=20)[-1],
    }


def _mark(sitting: Any, seats: list[int], kind: str, by: Any) -> None:
    from exams.services import marking  # noqa: PLC0415

    for at in range(0, len(seats), marking.AT_ONCE):
        new = [marking.NewMark(_key(), kind, seat) for seat in seats[at : at + marking.AT_ONCE]]
        outcome = marking.mark(sitting, new, by=by, device="bench")
        assert not outcome.refused, outcome.refused


def _key() -> Any:
    import uuid  # noqa: PLC0415

    return uuid.uuid4()


def _timed(sittings: list[tuple[Any, list[int]]], by: Any) -> list[float]:
    """What single marks take, in ms: one for each of the seats."""
    took = []
    for sitting, seats in sittings:
        for seat in seats[: TIMED // len(sittings)]:
            started = time.perf_counter()
            _mark(sitting, [seat], "present", by)
            took.append((time.perf_counter() - started) * 1000)
    return took


def _sittings() -> list[tuple[Any, list[int]]]:
    """Sittings that begin now, each in a room of its own, with the keys of their seats."""
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from bench import offer  # noqa: PLC0415
    from courses.models import Edition, University  # noqa: PLC0415
    from enrolments.models import Enrolment  # noqa: PLC0415
    from exams.models import Building, Exam, Room, Seat, Sitting  # noqa: PLC0415

    offer.fill(8, 40, 40)
    home = University.objects.create(
        code="HOME", name="Home", city="Leiden", country="NL", time_zone="Europe/Amsterdam",
        website="https://home.example", is_home=True,
    )  # fmt: skip
    many = SITTINGS + SPARE
    users = User.objects.bulk_create(
        User(email=f"student{n}@university.example", name=f"Student {n}")
        for n in range(many * SEATS)
    )
    building = Building.objects.create(name_nl="B", name_en="B", address="x", city="Leiden")
    starts = timezone.now()
    ends = starts + timedelta(hours=2)
    editions = list(Edition.objects.order_by("pk")[:40])
    exams = [
        Exam.objects.create(
            edition=one, mode="instant", starts_at=starts, minutes=120, kind="paper"
        )
        for one in editions
    ]
    made = []
    for number in range(many):
        exam = exams[number % len(exams)]
        room = Room.objects.create(building=building, name=str(number), places=SEATS)
        sitting = Sitting.objects.create(
            exam=exam, room=room, starts_at=starts, ends_at=ends,
            state="published", published_at=starts,
        )  # fmt: skip
        cases = Enrolment.objects.bulk_create(
            Enrolment(
                reference=f"M{number:03}{n:02}", student=users[number * SEATS + n],
                edition=exam.edition, kind="outgoing", state="enrolled", home_university=home,
                submitted_at=starts, purpose="extracurricular", board="not_needed",
                level="bachelor", year=2, sequence=number * SEATS + n + 1,
                rank=number * SEATS + n + 1,
            )
            for n in range(SEATS)
        )  # fmt: skip
        seats = Seat.objects.bulk_create(
            Seat(
                sitting=sitting, enrolment=case, student=case.student, number=n,
                starts_at=starts, ends_at=ends,
            )
            for n, case in enumerate(cases, 1)
        )  # fmt: skip
        made.append((sitting, [seat.pk for seat in seats]))
    return made


if __name__ == "__main__":
    print(json.dumps(here()))
