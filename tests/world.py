"""One of each thing that an address can name, and somebody of each role: for the matrix."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Role, User
from courses.models import ConfirmationRequest, ImportRun
from enrolments.calendar import token_for
from enrolments.models import BoardRequest, HostLink, SavedView, StandIn
from exams.models import (
    ExamLink,
    ExamWeek,
    Facility,
    InvigilatorHours,
    OwnExam,
    Plan,
    Resit,
    RoomClosure,
    SlotOffer,
)
from grades.models import Batch, HonoursLink, PurposeChange, UsisList
from paperwork.models import Notice
from paperwork.services.settings import save_setting
from paperwork.wordings import messages
from privacy.models import LegalHold, Preview
from tests import factories
from tests.addresses import ADDRESSES, STUDENT, VISITOR
from tests.enrolments.cases import case_in, draft
from tests.exams import sittings
from tests.exams.things import things
from tests.grades.rows import finish, registration_of, result_of, transcript_of
from vx_portal import theme

TOKEN = "a-token-that-was-sent-to-somebody"
FOR_TRANSCRIPTS = f"{TOKEN}-for-transcripts"
FOR_TRANSCRIPTS = "another-token-that-only-the-tests-know"
BACKEND = "accounts.backends.Backend"


@dataclass
class World:
    """One of each thing that an address can name, and somebody of each role."""

    named: dict[str, dict[str, Any]]
    people: dict[str, User]

    def client(self, who: str) -> Client:
        """A browser of somebody with the role `who`, signed in with the second factor."""
        client = Client()
        if who != VISITOR:
            client.force_login(self.people[who], backend=BACKEND)
            session = client.session
            session["second_factor_elsewhere"] = True
            session.save()
        return client

    def path(self, name: str) -> str:
        """The address `name` in Dutch, complete."""
        of = ADDRESSES[name].of
        return reverse(name, kwargs=self.named[of] if of else {})


def logo() -> str:
    """The office has set one; by which its address names it."""
    picture = {"png": base64.b64encode(b"picture").decode(), "width": 80, "height": 40}
    save_setting("portal.logo", picture, seen=0, by=None)
    found = theme.now().logo
    assert found
    return found.address.removeprefix("/logo-").removesuffix(".png")


def exam_things(student: User) -> dict[str, Any]:
    """A room, an invigilator, a sitting; an exam of `student` with what can be done about it."""
    later = timezone.now() + timedelta(days=9)
    times = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    room, invigilator = sittings.RoomFactory.create(), sittings.InvigilatorFactory.create()
    closure = RoomClosure.objects.create(room=room, why="x", **times)
    hours = InvigilatorHours.objects.create(invigilator=invigilator, **times)
    week = ExamWeek.objects.create(
        faculty=factories.FacultyFactory.create(), first=later.date(), last=later.date()
    )
    exam = sittings.ExamFactory.create(
        mode="window", starts_at=None, window_from=later, window_until=later + timedelta(days=1)
    )
    case = case_in("enrolled", exam.edition, student)
    slot = SlotOffer.objects.create(exam=exam, starts_at=later, places=1)
    seat = sittings.seat(sittings.PublishedSittingFactory.create(exam=exam), case)
    facility = Facility.objects.create(
        enrolment=case, extra_minutes=30, delete_after=factories.days(400)
    )
    resit = Resit.objects.create(enrolment=case, attempt=2, because="failed")
    over = sittings.PublishedSittingFactory.create(state="closed", signed_off_at=timezone.now())
    sat = sittings.seat(over, attendance="absent")
    reference = {"reference": case.reference}
    said = OwnExam.objects.create(enrolment=case, **times)
    sitting = sittings.SittingFactory.create()
    proposal = Plan.objects.create(starts_on=later.date(), ends_on=later.date())
    return {
        "setting": {"name": "exams.notice_days"},
        "version of the look": {"version": "0"},
        "colours": {"brand": "001158", "signal": "FFC400"},
        "logo": {"version": logo()},
        "help topic": {"slug": "books"},
        "kind of message": {"kind": "test"},
        "text of a message": {"kind": "test", "digest": messages("test")[0].digest},
        "proposal": {"pk": proposal.pk},
        "planned sitting": {"pk": sitting.pk},
        "planned exam": {"pk": sitting.exam_id},
        "pinning of a sitting": {"pk": sitting.pk, "name": "pin"},
        "placed case": reference,
        "resit": reference | {"attempt": resit.attempt},
        "seat": reference | {"pk": seat.pk},
        "seat of a closed sitting": {"pk": over.pk, "seat": sat.pk},
        "own exam": reference | {"pk": said.pk},
        "facility of a case": reference | {"attempt": 1},
        "facility": {"pk": facility.pk},
        "attempt in a window": {"pk": exam.edition_id, "attempt": 1},
        "slot": {"pk": slot.pk},
        "building": {"pk": room.building_id},
        "room": {"pk": room.pk},
        "closure": {"pk": closure.pk},
        "exam week": {"pk": week.pk},
        "invigilator": {"pk": invigilator.pk},
        "hours": {"pk": hours.pk},
    }


def build_world() -> World:
    """Make one of each."""
    home = factories.HomeUniversityFactory.create()
    edition = factories.EditionFactory.create()
    programme = factories.ProgrammeFactory.create()
    course, university = edition.course, edition.course.university
    people = {STUDENT: factories.StudentFactory.create(home_university=home)}
    people |= {role: factories.MemberFactory.create(role=role) for role in Role.values}
    somebody = factories.MemberFactory.create(role=Role.EXAMS)
    later = timezone.now() + timedelta(days=1)
    question = ConfirmationRequest.objects.create(
        course=course, digest=ConfirmationRequest.digest_of(TOKEN), expires_at=later
    )
    answered = ConfirmationRequest.objects.create(
        course=course,
        digest=ConfirmationRequest.digest_of("another"),
        expires_at=later,
        spent_at=timezone.now(),
        answer="changed",
    )
    invitation = Invitation.objects.create(
        email="new@university.example",
        role=Role.EXAMS,
        language="nl",
        digest=Invitation.digest_of(TOKEN),
        expires_at=later,
    )
    notice = Notice.objects.create(
        key="world", kind="test", recipient=people[STUDENT], language="nl", subject="x", text="y"
    )
    people[STUDENT].student.faculty_id = people[Role.COORDINATOR].memberships.get().faculty_id
    people[STUDENT].student.save()
    case = case_in("submitted", edition, people[STUDENT])
    view = SavedView.objects.create(user=people[Role.COORDINATOR], name="x", query="view=all")
    stand_in = StandIn.objects.create(
        absent=people[Role.COORDINATOR], stand_in=somebody, ends_on=timezone.localdate()
    )
    BoardRequest.objects.create(
        enrolment=case,
        digest=BoardRequest.digest_of(TOKEN),
        expires_at=later,
        email="board@university.example",
        language="nl",
    )
    host_link = HostLink.objects.create(
        university=university,
        digest=HostLink.digest_of(TOKEN),
        expires_at=later,
        email="host@university.example",
        language="en",
    )
    HostLink.objects.create(
        university=university,
        purpose="transcripts",
        digest=HostLink.digest_of(FOR_TRANSCRIPTS),
        expires_at=later,
        email="host@university.example",
        language="en",
    )
    ExamLink.objects.create(
        edition=edition,
        purpose="fix",
        digest=ExamLink.digest_of(TOKEN),
        expires_at=later,
        email="host@university.example",
        language="en",
    )
    run = ImportRun.objects.create(
        file_name="courses.csv", rows=0, data={"universities": [], "courses": []}
    )
    document = factories.DocumentFactory.create()
    file = factories.AttachmentFactory.create(given_by=people[STUDENT])
    course_over = case_in("submitted", factories.EditionFactory.create(), people[STUDENT])
    over = finish(course_over)
    transcript = transcript_of(over)
    of_ours = case_in(
        "submitted",
        factories.EditionFactory.create(course=factories.CourseFactory.create(university=home)),
        factories.StudentFactory.create(home_university=university),
    )
    entered = result_of(finish(of_ours), somebody, confirmed_by=None, current=False)
    for_honours = factories.EditionFactory.create(course__honours=True)
    passed = finish(case_in("finished", for_honours, people[STUDENT], purpose="elective"))
    registration = registration_of(result_of(passed, somebody))
    faculty = passed.faculty
    batch = Batch.objects.create(faculty=faculty, total=1, made_by=somebody)
    usis_list = UsisList.objects.create(faculty=faculty, name="usis.csv")
    change = PurposeChange.objects.create(
        enrolment=passed, purpose="honours", reason="Because.", asked_by=people[Role.COORDINATOR]
    )
    HonoursLink.objects.create(
        registration=registration,
        digest=HonoursLink.digest_of(TOKEN),
        expires_at=later,
        email="honours@university.example",
    )
    hold = LegalHold.objects.create(case=passed, reason="Appeal.", until=factories.days(90))
    return World(
        {
            **things(edition),
            "report": {"name": "applications"},
            "kind of file": {"suffix": "csv"},
            "edition of ours": {"pk": of_ours.edition_id},
            "student of ours": {"reference": of_ours.reference},
            "result to confirm": {"pk": entered.pk},
            "batch": {"pk": batch.pk},
            "cover of a batch": {"pk": batch.pk, "document": document.pk},
            "list from uSis": {"pk": usis_list.pk},
            "change of purpose": {"pk": change.pk},
            "link to the Honours Academy": {"token": TOKEN},
            "registration": {"reference": registration.enrolment.reference},
            "action on the registration": {
                "reference": registration.enrolment.reference,
                "name": "file",
            },
            "case with a transcript": {"reference": over.reference},
            "file of a transcript": {"reference": over.reference, "pk": transcript.file_id},
            "page of a transcript": {
                "reference": over.reference,
                "pk": transcript.file_id,
                "number": 1,
            },
            "document": {"pk": document.pk},
            "preview": {"pk": Preview.objects.create(delete_on=factories.days(7)).pk},
            "hold": {"pk": hold.pk},
            "code of a document": {"code": document.code},
            "public course": {"university": university.code.lower(), "course": course.slug},
            "public university": {"code": university.code.lower()},
            "case": {"reference": case.reference},
            "document of the case": {"reference": case.reference, "pk": document.pk},
            "partner": {"pk": university.pk},
            "link of a host": {"pk": host_link.pk},
            "link to a host": {"token": TOKEN},
            "link for transcripts": {"token": FOR_TRANSCRIPTS},
            "link to a Board": {"token": TOKEN},
            "link to an exam": {"token": TOKEN},
            **exam_things(people[STUDENT]),
            "attempt": {"pk": edition.pk, "attempt": 1},
            "draft": {"reference": draft(student=people[STUDENT]).reference},
            "calendar": {"token": token_for(people[STUDENT])},
            "open edition": {
                "university": university.code.lower(),
                "course": course.slug,
                "first_day": edition.starts_on.isoformat(),
            },
            "action on the case": {"reference": case.reference, "name": "approve"},
            "saved view": {"pk": view.pk},
            "stand-in": {"pk": stand_in.pk},
            "course": {"pk": course.pk},
            "edition": {"pk": edition.pk},
            "university": {"pk": university.pk},
            "faculty": {"pk": programme.faculty_id},
            "programme": {"pk": programme.pk},
            "question": {"pk": question.pk},
            "answered question": {"pk": answered.pk},
            "template": {"kind": "courses", "suffix": "csv"},
            "import": {"pk": run.pk},
            "invitation": {"pk": invitation.pk},
            "membership": {"pk": somebody.memberships.get().pk},
            "person": {"pk": somebody.pk},
            "notice": {"pk": notice.pk},
            "file": {"pk": file.pk},
            "page of a file": {"pk": file.pk, "number": 1},
            "link to a course": {"token": TOKEN},
            "link of an invitation": {"token": TOKEN},
        },
        people,
    )
