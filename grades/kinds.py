"""The notices about transcripts, whose texts are in templates/grades/notices/; the files."""

from django.utils.translation import gettext_lazy as _

from accounts.models import STUDENT, Role
from paperwork.registry import FileKind, NoticeKind, register_files, register_notices

STUDENTS = (STUDENT,)
VERIFIERS = (Role.COORDINATOR, Role.HONOURS)


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


_kind("transcript_wanted", _("Your transcript is wanted"), always=True)
_kind("transcript_received", _("Your transcript has arrived"))
_kind("transcript_verified", _("Your result has been verified"), always=True)
_kind("transcript_returned", _("Your transcript has come back to you"), always=True)
_kind("result_corrected", _("Your result has been corrected"), always=True)
_kind("transcript_to_verify", _("A transcript to verify"), VERIFIERS)
_kind("transcripts_overdue", _("Transcripts that wait too long"), VERIFIERS)
_kind("transcripts_awaited", _("Transcripts that a host still has to send"), (Role.PARTNER,))
_kind("transcripts_missing", _("Transcripts that are missing"), (*VERIFIERS, Role.OFFICE))
register_files(
    FileKind("transcript", _("Transcript")),
    FileKind("transcript_bound", _("Transcript, as one PDF")),
    FileKind("transcript_unsettled", _("Transcript that waits for its student")),
)
