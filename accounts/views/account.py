"""A person's own pages: where one lands, what one can do, who one is."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.account import NUMBER_TAKEN, PersonForm, StudentForm
from accounts.middleware import FACTORS, KEPT_FORM
from accounts.models import STUDENT, Membership, StudentProfile
from accounts.oidc import claims_of
from accounts.services.accounts import (
    home_university_of,
    save_name_and_language,
    save_profile,
)
from accounts.services.sessions import end_sessions, sessions_of
from accounts.working import HOMES, role_of
from vx_portal.http import PortalRequest, current_user, roles_of

KEPT_FOR = 3600  # seconds


@require_safe
def start(request: PortalRequest) -> HttpResponse:
    """Where one lands after signing in: by role."""
    user = current_user(request)
    with translation.override(user.language):
        return redirect(HOMES.get(role_of(user), "accounts:profile"))


@require_safe
def account(request: PortalRequest) -> HttpResponse:
    """What one can do here, and what one's roles are."""
    user = current_user(request)
    memberships = Membership.objects.visible_to(user).current().filter(user=user)
    profile = StudentProfile.objects.visible_to(user).filter(user=user)
    return render(
        request,
        "account/home.html",
        {
            "memberships": memberships.select_related("faculty", "university"),
            "profile": profile.select_related("home_university", "programme", "faculty").first(),
            "has_second_factor": is_mfa_enabled(user, FACTORS),
            "needs_second_factor": user.is_staff_member,
            "sso": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """Name and language; of a student also what an application needs to know.

    Who came on the way to something (`next`) goes on to it, in the language that was chosen.
    """
    user = current_user(request)
    form = _form(request)
    back = (request.POST if request.method == "POST" else request.GET).get("next", "")
    if not account_adapter().is_safe_url(back):
        back = ""
    if request.method == "POST" and form.is_valid() and _saved(form):
        messages.success(request, _("Your details are saved."))
        if back:
            return redirect(translate_url(back, user.language))
        with translation.override(user.language):
            return redirect("accounts:start" if "first" in request.POST else "accounts:account")
    return render(
        request,
        "account/profile.html",
        {
            "form": form,
            "first": not roles_of(user),
            "next": back,
            "university": getattr(form, "university", None),
        },
        status=422 if form.errors else 200,
    )


def _form(request: PortalRequest) -> PersonForm:
    """The form for a student, or for somebody of whom only name and language matter."""
    user = current_user(request)
    data: QueryDict | None = request.POST if request.method == "POST" else None
    claims = claims_of(user)
    university = home_university_of(user, claims.university if claims else None)
    staff_only = user.is_staff_member and not user.has_role(STUDENT)
    if university is None or staff_only:
        return PersonForm(data, user=user)
    return StudentForm(data, user=user, university=university, claims=claims)


def _saved(form: PersonForm) -> bool:
    """Save what is valid; a student number that somebody else took just now is an error."""
    own: dict[str, Any] = {key: form.cleaned_data[key] for key in ("name", "language")}
    if not isinstance(form, StudentForm):
        save_name_and_language(form.user, **own)
        return True
    try:
        save_profile(form.user, form.to_profile(), **own)
    except IntegrityError:
        form.add_error("student_number", NUMBER_TAKEN)
        return False
    return True


@require_safe
def resume(request: PortalRequest) -> HttpResponse:
    """The form that was sent after the session had ended, to send once more."""
    kept = request.session.get(KEPT_FORM) or {}
    mine = kept.get("whose") == current_user(request).pk
    if not mine or time.time() - kept.get("at", 0) > KEPT_FOR:
        return redirect("accounts:start")
    typed = [(name, value) for name, values in QueryDict(kept["typed"]).lists() for value in values]
    return render(request, "account/resume.html", {"path": kept["path"], "typed": typed})


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: PortalRequest) -> HttpResponse:
    """Where one is signed in; one of the others, or all, can be ended."""
    user = current_user(request)
    here = request.session.session_key or ""
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        only = int(chosen) if re.fullmatch(r"[0-9]{1,18}", chosen) else None
        end_sessions(user, keep=here, only=only)
        if only is None:
            messages.success(request, _("You are signed out everywhere else."))
        else:
            messages.success(request, _("You are signed out there."))
        return redirect("usersessions_list")
    idle, longest = settings.SESSION_LIMITS["staff" if user.is_staff_member else "student"]
    return render(
        request,
        "account/sessions.html",
        {"sessions": sessions_of(user), "here": here, "idle": idle, "longest": longest},
    )
