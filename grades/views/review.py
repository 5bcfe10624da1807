"""Verifying a transcript: the document beside the form, and on to the next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.recent import GRADES, needs_recent_sign_in
from enrolments.services.actions import ActionError
from enrolments.views.desk import keys_on
from grades import files as transcript_files
from grades import queue, reviewing
from grades.forms.review import ReturnForm, ReviewForm, initial_of, taken_over
from grades.models import Transcript, TranscriptState
from grades.people import verifier_role
from grades.services import reading, verifying
from grades.services.actions import ACTIONS, StaleError, actions_for
from paperwork import previews
from paperwork.models import Attachment, Event
from paperwork.serving import serve
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role

READERS = (Role.COORDINATOR, Role.HONOURS, Role.ADMINISTRATION, Role.OFFICE, Role.AUDITOR)


def rows_of(request: PortalRequest, reference: str) -> list[Transcript]:
    """The transcripts of a case, the newest first, for somebody who may see them; else 404."""
    rows = queue.on_desk(current_user(request)).filter(enrolment__reference=reference.upper())
    found = list(
        rows.select_related(
            "file",
            "verified_by",
            "enrolment__student",
            "enrolment__edition__course__university",
            "enrolment__faculty",
            "enrolment__programme",
            "enrolment__home_university",
        ).order_by("-version")
    )
    if not found:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
@needs_recent_sign_in(GRADES)
def transcript(request: PortalRequest, reference: str) -> HttpResponse:
    """Look at the newest on GET (`?version=` an older one); verify or correct it on POST."""
    rows, user = rows_of(request, reference), current_user(request)
    row = _asked_for(request, rows)
    if request.method != "POST":
        return page(request, rows, row)
    if not verifier_role(user, row.enrolment):
        raise WrongRoleError(Role.HONOURS if row.enrolment.is_honours else Role.COORDINATOR)
    before = reviewing.result_of(row.enrolment)
    form = ReviewForm(request.POST, transcript=row, before=before, auto_id="id_%s")
    if wanted := request.POST.get("take"):
        return page(request, rows, row, form=_with_taken(form, row, wanted), taken=wanted)
    if _is_stale(request, row):
        return _stale(request, rows, form)
    keeps = "keep" in request.POST
    if not keeps and not form.is_valid():
        return page(request, rows, row, form=form, status=422)
    following = queue.after(user, row, _view(request))
    try:
        event = verifying.keep(row, by=user) if keeps else _record(row, form, user)
    except StaleError as refusal:
        return _stale(request, rows_of(request, reference), form, str(refusal))
    except ActionError as refusal:
        form.add_error(None, str(refusal))
        return page(request, rows, row, form=form, status=422)
    return _onward(request, reference, following, event)


def _record(row: Transcript, form: ReviewForm, user: Any) -> Event:
    said, reason = form.statement(), form.cleaned_data.get("reason", "")
    if row.state == TranscriptState.VERIFIED:
        return verifying.correct(row, said, by=user, reason=reason)
    return verifying.verify(row, said, by=user, reason=reason)


def _with_taken(form: ReviewForm, row: Transcript, wanted: str) -> ReviewForm:
    """The form as it was typed, with the found value in it; nothing is checked yet."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    typed |= taken_over(reading.checks_of(row), wanted)
    before = reviewing.result_of(row.enrolment)
    taken = ReviewForm(initial=typed, transcript=row, before=before, auto_id="id_%s")
    taken.fields["recorded"].widget.attrs["autofocus"] = True  # what no one can take over
    return taken


def _asked_for(request: PortalRequest, rows: list[Transcript]) -> Transcript:
    wanted = request.GET.get("version", "")
    if not wanted:
        return rows[0]
    for row in rows:
        if str(row.version) == wanted:
            return row
    raise Http404


