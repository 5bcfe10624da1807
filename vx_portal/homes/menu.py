"""The main menu of each role, and the roles between which somebody can switch."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import STUDENT, Role
from accounts.working import HOMES, role_of
from enrolments.scopes import memberships_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from vx_portal.http import Person

type Places = tuple[tuple[str, str | Promise], ...]

COURSES = ("courses:catalogue", _("Courses"))
UNIVERSITIES = ("universities:list", _("Universities"))
HOW = ("how-it-works", _("How it works"))
WORK = ("work:home", _("My work"))
DESK = ("desk:queue", _("Desk"))
TRANSCRIPTS = ("review:queue", _("Transcripts"))
REGISTRATIONS = ("registrations:queue", _("Registrations"))
EXAMS = ("exams:home", _("Exams"))
OFFICE = ("office:home", _("Office"))
PEOPLE = ("people:people", _("People"))
REPORTS = ("reports:home", _("Reports"))

# Three to six places each; the first is where the role begins.
PLACES: dict[str, Places] = {
    "": (COURSES, UNIVERSITIES, HOW),
    STUDENT: (("exchange:cases", _("My exchange")), COURSES, HOW),
    Role.COORDINATOR: (WORK, DESK, TRANSCRIPTS, REGISTRATIONS, COURSES, REPORTS),
    Role.HONOURS: (WORK, DESK, TRANSCRIPTS, REGISTRATIONS, COURSES, REPORTS),
    Role.ADMINISTRATION: (WORK, REGISTRATIONS, DESK, COURSES, REPORTS),
    Role.EXAMS: (
        EXAMS,
        ("planner:plan", _("Planning")),
        ("examday:overview", _("Exam day")),
        COURSES,
        REPORTS,
    ),
    Role.PARTNER: (
        WORK,
        ("partner:home", _("Students")),
        ("partner-exams:exams", _("Exams")),
        ("partner-transcripts:give", _("Transcripts")),
        COURSES,
        REPORTS,
    ),
    Role.OFFICE: (OFFICE, DESK, EXAMS, PEOPLE, COURSES, REPORTS),
    Role.AUDITOR: (WORK, DESK, EXAMS, OFFICE, PEOPLE, REPORTS),
}

# Pages that belong to a place although their address begins otherwise.
BELONGS = {"partner-exams:exams": "partner-day:exams"}


class Destination(NamedTuple):
    """A place in the main menu."""

    address: str
    label: str
    current: str  # the value of aria-current: the page itself, a page within, or nothing


def destinations(request: HttpRequest, user: Person | None) -> list[Destination]:
    """The places of the role in which `user` works now."""
    role = role_of(user) if user is not None and user.is_authenticated else ""
    places = _places(role, get_language())
    # The longest beginning of this page's address: of the place, or of what belongs to it.
    begins = {begin: address for address, _label, other in places for begin in (address, other)}
    within = [begin for begin in begins if begin and request.path.startswith(begin)]
    nearest = begins[max(within, key=len)] if within else ""
    return [
        Destination(
            address,
            label,
            ("page" if request.path == address else "true") if address == nearest else "",
        )
        for address, label, _other in places
    ]


@lru_cache(maxsize=64)
def _places(role: str, _language: str | None) -> list[tuple[str, str, str]]:
    """Address and words of each place of `role`, and what belongs to it."""
    return [
        (reverse(name), str(label), reverse(BELONGS[name]) if name in BELONGS else "")
        for name, label in PLACES[role]
    ]


class Held(NamedTuple):
    """A role that somebody holds, in words with where: “exchange coordinator, Humanities”."""

    role: str
    words: str
    in_view: bool


def roles_held(user: User) -> list[Held]:
    """The roles that `user` holds, one for each name, in the order of HOMES."""
    where: defaultdict[str, list[str]] = defaultdict(list)
    for one in memberships_of(user) if user.is_staff_member else []:
        if one.user_id == user.pk and (scope := one.faculty or one.university):
            where[one.role].append(str(scope))
    return [
        Held(role, ", ".join([_name(role), *sorted(where[role])]), role == role_of(user))
        for role in HOMES
        if role in user.roles
    ]


def _name(role: str) -> str:
    return pgettext("role", "student") if role == STUDENT else str(Role(role).label)


def headline(user: User) -> str:
    """The role in which `user` works now, as a sentence of its own; empty without any."""
    return next((capfirst(one.words) for one in roles_held(user) if one.in_view), "")
