"""What happens around accounts in the background."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import DatabaseError

from accounts.services import memberships
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
