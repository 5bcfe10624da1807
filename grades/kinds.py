"""The notices about transcripts, whose texts are in templates/grades/notices/; the files."""

from datetime import timedelta

from accounts.models import STUDENT, Role
from courses.wording import gettext_lazy as _
from paperwork.registry import FileKind, NoticeKind, Twice, register_files, register_notices

STUDENTS = (STUDENT,)
VERIFIERS = (Role.COORDINATOR, Role.HONOURS)


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
            f"grades.{name}",
            label,  # type: ignore[arg-type]
            f"grades/notices/{name}",
            twice=twice,
            roles=roles,
            always=always,
        )
    )


_kind("transcript_wanted", _("Your transcript is wanted"), always=True)
_kind("transcript_received", _("Your transcript has arrived"))
# A second mail would read as a second decision about a grade.
_kind("transcript_verified", _("Your result has been verified"), always=True, twice=Twice.HOLD)
_kind(
    "transcript_returned", _("Your transcript has come back to you"), always=True, twice=Twice.HOLD
)
_kind("transcript_given_up", _("Your transcript is no longer awaited"), always=True)
_kind("result_corrected", _("Your result has been corrected"), always=True, twice=Twice.HOLD)
_kind("transcript_to_verify", _("A transcript to verify"), VERIFIERS)
_kind("transcripts_overdue", _("Transcripts that wait too long"), VERIFIERS)
_kind("transcripts_awaited", _("Transcripts that a host still has to send"), (Role.PARTNER,))
_kind("transcripts_unsettled", _("Files that wait for their student"), (Role.PARTNER,))
_kind("transcripts_to_ask_for", _("Transcripts to ask of a host yourself"), (Role.OFFICE,))
register_notices(
    NoticeKind(
        "grades.transcripts_awaited_outside",
        _("Transcripts that a host still has to send"),
        "grades/notices/transcripts_awaited_outside",
        outside=True,
        why=_("You get this because you are the contact of your university for {portal}."),
    )
)
_kind("handler_missing", _("Results that nobody handles"), (Role.OFFICE,))
_kind("transcripts_missing", _("Transcripts that are missing"), (*VERIFIERS, Role.OFFICE))
register_files(
    FileKind("transcript", _("Transcript")),
    FileKind("transcript_bound", _("Transcript, as one PDF")),
    FileKind(
        "transcript_unsettled",
        _("Transcript that waits for its student"),
        waits_for=timedelta(days=14),
    ),
)
