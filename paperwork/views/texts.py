"""The texts of messages: all kinds, one message as its reader sees it, and one text of it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages as told
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.curated import hash_of
from paperwork import hints, texts
from paperwork.composing import compose, sample_of
from paperwork.forms.settings import BackForm
from paperwork.forms.wording import LABELS, WordingForm, in_braces
from paperwork.registry import NOTICES, NoticeKind
from paperwork.services.settings import StaleSettingError, save_setting
from paperwork.wordings import Message, name_of, worded
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    return render(request, "paperwork/texts/home.html", {"rows": texts.kinds(request.user)})


@require_safe
@needs_role("office", "auditor")
def message(request: PortalRequest, kind: str) -> HttpResponse:
    """A message as its reader sees it, and its texts one by one."""
    context = {
        "kind": _kind(kind),
        "samples": [compose(kind, one, worded(kind, one)) for one in LABELS if kind in NOTICES],
        "lines": texts.lines(kind, request.user),
    }
    return render(request, "paperwork/texts/message.html", context)


def _kind(name: str) -> NoticeKind:
    if name == hints.KIND.name:
        return hints.KIND
    if name not in NOTICES:
        raise Http404
    return NOTICES[name]


def _found(kind: str, digest: str) -> Message:
    for one in texts.of(_kind(kind).name):
        if one.digest == digest:
            return one
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def text(request: PortalRequest, kind: str, digest: str) -> HttpResponse:
    """One text: new words are shown as their reader will see them, then saved."""
    if request.method == "POST" and "office" not in roles_of(request.user):
        raise WrongRoleError("office")
    one = _found(kind, digest)
    rows = texts.history(kind, one, request.user)
    form = _form(one, rows, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"kind": kind, "one": one, "rows": rows, "form": form}
    if form.is_stale():
        return _stale(request, context)
    if form.is_valid():
        stored = form.stored()
        sure = hash_of(json.dumps(stored))
        if request.POST.get("sure") != sure:
            return _page(request, {**context, "sure": sure, "typed": stored})
        try:
            save_setting(
                name_of(kind, one),
                stored,
                seen=form.newest,
                by=current_user(request),
                why=form.cleaned_data["why"],
            )
        except StaleSettingError:
            rows = texts.history(kind, one, request.user)
            return _stale(request, {**context, "rows": rows})
        told.success(request, _("Saved. Messages from now on say it so."))
        return redirect("texts:message", kind)
    return _page(request, context, status=422 if form.errors else 200)


def _form(one: Message, rows: list[Any], data: Any = None) -> WordingForm:
    newest = rows[0] if rows else None
    now = texts.forms_of(one, newest)
    return WordingForm(data, message=one, value=now, seen=newest.number if newest else 0)


def _stale(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    """The form as it was typed, now over what another has saved."""
    newest, form = context["rows"][0], context["form"]
    form.data = form.data.copy()
    form.data["seen"] = str(newest.number)
    return _page(request, {**context, "theirs": newest}, status=409)


def _page(request: PortalRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    kind, one, rows = context["kind"], context["one"], context["rows"]
    typed = context.get("typed") or texts.forms_of(one, rows[0] if rows else None)
    samples = []
    for language in LABELS:
        if kind == hints.KIND.name:
            samples.append(sample_of(language, typed[language][0]))
            continue
        own = {**worded(kind, language), one.key: tuple(typed[language])}
        samples.append(compose(kind, language, own, shows=one))
    context |= {
        "kind": _kind(kind),
        "samples": samples,
        "one_text": one,
        "past": texts.past(one, rows),
        "seen": rows[0].number if rows else 0,
        "is_own": bool(rows) and rows[0].value is not None,
        "comes": texts.as_it_comes(one),
        "allowed": in_braces(one.allowed),
    }
    return render(request, "paperwork/texts/text.html", context, status=status)


@require_POST
@needs_role("office")
def back(request: PortalRequest, kind: str, digest: str) -> HttpResponse:
    """Put an earlier version back, or how it comes: as a new version."""
    one = _found(kind, digest)
    form = BackForm(request.POST)
    history = texts.history(kind, one, request.user)
    rows = {row.number: row for row in history}
    if not form.is_valid() or (number := form.cleaned_data["number"]) not in {0, *rows}:
        told.error(request, _("There is no such version."))
        return redirect("texts:text", kind, digest)
    try:
        save_setting(
            name_of(kind, one),
            rows[number].value if number else None,
            seen=form.cleaned_data["seen"],
            by=current_user(request),
            why=_("Put back: version %(n)s") % {"n": number} if number else "",
        )
    except StaleSettingError:
        history = texts.history(kind, one, request.user)
        context = {"kind": kind, "one": one, "rows": history, "form": _form(one, history)}
        return _page(request, {**context, "theirs": history[0] if history else None}, status=409)
    told.success(request, _("Saved. Messages from now on say it so."))
    return redirect("texts:text", kind, digest)
