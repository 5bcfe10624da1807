"""Sign-ins that failed: counted per address, and told to its owner."""

from __future__ import annotations

import structlog
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from courses.telling import Link, post

WINDOW = 3600  # seconds
TELL_AFTER = 10

log = structlog.get_logger("accounts")


def count_failure(email: str) -> None:
    """Count one failed sign-in; the tenth within an hour has the owner told, once an hour.

    Counts any address alike, known or not. Only the answer that has the owner told takes longer
    for a known address, by a few milliseconds, once an hour: too seldom to tell accounts by.
    """
    key = f"sign-in-failed:{email}"
    cache.add(key, 0, WINDOW)
    try:
        failures = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        return
    if failures >= TELL_AFTER and cache.add(f"sign-in-told:{email}", 1, WINDOW):
        log.warning("many failed sign-ins", failures=failures)
        tell_owner(email)


def tell_owner(email: str) -> None:
    """Owe whoever owns `email` the message that somebody is guessing; nobody: nothing."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is not None:
        key = f"sign-in-failed-{user.pk}-{timezone.now():%Y%m%d%H}"
        post().tell("accounts.many_failures", key, user, {}, link=Link("mfa_index"))
