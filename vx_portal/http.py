"""What every view knows of a request: who asks and in which roles; the refusal that names one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, overload

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User

    type Person = User | AnonymousUser

type View[**P] = Callable[Concatenate[PortalRequest, P], HttpResponse]


class PortalRequest(HttpRequest):
    """A request as our middleware leaves it (for type checking)."""

    htmx: HtmxDetails
    user: User | AnonymousUser


class WrongRoleError(PermissionDenied):
    """The page exists, but it belongs to other roles: the 403 page names them."""

    def __init__(self, *roles: str) -> None:
        super().__init__(", ".join(roles))
        self.roles = roles


def roles_of(user: Person) -> frozenset[str]:
    """The names of the roles `user` holds today; none for a visitor. One query a request."""
    return user.roles if user.is_authenticated else frozenset()


def is_visitor(request: HttpRequest) -> bool:
    """Whether nothing in `request` is personal: no session, and no message waits to be shown."""
    return not {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether who asks can unpack gzip (`gzip;q=0` says no)."""
    for part in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        name, _, quality = part.partition(";")
        if name.strip().lower() in ("gzip", "x-gzip"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def needs_role[**P](*roles: str) -> Callable[[View[P]], View[P]]:
    """Let in only people with one of `roles`; others get a 403 that says which role has it."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if roles_of(request.user).isdisjoint(roles):
                raise WrongRoleError(*roles)
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]  # read by the address matrix
        return guarded

    return decorate


def current_user(request: PortalRequest) -> User:
    """The signed-in user, for views behind the sign-in (typed as such for services)."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def keep_private(response: HttpResponse) -> HttpResponse:
    """The address is the key: no other site may learn it, no cache or search engine keep it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@overload
def kept[**P](view: View[P], /) -> View[P]: ...
@overload
def kept[**P](*, clock: bool = False) -> Callable[[View[P]], View[P]]: ...
def kept[**P](
    view: View[P] | None = None, /, *, clock: bool = False
) -> View[P] | Callable[[View[P]], View[P]]:
    """Mark a public view whose page may be kept rendered for visitors (vx_portal/kept.py).

    Its page may depend on its address, the offer, free places, the day and the theme alone; with
    `@kept(clock=True)` it shows the time and is made anew each minute.
    """

    def decorate(view: View[P]) -> View[P]:
        view.kept_for = "minute" if clock else "offer"  # type: ignore[attr-defined]
        return view

    return decorate(view) if view else decorate
