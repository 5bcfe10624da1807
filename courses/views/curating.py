"""What the curation's pages share: who may do what, and how a form is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpResponse

from courses.forms.curated import Change, CuratedForm
from courses.forms.edition import Rows
from courses.forms.video import VideoForm
from courses.services import curation
from courses.telling import Doer
from vx_portal.http import PortalRequest, WrongRoleError, needs_role, roles_of

SAVED, REFUSED, STALE = 303, 422, 409


def office_writes[**P](
    view: Callable[Concatenate[PortalRequest, P], HttpResponse],
) -> Callable[Concatenate[PortalRequest, P], HttpResponse]:
    """The office and auditors may read the page; only the office may send it."""

    @needs_role("office", "auditor")
    @wraps(view)
    def guarded(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in {"GET", "HEAD"} and "office" not in roles_of(request.user):
            raise WrongRoleError("office")
        return view(request, *args, **kwargs)

    return guarded


def save_form(
    form: CuratedForm,
    *,
    by: Doer,
    video: VideoForm | None = None,
    rows: dict[str, Rows] | None = None,
) -> int:
    """Save what was sent, if it is valid and nobody else has saved in between; says the status."""
    parts: list[CuratedForm] = [form, *([video] if video else [])]
    checks = [part.is_valid() for part in parts]
    checks += [formset.is_valid() for formset in (rows or {}).values()]
    stale = [part.is_stale() for part in parts]  # each notes what has changed
    if any(stale):
        return STALE
    if not all(checks):
        return REFUSED
    try:
        kept = {name: formset.kept() for name, formset in (rows or {}).items()}
        curation.save(form, by=by, rows=kept, video=video)
    except curation.StaleError:
        return STALE
    return SAVED


def changes_of(*forms: CuratedForm | None) -> list[Change]:
    """What somebody else has changed in any of `forms`."""
    return [change for form in forms if form for change in form.changes]
