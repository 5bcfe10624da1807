"""The notices about applications. Their texts are in templates/enrolments/notices/."""

from django.utils.translation import gettext_lazy as _

from paperwork.registry import NoticeKind, Twice, register_notices


def _kind(name: str, label: object, *, always: bool = False, twice: Twice = Twice.RESEND) -> None:
    register_notices(
        NoticeKind(
            f"enrolments.{name}",
            label,  # type: ignore[arg-type]
            f"enrolments/notices/{name}",
            twice=twice,
            always=always,
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
_kind("to_check", _("An application to check"))
_kind("answered", _("A student has answered your question"))
_kind("to_confirm", _("A student to confirm"))
_kind("gone", _("A student has withdrawn"))
_kind("placed", _("A student has been enrolled or declined"))
_kind("overdue", _("Applications that wait too long"))
_kind("board_asked", _("A question to a Board of Examiners"), always=True)
_kind("board_answered", _("The Board of Examiners has answered"))
_kind("host_link", _("The page for a host university"), always=True)
