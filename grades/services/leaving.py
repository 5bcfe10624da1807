"""A student who leaves a course: nobody is asked any more for what its result needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grades.models import PurposeChange, Registration, Transcript
from paperwork.services.notices import settle

if TYPE_CHECKING:
    from enrolments.models import Enrolment
    from paperwork.models import Event


def leave(case: Enrolment, _event: Event) -> None:
    """Its transcripts, registrations and questions stay as they are, and ask for nothing.

    In the transaction that ends the case. What has been sent can still be recorded.
    """
    for model in (Transcript, Registration, PurposeChange):
        for row in model.objects.filter(enrolment=case):
            settle(row)
