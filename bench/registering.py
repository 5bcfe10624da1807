"""The processes of the bench of registrations: see bench/registrations.py."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from weasyprint import CSS, HTML  # noqa: E402, TID253
from weasyprint.text.fonts import FontConfiguration  # noqa: E402, TID253

from accounts.models import Role, StudentProfile, User  # noqa: E402
from bench import desk, offer  # noqa: E402
from bench.registrations import BATCH  # noqa: E402
from courses.models import Edition, Faculty  # noqa: E402
from courses.spreadsheets import as_xlsx, csv_lines  # noqa: E402
from enrolments import queue as enrolments_queue  # noqa: E402
from enrolments.models import Enrolment  # noqa: E402
from grades import batch_files, form  # noqa: E402
from grades.models import Batch, Registration, Result, Transcript  # noqa: E402
from grades.services import batches, registration_papers  # noqa: E402
from paperwork import filing, making, previews  # noqa: E402
from paperwork.models import Attachment, Document, subject_of  # noqa: E402
from paperwork.press import Sheet, child, press  # noqa: E402
from paperwork.rendering import sheet_of  # noqa: E402
from vx_portal.build import build  # noqa: E402

FOLDER = Path(os.environ["BENCH_DIR"])
DIFFERENT = 10  # transcripts; the others are copies of them, each in a file of its own
QUEUE = {
    "up to me": "",
    "too late": "?view=late",
    "all": "?view=all",
    "differs": "?view=differs",
    "searched": "?view=all&q=student+12",
}


def transcript_pdf(name: str, number: str) -> bytes:
    """A transcript of two pages."""
    rows = "".join(f"<p>Course {n} of {name}, {number}: 5.{n} 7.50 ECTS</p>" for n in range(22))
    pages = f"<h1>Transcript of records</h1>{rows}<h2 style='break-before:page'>Page 2</h2>{rows}"
    made: bytes = HTML(string=pages).write_pdf()
    return made


def fill(cases: int) -> list[Enrolment]:
    """So many cases of the first faculty whose course is over."""
    Enrolment.objects.all().delete()
    students = list(StudentProfile.objects.select_related("user"))
    editions = list(Edition.objects.order_by("pk")[: desk.EDITIONS])
    faculty = Faculty.objects.order_by("pk")[0]
    now = timezone.now()
    rows = [
        Enrolment(
            reference=f"B{number:06}",
            student=students[number // len(editions) % len(students)].user,
            edition=editions[number % len(editions)],
            kind="outgoing",
            state="finished" if number < len(students) * len(editions) else "rejected",
            since=now,
            submitted_at=now,
            home_university_id=students[0].home_university_id,
            faculty=faculty,
            programme=students[0].programme,
            student_number=f"s{number:07}",
            level="bachelor",
            year=2,
            purpose="elective",
            board="given",
            sequence=number + 1,
            rank=number + 1,
        )
        for number in range(cases)
    ]
    Enrolment.objects.bulk_create(rows, batch_size=500)
    return list(Enrolment.objects.order_by("pk"))


def register(rows: list[Enrolment], by: User, files: list[Attachment]) -> None:
    """A verified result and a registration for each."""
    now, today = timezone.now(), timezone.localdate()
    transcripts = Transcript.objects.bulk_create(
        [
            Transcript(
                enrolment=case,
                source="data" if not files else "student",
                file=files[number] if files else None,
                state="verified",
                verified_by=by,
                verified_at=now,
                given_by=case.student,
                given_by_name="x",
            )
            for number, case in enumerate(rows)
        ],
        batch_size=500,
    )
    results = Result.objects.bulk_create(
        [
            Result(
                enrolment=case,
                transcript=transcript,
                grade_printed="5.5",
                credits_printed="5",
                title_printed="Introduction to Quantum Computing",
                dated_on=today - timedelta(days=9),
                grade=Decimal(8),
                passed=True,
                ec=Decimal(5),
                recorded_by=by,
            )
            for case, transcript in zip(rows, transcripts, strict=True)
        ],
        batch_size=500,
    )
    states = (
        ["prepared"] if files else ["requested", "prepared", "sent", "registered", "reconciled"]
    )
    other = User.objects.exclude(pk=by.pk).order_by("pk")[0]
    Registration.objects.bulk_create(
        [
            Registration(
                enrolment=case,
                result=result,
                route="usis_petition",
                request_type="extern_onderwijs",
                proposed_type="extern_onderwijs",
                verified_by=by,
                state=states[number % len(states)],
                since=now - timedelta(minutes=number),
                due_on=today + timedelta(days=number % 20 - 5),
                filed_on=today,
                board_decided_on=today,
                registered_by=other,
                registered_on=today,
            )
            for number, (case, result) in enumerate(zip(rows, results, strict=True))
        ],
        batch_size=500,
    )


def base() -> User:
    """A database with an offer and people; the coordinator of the first faculty."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    build()
    offer.fill(8, desk.EDITIONS, desk.EDITIONS)
    coordinator, _office = desk.make_people()
    return coordinator