def page(
    request: PortalRequest,
    rows: list[Transcript],
    row: Transcript,
    *,
    form: ReviewForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The document, the form beside it, and what happened."""
    user, case = current_user(request), row.enrolment
    before = reviewing.result_of(case)
    if form is None:
        form = ReviewForm(
            initial=initial_of(row, before), transcript=row, before=before, auto_id="id_%s"
        )
    checks = reading.checks_of(row)
    may = actions_for(user, row)
    context = {
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "transcript": row,
        "versions": rows,
        "newest": rows[0],
        "sheets": _sheets(request, row, checks),
        "originals": transcript_files.originals_of(row),
        "form": form if {"verify", "correct"} & set(may) else None,
        "lines": reviewing.lines_of(form, checks),
        "checks": checks,
        "troubles": [check for check in checks if check.is_trouble],
        "was_read": row.read_at is not None,
        "may": may,
        "result": before,
        "results": reviewing.results_of(case),
        "suggestions": reviewing.suggestions_for(form, checks, case),
        "history": reviewing.history_of(rows, user),
        "seen": row.changed_at.isoformat(),
        "view": _view(request),
        "keys": keys_on(request),
        "done": just_done(request),
        "following": queue.after(user, row, _view(request)),
        **more,
    }
    return render(request, "grades/review/page.html", context, status=status)


def _sheets(request: PortalRequest, row: Transcript, checks: list[Any]) -> list[reviewing.Sheet]:
    if row.file is None:
        return []
    reference = row.enrolment.reference

    def address(number: int) -> str:
        return reverse("review:page", args=[reference, row.file_id, number])

    return reviewing.sheets_of(previews.pages(request, row.file, address), checks)


def _view(request: PortalRequest) -> str:
    name = request.GET.get("view", "")
    return name if name in queue.VIEWS else "mine"


def _is_stale(request: PortalRequest, row: Transcript) -> bool:
    """Whether it has changed, or a newer one has come, since the page that sent this was shown."""
    return request.POST.get("seen", "") != row.changed_at.isoformat()


def _stale(
    request: PortalRequest, rows: list[Transcript], form: ReviewForm, why: str = ""
) -> HttpResponse:
    """409: the newest as it is now, what was typed kept in the form, a way to the older one."""
    row = rows[0]
    typed = {name: form.data.get(name, "") for name in form.fields}
    before = reviewing.result_of(row.enrolment)
    again = ReviewForm(initial=typed, transcript=row, before=before, auto_id="id_%s")
    number = request.POST.get("version", "")
    return page(
        request,
        rows,
        row,
        form=again,
        status=409,
        refusal=why or _("It has changed since you opened it. Nothing was recorded."),
        replaced=next((one for one in rows[1:] if str(one.version) == number), None),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def send_back(request: PortalRequest, reference: str) -> HttpResponse:
    """Return the newest to its student, with a reason."""
    rows, user = rows_of(request, reference), current_user(request)
    row = rows[0]
    if not verifier_role(user, row.enrolment):
        raise WrongRoleError(Role.HONOURS if row.enrolment.is_honours else Role.COORDINATOR)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if "return" not in actions_for(user, row) or (form.is_bound and _is_stale(request, row)):
        return page(
            request,
            rows,
            row,
            status=409,
            refusal=_("It has changed since you opened it. Nothing was done."),
            typed=request.POST.get("reason", ""),
        )
    if not form.is_valid():
        context = {
            "case": row.enrolment,
            "course": row.enrolment.edition.course,
            "university": row.enrolment.edition.course.university,
            "transcript": row,
            "form": form,
            "seen": row.changed_at.isoformat(),
            "view": _view(request),
            "texts": reviewing.texts_for(reading.checks_of(row)),
        }
        status = 422 if form.is_bound else 200
        return render(request, "grades/review/return.html", context, status=status)
    following = queue.after(user, row, _view(request))
    try:
        event = verifying.send_back(row, by=user, reason=form.cleaned_data["reason"])
    except ActionError as refusal:
        return page(
            request,
            rows_of(request, reference),
            rows_of(request, reference)[0],
            status=409,
            refusal=str(refusal),
            typed=form.cleaned_data["reason"],
        )
    return _onward(request, reference, following, event)


def _onward(request: PortalRequest, reference: str, following: str, event: Event) -> HttpResponse:
    """To the next transcript of the view, or to the list when none is left."""
    query = f"view={_view(request)}&done={event.pk}"
    if not following or following == reference.upper():
        return HttpResponseRedirect(f"{reverse('review:queue')}?{query}#done")
    # A fragment of its own, or a browser keeps the form's and scrolls past the way back.
    return HttpResponseRedirect(f"{reverse('review:transcript', args=[following])}?{query}#done")


def just_done(request: PortalRequest) -> dict[str, Any] | None:
    """What the reader did a moment ago, for the banner that offers to take it back."""
    number = request.GET.get("done", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    user = current_user(request)
    found = reviewing.own_event(user, int(number))
    if found is None:
        return None
    event, row = found
    can_undo = reviewing.can_undo(event, user)
    return {"event": event, "row": row, "words": ACTIONS[event.action].done, "can_undo": can_undo}


@require_POST
@needs_role(*READERS)
def undo(request: PortalRequest, reference: str) -> HttpResponse:
    """Take back what one decided in the last ten seconds."""
    rows, user = rows_of(request, reference), current_user(request)
    number = request.POST.get("event", "")
    found = (
        reviewing.own_event(user, int(number)) if number.isascii() and number.isdigit() else None
    )
    if found is None or found[1].pk not in {row.pk for row in rows}:
        raise Http404
    event = found[0]
    row = next(row for row in rows if row.pk == found[1].pk)
    try:
        verifying.undo(event, row, by=user)
    except ActionError as refusal:
        rows = rows_of(request, reference)
        return page(request, rows, rows[0], status=409, refusal=str(refusal))
    messages.success(request, _("Taken back. Nobody has heard of it."))
    address = reverse("review:transcript", args=[reference.upper()])
    return HttpResponseRedirect(f"{address}?view={_view(request)}")


@require_safe
@needs_role(*READERS)
def picture(request: PortalRequest, reference: str, pk: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    return previews.respond(request, _file(request, reference, pk), number)


@require_safe
@needs_role(*READERS)
def download(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A file as it was given."""
    return serve(request, _file(request, reference, pk))


def _file(request: PortalRequest, reference: str, pk: UUID) -> Attachment:
    found = transcript_files.file_of(rows_of(request, reference), pk)
    if found is None:
        raise Http404
    return found
