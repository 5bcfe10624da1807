"""Inviting people: a role, offered by mail with a link that works once."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, User
from accounts.services import memberships
from accounts.services.accounts import forget_unverified
from accounts.services.memberships import Grant, MembershipError
from courses import house
from courses.models import SignedLink
from courses.telling import Address, Link, note, post

log = structlog.get_logger("accounts.invitations")


class Invited(NamedTuple):
    """What came of an invitation: a link by mail, or the role at once for who has an account."""

    invitation: Invitation | None
    membership: Membership | None


def account_of(email: str) -> User | None:
    """Who has proved that `email` is theirs."""
    address = EmailAddress.objects.filter(email__iexact=email, verified=True)
    found = address.select_related("user").first()
    return found.user if found else None


def invite(email: str, name: str, language: str, grant: Grant, *, by: User) -> Invited:
    """Offer the role to whoever has `email`, in a mail that a worker sends after the commit.

    Somebody with an account gets it at once, and is told. An invitation that has expired is
    replaced. Raises MembershipError when one is still open, or the person has the role already.
    """
    with transaction.atomic(durable=True):
        memberships.only_the_office(by)
        if user := account_of(email):
            membership = memberships.take_up(user, grant, given_by=by)
            memberships.tell(membership)
            return Invited(None, membership)
        return Invited(_make(email.lower(), name, language, grant, by), None)


def _make(email: str, name: str, language: str, grant: Grant, by: User) -> Invitation:
    """Write the invitation and owe its mail, which alone holds the token, sealed until it goes."""
    now = timezone.now()
    token = SignedLink.new_token()
    earlier = Invitation.objects.open().filter(email__iexact=email)
    earlier.filter(expires_at__lte=now).update(revoked_at=now)
    invitation = Invitation(
        email=email,
        name=name,
        language=language,
        role=grant.role,
        faculty=grant.faculty,
        university=grant.university,
        starts_on=grant.starts_on or timezone.localdate(now),
        ends_on=grant.ends_on,
        is_listed=grant.is_listed,
        digest=SignedLink.digest_of(token),
        created_at=now,
        expires_at=now + house.span("accounts.invitation_days"),
        invited_by=by,
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        if earlier.exists():
            raise MembershipError(
                _(
                    "%(email)s has an open invitation already. Send that one again or revoke it"
                    " first; a second role can be given once it is accepted."
                )
                % {"email": email}
            ) from None
        raise
    invitation.programmes.set(grant.programmes)
    _owe(invitation, token)
    note(invitation, "invite", by=by, role_given=grant.role)
    log.info("invited", invitation=invitation.pk, role=invitation.role, by=by.pk)
    return invitation


def resend(invitation: Invitation, *, by: User) -> None:
    """Send a new link, valid for as long as a first one; the old link stops working.

    Raises MembershipError when it was accepted or revoked.
    """
    token = SignedLink.new_token()
    with transaction.atomic(durable=True):
        memberships.only_the_office(by)
        renewed = Invitation.objects.open().filter(pk=invitation.pk)
        if not renewed.update(
            digest=SignedLink.digest_of(token),
            expires_at=timezone.now() + house.span("accounts.invitation_days"),
        ):
            raise MembershipError(_("This invitation was accepted or revoked already."))
        post().call_off(invitation.mail_key)  # that of the old link
        invitation.refresh_from_db()
        _owe(invitation, token)
        note(invitation, "resend", by=by)
    log.info("invited again", invitation=invitation.pk, by=by.pk)


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """Make the link stop working. Raises MembershipError when it was accepted or revoked."""
    memberships.only_the_office(by)
    if not Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now()):
        raise MembershipError(_("This invitation was accepted or revoked already."))
    post().call_off(invitation.mail_key)
    note(invitation, "revoke", by=by)
    log.info("invitation revoked", invitation=invitation.pk, by=by.pk)


def _owe(invitation: Invitation, token: str) -> None:
    post().tell(
        "accounts.invitation",
        invitation.mail_key,
        Address(invitation.email, invitation.language),
        {"invitation": invitation},
        about=invitation,
        link=Link("invitation:accept", [token], secret=True),
    )


def find(token: str) -> Invitation | None:
    """The invitation with this token, whether it can be accepted or not."""
    rows = Invitation.objects.select_related("faculty", "university", "invited_by")
    return rows.filter(digest=SignedLink.digest_of(token)).first()


@transaction.atomic
def accept(token: str, *, name: str = "", password: str = "") -> User:
    """Spend the link: make the account (its owner has read the mail) with the role, and return it.

    Whoever has an account by now keeps it as it is, and gets the role. Raises MembershipError when
    the link cannot be used (any more); of two at the same moment one is taken, the other refused.
    """
    now = timezone.now()
    # Compare-and-swap on what makes a link usable: the second one updates no row.
    if not Invitation.objects.usable(token, at=now).update(spent_at=now):
        raise MembershipError(_("This invitation can no longer be used."))
    invitation = Invitation.objects.get(digest=SignedLink.digest_of(token))
    user = account_of(invitation.email) or _make_account(invitation, name, password)
    grant = Grant(
        role=invitation.role,
        faculty=invitation.faculty,
        university=invitation.university,
        programmes=tuple(invitation.programmes.all()),
        starts_on=invitation.starts_on,
        ends_on=invitation.ends_on,
        is_listed=invitation.is_listed,
    )
    memberships.take_up(user, grant, given_by=invitation.invited_by)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    note(invitation, "accept", by=user, role="")
    log.info("invitation accepted", invitation=invitation.pk, user=user.pk)
    return user


def _make_account(invitation: Invitation, name: str, password: str) -> User:
    """A new account with its address verified; one that was begun and never proved goes."""
    if not password:
        raise MembershipError(_("Choose a password."))
    forget_unverified(invitation.email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email, password, name=name, language=invitation.language
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError:
        raise MembershipError(
            _("There is an account with this address already. Ask the programme office for help.")
        ) from None
    return user
