"""The demo's transcripts: in every state, relative to today, so that everybody finds work."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role, StudentProfile, User
from courses.models import Course, Edition
from enrolments import demo_cases as cases
from enrolments import people
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board, Kind
from grades import demo_papers as papers
from grades.demo_tables import make_tables
from grades.dutch import understood
from grades.models import Result, Transcript, TranscriptState
from grades.no_transcript import awaited
from grades.services import chasing, reading
from paperwork import filing, limited
from paperwork.filing import path_of
from paperwork.models import Attachment, Notice, Owed, subject_of
from paperwork.services import files
from paperwork.services.events import record
from paperwork.working_days import add_working_days

S = TranscriptState
SEED = 1582


class Past(NamedTuple):
    """A course that ended so many days ago, and who followed it."""

    course: str
    ended: int
    named: tuple[tuple[str, str, str], ...]  # who, how it counts, what became of the transcript
    others: tuple[str, ...] = ()  # of students of the Humanities


# What becomes of a transcript: see `_give`.
PASTS = (
    Past(
        "introduction-to-astrophysics",
        18,
        (
            ("student", Purpose.ELECTIVE, "none"),
            ("honours-student", Purpose.HONOURS, "accents"),
        ),
        ("agrees", "agrees", "another-student", "photograph", "replaced", "verified", "late"),
    ),
    Past("english-grammar-and-style", 30, (("fsw", Purpose.ELECTIVE, "agrees"),), ("returned",)),
    Past(
        "the-psychology-of-criminal-justice",
        100,
        (),
        ("none", "failed", "other-credits", "verified"),
    ),
)
GRADES = {"EPFL": ("5.5", "8.5"), "UQ": ("6", "8"), "TUD": ("7.5", "7.5")}


def load() -> None:
    """Make the transcripts, unless there are some. Needs the demo's cases."""
    if Transcript.objects.exists():
        return
    chance = random.Random(SEED)  # noqa: S311  # the same demo every time
    with transaction.atomic():
        make_tables()
        for past in PASTS:
            _follow(past, chance)
        _verify_the_older()
        _ask()


def _follow(past: Past, chance: random.Random) -> None:
    """An edition that is over, its students' cases, and their transcripts."""
    edition = past_edition(Course.objects.get(slug=past.course), past.ended)
    students = {f"{who}@{cases.DOMAIN}": (purpose, story) for who, purpose, story in past.named}
    named = StudentProfile.objects.filter(user__email__in=students)
    humanities = StudentProfile.objects.filter(
        faculty__code="FGW", user__email__startswith="student-"
    ).order_by("-pk")
    begin = past.ended  # others for each course
    fill = list(humanities[begin % 7 : begin % 7 + len(past.others)])
    wanted = [(one, *students[one.user.email]) for one in named.select_related("user")]
    wanted += [
        (one, str(Purpose.ELECTIVE), story) for one, story in zip(fill, past.others, strict=False)
    ]
    stories = [
        cases.Story(
            student=profile,
            edition=edition,
            state=State.FINISHED,
            days=past.ended,
            purpose=purpose,
            board=Board.NOT_NEEDED if purpose == Purpose.HONOURS else Board.GIVEN,
        )
        for profile, purpose, _story in wanted
    ]
    cases.make(stories, chance)
    for profile, _purpose, story in wanted:
        case = Enrolment.objects.select_related("student", "edition__course__university").get(
            student=profile.user_id, edition=edition
        )
        _give(case, story)


def past_edition(course: Course, ended: int) -> Edition:
    """The course's edition of before, with the dates of then."""
    like = Edition.objects.filter(course=course).order_by("starts_on").first()
    ends_on = timezone.localdate() - timedelta(days=ended)
    starts_on = ends_on - timedelta(days=110)
    values: dict[str, Any] = {
        name: getattr(like, name)
        for name in ("period", "places", "offer_hours", "assessment", "exam_kind", "resit_offered")
        if like is not None
    }
    return Edition.objects.create(
        course=course,
        starts_on=starts_on,
        ends_on=ends_on,
        applications_open_on=starts_on - timedelta(days=90),
        applications_close_on=starts_on - timedelta(days=30),
        withdraw_until=starts_on + timedelta(days=14),
        exam_on=None if values.get("assessment") == "assignment" else ends_on,
        state=Edition._meta.get_field("state").default if like is None else like.state,
        is_demo=True,
        **values,
    )


