"""Giving people roles and taking them back, closing and reopening accounts. Only the office may."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import structlog
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from accounts.services.sessions import end_sessions
from courses.models import Faculty, Programme, University
from courses.services.offer import offer_changed
from courses.telling import Link, note, post

LOOK_BACK = timedelta(days=60)  # of the nightly search for roles that have ended

log = structlog.get_logger("accounts.memberships")


class MembershipError(Exception):
    """Refused; the message says why, and may be shown."""


class Grant(NamedTuple):
    """A role to give: what a membership or an invitation says."""

    role: str
    faculty: Faculty | None = None
    university: University | None = None
    programmes: tuple[Programme, ...] = ()
    starts_on: date | None = None  # today
    ends_on: date | None = None
    is_listed: bool = True


class Ended(NamedTuple):
    """What came of ending a role or closing an account."""

    was_last: bool
    sessions: int  # that ended with it


def only_the_office(by: User) -> None:
    """Raise PermissionDenied unless `by` is of the office now, not when the page was opened.

    Locks the office's memberships: two people who end each other's cannot both succeed.
    """
    office = Membership.objects.current().filter(role=Role.OFFICE).order_by("pk")
    locked = office.select_for_update(of=("self",)).values_list("user_id", flat=True)
    if by.pk not in list(locked):
        raise PermissionDenied


@transaction.atomic
def give(user: User, grant: Grant, *, by: User) -> Membership:
    """Give `user` a role, and tell them.

    Raises MembershipError when the account is closed or has the role.
    """
    only_the_office(by)
    membership = take_up(user, grant, given_by=by)
    tell(membership)
    return membership


@transaction.atomic
def take_up(user: User, grant: Grant, *, given_by: User | None) -> Membership:
    """Make the membership that the office gave, or offered in an invitation.

    Raises MembershipError when the account is closed or has the role, or its last day has passed.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one after the other
    if not user.is_active:
        raise MembershipError(
            _("The account of %(name)s is closed. Open it again first.") % {"name": user}
        )
    if grant.ends_on and grant.ends_on < timezone.localdate():
        raise MembershipError(
            _("This role was until %(day)s. Ask the programme office for a new invitation.")
            % {"day": date_format(grant.ends_on, "j F Y")}
        )
    starts_on = grant.starts_on or timezone.localdate()
    if same := _same(user, grant, starts_on):
        began = same.starts_on <= timezone.localdate()
        text = (
            _("%(name)s has this role already, from %(day)s. End that first, or choose other days.")
            if began
            else _("%(name)s gets this role already, on %(day)s. End that first.")
        )
        raise MembershipError(text % {"name": user, "day": date_format(same.starts_on, "j F Y")})
    membership = Membership(
        user=user,
        role=grant.role,
        faculty=grant.faculty,
        university=grant.university,
        starts_on=starts_on,
        ends_on=grant.ends_on,
        is_listed=grant.is_listed,
        given_by=given_by,
    )
    membership.full_clean()
    membership.save()
    membership.programmes.set(grant.programmes)
    offer_changed()  # the page with the coordinators is kept
    note(membership, "give", by=given_by, role_given=grant.role, account=user.pk)
    log.info("role given", membership=membership.pk, user=user.pk, by=given_by and given_by.pk)
    return membership


def _same(user: User, grant: Grant, starts_on: date) -> Membership | None:
    """A membership with the same role and scope of which the days overlap."""
    same = Membership.objects.unended().filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on),
        user=user,
        role=grant.role,
        faculty=grant.faculty,
        university=grant.university,
    )
    if grant.ends_on:
        same = same.filter(starts_on__lte=grant.ends_on)
    return same.first()


