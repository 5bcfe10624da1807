"""Sign-ins that failed: counted per address, and told to its owner."""

from __future__ import annotations

import structlog
from django.core.cache import cache
from kombu.exceptions import OperationalError

from accounts import tasks

WINDOW = 3600  # seconds
TELL_AFTER = 10

log = structlog.get_logger("accounts")


def count_failure(email: str) -> None:
    """Count one failed sign-in; the tenth within an hour has the owner told, once an hour.

    Counts any address alike, known or not: how long an answer takes says nothing about accounts.
    """
    key = f"sign-in-failed:{email}"
    cache.add(key, 0, WINDOW)
    try:
        failures = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        return
    if failures >= TELL_AFTER and cache.add(f"sign-in-told:{email}", 1, WINDOW):
        log.warning("many failed sign-ins", failures=failures)
        try:
            tasks.tell_owner.delay(email)
        except (OSError, OperationalError) as error:
            cache.delete(f"sign-in-told:{email}")
            log.warning("owner not told", reason=type(error).__name__)
