"""Who is signed in, read from the database for each request."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's; it reads what pages ask of a student in the query that reads the person."""

    def get_user(self, user_id: str) -> User | None:
        user = User.objects.select_related("student__home_university").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
