"""As which of their roles somebody works now, while they hold several.

It says what they see first: their home, the menu, the lists of the desk. What they may do and open
stays what all their roles together allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from accounts.models import STUDENT, Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from vx_portal.http import PortalRequest

# Where each role begins, by the name of the address. Who holds several begins as the first of them.
HOMES: dict[str, str] = {
    Role.OFFICE: "office:home",
    Role.COORDINATOR: "work:home",
    Role.HONOURS: "work:home",
    Role.ADMINISTRATION: "work:home",
    Role.EXAMS: "exams:home",
    Role.PARTNER: "work:home",
    Role.AUDITOR: "work:home",
    STUDENT: "exchange:cases",
}
CHOSEN = "works_as"  # in the session: it ends with it


class WorksAs:
    """Says of somebody who holds several roles as which of them they work now. No query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and len(user.roles) > 1:
            chosen = request.session.get(CHOSEN, "")
            user.works_as = chosen if chosen in user.roles else first_role(user)
        return self.get_response(request)


def first_role(user: User) -> str:
    """The role as which `user` begins; empty for somebody without any."""
    return next((role for role in HOMES if role in user.roles), "")


def role_of(user: User) -> str:
    """As which role `user` works now: the only one, or the one in view; empty without any."""
    return user.works_as or first_role(user)


def work_as(request: HttpRequest, user: User, role: str) -> bool:
    """Work as `role` from now on, until the session ends; False when it is none of `user`'s."""
    if role not in user.roles:
        return False
    request.session[CHOSEN] = user.works_as = role
    return True


@contextmanager
def looking_as(user: User, role: str) -> Iterator[None]:
    """Inside, what `user` sees is what they would as `role`, another one of theirs."""
    before, user.works_as = user.works_as, role
    try:
        yield
    finally:
        user.works_as = before