def _give(case: Enrolment, story: str) -> None:
    """The transcript of `case`, as `story` says."""
    host = case.edition.course.university.code
    grade, recorded = GRADES.get(host, ("7.5", "7.5"))
    said = papers.said_of(case, grade)
    now = timezone.now()
    match story:
        case "none":
            return
        case "agrees":
            keep(case, papers.printed(said, host), grade, now - timedelta(days=2))
        case "late":
            keep(case, papers.printed(said, host, pages=4), grade, now - timedelta(days=12))
        case "accents":
            other = said._replace(name=_without_accents(said.name))
            keep(case, papers.printed(other, host), grade, now - timedelta(days=1))
        case "another-student":
            other = said._replace(name="Noor Proefpersoon", number="555123")
            keep(case, papers.printed(other, host), grade, now - timedelta(days=3))
        case "other-credits":
            other = said._replace(credits="6.00")
            keep(case, papers.typed_of(other), grade.replace(".", ","), now - timedelta(days=4))
        case "photograph":
            _keep_photograph(case, said, grade, now - timedelta(hours=5))
        case "returned":
            other = said._replace(title="Academic Writing", code="WRIT1000")
            row = keep(case, papers.typed_of(other), grade, now - timedelta(days=6))
            reason = "Dit vak staat niet op deze cijferlijst. Stuur er een waar het op staat."
            _return(row, reason, now - timedelta(days=5))
        case "replaced":
            row = keep(case, papers.typed_of(said), grade, now - timedelta(days=9))
            _supersede(row, now - timedelta(days=1))
            keep(case, papers.printed(said, host), grade, now - timedelta(days=1), version=2)
        case "failed":
            failing = said._replace(grade="3", credits="0.00")
            row = keep(case, papers.typed_of(failing), "3", now - timedelta(days=20))
            verify(row, failing, "4", now - timedelta(days=17))
        case "verified":
            row = keep(case, papers.printed(said, host), grade, now - timedelta(days=8))
            verify(row, said, recorded, now - timedelta(days=5))


def _without_accents(name: str) -> str:
    return name.translate(str.maketrans("ıöüçşğéèëï", "ioucsgeeei"))


def keep(
    case: Enrolment,
    content: bytes,
    grade: str,
    at: datetime,
    *,
    version: int = 1,
) -> Transcript:
    """A transcript that its student sent at `at`, read."""
    upload = SimpleUploadedFile(f"transcript-{version}.pdf", content)
    file = files.keep(upload, purpose="transcript", by=case.student)
    row = _row(case, file, grade, at, version=version)
    reading.read_now(row)
    return row


def _row(
    case: Enrolment,
    file: Attachment,
    grade: str,
    at: datetime,
    *,
    version: int = 1,
    by: User | None = None,
) -> Transcript:
    """A transcript that came at `at`: from its student, or from a host's contact."""
    giver = by or case.student
    role = "student" if by is None else Role.PARTNER
    row = Transcript.objects.create(
        enrolment=case,
        version=version,
        source=Transcript.Source.STUDENT if by is None else Transcript.Source.PARTNER,
        file=file,
        grade_typed=grade if by is None else "",
        received_at=at,
        changed_at=at,
        due_on=add_working_days(timezone.localdate(at), 5),
        given_by=giver,
        given_by_name=str(giver),
    )
    _claim(row, at)
    _event(row, "receive", giver, role, "", S.RECEIVED, at)
    return row


def _claim(row: Transcript, at: datetime) -> None:
    """Give the file its case here, and not by `keep`: no worker runs yet that could be told."""
    assert row.file is not None  # noqa: S101  # made with one
    kind, pk = subject_of(row)
    type(row.file).objects.filter(pk=row.file.pk).update(
        subject_kind=kind, subject_id=pk, given_at=at
    )


def _keep_photograph(case: Enrolment, said: papers.Said, grade: str, at: datetime) -> None:
    photo = files.keep(
        SimpleUploadedFile("IMG_2041.jpg", papers.photographed(said), "image/jpeg"),
        purpose="transcript",
        by=case.student,
    )
    bound = limited.bind([path_of(photo.file)]).content
    row = keep(case, bound, grade, at)
    kind, pk = subject_of(row)
    type(photo).objects.filter(pk=photo.pk).update(subject_kind=kind, subject_id=pk, given_at=at)
    assert row.file is not None  # noqa: S101  # made with one
    type(photo).objects.filter(pk=row.file.pk).update(purpose="transcript_bound")


