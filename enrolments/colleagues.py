"""Who reads along with a case, and who could do whose work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.models import Membership, Role, User
from enrolments import people
from enrolments.models import State
from enrolments.models.enrolment import Kind
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from enrolments.models import Enrolment

STAND_INS = (Role.COORDINATOR, Role.HONOURS)


def is_colleague(user: User, case: Enrolment) -> bool:
    """Whether `user` works on `case` inside our university: never its student or a partner."""
    if case.student_id == user.pk:
        return False
    scopes = scopes_of(user)
    if scopes.reads_all or people.home_role(user, case) in STAND_INS:
        return True
    registered = case.state in {State.ENROLLED, State.FINISHED}
    ours = case.kind != Kind.INCOMING and not case.is_honours
    return registered and ours and case.faculty_id in scopes.administers


def may_open(user: User, case: Enrolment) -> bool:
    """Whether the desk shows `case` to `user`: all of it, more than a host may know."""
    return is_colleague(user, case) or bool(people.home_role(user, case))


def possible_stand_ins(user: User) -> QuerySet[User]:
    """The colleagues who could do `user`'s work for some days."""
    return who_decide().exclude(pk=user.pk)


def who_decide() -> QuerySet[User]:
    """Who decides about cases of our students: they stand in for each other."""
    held = Membership.objects.current().filter(role__in=STAND_INS)
    return User.objects.filter(pk__in=held.order_by().values("user")).order_by("name", "email")
