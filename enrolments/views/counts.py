"""Whether a course will count for somebody, at an address that can be shared."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.directory import read_directory
from accounts.models import StudentProfile
from courses.models import Course, Edition, Faculty, Programme
from enrolments import explaining
from enrolments.following import people_for
from enrolments.forms.counting import CountsForm
from enrolments.models import Purpose
from enrolments.services import rules
from vx_portal.http import PortalRequest


@login_not_required
@require_safe
def counts(request: PortalRequest, university: str, course: str) -> HttpResponse:
    """The rules' answer for a purpose, faculty and programme; prefilled from the profile."""
    user = request.user
    this_time = Edition.objects.visible_to(user).current().filter(course=OuterRef("pk"))
    found = get_object_or_404(
        Course.objects.visible_to(user)
        .select_related("university")
        .annotate(assessed=Subquery(this_time.order_by("starts_on").values("assessment")[:1])),
        university__code=university.upper(),
        slug=course.lower(),
    )
    profile = None
    if user.is_authenticated:
        profiles = StudentProfile.objects.visible_to(user).filter(user=user)
        profile = profiles.select_related("home_university").first()
    context = _answered(request, found, profile)
    template = "enrolments/counts.html"
    response = render(request, f"{template}#willcount" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _answered(
    request: PortalRequest, course: Course, profile: StudentProfile | None
) -> dict[str, Any]:
    faculties = list(Faculty.objects.visible_to(request.user))
    programmes = list(Programme.objects.visible_to(request.user))
    asked: QueryDict = request.GET
    if profile and not {"faculty", "programme"} & asked.keys():
        asked = _as_profile(asked, profile, faculties)
    own = next((one for one in faculties if profile and one.pk == profile.faculty_id), None)
    without = {Purpose.EXTRACURRICULAR} if own and own.no_extracurricular else set()
    form = CountsForm(asked, faculties=faculties, programmes=programmes, without=without)
    purpose, faculty, programme = form.chosen()
    context: dict[str, Any] = {
        "course": course,
        "university": course.university,
        "form": form,
        "purpose": purpose,
        "faculty": faculty,
        "programme": programme,
        "profile": profile,
        "is_guest": bool(profile and not profile.home_university.is_home),
    }
    if purpose:
        context |= _answer(course, purpose, faculty, programme, profile)
    return context


def _as_profile(asked: QueryDict, profile: StudentProfile, faculties: list[Faculty]) -> QueryDict:
    filled = asked.copy()
    code = next((one.code.lower() for one in faculties if one.pk == profile.faculty_id), "")
    filled["faculty"], filled["programme"] = code, str(profile.programme_id or "")
    return filled


def _answer(
    course: Course,
    purpose: str,
    faculty: Faculty | None,
    programme: Programme | None,
    profile: StudentProfile | None,
) -> dict[str, Any]:
    asked = rules.question(
        purpose,
        course,
        faculty=faculty.pk if faculty else None,
        programme=programme.pk if programme else None,
        in_honours=profile.honours if profile and purpose == "honours" else True,
    )
    answer = rules.answer(asked)
    assessment = getattr(course, "assessed", "") or course.assessment
    conditions, language = explaining.conditions_of(rules.rulebook().host(course.university_id))
    directory = read_directory(faculty, programme) if faculty else None
    return {
        "answer": answer,
        "verdict": explaining.verdict(purpose, answer),
        "refused": explaining.refusal_in_words(answer.refusal) if answer.refusal else "",
        "lines": explaining.lines(answer, course, assessment) if answer.allowed else [],
        "consent": explaining.consent_in_words(answer, course.university),
        "conditions": conditions,
        "conditions_language": language,
        "people": people_for(purpose, directory.desks[0].people, directory.academy)
        if directory
        else [],
    }
