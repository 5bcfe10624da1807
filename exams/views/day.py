"""An exam day: the list of sittings, and the page of one on which people are marked."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.services import sessions
from exams import day, gates
from exams.forms.day import CloseForm, MarkForm, MarksForm
from exams.models import Sitting, SittingState
from exams.services import closing, marking
from exams.services import sheets as paper
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role

AFTERWARDS = timedelta(hours=3)  # how long after the end a device stays signed in


def _find(request: PortalRequest, pk: int) -> Sitting:
    rows = day.sittings(request.user).exclude(state=SittingState.PLANNED)
    return get_object_or_404(rows, pk=pk)


def _path(row: Sitting) -> str:
    """The page of a sitting, without a language: what a device may be kept signed in for."""
    return f"/exams/day/{row.pk}/"


def _tab_key(row: Sitting) -> str:
    """What the page seals with that waits in its tab; AES-256."""
    digest = salted_hmac("exams.day.tab", str(row.pk), algorithm="sha256").digest()
    return base64.b64encode(digest).decode()


def _is_kept(request: PortalRequest, row: Sitting) -> bool:
    return sessions.kept_until(request, _path(row)) > 0


def _signed_out(request: PortalRequest) -> HttpResponse:
    """The device is done: signed out, and nothing of the sitting stays on it."""
    logout(request)
    response = _unkept(render(request, "exams/day/left.html"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _unkept(response: HttpResponse) -> HttpResponse:
    """Nothing of it stays on the device."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@needs_role(*gates.READERS)
def overview(request: PortalRequest) -> HttpResponse:
    """Today's sittings and those to come."""
    return render(request, "exams/day/overview.html", day.overview(request.user))


@require_safe
@needs_role(*gates.READERS)
def sitting(request: PortalRequest, pk: int) -> HttpResponse:
    """Everybody who is expected, and what was marked."""
    return _page(request, _find(request, pk))


def _page(
    request: PortalRequest,
    row: Sitting,
    form: MarkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = day.rows_of(row)
    incident = form or MarkForm()
    incident.fields["text"].required = True  # as it is shown: the other buttons send none
    context: dict[str, Any] = {
        "sitting": row,
        "exam": row.exam,
        "course": row.exam.edition.course,
        "university": row.exam.edition.course.university,
        "rows": rows,
        "count": day.count_words(rows),
        "marks": day.marks_of(row),
        "may_mark": day.may_mark_now(row, request.user),
        "opens_at": marking.opens_at(row),
        "is_kept": _is_kept(request, row),
        "tab_key": _tab_key(row),
        "documents": paper.documents_of(row),
        "may_correct": day.may_correct(row, request.user),
        "may_make": marking.may_mark(current_user(request)) and row.state != "closed",
        "kept_until": row.ends_at + AFTERWARDS,
        "form": form,
        "incident": incident,
    }
    return _unkept(render(request, "exams/day/sitting.html", context, status=status))


@require_safe
@needs_role(*gates.READERS)
def state(request: PortalRequest, pk: int) -> HttpResponse:
    """What other devices marked, for a page that is open; with a token that holds now."""
    found = day.state_of(_find(request, pk))
    return _unkept(JsonResponse({**found, "token": get_token(request)}))


@require_POST
@needs_role(*gates.ARRANGERS)
def mark(request: PortalRequest, pk: int) -> HttpResponse:
    """One mark, by a form: works without JavaScript."""
    row = _find(request, pk)
    form = MarkForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    new = form.mark()
    try:
        outcome = marking.mark(row, [new], by=current_user(request))
    except marking.MarkError as refusal:
        messages.error(request, str(refusal))
        return redirect("examday:sitting", pk)
    if new.key in outcome.refused:
        form.add_error("text" if new.kind == "incident" else None, outcome.refused[new.key])
        return _page(request, row, form, status=422)
    if outcome.is_closed:
        messages.info(request, _("This sitting is closed. Your mark was kept beside the list."))
    return redirect(f"{request.path.removesuffix('mark/')}#seat-{new.seat or 'all'}")


@require_POST
@needs_role(*gates.ARRANGERS)
def marks(request: PortalRequest, pk: int) -> HttpResponse:
    """Marks that waited in an open page; the answer says what all of them come to."""
    row = _find(request, pk)
    form = MarksForm(request.POST)
    if not form.is_valid():
        return _unkept(JsonResponse({"unreadable": True}, status=422))
    data = form.cleaned_data
    try:
        outcome = marking.mark(
            row,
            data["marks"],
            by=current_user(request),
            device=data["device"],
            clock=data["now"],
        )
    except marking.MarkError as refusal:
        return _unkept(JsonResponse({"why": str(refusal)}, status=409))
    answer = day.state_of(_find(request, pk)) | {
        "kept": [str(key) for key in outcome.kept],
        "refused": {str(key): why for key, why in outcome.refused.items()},
        "overruled": {
            str(key): _("It was kept, but a later mark of another device counts.")
            for key in outcome.overruled
        },
        "token": get_token(request),
    }
    return _unkept(JsonResponse(answer))


@require_POST
@needs_role(*gates.ARRANGERS)
def hold(request: PortalRequest, pk: int) -> HttpResponse:
    """Stay signed in on this device, for this page alone, until the sitting is closed."""
    row = _find(request, pk)
    if day.may_mark_now(row, request.user):
        sessions.keep_open(request, _path(row), (row.ends_at + AFTERWARDS).timestamp())
    return redirect("examday:sitting", pk)


@require_POST
@needs_role(*gates.ARRANGERS)
def leave(request: PortalRequest, pk: int) -> HttpResponse:
    """This device is done with the sitting; others may go on."""
    _find(request, pk)
    return _signed_out(request)


@require_POST
@needs_role(*gates.ARRANGERS)
def sheets(request: PortalRequest, pk: int) -> HttpResponse:
    """Attendance list, seat plan and door sign, as they are now."""
    made = paper.lay_ready(_find(request, pk), by=current_user(request))
    said = _("They are being made. Load this page again in a moment.")
    messages.info(request, said if made else _("They say what holds now already."))
    return redirect("examday:sitting", pk)


@require_safe
@needs_role(*gates.READERS)
def sheet(request: PortalRequest, pk: int, document: UUID) -> HttpResponse:
    """One of the documents of the sitting; who opened it, is written down."""
    found = [one for one in paper.documents_of(_find(request, pk)) if one.pk == document]
    if not found or not found[0].file:
        raise Http404
    return serve(request, found[0], inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Look once more, say how it went, and close."""
    row = _find(request, pk)
    if row.state == SittingState.CLOSED:
        return redirect("examday:sitting", pk)
    form = CloseForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            closing.close(row, by=current_user(request), report=form.cleaned_data["report"])
        except closing.ClosedError as refusal:
            messages.info(request, str(refusal))
            return redirect("examday:sitting", pk)
        except closing.CloseError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            if _is_kept(request, row):
                return _signed_out(request)
            messages.success(request, _("The sitting is closed. The host has been told."))
            return redirect("examday:sitting", pk)
    rows = day.rows_of(row)
    context = {
        "sitting": row,
        "course": row.exam.edition.course,
        "university": row.exam.edition.course.university,
        "rows": rows,
        "count": day.count_words(rows),
        "incidents": [one for one in day.marks_of(row) if one.is_incident],
        "form": form,
    }
    if form.errors and status == 200:
        status = 422
    return _unkept(render(request, "exams/day/close.html", context, status=status))
