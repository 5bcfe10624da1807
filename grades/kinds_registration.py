"""The notices and documents of registrations; texts in templates/grades/notices/."""

from accounts.models import STUDENT, Role
from courses.wording import gettext_lazy as _
from paperwork.registry import DocumentKind, NoticeKind, register_documents, register_notices

STUDENTS = (STUDENT,)
HANDLERS = (Role.COORDINATOR, Role.HONOURS)
RECORDERS = (*HANDLERS, Role.ADMINISTRATION)


def _kind(
    name: str, label: object, roles: tuple[str, ...] = STUDENTS, *, always: bool = False
) -> None:
    register_notices(
        NoticeKind(
            f"grades.{name}",
            label,  # type: ignore[arg-type]
            f"grades/notices/{name}",
            roles=roles,
            always=always,
        )
    )


_kind("registration_to_file", _("You can ask for the registration of your result"), always=True)
_kind("registration_done", _("Your result is registered"), always=True)
_kind("registration_refused", _("The registration of your result was refused"), always=True)
_kind("registration_filed", _("A student has asked for registration"), HANDLERS)
_kind("registration_back", _("Paperwork that came back"), HANDLERS)
_kind("purpose_change_asked", _("A question about the honours route"), HANDLERS)
_kind("purpose_change_answered", _("An answer about the honours route"), HANDLERS)
_kind("registration_sent", _("A registration to enter in {system}"), RECORDERS)
_kind("registration_batch", _("Registrations to enter in {system}, together"), RECORDERS)
_kind("registration_left_out", _("Registrations that did not go along"), HANDLERS)
_kind("registration_corrected", _("A result that was corrected after it was sent"), RECORDERS)
_kind("registration_other_route", _("Paperwork of a case that takes the other route"), RECORDERS)
_kind("registration_nobody", _("Registrations that nobody can record"), (Role.OFFICE,))
_kind("registrations_overdue", _("Registrations that wait too long"), RECORDERS)
for _name, _label in (
    ("honours_overview", _("An overview for the {honours}")),
    ("honours_overview_ended", _("An overview that no longer counts")),
):
    register_notices(
        NoticeKind(
            f"grades.{_name}",
            _label,
            f"grades/notices/{_name}",
            outside=True,
            why=_(
                "You get this because results of the honours programme are sent to this address."
            ),
        )
    )
register_documents(
    DocumentKind("grades.petition", _("Request for registration"), "grades/documents/form"),
    DocumentKind("grades.registration", _("Registration of a result"), "grades/documents/form"),
    DocumentKind("grades.honours", _("Honours overview"), "grades/documents/form"),
    DocumentKind("grades.cover", _("Cover list of registrations"), "grades/documents/cover"),
)