def prepare() -> None:
    coordinator = base()
    cases = fill(BATCH)
    faculty = cases[0].faculty
    assert faculty is not None
    files: list[Attachment] = []
    contents: list[bytes] = []
    for number, case in enumerate(cases):
        if number < DIFFERENT:
            contents.append(transcript_pdf(f"Student {number}", case.student_number))
        content = contents[number % DIFFERENT]
        kind, pk = subject_of(case)
        files.append(
            Attachment.objects.create(
                purpose="transcript",
                file=filing.write("given/00", ".pdf", content),
                name="transcript.pdf",
                content_type="application/pdf",
                size=len(content),
                pages=2,
                sha256=hashlib.sha256(content).hexdigest(),
                given_by=case.student,
                given_by_name="x",
                subject_kind=kind,
                subject_id=pk,
            )
        )
        # The pictures are drawn when a transcript comes in: that is not measured here.
        if number < DIFFERENT:
            previews.draw(files[-1])
        else:
            drawn, mine = (
                filing.pictures_of(filing.path_of(one.file))
                for one in (files[number % DIFFERENT], files[-1])
            )
            shutil.copytree(drawn, mine)
    register(cases, coordinator, files)
    for row in Registration.objects.select_related(*form.SHOWN):
        paper = registration_papers.owe_paper(row)
        assert paper is not None
        (FOLDER / f"{paper.pk}.json").write_text(json.dumps(sheet_of(paper)._asdict()))
    total = Registration.objects.count()
    batch = Batch.objects.create(faculty=faculty, total=total, made_by=coordinator)
    Registration.objects.update(batch=batch)


def bare_part(one: int, number: int) -> Callable[[], None]:
    """WeasyPrint and nothing else: HTML in, PDF with its annex out."""
    assets, fonts = child.package_assets(), FontConfiguration()
    css = (child.FOLDER / "document.css").read_text()
    style = CSS(string=css, font_config=fonts, url_fetcher=child.fetcher(assets))
    sheets = []
    for path in sorted(FOLDER.glob("*.json"))[one::number]:
        sheet = json.loads(path.read_text())
        own = {address: text.encode() for address, text in sheet["assets"].items()}
        own |= {name: base64.b64decode(text) for name, text in sheet["pictures"].items()}
        sheets.append((sheet["html"], own))

    def make() -> None:
        for html, own in sheets:
            fetch = child.fetcher({**assets, **own})
            document = HTML(string=html, url_fetcher=fetch).render(
                stylesheets=[style], font_config=fonts, pdf_variant=child.VARIANT
            )
            document.write_pdf(io.BytesIO(), pdf_variant=child.VARIANT)

    return make


def our_part() -> Callable[[], None]:
    """What the workers do, all of it: each takes what nobody has."""
    batch = Batch.objects.get()
    press().make(Sheet("<!doctype html><html lang=nl><title>x</title><p>x", {}))  # loaded, as bare

    def make() -> None:
        while not batches.work(batch.pk, seconds=3600):
            time.sleep(0.05)
        rows = batches.rows_of(batch)
        b"".join(csv_lines(batch_files.for_loading(rows, "nl")))
        as_xlsx(batch_files.for_people(rows, "nl"))
        cover = batches.cover_of(batch)
        assert cover is not None
        making.make(str(cover.pk))
        done = Document.objects.filter(kind="grades.registration", state="done").count()
        assert done == BATCH, done

    return make


def serve(make: Callable[[], None]) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    make()
    print("made", flush=True)


def queue() -> dict[str, list[Any]]:
    """How many queries each view asks with a tenth of the cases and with all; the time of all."""
    coordinator = User.objects.get(email="coordinator@university.example")
    assert Role.COORDINATOR in coordinator.roles
    counts: dict[str, list[Any]] = {}
    for cases in (5_000, 50_000):
        Registration.objects.all().delete()
        Result.objects.all().delete()
        Transcript.objects.all().delete()
        register(fill(cases), coordinator, [])
        client = desk.signed_in(coordinator)
        for name, query in QUEUE.items():
            enrolments_queue.forget()
            started = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(f"/en/desk/registrations/{query}")
            took = round(1000 * (time.perf_counter() - started))
            assert answer.status_code == 200, (name, answer.status_code)
            counts.setdefault(name, []).append(len(queries))
            if cases == 50_000:
                counts[name].append(took)
    return counts


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare"]:
            prepare()
        case ["queue"]:
            print(json.dumps(queue()))
        case ["bare", one, number]:
            serve(bare_part(int(one), int(number)))
        case _:
            serve(our_part())
