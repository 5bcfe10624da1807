"""What every template may use: who reads, where they can go, in which language and theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from accounts.models import STUDENT
from courses import house
from paperwork import centre
from vx_portal.homes import menu, recent
from vx_portal.homes.lines import Found, with_addresses
from vx_portal.http import current_user, roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person, PortalRequest

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs. Asks the database for a visitor only whether what is settled still
    holds, where nobody has asked that yet; for somebody signed in also for the roles, and how many
    notices are new.
    """
    return {
        **plain(request),
        "roles": SimpleLazyObject(lambda: _roles(request)),
        "house": SimpleLazyObject(house.names),
        "destinations": SimpleLazyObject(lambda: menu.destinations(request, _user(request))),
        "works_as": SimpleLazyObject(lambda: _works_as(request)),
        "searches": SimpleLazyObject(lambda: bool(_roles(request) - {STUDENT})),
        "recent": SimpleLazyObject(lambda: _recent(request)),
        "new_notices": SimpleLazyObject(lambda: _new_notices(request)),
        "sign_in_url": SimpleLazyObject(lambda: sign_in_url(request)),
    }


def plain(request: HttpRequest) -> dict[str, Any]:
    """The part that needs neither session nor database, for pages shown when those fail."""
    language = "en" if (get_language() or "nl").startswith("en") else "nl"
    other = "nl" if language == "en" else "en"
    addresses = {code: in_language(request, code) for code in ("nl", "en")}
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return {
        "demo": settings.DEMO,
        "house": house.names(house.remembered()),
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
    first, _slash, rest = request.get_full_path().lstrip("/").partition("/")
    return f"/{code}/{rest}" if first in dict(settings.LANGUAGES) else f"/{code}/"


def sign_in_url(request: HttpRequest) -> str:
    """Where to sign in, and come back to this page after it."""
    address = reverse("account_login")
    if request.method != "GET" or request.path.startswith(reverse("accounts:account")):
        return address
    return f"{address}?next={quote(request.get_full_path())}"


def _user(request: HttpRequest) -> Person | None:
    return getattr(request, "user", None)  # none: an error before sign-in was looked at


def _roles(request: HttpRequest) -> frozenset[str]:
    user = _user(request)
    return roles_of(user) if user is not None else frozenset()


def _works_as(request: HttpRequest) -> list[menu.Held]:
    """The roles to switch between; none for who holds one."""
    user = _user(request)
    if user is None or not user.is_authenticated or not user.works_as:
        return []
    return menu.roles_held(user)


def _recent(request: HttpRequest) -> list[Found]:
    """The cases that a member of staff opened last. A page that does not show them asks nothing."""
    if not _roles(request) - {STUDENT}:
        return []
    asked = cast("PortalRequest", request)
    return with_addresses(current_user(asked), recent.cases_of(asked))


def _new_notices(request: HttpRequest) -> int:
    user = _user(request)
    return centre.count_new(user) if user is not None else 0
