"""The office's list of courses, and what it does to several of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, Min, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses import completeness
from courses.forms.course import CourseFilter
from courses.models import ConfirmationRequest, Course, Edition, PublicState, University
from courses.search import plain, words_of
from courses.services import confirming, curation, publishing
from courses.views.curating import office_writes
from courses.worklist import NEEDS
from vx_portal.http import PortalRequest, current_user, needs_role

if TYPE_CHECKING:
    from vx_portal.http import Person

PAGE = 50
MOST_AT_ONCE = 100


def listed(user: Person, filters: dict[str, Any]) -> QuerySet[Course]:
    """The courses that the filters leave, with what a row of the list shows."""
    today = timezone.localdate()
    requests = ConfirmationRequest.objects.visible_to(user).filter(course=OuterRef("pk"))
    coming = Q(editions__starts_on__gte=today) & ~Q(editions__state=PublicState.WITHDRAWN)
    courses = (
        Course.objects.visible_to(user)
        .select_related("university")
        .annotate(
            missing_count=completeness.missing_count(),
            has_answer=Exists(requests.to_handle()),
            is_asked=Exists(requests.filter(spent_at=None, revoked_at=None)),
            next_start=Min("editions__starts_on", filter=coming),
        )
    )
    if words := words_of(filters.get("q", "")):
        courses = courses.filter(pk__in=_with_words(user, words))
    if university := filters.get("university"):
        courses = courses.filter(university=university)
    if state := filters.get("state"):
        courses = courses.filter(state=state)
    if need := filters.get("need"):
        courses = courses.filter(NEEDS[need](today))
    orders: dict[str, list[Any]] = {
        "university": ["university__code", "title", "pk"],
        "missing": ["-missing_count", "title", "pk"],
        "confirmed": [F("confirmed_on").asc(nulls_first=True), "title", "pk"],
        "changed": ["-changed_at", "pk"],
        "start": [F("next_start").asc(nulls_last=True), "title", "pk"],
    }
    courses = courses.order_by(*orders.get(filters.get("sort", ""), ["title", "pk"]))
    editions = Edition.objects.visible_to(user).current(today).order_by("starts_on", "pk")
    return courses.prefetch_related(Prefetch("editions", editions, to_attr="coming"))


def _with_words(user: Person, words: list[str]) -> list[int]:
    """The courses in whose title, code or university each word stands; accents do not matter."""
    names = ("title", "title_nl", "title_en", "code", "university__code", "university__name")
    rows = Course.objects.visible_to(user).order_by().values_list("pk", *names)
    return [
        pk
        for pk, *texts in rows
        if all(word in text for text in [plain(" ".join(texts))] for word in words)
    ]


@require_safe
@needs_role("office", "auditor")
def courses(request: PortalRequest) -> HttpResponse:
    form = CourseFilter(request.GET)
    universities = University.objects.visible_to(request.user)
    form.fields["university"].queryset = universities.order_by("code")  # type: ignore[attr-defined]
    form.is_valid()  # what is not understood is left out
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    page = Paginator(listed(request.user, filters), PAGE).get_page(request.GET.get("page"))
    for course in page:
        course.missing = completeness.missing(course)  # type: ignore[attr-defined]
    context = {"form": form, "page_obj": page, "filters": filters, "needs": CourseFilter.NEEDS}
    template = "courses/office/courses.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def chosen(request: PortalRequest, values: list[str]) -> list[Course]:
    """The courses whose boxes were ticked; what is no number is left out."""
    pks = [int(value) for value in values if value.isascii() and value.isdigit()][:MOST_AT_ONCE]
    small = [pk for pk in pks if pk < 2**63]
    rows = Course.objects.visible_to(request.user).filter(pk__in=small)
    return list(rows.select_related("university").order_by("university__code", "title"))


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def bulk(request: PortalRequest) -> HttpResponse:
    """First what would happen to the ticked courses; then, on POST, that."""
    asked = request.POST if request.method == "POST" else request.GET
    courses = chosen(request, asked.getlist("course"))
    doing = asked.get("do", "")
    if not courses or doing not in {"publish", "ask"}:
        messages.info(request, _("Tick the courses first, then choose what to do with them."))
        return redirect("office:courses")
    if request.method == "POST":
        return (_publish if doing == "publish" else _ask)(request, courses)
    return render(request, "courses/office/bulk.html", _summary(courses, doing))


def _summary(courses: list[Course], doing: str) -> dict[str, Any]:
    planned = publishing.plans(courses) if doing == "publish" else []
    ready = [plan for plan in planned if plan.does_something]
    new = [plan.course for plan in ready if not plan.is_published]
    editions = [edition for plan in ready for edition in plan.editions]
    return {
        "what": _in_words(len(new), len(editions)),
        "doing": doing,
        "ready": ready,
        "editions": editions,
        "lacking": [plan for plan in planned if plan.missing],
        "drafts": [plan for plan in planned if not plan.missing and plan.lacking],
        "done": [p for p in planned if not p.does_something and not p.missing and not p.lacking],
        "reachable": [c for c in courses if c.university.contact_email],
        "unreachable": [c for c in courses if not c.university.contact_email],
    }


def _in_words(courses: int, editions: int) -> str:
    """So many courses and editions: "2 courses and 1 edition"."""
    parts = [ngettext("%(n)s course", "%(n)s courses", courses) % {"n": courses}]
    if editions:
        also = ngettext("%(n)s edition", "%(n)s editions", editions) % {"n": editions}
        parts = [*(parts if courses else []), also]
    return _(" and ").join(parts)


def _publish(request: PortalRequest, courses: list[Course]) -> HttpResponse:
    named = request.POST.getlist("edition")
    wanted = {int(pk) for pk in named if pk.isascii() and pk.isdigit()}
    done = publishing.publish(courses, wanted, by=current_user(request))
    what = _in_words(len(done.courses), len(done.editions))
    messages.success(request, _("Published: %(what)s.") % {"what": what})
    for plan in done.refused:
        if plan.missing:
            names = ", ".join(str(fact.label) for fact in plan.missing)
            text = _("%(course)s still lacks: %(names)s.") % {"course": plan.course, "names": names}
            messages.warning(request, text)
    return redirect("office:courses")


def _ask(request: PortalRequest, courses: list[Course]) -> HttpResponse:
    reachable = [course for course in courses if course.university.contact_email]
    try:
        asked = confirming.ask_by_mail(reachable, by=current_user(request))
    except curation.CurationError as refusal:
        messages.error(request, str(refusal))
        return redirect("office:courses")
    if asked:
        names = ", ".join(str(university) for university in asked)
        messages.success(
            request,
            _("Messages to these universities are being sent: %(names)s.") % {"names": names},
        )
    return redirect("office:courses")
