"""What the office may settle: all of it, and one setting with its history."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.curated import hash_of
from courses.house import SETTINGS, Kind, Setting, in_words
from paperwork import colours, settled
from paperwork.forms.settings import BackForm, SettingForm
from paperwork.services.settings import StaleSettingError, save_setting
from paperwork.working_days import coming_holidays
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    context = {"sections": settled.sections(request.user)}
    return render(request, "paperwork/settings/home.html", context)


def _named(name: str) -> Setting:
    if name not in SETTINGS:
        raise Http404
    return SETTINGS[name]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def setting(request: PortalRequest, name: str) -> HttpResponse:
    """One setting: a new value from who is of the office, unless another has set one meanwhile."""
    if request.method == "POST" and "office" not in roles_of(request.user):
        raise WrongRoleError("office")
    known = _named(name)
    rows = settled.history(known, request.user)
    newest = rows[0] if rows else None
    now = {"value": settled.value_of(known, newest), "seen": newest.number if newest else 0}
    form = SettingForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        setting=known,
        **now,
    )
    context: dict[str, Any] = {"setting": known, "rows": rows, "form": form}
    if form.is_stale():
        return _stale(request, context)
    if form.is_valid():
        asked = _asked(known, form)
        if asked and request.POST.get("sure") != asked["sure"]:
            return _page(request, {**context, **asked})
        try:
            save_setting(
                name,
                form.stored(),
                seen=now["seen"],
                by=current_user(request),
                why=form.cleaned_data["why"],
            )
        except StaleSettingError:
            context["rows"] = settled.history(known, request.user)
            return _stale(request, context)
        messages.success(request, _("Saved. From now on everybody goes by it."))
        return redirect("settings:home")
    return _page(request, context, status=422 if form.errors else 200)


def _asked(known: Setting, form: SettingForm) -> dict[str, Any]:
    """What is shown before it is saved: what it touches, or how it looks; nothing when neither."""
    value = known.load(form.stored())
    sure = hash_of(json.dumps(form.stored()))
    if known.kind == Kind.COLOURS:
        pairs = colours.pairs(colours.Colours(**value))
        themes = [("light", _("Light")), ("dark", _("Dark"))]
        return {"sure": sure, "preview": value, "pairs": pairs, "themes": themes}
    if known.kind == Kind.LOGO:
        form.keep()
        return {"sure": sure, "logo": value}
    touches = known.effect(value) if known.effect else ""
    return {"sure": sure, "touches": touches} if touches else {}


def _stale(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    """Both versions: theirs in words, and the form as it was typed, now over theirs."""
    newest = context["rows"][0]
    form = context["form"]
    form.data = form.data.copy()
    form.data["seen"] = str(newest.number)
    return _page(request, {**context, "theirs": newest}, status=409)


def _page(request: PortalRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    known: Setting = context["setting"]
    past = settled.past(known, context["rows"])
    context |= {
        "past": past,
        "now": past[0].words if past else in_words(known, known.initial()),
        "seen": past[0].number if past else 0,
        "initial": in_words(known, known.initial()),
        "is_own": bool(past) and not past[0].is_default,
        "failed": status == 422,
    }
    if known.kind == Kind.DAYS:
        context["public_holidays"] = coming_holidays()
    return render(request, "paperwork/settings/setting.html", context, status=status)


@require_POST
@needs_role("office")
def back(request: PortalRequest, name: str) -> HttpResponse:
    """Put an earlier version back, or what held before anybody set it: as a new version."""
    known = _named(name)
    form = BackForm(request.POST)
    rows = {row.number: row for row in settled.history(known, request.user)}
    if not form.is_valid() or (number := form.cleaned_data["number"]) not in {0, *rows}:
        messages.error(request, _("There is no such version."))
        return redirect("settings:setting", name)
    value = rows[number].value if number else None
    try:
        save_setting(
            name,
            value,
            seen=form.cleaned_data["seen"],
            by=current_user(request),
            why=_("Put back: version %(n)s") % {"n": number} if number else "",
        )
    except StaleSettingError:
        history = settled.history(known, request.user)
        newest = history[0] if history else None
        now = {"value": settled.value_of(known, newest), "seen": newest.number if newest else 0}
        context = {"setting": known, "rows": history, "theirs": newest}
        return _page(request, {**context, "form": SettingForm(setting=known, **now)}, status=409)
    messages.success(request, _("Saved. From now on everybody goes by it."))
    return redirect("settings:setting", name)
