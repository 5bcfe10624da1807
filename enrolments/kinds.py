"""The notices about applications, whose texts are in templates/enrolments/notices/; the files."""

from accounts.models import STUDENT, Role
from courses.wording import gettext_lazy as _
from paperwork.registry import (
    DocumentKind,
    FileKind,
    NoticeKind,
    register_documents,
    register_files,
    register_notices,
)

STUDENTS = (STUDENT,)
HOME = (Role.COORDINATOR, Role.HONOURS, Role.PARTNER)  # a partner for students who come to us
HOST = (Role.PARTNER, Role.OFFICE)
STAND_INS = (Role.COORDINATOR, Role.HONOURS)


def _kind(
    name: str,
    label: object,
    roles: tuple[str, ...] = STUDENTS,
    *,
    always: bool = False,
) -> None:
    register_notices(
        NoticeKind(
            f"enrolments.{name}",
            label,  # type: ignore[arg-type]
            f"enrolments/notices/{name}",
            always=always,
            roles=roles,
        )
    )


# To students.
_kind("sent", _("Your application has arrived"))
_kind("waiting", _("You are on a waiting list"))
_kind("approved", _("Your application has been approved"))
_kind("question", _("A question about your application"), always=True)
_kind("rejected", _("Your application has been rejected"), always=True)
_kind("promoted", _("A place has come free for you"), always=True)
_kind("offered", _("A place is offered to you, for a short time"), always=True)
_kind("passed_over", _("A place came free, but you would have too many credits"), always=True)
_kind("enrolled", _("You are enrolled"), always=True)
_kind("declined", _("The host university has declined your application"), always=True)
_kind("withdrawn", _("Your application has been withdrawn"))
_kind("consent_confirmed", _("You have withdrawn your consent"), always=True)
_kind("expired", _("Your application has expired"))
_kind("closing", _("Applications close soon, and yours has not been sent"))
_kind("edition_withdrawn", _("The course of your application is withdrawn"), always=True)
_kind("edition_back", _("The course of your application is offered again"), always=True)
_kind("edition_dates", _("The course of your application has other dates"), always=True)
# To those who approve, and to hosts.
_kind("to_check", _("An application to check"), HOME)
_kind("nobody_checks", _("An application that nobody can check"), (Role.OFFICE,), always=True)
_kind("answered", _("A student has answered your question"), HOME)
_kind("unanswered", _("A student has not answered your question"), HOME)
_kind("to_confirm", _("A student to confirm"), HOST)
_kind("gone", _("A student has withdrawn"), (*HOME, Role.OFFICE))
_kind("consent_gone", _("A student has withdrawn the consent to share data"), HOST, always=True)
_kind("consent_pass_on", _("Tell a host that a consent is withdrawn"), (Role.OFFICE,), always=True)
_kind("placed", _("A student has been enrolled or declined"), HOME)
_kind("overdue", _("Applications that wait too long"), (*HOME, Role.OFFICE))
_kind("stand_in", _("You stand in for a colleague"), STAND_INS, always=True)
_kind("stand_in_for_you", _("A colleague stands in for you"), STAND_INS, always=True)
_kind("stand_in_ended", _("Standing in has ended"), STAND_INS)
_kind("board_awaited", _("The answer of the Board of Examiners is awaited"))
_kind("board_letter", _("A student has sent the permission of the Board of Examiners"), HOME)
_kind("board_answered", _("The Board of Examiners has answered"), (STUDENT, *HOME))
# To people without an account, by a link.
register_notices(
    NoticeKind(
        "enrolments.board_asked",
        _("A question to a Board of Examiners"),
        "enrolments/notices/board_asked",
        outside=True,
        why=_("You get this because an exchange coordinator asks your Board for a decision."),
    ),
    NoticeKind(
        "enrolments.host_link",
        _("The page for a host university"),
        "enrolments/notices/host_link",
        outside=True,
        why=_("You get this because you are the contact of your university for {portal}."),
    ),
    NoticeKind(
        "enrolments.gone_outside",
        _("A student has withdrawn"),
        "enrolments/notices/gone_outside",
        outside=True,
        why=_("You get this because you are the contact of your university for {portal}."),
    ),
    NoticeKind(
        "enrolments.consent_gone_outside",
        _("A student has withdrawn the consent to share data"),
        "enrolments/notices/consent_gone_outside",
        outside=True,
        why=_("You get this because you are the contact of your university for {portal}."),
    ),
)
register_documents(DocumentKind("agreement", _("Agreement"), "enrolments/documents/agreement"))
register_files(
    FileKind("host_answer", _("Answer of the host university")),
    FileKind("host_answer_student", _("Answer of the host university")),
    FileKind("home_answer", _("Answer of the home university")),
    FileKind("agreement_signed", _("Signed agreement")),
    FileKind("board_permission", _("Permission of the Board of Examiners")),
    FileKind("answer", _("Answer to a question")),
)
