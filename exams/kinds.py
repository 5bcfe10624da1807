"""The notices about exams, whose texts are in templates/exams/notices/; the files."""

from accounts.models import STUDENT, Role
from courses.wording import gettext_lazy as _
from paperwork.registry import (
    DocumentKind,
    FileKind,
    NoticeKind,
    Twice,
    register_documents,
    register_files,
    register_notices,
)

STUDENTS = (STUDENT,)
STAFF = (Role.EXAMS,)
ARRANGERS = (Role.EXAMS, Role.OFFICE)


def _kind(
    name: str,
    label: object,
    roles: tuple[str, ...] = STUDENTS,
    *,
    always: bool = False,
    twice: Twice = Twice.RESEND,
) -> None:
    register_notices(
        NoticeKind(
            f"exams.{name}",
            label,  # type: ignore[arg-type]
            f"exams/notices/{name}",
            twice=twice,
            always=always,
            roles=roles,
        )
    )


# To students.
_kind("facility_checked", _("Your exam facility has been checked"), always=True)
_kind("facility_ask_again", _("Exam facilities are asked again for a resit"), always=True)
_kind("resit_offered", _("You can take a resit"), always=True)
_kind("slots", _("Choose the moment of your exam"), always=True)
_kind("slot_gone", _("The moment that you chose for an exam is gone"), always=True)
_kind("published", _("Where and when you sit an exam in {city}"), always=True)
_kind("moved", _("Your exam in {city} is at another time or place"), always=True)
_kind("other_place", _("You get another place at an exam in {city}"), always=True)
_kind("rules_changed", _("What you may use at an exam in {city} has changed"), always=True)
_kind("cancelled", _("Your exam in {city} is not held at that time and place"), always=True)
_kind(
    "attendance_corrected",
    _("Whether you were at an exam was corrected"),
    always=True,
    twice=Twice.HOLD,  # a second mail would read as a second correction
)
# To exam staff.
_kind("plan_ready", _("A proposed plan is ready"), ARRANGERS)
_kind("publish_soon", _("Exams that have to be published soon"), ARRANGERS, always=True)
_kind("fixed", _("A host has fixed an exam"), STAFF)
_kind("changed_after_planning", _("An exam has changed after it was planned"), STAFF, always=True)
_kind("facility_to_check", _("An exam facility to check"), STAFF)
_kind("facility_after_seating", _("A facility that does not fit the plan"), STAFF, always=True)
_kind("room_problem", _("A room that no longer fits what is planned"), STAFF, always=True)
_kind("left", _("A student with a seat at an exam has left the course"), STAFF)
_kind("ill", _("A student has reported ill"), STAFF)
_kind("well", _("A student who reported ill comes after all"), STAFF)
# To hosts, by a link.
register_notices(
    NoticeKind(
        "exams.ask_host",
        _("The question to fix an exam"),
        "exams/notices/ask_host",
        outside=True,
        why=_("You get this because students of {university} will sit your exam in {city}."),
    ),
)
_kind("paper_received", _("An exam paper has come"), STAFF)
_kind("paper_late", _("An exam paper is late"), STAFF, always=True)
_kind("paper_swapped", _("An exam paper in use has been replaced"), STAFF, always=True)
_kind("answers_in", _("Answers to an exam of ours have come"), STAFF)
_kind("own_paper", _("An exam paper of ours that is not here"), STAFF, always=True)
_kind("own_paper_out", _("An exam paper of ours to send to home universities"), STAFF, always=True)
_kind("own_answers", _("Answers to an exam of ours that have not come"), STAFF, always=True)
# To hosts: with an account, and without.
_kind("fix_wanted", _("An exam of yours that is not fixed"), (Role.PARTNER,), always=True)
_kind("paper_wanted", _("An exam paper that we wait for"), (Role.PARTNER,), always=True)
_kind("host_day", _("When we hold your exam"), (Role.PARTNER,))
_kind("attendance", _("Who was at your exam"), (Role.PARTNER,))
register_notices(
    NoticeKind(
        "exams.host_day_outside",
        _("When we hold your exam"),
        "exams/notices/host_day_outside",
        outside=True,
        why=_("You get this because students of {university} will sit your exam in {city}."),
    ),
    NoticeKind(
        "exams.attendance_outside",
        _("Who was at your exam"),
        "exams/notices/attendance_outside",
        outside=True,
        why=_("You get this because students of {university} sat your exam in {city}."),
    ),
    NoticeKind(
        "exams.duty",
        _("When and where somebody invigilates"),
        "exams/notices/duty",
        outside=True,
        why=_("You get this because you invigilate exams in {city}."),
    ),
    NoticeKind(
        "exams.paper_ask",
        _("The link for an exam paper"),
        "exams/notices/paper_ask",
        outside=True,
        why=_("You get this because students of {university} will sit your exam in {city}."),
    ),
    NoticeKind(
        "exams.paper_out",
        _("The link to an exam paper of ours"),
        "exams/notices/paper_out",
        outside=True,
        why=_("You get this because students of yours sit an exam of {university}."),
    ),
)
register_notices(
    NoticeKind(
        "exams.own_paper_ask",
        _("The question for an exam paper of ours"),
        "exams/notices/own_paper_ask",
        outside=True,
        why=_("You get this because you are the contact of an exam of {university}."),
    ),
    NoticeKind(
        "exams.answers_wanted",
        _("The question for answers to an exam of ours"),
        "exams/notices/answers_wanted",
        outside=True,
        why=_("You get this because students of yours sat an exam of {university}."),
    ),
)
SITTING = "exams/documents/sitting"
register_documents(
    DocumentKind("exam_attendance", _("Attendance list"), SITTING),
    DocumentKind("exam_seat_plan", _("Seat plan"), SITTING),
    DocumentKind("exam_door", _("Door sign"), "exams/documents/door"),
    DocumentKind("exam_protocol", _("Protocol of an exam"), SITTING),
)
register_files(FileKind("exam_answers", _("Answers to an exam")))
register_files(FileKind("facility_decision", _("Decision on an exam facility")))
