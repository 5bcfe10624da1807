"""Sessions: what is written about one, and their end."""

from __future__ import annotations

import time

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User

STARTED = "started"  # seconds since the epoch: when the person signed in
SEEN = "seen"  # seconds since the epoch: the last request, at most WRITE_EVERY old
ENDED = "ended"  # after its end: whose it was
KEPT = "kept"  # one page that stays open although nobody was seen: its address, and until when
WRITE_EVERY = 60  # seconds


def note_session(request: HttpRequest) -> None:
    """Write down that a session is in use, for its limits and for the list its owner sees."""
    request.session.setdefault(STARTED, time.time())
    request.session[SEEN] = time.time()
    UserSession.objects.create_from_request(request)


def keep_open(request: HttpRequest, path: str, until: float) -> None:
    """Let the addresses below `path` (without a language) be used until a moment, idle or not.

    For a device that lies in a room: it is signed in for this one page alone. Whoever goes anywhere
    else after the usual limit signs in anew, and so does everybody after the absolute limit.
    """
    request.session[KEPT] = {"path": path, "until": until}


def kept_until(request: HttpRequest, path: str) -> float:
    """Until when `path` is kept open in this session; 0 when it is not, or no more."""
    kept = request.session.get(KEPT)
    if not kept or not path.startswith(kept["path"]) or kept["until"] <= time.time():
        return 0
    return float(kept["until"])


@transaction.atomic
def end_sessions(user: User, *, keep: str = "", only: int | None = None) -> int:
    """End the sessions of `user` and say how many: the next request of each is a visitor's.

    All of them, or all but the one whose key is `keep`, or `only` the one with that number in the
    list. In the caller's transaction, so that they end exactly when what causes it is saved.
    """
    known = UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep)
    if only is not None:
        known = known.filter(pk=only)
    Session.objects.filter(
        session_key__in=list(known.values_list("session_key", flat=True))
    ).delete()
    ended: int = known.delete()[0]
    return ended


def sessions_of(user: User) -> list[UserSession]:
    """Those of `user` that still exist, the last used first, at most fifty."""
    living = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    known = UserSession.objects.filter(Exists(living), user_id=user.pk)
    return list(known.order_by("-last_seen_at", "-pk")[:50])
