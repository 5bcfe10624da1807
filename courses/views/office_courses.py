"""One course in the office: writing it, showing it, taking it back, asking if it is still true."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import changes, completeness
from courses.forms.confirm import FACTS
from courses.forms.course import CourseForm, NewCourseForm
from courses.forms.video import VideoForm
from courses.models import ConfirmationRequest, Course, Edition, PublicState, University
from courses.services import confirming, curation
from courses.telling import Delivery, post
from courses.views.course import course_context
from courses.views.curating import REFUSED, SAVED, STALE, changes_of, office_writes, save_form
from courses.worklist import is_unconfirmed
from vx_portal.http import PortalRequest, current_user, needs_role


def find(request: PortalRequest, pk: int) -> Course:
    courses = Course.objects.visible_to(request.user).select_related("university", "video")
    return get_object_or_404(courses, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def new_course(request: PortalRequest) -> HttpResponse:
    form = NewCourseForm(request.POST or None)
    universities = University.objects.visible_to(request.user).order_by("name")
    form.fields["university"].queryset = universities  # type: ignore[attr-defined]
    if form.is_valid():
        made = curation.create_course(
            **{key: form.cleaned_data[key] for key in ("university", "title", "code")},
            by=current_user(request),
        )
        messages.success(request, _("The draft is made. Fill in what students need to know."))
        return redirect("office:course", made.pk)
    context = {"form": form}
    return render(
        request, "courses/office/new_course.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def course(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = CourseForm(sent, instance=copy(found))
    video = VideoForm(sent, instance=copy(found.video))
    status = save_form(form, by=current_user(request), video=video) if sent is not None else 200
    if status == SAVED:
        messages.success(request, _("Saved."))
        return redirect("office:course", pk)
    return editor(request, found, form=form, video=video, status=status)


def editor(
    request: PortalRequest,
    course: Course,
    *,
    form: CourseForm | None = None,
    video: VideoForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The editor with everything that hangs on the course beside it."""
    editions = Edition.objects.visible_to(request.user).filter(course=course)
    requests = list(ConfirmationRequest.objects.visible_to(request.user).filter(course=course)[:5])
    question = next((r for r in requests if not r.spent_at and not r.revoked_at), None)
    form = form or CourseForm(instance=copy(course))
    video = video or VideoForm(instance=copy(course.video))
    context = {
        "course": course,
        "form": form,
        "video": video,
        "changes": changes_of(form, video),
        "stale": status == STALE,
        "failed": status == REFUSED and bool(form.errors or video.errors),
        "parts": [form, video],
        "missing": completeness.missing(course),
        "needed": completeness.NEEDED,
        "moves": curation.moves_for(course),
        "can_delete": curation.can_delete_course(course),
        "editions": list(editions.order_by("-starts_on", "-pk")),
        "question": question,
        "mail": _mail_of(question, course),
        "answers": [_in_words(r) for r in requests if r.notes and r.handled_at is None],
        "is_unconfirmed": is_unconfirmed(course, timezone.localdate()),
        **more,
    }
    return render(request, "courses/office/course.html", context, status=status)


def _mail_of(question: ConfirmationRequest | None, course: Course) -> Delivery | None:
    """What came of the message with the question, when it was asked by mail."""
    if question is None or not question.sent_to:
        return None
    question.course = course  # which is here already
    return post().deliveries([question.mail_key]).get(question.mail_key)


def _in_words(request: ConfirmationRequest) -> dict[str, Any]:
    """An answer with the facts by name, each with the field of the editor that holds it."""
    notes = [
        {"label": FACTS[fact][0], "field": FACTS[fact][1], "text": text}
        for fact, text in request.notes.items()
        if fact in FACTS
    ]
    return {"request": request, "notes": notes}


@require_safe
@needs_role("office", "auditor")
def preview(request: PortalRequest, pk: int) -> HttpResponse:
    """The course's page as a student would see it, with drafts."""
    editions = Edition.objects.visible_to(request.user).exclude(state=PublicState.WITHDRAWN)
    courses = Course.objects.visible_to(request.user).select_related("university", "video")
    shown = Prefetch("editions", editions.prefetch_related("live_sessions"))
    found = get_object_or_404(courses.prefetch_related(shown), pk=pk)
    return render(request, "courses/office/preview.html", course_context(request, found))


@require_POST
@needs_role("office")
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    try:
        curation.publish_course(found, by=current_user(request))
    except curation.IncompleteError as refusal:
        return editor(request, found, status=422, lacking=refusal.missing)
    except curation.CurationError as refusal:
        return editor(request, find(request, pk), status=409, refusal=str(refusal))
    messages.success(request, _("The course is published."))
    return redirect("office:course", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method != "POST":
        context = {"course": found, "number": changes.concerned(Q(course=found.pk))}
        return render(request, "courses/office/withdraw_course.html", context)
    try:
        curation.withdraw_course(found, by=current_user(request))
    except curation.CurationError as refusal:
        return editor(request, find(request, pk), status=409, refusal=str(refusal))
    messages.success(request, _("The course is withdrawn. Visitors no longer see it."))
    return redirect("office:course", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method != "POST":
        context = {
            "name": found.local_title,
            "back": reverse("office:course", args=[pk]),
            "can": curation.can_delete_course(found),
            "why": _("Only a draft that was never published and has no editions can be deleted."),
        }
        return render(request, "courses/office/delete.html", context)
    try:
        curation.delete_course(found, by=current_user(request))
    except curation.CurationError as refusal:
        return editor(request, found, status=409, refusal=str(refusal))
    messages.success(request, _("The draft is deleted."))
    return redirect("office:courses")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask the partner: by message, or with a link that is shown once to copy."""
    found = find(request, pk)
    if request.method != "POST":
        return render(request, "courses/office/ask.html", {"course": found})
    by = current_user(request)
    if request.POST.get("how") == "link":
        asked = confirming.ask([found], by=by)[0]
        address = confirming.address_of(asked.token)
        context = {"course": found, "address": address, "request_made": asked.request}
        return render(request, "courses/office/ask.html", context)
    try:
        confirming.ask_by_mail([found], by=by)
    except curation.CurationError as refusal:
        context = {"course": found, "refusal": str(refusal)}
        return render(request, "courses/office/ask.html", context, status=422)
    to = found.university.contact_email
    messages.success(request, _("The question to %(to)s is being sent.") % {"to": to})
    return redirect("office:course", pk)


def _question(request: PortalRequest, pk: int) -> ConfirmationRequest:
    return get_object_or_404(ConfirmationRequest.objects.visible_to(request.user), pk=pk)


@require_POST
@needs_role("office")
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    try:
        confirming.revoke(question, by=current_user(request))
    except curation.CurationError as refusal:
        return editor(request, find(request, question.course_id), status=409, refusal=str(refusal))
    messages.success(request, _("The link no longer works."))
    return redirect("office:course", question.course_id)


@require_POST
@needs_role("office")
def handled(request: PortalRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    try:
        confirming.handle(question, by=current_user(request))
    except curation.CurationError as refusal:
        return editor(request, find(request, question.course_id), status=409, refusal=str(refusal))
    messages.success(request, _("Marked as handled; the course counts as confirmed."))
    return redirect("office:course", question.course_id)
