"""What every template may use: who reads, where they can go, in which language and theme."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from paperwork import centre
from vx_portal.http import roles_of

THEME_COOKIE = "vx_theme"
THEMES = ("light", "dark")
CURATORS = frozenset({"office", "auditor"})
DESK = frozenset({"coordinator", "honours", "administration", "office", "auditor"})


class Destination(NamedTuple):
    """A place in the main navigation."""

    address: str
    label: str
    current: str  # the value of aria-current: the page itself, a page within, or nothing


def portal(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs. Asks the database nothing for a visitor.

    For somebody signed in: the roles, and how many notices are new.
    """
    return {
        **plain(request),
        "roles": SimpleLazyObject(lambda: _roles(request)),
        "destinations": SimpleLazyObject(lambda: destinations(request, _roles(request))),
        "new_notices": SimpleLazyObject(lambda: _new_notices(request)),
        "sign_in_url": SimpleLazyObject(lambda: sign_in_url(request)),
    }


def plain(request: HttpRequest) -> dict[str, Any]:
    """The part that needs neither session nor database, for pages shown when those fail."""
    language = "en" if (get_language() or "nl").startswith("en") else "nl"
    other = "nl" if language == "en" else "en"
    addresses = {code: in_language(request, code) for code in ("nl", "en")}
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "demo": settings.DEMO,
        "language": language,
        "other_language": {
            "code": other,
            "name": "Nederlands" if other == "nl" else "English",
            "address": addresses[other],
        },
        "alternates": [(code, settings.SITE_URL + addresses[code]) for code in addresses],
        "theme": theme if theme in THEMES else "",
    }


def in_language(request: HttpRequest, code: str) -> str:
    """The address of this page, query included, in the language `code`."""
    here = request.get_full_path()
    if request.path_info.startswith(f"/{code}/"):
        return here
    there = str(translate_url(here, code))
    if there != here:
        return there
    first, _slash, rest = here.lstrip("/").partition("/")
    if first in dict(settings.LANGUAGES):  # a page that does not exist, in either language
        return f"/{code}/{rest}"
    return f"/{code}/"


def destinations(request: HttpRequest, roles: frozenset[str]) -> list[Destination]:
    """Three to five places, those of the reader's roles."""
    names = [("courses:catalogue", gettext("Courses"))]
    if "student" in roles:
        names.append(("exchange:cases", gettext("My exchange")))
    if "student" not in roles or roles & CURATORS:
        names.append(("universities:list", gettext("Universities")))
    if "partner" in roles:
        names.append(("partner:home", gettext("Students")))
        names.append(("partner-exams:exams", gettext("Exams")))
    if roles & DESK:
        names.append(("desk:queue", gettext("Desk")))
    if "exams" in roles:
        names.append(("exams:home", gettext("Exams")))
    if roles & CURATORS:
        names.append(("office:home", gettext("Office")))
        names.append(("people:people", gettext("People")))
    else:
        names.append(("how-it-works", gettext("How it works")))
    places = [(reverse(name), label) for name, label in names]
    within = [address for address, _label in places if request.path.startswith(address)]
    nearest = max(within, key=len, default="")
    return [
        Destination(
            address,
            label,
            ("page" if request.path == address else "true") if address == nearest else "",
        )
        for address, label in places
    ]


def sign_in_url(request: HttpRequest) -> str:
    """Where to sign in, and come back to this page after it."""
    address = reverse("account_login")
    if request.method != "GET" or request.path.startswith(reverse("accounts:account")):
        return address
    return f"{address}?next={quote(request.get_full_path())}"


def _roles(request: HttpRequest) -> frozenset[str]:
    user = getattr(request, "user", None)  # an error before sign-in was looked at
    return roles_of(user) if user is not None else frozenset()


def _new_notices(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return centre.count_new(user) if user is not None else 0
