"""The notices about exams, whose texts are in templates/exams/notices/; the files."""

from django.utils.translation import gettext_lazy as _

from accounts.models import STUDENT, Role
from paperwork.registry import (
    DocumentKind,
    FileKind,
    NoticeKind,
    register_documents,
    register_files,
    register_notices,
)

STUDENTS = (STUDENT,)
STAFF = (Role.EXAMS,)
ARRANGERS = (Role.EXAMS, Role.OFFICE)


def _kind(
    name: str, label: object, roles: tuple[str, ...] = STUDENTS, *, always: bool = False
) -> None:
    register_notices(
        NoticeKind(
            f"exams.{name}",
            label,  # type: ignore[arg-type]
            f"exams/notices/{name}",
            always=always,
            roles=roles,
        )
    )


# To students.
_kind("facility_checked", _("Your exam facility has been checked"), always=True)
_kind("facility_ask_again", _("Exam facilities are asked again for a resit"), always=True)
_kind("resit_offered", _("You can take a resit"), always=True)
_kind("slots", _("Choose the moment of your exam"), always=True)
_kind("published", _("Where and when you sit an exam in Leiden"), always=True)
_kind("moved", _("Your exam in Leiden is at another time or place"), always=True)
_kind("cancelled", _("Your exam in Leiden is cancelled then and there"), always=True)
# To exam staff.
_kind("plan_ready", _("A proposed plan is ready"), ARRANGERS)
_kind("publish_soon", _("Exams that have to be published soon"), ARRANGERS, always=True)
_kind("fixed", _("A host has fixed an exam"), STAFF)
_kind("changed_after_planning", _("An exam has changed after it was planned"), STAFF, always=True)
_kind("facility_to_check", _("An exam facility to check"), STAFF)
_kind("facility_after_seating", _("A facility that does not fit the plan"), STAFF, always=True)
_kind("room_problem", _("A room that no longer fits what is planned"), STAFF, always=True)
_kind("ill", _("A student has reported ill"), STAFF)
# To hosts, by a link.
register_notices(
    NoticeKind(
        "exams.ask_host",
        _("The question to fix an exam"),
        "exams/notices/ask_host",
        outside=True,
        why=_("You get this because students of Leiden will sit your exam in Leiden."),
    ),
)
_kind("paper_received", _("An exam paper has come"), STAFF)
_kind("paper_swapped", _("An exam paper in use has been replaced"), STAFF, always=True)
_kind("answers_in", _("Answers to an exam of ours have come"), STAFF)
# To hosts: with an account, and without.
_kind("attendance", _("Who was at your exam"), (Role.PARTNER,))
register_notices(
    NoticeKind(
        "exams.attendance_outside",
        _("Who was at your exam"),
        "exams/notices/attendance_outside",
        outside=True,
        why=_("You get this because students of Leiden sat your exam in Leiden."),
    ),
    NoticeKind(
        "exams.paper_ask",
        _("The link for an exam paper"),
        "exams/notices/paper_ask",
        outside=True,
        why=_("You get this because students of Leiden will sit your exam in Leiden."),
    ),
    NoticeKind(
        "exams.paper_out",
        _("The link to an exam paper of ours"),
        "exams/notices/paper_out",
        outside=True,
        why=_("You get this because students of yours sit an exam of Leiden University."),
    ),
)
SITTING = "exams/documents/sitting"
register_documents(
    DocumentKind("exam_attendance", _("Attendance list"), SITTING),
    DocumentKind("exam_seat_plan", _("Seat plan"), SITTING),
    DocumentKind("exam_door", _("Door sign"), SITTING),
    DocumentKind("exam_protocol", _("Protocol of an exam"), SITTING),
)
register_files(FileKind("exam_answers", _("Answers to an exam")))
register_files(FileKind("facility_decision", _("Decision on an exam facility")))
