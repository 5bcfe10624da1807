"""Accounts: whose e-mail address is whose, and what a student has told us."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, StudentProfile, User
from courses import house
from courses.models import University
from courses.services.offer import offer_changed
from courses.telling import note, post


def university_of_domain(domain: str) -> University | None:
    """The participating university whose students have addresses in exactly this domain."""
    return (
        University.objects.participating()
        .filter(email_domains__domain=domain.lower().rstrip("."))
        .first()
    )


def university_of_email(email: str) -> University | None:
    """The participating university whose students have addresses such as `email`."""
    return university_of_domain(email.rpartition("@")[2])


def university_of_organisation(organisation: str) -> University | None:
    """The participating university of a `schac_home_organization` such as leidenuniv.nl.

    Its students' addresses are in that domain or below it; where two universities would fit, none.
    """
    name = organisation.lower().strip(".")
    if not name:
        return None
    found = (
        University.objects.participating()
        .filter(Q(email_domains__domain=name) | Q(email_domains__domain__endswith=f".{name}"))
        .distinct()[:2]
    )
    return found[0] if len(found) == 1 else None


def home_university_of(user: User, said: University | None) -> University | None:
    """A student's university: as kept, as the university `said`, or by a confirmed address."""
    profile = StudentProfile.objects.filter(user=user).select_related("home_university").first()
    if profile:
        return profile.home_university
    if said:
        return said
    for email in EmailAddress.objects.filter(user_id=user.pk, verified=True).order_by("-primary"):
        if university := university_of_email(email.email):
            return university
    return None


@transaction.atomic
def forget_unverified(email: str) -> None:
    """Delete the account that somebody began with `email` and never proved to be theirs.

    What happened to it goes too: the name in it may be anybody's.
    Whoever owns the address can begin anew, and a password chosen by another is worth nothing.
    Accounts that were ever signed in to, verified or given a role are not touched.
    """
    _forget(_never_proved().filter(email__iexact=email))
    EmailAddress.objects.filter(email__iexact=email, verified=False).delete()


@transaction.atomic
def forget_old_unverified() -> int:
    """Delete the accounts that people began longer ago than is settled and never proved theirs.

    What happened to them goes too. The number of them. Closed accounts stay closed, and so they are
    kept; what did not begin with signing up (it has no e-mail address to prove) is kept too.
    """
    waiting = EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)
    old = _never_proved().filter(
        Exists(waiting),
        is_active=True,
        created_at__lt=timezone.now() - house.span("accounts.prove_days"),
    )
    return _forget(old)


def _forget(accounts: QuerySet[User]) -> int:
    """Delete those of them that are still so, with their events; how many."""
    number = 0
    for user in list(accounts):
        if accounts.filter(pk=user.pk).delete()[0]:
            post().forget(user)
            number += 1
    return number


def _never_proved() -> QuerySet[User]:
    """Accounts that were never signed in to, verified, given a role or tied to a university."""
    return User.objects.filter(
        ~Q(emailaddress__verified=True),
        last_login=None,
        memberships=None,
        student=None,
        socialaccount=None,
    )


@transaction.atomic
def save_profile(user: User, profile: StudentProfile, *, name: str, language: str) -> None:
    """Keep what a student filled in; raises IntegrityError for somebody else's student number."""
    _save_name(user, name, language)
    profile.user = user
    profile.save()
    note(user, "change_profile", by=user, role="")


@transaction.atomic
def save_name_and_language(user: User, *, name: str, language: str) -> None:
    """Keep how somebody wants to be called and written to."""
    _save_name(user, name, language)
    note(user, "change_profile", by=user, role="")


def _save_name(user: User, name: str, language: str) -> None:
    renamed = user.name != name
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    if renamed:
        shown_anew(user)


def shown_anew(user: User) -> None:
    """Drop the kept page with the coordinators when `user` may stand on it; in a transaction."""
    if Membership.objects.current().filter(user=user).exists():
        offer_changed()
