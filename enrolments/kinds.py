"""The notices about applications, whose texts are in templates/enrolments/notices/; the files."""

from django.utils.translation import gettext_lazy as _

from accounts.models import STUDENT, Role
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
HOME = (Role.COORDINATOR, Role.HONOURS, Role.PARTNER)  # a partner for students who come to us
HOST = (Role.PARTNER, Role.OFFICE)
STAND_INS = (Role.COORDINATOR, Role.HONOURS)


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
            f"enrolments.{name}",
            label,  # type: ignore[arg-type]
            f"enrolments/notices/{name}",
            twice=twice,
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
_kind("enrolled", _("You are enrolled"), always=True)
_kind("declined", _("The host university has declined your application"), always=True)
_kind("withdrawn", _("Your application has been withdrawn"))
_kind("expired", _("Your application has expired"))
_kind("closing", _("Applications close soon, and yours has not been sent"))
# To those who approve, and to hosts.
_kind("to_check", _("An application to check"), HOME)
_kind("answered", _("A student has answered your question"), HOME)
_kind("to_confirm", _("A student to confirm"), HOST)
_kind("gone", _("A student has withdrawn"), (*HOME, Role.OFFICE))
_kind("placed", _("A student has been enrolled or declined"), HOME)
_kind("overdue", _("Applications that wait too long"), (*HOME, Role.OFFICE))
_kind("stand_in", _("You stand in for a colleague"), STAND_INS, always=True)
_kind("stand_in_ended", _("Standing in has ended"), STAND_INS)
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
        why=_("You get this because you are the contact of your university for Virtual Exchange."),
    ),
)
register_documents(DocumentKind("agreement", _("Agreement"), "enrolments/documents/agreement"))
register_files(
    FileKind("host_answer", _("Answer of the host university")),
    FileKind("host_answer_student", _("Answer of the host university")),
    FileKind("agreement_signed", _("Signed agreement")),
    FileKind("board_permission", _("Permission of the Board of Examiners")),
    FileKind("answer", _("Answer to a question")),
)