def _event(
    row: Transcript,
    action: str,
    by: User | None,
    role: str,
    before: str,
    after: str,
    at: datetime,
    **more: Any,
) -> None:
    record(row, action, by=by, role=role, from_state=before, to_state=after, at=at, **more)


def _verifier(case: Enrolment) -> User | None:
    return people.home_side(case).order_by("pk").first()


def _return(row: Transcript, reason: str, at: datetime) -> None:
    rows = Transcript.objects.filter(pk=row.pk)
    rows.update(state=S.RETURNED, reason=reason, changed_at=at)
    by = _verifier(row.enrolment)
    _event(row, "return", by, Role.COORDINATOR, S.RECEIVED, S.RETURNED, at, reason=reason)


def _supersede(row: Transcript, at: datetime) -> None:
    Transcript.objects.filter(pk=row.pk).update(state=S.SUPERSEDED, changed_at=at)
    student = row.enrolment.student
    _event(row, "supersede", student, "student", S.RECEIVED, S.SUPERSEDED, at)


def verify(row: Transcript, said: papers.Said, recorded: str, at: datetime) -> Result | None:
    case = row.enrolment
    by = _verifier(case)
    if by is None:
        return None
    result = _result(row, said, recorded, by, at)
    result.save(force_insert=True)
    Transcript.objects.filter(pk=row.pk).update(
        state=S.VERIFIED, verified_by=by, verified_at=at, changed_at=at
    )
    role = Role.HONOURS if case.is_honours else Role.COORDINATOR
    details = {"result": result.pk}
    _event(row, "verify", by, role, S.RECEIVED, S.VERIFIED, at, details=details)
    return result


def _result(row: Transcript, said: papers.Said, recorded: str, by: User, at: datetime) -> Result:
    case, value = row.enrolment, understood(recorded)
    course = case.edition.course
    return Result(
        enrolment=case,
        transcript=row,
        grade_printed=said.grade,
        scale=course.university.grade_scale,
        credits_printed=said.credits,
        credit_system=course.university.credit_system,
        title_printed=said.title,
        code_printed=said.code,
        dated_on=said.on,
        exam_on=case.edition.exam_on,
        grade=value.grade,
        mark=value.mark,
        passed=value.passed,
        ec=course.ec or Decimal(5),
        recorded_by=by,
        recorded_at=at,
    )


MISSING = 6  # of the older ones, over which the alarm goes


def _verify_the_older() -> None:
    """Courses that ended long ago: most transcripts came from the host and are verified."""
    rows = awaited().filter(
        edition__ends_on__lt=timezone.localdate() - timedelta(days=101), kind=Kind.OUTGOING
    )
    older = list(rows.order_by("pk"))
    senders: dict[int, User | None] = {}
    for number, case in enumerate(older[: max(0, len(older) - MISSING)]):
        host = case.edition.course.university
        if host.pk not in senders:
            held = Membership.objects.current().filter(role=Role.PARTNER, university=host)
            found = held.select_related("user").first()
            senders[host.pk] = found.user if found else None
        grade, recorded = (("7.5", "7.5"), ("8", "8"), ("6.5", "6.5"), ("5", "5"))[number % 4]
        said = papers.said_of(case, grade)
        at = timezone.now() - timedelta(days=60 - number % 30)
        row = _row(case, _written(case, papers.typed_of(said)), "", at, by=senders[host.pk])
        row.read_at, row.findings = at, {"has_text": True, "found": {}}
        row.save()
        verify(row, said, recorded, at + timedelta(days=2 + number % 4))


def _written(case: Enrolment, content: bytes) -> Attachment:
    """A file without the check, which takes a while for each: it is our own."""
    return Attachment.objects.create(
        purpose="transcript",
        file=filing.write("given/demo", ".pdf", content),
        name=f"transcript-{case.student_number}.pdf",
        content_type=Attachment.ContentType.PDF,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        given_by_name=str(case.edition.course.university),
    )


def _ask() -> None:
    """What the portal would have sent by now, shown as sent: no mail goes out for the past."""
    before = set(Notice.objects.values_list("pk", flat=True))
    chasing.chase_now(timezone.localdate())
    owed = Notice.objects.exclude(pk__in=before)
    then = timezone.now() - timedelta(hours=3)
    owed.update(state=Owed.State.DONE, due_at=then, created_at=then, done_at=then)
