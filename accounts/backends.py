"""Who is signed in, read from the database for each request."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import BigAutoField

from accounts.models import User
from courses.prepared import Given, Prepared

_PERSON = Prepared(
    lambda: User.objects.select_related("student__home_university").filter(
        pk=Given("pk", BigAutoField())
    )
)


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's; it reads what pages ask of a student in the query that reads the person."""

    def get_user(self, user_id: str) -> User | None:
        for user in _PERSON.ask(pk=user_id):
            if self.user_can_authenticate(user):
                return user
        return None
