"""The last ten cases that somebody opened, for who works through several of them.

Their references travel in a cookie that is signed for one session, so reading writes nothing: it
means nothing to whoever signs in next on the same device, and the browser forgets it when it
closes. What a reference names is asked anew each time, through the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db.models import Q

from enrolments.models import Enrolment
from enrolments.queue import is_reference

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from vx_portal.http import PortalRequest

COOKIE: str = settings.RECENT_COOKIE_NAME
MOST = 10
# The pages that are about one case, by the names of their addresses.
PAGES = {"desk:case", "review:transcript", "registrations:registration"}


class RecentCases:
    """Adds a case to the cookie when somebody of staff was shown its page; takes away an old one.

    "Old": of an earlier session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        response = self.get_response(request)
        opened = _opened(request, response)
        if opened:
            before = [one for one in references(request) if one != opened]
            _keep(request, response, [opened, *before][:MOST])
        elif COOKIE in request.COOKIES and not references(request):
            response.delete_cookie(COOKIE)
        return response


def note(request: PortalRequest, case: Enrolment) -> None:
    """`case` is what somebody looked for by its reference and found, wherever they are sent."""
    request.opened_case = case.reference  # type: ignore[attr-defined]


def _opened(request: PortalRequest, response: HttpResponse) -> str:
    """The reference of the case whose page was shown; empty for any other page."""
    if found := getattr(request, "opened_case", ""):
        return str(found)
    match = request.resolver_match
    shown = request.method == "GET" and response.status_code == HTTPStatus.OK
    if not shown or match is None or match.view_name not in PAGES:
        return ""
    user = request.user
    is_staff = user.is_authenticated and user.is_staff_member
    return str(match.kwargs["reference"]).upper() if is_staff else ""


def references(request: PortalRequest) -> list[str]:
    """The references of the cases opened last in this session, the latest first."""
    signed = request.COOKIES.get(COOKIE, "")
    if not signed:
        return []
    try:
        kept = _signer(request).unsign(signed)
    except signing.BadSignature:  # of another session
        return []
    return [one for one in kept.split(".") if is_reference(one)][:MOST]


def _keep(request: PortalRequest, response: HttpResponse, found: list[str]) -> None:
    response.set_cookie(  # without an end: the browser forgets it when it closes
        COOKIE,
        _signer(request).sign(".".join(found)),
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )


def _signer(request: PortalRequest) -> signing.Signer:
    return signing.Signer(salt=f"recent cases of {request.session.session_key}")


def cases_of(request: PortalRequest) -> list[Enrolment]:
    """Those of them that the reader may still see, the latest first. One query; none for none."""
    wanted = references(request)
    return in_order(wanted, seen_by(request, Q(reference__in=wanted))) if wanted else []


def seen_by(request: PortalRequest, which: Q) -> list[Enrolment]:
    """The cases that the reader may see as staff, of those that are asked for."""
    rows = Enrolment.objects.visible_to(request.user).for_desk(request.user)
    return list(rows.filter(which).for_list())


def in_order(wanted: list[str], cases: Iterable[Enrolment]) -> list[Enrolment]:
    """Those of `cases` that have one of the references `wanted`, in that order."""
    found = {case.reference: case for case in cases}
    return [found[reference] for reference in wanted if reference in found]
