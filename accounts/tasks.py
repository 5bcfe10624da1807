"""What happens around accounts in the background."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import DatabaseError

from accounts.services import accounts, memberships
from accounts.services.sessions import end_sessions

log = structlog.get_logger("accounts")


@shared_task(ignore_result=True)
def end_sessions_of_former_staff() -> None:
    """Every night: end what was begun in a role that has ended by its date.

    Roles count by date, so the rights ended at midnight; this ends the sessions too. Harmless when
    run twice; one person's trouble does not keep the others.
    """
    for user in memberships.former_staff():
        try:
            ended = end_sessions(user)
            log.info("sessions ended with the last role", user=user.pk, sessions_ended=ended)
        except DatabaseError as error:
            log.warning("sessions not ended", user=user.pk, reason=type(error).__name__)


@shared_task(ignore_result=True)
def forget_old_unverified() -> None:
    """Every night: delete what people began and never proved theirs. Harmless when run twice."""
    if forgotten := accounts.forget_old_unverified():
        log.info("unverified accounts deleted", accounts=forgotten)
