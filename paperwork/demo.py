"""The demo's messages: everybody of the cast has some, new and read; one that came to a stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from accounts.demo import DOMAIN
from accounts.models import Role, User
from courses.models import Course, PublicState, University
from courses.wording import gettext_lazy as _
from paperwork.models import Notice, Owed
from paperwork.services.notices import Address, Link, owe_notice

KEY = "demo-"


class Letter(NamedTuple):
    """One message of the demo, and how long ago it came."""

    name: str
    text: Mapping[str, str | Promise]
    link: Link
    asks: bool = False
    days: int = 0  # until when to act, from today
    ago: timedelta = timedelta(0)
    is_read: bool = False


WELCOME = Letter(
    "welcome",
    {
        "subject": _("Welcome to {portal}"),
        "text": _(
            "This is how it goes:\n\n✓ You have an account\n● You choose a course\n○ You apply\n"
            "○ You sit the exam in {city}\n○ Your grade is registered"
        ),
        "words": _("See how it works"),
    },
    Link("how-it-works"),
    ago=timedelta(days=6),
    is_read=True,
)
DETAILS = Letter(
    "details",
    {
        "subject": _("Check your details before you apply"),
        "text": _(
            "Your year of study and your programme go along with an application. Are they still"
            " right? Then you need to do nothing else."
        ),
        "words": _("Check your details"),
    },
    Link("accounts:profile"),
    asks=True,
    days=5,
)
LISTED = Letter(
    "listed",
    {
        "subject": _("This is how students find you"),
        "text": _(
            "Your name and address stand on the page “Your coordinators”. If that is not right,"
            " tell the programme office."
        ),
        "words": _("See the page"),
    },
    Link("coordinators"),
    ago=timedelta(days=2),
)
RANGE = Letter(
    "range",
    {
        "subject": _("Courses that nobody has confirmed"),
        "text": _("Some courses of next semester still have to be confirmed by their university."),
        "words": _("See the courses"),
    },
    Link("office:courses"),
    asks=True,
    days=3,
)


@transaction.atomic
def make_notices() -> None:
    """Give the demo's people their messages, once. Needs the demo's offer and people."""
    if Notice.objects.filter(key__startswith=KEY).exists():
        return
    fresh = _new_courses()
    for user in User.objects.filter(email__endswith=f"@{DOMAIN}").prefetch_related("memberships"):
        for letter in _for(user, fresh):
            _owe(user, letter)
    _one_that_came_to_a_stop()


def _for(user: User, fresh: Letter) -> list[Letter]:
    """What this person gets."""
    roles = {membership.role for membership in user.memberships.all()}
    if not roles:
        return [WELCOME, fresh, DETAILS]
    if Role.OFFICE in roles:
        return [fresh, RANGE]
    return [fresh, LISTED] if roles & {Role.COORDINATOR, Role.HONOURS} else [fresh]


def _new_courses() -> Letter:
    courses = Course.objects.filter(state=PublicState.PUBLISHED).select_related("university")
    chosen = courses.exclude(university__is_home=True).order_by("-published_at", "pk")[:3]
    return Letter(
        "courses",
        {
            "subject": _("New courses to choose from"),
            "text": "\n".join(f"- [{course.university.code}] {course.title}" for course in chosen),
            "words": _("Look at the courses"),
        },
        Link("courses:catalogue"),
        ago=timedelta(days=1),
    )


def _owe(user: User, letter: Letter) -> None:
    now = timezone.now()
    until = None
    if letter.days:
        day = timezone.localdate() + timedelta(days=letter.days)
        until = timezone.make_aware(datetime.combine(day, time(17)))
    key = f"{KEY}{letter.name}-{user.pk}"
    owe_notice("demo", key, user, letter.text, link=letter.link, until=until, asks=letter.asks)
    if not letter.ago:
        return  # it is mailed when the worker starts
    at = now - letter.ago
    came: dict[str, Any] = {"due_at": at, "created_at": at, "done_at": at}
    if letter.is_read:
        came["read_at"] = now
    Notice.objects.filter(key=key).update(state=Owed.State.DONE, **came)


def _one_that_came_to_a_stop() -> None:
    university = University.objects.exclude(is_home=True).order_by("code").first()
    if university is None:
        return
    key, ago = f"{KEY}stopped", timezone.now() - timedelta(hours=3)
    context = {"university": university, "number": 1, "expires_at": ago, "by": "Karin Mulder"}
    reader = Address(f"left-long-ago@{DOMAIN}", "en")
    owe_notice("courses.confirm", key, reader, context)
    Notice.objects.filter(key=key).update(
        state=Owed.State.DEAD, attempts=1, error="SMTP 550", due_at=ago, created_at=ago
    )
