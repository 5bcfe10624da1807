"""Sessions in the database, as Django keeps them; the query that finds one is prepared."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from courses.prepared import Given, Prepared

_KEPT = Prepared(
    lambda: Session.objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    ).values_list("session_data", flat=True)
)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """What the session holds; one that has ended or never was gets another key."""
        found = _KEPT.ask(key=self.session_key, now=timezone.now())
        if found:
            return self.decode(found[0])
        self._session_key = None
        return {}
