"""Applying: from the start page, over one page for each topic, to sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import StudentProfile
from courses.models import Edition
from enrolments import explaining
from enrolments.forms.applying import DraftForm, PermissionForm, PurposeForm, SendForm
from enrolments.models import Enrolment, State
from enrolments.services import drafts, places, requests, rules
from enrolments.services.actions import ActionError
from enrolments.views.own import own_case
from paperwork.models import Attachment
from vx_portal.http import PortalRequest, View, current_user


def form_page[**P](view: View[P]) -> View[P]:
    """A page with a form; the rules are read once, and answer all that it asks."""
    return require_http_methods(["GET", "HEAD", "POST"])(rules.one_rulebook()(view))


@form_page
def apply(request: PortalRequest, university: str, course: str, first_day: str) -> HttpResponse:
    """What one needs to apply for this edition; begins, or goes on where one was."""
    user = current_user(request)
    editions = Edition.objects.visible_to(user).select_related("course__university")
    edition = get_object_or_404(
        editions,
        course__university__code=university.upper(),
        course__slug=course.lower(),
        starts_on=_day(first_day),
    )
    live = Enrolment.objects.visible_to(user).filter(student=user, edition=edition).live().first()
    if live is not None:
        return redirect("exchange:continue", live.reference)
    refused = ""
    if request.method == "POST":
        try:
            case = requests.begin(edition, by=user)
            return redirect("exchange:continue", case.reference)
        except requests.RequestError as error:
            refused = str(error)
    return _start(request, edition, refused)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _start(request: PortalRequest, edition: Edition, refused: str) -> HttpResponse:
    user = current_user(request)
    rows = StudentProfile.objects.visible_to(user).filter(user=user)
    profile = rows.select_related("home_university", "faculty", "programme").first()
    context = {
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "profile": profile,
        "free": places.free_for(edition, profile.home_university_id if profile else None),
        "refused": refused,
        "closed": requests.why_not_open(edition),
        "least": rules.rulebook().portal["motivation_words"],
        "failed": bool(refused),
    }
    return render(request, "enrolments/apply/start.html", context, status=422 if refused else 200)


@require_safe
def go_on(request: PortalRequest, reference: str) -> HttpResponse:
    """To the page of the request where something is missing; to the case once it is sent."""
    case = drafts.as_now(own_case(request, reference))
    if case.state != State.DRAFT:
        return redirect(case)
    return redirect(f"exchange:{drafts.next_page(case)}", case.reference)


@form_page
def purpose(request: PortalRequest, reference: str) -> HttpResponse:
    """How the course is to count, and why the student wants to follow it."""
    case = drafts.as_now(own_case(request, reference))
    if away := _is_sent(request, case):
        return away
    form = PurposeForm(
        request.POST if request.method == "POST" else None,
        case=case,
        answers=drafts.answers(case),
        initial={"purpose": case.purpose, "motivation": case.motivation},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            drafts.save_purpose(case, data["purpose"], data["motivation"], seen=data["seen"])
        except drafts.DraftChangedError as error:
            return _changed(request, case, form, drafts.PURPOSE, error.stored)
        if "later" in request.POST:
            return _later(request)
        form.seen_again(case)
        _add_problems(form, case, {"purpose": "purpose", "motivation": "motivation"})
        if form.is_valid():
            return redirect(f"exchange:{_after(drafts.PURPOSE, case)}", case.reference)
    return _page(request, case, form, drafts.PURPOSE)


@form_page
def permission(request: PortalRequest, reference: str) -> HttpResponse:
    """How it stands with the permission of the Board of Examiners."""
    case = drafts.as_now(own_case(request, reference))
    if away := _is_sent(request, case):
        return away
    if drafts.PERMISSION not in drafts.pages(case):
        return redirect("exchange:continue", case.reference)
    user = current_user(request)
    letters = Attachment.objects.visible_to(user).about(case).filter(purpose="board_permission")
    form = PermissionForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        case=case,
        giver=user,
        has_letter=letters.exists(),
        initial={"how": PermissionForm.how_of(case), "asked_on": case.board_asked_on},
    )
    if form.is_valid():
        data = form.cleaned_data
        how = data["how"]
        asked_on = data["asked_on"] if how == PermissionForm.ASKED else None
        letter = data["letter"] if how == PermissionForm.LETTER else None
        try:
            drafts.save_permission(case, how, asked_on, letter, by=user, seen=data["seen"])
        except drafts.DraftChangedError as error:
            return _changed(request, case, form, drafts.PERMISSION, error.stored)
        if "later" in request.POST:
            return _later(request)
        return redirect(f"exchange:{_after(drafts.PERMISSION, case)}", case.reference)
    return _page(request, case, form, drafts.PERMISSION, letters=letters)


@form_page
def check(request: PortalRequest, reference: str) -> HttpResponse:
    """Which data goes to the host, what was answered, and sending it."""
    case = drafts.as_now(own_case(request, reference))
    if away := _is_sent(request, case):
        return away
    host = case.edition.course.university
    form = SendForm(
        request.POST if request.method == "POST" else None,
        case=case,
        initial={},
        receiver=explaining.receiver(case),
        consent=explaining.consent_in_words(requests.answer_for(case), host)
        if drafts.needs_consent(case)
        else "",
    )
    if form.is_valid():
        data = form.cleaned_data
        ticked = {"acknowledged": data["acknowledged"], "consents": data.get("consents", False)}
        try:
            drafts.send(case, by=current_user(request), seen=data["seen"], **ticked)
            return redirect("exchange:sent", case.reference)
        except drafts.DraftChangedError as error:
            return _changed(request, case, form, drafts.CHECK, error.stored)
        except ActionError as error:
            case = drafts.as_now(own_case(request, reference))
            if away := _is_sent(request, case):
                return away
            drafts.tick(case, **ticked)
            _add_problems(form, case, {"sharing": "acknowledged", "consent": "consents"})
            if not form.errors:
                form.add_error(None, str(error))
    return _page(request, case, form, drafts.CHECK)


def _add_problems(form: DraftForm, case: Enrolment, fields: dict[str, str]) -> None:
    """Say at their fields what the rules refuse; without a field of its own, above the form."""
    own_page = set(fields) & {"purpose", "motivation"}
    for problem in requests.problems(case):
        field = fields.get(problem.rule) or fields.get(problem.page)
        if field in form.fields:
            form.add_error(field, problem.message)
        elif not own_page:
            form.add_error(None, problem.message)


def _after(page: str, case: Enrolment) -> str:
    pages = drafts.pages(case)
    return pages[pages.index(page) + 1]


def _later(request: PortalRequest) -> HttpResponse:
    messages.success(request, _("Your application is kept. Go on with it whenever you like."))
    return redirect("exchange:cases")


def _is_sent(request: PortalRequest, case: Enrolment) -> HttpResponse | None:
    """The answer to somebody who comes to a page of a request that is no draft any more."""
    if case.state == State.DRAFT:
        return None
    if request.method != "POST":
        return redirect(case)
    return _no_draft(request, case)


def _no_draft(request: PortalRequest, case: Enrolment) -> HttpResponse:
    what = _("This application is no draft any more. It is %(state)s.") % {
        "state": case.get_state_display()
    }
    text = request.POST.get("motivation", "")
    typed = [(_("Motivation"), text)] if text.strip() else []
    context = {"what": what, "typed": typed, "back": case.get_absolute_url()}
    return render(request, "errors/409.html", context, status=409)


def _changed(
    request: PortalRequest, case: Enrolment, form: DraftForm, page: str, stored: Enrolment
) -> HttpResponse:
    """Both versions: what was typed here, and what was saved elsewhere meanwhile."""
    if stored.state != State.DRAFT:
        return _no_draft(request, stored)
    form.seen_again(stored)
    case.purpose, case.motivation, case.changed_at = (
        (stored.purpose, stored.motivation, stored.changed_at)
        if page == drafts.CHECK
        else (case.purpose, case.motivation, case.changed_at)
    )
    return _page(request, case, form, page, status=409, stored=stored, failed=True)


def _page(
    request: PortalRequest,
    case: Enrolment,
    form: DraftForm,
    page: str,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """One page of the request, with its number and what all of them show."""
    pages = drafts.pages(case)
    missing = [one for one in requests.problems(case) if one.page != "sharing"]
    context: dict[str, Any] = {
        "case": case,
        "edition": case.edition,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "form": form,
        "step": pages.index(page) + 1 if page in pages else 1,
        "steps": len(pages),
        "at_most": drafts.may_be_fewer(case),
        "back": pages[pages.index(page) - 1] if page in pages and page != pages[0] else "",
        "changed_rules": drafts.changed_rules(case),
        "missing": [(drafts.PAGE_OF.get(one.page, ""), one.message) for one in missing],
        "today": timezone.localdate(),
        **more,
    }
    context |= {
        drafts.PURPOSE: _purpose_page,
        drafts.PERMISSION: _no_more,
        drafts.CHECK: _check_page,
    }[page](case)
    return render(
        request,
        f"enrolments/apply/{page}.html",
        context,
        status=422 if form.errors and status == 200 else status,
    )


def _no_more(_case: Enrolment) -> dict[str, Any]:
    return {"answer": requests.answer_for(_case)}


def _purpose_page(case: Enrolment) -> dict[str, Any]:
    least = rules.rulebook().portal["motivation_words"]
    answers = drafts.answers(case)
    return {
        "least": least,
        "words": requests.count_words(case.motivation),
        "ways": explaining.ways(answers),
    }


def _check_page(case: Enrolment) -> dict[str, Any]:
    answer = requests.answer_for(case) if case.purpose else None
    host = case.edition.course.university
    conditions, language = explaining.conditions_of(rules.rulebook().host(host.pk))
    return {
        "shared": explaining.shared_items(case, requests.SHARED_ITEMS),
        "receiver": explaining.receiver(case),
        "answer": answer,
        "request_line": explaining.request_line(answer.request) if answer else None,
        "words": requests.count_words(case.motivation),
        "needs_permission": drafts.PERMISSION in drafts.pages(case),
        "conditions": conditions,
        "conditions_language": language,
        "free": places.free_for(case.edition, case.home_university_id),
        "can_check_timetable": bool(case.edition.exam_on or case.edition.live_sessions.all()),
    }