@transaction.atomic
def change(membership: Membership, *, ends_on: date | None, is_listed: bool, by: User) -> None:
    """Give a membership that has not ended another last day, or show or hide it to students.

    Raises MembershipError when it has ended in the meantime.
    """
    only_the_office(by)
    if (
        not Membership.objects.unended()
        .filter(pk=membership.pk)
        .update(ends_on=ends_on, is_listed=is_listed)
    ):
        raise MembershipError(_("This role has ended already."))
    until = ends_on.isoformat() if ends_on else ""
    note(membership, "change", by=by, ends_on=until, is_listed=is_listed)
    offer_changed()
    log.info("role changed", membership=membership.pk, by=by.pk)


@transaction.atomic
def end(membership: Membership, *, by: User) -> Ended:
    """End a membership now, with the person's sessions when it was the last one; tell them.

    Raises MembershipError when it has ended already, or when `by` would lock themselves out.
    """
    only_the_office(by)
    user = membership.user
    if user.pk == by.pk and membership.role == Role.OFFICE and _is_last_office(membership):
        raise MembershipError(
            _("You cannot end your own office role. Ask a colleague of the office to do it.")
        )
    # Compare-and-swap: of two clicks the second ends nothing.
    ended = Membership.objects.unended().filter(pk=membership.pk)
    if not ended.update(ended_at=timezone.now(), ended_by=by):
        raise MembershipError(_("This role has ended already."))
    note(membership, "end", by=by)
    was_last = not Membership.objects.current().filter(user=user).exists()
    sessions = end_sessions(user) if was_last else 0
    offer_changed()
    if user.pk != by.pk:
        _tell_ended(membership)
    log.info("role ended", membership=membership.pk, by=by.pk, sessions_ended=sessions)
    return Ended(was_last, sessions)


def _is_last_office(membership: Membership) -> bool:
    others = Membership.objects.current().filter(user_id=membership.user_id, role=Role.OFFICE)
    return not others.exclude(pk=membership.pk).exists()


@transaction.atomic
def close_account(user: User, *, by: User) -> Ended:
    """Let `user` no longer sign in, from this moment. Memberships stay, but give no role.

    Raises MembershipError for one's own account, or when it is closed already.
    """
    only_the_office(by)
    if user.pk == by.pk:
        raise MembershipError(_("You cannot close your own account. Ask a colleague."))
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise MembershipError(_("This account has been closed already."))
    note(user, "close", by=by)
    sessions = end_sessions(user)
    offer_changed()
    log.info("account closed", user=user.pk, by=by.pk, sessions_ended=sessions)
    return Ended(was_last=True, sessions=sessions)


@transaction.atomic
def reopen_account(user: User, *, by: User) -> None:
    """Let `user` sign in again, with the roles that have not ended since."""
    only_the_office(by)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise MembershipError(_("This account is open already."))
    note(user, "reopen", by=by)
    offer_changed()
    log.info("account reopened", user=user.pk, by=by.pk)


def tell(membership: Membership) -> None:
    """Owe somebody the message that they have a role now, in the transaction that gives it."""
    post().tell(
        "accounts.role_given",
        f"role-given-{membership.pk}",
        membership.user,
        {"membership": membership},
        about=membership,
        link=Link("accounts:start"),
    )


def _tell_ended(membership: Membership) -> None:
    post().tell(
        "accounts.role_ended",
        f"role-ended-{membership.pk}",
        membership.user,
        {"membership": membership},
        about=membership,
        link=Link("accounts:account"),
    )


def former_staff(today: date | None = None) -> list[User]:
    """People without a role who have a session from when they had one."""
    day = today or timezone.localdate()
    old = UserSession.objects.filter(user_id=OuterRef("user_id"))
    over = Membership.objects.filter(
        Exists(old.filter(created_at__date__lte=OuterRef("ends_on"))),
        ends_on__lt=day,
        ends_on__gte=day - LOOK_BACK,
    )
    current = Membership.objects.current(day).filter(user=OuterRef("pk"))
    return list(User.objects.filter(~Exists(current), pk__in=over.values("user_id")).order_by("pk"))
