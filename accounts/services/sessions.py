"""Sessions: what is written about one, and their end."""

from __future__ import annotations

import time

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User

STARTED = "started"  # seconds since the epoch: when the person signed in
SEEN = "seen"  # seconds since the epoch: the last request, at most WRITE_EVERY old
ENDED = "ended"  # after its end: whose it was
WRITE_EVERY = 60  # seconds


def note_session(request: HttpRequest) -> None:
    """Write down that a session is in use, for its limits and for the list its owner sees."""
    request.session.setdefault(STARTED, time.time())
    request.session[SEEN] = time.time()
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_sessions(user: User) -> int:
    """End all sessions of `user` and say how many: the next request of each is a visitor's.

    In the caller's transaction, so that they end exactly when what causes it is saved.
    """
    known = UserSession.objects.filter(user_id=user.pk)
    Session.objects.filter(session_key__in=known.values("session_key")).delete()
    ended: int = known.delete()[0]
    return ended
