"""A student's answer to a question, with the file that belongs to it."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.services.acting import act
from paperwork.services import files
from paperwork.uploads import Upload


@transaction.atomic
def answer(case: Enrolment, text: str, file: Upload | None, *, by: User) -> None:
    """Send the answer and keep its file, both or neither; the case goes on.

    Raises ActionError when no question is open any more, FileRefusedError.
    """
    act(case, "answer", by=by, reason=text)
    if file is not None:
        files.keep(file, purpose="answer", by=by, about=case)
