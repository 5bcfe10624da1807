"""The semester from its first day to its last, its books, and what it has to show."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.figures import Run
from bench.semester import applying, clock, days, examining, grading, registering, world
from bench.semester.books import balance
from bench.semester.breaking import CONTROLS, NothingToBreakError, seen, without_guards
from bench.semester.evidence import Evidence
from bench.semester.processes import Processes
from bench.semester.semester import Semester, Sizes
from enrolments.models import Enrolment
from exams.models import Seat, Sitting
from grades.models import Registration, Transcript
from paperwork.models import Document, Event, Notice


def run(asked: argparse.Namespace, processes: Processes) -> int:
    """Live through it, and balance; 1 when a book does not, or says nothing when it is broken."""
    sizes = Sizes(asked.students, asked.partners, asked.editions)
    semester = Semester(sizes, asked.seed, processes)
    print(f"A semester: {sizes}, seed {asked.seed}", flush=True)
    began = time.monotonic()
    live(semester)
    a_day_later(semester)
    evidence = Evidence(
        processes.post.times, semester.ledger, processes.killed.total(), processes.new_logs()
    )
    processes.rest()
    if asked.broken:
        break_for_good(asked.broken, evidence)
    failures = list(audit(evidence))
    failures += [] if asked.broken else control(evidence)
    if not evidence.kills:
        failures.append("no worker was killed")
    report(semester, evidence, time.monotonic() - began, failures)
    return 1 if failures else 0


def live(semester: Semester) -> None:
    """All of it, in its order."""
    with semester.step("Before it begins"):
        there = world.make(semester.sizes, semester.dice("world"))
    applying.first_months(semester, there)
    examining.exams(semester, there)
    hosts = grading.first_round(semester, there)
    examining.answer_resits(semester)
    registering.everything(semester, there)
    semester.night(days.RESITS - timedelta(days=17))
    examining.answer_resits(semester)
    examining.hold_resits(semester, there)
    semester.night(days.AFTER_RESITS)
    grading.resit_results(semester, there, hosts)
    grading.verify(semester, there, hosts)
    grading.late_ones(semester, there, hosts)
    registering.everything(semester, there)
    semester.night(days.CLOSED)


def a_day_later(semester: Semester) -> None:
    """By the machine's own clock: files that killed workers left without a row are swept away."""
    semester.settle()
    clock.set_to(datetime.fromtimestamp(clock.machine(), UTC) + timedelta(hours=25))
    semester.run("paperwork.tasks.sweep_files", "exams.tasks.every_night")
    semester.settle()


# --- The books ------------------------------------------------------------------------------------
def audit(evidence: Evidence) -> Iterator[str]:
    """Print what each book says; what does not balance."""
    print()
    for book, lines in balance(evidence).items():
        print(f"{book:<16}{'balances' if not lines else f'{len(lines)} wrong'}", flush=True)
        for line in lines[:20]:
            print(f"    {line}")
        if lines:
            yield f"{book}: {len(lines)} wrong, such as {lines[0]}"


def control(evidence: Evidence) -> list[str]:
    """Break each book and see whether it says so; those that do not."""
    silent = []
    for one in CONTROLS:
        try:
            if not seen(one, evidence):
                silent.append(f"{one.book} balances although {one.what}")
        except NothingToBreakError as error:
            silent.append(f"{one.book}: {one.what} could not be tried, there is no {error}")
    print(f"broken on purpose: {len(CONTROLS) - len(silent)} of {len(CONTROLS)} are reported")
    return silent


def break_for_good(book: str, evidence: Evidence) -> None:
    """Break it as its first control does, and leave it so."""
    without_guards()
    broken = next(one for one in CONTROLS if one.book == book).do(evidence)
    if broken is not None:
        broken.__enter__()


# --- What it has to show --------------------------------------------------------------------------
def report(semester: Semester, evidence: Evidence, seconds: float, failures: list[str]) -> None:
    """Print the figures, and keep them."""
    sizes = semester.sizes
    run = Run(
        "semester",
        f"make semester STUDENTS={sizes.students} PARTNERS={sizes.partners} "
        f"EDITIONS={sizes.editions}",
        at=clock.machine,
    )
    for name, rows in (
        ("applications", Enrolment.objects.exclude(submitted_at=None)),
        ("placements", Enrolment.objects.filter(state__in=["enrolled", "finished"])),
        ("sittings held", Sitting.objects.filter(state="closed")),
        ("seats", Seat.objects.filter(is_cancelled=False)),
        ("transcripts", Transcript.objects.all()),
        ("registrations", Registration.objects.filter(current=True)),
        ("notices", Notice.objects.all()),
        ("documents", Document.objects.filter(state="done")),
        ("events", Event.objects.all()),
    ):
        run.note(name, rows.count(), shown=True)
    again = sum(evidence.mails.values()) - len(evidence.mails)
    run.note("mails", len(evidence.mails), "", "", shown=True)
    run.note("the rush at nine o'clock: p99", round(semester.rush[1]), "ms", shown=True)
    run.note("workers killed", evidence.kills, "", "", shown=True)
    run.note("mails that came twice, with the same Message-ID", again, shown=True)
    run.note("books that do not balance", len(failures), "", "0", shown=True)
    slowest = max(semester.steps, key=lambda step: step.seconds)
    run.note(f"slowest step: {slowest.name}", round(slowest.seconds), "s", shown=True)
    run.note("all of it", round(seconds), "s", shown=True)
    for name, took in _by_name(semester).most_common():
        run.note(f"step: {name}", round(took, 1), "s")
    run.write(failures)
    print()
    for figure in run.figures:
        if figure.shown:
            print(f"{figure.what:<56}{figure.words:>14}")
    print(f"{seconds:.0f} s. ", end="")
    print("The books balance." if not failures else "Not so: " + "; ".join(failures))


def _by_name(semester: Semester) -> Counter[str]:
    """How long each kind of step took in all."""
    took: Counter[str] = Counter()
    for step in semester.steps:
        took[step.name] += step.seconds  # type: ignore[assignment]
    return took
